"""Deadlines: exact to the microsecond, in any zone, and extended only with a reason."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction

from submissions.domain.deadline import extend_call, extend_proposal
from submissions.domain.errors import DeadlinePassed, ExtensionRefused
from submissions.domain.submit import submit
from submissions.models import DeadlineExtension, Proposal
from tests.submissions.build import CLOSES, current_seal, draft, make_call, person, submitted

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_the_call_2021_closes_at_midnight_in_berlin_after_4_december_2020() -> None:
    assert make_call().closes_at == datetime(2020, 12, 5, 0, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        (datetime(2021, 3, 28, 0, 0, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2021, 3, 27, 23, 0, tzinfo=UTC)),
        (datetime(2021, 3, 29, 0, 0, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2021, 3, 28, 22, 0, tzinfo=UTC)),
        (datetime(2021, 10, 31, 0, 0, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2021, 10, 30, 22, 0, tzinfo=UTC)),
        (datetime(2021, 11, 1, 0, 0, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2021, 10, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_around_both_clock_changes_midnight_in_berlin_is_the_first_refused_instant(
    local: datetime, utc: datetime
) -> None:
    call = make_call(closes_at=local, opens_at=local - timedelta(days=30))
    call.refresh_from_db()
    assert call.is_open(utc - timedelta(microseconds=1))
    assert not call.is_open(utc)


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "UTC"])
def test_the_zone_of_the_server_changes_nothing(zone: str, settings: object) -> None:
    settings.TIME_ZONE = zone  # type: ignore[attr-defined]
    call = make_call()
    call.refresh_from_db()
    assert call.is_open(CLOSES - timedelta(microseconds=1))
    assert not call.is_open(CLOSES)


def test_an_extension_of_the_call_lets_a_later_submission_in_and_is_kept_with_its_reason() -> None:
    call, actor = make_call(), person()
    late = call.closes_at + HOUR
    extension = extend_call(call, closes_at=call.closes_at + 2 * HOUR, reason="Störung", actor=actor, at=CLOSES)
    call.refresh_from_db()
    _proposal, version = submitted(call, actor, at=late)
    assert version.received_at == late
    assert (extension.previous_closes_at, extension.reason) == (CLOSES, "Störung")


def test_an_extension_for_one_proposal_helps_no_other() -> None:
    call, actor = make_call(), person()
    mine, other = draft(call, actor), draft(call, actor)
    extend_proposal(mine, closes_at=call.closes_at + HOUR, reason="Krankheit", actor=actor, at=CLOSES)
    late = call.closes_at + HOUR / 2
    submit(mine, checked=current_seal(mine), consent_to="1", actor=actor, received_at=late)
    with pytest.raises(DeadlinePassed):
        submit(other, checked=current_seal(other), consent_to="1", actor=actor, received_at=late)


def test_an_own_deadline_ends_too() -> None:
    call, actor = make_call(), person()
    mine = draft(call, actor)
    extend_proposal(mine, closes_at=call.closes_at + HOUR, reason="Krankheit", actor=actor, at=CLOSES)
    with pytest.raises(DeadlinePassed):
        submit(mine, checked=current_seal(mine), consent_to="1", actor=actor, received_at=call.closes_at + HOUR)


@pytest.mark.parametrize(("shift", "reason"), [(-HOUR, "Grund"), (timedelta(0), "Grund"), (HOUR, "  ")])
def test_a_deadline_is_neither_shortened_nor_extended_without_a_reason(shift: timedelta, reason: str) -> None:
    call, actor = make_call(), person()
    with pytest.raises(ExtensionRefused):
        extend_call(call, closes_at=call.closes_at + shift, reason=reason, actor=actor, at=CLOSES)
    call.refresh_from_db()
    assert call.closes_at == CLOSES


def test_an_extension_is_never_changed_or_deleted() -> None:
    call, actor = make_call(), person()
    extend_call(call, closes_at=call.closes_at + HOUR, reason="Störung", actor=actor, at=CLOSES)
    with pytest.raises(DatabaseError), transaction.atomic():
        DeadlineExtension.objects.update(reason="anders")
    with pytest.raises(DatabaseError), transaction.atomic():
        DeadlineExtension.objects.all()._raw_delete("default")
    assert DeadlineExtension.objects.get().reason == "Störung"


def test_the_deadline_of_a_proposal_is_the_later_of_the_two() -> None:
    call, actor = make_call(), person()
    proposal = draft(call, actor)
    extend_proposal(proposal, closes_at=call.closes_at + HOUR, reason="x", actor=actor, at=CLOSES)
    extend_call(call, closes_at=call.closes_at + 5 * HOUR, reason="y", actor=actor, at=CLOSES)
    assert Proposal.objects.get(pk=proposal.pk).closes_at == CLOSES + 5 * HOUR
