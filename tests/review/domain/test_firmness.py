"""How firm ranks are, in examples small enough to work out by hand."""

import math

import pytest

from review.domain.firmness import Scenario, ScenarioKind, firmness
from tests.review.domain.test_statistics import reviews

WITHOUT, HEAVIER, LIGHTER = ScenarioKind.WITHOUT_REVIEWER, ScenarioKind.HEAVIER, ScenarioKind.LIGHTER


def test_a_rank_that_nothing_changes_is_firm() -> None:
    judged = reviews((0, 0, [4, 4]), (0, 1, [4, 3]), (1, 0, [1, 1]), (1, 1, [0, 1]), weights=[1, 1])

    found = firmness(judged, 20)

    assert found.is_firm(0)
    assert found.is_firm(1)
    assert found.shifts(0) == []
    assert (found.best.tolist(), found.worst.tolist()) == ([1, 2], [1, 2])


def test_a_rank_that_hangs_on_one_reviewer_says_on_whom() -> None:
    # Means 62.5 and 50. Without reviewer 0: 25 and 50. Without reviewer 1: 100 and 50.
    judged = reviews((0, 0, [4]), (0, 1, [1]), (1, 0, [2]), (1, 1, [2]), weights=[1])

    found = firmness(judged, 20)

    assert not found.is_firm(0)
    assert [(shift.scenario, shift.rank) for shift in found.shifts(0)] == [(Scenario(WITHOUT, 0), 2)]
    assert [(shift.scenario, shift.rank) for shift in found.shifts(1)] == [(Scenario(WITHOUT, 0), 1)]
    assert (found.best.tolist(), found.worst.tolist()) == ([1, 1], [2, 2])


def test_a_rank_that_hangs_on_a_weight_says_on_which_and_in_which_direction() -> None:
    # Values (4, 0) and (0, 4), weights 11 and 10: 52.4 and 47.6. With 10 % more on the second: 50 and 50, a tie;
    # with 20 % more, 12 outweighs 11. With 20 % less on the first, 8.8 is less than 10.
    judged = reviews((0, 0, [4, 0]), (0, 1, [4, 0]), (1, 0, [0, 4]), (1, 1, [0, 4]), weights=[11, 10])

    ten, twenty = firmness(judged, 10), firmness(judged, 20)

    assert [(shift.scenario, shift.rank) for shift in twenty.shifts(0)] == [
        (Scenario(LIGHTER, 0), 2),
        (Scenario(HEAVIER, 1), 2),
    ]
    assert [(shift.scenario, shift.rank) for shift in ten.shifts(1)] == [
        (Scenario(LIGHTER, 0), 1),
        (Scenario(HEAVIER, 1), 1),
    ]
    assert [shift.scenario for shift in ten.shifts(0)] == [Scenario(LIGHTER, 0)]


def test_two_that_tie_only_without_a_reviewer_are_on_the_same_rank_there() -> None:
    # Without reviewer 1 both have 50: rank 1 and 1.
    judged = reviews((0, 0, [2]), (0, 1, [4]), (1, 0, [2]), (1, 1, [1]), weights=[1])

    found = firmness(judged, 20)

    assert found.is_firm(0)
    assert [(shift.scenario, shift.rank) for shift in found.shifts(1)] == [(Scenario(WITHOUT, 1), 1)]


def test_one_review_alone_is_never_firm_and_keeps_its_score_without_its_reviewer() -> None:
    judged = reviews((0, 0, [4]), (1, 1, [2]), (1, 2, [2]), weights=[1])

    found = firmness(judged, 20)

    assert not found.is_firm(0)
    assert found.shifts(0) == []
    assert found.is_firm(1)
    assert found.ranks[:3].tolist() == [[1, 2], [1, 2], [1, 2]]


def test_a_proposal_without_review_has_no_rank_in_any_scenario() -> None:
    judged = reviews((0, 0, [4]), (0, 1, [4]), weights=[1], proposals=2)

    found = firmness(judged, 20)

    assert found.ranks[:, 1].tolist() == [0] * 4
    assert not found.is_firm(1)
    assert (found.best[1], found.worst[1]) == (0, 0)


def test_a_sheet_without_a_score_changes_nothing_when_its_reviewer_is_left_out() -> None:
    judged = reviews((0, 0, [4]), (0, 1, [math.nan]), (1, 0, [1]), (1, 2, [1]), weights=[1])

    found = firmness(judged, 20)

    assert found.shifts(1) == []


@pytest.mark.parametrize("variation", [0, 100])
def test_the_smallest_and_the_largest_variation_are_possible(variation: float) -> None:
    judged = reviews((0, 0, [4, 1]), (0, 1, [3, 1]), (1, 0, [1, 1]), (1, 1, [1, math.nan]), weights=[1, 1])

    found = firmness(judged, variation)

    assert found.is_firm(0)
    assert found.is_firm(1) == (variation == 0)


def test_without_any_sheet_there_is_nothing_to_say() -> None:
    found = firmness(reviews(weights=[1], proposals=2, reviewers=1), 20)

    assert found.best.tolist() == [0, 0]
