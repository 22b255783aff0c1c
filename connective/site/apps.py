"""The app of the public frame."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SiteConfig(AppConfig):
    """Named `site`; Django's `sites` framework is not used."""

    name = "connective.site"
    label = "site"
    verbose_name = _("Seiten des Portals")
