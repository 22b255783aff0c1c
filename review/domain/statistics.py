"""The figures of a ranking as pure arithmetic: no database, no people, only arrays.

Each figure has its definition in `review.domain.definitions`. Absent values are NaN throughout: a criterion that is
"not applicable" takes no part in any mean and is never zero (invariant 5).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

HIGHEST_VALUE = 4
"""The best value of a criterion's scale, which begins at 0."""

FULL_SCORE = 100.0
"""What a sheet with the best value throughout is worth."""

EQUAL = 1e-9
"""Scores closer than this are equal. They are fractions with small denominators: those that differ at all differ by
more, while the same fraction, summed in another order, differs by less. So ties are found, and are never invented."""

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Reviews:
    """The submitted score sheets of a call.

    One row per sheet in all arrays. `proposals` and `reviewers` hold positions from 0; `values` (sheets x criteria)
    the values from 0 to 4 with NaN for "not applicable"; `weights` of the same shape the weight of each criterion in
    the set that the sheet was filled by, 0 where that set lacks the criterion.
    """

    proposals: Integers
    reviewers: Integers
    values: Floats
    weights: Floats
    proposal_count: int
    reviewer_count: int

    @cached_property
    def scores(self) -> Floats:
        """The score of each sheet, 0 to 100."""
        return sheet_scores(self.values, self.weights)

    @cached_property
    def counted(self) -> NDArray[np.bool_]:
        """Which sheets have a score; one on which nothing was applicable has none."""
        return ~np.isnan(self.scores)

    @cached_property
    def counts(self) -> Integers:
        """How many sheets with a score each proposal has."""
        return np.bincount(self.proposals[self.counted], minlength=self.proposal_count)

    @cached_property
    def means(self) -> Floats:
        """The mean of each proposal's sheets, 0 to 100; NaN without any."""
        return self.means_of(self.scores)

    @cached_property
    def medians(self) -> Floats:
        """The median of each proposal's sheets, 0 to 100; NaN without any."""
        return grouped_medians(self.scores[self.counted], self.proposals[self.counted], self.proposal_count)

    @cached_property
    def ranges(self) -> tuple[Floats, Floats]:
        """The lowest and the highest sheet of each proposal, 0 to 100; NaN without any."""
        low, high = grouped_ranges(self.scores[:, np.newaxis], self.proposals, self.proposal_count)
        return low[:, 0], high[:, 0]

    @cached_property
    def disagreements(self) -> Floats:
        """The distance between the highest and the lowest sheet of each proposal in points; NaN without any."""
        low, high = self.ranges
        return high - low

    @cached_property
    def criterion_means(self) -> Floats:
        """The mean value of each criterion (proposals x criteria), 0 to 4; NaN where nobody gave one."""
        return grouped_means(self.values, self.proposals, self.proposal_count)

    @cached_property
    def criterion_ranges(self) -> tuple[Floats, Floats]:
        """The lowest and the highest value of each criterion (proposals x criteria); NaN where nobody gave one."""
        return grouped_ranges(self.values, self.proposals, self.proposal_count)

    @cached_property
    def ranks(self) -> Integers:
        """The rank of each proposal by its mean, equal means on the same rank; 0 without any review."""
        return ranks(self.means)

    def means_of(self, scores: Floats) -> Floats:
        """Return the mean of each proposal if its sheets had these `scores`."""
        return grouped_means(scores[:, np.newaxis], self.proposals, self.proposal_count)[:, 0]


def sheet_scores(values: Floats, weights: Floats) -> Floats:
    """Return the weighted mean of each row over its applicable criteria, normalised to 0-100; NaN if there are none."""
    applicable = np.where(np.isnan(values), 0.0, weights)
    total = applicable.sum(axis=1)
    gained = (np.nan_to_num(values) * applicable).sum(axis=1)
    return FULL_SCORE / HIGHEST_VALUE * _divided(gained, total)


def grouped_means(values: Floats, groups: Integers, group_count: int) -> Floats:
    """Return the mean of each column of `values` within each group, NaN values left out."""
    means = np.empty((group_count, values.shape[1]))
    for column in range(values.shape[1]):
        given = ~np.isnan(values[:, column])
        members = groups[given]
        sums = np.bincount(members, values[given, column], minlength=group_count)
        means[:, column] = _divided(sums, np.bincount(members, minlength=group_count))
    return means


def grouped_ranges(values: Floats, groups: Integers, group_count: int) -> tuple[Floats, Floats]:
    """Return the lowest and the highest of each column of `values` within each group, NaN values left out."""
    low = np.full((group_count, values.shape[1]), np.nan)
    high = low.copy()
    np.fmin.at(low, groups, values)
    np.fmax.at(high, groups, values)
    return low, high


def grouped_medians(values: Floats, groups: Integers, group_count: int) -> Floats:
    """Return the median of `values` within each group: the middle one, or the mean of the two in the middle."""
    in_order = values[np.lexsort((values, groups))]
    counts = np.bincount(groups, minlength=group_count)
    starts = np.cumsum(counts) - counts
    medians = np.full(group_count, np.nan)
    some = counts > 0
    lower, upper = (starts + (counts - 1) // 2)[some], (starts + counts // 2)[some]
    medians[some] = (in_order[lower] + in_order[upper]) / 2
    return medians


def ranks(scores: Floats) -> Integers:
    """Return 1 + the number of higher scores for each score ("1, 2, 2, 4"); 0 where the score is NaN."""
    ranked = ~np.isnan(scores)
    in_order = np.sort(scores[ranked])
    places = np.zeros(len(scores), dtype=np.intp)
    places[ranked] = 1 + len(in_order) - np.searchsorted(in_order, scores[ranked] + EQUAL, side="right")
    return places


def above(figures: Floats, threshold: float) -> NDArray[np.bool_]:
    """Say which figures are truly above a threshold; one that is equal but for the last bits is not."""
    return np.nan_to_num(figures, nan=-np.inf) > threshold + EQUAL


def below(figures: Floats, thresholds: Floats) -> NDArray[np.bool_]:
    """Say which figures are truly below a threshold; where one of the two is NaN, none is."""
    return np.nan_to_num(figures - thresholds, nan=0.0) < -EQUAL


def _divided(parts: Floats | Integers, wholes: Floats | Integers) -> Floats:
    """Return parts / wholes, NaN where the whole is 0."""
    result = np.full(len(parts), np.nan)
    np.divide(parts, wholes, out=result, where=wholes > 0)
    return result
