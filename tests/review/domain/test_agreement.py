"""Krippendorff's alpha, against published examples and by hand."""

import math

import numpy as np
import pytest

from review.domain.agreement import alpha, by_criterion, overall
from tests.review.domain.test_statistics import reviews

NONE = math.nan

PUBLISHED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
    [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
]
"""Four observers, twelve units: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section D."""


def test_the_published_example_comes_out_as_published() -> None:
    data = np.array(PUBLISHED)
    domain = np.arange(1, 6)
    counts = (data.T[:, :, np.newaxis] == domain).sum(axis=1)

    assert alpha(counts, domain) == pytest.approx(0.815, abs=0.0005)


def test_score_sheets_give_the_published_figure_too() -> None:
    # The example's values 1 to 5 as our 0 to 4: ordinal alpha looks at the order alone.
    sheets = [
        (unit, observer, [value - 1])
        for observer, row in enumerate(PUBLISHED)
        for unit, value in enumerate(row)
        if not math.isnan(value)
    ]
    judged = reviews(*sheets, weights=[1])

    assert overall(judged) == pytest.approx(0.815, abs=0.0005)
    assert by_criterion(judged) == [overall(judged)]


def test_complete_agreement_is_1() -> None:
    judged = reviews((0, 0, [4, 1]), (0, 1, [4, 1]), (1, 0, [2, 0]), (1, 1, [2, 0]), weights=[1, 1])

    assert overall(judged) == 1
    assert by_criterion(judged) == [1, 1]


def test_two_that_always_contradict_each_other_are_below_0() -> None:
    judged = reviews((0, 0, [4]), (0, 1, [0]), (1, 0, [0]), (1, 1, [4]), weights=[1])

    # Observed 1; expected 1 − (2·1 + 2·1) / (4·3) = 2/3; alpha = 1 − 1.5
    assert overall(judged) == pytest.approx(-0.5)


def test_a_value_that_nobody_else_gave_says_nothing_about_agreement() -> None:
    judged = reviews((0, 0, [4, 1]), (0, 1, [4, NONE]), (1, 0, [2, 3]), (1, 1, [2, NONE]), weights=[1, 1])

    assert overall(judged) == 1
    assert by_criterion(judged) == [1, None]


def test_it_is_undefined_without_pairs_and_without_any_variation() -> None:
    alone = reviews((0, 0, [4]), (1, 1, [2]), weights=[1])
    uniform = reviews((0, 0, [3]), (0, 1, [3]), (1, 0, [3]), (1, 1, [3]), weights=[1])

    assert overall(alone) is None
    assert overall(uniform) is None
    assert overall(reviews(weights=[1], proposals=1, reviewers=1)) is None
