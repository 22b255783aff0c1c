"""What the votes leave open, and the recorded act that resolves it: casting vote, lot, or the chair's ruling.

A round has one such act. It orders every tie that touches the last place or lies behind it (the reserve list); under
the rule that the chair decides it names the topics.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain import counting
from review.domain.errors import NotPermitted, ReasonNeeded
from review.domain.roles import roles_of
from review.domain.rounds import OFFICE, NotPresiding, State, in_state, locked_round
from review.models import Ballot, Choice, Elector, ReviewRole, Settlement, TopicTally, VotingRound, VotingTopic

Kind = Settlement.Kind


class NothingToSettle(DomainError):
    """The votes left nothing open, or another act was meant to resolve it."""

    message = _("Hier ist nichts aufzulösen: Die Stimmen entscheiden allein.")


class AlreadySettled(DomainError):
    """There is an act already; it stays."""

    message = _("Das ist schon entschieden und festgehalten.")


class OrderRefused(DomainError):
    """The topics named are not exactly those that are open."""

    message = _(
        "Bitte bringen Sie genau die gleichauf liegenden Themen in eine Reihenfolge, jedes an eine andere Stelle."
    )


class TooManyChosen(DomainError):
    """More topics than places, a topic twice, or one that may not be chosen."""

    message = _("Bitte wählen Sie höchstens so viele Themen, wie Plätze da sind, und nur beschlussfähige.")


@dataclass(frozen=True)
class Pending:
    """What is open: ties (groups of equal topics, the better group first), or the choice among `topics` for a ruling."""

    ties: tuple[tuple[VotingTopic, ...], ...] = ()
    topics: tuple[VotingTopic, ...] = ()

    @property
    def is_ruling(self) -> bool:
        """Whether the chair decides, and not only about a tie."""
        return bool(self.topics)

    @property
    def concerned(self) -> tuple[VotingTopic, ...]:
        """Return the topics that the act is about."""
        return self.topics or tuple(topic for tie in self.ties for topic in tie)


def needs_settlement(round_: VotingRound) -> Pending | None:
    """Return what a closed round leaves open; None where nothing is, where it is resolved, or before the close."""
    if round_.state not in (State.CLOSED, State.CERTIFIED) or Settlement.objects.filter(round=round_).exists():
        return None
    return left_open(round_)


def left_open(round_: VotingRound) -> Pending | None:
    """Return what the votes of a closed round left open, whether or not it was resolved since."""
    topics = _topics(round_)
    if round_.rule == VotingRound.Rule.CHAIR:
        undecided = tuple(topics[row.topic_id] for row in _tallies(round_) if row.is_accepted is None)
        return Pending(topics=undecided) if undecided else None
    ties = counting.unresolved(groups_of(round_), round_.places)
    return Pending(ties=tuple(tuple(topics[key] for key in tie) for tie in ties)) if ties else None


def groups_of(round_: VotingRound) -> list[list[int]]:
    """Return the accepted topics of a closed round in groups of equal yes, the most first."""
    return counting.order([count_of(row) for row in _tallies(round_)])


def count_of(row: TopicTally) -> counting.TopicCount:
    """Return a frozen tally as figures."""
    return counting.TopicCount(
        topic=row.topic_id,
        yes=row.yes,
        no=row.no,
        abstain=row.abstain,
        objections=row.objections,
        recused=row.recused,
        entitled=row.entitled,
        present=row.present,
        is_quorate=row.is_quorate,
        is_accepted=row.is_accepted,
    )


def may_preside(person: User, round_: VotingRound, topics: Iterable[VotingTopic]) -> bool:
    """Say whether the person may decide about the topics: the chair; where the chair is recused on one, the deputy.

    Nobody decides who is recused on one of them; a tie is then resolved by lot.
    """
    if not roles_of(person) & {ReviewRole.CHAIR, ReviewRole.DEPUTY, ReviewRole.COMMITTEE}:
        return False
    about = [topic.pk for topic in topics]
    recused = set(
        Ballot.objects.filter(topic__in=about, choice=Choice.RECUSED, elector__round=round_).values_list(
            "elector", flat=True
        )
    )
    chair = Elector.objects.filter(round=round_, is_chair=True).select_related("deputy").first()
    if chair is None:
        return False
    if chair.pk not in recused:
        return chair.person_id == person.pk
    deputy = Elector.objects.filter(deputy_for=chair).first()
    return deputy is not None and deputy.pk not in recused and deputy.person_id == person.pk


def cast_vote(
    round_: VotingRound, ranked: Sequence[VotingTopic], *, reason: str, actor: User, at: datetime
) -> Settlement:
    """Let the chair put all open ties into an order: `ranked` holds their topics, the preferred first.

    The order counts within each tie; a topic with more yes stays before one with fewer.
    Raises NotPresiding, ReasonNeeded, OrderRefused, NothingToSettle, AlreadySettled and RoundMovedOn.
    """
    with transaction.atomic():
        locked = _locked(round_)
        pending = _pending(locked, ruling=False)
        if not may_preside(actor, locked, pending.concerned):
            raise NotPresiding
        keys = [topic.pk for topic in ranked]
        if sorted(keys) != sorted(topic.pk for topic in pending.concerned):
            raise OrderRefused
        order = [[key for key in keys if key in {topic.pk for topic in tie}] for tie in pending.ties]
        return _write(locked, Kind.CASTING, {"ties": order}, reason=_given(reason), actor=actor, at=at)


def draw_lot(round_: VotingRound, *, actor: User, at: datetime) -> Settlement:
    """Draw lots for all open ties. The seed is drawn at this moment and published, see `lot_order`.

    The office, the lead or the chair may. Raises NotPermitted, NothingToSettle, AlreadySettled and RoundMovedOn.
    """
    roles = roles_of(actor)
    if not roles & {*OFFICE, ReviewRole.CHAIR} or ReviewRole.AUDITOR in roles:
        raise NotPermitted
    with transaction.atomic():
        locked = _locked(round_)
        pending = _pending(locked, ruling=False)
        seed = secrets.token_hex(32)
        order = [_drawn(tie, seed) for tie in pending.ties]
        return _write(locked, Kind.LOT, {"ties": order}, seed=seed, actor=actor, at=at)


def lot_order(references: Iterable[str], seed: str) -> list[str]:
    """Return the references in the order that the seed gives: by SHA-256(seed + ":" + reference), the smallest first.

    Anyone can repeat it: `printf '%s' 'SEED:REFERENCE' | sha256sum`.
    """
    return sorted(references, key=lambda reference: lot_of(reference, seed))


def lot_of(reference: str, seed: str) -> str:
    """Return the lot that a reference draws, in hexadecimal digits."""
    return hashlib.sha256(f"{seed}:{reference}".encode()).hexdigest()


def rule(
    round_: VotingRound,
    chosen: Sequence[VotingTopic],
    reserve: Sequence[VotingTopic],
    *,
    reason: str,
    actor: User,
    at: datetime,
) -> Settlement:
    """Let the chair decide after a consultative vote: the topics chosen, and a reserve list in its order; others fall.

    A topic without quorum cannot be named, nor one on which whoever decides is recused.
    Raises NotPresiding, ReasonNeeded, TooManyChosen, NothingToSettle, AlreadySettled and RoundMovedOn.
    """
    with transaction.atomic():
        locked = _locked(round_)
        pending = _pending(locked, ruling=True)
        allowed = {topic.pk for topic in open_to_ruling(actor, locked, pending)}
        named = [topic.pk for topic in (*chosen, *reserve)]
        if len(set(named)) != len(named) or not allowed.issuperset(named) or len(chosen) > locked.places:
            raise TooManyChosen
        content = {"accepted": [topic.pk for topic in chosen], "reserve": [topic.pk for topic in reserve]}
        return _write(locked, Kind.RULING, content, reason=_given(reason), actor=actor, at=at)


def open_to_ruling(person: User, round_: VotingRound, pending: Pending) -> list[VotingTopic]:
    """Return the topics that the person may choose from as chair, or as the deputy of a chair recused on one of them.

    The chair may rule on what is open to the chair; so a recusal never leaves a round without an end.
    Raises NotPresiding.
    """
    chair = Elector.objects.filter(round=round_, is_chair=True).first()
    acting = Elector.objects.filter(round=round_, person=person).first()
    if chair is None or acting is None or not roles_of(person):
        raise NotPresiding
    recused = Ballot.objects.filter(choice=Choice.RECUSED, topic__in=[topic.pk for topic in pending.topics])
    is_deputy = acting.deputy_for_id == chair.pk and recused.filter(elector=chair).exists()
    if acting.pk != chair.pk and not is_deputy:
        raise NotPresiding
    closed = set(recused.filter(elector=acting).values_list("topic", flat=True))
    return [topic for topic in pending.topics if topic.pk not in closed]


def _locked(round_: VotingRound) -> VotingRound:
    locked = locked_round(round_)
    in_state(locked, State.CLOSED)
    if Settlement.objects.filter(round=locked).exists():
        raise AlreadySettled
    return locked


def _pending(locked: VotingRound, *, ruling: bool) -> Pending:
    pending = left_open(locked)
    if pending is None or pending.is_ruling != ruling:
        raise NothingToSettle
    return pending


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()


def _drawn(tie: Sequence[VotingTopic], seed: str) -> list[int]:
    by_reference = {topic.proposal.reference or "": topic.pk for topic in tie}
    return [by_reference[reference] for reference in lot_order(by_reference, seed)]


def _write(
    locked: VotingRound,
    kind: Settlement.Kind,
    content: Mapping[str, object],
    *,
    actor: User,
    at: datetime,
    seed: str = "",
    reason: str = "",
) -> Settlement:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    made = Settlement.objects.create(
        round=locked, kind=kind, content=text, seed=seed, reason=reason, decided_by=actor, decided_at=at
    )
    record(
        "vote.settled",
        actor=actor,
        subject=locked,
        payload={"kind": kind.value, "seed": seed, "order": dict(content), "at": at.isoformat()},
    )
    return made


def _topics(round_: VotingRound) -> dict[int, VotingTopic]:
    return {topic.pk: topic for topic in VotingTopic.objects.filter(round=round_).select_related("proposal")}


def _tallies(round_: VotingRound) -> list[TopicTally]:
    return list(TopicTally.objects.filter(topic__round=round_).order_by("topic__position"))
