"""`manage.py verify_audit`: is the audit log complete and unchanged?"""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections, router

from connective.audit import append_only
from connective.audit.chain import Head, verify
from connective.audit.models import Entry

HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


class Command(BaseCommand):
    """Prints OK with count and head, or the first broken entry; the exit code is 1 if anything is wrong."""

    help = "Verify the hash chain of the audit log and the triggers that protect append-only tables."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a head that was handed out earlier."""
        parser.add_argument(
            "--head", help="a head from a receipt or mail (number:hash) that must still be in the chain"
        )

    def handle(self, *_args: Any, head: str | None = None, **_options: Any) -> None:
        """Verify; raises CommandError (exit code 1) for anything that is wrong."""
        report = verify(known=_parsed(head) if head else None)
        if report.broken:
            message = (
                f"BROKEN at entry {report.broken.sequence}: {report.broken.reason}. "
                f"{report.count} entries before it are sound (head {report.head})."
            )
            raise CommandError(message)
        if unprotected := append_only.unprotected(connections[router.db_for_read(Entry)]):
            message = f"The chain is sound (head {report.head}), but triggers are missing on: {', '.join(unprotected)}"
            raise CommandError(message)
        self.stdout.write(f"OK: {report.count} entries, head {report.head}")


def _parsed(text: str) -> Head:
    """Read `number:hash`; raises CommandError."""
    match = HEAD.fullmatch(text.strip())
    if not match:
        message = "--head takes a number, a colon and 64 hexadecimal digits"
        raise CommandError(message)
    return Head(int(match[1]), match[2])
