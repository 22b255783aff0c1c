"""The way of a proposal as a picture."""

from datetime import UTC, date, datetime

from django.template.loader import render_to_string

from submissions.models import Call
from submissions.templatetags.timeline import timeline

CALL = Call(
    opens_at=datetime(2020, 9, 14, 22, 0, tzinfo=UTC),
    closes_at=datetime(2020, 12, 4, 23, 0, tzinfo=UTC),
    answer_by=date(2021, 1, 15),
)


def states(at: datetime) -> list[str]:
    return [stop.state for stop in timeline(CALL, at).stops]


def test_before_the_opening_all_lies_ahead() -> None:
    assert states(datetime(2020, 9, 1, tzinfo=UTC)) == ["now", "ahead", "ahead", "ahead", "ahead", "ahead"]


def test_while_the_call_is_open_the_deadline_is_next() -> None:
    assert states(datetime(2020, 12, 4, 22, 59, tzinfo=UTC)) == ["past", "now", "ahead", "ahead", "ahead", "ahead"]


def test_at_the_closing_instant_the_check_is_next() -> None:
    assert states(CALL.closes_at) == ["past", "past", "now", "ahead", "ahead", "ahead"]


def test_the_day_named_for_the_answers_counts_in_full() -> None:
    assert states(datetime(2021, 1, 15, 22, 59, tzinfo=UTC))[4] == "ahead"
    assert states(datetime(2021, 1, 15, 23, 0, tzinfo=UTC)) == ["past", "past", "past", "past", "past", "now"]


def test_the_picture_is_there_as_a_list_too() -> None:
    html = render_to_string("partials/timeline.html", {"call": CALL, "now": datetime(2020, 10, 1, tzinfo=UTC)})
    assert html.count("</li>") == 6
    assert "Freitag, 4. Dezember 2020, 24:00 Uhr" in html
    assert "bis 15. Januar 2021" in html
    assert 'aria-hidden="true"' in html
