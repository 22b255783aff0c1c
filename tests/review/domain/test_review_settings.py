"""The rules of the review of a call."""

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from connective.audit.models import Entry
from review.domain.errors import NotPermitted
from review.domain.review_settings import change_settings, settings_of
from review.models import ReviewSettings
from tests.review.build import LATER, Review, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Review:
    return review()


def test_a_call_has_defaults_before_anybody_sets_anything_and_reading_writes_nothing(world: Review) -> None:
    settings = settings_of(world.call)
    assert (
        settings.blind,
        settings.reviews_per_proposal,
        settings.disagreement_threshold,
        settings.weight_variation,
    ) == (
        False,
        2,
        25,
        20,
    )
    assert not ReviewSettings.objects.exists()


def test_the_lead_changes_some_and_the_rest_stays(world: Review) -> None:
    change_settings(world.call, {"blind": True, "review_until": LATER}, actor=world.lead)
    change_settings(world.call, {"reviews_per_proposal": 3}, actor=world.lead)
    settings = settings_of(world.call)
    assert (settings.blind, settings.review_until, settings.reviews_per_proposal) == (True, LATER, 3)
    payloads = [json.loads(entry.payload) for entry in Entry.objects.order_by("sequence")]
    assert payloads[-1] == {"reviews_per_proposal": 3}


@pytest.mark.parametrize("name", ["office", "ada", "ben", "auditor"])
def test_nobody_else_changes_them(world: Review, name: str) -> None:
    with pytest.raises(NotPermitted):
        change_settings(world.call, {"blind": True}, actor=getattr(world, name))


@pytest.mark.parametrize(
    "values",
    [
        {"reviews_per_proposal": 0},
        {"reviews_per_proposal": 10},
        {"disagreement_threshold": 101},
        {"weight_variation": 0},
        {"anchor_proposal": 1},
        {"call": 1},
    ],
)
def test_values_out_of_range_and_other_fields_are_refused(world: Review, values: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        change_settings(world.call, values, actor=world.lead)


def test_the_database_refuses_numbers_out_of_range(world: Review) -> None:
    for wrong in ({"reviews_per_proposal": 0}, {"disagreement_threshold": 0}, {"weight_variation": 101}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewSettings.objects.create(call=world.call, **wrong)
