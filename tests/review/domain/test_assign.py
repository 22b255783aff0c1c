"""Assignments by hand and in bulk."""

import json
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from connective.accounts.models import User
from connective.audit.models import Entry
from review.domain.assign import (
    ALREADY,
    HAS_BEGUN,
    IN_CONFLICT,
    NOT_A_REVIEWER,
    NOT_ELIGIBLE,
    NOT_SUBMITTED,
    Plan,
    apply_plan,
    assign,
    plan_bulk,
    unassign,
)
from review.domain.check_formally import check_formally
from review.domain.declare import correct
from review.domain.errors import CannotAssign, NotPermitted
from review.models import Assignment, Declaration
from submissions.domain.withdraw import withdraw
from tests.review.build import AT, Review, opened, review, saved
from tests.review.scored import proposals
from tests.submissions.build import make_call

pytestmark = pytest.mark.django_db

LAND = Declaration.Kind.LAND


@pytest.fixture
def world() -> Review:
    return review()


def pairs() -> set[tuple[int, int]]:
    return set(Assignment.objects.values_list("proposal_id", "reviewer_id"))


def test_the_office_assigns_and_takes_back(world: Review) -> None:
    assign(world.a, world.ada, actor=world.office, at=AT)
    assign(world.a, world.ada, actor=world.office, at=AT)
    assert pairs() == {(world.a.pk, world.ada.pk)}
    unassign(world.a, world.ada, actor=world.office)
    unassign(world.a, world.ada, actor=world.office)
    assert pairs() == set()
    actions = list(
        Entry.objects.filter(action__startswith="review.").order_by("sequence").values_list("action", flat=True)
    )
    assert actions == ["review.assigned", "review.unassigned"]


@pytest.mark.parametrize("name", ["ada", "ben", "auditor"])
def test_nobody_else_assigns(world: Review, name: str) -> None:
    actor = getattr(world, name)
    for act in (
        lambda: assign(world.a, world.ada, actor=actor, at=AT),
        lambda: unassign(world.a, world.ada, actor=actor),
        lambda: apply_plan(world.call, Plan(((world.a.pk, world.ada.pk),)), actor=actor, at=AT),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert pairs() == set()


def test_a_begun_review_is_not_taken_away(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    unassign(world.a, world.ada, actor=world.lead)
    assign(world.a, world.ada, actor=world.lead, at=AT)
    saved(sheet)
    with pytest.raises(CannotAssign) as told:
        unassign(world.a, world.ada, actor=world.lead)
    assert str(told.value.text) == str(HAS_BEGUN)


def test_why_somebody_cannot_be_assigned_is_said(world: Review) -> None:
    applicant = User.objects.get(email="antrag@example.org")
    correct(world.a, world.ada, kind=LAND, note="Gemeldet.", actor=world.lead, at=AT)
    withdraw(world.b, actor=applicant, at=AT)
    check_formally(world.c, result="not_eligible", reason="Keine Kommune.", actor=world.lead, at=AT)
    for proposal, person, why in (
        (world.a, world.ada, IN_CONFLICT),
        (world.a, world.auditor, NOT_A_REVIEWER),
        (world.a, applicant, NOT_A_REVIEWER),
        (world.b, world.ben, NOT_SUBMITTED),
        (world.c, world.ben, NOT_ELIGIBLE),
    ):
        with pytest.raises(CannotAssign) as told:
            assign(proposal, person, actor=world.lead, at=AT)
        assert str(told.value.text) == str(why)


def test_a_bulk_act_says_first_what_it_will_do(world: Review) -> None:
    correct(world.a, world.ada, kind=LAND, note="Gemeldet.", actor=world.lead, at=AT)
    assign(world.b, world.ben, actor=world.lead, at=AT)
    plan = plan_bulk([world.a, world.b], [world.ada, world.ben])
    assert plan.pairs == ((world.a.pk, world.ben.pk), (world.b.pk, world.ada.pk))
    assert [(one.proposal, one.reviewer, str(one.why)) for one in plan.left_out] == [
        (world.a.pk, world.ada.pk, str(IN_CONFLICT)),
        (world.b.pk, world.ben.pk, str(ALREADY)),
    ]
    assert pairs() == {(world.b.pk, world.ben.pk)}
    assert apply_plan(world.call, plan, actor=world.office, at=AT) == 2
    assert apply_plan(world.call, plan, actor=world.office, at=AT) == 0
    entry = Entry.objects.get(action="review.assigned_in_bulk")
    assert json.loads(entry.payload) == {"pairs": [list(pair) for pair in plan.pairs]}


def test_a_plan_is_checked_again_when_it_is_applied(world: Review) -> None:
    plan = plan_bulk([world.a], [world.ada, world.ben])
    correct(world.a, world.ada, kind=LAND, note="Inzwischen.", actor=world.lead, at=AT)
    assert apply_plan(world.call, plan, actor=world.lead, at=AT) == 1
    assert pairs() == {(world.a.pk, world.ben.pk)}


def test_a_plan_touches_no_other_call(world: Review) -> None:
    [other] = proposals(make_call(), ["Fremd"])
    assert apply_plan(world.call, Plan(((other.pk, world.ada.pk),)), actor=world.lead, at=AT) == 0
    assert pairs() == set()


def test_planning_takes_constant_queries(world: Review, query_count: Callable[[Callable[[], object]], int]) -> None:
    few = query_count(lambda: plan_bulk([world.a], [world.ada]))
    more = proposals(world.call, [f"Thema {number}" for number in range(10)])
    assert query_count(lambda: plan_bulk(more, [world.ada, world.ben])) == few == 4


def test_the_database_assigns_once(world: Review) -> None:
    assign(world.a, world.ada, actor=world.lead, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(proposal=world.a, reviewer=world.ada, assigned_by=world.lead, assigned_at=AT)
