"""The contradictions of `connective.modes` as system checks."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from connective.modes import contradictions


@register()
def modes_are_not_mixed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Report settings that do not fit the mode."""
    values = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    return [Error(found.sentence, id=f"portal.{found.code}") for found in contradictions(values)]
