"""Reminders of drafts: once each, at eight in the morning, made up for after a stop."""

from datetime import datetime, timedelta

import pytest

from connective import clock
from connective.mail.models import Message
from submissions.domain.reminders import due_days, remind
from submissions.domain.withdraw import withdraw
from submissions.models import Call, Proposal, Role
from tests.english import assert_english
from tests.submissions.build import draft, make_call, member, submitted, with_organisation

pytestmark = pytest.mark.django_db


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.BERLIN)


@pytest.mark.parametrize(
    ("at", "days"),
    [
        ("2020-11-27T07:59", None),
        ("2020-11-27T08:00", 7),
        ("2020-12-02T07:59", 7),
        ("2020-12-02T08:00", 2),
        ("2020-12-03T08:00", 1),
        ("2020-12-04T23:59", 1),
        ("2020-12-05T00:00", None),
    ],
)
def test_a_reminder_is_due_at_eight_seven_two_and_one_days_before_the_last_day(at: str, days: int | None) -> None:
    closes_at = berlin("2020-12-05T00:00")
    assert due_days(closes_at, berlin(at)) == days


@pytest.mark.parametrize("last_day", ["2026-03-29", "2026-10-25"])
def test_it_leaves_at_eight_on_the_days_on_which_clocks_change(last_day: str) -> None:
    closes_at = berlin(f"{last_day}T23:59") + timedelta(days=2)
    assert due_days(closes_at, berlin(f"{last_day}T07:59")) == 7
    assert due_days(closes_at, berlin(f"{last_day}T08:00")) == 2


def _subjects() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("recipient", "subject"))


def _a_draft() -> tuple[Call, Proposal]:
    author, _organisation = with_organisation()
    call = make_call()
    proposal = draft(call, author)
    Proposal.objects.filter(pk=proposal.pk).update(created_at=call.opens_at)
    return call, proposal


def test_each_reminder_goes_out_once_however_often_the_clock_strikes() -> None:
    _a_draft()
    for at in ("2020-11-27T08:00", "2020-11-27T08:15", "2020-12-02T09:00", "2020-12-02T09:00", "2020-12-03T08:01"):
        remind(berlin(at))
    assert [subject[:12] for _recipient, subject in _subjects()] == ["Noch 7 Tage:", "Noch 2 Tage:", "Noch 1 Tag: "]


def test_after_a_stop_only_the_latest_is_made_up_for() -> None:
    _a_draft()
    assert remind(berlin("2020-12-04T11:00")) == 1
    assert [subject[:11] for _recipient, subject in _subjects()] == ["Noch 1 Tag:"]


def test_it_comes_in_the_language_in_which_the_draft_was_begun() -> None:
    _call, proposal = _a_draft()
    Proposal.objects.filter(pk=proposal.pk).update(language="en")
    remind(berlin("2020-12-03T10:00"))
    message = Message.objects.get()
    assert message.subject == "1 day left: your topic proposal has not been submitted yet"
    assert_english(message.body.replace(proposal.title, ""))


def test_who_has_submitted_or_just_begun_is_not_reminded() -> None:
    author, _organisation = with_organisation()
    call = make_call()
    submitted(call, author)
    late = draft(call, author)
    Proposal.objects.filter(pk=late.pk).update(created_at=berlin("2020-12-03T09:00"))
    assert remind(berlin("2020-12-03T10:00")) == 0


def test_only_those_who_work_on_the_draft_are_written_to() -> None:
    author, organisation = with_organisation()
    member(organisation, Role.READ, "liest@example.org")
    member(organisation, Role.EDIT, "andere@example.org")
    helper = member(organisation, Role.EDIT, "hilft@example.org")
    proposal = draft(make_call(), author)
    Proposal.objects.filter(pk=proposal.pk).update(created_at=proposal.call.opens_at, saved_by=helper)
    remind(berlin("2020-12-03T10:00"))
    assert sorted(recipient for recipient, _subject in _subjects()) == ["antrag@example.org", "hilft@example.org"]


def test_a_longer_deadline_is_reminded_of_anew_and_an_own_one_counts() -> None:
    call, proposal = _a_draft()
    assert remind(berlin("2020-12-03T10:00")) == 1
    Proposal.objects.filter(pk=proposal.pk).update(closes_at_own=call.closes_at + timedelta(days=7))
    assert remind(berlin("2020-12-03T10:00")) == 0
    assert remind(berlin("2020-12-04T10:00")) == 1
    assert [subject[:12] for _recipient, subject in _subjects()] == ["Noch 1 Tag: ", "Noch 7 Tage:"]


def test_a_withdrawn_proposal_is_left_in_peace() -> None:
    author, _organisation = with_organisation()
    proposal, _version = submitted(make_call(), author)
    withdraw(proposal, actor=author, at=berlin("2020-12-01T10:00"))
    assert remind(berlin("2020-12-03T10:00")) == 0
