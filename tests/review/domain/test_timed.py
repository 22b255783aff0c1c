"""What the office is told by the clock."""

from datetime import datetime, timedelta

import pytest

from connective import clock
from connective.mail.models import Message
from review.domain import timed
from review.models import ReviewRole
from tests.review.scored import person_with, proposals
from tests.submissions.build import draft, make_call, with_organisation

pytestmark = pytest.mark.django_db


def _office() -> None:
    person_with(ReviewRole.OFFICE, "geschaeftsstelle@example.org")
    person_with(ReviewRole.LEAD, "leitung@example.org")
    person_with(ReviewRole.COMMITTEE, "mitglied@example.org")


def _written() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("recipient").values_list("kind", "recipient"))


def test_the_office_gets_the_numbers_of_a_closed_call_once() -> None:
    _office()
    call = make_call()
    proposals(call, ["Alleen", "Brunnen"])
    author, _organisation = with_organisation("entwurf@example.org")
    draft(call, author)
    assert timed.report_closed_calls(call.closes_at - timedelta(seconds=1)) == 0
    for _again in range(2):
        timed.report_closed_calls(call.closes_at + timedelta(hours=1))
    assert _written() == [("call_closed", "geschaeftsstelle@example.org"), ("call_closed", "leitung@example.org")]
    body = Message.objects.first().body  # type: ignore[union-attr]
    assert "Eingereicht: 2" in body
    assert "Entwürfe, die nicht eingereicht wurden: 1" in body


def test_a_call_that_closed_long_ago_is_not_reported() -> None:
    _office()
    call = make_call()
    assert timed.report_closed_calls(call.closes_at + timed.REPORTED_FOR) == 0


@pytest.mark.parametrize(
    ("at", "told"), [("2021-01-08T07:59", 0), ("2021-01-08T08:00", 1), ("2021-01-15T20:00", 1), ("2021-01-16T09:00", 0)]
)
def test_a_week_before_answers_are_due_the_office_is_told(at: str, told: int) -> None:
    _office()
    call = make_call()  # answers by 15 January 2021
    proposals(call, ["Alleen"])
    assert timed.warn_of_answers(datetime.fromisoformat(at).replace(tzinfo=clock.BERLIN)) == told
    assert Message.objects.filter(kind="answers_due").count() == 2 * told


def test_nobody_is_told_where_nothing_waits() -> None:
    _office()
    make_call()
    assert timed.warn_of_answers(datetime(2021, 1, 10, 9, tzinfo=clock.BERLIN)) == 0
