"""The demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """See the package."""

    name = "connective.demo"

    def ready(self) -> None:
        """Register the checks."""
        from connective.demo import checks  # noqa: F401
