"""`manage.py reset_second_factor somebody@example.org`: for somebody who lost the device and the recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connective.accounts import second_factor
from connective.accounts.models import User


class Command(BaseCommand):
    """Take away all second factors of a person and end the person's sessions; it is noted in the audit log."""

    help = "Take away all second factors of a person who lost them. Make sure first, by telephone, that it is them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("email")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Reset. Raises CommandError where nobody has the address."""
        person = User.objects.filter(email=options["email"].lower()).first()
        if person is None:
            message = f"No person has the address {options['email']}."
            raise CommandError(message)
        second_factor.reset(person, actor=None)
        self.stdout.write("Done. The person sets up a new one at the next sign-in.")
