"""A shortlist as one person may see it: its places with ranks, deviations and reasons."""

from dataclasses import dataclass
from typing import Any

from connective.accounts.models import User
from review.domain import ranking, snapshot
from review.domain.deviations import DeviationKind, deviations
from review.domain.ranking import Ranking
from review.domain.shortlist import mark_of
from review.domain.visible import SeenProposal, proposals_for
from review.models import Shortlist, ShortlistSnapshot


@dataclass(frozen=True)
class Place:
    """One place; `rank`, figures and what deviates are None or empty where the scores are not open to the person.

    `position` counts what the person sees.
    """

    position: int
    proposal: SeenProposal
    rank: int | None
    mean: float | None
    median: float | None
    reviews: int
    best_rank: int | None
    worst_rank: int | None
    deviation: tuple[DeviationKind, ...]
    instead_of: tuple[str, ...]
    """References of those that it is compared with, as far as they are open to the person."""
    reason: str

    @property
    def needs_reason(self) -> bool:
        """The place deviates from the ranking and nobody has said why."""
        return bool(self.deviation) and not self.reason


@dataclass(frozen=True)
class View:
    """A shortlist for one person. `mark` goes with each change (`shortlist.choose`)."""

    shortlist: Shortlist
    places: tuple[Place, ...]
    mark: str
    frozen: ShortlistSnapshot | None
    """The snapshot of a fixed list. Its content as it stands is shown to nobody: use `snapshot.for_person`."""


def view(user: User, shortlist: Shortlist) -> View:
    """Return the list: a fixed one as it was fixed, one in work with the ranking of this moment."""
    frozen = ShortlistSnapshot.objects.filter(shortlist=shortlist).select_related("shortlist__call").first()
    places = _frozen_places(user, frozen) if frozen else _places_in_work(user, shortlist)
    return View(shortlist, tuple(places), mark_of(shortlist), frozen)


def _frozen_places(user: User, frozen: ShortlistSnapshot) -> list[Place]:
    content = snapshot.for_person(user, frozen)
    figures = {row["reference"]: row for row in content["ranking"]}
    references = [entry["reference"] for entry in content["entries"]]
    proposals = {
        proposal.reference: proposal
        for proposal in proposals_for(user, frozen.shortlist.call).filter(reference__in=references)
    }
    return [
        _place(entry["position"], proposals[entry["reference"]], entry, figures.get(entry["reference"], {}))
        for entry in content["entries"]
    ]


def _places_in_work(user: User, shortlist: Shortlist) -> list[Place]:
    entries = list(shortlist.entries.order_by("position"))
    chosen = [entry.proposal_id for entry in entries]
    proposals = {proposal.pk: proposal for proposal in proposals_for(user, shortlist.call).filter(pk__in=chosen)}
    own = ranking.for_person(user, shortlist.call)
    references = {facts["pk"]: facts["reference"] for facts in own.proposals}
    deviating = deviations(ranking.of_all(shortlist.call).ranks, chosen)
    figures = _figures(own, chosen)
    places: list[Place] = []
    for entry in entries:
        if entry.proposal_id not in proposals:
            continue
        told: dict[str, Any] = {"deviation": [], "instead_of": [], "reason": ""}
        if entry.proposal_id in references:
            told["reason"] = entry.deviation_reason
            if deviation := deviating.get(entry.proposal_id):
                told["deviation"] = deviation.kinds
                told["instead_of"] = [references[other] for other in deviation.others if other in references]
        row = figures.get(entry.proposal_id, {})
        places.append(_place(len(places) + 1, proposals[entry.proposal_id], told, row))
    return places


def _figures(own: Ranking, chosen: list[int]) -> dict[int, dict[str, Any]]:
    return {
        proposal: {
            "rank": row.rank,
            "mean": row.mean,
            "median": row.median,
            "reviews": row.reviews,
            "best_rank": row.best_rank,
            "worst_rank": row.worst_rank,
        }
        for proposal, row in own.rows_of(chosen).items()
    }


def _place(position: int, proposal: SeenProposal, told: dict[str, Any], row: dict[str, Any]) -> Place:
    return Place(
        position=position,
        proposal=proposal,
        rank=row.get("rank"),
        mean=row.get("mean"),
        median=row.get("median"),
        reviews=row.get("reviews", 0),
        best_rank=row.get("best_rank"),
        worst_rank=row.get("worst_rank"),
        deviation=tuple(DeviationKind(kind) for kind in told["deviation"]),
        instead_of=tuple(told["instead_of"]),
        reason=told["reason"],
    )
