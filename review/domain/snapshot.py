"""The frozen content of a fixed shortlist, and what a person may see of it.

Canonical JSON text: sorted keys, scores rounded to six decimals, proposals by reference. It holds no names of people.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from connective.accounts.models import User
from review.domain.deviations import deviations, ties
from review.domain.ranking import Ranking, Row
from review.domain.visible import proposals_for
from review.models import Declaration, Shortlist, ShortlistSnapshot
from submissions.domain.form_sheet import canonical
from submissions.models import Call

DECIMALS = 6


def content_of(shortlist: Shortlist, found: Ranking) -> str:
    """Return what is fixed: the list with its reasons, and the whole ranking that it was chosen from."""
    entries = list(shortlist.entries.order_by("position").select_related("proposal__version_in_force"))
    chosen = [entry.proposal_id for entry in entries]
    references = {facts["pk"]: facts["reference"] for facts in (*found.proposals, *found.excluded)}
    references |= {entry.proposal_id: entry.proposal.reference for entry in entries}
    deviating = deviations(found.ranks, chosen)
    told = []
    for entry in entries:
        version, deviation = entry.proposal.version_in_force, deviating.get(entry.proposal_id)
        told.append(
            {
                "position": entry.position,
                "reference": entry.proposal.reference,
                "title": json.loads(version.content)["topic"].get("title", "") if version else entry.proposal.title,
                "version": version.number if version else None,
                "content_sha256": version.content_sha256 if version else None,
                "rank": found.ranks.get(entry.proposal_id),
                "deviation": [kind.value for kind in deviation.kinds] if deviation else [],
                "instead_of": [references[other] for other in deviation.others] if deviation else [],
                "reason": entry.deviation_reason,
            }
        )
    return canonical(
        {
            "call": shortlist.call.slug,
            "number": shortlist.number,
            "entries": told,
            "ranking": [_row(row) for row in found.rows()],
            "ties": [[references[proposal] for proposal in group] for group in ties(found.ranks, chosen)],
            "not_eligible": [facts["reference"] for facts in found.excluded],
            "criteria": _criteria(found),
            "weight_variation_per_cent": found.settings.weight_variation,
            "disagreement_threshold": found.settings.disagreement_threshold,
            "alpha": _rounded(found.alpha),
        }
    )


def for_person(user: User, frozen: ShortlistSnapshot) -> dict[str, Any]:
    """Return the content of a snapshot as a person may see it.

    Of proposals whose scores are not open to this person, only place and title remain; of those that do not exist for
    them, nothing. Ranks and places are counted anew without what a conflict closes, so that no gap tells of it; the
    intervals of ranks, which cannot be counted anew, and a reason that may name it are then left out.
    """
    content: dict[str, Any] = json.loads(frozen.content)
    call = frozen.shortlist.call
    rights = {
        row["reference"]: row
        for row in proposals_for(user, call).values("reference", "may_see_scores", "identity_hidden", "shown_title")
    }
    opened = {str(reference) for reference, row in rights.items() if row["may_see_scores"]}
    masked = {reference: row["shown_title"] for reference, row in rights.items() if row["identity_hidden"]}
    closed = conflicts_of(user, call)
    ranks = _recounted({row["reference"]: row["rank"] for row in content["ranking"] if row["reference"] not in closed})
    intervals = {"best_rank": None, "worst_rank": None} if closed else {}
    ranking = [
        row | {"rank": ranks[row["reference"]]} | intervals for row in content["ranking"] if row["reference"] in opened
    ]
    entries = [
        entry | {"title": masked.get(entry["reference"], entry["title"])}
        for entry in content["entries"]
        if entry["reference"] in rights
    ]
    tied = ([reference for reference in group if reference in opened] for group in content["ties"])
    return content | {
        "ranking": ranking,
        "entries": [_entry_for(entry, position, ranks, opened, closed) for position, entry in enumerate(entries, 1)],
        "ties": [group for group in tied if len(group) > 1],
        "not_eligible": [reference for reference in content["not_eligible"] if reference in opened],
        "alpha": None if closed else content["alpha"],
    }


def conflicts_of(user: User, call: Call) -> set[str]:
    """Return the references of the proposals that a conflict closes to a person."""
    conflicts = Declaration.objects.filter(person=user, proposal__call=call, is_current=True)
    references = conflicts.exclude(kind=Declaration.Kind.NONE).values_list("proposal__reference", flat=True)
    return {reference for reference in references if reference}


def _entry_for(
    entry: Mapping[str, Any], position: int, ranks: Mapping[str, int | None], opened: set[str], closed: set[str]
) -> dict[str, Any]:
    if entry["reference"] not in opened:
        hidden: dict[str, Any] = {"rank": None, "deviation": [], "instead_of": [], "reason": ""}
        return {**entry, **hidden, "position": position}
    return {
        **entry,
        "position": position,
        "rank": ranks.get(entry["reference"]),
        "instead_of": [reference for reference in entry["instead_of"] if reference in opened],
        "reason": entry["reason"] if closed.isdisjoint(entry["instead_of"]) else "",
    }


def _recounted(ranks: Mapping[str, int | None]) -> dict[str, int | None]:
    in_order = sorted(rank for rank in ranks.values() if rank is not None)
    return {reference: None if rank is None else bisect_left(in_order, rank) + 1 for reference, rank in ranks.items()}


def _row(row: Row) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "rank": row.rank,
        "mean": _rounded(row.mean),
        "median": _rounded(row.median),
        "reviews": row.reviews,
        "lowest": _rounded(row.lowest),
        "highest": _rounded(row.highest),
        "best_rank": row.best_rank,
        "worst_rank": row.worst_rank,
        "criteria": {figures.criterion.key: _rounded(figures.mean) for figures in row.criteria},
        "musts_not_met": [figures.criterion.key for figures in row.musts_not_met],
    }


def _criteria(found: Ranking) -> list[dict[str, Any]]:
    return [
        {
            "key": criterion.key,
            "label": criterion.label,
            "weight": criterion.weight,
            "must_at_least": criterion.must_at_least,
        }
        for criterion in found.criteria
    ]


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, DECIMALS)
