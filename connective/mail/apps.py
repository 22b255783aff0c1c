"""The mail app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """Labelled `mail`: the permissions are `mail.view_message` and `mail.resolve_message`."""

    name = "connective.mail"
    verbose_name = _("E-Mails")
