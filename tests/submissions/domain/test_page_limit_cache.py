"""An unchanged line is never laid out twice, and a failing cache costs no answer."""

import logging
import socket
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache as shared

from connective.launch.valkey import wait_until
from submissions.domain import description, measurement_cache, page_composition, page_limit
from submissions.domain.page_limit import cached, measure, measure_for_submission, measure_officially
from tests.submissions.domain.conftest import forget_measurements
from tests.submissions.domain.test_page_limit import SENTENCE

NOBODY_LISTENS = 1
"""A port."""


def redis_at(port: int) -> dict[str, Any]:
    """Return the settings of a cache server there that has a second for each answer."""
    return {
        "default": {
            "BACKEND": "connective.cache.Cache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    }


pytestmark = pytest.mark.usefixtures("fresh_meter")


def test_an_unchanged_text_is_laid_out_once(layouts_made: list[str]) -> None:
    assert measure({"background": SENTENCE}) == measure({"background": SENTENCE})
    assert len(layouts_made) == 1


def test_only_changed_paragraphs_and_items_are_laid_out(layouts_made: list[str]) -> None:
    text = "\n\n".join(f"{number}. {SENTENCE}" for number in range(2, 14)) + "\n\n- eins\n- zwei\n- drei"
    measure({"background": text})
    measure({"background": text.replace("7. Die", "7. Eine"), "contribution": "- zwei"})
    measure({"background": text.replace("- zwei", "- zwei\n- **vier**")})
    assert layouts_made[1:] == [
        f"<p>7. {SENTENCE.replace('Die', 'Eine', 1).strip()}</p>",
        "<ul><li><strong>vier</strong></li></ul>",
    ]


def test_another_process_finds_the_measurement_in_the_shared_cache(layouts_made: list[str]) -> None:
    first = measure({"background": SENTENCE})
    page_limit._measurements.clear()
    page_composition.forget()
    assert measure({"background": SENTENCE}) == first
    assert len(layouts_made) == 1


def test_another_process_finds_the_lines_in_the_shared_cache(layouts_made: list[str]) -> None:
    measure({"background": SENTENCE})
    page_limit._measurements.clear()
    page_composition.forget()
    assert measure({"background": "Neu.\n\n" + SENTENCE}).exact
    assert layouts_made[1:] == ["<p>Neu.</p>"]


def test_any_changed_character_and_limit_is_measured_anew() -> None:
    first = measure({"background": SENTENCE + "eins"})
    assert cached({"background": SENTENCE + "einS"}) is None
    assert cached({"contribution": SENTENCE + "eins"}) is None
    assert cached({"background": SENTENCE + "eins"}, limit=1) is None
    assert measure({"background": SENTENCE + "eins"}, limit=1).limit == 1 != first.limit


def test_the_end_of_a_pasted_book_is_part_of_its_key() -> None:
    book = SENTENCE * 5_000
    assert measure({"background": book}).fill < measure({"background": book + SENTENCE * 500}).fill


def test_another_stylesheet_or_library_makes_old_measurements_and_lines_worthless(
    monkeypatch: pytest.MonkeyPatch, layouts_made: list[str]
) -> None:
    measure({"background": SENTENCE})
    monkeypatch.setattr(description, "fingerprint", lambda: "another")
    measure({"background": SENTENCE})
    assert len(layouts_made) == 2


def test_asking_for_a_known_measurement_never_lays_out(layouts_made: list[str]) -> None:
    assert cached({"background": SENTENCE}) is None
    assert layouts_made == []
    measured = measure({"background": SENTENCE})
    assert cached({"background": SENTENCE}) == measured
    assert cached({"background": SENTENCE}, limit=3) is None


def test_the_official_layout_is_made_once_and_then_answers_for_all(layouts_made: list[str]) -> None:
    judged = measure_officially({"background": SENTENCE})
    assert measure_officially({"background": SENTENCE}) == judged
    assert cached({"background": SENTENCE}) == measure({"background": SENTENCE}) == judged
    assert layouts_made == [SENTENCE]


def test_the_official_layout_overrules_what_was_composed_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    sections = {"background": SENTENCE}
    wrong = measure({"background": SENTENCE * 30})
    page_limit._measurements.set(page_limit.Typed.of(sections, 2).keys()[1], wrong, 60)
    with caplog.at_level(logging.ERROR):
        judged = measure_officially(sections)
    assert measure(sections) == judged != wrong
    assert f"said {wrong.fill} and the official layout says {judged.fill}" in caplog.text
    assert "Musterhausen" not in caplog.text


def test_the_official_layout_decides_where_a_line_could_matter(layouts_made: list[str]) -> None:
    clear, near = ({"background": "\n".join(["Zeile"] * count)} for count in (40, 85))
    assert measure(clear).is_clear
    assert not measure(near).is_clear
    assert measure(near).fits
    layouts_made.clear()
    assert measure_for_submission(clear) == measure(clear)
    assert layouts_made == []
    assert measure_for_submission(near) == measure_for_submission(near) == measure(near)
    assert layouts_made == [near["background"]]


def test_a_text_without_an_exact_length_is_never_clear() -> None:
    measured = measure({"background": SENTENCE})
    assert replace(measured, fill=Decimal("1.75")).is_clear
    assert not replace(measured, fill=Decimal("1.76")).is_clear
    assert not replace(measured, exact=False).is_clear


def test_a_text_that_was_composed_a_little_too_short_is_too_long_for_a_submission() -> None:
    long = {"background": "\n".join(["Zeile"] * 100)}
    wrong = replace(measure(long), pages=2, fill=Decimal("1.99"), lines_over=0)
    page_limit._measurements.set(page_limit.Typed.of(long, 2).keys()[1], wrong, 60)
    assert measure(long).fits
    assert not measure_for_submission(long).fits


def test_a_text_that_is_far_too_long_is_refused_without_an_official_layout(layouts_made: list[str]) -> None:
    book = {"background": SENTENCE * 200}
    assert not measure(book).exact
    layouts_made.clear()
    assert not measure_for_submission(book).fits
    assert layouts_made == []


def test_a_silent_cache_server_costs_one_time_out_and_no_answer(settings: Any, layouts_made: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CACHES = redis_at(silent.getsockname()[1])
        begun = time.perf_counter()
        for count in range(1, 4):
            assert measure({"background": SENTENCE * count}).pages == 1
        assert 1 <= time.perf_counter() - begun < 3
    assert len(layouts_made) == 3


def test_a_cache_server_that_refuses_is_used_again_when_it_is_back(settings: Any, layouts_made: list[str]) -> None:
    working, settings.CACHES = settings.CACHES, redis_at(NOBODY_LISTENS)
    assert measure({"background": SENTENCE}).pages == 1
    settings.CACHES = working
    assert wait_until(lambda: not measurement_cache.shared._rests(), 30)
    judged = measure_officially({"background": SENTENCE})
    page_limit._measurements.clear()
    layouts_made.clear()
    assert measure_officially({"background": SENTENCE}) == judged
    assert layouts_made == []


@pytest.mark.parametrize("rubbish", ["rubbish", (), (b"", ()), None, (1, 2, 3), [[19.0, "x"]]])
def test_rubbish_in_the_shared_cache_counts_as_missing(rubbish: object, layouts_made: list[str]) -> None:
    shared.set("key", "rubbish")
    assert measurement_cache.TwoLevelCache(int).get("key") is None
    digest = page_composition._digest("<p>Text</p>")
    for value in (rubbish, (digest, rubbish), (digest, ((19, "x"),)), (digest, (("x", 19.0),))):
        forget_measurements()
        shared.clear()
        shared.set(measurement_cache._slot(digest), value)
        layouts_made.clear()
        assert measure({"background": "Text"}).exact
        assert layouts_made == ["<p>Text</p>"]


def test_two_pieces_that_share_a_place_never_stand_for_each_other() -> None:
    one, other = b"same-begin", b"same-other"
    kept = measurement_cache.LineCache()
    kept.set_many({one: ((19.0, "eins"),)})
    kept.set_many({other: ((19.0, "zwei"),)})
    kept.clear()
    assert kept.get_many([one, other]) == {other: ((19.0, "zwei"),)}


def test_the_process_keeps_a_bounded_number_of_measurements() -> None:
    kept = measurement_cache.TwoLevelCache(int)
    for number in range(measurement_cache.MAX_ENTRIES + 10):
        kept.set(str(number), number, 60)
    assert len(kept._entries) == measurement_cache.MAX_ENTRIES


def test_the_process_keeps_lines_of_a_bounded_weight() -> None:
    kept = measurement_cache.LineCache()
    for number in range(100):
        kept.set_many({bytes([number]) * 20: ((19.0, "x" * 100_000),)})
    assert len(kept._entries) == 79
    assert kept._weight == sum(map(measurement_cache._weight, kept._entries.values()))
    kept.set_many({b"long" * 5: ((19.0, "x" * 100_000_000),)})
    assert kept._weight == 0


def test_long_pieces_stay_out_of_the_shared_cache() -> None:
    measure({"background": SENTENCE * 40})
    digest = page_composition._digest(f"<p>{(SENTENCE * 40).strip()}</p>")
    assert page_composition._lines.get_many([digest])
    assert shared.get(measurement_cache._slot(digest)) is None
