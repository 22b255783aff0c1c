"""`manage.py backup_key FILE`: a pair of keys for backups."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connective.backup import crypt


class Command(BaseCommand):
    """Writes the private key into a new file and prints the public one, which goes into BACKUP_RECIPIENTS."""

    help = "Make a pair of keys for backups. Move the file to a safe place that is not this server."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="a new file for the private key")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Make the pair. Raises CommandError if the file exists or cannot be written."""
        private, public = crypt.new_identity()
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            message = f"{file} cannot be made: {error.strerror}."
            raise CommandError(message) from error
        with os.fdopen(handle, "w") as target:
            target.write(f"# public key: {public}\n{private}\n")
        self.stdout.write(public)
