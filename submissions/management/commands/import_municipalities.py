"""`manage.py import_municipalities PATH`: bring the register of municipalities up to date."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from submissions.domain.municipality_register import NotTheRegister, import_register


class Command(BaseCommand):
    """Import the GV100AD file of the Federal Statistical Office, unpacked from its ZIP archive."""

    help = "Import the official register of municipalities (GV100AD, from destatis.de)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, and the permission to remove many entries."""
        parser.add_argument("path", type=Path, help="the text file, for example GV100AD_31122024.txt")
        parser.add_argument(
            "--allow-shrinking", action="store_true", help="also remove more than a tenth of the entries present"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Import and say what changed; raises CommandError with the reason if the file is no register."""
        try:
            result = import_register(options["path"], allow_shrinking=options["allow_shrinking"])
        except NotTheRegister as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{result.new} new, {result.changed} changed, {result.gone} gone, {result.unchanged} unchanged."
        )
