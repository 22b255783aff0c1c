"""What an applicant may know of a decision: the single source for every page, list, file and count of theirs.

A decision is told by its letter, at the moment at which the mail server has taken it over (invariant 7). Until then the
applicant knows what they knew before: nothing, or the decision of an earlier letter. A correction therefore shows
neither by an answer that appears nor by one that vanishes, but by its own letter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from connective.mail.models import Message
from review.models import AnswerLetter, Decision, Outcome
from submissions.models import Proposal


@dataclass(frozen=True)
class Answer:
    """A decision that was told, and the letter that told it (the latest, where it was sent more than once)."""

    decision: Decision
    letter: AnswerLetter
    told_at: datetime
    """When the first letter about this decision was sent."""

    @property
    def outcome(self) -> Outcome:
        """Return what was decided."""
        return Outcome(self.decision.outcome)

    @property
    def is_accepted(self) -> bool:
        """Say whether the topic becomes an event."""
        return self.outcome is Outcome.ACCEPTANCE


def visible_answer(proposal: Proposal) -> Answer | None:
    """Return what the applicants of a proposal may know of the decision about it, or None (one query)."""
    return visible_answers([proposal]).get(proposal.pk)


def visible_answers(proposals: Iterable[Proposal]) -> dict[int, Answer]:
    """Return what may be known of several proposals, by their keys; those without an answer are missing (one query)."""
    sent = (
        AnswerLetter.objects.filter(
            decision__proposal__in=[proposal.pk for proposal in proposals], message__state=Message.State.SENT
        )
        .select_related("decision", "message")
        .order_by("decision__sequence", "pk")
    )
    found: dict[int, Answer] = {}
    for letter in sent:
        assert letter.message is not None
        assert letter.message.sent_at is not None
        decision, before = letter.decision, found.get(letter.decision.proposal_id)
        repeats = before is not None and before.decision == decision
        told_at = before.told_at if before and repeats else letter.message.sent_at
        found[decision.proposal_id] = Answer(decision=decision, letter=letter, told_at=told_at)
    return found
