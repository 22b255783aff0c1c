"""Four eyes, all or nothing, once."""

from datetime import timedelta

import pytest

from connective import clock
from connective.audit.models import Entry
from connective.mail.delivery import due
from connective.mail.models import Message
from review.domain import letter_board, letter_pdf
from review.domain.answers import visible_answer, visible_answers
from review.domain.draft_letters import BatchMovedOn, NothingToDraft, discard_batch, draft_letters, without_letter
from review.domain.edit_letter import edit_letter
from review.domain.errors import NotPermitted
from review.domain.letter_templates import Wording
from review.domain.release_letters import NotReady, SecondPersonNeeded, go_on, pause, release
from review.models import AnswerLetter, LetterBatch, Outcome, ReviewRole
from tests.review.answered import (
    DATED,
    DRAFTED,
    RELEASED,
    SENT,
    answered_call,
    drafted_call,
    mark_sent,
    recipient,
    released_call,
    superseded,
)
from tests.review.scored import person_with

pytestmark = pytest.mark.django_db

State = AnswerLetter.State


class TestDrafting:
    def test_writes_one_letter_for_each_decision_to_the_contact_person_of_the_version_in_force(self) -> None:
        world = drafted_call()
        assert [(letter.decision, letter.recipient, letter.state) for letter in world.letters] == [
            (decision, recipient(number), State.DRAFT) for number, decision in enumerate(world.decisions, 1)
        ]

    def test_writes_in_the_language_of_the_applicant(self) -> None:
        world = drafted_call((Outcome.ACCEPTANCE,), pdfs=False)
        discard_batch(world.batch, actor=world.office, at=DRAFTED)
        world.call.proposals.update(language="en")
        draft_letters(world.call, dated_on=DATED, actor=world.office, at=DRAFTED)
        assert (world.letters[0].language, world.letters[0].subject[:10]) == ("en", "Acceptance")

    def test_again_adds_nothing(self) -> None:
        world = drafted_call()
        assert draft_letters(world.call, dated_on=DATED, actor=world.office, at=DRAFTED) == world.batch
        assert len(world.letters) == 3

    def test_is_refused_where_all_is_answered(self) -> None:
        world = released_call()
        with pytest.raises(NothingToDraft):
            draft_letters(world.call, dated_on=DATED, actor=world.office, at=DRAFTED)

    def test_leaves_superseded_decisions_out(self) -> None:
        world = answered_call()
        superseded(world.decisions[1], Outcome.ACCEPTANCE, world.lead)
        assert [decision.outcome for decision in without_letter(world.call)] == ["acceptance"]
        batch = draft_letters(world.call, dated_on=DATED, actor=world.office, at=SENT)
        (letter,) = batch.letters.all()
        assert (batch.number, letter.recipient) == (2, recipient(2))
        assert "Dieses Schreiben ersetzt unser Schreiben vom" in letter.body

    def test_that_is_discarded_can_begin_anew(self) -> None:
        world = drafted_call()
        discard_batch(world.batch, actor=world.office, at=DRAFTED)
        assert world.letters == []
        assert draft_letters(world.call, dated_on=DATED, actor=world.office, at=DRAFTED).number == 1

    def test_is_for_the_office_alone(self) -> None:
        world = drafted_call()
        stranger = person_with(ReviewRole.COMMITTEE, "mitglied@example.org")
        with pytest.raises(NotPermitted):
            draft_letters(world.call, dated_on=DATED, actor=stranger, at=DRAFTED)


