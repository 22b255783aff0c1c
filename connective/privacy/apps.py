"""The application that keeps the promises of the privacy notice."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PrivacyConfig(AppConfig):
    """Has no tables of its own."""

    name = "connective.privacy"
    verbose_name = _("Datenschutz")
