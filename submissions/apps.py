"""The submissions app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubmissionsConfig(AppConfig):
    """Calls and the proposals that answer them."""

    name = "submissions"
    verbose_name = _("Themenaufrufe und Vorschläge")
