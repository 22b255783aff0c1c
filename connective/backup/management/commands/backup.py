"""`manage.py backup TARGET`: database and documents as one encrypted set."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from connective import clock
from connective.backup.create import create
from connective.backup.errors import BackupError


class Command(BaseCommand):
    """Writes the set, says what is in it, and ends with 1 if a document is missing or changed: the rest is saved."""

    help = "Back up database and documents as one encrypted set, while the portal runs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the target and other keys than those of the settings."""
        parser.add_argument("target", help="a new file, a folder (the time gives the name), or - for standard output")
        parser.add_argument("--to", action="append", metavar="KEY", help="public key instead of BACKUP_RECIPIENTS")

    def handle(self, *_args: Any, target: str, to: list[str] | None = None, **_options: Any) -> None:
        """Make the set. Raises CommandError."""
        try:
            with _opened(target) as file:
                made = create(file, to or settings.BACKUP_RECIPIENTS)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        count = sum(name.startswith("documents/") for name, _size, _hash in made.manifest.members)
        size = sum(size for _name, size, _hash in made.manifest.members)
        self.stderr.write(
            f"OK: database, {count} documents, {size / 1e6:.1f} MB; head of the audit log {made.manifest.audit_head}"
        )
        faults = [f"missing: {name}" for name in made.missing] + [f"changed: {name}" for name in made.changed]
        if faults:
            message = "The set is complete but for these documents:\n" + "\n".join(faults)
            raise CommandError(message)


@contextmanager
def _opened(target: str) -> Iterator[BinaryIO]:
    """Give the file to write: a new one appears under its name only when it is complete and on the disk."""
    if target == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    if path.is_dir():
        path /= f"portal-{clock.now():%Y%m%dT%H%M%SZ}.age"
    if path.exists():
        message = f"{path} exists already."
        raise BackupError(message)
    part = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
