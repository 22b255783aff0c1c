"""How far reviewers agree: Krippendorff's alpha, by the library `krippendorff`.

Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), and Content Analysis, chapter on reliability.
"""

import krippendorff
import numpy as np
from numpy.typing import NDArray

from review.domain.statistics import HIGHEST_VALUE, Integers, Reviews

RELIABLE = 0.8
"""From here on conclusions may rest on the data (Krippendorff, Content Analysis)."""
TENTATIVE = 0.667
"""From here on tentative conclusions are acceptable (the same)."""


def alpha(value_counts: NDArray[np.intp], domain: NDArray[np.intp] | None = None) -> float | None:
    """Return ordinal alpha of `value_counts` (units x values): how often each unit got each value.

    1 is perfect agreement, 0 what chance would give, below 0 systematic disagreement. None where it is not defined: no
    unit was judged twice, or all values are the same.
    """
    paired = value_counts[value_counts.sum(axis=1) > 1]
    if not len(paired) or np.count_nonzero(paired.sum(axis=0)) < 2:
        return None
    return float(krippendorff.alpha(value_counts=paired, value_domain=domain, level_of_measurement="ordinal"))


def overall(reviews: Reviews) -> float | None:
    """Return alpha over all criteria: a unit is one criterion of one proposal."""
    criteria = reviews.values.shape[1]
    units = reviews.proposals[:, np.newaxis] * criteria + np.arange(criteria)
    return alpha(_counts(units, reviews.values, reviews.proposal_count * criteria))


def by_criterion(reviews: Reviews) -> list[float | None]:
    """Return alpha of each criterion alone: a unit is a proposal."""
    return [
        alpha(_counts(reviews.proposals, reviews.values[:, column], reviews.proposal_count))
        for column in range(reviews.values.shape[1])
    ]


def _counts(units: Integers, values: NDArray[np.float64], unit_count: int) -> NDArray[np.intp]:
    given = ~np.isnan(values)
    cells = units[given] * (HIGHEST_VALUE + 1) + values[given].astype(np.intp)
    size = unit_count * (HIGHEST_VALUE + 1)
    return np.bincount(cells, minlength=size).reshape(unit_count, HIGHEST_VALUE + 1)
