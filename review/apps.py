"""The review app."""

from collections.abc import Iterator

from django.apps import AppConfig, apps
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    """Scores, votes and decisions on proposals."""

    name = "review"
    verbose_name = _("Bewertung und Entscheidung")

    def ready(self) -> None:
        """Listen to the mail provider, where one is configured."""
        if apps.is_installed("anymail"):
            from review import webhooks

            webhooks.connect()

    def erased_documents(self) -> Iterator[str]:
        """Yield the answers whose time had come: rows name them still, the files are gone (`review.personal_data`)."""
        from review.models import AnswerLetter
        from review.personal_data import NOBODY

        yield from AnswerLetter.objects.filter(recipient=NOBODY).values_list("file", flat=True)
