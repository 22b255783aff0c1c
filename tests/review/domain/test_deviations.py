"""Where a shortlist deviates from the ranking, worked out by hand."""

import pytest

from review.domain.deviations import DeviationKind, best, deviations, ties

LEFT_OUT, TIE, BEFORE, UNRANKED = (
    DeviationKind.BETTER_LEFT_OUT,
    DeviationKind.TIE_RESOLVED,
    DeviationKind.BEFORE_BETTER,
    DeviationKind.WITHOUT_RANK,
)
RANKS = {10: 1, 20: 2, 30: 3, 31: 3, 50: 5, 60: 6, 90: None}


def told(chosen: list[int], ranks: dict[int, int | None] = RANKS) -> dict[int, tuple[list[DeviationKind], list[int]]]:
    """Return the deviations as plain values."""
    return {proposal: (found.kinds, found.others) for proposal, found in deviations(ranks, chosen).items()}


@pytest.mark.parametrize("chosen", [[], [10], [10, 20], [10, 20, 30, 31], [10, 20, 31, 30], [10, 20, 30, 31, 50, 60]])
def test_the_best_in_their_order_deviate_in_nothing(chosen: list[int]) -> None:
    assert told(chosen) == {}


def test_one_exchange_is_one_deviation_on_the_one_that_came_in() -> None:
    assert told([10, 30, 31, 50]) == {50: ([LEFT_OUT], [20])}


def test_one_of_two_equals_on_the_last_place_is_a_resolved_tie() -> None:
    assert told([10, 20, 31]) == {31: ([TIE], [30])}


def test_leaving_out_a_better_one_for_both_equals_is_a_deviation_of_these() -> None:
    assert told([10, 30, 31]) == {30: ([LEFT_OUT], [20]), 31: ([LEFT_OUT], [20])}


def test_an_equal_that_was_left_out_for_a_worse_one_is_told_beside_the_worse_one() -> None:
    assert told([10, 20, 30, 50]) == {50: ([LEFT_OUT], [31])}


def test_standing_before_a_better_one_is_a_deviation() -> None:
    assert told([20, 10]) == {20: ([BEFORE], [10])}
    assert told([10, 20, 50, 30, 31]) == {50: ([BEFORE], [30, 31])}


def test_what_nobody_scored_needs_a_reason() -> None:
    assert told([10, 90]) == {90: ([UNRANKED], [])}
    assert told([10, 99]) == {99: ([UNRANKED], [])}


def test_a_list_longer_than_the_ranking_is_no_deviation_of_the_ranked_ones() -> None:
    assert told([1, 2, 9], {1: 1, 2: 2, 9: None}) == {9: ([UNRANKED], [])}


def test_the_best_are_more_than_asked_for_where_the_last_place_is_tied() -> None:
    assert best(RANKS, 2) == [10, 20]
    assert best(RANKS, 3) == [10, 20, 30, 31]
    assert best(RANKS, 99) == [10, 20, 30, 31, 50, 60]
    assert best(RANKS, 0) == []
    assert best({1: None}, 3) == []


def test_ties_are_told_with_those_that_were_left_out() -> None:
    assert ties(RANKS, [10, 31]) == [[30, 31]]
    assert ties(RANKS, [10, 20]) == []
