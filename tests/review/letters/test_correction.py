"""From a true vote and true decisions to the letters, and what a correction does to those that have not left."""

from datetime import timedelta

import pytest

from connective.mail.models import Message
from review.domain import letter_pdf
from review.domain.answers import visible_answer
from review.domain.correct_decision import Change, correct
from review.domain.draft_letters import draft_letters
from review.domain.release_letters import release
from review.models import AnswerLetter, LetterBatch, Outcome
from tests.review.answered import DATED, mark_sent
from tests.review.decided import DECIDED, Decided, decided_call

pytestmark = pytest.mark.django_db

LATER = DECIDED + timedelta(days=1)


def released(world: Decided) -> LetterBatch:
    """Draft what is missing as the office, and release it as the lead."""
    batch = draft_letters(world.call, dated_on=DATED, actor=world.who.office, at=DECIDED)
    letter_pdf.make_missing(letter_pdf.missing(world.call))
    return release(batch, actor=world.who.lead, at=LATER)


def test_a_correction_withdraws_the_letter_that_waits_and_gets_its_own() -> None:
    world = decided_call()
    released(world)
    (reserve,) = world.of(Outcome.RESERVE)
    change = Change(outcome=Outcome.REJECTION, feedback="Gut begründet.")
    new = correct(reserve, change, reason="Falsch übertragen.", actor=world.who.lead, at=LATER)
    old = AnswerLetter.objects.select_related("message").get(decision=reserve)
    assert old.message is not None
    assert (old.state, old.message.state) == (AnswerLetter.State.WITHDRAWN, Message.State.WITHDRAWN)
    batch = released(world)
    (letter,) = batch.letters.all()
    assert (letter.decision, batch.number) == (new, 2)
    assert "Dieses Schreiben ersetzt" not in letter.body  # the first one was never told
    mark_sent(*AnswerLetter.objects.all())
    answer = visible_answer(reserve.proposal)
    assert answer is not None
    assert answer.outcome is Outcome.REJECTION


def test_a_correction_of_a_draft_takes_its_letter_out_of_the_batch() -> None:
    world = decided_call()
    batch = draft_letters(world.call, dated_on=DATED, actor=world.who.office, at=DECIDED)
    (reserve,) = world.of(Outcome.RESERVE)
    correct(reserve, Change(outcome=Outcome.REJECTION), reason="Falsch.", actor=world.who.lead, at=LATER)
    assert released(world) == batch
    letters = batch.letters.order_by("pk")
    assert [letter.state for letter in letters].count(AnswerLetter.State.WITHDRAWN) == 1
    assert Message.objects.filter(kind="answer").count() == len(world.decisions)
