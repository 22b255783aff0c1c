"""Many at once: two tabs, double submits, criteria that change while people score; real threads, a real database."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from connective.audit.chain import verify
from connective.audit.models import Entry as Logged
from review.domain.assign import apply_plan, assign, plan_bulk, unassign
from review.domain.check_formally import check_formally
from review.domain.criteria import change_criteria, current_set, drafts_of, fingerprint
from review.domain.declare import correct, declare
from review.domain.errors import CriteriaChanged, SheetConflict
from review.domain.score import Entry, entries_of, open_sheet, reopen_sheet, save_sheet, submit_sheet
from review.domain.visible import counted_sheets
from review.models import Assignment, CriteriaSet, Declaration, FormalCheck, Score, ScoreSheet
from tests.review.build import AT, NONE, Review, asked, full, opened, review, saved, submitted
from tests.submissions.domain.test_races import at_once, kinds

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world() -> Review:
    return review()


def test_ten_tabs_open_one_sheet(world: Review) -> None:
    asked(world, world.a, world.ada)
    results = at_once(*[lambda: open_sheet(world.a, actor=world.ada, at=AT) for _ in range(10)])
    assert kinds(results) == ["ScoreSheet"] * 10
    assert ScoreSheet.objects.count() == Logged.objects.filter(action="sheet.opened").count() == 1


def test_of_ten_tabs_that_save_at_once_one_wins_and_nine_are_told(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    results = at_once(
        *[
            lambda n=n: save_sheet(
                sheet, {"support": Entry(value=3, note=f"Tab {n}")}, base_version=0, actor=world.ada, at=AT
            )
            for n in range(10)
        ]
    )
    assert kinds(results) == ["ScoreSheet"] + ["SheetConflict"] * 9
    [winner] = [result for result in results if isinstance(result, ScoreSheet)]
    sheet.refresh_from_db()
    assert sheet.row_version == 1
    assert entries_of(sheet) == entries_of(winner)
    assert {entries_of(told.current)["support"].note for told in results if isinstance(told, SheetConflict)} == {
        entries_of(winner)["support"].note
    }
    assert Logged.objects.filter(action="criteria.frozen").count() == 1


def test_ten_clicks_submit_once(world: Review) -> None:
    sheet = saved(opened(world, world.a, world.ada))
    results = at_once(
        *[
            lambda n=n: submit_sheet(sheet, base_version=1, actor=world.ada, at=AT + timedelta(seconds=n))
            for n in range(10)
        ]
    )
    assert kinds(results) == ["ScoreSheet"] * 10
    assert len({result.submitted_at for result in results}) == 1
    assert Logged.objects.filter(action="sheet.submitted").count() == 1
    assert verify().is_sound


def test_a_save_and_a_submission_at_once_never_submit_what_was_not_seen(world: Review) -> None:
    for proposal in (world.a, world.b, world.c):
        sheet = saved(opened(world, proposal, world.ada), 3)
        at_once(
            lambda s=sheet: save_sheet(  # type: ignore[misc]
                s, full(0), recommendation="reject", statement="Nein.", base_version=1, actor=world.ada, at=AT
            ),
            lambda s=sheet: submit_sheet(s, base_version=1, actor=world.ada, at=AT),  # type: ignore[misc]
        )
        sheet.refresh_from_db()
        assert entries_of(sheet) == (full(3) if sheet.state == "submitted" else full(0))


def test_criteria_that_freeze_while_they_are_changed_are_told_or_changed_before(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    first, *others = drafts_of(current_set(world.call))
    shown = fingerprint(current_set(world.call))
    drafts = [replace(first, weight=Decimal(5)), *others]
    change, save = at_once(
        lambda: change_criteria(world.call, drafts, shown=shown, actor=world.lead, at=AT),
        lambda: save_sheet(sheet, full(2), base_version=0, actor=world.ada, at=AT),
    )
    assert isinstance(save, ScoreSheet)
    assert CriteriaSet.objects.count() == 1
    weight = current_set(world.call).criteria.get(key="multilateral").weight
    assert weight == (1 if isinstance(change, CriteriaChanged) else 5)
    assert current_set(world.call).frozen_at == AT
    sheet.refresh_from_db()
    assert entries_of(sheet) == full(2)


def test_replacing_criteria_while_many_score_leaves_no_open_sheet_behind_and_no_text_lost(world: Review) -> None:
    submitted(world, world.c, world.lead)
    sheets = [opened(world, proposal, person) for proposal in (world.a, world.b) for person in (world.ada, world.ben)]
    asked(world, world.c, world.ada)
    first, *others = drafts_of(current_set(world.call))
    shown = fingerprint(current_set(world.call))
    changed, opened_meanwhile, *results = at_once(
        lambda: change_criteria(
            world.call,
            [replace(first, weight=Decimal(5)), *others],
            shown=shown,
            reason="Beschluss.",
            actor=world.lead,
            at=AT,
        ),
        lambda: open_sheet(world.c, actor=world.ada, at=AT),
        *[lambda s=s: save_sheet(s, full(2), base_version=0, actor=s.reviewer, at=AT) for s in sheets],
    )
    assert isinstance(changed, CriteriaSet)
    assert isinstance(opened_meanwhile, ScoreSheet)
    assert set(ScoreSheet.objects.filter(state="open").values_list("criteria_set", flat=True)) == {changed.pk}
    for sheet, result in zip(sheets, results, strict=True):
        sheet.refresh_from_db()
        if isinstance(result, SheetConflict):
            assert not Score.objects.filter(sheet=sheet).exists()
        else:
            assert isinstance(result, ScoreSheet)
            assert entries_of(sheet) == full(2)


def test_a_conflict_that_is_found_while_a_sheet_is_submitted_never_lets_it_count(world: Review) -> None:
    for proposal in (world.a, world.b, world.c):
        sheet = saved(opened(world, proposal, world.ada))
        at_once(
            lambda s=sheet: submit_sheet(s, base_version=1, actor=world.ada, at=AT),  # type: ignore[misc]
            lambda p=proposal: correct(  # type: ignore[misc]
                p, world.ada, kind=Declaration.Kind.LAND, note="Gemeldet.", actor=world.lead, at=AT
            ),
        )
        assert not counted_sheets(world.call).filter(version__proposal=proposal).exists()


def test_declaring_twice_and_differently_at_once_leaves_one_declaration(world: Review) -> None:
    asked_kinds = [NONE, Declaration.Kind.LAND] * 4
    at_once(*[lambda kind=kind: declare(world.a, kind=kind, actor=world.office, at=AT) for kind in asked_kinds])
    assert Declaration.objects.count() == 1


def test_corrections_and_formal_checks_at_once_leave_one_current(world: Review) -> None:
    kinds_of_conflict = [kind for kind in Declaration.Kind if kind != NONE]
    at_once(
        *[
            lambda kind=kind: correct(world.a, world.ada, kind=kind, note="Berichtigt.", actor=world.lead, at=AT)
            for kind in kinds_of_conflict
        ],
        *[
            lambda n=n: check_formally(world.a, result="query", reason=f"Frage {n}", actor=world.office, at=AT)
            for n in range(4)
        ],
    )
    assert Declaration.objects.filter(is_current=True).count() == 1
    assert Declaration.objects.count() == len(kinds_of_conflict)
    assert FormalCheck.objects.filter(is_current=True).count() == 1
    assert FormalCheck.objects.count() == 4


def test_assigning_by_hand_in_bulk_and_away_at_once_breaks_nothing(world: Review) -> None:
    plan = plan_bulk([world.a, world.b, world.c], [world.ada, world.ben, world.office])
    results = at_once(
        *[lambda: apply_plan(world.call, plan, actor=world.office, at=AT) for _ in range(3)],
        *[lambda: assign(world.a, world.ada, actor=world.lead, at=AT) for _ in range(2)],
        lambda: unassign(world.b, world.ben, actor=world.lead),
        lambda: declare(world.c, kind=Declaration.Kind.LAND, actor=world.office, at=AT),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert Assignment.objects.count() in {7, 8}
    assert not Assignment.objects.filter(proposal=world.c, reviewer=world.office).exists()


def test_reopening_twice_at_once_is_one_reopening(world: Review) -> None:
    sheet = submitted(world, world.a, world.ada)
    at_once(*[lambda: reopen_sheet(sheet, reason="Grund.", actor=world.lead, at=AT) for _ in range(5)])
    sheet.refresh_from_db()
    assert (sheet.state, sheet.row_version) == ("open", 3)
    assert Logged.objects.filter(action="sheet.reopened").count() == 1
