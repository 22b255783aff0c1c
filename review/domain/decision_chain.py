"""The decisions of a call as a chain: each hash covers what was decided and the hash before it (invariant 7).

Anyone who has the exported texts can compute it again: SHA-256 of the previous hash, a line feed and the text. People
stand in it by the number of their account alone, so that erasing a person leaves the chain verifiable.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from review.models import Decision, VotingRound
from submissions.models import Call


def content_of(decision: Decision) -> str:
    """Return the canonical JSON text of all that a decision says."""
    facts: dict[str, Any] = {
        "call": decision.call.reference_prefix,
        "sequence": decision.sequence,
        "proposal": decision.proposal.reference,
        "outcome": decision.outcome,
        "reserve_rank": decision.reserve_rank,
        "basis": decision.basis,
        "round": decision.round.number if decision.round else None,
        "reason": decision.reason,
        "internal_reason": decision.internal_reason,
        "feedback": decision.feedback,
        "final_title": decision.final_title,
        "final_mode": decision.final_mode,
        "supersedes": decision.supersedes.sequence if decision.supersedes else None,
        "decided_by": decision.decided_by_id,
        "decided_at": decision.decided_at.isoformat(),
    }
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(content: str, previous: str) -> str:
    """Return the hash of a text that follows another hash; the first one follows an empty one."""
    return hashlib.sha256(f"{previous}\n{content}".encode()).hexdigest()


def head(call: Call) -> str:
    """Return the hash of the last decision of a call; empty where there is none."""
    last = Decision.objects.filter(call=call).order_by("-sequence").values_list("sha256", flat=True).first()
    return last or ""


def append(call: Call, decisions: list[Decision]) -> list[Decision]:
    """Write decisions behind the others of a call, whose row the caller has locked."""
    sequence, previous = Decision.objects.filter(call=call).count(), head(call)
    for decision in decisions:
        sequence += 1
        decision.call, decision.sequence, decision.previous_sha256 = call, sequence, previous
        decision.content = content_of(decision)
        decision.sha256 = previous = hash_of(decision.content, previous)
    return Decision.objects.bulk_create(decisions)


def verify(call: Call) -> list[str]:
    """Return every place where the decisions of a call do not fit, a sentence each (for operators)."""
    return list(_faults(call))


def _faults(call: Call) -> Iterator[str]:
    previous, rounds = "", set(VotingRound.objects.filter(call=call).values_list("pk", flat=True))
    rows = Decision.objects.filter(call=call).order_by("sequence")
    rows = rows.select_related("call", "proposal", "round", "supersedes")
    for expected, decision in enumerate(rows, 1):
        name = f"decision {decision.sequence}"
        if decision.sequence != expected:
            yield f"{name}: number {expected} is missing"
            return
        if decision.previous_sha256 != previous:
            yield f"{name}: does not follow the decision before it"
        if decision.content != content_of(decision):
            yield f"{name}: what stands in its fields is not what was hashed"
        if decision.sha256 != hash_of(decision.content, decision.previous_sha256):
            yield f"{name}: its hash does not belong to its text"
        if decision.proposal.call_id != call.pk or (decision.round_id and decision.round_id not in rounds):
            yield f"{name}: its proposal or its vote belongs to another call"
        if decision.supersedes and decision.supersedes.proposal_id != decision.proposal_id:
            yield f"{name}: supersedes a decision about another proposal"
        previous = decision.sha256
