"""A declaration opens or closes a proposal, and only the lead corrects it."""

import json

import pytest
from django.db import IntegrityError, transaction

from connective.audit.models import Entry
from review.domain.declare import correct, declare
from review.domain.errors import AlreadyDeclared, Closed, NotPermitted, ReasonNeeded
from review.domain.visible import counted_sheets, may_read, proposals_for
from review.models import Assignment, Declaration
from tests.review.build import AT, NONE, Review, review, submitted
from tests.submissions.build import person

pytestmark = pytest.mark.django_db

Kind = Declaration.Kind


@pytest.fixture
def world() -> Review:
    return review()


def test_a_declaration_is_audited_without_names(world: Review) -> None:
    declare(world.a, kind=Kind.LAND, note="Ich wohne dort.", actor=world.office, at=AT)
    entry = Entry.objects.get(action="declaration.made")
    assert json.loads(entry.payload).keys() == {"person", "kind", "declaration", "assignments_ended", "sheets"}
    assert "wohne" not in entry.payload


def test_the_same_declaration_twice_has_one_effect(world: Review) -> None:
    first = declare(world.a, kind=NONE, actor=world.office, at=AT)
    assert declare(world.a, kind=NONE, actor=world.office, at=AT) == first
    assert Declaration.objects.count() == Entry.objects.filter(action="declaration.made").count() == 1


@pytest.mark.parametrize(("before", "after"), [(NONE, Kind.LAND), (Kind.LAND, NONE), (Kind.LAND, Kind.EMPLOYER)])
def test_nobody_changes_their_own_declaration(world: Review, before: str, after: str) -> None:
    declare(world.a, kind=before, actor=world.office, at=AT)
    with pytest.raises(AlreadyDeclared):
        declare(world.a, kind=after, actor=world.office, at=AT)


def test_a_conflict_ends_the_assignment(world: Review) -> None:
    Assignment.objects.create(proposal=world.a, reviewer=world.ada, assigned_by=world.lead, assigned_at=AT)
    declare(world.a, kind=Kind.EMPLOYER, actor=world.ada, at=AT)
    assert not Assignment.objects.exists()
    assert json.loads(Entry.objects.get(action="declaration.made").payload)["assignments_ended"] == 1


def test_the_lead_corrects_and_the_earlier_declaration_stays(world: Review) -> None:
    first = declare(world.a, kind=Kind.LAND, actor=world.office, at=AT)
    correct(world.a, world.office, kind=NONE, note="Verwechselt.", actor=world.lead, at=AT)
    first.refresh_from_db()
    assert not first.is_current
    assert may_read(world.office, world.a)
    assert Declaration.objects.filter(person=world.office).count() == 2
    entry = Entry.objects.get(action="declaration.corrected")
    assert entry.actor_id == world.lead.pk


def test_a_sheet_does_not_count_once_its_reviewer_has_a_conflict(world: Review) -> None:
    submitted(world, world.a, world.ada)
    correct(world.a, world.ada, kind=Kind.PERSONAL, note="Wurde bekannt.", actor=world.lead, at=AT)
    assert not counted_sheets(world.call).exists()


@pytest.mark.parametrize("name", ["office", "ada", "ben", "auditor"])
def test_nobody_but_the_lead_corrects(world: Review, name: str) -> None:
    with pytest.raises(NotPermitted):
        correct(world.a, world.ada, kind=NONE, note="Grund.", actor=getattr(world, name), at=AT)


def test_a_correction_needs_a_reason(world: Review) -> None:
    with pytest.raises(ReasonNeeded):
        correct(world.a, world.ada, kind=NONE, note=" ", actor=world.lead, at=AT)


def test_the_lead_cannot_open_a_closed_proposal_by_declaring_again(world: Review) -> None:
    declare(world.a, kind=Kind.LAND, actor=world.lead, at=AT)
    with pytest.raises(AlreadyDeclared):
        declare(world.a, kind=NONE, actor=world.lead, at=AT)
    assert not proposals_for(world.lead).filter(pk=world.a.pk).exists()


def test_who_is_not_asked_cannot_open_a_proposal_by_declaring(world: Review) -> None:
    with pytest.raises(Closed):
        declare(world.a, kind=NONE, actor=world.ada, at=AT)
    assert not Declaration.objects.exists()


def test_the_auditor_and_strangers_declare_nothing(world: Review) -> None:
    for actor in (world.auditor, person("fremd@example.org")):
        with pytest.raises(NotPermitted):
            declare(world.a, kind=NONE, actor=actor, at=AT)


def test_the_database_holds_one_current_declaration_per_person_and_proposal(world: Review) -> None:
    declare(world.a, kind=NONE, actor=world.office, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.create(
            proposal=world.a, person=world.office, kind=NONE, declared_at=AT, declared_by=world.lead
        )
