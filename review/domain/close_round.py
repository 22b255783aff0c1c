"""Closing a vote: the ballots are counted once, and the result is frozen (invariant 6)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.attendance import present_electors
from review.domain.counting import RuleOfRound, Seat, TopicCount, Vote, count
from review.domain.rounds import OFFICE, State, check_role, in_state, locked_round
from review.models import Ballot, Choice, Elector, Tally, TopicTally, VotingRound, VotingTopic
from submissions.domain.form_sheet import sha256


class TooEarly(DomainError):
    """The vote is not over: there is time left, and not every seat has voted on every topic."""

    message = _(
        "Die Abstimmung läuft noch. Vor ihrem Ende kann sie nur schließen, wenn zu jedem Thema alle abgestimmt haben "
        "oder befangen sind."
    )


def close(round_: VotingRound, *, actor: User, at: datetime) -> Tally:
    """Close a round and count it. The same request twice returns the tally that the first one made.

    From the closing instant on; before it only when every seat has voted or is recused on every topic.
    Raises NotPermitted, RoundMovedOn and TooEarly.
    """
    check_role(actor, OFFICE)
    with transaction.atomic():
        locked = locked_round(round_)
        if locked.state == State.CLOSED and locked.closed_by_id == actor.pk:
            return Tally.objects.get(round=locked)
        in_state(locked, State.OPEN)
        if at < locked.closes_at and not all_have_voted(locked):
            raise TooEarly
        VotingRound.objects.filter(pk=locked.pk, state=State.OPEN).update(
            state=State.CLOSED, closed_by=actor, closed_at=at
        )
        counts = counts_of(locked)
        content = content_of(locked, counts)
        tally = Tally.objects.create(round=locked, content=content, sha256=sha256(content), counted_at=at)
        TopicTally.objects.bulk_create(TopicTally(tally=tally, **fields_of(counted)) for counted in counts)
        record("vote.closed", actor=actor, subject=locked, payload={"sha256": tally.sha256, "at": at.isoformat()})
    round_.refresh_from_db()
    return tally


def all_have_voted(round_: VotingRound) -> bool:
    """Say whether every seat has a voice, or nobody who is free of conflicts, on every topic."""
    return not seats_to_vote(round_)


def seats_to_vote(round_: VotingRound) -> list[Seat]:
    """Return the seats that still have to vote on a topic; it tells who took part, and nothing of what they said."""
    by_topic: dict[int, dict[int, str]] = {topic: {} for topic in _topics(round_)}
    for vote in votes_of(round_):
        by_topic[vote.topic][vote.elector] = vote.choice
    missing = []
    for seat in seats_of(round_):
        for ballots in by_topic.values():
            free = [person for person in seat.people if ballots.get(person) != Choice.RECUSED]
            if free and not any(person in ballots for person in free):
                missing.append(seat)
                break
    return missing


def seats_of(round_: VotingRound) -> list[Seat]:
    """Return the seats of the frozen roll, with who was recorded as present."""
    present = present_electors(round_)
    roll = list(Elector.objects.filter(round=round_).order_by("pk").values_list("pk", "deputy_for"))
    deputies = {member: pk for pk, member in roll if member is not None}
    seats = []
    for pk, member in roll:
        if member is None:
            deputy = deputies.get(pk)
            seats.append(Seat(pk, deputy, present & {pk, deputy or pk}))
    return seats


def votes_of(round_: VotingRound) -> list[Vote]:
    """Return the ballots that count: the last one of each elector and topic."""
    rows = Ballot.objects.filter(topic__round=round_).order_by("topic", "elector")
    return [Vote(*row) for row in rows.values_list("topic", "elector", "choice")]


def counts_of(round_: VotingRound) -> list[TopicCount]:
    """Count the ballots as they are stored; before the close this is nobody's to see."""
    return count(_topics(round_), seats_of(round_), votes_of(round_), RuleOfRound.of(round_))


def content_of(round_: VotingRound, counts: Sequence[TopicCount]) -> str:
    """Return all that a count rests on, and its figures, as canonical JSON text: enough to count again elsewhere.

    People are named by their row on the roll; who that is, the roll says.
    """
    topics = VotingTopic.objects.filter(round=round_).order_by("position")
    told: dict[str, Any] = {
        "round": round_.pk,
        "call": round_.call_id,
        "number": round_.number,
        "places": round_.places,
        "rule": asdict(RuleOfRound.of(round_)),
        "topics": [
            {"topic": pk, "reference": reference, "position": position}
            for pk, reference, position in topics.values_list("pk", "proposal__reference", "position")
        ],
        "seats": [
            {"member": seat.member, "deputy": seat.deputy, "present": sorted(seat.present)} for seat in seats_of(round_)
        ],
        "ballots": [asdict(vote) for vote in votes_of(round_)],
        "counts": [asdict(counted) for counted in counts],
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fields_of(counted: TopicCount) -> dict[str, Any]:
    """Return the figures as fields of `TopicTally`."""
    fields = asdict(counted)
    return {"topic_id": fields.pop("topic"), **fields}


def _topics(round_: VotingRound) -> list[int]:
    return list(VotingTopic.objects.filter(round=round_).order_by("position").values_list("pk", flat=True))
