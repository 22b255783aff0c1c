"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and sessions."""

    name = "connective.accounts"
    verbose_name = "Personen"
