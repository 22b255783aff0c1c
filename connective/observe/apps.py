"""The application that lets others see what happens."""

from django.apps import AppConfig


class ObserveConfig(AppConfig):
    """Has no tables."""

    name = "connective.observe"
