"""The backup app: commands only."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BackupConfig(AppConfig):
    """`manage.py backup`, `restore`, `verify_documents` and `backup_key`."""

    name = "connective.backup"
    label = "backup"
    verbose_name = _("Datensicherung")
