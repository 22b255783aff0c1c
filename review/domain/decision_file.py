"""Votes and decisions of a call as one file, and the check of such a file without the portal's database.

`review.domain.recount` and `review.domain.decision_chain` check the rows; this checks what was handed out, so that
whoever has only the file can count again, repeat the lot and compute the chain.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from review.domain import counting
from review.domain.certify_round import ranking
from review.domain.counting import RuleOfRound, Seat, TopicCount, Vote
from review.domain.decision_chain import hash_of
from review.domain.settle import lot_order
from review.models import Decision, Outcome, Settlement, Tally, VotingRound
from submissions.domain.form_sheet import sha256
from submissions.models import Call

FORMAT = "themenaufruf-decisions-1"


class NotSuchAFile(ValueError):
    """The text is no file that `export` has made."""


def export(call: Call) -> str:
    """Return the votes that are counted and all decisions of a call as JSON text; people are numbers of accounts."""
    tallies = Tally.objects.filter(round__call=call).select_related("round").order_by("round__number")
    decisions = Decision.objects.filter(call=call).order_by("sequence")
    told = {
        "format": FORMAT,
        "call": call.reference_prefix,
        "rounds": [
            {
                "number": tally.round.number,
                "certified": tally.round.state == VotingRound.State.CERTIFIED,
                "tally": tally.content,
                "sha256": tally.sha256,
                "settlement": _settlement_of(tally.round),
            }
            for tally in tallies
        ],
        "decisions": list(decisions.values("content", "previous_sha256", "sha256")),
    }
    return json.dumps(told, sort_keys=True, ensure_ascii=False, indent=1)


def verify(text: str) -> list[str]:
    """Return every place where a file does not fit, a sentence each (for operators). Raises NotSuchAFile."""
    try:
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise NotSuchAFile(FORMAT)
        return list(_faults(told))
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise NotSuchAFile(FORMAT) from fault


def _settlement_of(round_: VotingRound) -> Mapping[str, Any] | None:
    return Settlement.objects.filter(round=round_).values("kind", "content", "seed", "reason").first()


def _faults(told: Mapping[str, Any]) -> Iterator[str]:
    for vote in told["rounds"]:
        name = f"vote {vote['number']}"
        tally = json.loads(vote["tally"])
        if vote["sha256"] != sha256(vote["tally"]):
            yield f"{name}: the hash of the tally does not belong to its text"
        counts = _counted_again(tally)
        if [asdict(counted) for counted in counts] != tally["counts"]:
            yield f"{name}: the figures do not follow from roll, rule and ballots"
        yield from (f"{name}: {fault}" for fault in _lot_faults(tally, vote["settlement"]))
    yield from _chain_faults(told["decisions"])
    certified = [vote for vote in told["rounds"] if vote["certified"]]
    results = {vote["number"]: expected(json.loads(vote["tally"]), vote["settlement"]) for vote in certified}
    yield from outcome_faults([json.loads(row["content"]) for row in told["decisions"]], results)


def _counted_again(tally: Mapping[str, Any]) -> list[TopicCount]:
    seats = [Seat(seat["member"], seat["deputy"], frozenset(seat["present"])) for seat in tally["seats"]]
    votes = [Vote(**ballot) for ballot in tally["ballots"]]
    return counting.count([one["topic"] for one in tally["topics"]], seats, votes, RuleOfRound(**tally["rule"]))


def _lot_faults(tally: Mapping[str, Any], settlement: Mapping[str, str] | None) -> Iterator[str]:
    if settlement is None or settlement["kind"] != Settlement.Kind.LOT:
        return
    references = _references(tally)
    for tie in json.loads(settlement["content"])["ties"]:
        named = [references[topic] for topic in tie]
        if named != lot_order(named, settlement["seed"]):
            yield "the order of the lot does not follow from its seed"


def _chain_faults(decisions: list[Mapping[str, str]]) -> Iterator[str]:
    previous = ""
    for number, row in enumerate(decisions, 1):
        if json.loads(row["content"])["sequence"] != number:
            yield f"decision {number}: is missing, or stands in another place"
        if row["previous_sha256"] != previous:
            yield f"decision {number}: does not follow the decision before it"
        if row["sha256"] != hash_of(row["content"], row["previous_sha256"]):
            yield f"decision {number}: its hash does not belong to its text"
        previous = row["sha256"]


def expected(tally: Mapping[str, Any], settlement: Mapping[str, str] | None) -> dict[str, tuple[str, int | None]]:
    """Return outcome and reserve rank by reference, as a counted vote and its settlement say; the rest is a rejection."""
    references, content = _references(tally), json.loads(settlement["content"]) if settlement else {}
    if tally["rule"]["rule"] == VotingRound.Rule.CHAIR:
        accepted, reserve = content.get("accepted", []), content.get("reserve", [])
    else:
        ranked = ranking(counting.order([TopicCount(**counted) for counted in tally["counts"]]), content)
        accepted, reserve = ranked[: tally["places"]], ranked[tally["places"] :]
    chosen: dict[str, tuple[str, int | None]] = {references[key]: (Outcome.ACCEPTANCE.value, None) for key in accepted}
    ranks = {references[key]: (Outcome.RESERVE.value, rank) for rank, key in enumerate(reserve, 1)}
    return chosen | ranks


def outcome_faults(
    decisions: Iterable[Mapping[str, Any]], results: Mapping[int, Mapping[str, tuple[str, int | None]]]
) -> Iterator[str]:
    """Say which first decisions are not what the vote that they rest on came to; `results` by the vote's number."""
    for told in decisions:
        if told["basis"] != Decision.Basis.ROUND or told["supersedes"] is not None:
            continue
        name = f"decision {told['sequence']}"
        if told["round"] not in results:
            yield f"{name}: rests on a vote that is not certified"
            continue
        outcome = results[told["round"]].get(told["proposal"], (Outcome.REJECTION.value, None))
        if (told["outcome"], told["reserve_rank"]) != outcome:
            yield f"{name}: is not what the vote came to"


def _references(tally: Mapping[str, Any]) -> dict[int, str]:
    return {one["topic"]: one["reference"] for one in tally["topics"]}
