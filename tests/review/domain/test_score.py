"""Scoring: who may, what a sheet holds, when it is finished."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from connective.accounts.models import User
from connective.audit.models import Entry as Logged
from review.domain.assign import assign
from review.domain.declare import correct, declare
from review.domain.errors import (
    Closed,
    NotInReview,
    NotPermitted,
    ReasonNeeded,
    ReviewIsOver,
    ScoreRefused,
    SheetConflict,
    SheetIncomplete,
    SheetSubmitted,
)
from review.domain.review_settings import change_settings
from review.domain.score import Entry, entries_of, missing, open_sheet, reopen_sheet, save_sheet, submit_sheet
from review.models import Declaration, ReviewRole, Score, ScoreSheet
from submissions.domain.withdraw import withdraw
from tests.review.build import AT, LATER, NONE, Review, asked, full, opened, review, saved, submitted
from tests.review.scored import KEYS, person_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Review:
    return review()


def test_a_sheet_is_opened_once_for_the_version_in_force(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    assert open_sheet(world.a, actor=world.ada, at=LATER) == sheet
    assert (sheet.version_id, sheet.state, sheet.row_version) == (world.a.version_in_force_id, "open", 0)
    assert Logged.objects.filter(action="sheet.opened").count() == 1


def test_without_assignment_or_declaration_there_is_no_sheet(world: Review) -> None:
    for actor in (world.ada, world.office, world.lead, world.auditor):
        with pytest.raises(Closed):
            open_sheet(world.a, actor=actor, at=AT)
    assign(world.a, world.ada, actor=world.lead, at=AT)
    with pytest.raises(Closed):
        open_sheet(world.a, actor=world.ada, at=AT)
    declare(world.a, kind=NONE, actor=world.office, at=AT)
    with pytest.raises(Closed):
        open_sheet(world.a, actor=world.office, at=AT)


def test_a_withdrawn_proposal_is_not_scored(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    withdraw(world.a, actor=User.objects.get(email="antrag@example.org"), at=AT)
    with pytest.raises(NotInReview):
        open_sheet(world.a, actor=world.ada, at=AT)
    with pytest.raises(NotInReview):
        save_sheet(sheet, full(), base_version=0, actor=world.ada, at=AT)
    with pytest.raises((NotInReview, Closed)):
        submit_sheet(sheet, base_version=0, actor=world.ada, at=AT)


def test_a_sheet_is_saved_as_one_types(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    once = save_sheet(sheet, {"support": Entry(value=4)}, base_version=0, actor=world.ada, at=AT)
    twice = save_sheet(
        sheet,
        {"support": Entry(value=4, note="Brief liegt vor.")},
        statement="Gut.",
        base_version=1,
        actor=world.ada,
        at=AT,
    )
    assert (once.row_version, twice.row_version, twice.statement) == (1, 2, "Gut.")
    assert entries_of(twice)["support"] == Entry(value=4, note="Brief liegt vor.")
    assert missing(twice) == [*KEYS[:-1], "recommendation"]


def test_what_is_left_out_of_a_save_is_emptied(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    sheet = save_sheet(sheet, {"support": Entry(value=1)}, base_version=1, actor=world.ada, at=AT)
    assert entries_of(sheet)["relevance"] == Entry()


def test_the_same_save_twice_has_one_effect(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    first, second = saved(sheet), saved(sheet)
    assert first.row_version == second.row_version == 1


def test_a_second_tab_is_told_and_sees_what_stands(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    saved(sheet, 3)
    with pytest.raises(SheetConflict) as told:
        save_sheet(sheet, full(1), base_version=0, actor=world.ada, at=AT)
    assert entries_of(told.value.current) == full(3)


def test_not_applicable_is_empty_with_its_reason_and_never_zero(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada), 3, innovation=Entry(not_applicable=True, reason="Passt nicht."))
    score = Score.objects.get(sheet=sheet, criterion__key="innovation")
    assert (score.value, score.not_applicable) == (None, True)
    assert missing(sheet) == []


def test_not_applicable_without_a_reason_is_undecided(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada), 3, innovation=Entry(not_applicable=True, reason=" "))
    assert missing(sheet) == ["innovation"]
    with pytest.raises(SheetIncomplete) as told:
        submit_sheet(sheet, base_version=1, actor=world.ada, at=AT)
    assert told.value.missing == ["innovation"]


@pytest.mark.parametrize(
    "entry",
    [Entry(value=5), Entry(value=-1), Entry(value=0, not_applicable=True, reason="Doch."), Entry(note="x" * 5001)],
)
def test_what_no_sheet_can_hold_is_refused(world: Review, entry: Entry) -> None:
    sheet = opened(world, world.a, world.ada)
    with pytest.raises(ScoreRefused):
        save_sheet(sheet, {"support": entry}, base_version=0, actor=world.ada, at=AT)
    assert not Score.objects.exists()


def test_a_criterion_or_recommendation_that_does_not_exist_is_refused(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    with pytest.raises(ScoreRefused):
        save_sheet(sheet, {"beauty": Entry(value=1)}, base_version=0, actor=world.ada, at=AT)
    with pytest.raises(ScoreRefused):
        save_sheet(sheet, {}, recommendation="perhaps", base_version=0, actor=world.ada, at=AT)


def test_nobody_writes_on_somebody_elses_sheet(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    asked(world, world.a, world.ben)
    for actor in (world.ben, world.lead, world.office, world.auditor):
        with pytest.raises(Closed):
            save_sheet(sheet, full(0), base_version=1, actor=actor, at=AT)
        with pytest.raises(Closed):
            submit_sheet(sheet, base_version=1, actor=actor, at=AT)


def test_who_gets_a_conflict_cannot_save_or_submit_any_more(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    correct(world.a, world.ada, kind=Declaration.Kind.LAND, note="Gemeldet.", actor=world.lead, at=AT)
    with pytest.raises(Closed):
        save_sheet(sheet, full(4), base_version=1, actor=world.ada, at=AT)
    with pytest.raises(Closed):
        submit_sheet(sheet, base_version=1, actor=world.ada, at=AT)


def test_a_submitted_sheet_is_final_and_a_double_click_has_one_effect(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    first = submit_sheet(sheet, base_version=1, actor=world.ada, at=AT)
    again = submit_sheet(sheet, base_version=1, actor=world.ada, at=LATER)
    assert first.submitted_at == again.submitted_at == AT
    assert Logged.objects.filter(action="sheet.submitted").count() == 1
    with pytest.raises(SheetSubmitted):
        save_sheet(sheet, full(0), base_version=2, actor=world.ada, at=AT)


def test_what_is_submitted_is_what_was_seen(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    save_sheet(sheet, full(0), recommendation="reject", statement="Nein.", base_version=1, actor=world.ada, at=AT)
    with pytest.raises(SheetConflict):
        submit_sheet(sheet, base_version=1, actor=world.ada, at=AT)


def test_an_empty_sheet_says_all_that_it_lacks(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    with pytest.raises(SheetIncomplete) as told:
        submit_sheet(sheet, base_version=0, actor=world.ada, at=AT)
    assert told.value.missing == [*KEYS, "recommendation", "statement"]


def test_the_lead_reopens_with_a_reason_that_the_audit_log_keeps(world: Review) -> None:
    sheet = submitted(world, world.a, world.ada)
    again = reopen_sheet(sheet, reason="Zahlendreher.", actor=world.lead, at=LATER)
    assert (again.state, again.submitted_at, again.statement) == ("open", None, "Gut begründet.")
    assert entries_of(again) == full(3)
    assert json.loads(Logged.objects.get(action="sheet.reopened").payload)["reason"] == "Zahlendreher."
    assert reopen_sheet(sheet, reason="Noch einmal.", actor=world.lead, at=LATER).row_version == again.row_version
    final = submit_sheet(again, base_version=again.row_version, actor=world.ada, at=LATER)
    assert final.submitted_at == LATER


@pytest.mark.parametrize("name", ["office", "ada", "ben", "auditor"])
def test_nobody_else_reopens_a_sheet_not_even_its_reviewer(world: Review, name: str) -> None:
    sheet = submitted(world, world.a, world.ada)
    with pytest.raises(NotPermitted):
        reopen_sheet(sheet, reason="Grund.", actor=getattr(world, name), at=AT)


def test_reopening_needs_a_reason_and_a_lead_without_conflict(world: Review) -> None:
    sheet = submitted(world, world.a, world.ada)
    with pytest.raises(ReasonNeeded):
        reopen_sheet(sheet, reason=" ", actor=world.lead, at=AT)
    declare(world.a, kind=Declaration.Kind.PERSONAL, actor=world.lead, at=AT)
    with pytest.raises(Closed):
        reopen_sheet(sheet, reason="Grund.", actor=world.lead, at=AT)


def test_after_the_time_of_review_nothing_is_saved_or_submitted(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    change_settings(world.call, {"review_until": LATER}, actor=world.lead)
    for at in (LATER, LATER + timedelta(days=1)):
        with pytest.raises(ReviewIsOver):
            save_sheet(sheet, full(1), base_version=1, actor=world.ada, at=at)
        with pytest.raises(ReviewIsOver):
            submit_sheet(sheet, base_version=1, actor=world.ada, at=at)
    just_in_time = LATER - timedelta(microseconds=1)
    assert submit_sheet(sheet, base_version=1, actor=world.ada, at=just_in_time).state == "submitted"


def test_the_office_scores_like_everybody_else(world: Review) -> None:
    assert submitted(world, world.a, world.office).reviewer == world.office
    assert submitted(world, world.a, world.lead).reviewer == world.lead


def test_who_loses_the_role_loses_the_sheet(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    world.ada.groups.clear()
    with pytest.raises(Closed):
        submit_sheet(sheet, base_version=1, actor=world.ada, at=AT)


def test_the_database_refuses_what_a_sheet_cannot_be(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    score = sheet.scores.first()
    assert score is not None
    scores, sheets = Score.objects.filter(pk=score.pk), ScoreSheet.objects.filter(pk=sheet.pk)
    second = person_with(ReviewRole.OFFICE, "zweite@example.org")
    for write in (
        lambda: scores.update(value=5),
        lambda: scores.update(not_applicable=True, reason="Doch."),
        lambda: scores.update(not_applicable=True, value=None),
        lambda: Score.objects.create(sheet=sheet, criterion=score.criterion),
        lambda: sheets.update(state="submitted"),
        lambda: sheets.update(state="submitted", submitted_at=AT, statement=""),
        lambda: sheets.update(submitted_at=AT),
        lambda: sheets.update(recommendation="perhaps"),
        lambda: ScoreSheet.objects.create(
            version=sheet.version, reviewer=world.ada, criteria_set=sheet.criteria_set, opened_at=AT, saved_at=AT
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
    ScoreSheet.objects.create(
        version=sheet.version, reviewer=second, criteria_set=sheet.criteria_set, opened_at=AT, saved_at=AT
    )
