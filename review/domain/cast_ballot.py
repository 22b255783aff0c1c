"""Casting a ballot, and changing it until the close."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.electorate import elector_of
from review.domain.errors import Closed, NotPermitted, ReasonNeeded
from review.domain.rounds import State, locked_round
from review.domain.visible import proposals_for
from review.models import Ballot, BallotChange, Choice, VotingRound, VotingTopic

VOTES = (Choice.YES, Choice.NO, Choice.ABSTAIN)


class VoteClosed(DomainError):
    """The ballot was received at the closing instant or later, or the round is closed."""

    message = _("Die Abstimmung ist beendet. Ihre Stimme konnte nicht mehr angenommen werden.")


class VoteNotOpen(DomainError):
    """The round has not begun."""

    message = _("Die Abstimmung hat noch nicht begonnen.")


class ChoiceRefused(DomainError):
    """The rule of the round knows no such vote."""

    message = _("Diese Stimme gibt es in dieser Abstimmung nicht. Bitte wählen Sie eine der Möglichkeiten.")


class BallotConflict(DomainError):
    """The ballot was changed in another tab, or with another device; nothing was overwritten."""

    message = _(
        "Ihre Stimme wurde inzwischen an anderer Stelle geändert. Beide stehen unten; bitte entscheiden Sie neu."
    )

    def __init__(self, current: Ballot | None) -> None:
        """Keep the ballot as it stands, so that the edge can show it."""
        super().__init__()
        self.current = current


def offered(round_: VotingRound) -> tuple[Choice, ...]:
    """Return the votes that a rule knows: an objection belongs to consensus, where it takes the place of a no."""
    if round_.rule == VotingRound.Rule.CONSENSUS:
        return (Choice.YES, Choice.ABSTAIN, Choice.OBJECTION)
    return VOTES


def cast(
    topic: VotingTopic, choice: str, *, reason: str, statement: str, based_on: int, actor: User, at: datetime
) -> Ballot:
    """Cast or change a person's ballot on a topic, received at `at` (aware); the last one counts.

    `based_on` is the number of the ballot that the page showed (0: none). The same request twice has one effect.
    Raises VoteNotOpen, VoteClosed, NotPermitted, Closed, ChoiceRefused, ReasonNeeded and BallotConflict.
    """
    reason, statement = reason.strip(), statement.strip()
    with transaction.atomic():
        locked = locked_round(topic.round)
        if locked.state == State.DRAFT or at < locked.opens_at:
            raise VoteNotOpen
        if locked.state != State.OPEN or at >= locked.closes_at:
            raise VoteClosed
        elector = elector_of(actor, locked)
        if elector is None:
            raise NotPermitted
        current = Ballot.objects.filter(topic=topic, elector=elector).first()
        if current is not None and current.choice == Choice.RECUSED:
            raise Closed
        if not proposals_for(actor, locked.call).filter(pk=topic.proposal_id, may_read=True).exists():
            raise Closed
        if choice not in offered(locked):
            raise ChoiceRefused
        if choice == Choice.OBJECTION and not reason:
            raise ReasonNeeded
        typed = (choice, reason if choice == Choice.OBJECTION else "", statement)
        if current is not None and (current.choice, current.reason, current.statement) == typed:
            return current
        number = _last_number(topic, elector.pk)
        if (current.number if current else 0) != based_on:
            raise BallotConflict(current)
        fields = {"choice": typed[0], "reason": typed[1], "statement": typed[2], "number": number + 1}
        BallotChange.objects.create(topic=topic, elector=elector, received_at=at, **fields)
        ballot, _new = Ballot.objects.update_or_create(topic=topic, elector=elector, defaults={**fields, "cast_at": at})
        # No vote stands in the log: it is read by people who must not know an interim result.
        record("vote.ballot", actor=actor, subject=locked, payload={"topic": topic.pk, "number": number + 1})
    return ballot


def _last_number(topic: VotingTopic, elector_id: int) -> int:
    last = BallotChange.objects.filter(topic=topic, elector=elector_id).order_by("-number").first()
    return last.number if last else 0
