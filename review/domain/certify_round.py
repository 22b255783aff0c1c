"""Certifying a result: a second person looks at it, and from then on decisions can rest on it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.recount import recount
from review.domain.rounds import CERTIFIES, RoundMovedOn, State, check_role, in_state, locked_round
from review.domain.settle import groups_of, needs_settlement
from review.models import Settlement, VotingRound, VotingTopic


class SamePerson(DomainError):
    """Whoever closed the vote does not certify it."""

    message = _("Sie haben die Abstimmung geschlossen. Feststellen muss sie eine zweite Person.")


class NotSettled(DomainError):
    """A tie is not resolved, or the chair has not decided."""

    message = _("Noch ist eine Stimmengleichheit nicht aufgelöst, oder der Vorsitz hat nicht entschieden.")


class CountDiffers(DomainError):
    """Counting again gives another result than the one that was frozen."""

    message = _("Die Nachzählung weicht von der Auszählung ab. Bitte wenden Sie sich an die Administration.")


@dataclass(frozen=True)
class RoundResult:
    """What a certified round says about its topics: chosen (the best first), reserve list in its order, the others."""

    accepted: list[VotingTopic]
    reserve: list[VotingTopic]
    rejected: list[VotingTopic]


def certify(round_: VotingRound, *, actor: User, at: datetime) -> VotingRound:
    """Certify a closed round; the same request twice has one effect.

    Raises NotPermitted, RoundMovedOn, SamePerson, NotSettled and CountDiffers.
    """
    check_role(actor, CERTIFIES)
    with transaction.atomic():
        locked = locked_round(round_)
        if locked.state == State.CERTIFIED and locked.certified_by_id == actor.pk:
            return locked
        in_state(locked, State.CLOSED)
        if locked.closed_by_id == actor.pk:
            raise SamePerson
        if needs_settlement(locked) is not None:
            raise NotSettled
        if recount(locked):
            raise CountDiffers
        VotingRound.objects.filter(pk=locked.pk, state=State.CLOSED).update(
            state=State.CERTIFIED, certified_by=actor, certified_at=at
        )
        record(
            "vote.certified",
            actor=actor,
            subject=locked,
            payload={"sha256": locked.tally.sha256, "at": at.isoformat()},
        )
    round_.refresh_from_db()
    return round_


def result_of(round_: VotingRound) -> RoundResult:
    """Return the result of a certified round. Raises RoundMovedOn for any other."""
    if round_.state != State.CERTIFIED:
        raise RoundMovedOn
    return outcome(round_)


def outcome(round_: VotingRound) -> RoundResult:
    """Return what a closed round comes to, as far as it is resolved: open ties stand in the order of the shortlist."""
    topics = {topic.pk: topic for topic in _topics(round_)}
    settlement = Settlement.objects.filter(round=round_).first()
    content = json.loads(settlement.content) if settlement else {}
    if round_.rule == VotingRound.Rule.CHAIR:
        accepted, reserve = content.get("accepted", []), content.get("reserve", [])
    else:
        ranked = ranking(groups_of(round_), content)
        accepted, reserve = ranked[: round_.places], ranked[round_.places :]
    rest = topics.keys() - {*accepted, *reserve}
    return RoundResult(
        accepted=[topics[key] for key in accepted],
        reserve=[topics[key] for key in reserve],
        rejected=[topic for key, topic in topics.items() if key in rest],
    )


def ranking(groups: Sequence[Sequence[int]], content: Mapping[str, Sequence[Sequence[int]]]) -> list[int]:
    """Return the accepted topics in one order: by groups, and within a tie as its settlement says."""
    settled = {frozenset(tie): tie for tie in content.get("ties", ())}
    return [key for group in groups for key in settled.get(frozenset(group), group)]


def _topics(round_: VotingRound) -> list[VotingTopic]:
    return list(VotingTopic.objects.filter(round=round_).select_related("proposal__call").order_by("position"))
