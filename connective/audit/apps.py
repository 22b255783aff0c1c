"""The audit app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Labelled `audit`: the permission to read the log is `audit.view_entry`."""

    name = "connective.audit"
    verbose_name = _("Protokoll")
