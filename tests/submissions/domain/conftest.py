"""What the tests of the domain share: a page meter that knows nothing yet, and a list of what it lays out."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core.cache import cache

from submissions.domain import description, page_limit


@pytest.fixture
def fresh_meter(settings: Any) -> Iterator[None]:
    """Give the meter an empty shared cache of its own, and let it forget what the process has measured."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "meter"}}
    cache.clear()
    page_limit._measurements.clear()
    yield
    page_limit._measurements.clear()


@pytest.fixture
def layouts_made(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """The texts that are really laid out while the test runs."""
    made: list[Mapping[str, str]] = []
    lay_out = description.layout_alone

    def counted(texts: Mapping[str, str]) -> Any:
        made.append(texts)
        return lay_out(texts)

    monkeypatch.setattr(description, "layout_alone", counted)
    return made