class TestTheRelease:
    def test_queues_one_message_for_each_decision(self) -> None:
        world = released_call()
        assert [(message.occasion, message.kind, message.recipient) for message in Message.objects.order_by("pk")] == [
            (f"decision:{decision.pk}", "answer", recipient(number))
            for number, decision in enumerate(world.decisions, 1)
        ]
        assert {letter.state for letter in world.letters} == {State.RELEASED}
        message = world.letters[0].message
        assert message is not None
        assert message.subject == world.letters[0].subject
        assert [file.sha256 for file in message.attached_files.all()] == [world.letters[0].sha256]

    def test_twice_has_one_effect(self) -> None:
        world = released_call()
        entries = Entry.objects.count()
        release(world.batch, actor=world.lead, at=RELEASED + timedelta(seconds=1))
        world.batch.refresh_from_db()
        assert (Message.objects.count(), Entry.objects.count(), world.batch.released_at) == (3, entries, RELEASED)

    def test_needs_a_second_person(self) -> None:
        world = drafted_call()
        with pytest.raises(NotPermitted):
            release(world.batch, actor=world.office, at=RELEASED)
        world.batch.drafted_by = world.lead
        world.batch.save()
        with pytest.raises(SecondPersonNeeded):
            release(world.batch, actor=world.lead, at=RELEASED)
        assert not Message.objects.exists()

    def test_is_refused_to_whoever_changed_a_letter_by_hand(self) -> None:
        world = drafted_call()
        letter = world.letters[0]
        edit_letter(
            letter,
            Wording("Zusage", "Anders."),
            recipient=letter.recipient,
            based_on=1,
            actor=world.lead,
            at=DRAFTED,
        )
        with pytest.raises(SecondPersonNeeded):
            release(world.batch, actor=world.lead, at=RELEASED)

    def test_waits_for_every_pdf(self) -> None:
        world = drafted_call(pdfs=False)
        with pytest.raises(NotReady, match="Bei 3 Schreiben fehlt das PDF"):
            release(world.batch, actor=world.lead, at=RELEASED)
        assert {letter.state for letter in world.letters} == {State.DRAFT}

    def test_waits_for_the_letter_of_each_decision(self) -> None:
        world = drafted_call()
        superseded(world.decisions[2], Outcome.ACCEPTANCE, world.lead)
        with pytest.raises(NotReady, match=r"fehlt das Schreiben\. 1 Schreiben gehört zu einer überholten"):
            release(world.batch, actor=world.lead, at=RELEASED)

    def test_waits_for_every_address(self) -> None:
        world = drafted_call()
        AnswerLetter.objects.filter(pk=world.letters[0].pk).update(recipient="")
        with pytest.raises(NotReady, match="fehlt die Adresse"):
            release(world.batch, actor=world.lead, at=RELEASED)

    def test_freezes_the_letters(self) -> None:
        world = released_call()
        letter = world.letters[0]
        with pytest.raises(BatchMovedOn):
            edit_letter(
                letter,
                Wording("Zusage", "Anders."),
                recipient=letter.recipient,
                based_on=1,
                actor=world.office,
                at=SENT,
            )
        with pytest.raises(BatchMovedOn):
            discard_batch(world.batch, actor=world.office, at=SENT)

    def test_counts_letters_against_decisions_by_outcome(self) -> None:
        world = drafted_call((Outcome.ACCEPTANCE, Outcome.ACCEPTANCE, Outcome.REJECTION))
        assert [
            (row.outcome, row.decisions, row.released, row.drafted, row.missing)
            for row in letter_board.reconcile(world.call)
        ] == [
            (Outcome.ACCEPTANCE, 2, 0, 2, 0),
            (Outcome.REJECTION, 1, 0, 1, 0),
        ]
        release(world.batch, actor=world.lead, at=RELEASED)
        assert [(row.released, row.drafted) for row in letter_board.reconcile(world.call)] == [(2, 0), (1, 0)]


class TestAPause:
    def test_holds_what_has_not_left_and_lets_it_go_on(self) -> None:
        world = released_call()
        mark_sent(world.letters[0])
        pause(world.batch, actor=world.office, at=SENT)
        assert list(due(SENT)) == []
        found = letter_board.board(world.lead, world.call, SENT)
        assert dict(found.shown) == {letter_board.Fate.SENT: 1, letter_board.Fate.HELD: 2}
        go_on(world.batch, actor=world.office, at=SENT)
        assert due(SENT).count() == 2
        world.batch.refresh_from_db()
        assert world.batch.state == LetterBatch.State.RELEASED

    def test_twice_is_refused(self) -> None:
        world = released_call()
        pause(world.batch, actor=world.office, at=SENT)
        with pytest.raises(BatchMovedOn):
            pause(world.batch, actor=world.office, at=SENT)


class TestTheBoard:
    def test_says_that_no_worker_is_running(self) -> None:
        world = released_call()
        assert letter_board.board(world.lead, world.call, clock.now()).without_worker == 0
        later = clock.now() + timedelta(minutes=6)
        assert letter_board.board(world.lead, world.call, later).without_worker == 3


class TestWhatApplicantsMayKnow:
    def test_is_nothing_before_their_own_letter_is_sent(self) -> None:
        world = released_call()
        first, second, third = world.letters
        assert visible_answers(world.proposals) == {}
        mark_sent(second)
        assert set(visible_answers(world.proposals)) == {second.decision.proposal_id}
        for state in (Message.State.FAILED, Message.State.UNCERTAIN, Message.State.WITHDRAWN):
            Message.objects.filter(answer_letter=third).update(state=state)
            assert visible_answer(third.decision.proposal) is None
        answer = visible_answer(second.decision.proposal)
        assert answer is not None
        assert (answer.outcome, answer.letter, answer.told_at) == (Outcome.RESERVE, second, SENT)
        assert first.state == State.RELEASED

    def test_changes_only_by_the_letter_of_a_correction(self) -> None:
        world = answered_call()
        proposal = world.proposals[1]
        new = superseded(world.decisions[1], Outcome.ACCEPTANCE, world.lead)
        before = visible_answer(proposal)
        assert before is not None
        assert before.outcome is Outcome.RESERVE
        batch = draft_letters(world.call, dated_on=DATED, actor=world.office, at=SENT)
        letter_pdf.make_missing(letter_pdf.missing(world.call))
        release(batch, actor=world.lead, at=SENT)
        after = visible_answer(proposal)
        assert after is not None
        assert after.outcome is Outcome.RESERVE
        mark_sent(*batch.letters.all())
        told = visible_answer(proposal)
        assert told is not None
        assert told.decision == new

    def test_costs_one_query_for_many(self, django_assert_num_queries: object) -> None:
        world = answered_call()
        with django_assert_num_queries(1):  # type: ignore[operator]
            assert len(visible_answers(world.proposals)) == 3
