"""The review app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    """Scores, votes and decisions on proposals."""

    name = "review"
    verbose_name = _("Bewertung und Entscheidung")
