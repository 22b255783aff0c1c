"""Counting again: does what was frozen still follow from roll, ballots and rule?"""

import json
from collections.abc import Iterator
from typing import Any

from review.domain.close_round import content_of, counts_of, fields_of
from review.domain.settle import left_open, lot_order
from review.models import (
    Ballot,
    BallotChange,
    Choice,
    Declaration,
    Settlement,
    Tally,
    TopicTally,
    VotingRound,
    VotingTopic,
)
from submissions.domain.form_sheet import sha256


def recount(round_: VotingRound) -> list[str]:
    """Return every difference between what was frozen at the close and the ballots, a sentence each (for operators).

    Nothing is said about a round that is not closed.
    """
    tally = Tally.objects.filter(round=round_).first()
    if tally is None:
        is_finished = round_.state in (VotingRound.State.CLOSED, VotingRound.State.CERTIFIED)
        return ["the tally is missing"] if is_finished else []
    return [*_history(round_), *_figures(round_, tally), *_settlement(round_)]


def _history(round_: VotingRound) -> Iterator[str]:
    """Compare each ballot with the last of its changes."""
    told = ("topic", "elector", "number", "choice", "reason", "statement")
    changes = BallotChange.objects.filter(topic__round=round_).order_by("number").values_list(*told)
    last = {row[:2]: row for row in changes}
    ballots = {row[:2]: row for row in Ballot.objects.filter(topic__round=round_).values_list(*told)}
    for key in sorted(last.keys() | ballots.keys()):
        if ballots.get(key) != last.get(key) and not (key not in ballots and _was_readmitted(*key)):
            topic, elector = key
            yield f"the ballot of elector {elector} on topic {topic} is not what was received last"


def _was_readmitted(topic: int, elector: int) -> bool:
    """Say whether a recusal without a ballot rests on a correction: a later declaration of no conflict."""
    change = BallotChange.objects.filter(topic=topic, elector=elector).select_related("topic", "elector").last()
    return (
        change is not None
        and change.choice == Choice.RECUSED
        and Declaration.objects.filter(
            person=change.elector.person_id,
            proposal=change.topic.proposal_id,
            kind=Declaration.Kind.NONE,
            declared_at__gte=change.received_at,
        ).exists()
    )


def _figures(round_: VotingRound, tally: Tally) -> Iterator[str]:
    """Count again and compare with the figures, the text and its hash."""
    counts = counts_of(round_)
    stored = {row["topic_id"]: row for row in TopicTally.objects.filter(tally=tally).values()}
    for counted in counts:
        row: dict[str, Any] = dict(stored.pop(counted.topic, {}))
        for name, value in fields_of(counted).items():
            if row.get(name) != value:
                yield f"topic {counted.topic}: {name} is {row.get(name)}, counted again {value}"
    for topic in stored:
        yield f"topic {topic} has a tally but is not voted on"
    if tally.content != content_of(round_, counts):
        yield "the text of the tally does not follow from roll, rule and ballots"
    if tally.sha256 != sha256(tally.content):
        yield "the hash of the tally does not belong to its text"


def _settlement(round_: VotingRound) -> Iterator[str]:
    """See that the act was about what was open, and repeat a lot."""
    settlement = Settlement.objects.filter(round=round_).first()
    if settlement is None:
        return
    pending, content = left_open(round_), json.loads(settlement.content)
    if pending is None or pending.is_ruling != (settlement.kind == Settlement.Kind.RULING):
        yield "the settlement is about something that was not open"
        return
    if pending.is_ruling:
        named = [*content["accepted"], *content["reserve"]]
        if not {topic.pk for topic in pending.topics}.issuperset(named) or len(content["accepted"]) > round_.places:
            yield "the ruling names topics that it could not name"
        return
    ties = [sorted(topic.pk for topic in tie) for tie in pending.ties]
    if [sorted(tie) for tie in content["ties"]] != ties:
        yield "the settlement orders other topics than those that were tied"
    elif settlement.kind == Settlement.Kind.LOT and content["ties"] != _drawn_again(round_, content, settlement.seed):
        yield "the order of the lot does not follow from its seed"


def _drawn_again(round_: VotingRound, content: dict[str, Any], seed: str) -> list[list[int]]:
    references = dict(VotingTopic.objects.filter(round=round_).values_list("pk", "proposal__reference"))
    keys = {reference or "": key for key, reference in references.items()}
    return [
        [keys[reference] for reference in lot_order([references[key] or "" for key in tie], seed)]
        for tie in content["ties"]
    ]
