"""Where a shortlist deviates from the ranking: pure comparison of ranks and places.

A list of n proposals follows the ranking if it holds the n best, in the order of their ranks. So one exchange is one
deviation, on the proposal that came in; what it came in for is told beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class DeviationKind(StrEnum):
    """In what a place deviates."""

    BETTER_LEFT_OUT = "better_left_out"
    """It stands on the list while one with a better rank does not."""
    TIE_RESOLVED = "tie_resolved"
    """It was taken, and another on the same rank was not: a person chose between equals (invariant 6)."""
    BEFORE_BETTER = "before_better"
    """It stands before one with a better rank."""
    WITHOUT_RANK = "without_rank"
    """Nobody has scored it, or the formal check did not admit it."""


@dataclass
class Deviation:
    """What a person has to give a reason for; `others` are the proposals it is compared with."""

    kinds: list[DeviationKind] = field(default_factory=list)
    others: list[int] = field(default_factory=list)

    def add(self, kind: DeviationKind, others: Sequence[int]) -> None:
        """Add a kind and whom it concerns."""
        self.kinds.append(kind)
        self.others.extend(other for other in others if other not in self.others)


def deviations(ranks: Mapping[int, int | None], chosen: Sequence[int]) -> dict[int, Deviation]:
    """Return the deviations of the `chosen` proposals, in their order, from `ranks` (None: without rank).

    A proposal that is missing in `ranks` has no rank.
    """
    border = _border(ranks, len(chosen))
    left_out = {proposal: rank for proposal, rank in ranks.items() if rank is not None and proposal not in chosen}
    found: dict[int, Deviation] = {}
    for place, proposal in enumerate(chosen):
        deviation, rank = Deviation(), ranks.get(proposal)
        if rank is None:
            deviation.add(DeviationKind.WITHOUT_RANK, [])
        else:
            better = [other for other, rank_of_other in left_out.items() if rank_of_other < rank]
            equal = [other for other, rank_of_other in left_out.items() if rank_of_other == rank]
            if better and (rank > border.rank or _chosen_on(rank, ranks, chosen) > border.places):
                deviation.add(DeviationKind.BETTER_LEFT_OUT, better)
            if equal and rank == border.rank and border.tied > border.places:
                deviation.add(DeviationKind.TIE_RESOLVED, equal)
            if behind := [other for other in chosen[place + 1 :] if (ranks.get(other) or rank) < rank]:
                deviation.add(DeviationKind.BEFORE_BETTER, behind)
        if deviation.kinds:
            found[proposal] = deviation
    return found


def best(ranks: Mapping[int, int | None], size: int) -> list[int]:
    """Return the best proposals by rank: `size` of them, or more where several are equal on the last place."""
    border = _border(ranks, size)
    taken = [(rank, proposal) for proposal, rank in ranks.items() if rank is not None and rank <= border.rank]
    return [proposal for _rank, proposal in sorted(taken, key=lambda pair: pair[0])] if size else []


def ties(ranks: Mapping[int, int | None], chosen: Sequence[int]) -> list[list[int]]:
    """Return the groups of proposals on the same rank of which at least one was chosen, the best rank first."""
    groups: dict[int, list[int]] = {}
    for proposal, rank in ranks.items():
        if rank is not None:
            groups.setdefault(rank, []).append(proposal)
    return [group for _rank, group in sorted(groups.items()) if len(group) > 1 and not set(group).isdisjoint(chosen)]


@dataclass(frozen=True)
class _Border:
    """The last rank on a list of a size: so many are equal on it, for so many places."""

    rank: int
    tied: int
    places: int


def _border(ranks: Mapping[int, int | None], size: int) -> _Border:
    in_order = sorted(rank for rank in ranks.values() if rank is not None)
    if not in_order or not size:
        return _Border(0, 0, 0)
    rank = in_order[min(size, len(in_order)) - 1]
    return _Border(rank, in_order.count(rank), min(size, len(in_order)) - (rank - 1))


def _chosen_on(rank: int, ranks: Mapping[int, int | None], chosen: Sequence[int]) -> int:
    """Return how many of the chosen have this rank."""
    return sum(ranks.get(proposal) == rank for proposal in chosen)
