"""Calibration: all score one proposal first, then see how far they lie apart."""

import pytest

from review.domain.assign import IN_CONFLICT
from review.domain.calibration import begin_calibration, end_calibration, spread_for
from review.domain.declare import correct, declare
from review.domain.errors import CalibrationFirst, NotInReview, NotPermitted
from review.domain.score import Entry, open_sheet, submit_sheet
from review.models import Assignment, Declaration
from tests.review.build import AT, NONE, Review, asked, opened, review, saved, submitted
from tests.review.scored import proposals
from tests.submissions.build import make_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Review:
    return review()


def test_all_but_those_with_a_conflict_are_asked(world: Review) -> None:
    correct(world.a, world.ben, kind=Declaration.Kind.LAND, note="Gemeldet.", actor=world.lead, at=AT)
    plan = begin_calibration(world.call, world.a, [world.ada, world.ben], actor=world.office, at=AT)
    assert [(one.reviewer, one.why) for one in plan.left_out] == [(world.ben.pk, IN_CONFLICT)]
    assert Assignment.objects.get().is_calibration


def test_the_anchor_comes_first(world: Review) -> None:
    begin_calibration(world.call, world.a, [world.ada], actor=world.lead, at=AT)
    asked(world, world.b, world.ada)
    with pytest.raises(CalibrationFirst):
        open_sheet(world.b, actor=world.ada, at=AT)
    submitted(world, world.a, world.ada)
    assert open_sheet(world.b, actor=world.ada, at=AT).version_id == world.b.version_in_force_id


def test_who_is_not_asked_or_has_a_conflict_need_not_wait(world: Review) -> None:
    begin_calibration(world.call, world.a, [world.ada], actor=world.lead, at=AT)
    declare(world.a, kind=Declaration.Kind.LAND, actor=world.ada, at=AT)
    assert opened(world, world.b, world.ada).state == "open"
    assert opened(world, world.b, world.ben).state == "open"


def test_when_calibration_has_ended_nobody_waits(world: Review) -> None:
    begin_calibration(world.call, world.a, [world.ada], actor=world.lead, at=AT)
    end_calibration(world.call, actor=world.lead)
    assert opened(world, world.b, world.ada).state == "open"


def test_the_spread_is_shown_after_ones_own_sheet_the_widest_first(world: Review) -> None:
    begin_calibration(world.call, world.a, [world.ada, world.ben, world.office], actor=world.lead, at=AT)
    scores = {
        world.ada: {"relevance": Entry(value=4), "support": Entry(value=2)},
        world.ben: {"relevance": Entry(value=0), "support": Entry(not_applicable=True, reason="Passt nicht.")},
        world.office: {"relevance": Entry(value=2), "support": Entry(value=3)},
    }
    for person, entries in scores.items():
        assert spread_for(person, world.call) is None
        sheet = saved(opened(world, world.a, person), 3, **entries)
        submit_sheet(sheet, base_version=sheet.row_version, actor=person, at=AT)
    spreads = spread_for(world.ada, world.call)
    assert spreads is not None
    first, second = spreads[:2]
    assert (first.criterion.key, first.values, first.lowest, first.highest, first.mean, first.width) == (
        "relevance",
        (0, 2, 4),
        0,
        4,
        2.0,
        4,
    )
    assert (second.criterion.key, second.values, second.not_applicable, second.mean) == ("support", (2, 3), 1, 2.5)
    assert spread_for(world.lead, world.call) is None
    declare(world.a, kind=NONE, actor=world.lead, at=AT)
    assert spread_for(world.lead, world.call) is not None


def test_without_an_anchor_or_sheets_there_is_no_spread(world: Review) -> None:
    assert spread_for(world.auditor, world.call) is None
    begin_calibration(world.call, world.a, [world.ada], actor=world.lead, at=AT)
    assert spread_for(world.auditor, world.call) == []


def test_an_anchor_of_another_call_or_by_somebody_else_is_refused(world: Review) -> None:
    [other] = proposals(make_call(), ["Fremd"])
    with pytest.raises(NotInReview):
        begin_calibration(world.call, other, [world.ada], actor=world.lead, at=AT)
    with pytest.raises(NotPermitted):
        begin_calibration(world.call, world.a, [world.ada], actor=world.ada, at=AT)
