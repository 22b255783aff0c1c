"""Counting a vote: a pure function of topics, seats, ballots and rule, so that anyone can repeat it.

How it counts (decided in docs/decisions/voting.md):

- a seat is a member and perhaps a deputy. For a topic its voice is the ballot of the member, else that of the deputy;
- whoever is recused has no voice and is not present. A recused member's seat is counted only if there is a deputy who
  is not recused; otherwise it is neither in the quorum nor in the base of the majority;
- a seat takes part when its voice was cast, or at a meeting when its member or deputy was recorded as present;
- the quorum is counted per topic on the seats after recusals;
- consensus: nobody objects, and at least one says yes. Under every other rule an objection counts as a no;
- a majority of votes cast is counted of yes and no; of nothing there is no majority.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from review.models.ballot import Choice
from review.models.voting_round import VotingRound

Rule = VotingRound.Rule
Base = VotingRound.Base
Quorum = VotingRound.Quorum


@dataclass(frozen=True)
class Seat:
    """A seat of the roll by the keys of its electors; `present` holds those who were recorded as present."""

    member: int
    deputy: int | None = None
    present: frozenset[int] = frozenset()

    @property
    def people(self) -> tuple[int, ...]:
        """Return the electors of the seat, the one whose ballot goes before first."""
        return (self.member,) if self.deputy is None else (self.member, self.deputy)


@dataclass(frozen=True)
class Vote:
    """What an elector says about a topic: the ballot that counts."""

    topic: int
    elector: int
    choice: str


@dataclass(frozen=True)
class RuleOfRound:
    """How a round is counted; the values are those of `VotingRound`."""

    rule: str
    base: str = Base.CAST
    share_numerator: int = 2
    share_denominator: int = 3
    quorum: str = Quorum.MORE_THAN_HALF
    setting: str = VotingRound.Setting.CIRCULAR

    @classmethod
    def of(cls, round_: VotingRound) -> "RuleOfRound":
        """Return the rule of a round."""
        return cls(
            rule=str(round_.rule),
            base=str(round_.base),
            share_numerator=round_.share_numerator,
            share_denominator=round_.share_denominator,
            quorum=str(round_.quorum),
            setting=str(round_.setting),
        )


@dataclass(frozen=True)
class TopicCount:
    """The figures of a topic; the fields are those of `TopicTally`. `recused` counts people, `entitled` seats."""

    topic: int
    yes: int
    no: int
    abstain: int
    objections: int
    recused: int
    entitled: int
    present: int
    is_quorate: bool
    is_accepted: bool | None


@dataclass
class _Voices:
    """What the seats say about a topic."""

    entitled: int = 0
    present: int = 0
    choices: list[str] = field(default_factory=list)


def count(topics: Sequence[int], seats: Sequence[Seat], ballots: Iterable[Vote], rule: RuleOfRound) -> list[TopicCount]:
    """Count the ballots of each topic, in the order of `topics`. The order of seats and ballots does not matter."""
    by_topic: dict[int, dict[int, str]] = {topic: {} for topic in topics}
    for ballot in ballots:
        by_topic[ballot.topic][ballot.elector] = ballot.choice
    return [_count_topic(topic, seats, by_topic[topic], rule) for topic in topics]


def order(counts: Sequence[TopicCount]) -> list[list[int]]:
    """Return the accepted topics: more yes first, those with equal yes as one group, each in the order of `counts`."""
    groups: dict[int, list[int]] = {}
    for counted in counts:
        if counted.is_accepted:
            groups.setdefault(counted.yes, []).append(counted.topic)
    return [groups[yes] for yes in sorted(groups, reverse=True)]


def unresolved(groups: Sequence[Sequence[int]], places: int) -> list[list[int]]:
    """Return the ties that somebody has to resolve: those at the last place, and those behind it (the reserve list).

    A tie among the chosen needs no order.
    """
    open_ties, before = [], 0
    for group in groups:
        before += len(group)
        if len(group) > 1 and before > places:
            open_ties.append(list(group))
    return open_ties


def voices(seats: Sequence[Seat], ballots: Mapping[int, str], rule: RuleOfRound) -> tuple[int, int, list[str]]:
    """Return entitled seats, seats that take part, and the choices that count for a topic (`ballots` by elector)."""
    found = _Voices()
    for seat in seats:
        free = [person for person in seat.people if ballots.get(person) != Choice.RECUSED]
        if not free:
            continue
        found.entitled += 1
        voice = next((ballots[person] for person in free if person in ballots), None)
        if voice is not None:
            found.choices.append(voice)
        was_there = rule.setting == VotingRound.Setting.MEETING and not seat.present.isdisjoint(free)
        found.present += voice is not None or was_there
    return found.entitled, found.present, found.choices


def _count_topic(topic: int, seats: Sequence[Seat], ballots: Mapping[int, str], rule: RuleOfRound) -> TopicCount:
    entitled, present, choices = voices(seats, ballots, rule)
    yes, no = choices.count(Choice.YES), choices.count(Choice.NO)
    objections = choices.count(Choice.OBJECTION)
    if rule.rule != Rule.CONSENSUS:
        no, objections = no + objections, 0
    is_quorate = _is_quorate(present, entitled, rule.quorum)
    return TopicCount(
        topic=topic,
        yes=yes,
        no=no,
        abstain=choices.count(Choice.ABSTAIN),
        objections=objections,
        recused=sum(ballots.get(person) == Choice.RECUSED for seat in seats for person in seat.people),
        entitled=entitled,
        present=present,
        is_quorate=is_quorate,
        is_accepted=_is_accepted(yes, no, objections, present, rule) if is_quorate else False,
    )


def _is_quorate(present: int, entitled: int, quorum: str) -> bool:
    """Say whether enough take part; where nobody does, only "no quorum" is content with that."""
    if quorum == Quorum.NONE:
        return True
    if not present:
        return False
    return {
        Quorum.MORE_THAN_HALF: 2 * present > entitled,
        Quorum.AT_LEAST_HALF: 2 * present >= entitled,
        Quorum.TWO_THIRDS: 3 * present >= 2 * entitled,
    }[Quorum(quorum)]


def _is_accepted(yes: int, no: int, objections: int, present: int, rule: RuleOfRound) -> bool | None:
    """Say what the rule makes of the figures of a quorate topic; None where the chair has to decide."""
    if rule.rule == Rule.CHAIR:
        return None
    if rule.rule == Rule.CONSENSUS:
        return not objections and yes > 0
    base = present if rule.base == Base.PRESENT else yes + no
    if rule.rule == Rule.SIMPLE:
        return 2 * yes > base
    return base > 0 and yes * rule.share_denominator >= rule.share_numerator * base
