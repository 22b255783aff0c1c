"""The automatic assignment: complete, even, without conflicts, and honest where it cannot be."""

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.domain.assign import apply_plan, assign
from review.domain.assignment_plan import Problem, even_level, propose, solve
from review.domain.calibration import begin_calibration
from review.domain.check_formally import check_formally
from review.domain.declare import correct, declare
from review.domain.review_settings import change_settings
from review.models import Declaration, ReviewerProfile, ReviewRole
from submissions.models import Call
from tests.review.build import AT, NONE, Review, review, set_blind
from tests.review.scored import person_with, proposals
from tests.submissions.build import make_call


def solved(needs: list[int], loads: list[int], closed: set[tuple[int, int]] = frozenset()) -> list[tuple[int, int]]:  # type: ignore[assignment]
    everyone = [(proposal, person) for proposal in range(len(needs)) for person in range(len(loads))]
    return solve(Problem(needs, loads, {pair: 0.0 for pair in everyone if pair not in closed}))


def test_every_proposal_gets_its_reviews_and_loads_differ_by_one_at_most() -> None:
    chosen = solved([2] * 10, [0, 0, 0])
    assert Counter(proposal for proposal, _person in chosen) == dict.fromkeys(range(10), 2)
    assert sorted(Counter(person for _proposal, person in chosen).values()) == [6, 7, 7]
    assert len(set(chosen)) == 20


def test_what_somebody_has_already_counts_as_load() -> None:
    chosen = solved([1] * 6, [4, 0, 0])
    assert Counter(person for _proposal, person in chosen) == {1: 3, 2: 3}


def test_first_come_first_served_would_fail_where_the_whole_is_solved() -> None:
    # Person 0 may review all, person 1 only the first: serving the first proposal with person 0 starves nobody only
    # if person 1 takes it instead.
    chosen = solved([1, 1], [0, 0], closed={(1, 1)})
    assert sorted(chosen) == [(0, 1), (1, 0)]


def test_what_cannot_be_met_is_left_open_and_the_rest_is_done() -> None:
    chosen = solved([2, 2], [0, 0], closed={(0, 0)})
    assert sorted(chosen) == [(0, 1), (1, 0), (1, 1)]


def test_a_suspected_conflict_is_taken_only_before_a_review_would_be_missing() -> None:
    costs = {(0, 0): 100.0, (0, 1): 0.0, (1, 0): 100.0, (1, 1): 0.0}
    assert solve(Problem([1, 1], [0, 0], costs)) == [(0, 1), (1, 1)]
    assert len(solve(Problem([2, 2], [0, 0], costs))) == 4


def test_nothing_to_do_is_no_error() -> None:
    assert solved([], []) == solved([1], []) == solved([0], [0]) == []


def test_the_even_level_is_filled_like_water() -> None:
    assert even_level([0, 0, 0], 7) == 3
    assert even_level([4, 0, 0], 6) == 3
    assert even_level([4, 0, 0], 9) == 5
    assert even_level([2, 2], 0) == 2
    assert even_level([], 5) == 0


@settings(max_examples=40)
@given(st.data())
def test_no_plan_ever_breaks_a_rule(data: st.DataObject) -> None:
    needs = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=8))
    loads = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=5))
    everyone = [(proposal, person) for proposal in range(len(needs)) for person in range(len(loads))]
    closed = data.draw(st.sets(st.sampled_from(everyone)))
    chosen = solved(needs, loads, closed)
    assert len(set(chosen)) == len(chosen)
    assert not set(chosen) & closed
    found = Counter(proposal for proposal, _person in chosen)
    for proposal, need in enumerate(needs):
        possible = sum((proposal, person) not in closed for person in range(len(loads)))
        assert found[proposal] == min(need, possible)


def test_five_thousand_proposals_are_solved_in_seconds() -> None:
    began = time.monotonic()
    chosen = solved([3] * 5000, [0] * 12, closed={(n, n % 12) for n in range(5000)})
    assert len(chosen) == 15000
    assert set(Counter(person for _proposal, person in chosen).values()) == {1250}
    assert time.monotonic() - began < 10


