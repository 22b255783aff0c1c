"""How firm a rank is: where a proposal would stand if one reviewer were left out or one weight were another.

A jackknife over the reviewers (Tukey 1958) and a one-at-a-time sensitivity analysis over the weights (OECD/JRC,
Handbook on Constructing Composite Indicators, 2008, step 7).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from review.domain.statistics import Floats, Integers, Reviews, ranks, sheet_scores


class ScenarioKind(StrEnum):
    """What is other than in the real ranking."""

    WITHOUT_REVIEWER = "without_reviewer"
    HEAVIER = "heavier"
    LIGHTER = "lighter"


@dataclass(frozen=True)
class Scenario:
    """One thing that is other; `index` is the reviewer's or the criterion's position in `Reviews`."""

    kind: ScenarioKind
    index: int


@dataclass(frozen=True)
class Shift:
    """A scenario in which a proposal would have another rank."""

    scenario: Scenario
    rank: int


@dataclass(frozen=True, eq=False)
class Firmness:
    """The ranks of all proposals (scenarios x proposals) in all scenarios; 0 for a proposal without any review."""

    base: Integers
    scenarios: tuple[Scenario, ...]
    ranks: Integers
    only_reviews: frozenset[int]
    """Proposals with one review only: nobody can be left out, so nothing says how firm their rank is."""

    @cached_property
    def best(self) -> Integers:
        """The lowest number that each proposal's rank takes, the real one included."""
        lowest: Integers = np.minimum(self.base, self.ranks.min(axis=0, initial=np.iinfo(np.intp).max))
        return lowest

    @cached_property
    def worst(self) -> Integers:
        """The highest number that each proposal's rank takes, the real one included."""
        highest: Integers = np.maximum(self.base, self.ranks.max(axis=0, initial=0))
        return highest

    def is_firm(self, proposal: int) -> bool:
        """Say whether the rank is the same in every scenario, and more than one review stands behind it."""
        if self.base[proposal] == 0 or proposal in self.only_reviews:
            return False
        return bool(self.best[proposal] == self.worst[proposal])

    def shifts(self, proposal: int) -> list[Shift]:
        """Return what the rank depends on, the largest change of rank first."""
        base = int(self.base[proposal])
        column = self.ranks[:, proposal]
        found = [Shift(self.scenarios[row], int(column[row])) for row in np.flatnonzero(column != base)]
        return sorted(found, key=lambda shift: -abs(shift.rank - base))


def firmness(reviews: Reviews, variation: float) -> Firmness:
    """Return the ranks without each reviewer, and with each weight `variation` per cent higher and lower.

    A proposal that only the person left out has reviewed keeps its score in that scenario, so that the ranks of all
    scenarios are ranks among the same proposals.
    """
    reviewers = [Scenario(ScenarioKind.WITHOUT_REVIEWER, index) for index in range(reviews.reviewer_count)]
    weights = [
        Scenario(kind, index)
        for index in range(reviews.weights.shape[1])
        for kind in (ScenarioKind.HEAVIER, ScenarioKind.LIGHTER)
    ]
    places = np.empty((len(reviewers) + len(weights), reviews.proposal_count), dtype=np.intp)
    for row, means in enumerate(_without_each_reviewer(reviews)):
        places[row] = ranks(means)
    for row, scenario in enumerate(weights, len(reviewers)):
        share = variation / 100 if scenario.kind is ScenarioKind.HEAVIER else -variation / 100
        places[row] = ranks(_with_weight(reviews, scenario.index, 1 + share))
    only = frozenset(np.flatnonzero(reviews.counts == 1).tolist())
    return Firmness(reviews.ranks, (*reviewers, *weights), places, only)


def _without_each_reviewer(reviews: Reviews) -> Floats:
    """Return the means (reviewers x proposals) when each reviewer in turn is left out."""
    shape = (reviews.reviewer_count, reviews.proposal_count)
    scores, counted = reviews.scores, reviews.counted
    cells = (reviews.reviewers * reviews.proposal_count + reviews.proposals)[counted]
    own_sums = np.bincount(cells, scores[counted], minlength=shape[0] * shape[1]).reshape(shape)
    own_counts = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    sums = np.bincount(reviews.proposals[counted], scores[counted], minlength=reviews.proposal_count)
    left = reviews.counts - own_counts
    means = np.broadcast_to(reviews.means, shape).copy()
    np.divide(sums - own_sums, left, out=means, where=(left > 0) & (own_counts > 0))
    return means


def _with_weight(reviews: Reviews, criterion: int, factor: float) -> Floats:
    """Return the means when the weight of one criterion is `factor` times what it is."""
    weights = reviews.weights.copy()
    weights[:, criterion] *= factor
    means = reviews.means_of(sheet_scores(reviews.values, weights))
    # A factor of 0 can leave a sheet without any weight; the proposal then stays where it is.
    return np.where(np.isnan(means), reviews.means, means)
