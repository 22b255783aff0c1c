"""`manage.py restore FILE --key KEYFILE`: bring back database and documents of a set, and verify all of it."""

from pathlib import Path
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from connective.backup import archive, crypt
from connective.backup.errors import BackupError
from connective.backup.restore import restore


class Command(BaseCommand):
    """Verifies the whole set before it touches anything, restores it, then verifies documents, audit log, decisions."""

    help = "Restore a set of `manage.py backup`. Stop web, worker and beat first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take set and key."""
        parser.add_argument("file", type=Path, help="the set")
        parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="file with the private key")
        parser.add_argument("--replace", action="store_true", help="replace what the target holds")
        parser.add_argument("--check", action="store_true", help="only verify the set; touch nothing")
        parser.add_argument("--head", help="a head of the audit log (number:hash) that must be in the chain")

    def handle(self, *_args: Any, file: Path, key: Path, replace: bool, check: bool, **options: Any) -> None:
        """Restore. Raises CommandError with what is wrong."""
        try:
            keys = crypt.identities(key)
            manifest = archive.verified(file, keys) if check else restore(file, keys, replace=replace)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The set of {manifest.made_at} is sound: {len(manifest.members)} members.")
        if check:
            return
        call_command("verify_documents", gone=[*manifest.gone, *manifest.missing], stdout=self.stdout)
        call_command("verify_audit", head=options.get("head"), stdout=self.stdout)
        if "verify_decisions" in get_commands():
            call_command("verify_decisions", stdout=self.stdout)
        for name in manifest.missing:
            self.stderr.write(f"This document was missing already when the set was made: {name}")
        self.stdout.write(
            "Restored. Messages that were waiting are marked uncertain: decide about them on the message board. "
            "Repeat what was erased since, see docs/operations.md."
        )
