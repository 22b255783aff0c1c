"""What "save and next" brings: the proposal with the fewest reviews."""

import pytest

from review.domain.assign import assign
from review.domain.calibration import begin_calibration
from review.domain.check_formally import check_formally
from review.domain.declare import declare
from review.domain.next_proposal import next_proposal
from review.models import Declaration
from tests.review.build import AT, Review, opened, review, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Review:
    made = review()
    for proposal in (made.a, made.b, made.c):
        assign(proposal, made.ada, actor=made.lead, at=AT)
    return made


def test_the_fewest_reviews_come_first_then_what_is_begun_then_the_reference(world: Review) -> None:
    assert next_proposal(world.ada, world.call) == world.a
    submitted(world, world.a, world.ben)
    assert next_proposal(world.ada, world.call) == world.b
    opened(world, world.c, world.ada)
    assert next_proposal(world.ada, world.call) == world.c


def test_the_one_just_left_comes_last(world: Review) -> None:
    assert next_proposal(world.ada, world.call, after=world.a) == world.b
    submitted(world, world.b, world.ada)
    submitted(world, world.c, world.ada)
    assert next_proposal(world.ada, world.call, after=world.a) == world.a


def test_what_is_done_closed_or_not_eligible_is_left_out(world: Review) -> None:
    submitted(world, world.a, world.ada)
    declare(world.b, kind=Declaration.Kind.LAND, actor=world.ada, at=AT)
    assert next_proposal(world.ada, world.call) == world.c
    check_formally(world.c, result="not_eligible", reason="Keine Kommune.", actor=world.lead, at=AT)
    assert next_proposal(world.ada, world.call) is None


def test_the_proposal_that_all_score_first_comes_first(world: Review) -> None:
    begin_calibration(world.call, world.c, [world.ada], actor=world.lead, at=AT)
    assert next_proposal(world.ada, world.call) == world.c
    assert next_proposal(world.ada, world.call, after=world.c) == world.a


def test_who_is_asked_nothing_gets_nothing(world: Review) -> None:
    assert next_proposal(world.ben, world.call) is None
    assert next_proposal(world.lead, world.call) is None
    assert next_proposal(world.auditor, world.call) is None
