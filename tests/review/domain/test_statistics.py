"""Every figure against examples that were worked out by hand."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.statistics import Reviews, above, below, grouped_medians, ranks, sheet_scores

NONE = math.nan


def reviews(
    *sheets: tuple[int, int, list[float]], weights: list[float], proposals: int = 0, reviewers: int = 0
) -> Reviews:
    """Return sheets (proposal, reviewer, values), all filled by a set with these weights."""
    return Reviews(
        proposals=np.array([sheet[0] for sheet in sheets], dtype=np.intp),
        reviewers=np.array([sheet[1] for sheet in sheets], dtype=np.intp),
        values=np.array([sheet[2] for sheet in sheets], dtype=float).reshape(len(sheets), len(weights)),
        weights=np.array([weights for _ in sheets], dtype=float).reshape(len(sheets), len(weights)),
        proposal_count=proposals or 1 + max(sheet[0] for sheet in sheets),
        reviewer_count=reviewers or 1 + max(sheet[1] for sheet in sheets),
    )


def scores(values: list[list[float]], weights: list[float]) -> list[float]:
    """Return the scores of sheets with these values, as a list."""
    found: list[float] = sheet_scores(np.array(values), np.array([weights] * len(values))).tolist()
    return found


def test_a_sheet_is_worth_its_weighted_mean_between_0_and_100() -> None:
    # 2·4 + 1·2 + 1·0 = 10 of 4·(2 + 1 + 1) = 16
    assert scores([[4, 2, 0], [4, 4, 4], [0, 0, 0]], [2, 1, 1]) == [62.5, 100, 0]


def test_what_is_not_applicable_is_left_out_and_not_zero() -> None:
    # Without the second criterion: 2·4 + 1·0 = 8 of 4·3 = 12
    assert scores([[4, NONE, 0]], [2, 1, 1]) == [pytest.approx(66.6666667)]
    assert scores([[4, 0, 0]], [2, 1, 1]) == [50]


def test_a_sheet_on_which_nothing_is_applicable_has_no_score_and_takes_no_part() -> None:
    judged = reviews((0, 0, [NONE, NONE]), (0, 1, [2, 4]), (1, 0, [NONE, NONE]), weights=[1, 1])

    assert judged.counts.tolist() == [1, 0]
    assert judged.means[0] == 75
    assert math.isnan(judged.means[1])
    assert judged.ranks.tolist() == [1, 0]


def test_a_criterion_that_the_sheets_own_set_lacks_takes_no_part() -> None:
    # The first sheet knows one criterion, the second two with weights 1 and 3: (1·4 + 3·0) / (4·4)
    mixed = sheet_scores(np.array([[4, NONE], [4, 0]]), np.array([[1.0, 0.0], [1.0, 3.0]]))

    assert mixed.tolist() == [100, 25]


def test_the_mean_counts_every_reviewer_alike_and_the_median_is_the_middle_sheet() -> None:
    judged = reviews((0, 0, [4]), (0, 1, [3]), (0, 2, [0]), (1, 0, [4]), (1, 1, [1]), weights=[1])

    assert judged.means.tolist() == [pytest.approx(175 / 3), 62.5]
    assert judged.medians.tolist() == [75, 62.5]
    assert judged.counts.tolist() == [3, 2]
    assert [figures.tolist() for figures in judged.ranges] == [[0, 25], [100, 100]]
    assert judged.disagreements.tolist() == [100, 75]


def test_a_proposal_without_a_review_has_no_figures() -> None:
    judged = reviews((1, 0, [2]), weights=[1], proposals=3)

    assert [math.isnan(mean) for mean in judged.means] == [True, False, True]
    assert [math.isnan(median) for median in judged.medians] == [True, False, True]
    assert [math.isnan(distance) for distance in judged.disagreements] == [True, False, True]
    assert judged.ranks.tolist() == [0, 1, 0]


def test_each_criterion_has_a_mean_and_a_spread_over_those_who_gave_a_value() -> None:
    judged = reviews((0, 0, [4, NONE]), (0, 1, [1, NONE]), (0, 2, [1, 3]), weights=[1, 1])

    assert judged.criterion_means.tolist() == [[2, 3]]
    low, high = judged.criterion_ranges
    assert (high - low).tolist() == [[3, 0]]


def test_a_criterion_to_which_nobody_gave_a_value_has_no_mean() -> None:
    judged = reviews((0, 0, [4, NONE]), weights=[1, 1])

    assert math.isnan(judged.criterion_means[0, 1])


def test_equal_scores_share_a_rank_and_the_next_places_stay_free() -> None:
    assert ranks(np.array([70.0, 80.0, 70.0, 60.0, NONE, 90.0])).tolist() == [3, 2, 3, 5, 0, 1]


@pytest.mark.parametrize("order", list(permutations([10 / 3, 100 / 7, 200 / 3])))
def test_a_tie_is_a_tie_in_whatever_order_the_sheets_were_summed(order: tuple[float, ...]) -> None:
    others = sum(sorted([10 / 3, 100 / 7, 200 / 3])) / 3

    assert ranks(np.array([sum(order) / 3, others])).tolist() == [1, 1]


def test_the_smallest_difference_that_scores_can_have_is_no_tie() -> None:
    # Nine reviewers and weights up to 100 with two decimals: one step is 100 / (4 · 7 · 100 · 100 · 9)
    step = 100 / (4 * 7 * 100 * 100 * 9)

    assert ranks(np.array([50.0, 50.0 + step])).tolist() == [2, 1]


def test_a_threshold_is_not_above_itself() -> None:
    assert above(np.array([25.0, 25.0 + 1e-12, 25.1, NONE]), 25).tolist() == [False, False, True, False]
    assert below(np.array([2.0, 2.0 - 1e-12, 1.9, NONE]), np.array([2.0, 2, 2, 2])).tolist() == [
        False,
        False,
        True,
        False,
    ]
    assert below(np.array([1.0]), np.array([NONE])).tolist() == [False]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 100)), min_size=1, max_size=40))
def test_medians_are_those_of_the_standard_library(sheets: list[tuple[int, int]]) -> None:
    from statistics import median

    groups = np.array([group for group, _value in sheets])
    found = grouped_medians(np.array([float(value) for _group, value in sheets]), groups, 5)

    for group in range(5):
        members = [value for other, value in sheets if other == group]
        assert found[group] == median(members) if members else math.isnan(found[group])


@settings(max_examples=60)
@given(st.lists(st.integers(0, 20), max_size=30))
def test_a_rank_is_one_more_than_the_number_of_better_ones(figures: list[int]) -> None:
    expected = [1 + sum(other > figure for other in figures) for figure in figures]

    assert ranks(np.array(figures, dtype=float)).tolist() == expected
