"""What the minutes of a vote say, gathered from its frozen rows."""

import json
from typing import Any

from review.domain import settle
from review.domain.attendance import present_electors
from review.domain.certify_round import result_of
from review.domain.decide import listed
from review.domain.sentences import rule_in_words, sentence
from review.models import Ballot, Choice, Elector, Settlement, TopicTally, VotingRound


def content_of(round_: VotingRound) -> dict[str, Any]:
    """Return all that the minutes of a certified round tell. Raises RoundMovedOn for any other."""
    result = result_of(round_)
    parts = {
        **{topic.pk: "accepted" for topic in result.accepted},
        **{topic.pk: "reserve" for topic in result.reserve},
    }
    return {
        "call": round_.call,
        "round": round_,
        "rule": rule_in_words(round_),
        "roll": _roll(round_),
        "topics": [
            {
                "topic": told.topic,
                "proposal": told.topic.proposal,
                "sentence": sentence(told),
                "result": parts.get(told.topic_id, "rejected"),
                "recused": _ballots(told, Choice.RECUSED),
                "objections": _ballots(told, Choice.OBJECTION),
                "statements": _statements(told),
            }
            for told in TopicTally.objects.filter(tally__round=round_)
            .select_related("topic__proposal", "topic__round")
            .order_by("topic__position")
        ],
        "settlement": _settlement(round_),
        "deviations": _deviations(round_),
        "decisions": list(listed(round_.call)),
        "tally": round_.tally,
    }


def _roll(round_: VotingRound) -> list[dict[str, Any]]:
    """Return the seats: member, deputy, and who of them took part (was recorded as present, or cast a ballot)."""
    electors = list(Elector.objects.filter(round=round_).select_related("person").order_by("pk"))
    cast = Ballot.objects.filter(topic__round=round_).exclude(choice=Choice.RECUSED).values_list("elector", flat=True)
    took_part = present_electors(round_) | set(cast)
    deputies = {elector.deputy_for_id: elector for elector in electors if elector.deputy_for_id}
    return [
        {
            "member": elector,
            "took_part": elector.pk in took_part,
            "deputy": deputies.get(elector.pk),
            "deputy_took_part": elector.pk in deputies and deputies[elector.pk].pk in took_part,
        }
        for elector in electors
        if elector.deputy_for_id is None
    ]


def _ballots(told: TopicTally, choice: Choice) -> list[Ballot]:
    return list(
        Ballot.objects.filter(topic=told.topic, choice=choice).select_related("elector__person").order_by("elector")
    )


def _statements(told: TopicTally) -> list[Ballot]:
    """Return the ballots with a statement; a recusal's reason is nobody's statement."""
    spoken = Ballot.objects.filter(topic=told.topic).exclude(statement="").exclude(choice=Choice.RECUSED)
    return list(spoken.select_related("elector__person").order_by("elector"))


def _settlement(round_: VotingRound) -> dict[str, Any] | None:
    act = Settlement.objects.filter(round=round_).select_related("decided_by").first()
    if act is None:
        return None
    references = {topic.pk: topic.proposal.reference or "" for topic in round_.topics.select_related("proposal")}
    ties = json.loads(act.content).get("ties", [])
    lots = [[(references[key], settle.lot_of(references[key], act.seed)) for key in tie] for tie in ties]
    return {"act": act, "ties": lots, "is_lot": act.kind == Settlement.Kind.LOT}


def _deviations(round_: VotingRound) -> list[dict[str, Any]]:
    """Return the entries of the shortlist that deviate from the ranking, with their reasons, as they were fixed."""
    snapshot = getattr(round_.shortlist, "snapshot", None)
    entries: list[dict[str, Any]] = json.loads(snapshot.content)["entries"] if snapshot else []
    return [entry for entry in entries if entry["deviation"]]
