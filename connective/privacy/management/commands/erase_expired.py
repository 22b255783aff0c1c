"""`manage.py erase_expired`: what has had its time, and `--now` to erase it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connective import clock
from connective.privacy import erasing


class Command(BaseCommand):
    """Reports, one line a rule; erases only with `--now`. The exit code is 1 if a rule failed."""

    help = "Report what personal data has had its time; erase it with --now (the beat does so every night)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the word that makes it real."""
        parser.add_argument("--now", action="store_true", help="erase it, not only report it")

    def handle(self, *_args: Any, now: bool = False, **_options: Any) -> None:
        """Report or erase; raises CommandError if a rule failed."""
        at = clock.now()
        found = erasing.erase_expired(at) if now else erasing.count_expired(at)
        for one in found:
            self.stdout.write(f"{one.count:>7}  {one.rule.name}  {one.fault}".rstrip())
        self.stdout.write("erased" if now else "nothing was changed; --now erases it")
        if failed := [one.rule.name for one in found if one.fault]:
            message = f"not erased: {', '.join(failed)}"
            raise CommandError(message)
