"""What the tests of the domain share: a page meter that knows nothing yet, and a list of what it lays out."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from django.core.cache import cache

from submissions.domain import description, measurement_cache, page_composition, page_limit


@pytest.fixture
def fresh_meter(settings: Any) -> Iterator[None]:
    """Give the meter an empty shared cache of its own, and let it forget what the process has measured."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "meter"}}
    page_limit.warm_up()
    cache.clear()
    forget_measurements()
    yield
    forget_measurements()


def forget_measurements() -> None:
    """Let this process be as one that has just been started."""
    page_limit._measurements.clear()
    page_composition.forget()
    measurement_cache.shared.trust()


@pytest.fixture
def layouts_made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are really laid out while the test runs, whole ones and pieces."""
    made: list[str] = []
    lay_out, lay_out_pieces = description.layout_alone, description.layout_pieces

    def counted(texts: Mapping[str, str]) -> Any:
        made.append("".join(texts.values()))
        return lay_out(texts)

    def counted_pieces(pieces: Iterable[str]) -> Any:
        made.append("".join(pieces))
        return lay_out_pieces(pieces)

    monkeypatch.setattr(description, "layout_alone", counted)
    monkeypatch.setattr(description, "layout_pieces", counted_pieces)
    return made
