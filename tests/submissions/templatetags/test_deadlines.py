"""How deadlines are written: in German time, a whole day to its end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from connective import clock
from submissions.templatetags.deadlines import days_left, deadline, instant, short_day, time_left

MIDNIGHT_2020 = datetime(2020, 12, 4, 23, 0, tzinfo=UTC)
"""5 December 2020, 00:00 in Berlin: the first refused instant of the call 2021."""


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=clock.BERLIN)  # type: ignore[misc,arg-type]


def test_midnight_is_shown_as_the_end_of_the_day_before() -> None:
    assert deadline(MIDNIGHT_2020) == "Freitag, 4. Dezember 2020, 24:00 Uhr"


def test_english_says_that_midnight_ends_the_day() -> None:
    with translation.override("en"):
        assert deadline(MIDNIGHT_2020) == "Friday, 4 December 2020, midnight at the end of the day (24:00)"
        assert short_day(MIDNIGHT_2020) == "5 December 2020"


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo", "Pacific/Kiritimati"])
def test_the_zone_of_the_reader_changes_nothing(zone: str) -> None:
    with timezone.override(zone):
        assert deadline(MIDNIGHT_2020) == "Freitag, 4. Dezember 2020, 24:00 Uhr"


@pytest.mark.parametrize(
    ("closes_at", "shown"),
    [
        (berlin(2026, 7, 1, 0, 0), "Dienstag, 30. Juni 2026, 24:00 Uhr"),
        (berlin(2026, 7, 1, 12, 0), "Mittwoch, 1. Juli 2026, 12:00 Uhr"),
        (berlin(2026, 6, 30, 23, 59), "Dienstag, 30. Juni 2026, 23:59 Uhr"),
        (berlin(2026, 6, 30, 23, 59, 30), "Dienstag, 30. Juni 2026, 23:59:30 Uhr"),
        (berlin(2027, 1, 1, 0, 0), "Donnerstag, 31. Dezember 2026, 24:00 Uhr"),
    ],
)
def test_other_times_are_shown_as_they_are(closes_at: datetime, shown: str) -> None:
    assert deadline(closes_at) == shown


@pytest.mark.parametrize(
    ("closes_at", "shown"),
    [
        # The clock goes forward: 29 March 2026 has 23 hours and no 02:30.
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), "Samstag, 28. März 2026, 24:00 Uhr"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Sonntag, 29. März 2026, 01:59 Uhr"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Sonntag, 29. März 2026, 03:00 Uhr"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "Sonntag, 29. März 2026, 24:00 Uhr"),
        # The clock goes back: 25 October 2026 has 25 hours and 02:30 twice, told apart by the zone's name.
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "Samstag, 24. Oktober 2026, 24:00 Uhr"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sonntag, 25. Oktober 2026, 02:30 CEST Uhr"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sonntag, 25. Oktober 2026, 02:30 CET Uhr"),
        (datetime(2026, 10, 25, 2, 0, tzinfo=UTC), "Sonntag, 25. Oktober 2026, 03:00 Uhr"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "Sonntag, 25. Oktober 2026, 24:00 Uhr"),
    ],
)
def test_both_days_on_which_the_clock_changes(closes_at: datetime, shown: str) -> None:
    assert deadline(closes_at) == shown


def test_an_opening_at_midnight_belongs_to_the_day_it_begins() -> None:
    assert instant(berlin(2026, 9, 1, 0, 0)) == "Dienstag, 1. September 2026, 00:00 Uhr"


def test_a_short_day_is_that_of_germany() -> None:
    assert short_day(datetime(2026, 8, 31, 22, 30, tzinfo=UTC)) == "1. September 2026"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (berlin(2020, 11, 20, 18, 0), "Noch 14 Tage"),
        (berlin(2020, 12, 3, 23, 59), "Noch 1 Tag"),
        (berlin(2020, 12, 4, 0, 0), "Nur noch heute: 24 Stunden"),
        (berlin(2020, 12, 4, 22, 30), "Nur noch heute: 1 Stunde"),
        (berlin(2020, 12, 4, 23, 30), "Nur noch 30 Minuten"),
        (berlin(2020, 12, 4, 23, 59, 30), "Weniger als eine Minute"),
        (MIDNIGHT_2020 - timedelta(milliseconds=1), "Weniger als eine Minute"),
        (MIDNIGHT_2020, "Die Frist ist abgelaufen."),
        (MIDNIGHT_2020 + timedelta(days=1), "Die Frist ist abgelaufen."),
    ],
)
def test_what_is_left_is_said_in_days_and_on_the_last_day_in_hours(at: datetime, words: str) -> None:
    assert time_left(MIDNIGHT_2020, at) == words


def test_days_are_counted_by_the_calendar_of_germany_over_a_change_of_the_clock() -> None:
    closes_at = berlin(2026, 10, 26, 0, 0)
    assert days_left(closes_at, berlin(2026, 10, 24, 23, 59)) == 1
    assert days_left(closes_at, berlin(2026, 10, 25, 0, 0)) == 0
    assert time_left(closes_at, berlin(2026, 10, 25, 0, 0)) == "Nur noch heute: 25 Stunden"
