"""What does not fit about the votes and decisions of a call: rows, chain, the vote they rest on, and the audit log."""

import json
from collections.abc import Iterator

from connective.audit.models import Entry
from review.domain import decision_chain, decision_file
from review.domain.recount import recount
from review.models import Decision, VotingRound
from submissions.models import Call


def faults_of(call: Call) -> list[str]:
    """Count every vote of a call again and compute its chain again; return what differs (for operators)."""
    rounds = VotingRound.objects.filter(call=call).order_by("number")
    found = [f"vote {round_.number}: {fault}" for round_ in rounds for fault in recount(round_)]
    return [*found, *decision_chain.verify(call), *_against_the_votes(call), *_against_the_audit_log(call)]


def _against_the_votes(call: Call) -> Iterator[str]:
    """Say which decisions are not what the vote came to that they rest on."""
    told = json.loads(decision_file.export(call))
    results = {
        vote["number"]: decision_file.expected(json.loads(vote["tally"]), vote["settlement"])
        for vote in told["rounds"]
        if vote["certified"]
    }
    decisions = [
        {
            "sequence": one.sequence,
            "proposal": one.proposal.reference,
            "outcome": one.outcome,
            "reserve_rank": one.reserve_rank,
            "basis": one.basis,
            "round": one.round.number if one.round else None,
            "supersedes": one.supersedes_id,
        }
        for one in Decision.objects.filter(call=call).select_related("proposal", "round").order_by("sequence")
    ]
    return decision_file.outcome_faults(decisions, results)


def _against_the_audit_log(call: Call) -> Iterator[str]:
    """Say what the audit log tells of that is not there: a chain whose end was cut off is sound in itself."""
    there = dict(Decision.objects.filter(call=call).values_list("sha256", "pk"))
    recorded = Entry.objects.filter(action="decisions.recorded", subject_type=_label(Call), subject_id=str(call.pk))
    corrected = Entry.objects.filter(action="decision.corrected", subject_type=_label(Decision))
    hashes = {json.loads(entry.payload)["head"] for entry in recorded}
    keys = set(there.values())
    for entry in corrected:
        payload = json.loads(entry.payload)
        if payload["supersedes"] in keys or int(entry.subject_id) in keys:
            hashes.add(payload["sha256"])
    yield from (f"the decision {one} was recorded, but is not there" for one in sorted(hashes - there.keys()))
    last = decision_chain.head(call)
    if last and last not in hashes:
        yield f"the audit log knows nothing of the last decision {last}"


def _label(model: type[Call] | type[Decision]) -> str:
    return model._meta.label_lower
