"""Criteria: the seven to begin with, frozen by the first score, replaced openly."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from connective.audit.models import Entry
from review.domain.criteria import (
    CriterionDraft,
    Effect,
    change_criteria,
    current_set,
    default_criteria,
    drafts_of,
    effect_of_change,
    fingerprint,
)
from review.domain.errors import CriteriaChanged, CriteriaRefused, NotPermitted, ReasonNeeded, SheetConflict
from review.domain.score import Entry as Typed
from review.domain.score import entries_of, reopen_sheet, save_sheet
from review.models import Anchor, CriteriaSet, Criterion, Score
from tests.review.build import AT, Review, asked, full, opened, review, saved, submitted
from tests.review.scored import KEYS

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Review:
    return review()


def changed(world: Review, drafts: list[CriterionDraft], reason: str = "") -> CriteriaSet:
    shown = fingerprint(current_set(world.call))
    return change_criteria(world.call, drafts, shown=shown, reason=reason, actor=world.lead, at=AT)


def weighted(world: Review, weight: int) -> list[CriterionDraft]:
    first, *others = drafts_of(current_set(world.call))
    return [replace(first, weight=Decimal(weight)), *others]


def test_a_call_begins_with_the_seven_requirements_in_both_languages(world: Review) -> None:
    criteria = list(current_set(world.call).criteria.prefetch_related("anchors"))
    assert tuple(criterion.key for criterion in criteria) == KEYS
    for criterion in criteria:
        assert all([criterion.label, criterion.label_en, criterion.question, criterion.question_en])
        assert [anchor.value for anchor in criterion.anchors.all()] == [0, 1, 2, 3, 4]
        assert all(anchor.text and anchor.text_en for anchor in criterion.anchors.all())
    assert [criterion.key for criterion in criteria if criterion.is_must] == ["countries", "support"]


def test_default_criteria_come_once(world: Review) -> None:
    assert default_criteria(world.call, actor=world.lead, at=AT) == current_set(world.call)
    assert CriteriaSet.objects.count() == 1


def test_before_the_first_score_a_change_is_made_in_place(world: Review) -> None:
    opened(world, world.a, world.ada)
    changed(world, weighted(world, 2))
    assert CriteriaSet.objects.count() == 1
    assert current_set(world.call).criteria.get(key="multilateral").weight == 2
    assert Anchor.objects.count() == 35


def test_the_first_score_freezes_the_set_and_a_note_alone_does_too(world: Review) -> None:
    sheet = opened(world, world.a, world.ada)
    assert current_set(world.call).frozen_at is None
    save_sheet(sheet, {"relevance": Typed(note="Oh.")}, base_version=0, actor=world.ada, at=AT)
    assert current_set(world.call).frozen_at == AT
    assert Entry.objects.filter(action="criteria.frozen").count() == 1


def test_a_later_change_makes_a_new_set_with_a_reason(world: Review) -> None:
    submitted(world, world.a, world.ada)
    with pytest.raises(ReasonNeeded):
        changed(world, weighted(world, 2))
    made = changed(world, weighted(world, 2), "Beschluss vom Montag.")
    assert (made.number, made.frozen_at) == (2, None)
    assert CriteriaSet.objects.get(number=1).criteria.get(key="multilateral").weight == 1


def test_a_submitted_sheet_keeps_its_set_and_an_open_one_moves_with_what_was_typed(world: Review) -> None:
    done = submitted(world, world.a, world.ada)
    working = saved(opened(world, world.a, world.ben), 2)
    empty = opened(world, world.b, world.ada)
    made = changed(world, weighted(world, 2), "Beschluss.")
    for sheet in (done, working, empty):
        sheet.refresh_from_db()
    assert (done.criteria_set.number, done.state) == (1, "submitted")
    assert (working.criteria_set, empty.criteria_set) == (made, made)
    assert entries_of(working) == full(2)
    made.refresh_from_db()
    assert made.frozen_at == AT


def test_a_page_that_shows_the_old_criteria_is_told(world: Review) -> None:
    submitted(world, world.a, world.ada)
    working = saved(opened(world, world.a, world.ben), 2)
    changed(world, weighted(world, 2), "Beschluss.")
    with pytest.raises(SheetConflict) as told:
        save_sheet(working, full(4), base_version=working.row_version, actor=world.ben, at=AT)
    assert entries_of(told.value.current) == full(2)


def test_what_was_typed_for_a_dropped_criterion_is_kept_uncounted_and_comes_back(world: Review) -> None:
    working = saved(opened(world, world.a, world.ben), 2, support=Typed(value=4, note="Rathaus steht dahinter."))
    before = drafts_of(current_set(world.call))
    changed(world, before[:-1], "Unterstützung wird nicht mehr bewertet.")
    working.refresh_from_db()
    assert "support" not in entries_of(working)
    assert Score.objects.filter(sheet=working, criterion__key="support", value=4).count() == 1
    changed(world, before, "Doch.")
    working.refresh_from_db()
    assert entries_of(working)["support"] == Typed(value=4, note="Rathaus steht dahinter.")


def test_a_reopened_sheet_moves_to_the_current_set(world: Review) -> None:
    done = submitted(world, world.a, world.ada)
    made = changed(world, weighted(world, 2), "Beschluss.")
    again = reopen_sheet(done, reason="Neue Gewichte.", actor=world.lead, at=AT)
    assert again.criteria_set == made
    assert entries_of(again) == full(3)
    payload = json.loads(Entry.objects.get(action="sheet.reopened").payload)
    assert (payload["criteria_before"], payload["criteria"]) == (done.criteria_set_id, made.pk)


def test_the_effect_is_said_before_it_happens(world: Review) -> None:
    assert effect_of_change(world.call) == Effect(makes_new_set=False, submitted=0, open_sheets=0, not_begun=0)
    submitted(world, world.a, world.ada)
    saved(opened(world, world.a, world.ben))
    asked(world, world.b, world.ada)
    assert effect_of_change(world.call) == Effect(makes_new_set=True, submitted=1, open_sheets=1, not_begun=1)


def test_the_same_criteria_have_no_effect(world: Review) -> None:
    submitted(world, world.a, world.ada)
    assert changed(world, drafts_of(current_set(world.call))).number == 1


def test_a_freeze_or_change_since_the_page_was_shown_is_told(world: Review) -> None:
    shown, drafts = fingerprint(current_set(world.call)), weighted(world, 3)
    submitted(world, world.a, world.ada)
    with pytest.raises(CriteriaChanged):
        change_criteria(world.call, drafts, shown=shown, reason="Grund.", actor=world.lead, at=AT)


@pytest.mark.parametrize("name", ["office", "ada", "ben", "auditor"])
def test_nobody_but_the_lead_changes_criteria(world: Review, name: str) -> None:
    with pytest.raises(NotPermitted):
        change_criteria(world.call, weighted(world, 2), shown="", actor=getattr(world, name), at=AT)


def test_criteria_that_nobody_could_score_by_are_refused(world: Review) -> None:
    first, *others = drafts_of(current_set(world.call))
    unusable: list[list[CriterionDraft]] = [
        [],
        [first, first],
        [replace(first, label=" "), *others],
        [replace(first, weight=Decimal(0)), *others],
        [replace(first, must_at_least=0), *others],
        [replace(first, must_at_least=5), *others],
        [replace(first, anchors=first.anchors[:4]), *others],
        [replace(first, anchors=(("", "none"), *first.anchors[1:])), *others],
    ]
    for drafts in unusable:
        with pytest.raises(CriteriaRefused):
            changed(world, drafts)


def test_the_database_refuses_weights_and_anchors_outside_of_their_ranges(world: Review) -> None:
    criterion = current_set(world.call).criteria.first()
    assert criterion is not None
    for write in (
        lambda: Criterion.objects.filter(pk=criterion.pk).update(weight=0),
        lambda: Criterion.objects.filter(pk=criterion.pk).update(must_at_least=5),
        lambda: Criterion.objects.filter(pk=criterion.pk).update(key="support"),
        lambda: Anchor.objects.create(criterion=criterion, value=5, text="Zu viel"),
        lambda: Anchor.objects.create(criterion=criterion, value=1, text="Doppelt"),
        lambda: CriteriaSet.objects.create(call=world.call, number=2, created_at=AT),
        lambda: CriteriaSet.objects.create(call=world.call, number=1, created_at=AT),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
