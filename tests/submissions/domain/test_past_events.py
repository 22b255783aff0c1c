"""The events of earlier years."""

from datetime import date

import pytest

from submissions.domain.past_events import load_past_events
from submissions.models import PastEvent

pytestmark = pytest.mark.django_db


def test_the_overview_begins_with_fifteen_events() -> None:
    assert load_past_events() == 15
    hamburg = PastEvent.objects.get(host="Hamburg (Hamburg Wasser)")
    assert (hamburg.starts_on, hamburg.ends_on) == (date(2020, 11, 30), date(2020, 12, 2))
    assert (hamburg.precision, hamburg.mode) == (PastEvent.Precision.DAY, PastEvent.Mode.VIRTUAL)


def test_an_event_known_by_its_month_lasts_the_whole_month() -> None:
    load_past_events()
    berlin = PastEvent.objects.get(host="Berlin")
    assert (berlin.starts_on, berlin.ends_on) == (date(2024, 9, 1), date(2024, 9, 30))
    assert berlin.precision == PastEvent.Precision.MONTH


def test_all_events_are_sound() -> None:
    load_past_events()
    for event in PastEvent.objects.all():
        event.full_clean()
        assert all(address.startswith("http") for address in event.source.split())


def test_what_the_office_changed_or_removed_is_not_loaded_again() -> None:
    load_past_events()
    PastEvent.objects.filter(host="Berlin").delete()
    PastEvent.objects.filter(host="Kiel").update(starts_on=date(2021, 9, 19))
    assert load_past_events() == 0
    assert PastEvent.objects.count() == 14