@pytest.fixture
def world(db: None) -> Review:
    return review()


def asked_of(call: Call, *people: object, reviews: int | None = None) -> dict[int, set[int]]:
    plan = propose(call, people, reviews_per_proposal=reviews)  # type: ignore[arg-type]
    by_proposal: dict[int, set[int]] = {}
    for proposal, person in plan.pairs:
        by_proposal.setdefault(proposal, set()).add(person)
    return by_proposal


def test_the_calls_number_of_reviews_is_planned_and_written_only_when_applied(world: Review) -> None:
    change_settings(world.call, {"reviews_per_proposal": 2}, actor=world.lead)
    plan = propose(world.call, [world.ada, world.ben, world.office])
    assert len(plan.pairs) == 6
    assert plan == propose(world.call, [world.ada, world.ben, world.office])
    assert not plan.left_out
    assert apply_plan(world.call, plan, actor=world.office, at=AT) == 6
    assert propose(world.call, [world.ada, world.ben, world.office]).pairs == ()


def test_declared_conflicts_and_the_own_organisation_are_never_planned(world: Review) -> None:
    correct(world.a, world.ada, kind=Declaration.Kind.PERSONAL, note="Gemeldet.", actor=world.lead, at=AT)
    ReviewerProfile.objects.create(user=world.ben, organisation=world.b.organisation)
    planned = asked_of(world.call, world.ada, world.ben, reviews=2)
    assert planned == {
        world.a.pk: {world.ben.pk},
        world.b.pk: {world.ada.pk},
        world.c.pk: {world.ada.pk, world.ben.pk},
    }
    plan = propose(world.call, [world.ada, world.ben], reviews_per_proposal=2)
    assert [(one.proposal, one.reviewer, str(one.why)) for one in plan.left_out] == [
        (world.a.pk, None, "1 Bewertung fehlt."),
        (world.b.pk, None, "1 Bewertung fehlt."),
    ]


def test_the_own_land_is_avoided_unless_the_person_has_declared_no_conflict(world: Review) -> None:
    ReviewerProfile.objects.create(user=world.office, land=world.a.land)
    assert world.office.pk not in asked_of(world.call, world.office, world.ben, reviews=1)[world.a.pk]
    declare(world.a, kind=NONE, actor=world.office, at=AT)
    assert asked_of(world.call, world.office, world.ben, reviews=2)[world.a.pk] == {world.office.pk, world.ben.pk}


def test_proposals_out_of_the_race_and_the_anchor_are_not_planned(world: Review) -> None:
    check_formally(world.a, result="not_eligible", reason="Keine Kommune.", actor=world.lead, at=AT)
    begin_calibration(world.call, world.b, [world.ada], actor=world.lead, at=AT)
    assert asked_of(world.call, world.ada, world.ben, reviews=1).keys() == {world.c.pk}


def test_in_blind_mode_who_has_checked_formally_is_avoided(world: Review) -> None:
    set_blind(world.call)
    check_formally(world.a, result="eligible", actor=world.office, at=AT)
    assert asked_of(world.call, world.office, world.ben, reviews=1)[world.a.pk] == {world.ben.pk}


def test_what_is_assigned_by_hand_is_kept_and_counted(world: Review) -> None:
    assign(world.a, world.ada, actor=world.lead, at=AT)
    planned = asked_of(world.call, world.ada, world.ben, reviews=1)
    assert world.a.pk not in planned
    assert planned.keys() == {world.b.pk, world.c.pk}


def test_the_auditor_is_never_planned(world: Review) -> None:
    plan = propose(world.call, [world.auditor], reviews_per_proposal=1)
    assert plan.pairs == ()
    assert len(plan.left_out) == 3


@pytest.mark.django_db
def test_planning_takes_constant_queries(django_assert_num_queries: object) -> None:
    call = make_call()
    proposals(call, [f"Thema {number}" for number in range(15)])
    reviewers = [person_with(ReviewRole.OFFICE, f"p{number}@example.org") for number in range(4)]
    with django_assert_num_queries(10):  # type: ignore[operator]
        assert len(propose(call, reviewers).pairs) == 30
