"""Calls whose answers are drafted, released or sent, for the tests of what comes after a decision."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from connective.accounts.models import User
from connective.mail.models import Message
from review.domain import letter_pdf
from review.domain.draft_letters import draft_letters
from review.domain.release_letters import release
from review.models import AnswerLetter, Decision, LetterBatch, Outcome, ReviewRole
from submissions.models import Call, Proposal
from tests.review.scored import AT, person_with, proposals
from tests.submissions.build import make_call

DATED = date(2021, 1, 12)
DRAFTED = AT + timedelta(days=30)
RELEASED = DRAFTED + timedelta(days=1)
SENT = RELEASED + timedelta(minutes=1)
USUAL = (Outcome.ACCEPTANCE, Outcome.RESERVE, Outcome.REJECTION)


@dataclass(frozen=True)
class Answered:
    """A call with decisions, the officer who drafts, the lead who releases, and the batch of its letters."""

    call: Call
    office: User
    lead: User
    decisions: list[Decision]
    batch: LetterBatch

    @property
    def letters(self) -> list[AnswerLetter]:
        """Return the letters as they stand, in the order of the decisions."""
        found = AnswerLetter.objects.select_related("message", "batch", "decision__proposal", "decision__call")
        return list(found.filter(batch__call=self.call).order_by("decision__sequence", "pk"))

    @property
    def proposals(self) -> list[Proposal]:
        """Return the proposals in the order of the decisions."""
        return [decision.proposal for decision in self.decisions]


def recipient(number: int) -> str:
    """Return the address of the contact person of the proposal with this number, from 1."""
    return f"kontakt-{number}@example.org"


def decisions(
    call: Call, made: Sequence[Proposal], outcomes: Sequence[Outcome], by: User, feedback: str = ""
) -> list[Decision]:
    """Record decisions as rulings of the chair, without a vote: quick, and a chain like the true one's."""
    rows, before, rank = [], "", 0
    for sequence, (proposal, outcome) in enumerate(zip(made, outcomes, strict=True), 1):
        rank += outcome is Outcome.RESERVE
        content = json.dumps({"proposal": proposal.pk, "outcome": outcome.value})
        digest = hashlib.sha256(f"{call.pk}:{sequence}:{before}:{content}".encode()).hexdigest()
        accepted = outcome is Outcome.ACCEPTANCE
        rows.append(
            Decision(
                call=call,
                proposal=proposal,
                outcome=outcome,
                reserve_rank=rank if outcome is Outcome.RESERVE else None,
                basis=Decision.Basis.RULING,
                reason="Der Vorsitz hat entschieden.",
                feedback=feedback,
                final_title=f"Dialog: {proposal.title}" if accepted else "",
                final_mode="both" if accepted else "",
                decided_by=by,
                decided_at=AT,
                sequence=sequence,
                content=content,
                previous_sha256=before,
                sha256=digest,
            )
        )
        before = digest
    return Decision.objects.bulk_create(rows)


def superseded(decision: Decision, outcome: Outcome, by: User, at: datetime = SENT) -> Decision:
    """Record that another outcome supersedes a decision, without what a true correction does besides."""
    content = json.dumps({"supersedes": decision.pk, "outcome": outcome.value})
    accepted = outcome is Outcome.ACCEPTANCE
    return Decision.objects.create(
        call=decision.call,
        proposal=decision.proposal,
        supersedes=decision,
        outcome=outcome,
        basis=Decision.Basis.RULING,
        reason="Berichtigt.",
        final_title="Dialog" if accepted else "",
        final_mode="virtual" if accepted else "",
        decided_by=by,
        decided_at=at,
        sequence=Decision.objects.filter(call=decision.call).count() + 1,
        content=content,
        sha256=hashlib.sha256(f"{decision.sha256}:{content}".encode()).hexdigest(),
    )


def drafted_call(
    outcomes: Sequence[Outcome] = USUAL, *, pdfs: bool = True, feedback: str = "", **fields: Any
) -> Answered:
    """Create a call with decided proposals and the draft of its letters, by default with their PDFs."""
    call = make_call(**fields)
    titles = [f"Thema {number}" for number in range(1, len(outcomes) + 1)]
    contacts: list[Mapping[str, Any]] = [
        {"contact": {"name": f"Kim Beispiel {number}", "email": recipient(number)}}
        for number in range(1, len(outcomes) + 1)
    ]
    made = proposals(call, titles, contacts)
    office = person_with(ReviewRole.OFFICE, f"entwurf-{call.pk}@example.org")
    lead = person_with(ReviewRole.LEAD, f"freigabe-{call.pk}@example.org")
    decided = decisions(call, made, outcomes, lead, feedback)
    batch = draft_letters(call, dated_on=DATED, actor=office, at=DRAFTED)
    if pdfs:
        letter_pdf.make_missing(letter_pdf.missing(call))
    return Answered(call=call, office=office, lead=lead, decisions=decided, batch=batch)


def released_call(outcomes: Sequence[Outcome] = USUAL, **fields: Any) -> Answered:
    """Create a call whose letters are released and wait to be sent."""
    world = drafted_call(outcomes, **fields)
    release(world.batch, actor=world.lead, at=RELEASED)
    world.batch.refresh_from_db()
    return world


def mark_sent(*letters: AnswerLetter, at: datetime = SENT) -> None:
    """Let the e-mails of these letters be sent, without a mail server."""
    messages = Message.objects.filter(pk__in=[letter.message_id for letter in letters])
    messages.update(state=Message.State.SENT, sent_at=at)


def answered_call(outcomes: Sequence[Outcome] = USUAL, **fields: Any) -> Answered:
    """Create a call whose letters are all sent: its applicants know the decision."""
    world = released_call(outcomes, **fields)
    mark_sent(*world.letters)
    return world
