"""`manage.py verify_documents`: is every document that a row names there, and unchanged?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connective.backup import documents


class Command(BaseCommand):
    """Prints OK with the count, or the names of missing and changed documents; the exit code is 1 if there are any."""

    help = "Compare every private document with the SHA-256 in its row."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take documents that are known to be lost."""
        parser.add_argument("--gone", action="append", metavar="NAME", help="a document that may be missing")

    def handle(self, *_args: Any, gone: list[str] | None = None, **_options: Any) -> None:
        """Verify. Raises CommandError."""
        found = documents.verify(gone=gone or ())
        faults = [f"missing: {name}" for name in found.missing] + [f"changed: {name}" for name in found.changed]
        if faults:
            raise CommandError("\n".join([f"{found.sound} documents are sound, {len(faults)} are not:", *faults]))
        self.stdout.write(f"OK: {found.sound} documents are as they were, {found.erased} were erased on purpose")
