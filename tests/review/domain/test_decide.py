"""Decisions: recorded once, chained, corrected without erasing."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import IntegrityError, connection, connections, transaction

from connective.accounts.models import User
from connective.audit.append_only import suspended
from connective.audit.models import Entry
from connective.errors import DomainError
from review.domain import decision_chain
from review.domain.correct_decision import Change, NobodyInReserve, Superseded, correct, lapse, move_up, next_in_reserve
from review.domain.decide import AlreadyDecided, NotDecidable, decide, in_force, obstacles, rule, undecided
from review.domain.draft_decision import (
    DraftConflict,
    DraftText,
    FeedbackChanged,
    OwnFeedback,
    review_feedback,
    save_draft,
)
from review.domain.errors import Closed, NotPermitted, ReasonNeeded
from review.models import Decision, Declaration, Outcome, ReviewRole
from submissions.domain.errors import UnderDecision
from submissions.domain.withdraw import withdraw
from submissions.models import Proposal
from tests.review.decided import DECIDED, Decided, decided_call, draft_title, titled, voted_call
from tests.review.scored import person_with
from tests.review.voted import AFTER, call_with, committee

pytestmark = pytest.mark.django_db

LATER = DECIDED + timedelta(days=3)


def _outcomes(world: Decided) -> list[tuple[str, int | None]]:
    return [(one.outcome, one.reserve_rank) for one in in_force(world.call).order_by("proposal__reference")]


class TestDecisionsOnAVote:
    def test_follow_its_result_and_reject_the_rest(self) -> None:
        world = decided_call(accepted=1, rejected=2)
        assert _outcomes(world) == [("acceptance", None), ("reserve", 1), ("rejection", None), ("rejection", None)]
        assert {one.basis for one in world.decisions} == {"round"}
        assert {one.round for one in world.decisions} == {world.round}

    def test_keep_the_submitted_title_and_the_final_one_apart(self) -> None:
        accepted = decided_call().of(Outcome.ACCEPTANCE)[0]
        assert (accepted.proposal.title, accepted.final_title) == ("Thema 1", "Dialog: Thema 1")

    def test_wait_for_a_certified_vote(self) -> None:
        call, who = call_with(2), committee()
        assert obstacles(call, who.lead) == ["Noch ist keine Abstimmung festgestellt."]
        with pytest.raises(NotDecidable):
            decide(call, actor=who.lead, at=DECIDED)

    def test_wait_for_title_and_form_of_each_event(self) -> None:
        world = voted_call()
        with pytest.raises(NotDecidable, match="Titel und Form"):
            decide(world.call, actor=world.who.lead, at=DECIDED)
        assert Decision.objects.count() == 0

    def test_wait_for_a_second_person_who_reads_the_feedback(self) -> None:
        world = voted_call()
        titled(world)
        rejected = undecided(world.call).last()
        assert rejected
        draft = save_draft(rejected, DraftText(feedback="Schade."), based_on=0, actor=world.who.office, at=AFTER)
        assert len(obstacles(world.call, world.who.lead)) == 1
        review_feedback(draft, based_on=1, actor=world.who.lead, at=AFTER)
        made = decide(world.call, actor=world.who.lead, at=DECIDED)
        assert made[-1].feedback == "Schade."

    def test_are_recorded_by_the_lead_alone(self) -> None:
        world = voted_call()
        titled(world)
        for actor in (
            world.who.office,
            world.who.chair,
            *world.who.members,
            person_with(ReviewRole.AUDITOR, "r@example.org"),
        ):
            with pytest.raises(NotPermitted):
                decide(world.call, actor=actor, at=DECIDED)

    def test_are_recorded_once_however_often_one_clicks(self) -> None:
        world = decided_call()
        assert decide(world.call, actor=world.who.lead, at=LATER) == []
        assert Decision.objects.count() == len(world.decisions)


class TestARulingOfTheChair:
    def test_decides_without_a_vote_and_says_why(self) -> None:
        call, who = call_with(3), committee()
        first, second, third = undecided(call)
        draft_title(second, who.office)
        outcomes = {second.pk: Outcome.ACCEPTANCE, third.pk: Outcome.RESERVE}
        made = rule(call, outcomes, reason="Eilfall.", actor=who.chair, at=DECIDED)
        assert [(one.proposal, one.outcome, one.basis, one.reason) for one in made] == [
            (first, "rejection", "ruling", "Eilfall."),
            (second, "acceptance", "ruling", "Eilfall."),
            (third, "reserve", "ruling", "Eilfall."),
        ]

    @pytest.mark.parametrize("who_rules", ["office", "lead"])
    def test_is_the_chairs_alone(self, who_rules: str) -> None:
        call, who = call_with(1), committee()
        with pytest.raises(NotPermitted):
            rule(call, {}, reason="Eilfall.", actor=getattr(who, who_rules), at=DECIDED)

    def test_needs_a_reason_and_comes_once(self) -> None:
        call, who = call_with(1), committee()
        with pytest.raises(ReasonNeeded):
            rule(call, {}, reason=" ", actor=who.chair, at=DECIDED)
        rule(call, {}, reason="Eilfall.", actor=who.chair, at=DECIDED)
        with pytest.raises(AlreadyDecided):
            rule(call, {}, reason="Noch einmal.", actor=who.chair, at=DECIDED)

    def test_waits_for_the_deadline(self) -> None:
        call, who = call_with(1), committee()
        with pytest.raises(NotDecidable, match="nimmt noch Vorschläge an"):
            rule(call, {}, reason="Eilfall.", actor=who.chair, at=call.closes_at - timedelta(milliseconds=1))

    def test_is_refused_to_a_chair_with_a_conflict(self) -> None:
        call, who = call_with(2), committee()
        concerned = undecided(call).first()
        assert concerned
        Declaration.objects.create(
            proposal=concerned, person=who.chair, kind="personal", declared_at=AFTER, declared_by=who.chair
        )
        with pytest.raises(NotDecidable, match="nur eine Abstimmung"):
            rule(call, {}, reason="Eilfall.", actor=who.chair, at=DECIDED)

    def test_stops_withdrawals_as_a_vote_does(self) -> None:
        call, who = call_with(1), committee()
        (made,) = rule(call, {}, reason="Eilfall.", actor=who.chair, at=DECIDED)
        with pytest.raises(UnderDecision):
            withdraw(made.proposal, actor=User.objects.get(email="antrag@example.org"), at=LATER)


class TestACorrection:
    def test_is_closed_to_whoever_has_a_conflict(self) -> None:
        world = decided_call()
        rejected, lead = world.of(Outcome.REJECTION)[0], world.who.lead
        Declaration.objects.create(
            proposal=rejected.proposal, person=lead, kind="personal", declared_at=AFTER, declared_by=lead
        )
        with pytest.raises(Closed):
            correct(rejected, Change(Outcome.RESERVE, reserve_rank=2), reason="X.", actor=lead, at=LATER)

    def test_supersedes_and_erases_nothing(self) -> None:
        world = decided_call()
        rejected = world.of(Outcome.REJECTION)[0]
        made = correct(
            rejected, Change(Outcome.RESERVE, reserve_rank=2), reason="Verwechselt.", actor=world.who.lead, at=LATER
        )
        assert made.supersedes == rejected
        assert Decision.objects.get(pk=rejected.pk).outcome == Outcome.REJECTION
        assert list(in_force(world.call).filter(proposal=rejected.proposal)) == [made]
        assert decision_chain.verify(world.call) == []

    def test_of_a_decision_that_is_not_in_force_any_more_is_refused(self) -> None:
        world = decided_call()
        rejected = world.of(Outcome.REJECTION)[0]
        correct(rejected, Change(Outcome.RESERVE, reserve_rank=2), reason="A.", actor=world.who.lead, at=LATER)
        with pytest.raises(Superseded):
            correct(rejected, Change(Outcome.REJECTION), reason="B.", actor=world.who.lead, at=LATER)

    @pytest.mark.parametrize(
        ("change", "reason", "refusal"),
        [
            (Change(Outcome.REJECTION), "", ReasonNeeded),
            (Change(Outcome.ACCEPTANCE), "Weil.", NotDecidable),
            (Change(Outcome.RESERVE), "Weil.", NotDecidable),
        ],
    )
    def test_needs_what_its_outcome_needs(self, change: Change, reason: str, refusal: type[DomainError]) -> None:
        world = decided_call()
        with pytest.raises(refusal):
            correct(world.of(Outcome.REJECTION)[0], change, reason=reason, actor=world.who.lead, at=LATER)

    def test_after_a_lapse_the_first_of_the_reserve_list_moves_up(self) -> None:
        world = decided_call()
        reserve = world.of(Outcome.RESERVE)[0]
        assert next_in_reserve(world.call) is None
        lapse(world.of(Outcome.ACCEPTANCE)[0], reason="Der Gastgeber sagt ab.", actor=world.who.lead, at=LATER)
        assert next_in_reserve(world.call) == reserve
        move_up(
            reserve, final_title="Dialog", final_mode="virtual", reason="Nachgerückt.", actor=world.who.lead, at=LATER
        )
        assert _outcomes(world) == [("lapsed", None), ("acceptance", None), ("rejection", None), ("rejection", None)]
        assert next_in_reserve(world.call) is None

    def test_nobody_moves_up_out_of_turn(self) -> None:
        world = decided_call()
        with pytest.raises(NobodyInReserve):
            move_up(
                world.of(Outcome.RESERVE)[0],
                final_title="D",
                final_mode="both",
                reason="X.",
                actor=world.who.lead,
                at=LATER,
            )


class TestWhatTheOfficePrepares:
    def test_is_not_overwritten_from_a_second_tab(self) -> None:
        world = voted_call()
        proposal = undecided(world.call).first()
        assert proposal
        save_draft(proposal, DraftText(feedback="Eins."), based_on=0, actor=world.who.office, at=AFTER)
        with pytest.raises(DraftConflict) as conflict:
            save_draft(proposal, DraftText(feedback="Zwei."), based_on=0, actor=world.who.lead, at=AFTER)
        assert conflict.value.current.feedback == "Eins."

    def test_is_reviewed_by_another_person_as_it_was_read(self) -> None:
        world = voted_call()
        proposal = undecided(world.call).first()
        assert proposal
        draft = save_draft(proposal, DraftText(feedback="Eins."), based_on=0, actor=world.who.office, at=AFTER)
        with pytest.raises(OwnFeedback):
            review_feedback(draft, based_on=1, actor=world.who.office, at=AFTER)
        save_draft(proposal, DraftText(feedback="Zwei."), based_on=1, actor=world.who.office, at=AFTER)
        with pytest.raises(FeedbackChanged):
            review_feedback(draft, based_on=1, actor=world.who.lead, at=AFTER)

    def test_is_closed_to_whoever_has_a_conflict(self) -> None:
        world = voted_call()
        proposal = undecided(world.call).first()
        assert proposal
        Declaration.objects.create(
            proposal=proposal, person=world.who.office, kind="personal", declared_at=AFTER, declared_by=world.who.office
        )
        with pytest.raises(Closed):
            save_draft(proposal, DraftText(feedback="Eins."), based_on=0, actor=world.who.office, at=AFTER)


class TestTheChain:
    def test_is_sound_and_its_head_is_in_the_audit_log(self) -> None:
        world = decided_call()
        assert decision_chain.verify(world.call) == []
        entry = Entry.objects.filter(action="decisions.recorded").get()
        assert decision_chain.head(world.call) in entry.payload

    def test_rows_are_neither_changed_nor_deleted(self) -> None:
        one = decided_call().decisions[0]
        for act in (lambda: Decision.objects.filter(pk=one.pk).update(feedback="Anders."), one.delete):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()

    def test_a_proposal_has_one_first_decision_and_each_decision_one_successor(self) -> None:
        world = decided_call()
        first = world.decisions[0]
        twin = {
            "call": world.call,
            "proposal": first.proposal,
            "outcome": "rejection",
            "basis": "ruling",
            "reason": "X",
        }
        for extra in ({}, {"supersedes": first}, {"supersedes": first}):
            made = {**twin, **extra, "decided_by": world.who.lead, "decided_at": LATER, "content": "{}"}
            sequence = Decision.objects.count() + 1
            expected = bool(extra) and sequence == len(world.decisions) + 1
            try:
                with transaction.atomic():
                    Decision.objects.create(**made, sequence=sequence, sha256=str(sequence))
            except IntegrityError:
                assert not expected
            else:
                assert expected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("feedback", "Anders.", "what stands in its fields is not what was hashed"),
        ("outcome", "lapsed", "what stands in its fields is not what was hashed"),
        ("content", "{}", "what stands in its fields is not what was hashed"),
        ("sha256", "0" * 64, "its hash does not belong to its text"),
        ("previous_sha256", "0" * 64, "does not follow the decision before it"),
    ],
)
def test_what_the_owner_of_the_database_changes_is_found(field: str, value: str, fault: str) -> None:
    world = decided_call()
    with suspended(connection):
        Decision.objects.filter(pk=world.decisions[0].pk).update(**{field: value})
    assert f"decision 1: {fault}" in decision_chain.verify(world.call)


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_decide_at_once_one_records_and_nothing_is_doubled() -> None:
    world = voted_call()
    titled(world)
    results: list[int] = []

    def click() -> None:
        try:
            results.append(len(decide(world.call, actor=world.who.lead, at=DECIDED)))
        finally:
            connections.close_all()

    threads = [Thread(target=click) for _click in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    proposals = Proposal.objects.filter(call=world.call).count()
    assert sorted(results) == [0] * 9 + [proposals]
    assert Decision.objects.count() == proposals
    assert decision_chain.verify(world.call) == []


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_correct_at_once_one_supersedes() -> None:
    world = decided_call()
    rejected, outcomes = world.of(Outcome.REJECTION)[0], list[str]()

    def click() -> None:
        try:
            correct(
                rejected, Change(Outcome.RESERVE, reserve_rank=2), reason="Verwechselt.", actor=world.who.lead, at=LATER
            )
        except Superseded:
            outcomes.append("refused")
        else:
            outcomes.append("made")
        finally:
            connections.close_all()

    threads = [Thread(target=click) for _click in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", *["refused"] * 9]
    assert in_force(world.call).filter(proposal=rejected.proposal).count() == 1
    assert decision_chain.verify(world.call) == []
