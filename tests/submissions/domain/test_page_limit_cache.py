"""An unchanged text is never laid out twice, and a failing cache costs no answer."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.cache import cache as shared
from django.core.cache import caches

from submissions.domain import description, measurement_cache, page_limit
from submissions.domain.page_limit import cached, measure
from tests.submissions.domain.test_page_limit import SENTENCE

BLACK_HOLE = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    }
}


pytestmark = pytest.mark.usefixtures("fresh_meter")


def test_an_unchanged_text_is_laid_out_once(layouts_made: list[Mapping[str, str]]) -> None:
    assert measure({"background": SENTENCE}) == measure({"background": SENTENCE})
    assert len(layouts_made) == 1


def test_another_process_finds_the_measurement_in_the_shared_cache(layouts_made: list[Mapping[str, str]]) -> None:
    first = measure({"background": SENTENCE})
    page_limit._measurements.clear()
    assert measure({"background": SENTENCE}) == first
    assert len(layouts_made) == 1


def test_any_changed_character_section_or_limit_is_laid_out_anew(layouts_made: list[Mapping[str, str]]) -> None:
    measure({"background": SENTENCE})
    measure({"background": SENTENCE + "!"})
    measure({"contribution": SENTENCE})
    measure({"background": SENTENCE}, limit=1)
    assert len(layouts_made) == 4


def test_the_end_of_a_pasted_book_is_part_of_its_key() -> None:
    book = SENTENCE * 5_000
    assert measure({"background": book}).fill < measure({"background": book + SENTENCE * 500}).fill


def test_another_stylesheet_or_library_makes_old_measurements_worthless(
    monkeypatch: pytest.MonkeyPatch, layouts_made: list[Mapping[str, str]]
) -> None:
    measure({"background": SENTENCE})
    monkeypatch.setattr(description, "fingerprint", lambda: "another")
    measure({"background": SENTENCE})
    assert len(layouts_made) == 2


def test_asking_for_a_known_measurement_never_lays_out(layouts_made: list[Mapping[str, str]]) -> None:
    assert cached({"background": SENTENCE}) is None
    assert layouts_made == []
    measured = measure({"background": SENTENCE})
    assert cached({"background": SENTENCE}) == measured
    assert cached({"background": SENTENCE}, limit=3) is None


def test_a_lost_cache_server_costs_one_time_out_and_no_answer(
    settings: Any, layouts_made: list[Mapping[str, str]]
) -> None:
    settings.CACHES = BLACK_HOLE
    caches["default"]
    for count in range(1, 4):
        assert measure({"background": SENTENCE * count}).pages == 1
    begun = time.perf_counter()
    assert measure({"background": SENTENCE}).pages == 1
    assert time.perf_counter() - begun < 0.05
    assert len(layouts_made) == 3


def test_rubbish_in_the_shared_cache_counts_as_missing() -> None:
    shared.set("key", "rubbish")
    assert measurement_cache.TwoLevelCache(int).get("key") is None


def test_the_process_keeps_a_bounded_number_of_measurements() -> None:
    kept = measurement_cache.TwoLevelCache(int)
    for number in range(measurement_cache.MAX_ENTRIES + 10):
        kept.set(str(number), number)
    assert len(kept._entries) == measurement_cache.MAX_ENTRIES
