"""Withdrawing, reopening, and giving changes up."""

from datetime import timedelta

import pytest

from submissions.domain.errors import DeadlinePassed, NotSubmitted, UnderDecision
from submissions.domain.save import save_section
from submissions.domain.submit import content_of
from submissions.domain.withdraw import discard_changes, reopen, withdraw
from submissions.models import Call, Proposal, SectionRevision
from tests.submissions.build import COMPLETE, draft, in_time, make_call, person, submitted

pytestmark = pytest.mark.django_db


def test_a_withdrawn_proposal_keeps_its_version_and_reference_and_frees_its_slot() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    withdrawn = withdraw(proposal, actor=actor, at=in_time(call))
    assert (withdrawn.state, withdrawn.reference, withdrawn.slot) == ("withdrawn", version.reference, None)
    assert list(withdrawn.versions.all()) == [version]


def test_withdrawing_twice_has_one_effect() -> None:
    call, actor = make_call(), person()
    proposal, _version = submitted(call, actor)
    withdraw(proposal, actor=actor, at=in_time(call))
    assert withdraw(proposal, actor=actor, at=in_time(call)).state == Proposal.State.WITHDRAWN


def test_a_draft_cannot_be_withdrawn() -> None:
    call, actor = make_call(), person()
    with pytest.raises(NotSubmitted):
        withdraw(draft(call, actor), actor=actor, at=in_time(call))


def test_withdrawing_is_possible_after_the_deadline_and_reopening_is_not() -> None:
    call, actor = make_call(), person()
    proposal, _version = submitted(call, actor)
    with pytest.raises(DeadlinePassed):
        reopen(proposal, actor=actor, at=call.closes_at)
    assert withdraw(proposal, actor=actor, at=call.closes_at + timedelta(days=3)).state == Proposal.State.WITHDRAWN


def test_once_the_committee_votes_nothing_is_withdrawn_or_reopened_any_more() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    Call.objects.filter(pk=call.pk).update(voting_since=call.closes_at)
    with pytest.raises(UnderDecision):
        withdraw(proposal, actor=actor, at=call.closes_at)
    with pytest.raises(UnderDecision):
        reopen(proposal, actor=actor, at=in_time(call))
    assert Proposal.objects.get(pk=proposal.pk).version_in_force == version


def test_while_a_proposal_is_reopened_what_was_submitted_stays_in_force() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    reopened = reopen(proposal, actor=actor, at=in_time(call))
    assert (reopened.state, reopened.version_in_force) == (Proposal.State.REOPENED, version)


def test_a_withdrawn_proposal_opens_as_a_draft_with_its_reference() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    withdraw(proposal, actor=actor, at=in_time(call))
    reopened = reopen(proposal, actor=actor, at=in_time(call))
    assert (reopened.state, reopened.reference, reopened.version_in_force) == ("draft", version.reference, None)


def test_giving_changes_up_brings_the_submitted_text_back_and_keeps_the_changes_to_go_back_to() -> None:
    call, actor = make_call(), person()
    proposal, version = submitted(call, actor)
    reopen(proposal, actor=actor, at=in_time(call))
    save_section(proposal, "topic", {"title": "Doch nicht"}, base_version=1, actor=actor, at=in_time(call))
    discarded = discard_changes(proposal, actor=actor, at=in_time(call))
    assert (discarded.state, discarded.version_in_force) == (Proposal.State.SUBMITTED, version)
    assert content_of(discarded)["topic"] == COMPLETE["topic"]
    assert SectionRevision.objects.filter(content={"title": "Doch nicht"}).exists()
