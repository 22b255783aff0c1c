"""Make the first layout of a process quick."""

from django.apps import apps

from connective.pdf import engine


def warm_up() -> None:
    """Load fonts and libraries, then let every app that has a `warm_up` in its configuration do the same."""
    engine.warm_up()
    for config in apps.get_app_configs():
        if hasattr(config, "warm_up"):
            config.warm_up()
