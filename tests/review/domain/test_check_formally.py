"""The formal check: by a person of the office, on facts, with a reason."""

import pytest
from django.db import IntegrityError, transaction

from connective.audit.models import Entry
from review.domain.check_formally import check_formally, facts_for
from review.domain.declare import declare
from review.domain.errors import Closed, NotPermitted, ReasonNeeded
from review.models import Declaration, FormalCheck
from tests.review.build import AT, Review, asked, review, set_blind, submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Review:
    return review()


def test_the_office_works_on_facts_without_declaring_and_sees_no_description(world: Review) -> None:
    facts = facts_for(world.office, world.a)
    assert facts["contact"]["name"] == "Maria Beispiel"
    assert "description" not in facts
    assert "hosting" not in facts


def test_a_later_result_supersedes_and_the_earlier_one_stays(world: Review) -> None:
    check_formally(world.a, result="query", reason="Wer hat zugesagt?", actor=world.office, at=AT)
    check_formally(world.a, result="eligible", actor=world.lead, at=AT)
    check_formally(world.a, result="eligible", actor=world.lead, at=AT)
    assert list(FormalCheck.objects.order_by("pk").values_list("result", "is_current")) == [
        ("query", False),
        ("eligible", True),
    ]
    assert Entry.objects.filter(action="proposal.checked_formally").count() == 2


@pytest.mark.parametrize("result", ["query", "not_eligible"])
def test_everything_but_a_plain_yes_needs_a_reason(world: Review, result: str) -> None:
    with pytest.raises(ReasonNeeded):
        check_formally(world.a, result=result, reason=" ", actor=world.office, at=AT)


@pytest.mark.parametrize("name", ["ada", "ben", "auditor"])
def test_nobody_else_checks(world: Review, name: str) -> None:
    with pytest.raises(NotPermitted):
        check_formally(world.a, result="eligible", actor=getattr(world, name), at=AT)


def test_the_auditor_sees_the_facts_and_a_committee_member_does_not(world: Review) -> None:
    assert facts_for(world.auditor, world.a)
    asked(world, world.a, world.ada)
    with pytest.raises(Closed):
        facts_for(world.ada, world.a)


def test_a_conflict_closes_the_formal_check_too(world: Review) -> None:
    declare(world.a, kind=Declaration.Kind.LAND, actor=world.office, at=AT)
    with pytest.raises(Closed):
        facts_for(world.office, world.a)
    with pytest.raises(Closed):
        check_formally(world.a, result="eligible", actor=world.office, at=AT)


def test_in_blind_mode_who_has_still_to_score_does_not_check(world: Review) -> None:
    set_blind(world.call)
    asked(world, world.a, world.office)
    with pytest.raises(Closed):
        facts_for(world.office, world.a)
    with pytest.raises(Closed):
        check_formally(world.a, result="eligible", actor=world.office, at=AT)
    assert facts_for(world.lead, world.a)
    submitted(world, world.b, world.office)
    assert facts_for(world.office, world.b)


def test_the_database_holds_one_current_result_and_its_reason(world: Review) -> None:
    check_formally(world.a, result="eligible", actor=world.office, at=AT)
    for wrong in ({"result": "eligible"}, {"result": "query", "is_current": False}, {"result": "maybe", "reason": "?"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FormalCheck.objects.create(proposal=world.a, checked_by=world.lead, checked_at=AT, **wrong)
