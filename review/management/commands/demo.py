"""`manage.py demo`: fill the portal with invented data, as often as one likes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from review.demo_data import make_review_demo
from submissions.demo_data import make_demo


class Command(BaseCommand):
    """Create the demo data that is missing."""

    help = "Creates invented calls, people and proposals; only in demo mode. Can be repeated."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Refuse outside demo mode, else create what is missing."""
        if settings.PRODUCTION:
            message = "Demo data are refused in production."
            raise CommandError(message)
        for line in [*make_demo(), *make_review_demo()]:
            self.stdout.write(line)
