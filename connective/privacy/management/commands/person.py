"""`manage.py person ADDRESS`: what is known about a person, and `--erase` to forget them."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connective.accounts.models import User
from connective.privacy import erasing, register


class Command(BaseCommand):
    """Prints JSON (Articles 15 and 20 GDPR), or erases (Article 17) and says what stays and why."""

    help = "Print all that is known about a person as JSON; with --erase forget them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address and what to do."""
        parser.add_argument("email", help="the e-mail address of the account")
        parser.add_argument("--erase", action="store_true", help="erase the person instead of printing")

    def handle(self, *_args: Any, email: str, erase: bool = False, **_options: Any) -> None:
        """Print or erase; raises CommandError for an unknown address."""
        person = User.objects.filter(email=email.strip().lower()).first()
        if person is None:
            message = "There is no account with this address."
            raise CommandError(message)
        if not erase:
            self.stdout.write(json.dumps(register.known_about(person), ensure_ascii=False, indent=2, default=str))
            return
        for sentence in erasing.erase_person(person, actor=None):
            self.stdout.write(sentence)
        self.stdout.write("The person is erased.")
