"""The status of a country: the list of the call, and what the office decided otherwise."""

import json

import pytest
from django.db import IntegrityError, transaction

from connective.audit.models import Entry
from review.domain.country_status import UnknownCountry, developing_countries, follow_the_list, override_country
from review.domain.errors import NotPermitted, ReasonNeeded
from review.models import CountryOverride
from tests.review.build import AT, Review, review
from tests.submissions.build import make_call

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Review:
    return review()


def decide(world: Review, iso2: str, developing: bool, reason: str = "Beschluss.") -> None:
    override_country(world.call, iso2, developing=developing, reason=reason, actor=world.office, at=AT)


def test_without_a_decision_the_list_of_the_call_counts(world: Review) -> None:
    assert developing_countries(world.call) == {"KE"}


def test_a_decision_adds_or_removes_a_country_for_this_call_only(world: Review) -> None:
    decide(world, "RU", developing=True)
    decide(world, "KE", developing=False)
    assert developing_countries(world.call) == {"RU"}
    assert developing_countries(make_call()) == {"KE"}


def test_a_decision_is_replaced_taken_back_and_kept_in_the_audit_log(world: Review) -> None:
    decide(world, "RU", developing=True)
    decide(world, "RU", developing=False, reason="Doch nicht.")
    follow_the_list(world.call, "RU", actor=world.lead)
    follow_the_list(world.call, "RU", actor=world.lead)
    assert not CountryOverride.objects.exists()
    entries = Entry.objects.order_by("sequence").filter(action__startswith="country.")
    assert [entry.action for entry in entries] == [
        "country.status_decided",
        "country.status_decided",
        "country.follows_list",
    ]
    assert json.loads(entries[1].payload) == {"iso2": "RU", "developing": False, "reason": "Doch nicht."}


@pytest.mark.parametrize("iso2", ["DE", "XX", "", "ke"])
def test_germany_and_what_is_no_country_cannot_be_decided(world: Review, iso2: str) -> None:
    with pytest.raises(UnknownCountry):
        decide(world, iso2, developing=True)


def test_a_decision_needs_a_reason_and_the_office(world: Review) -> None:
    with pytest.raises(ReasonNeeded):
        decide(world, "RU", developing=True, reason=" ")
    for actor in (world.ada, world.ben, world.auditor):
        with pytest.raises(NotPermitted):
            override_country(world.call, "RU", developing=True, reason="Grund.", actor=actor, at=AT)
        with pytest.raises(NotPermitted):
            follow_the_list(world.call, "RU", actor=actor)


def test_the_database_holds_one_decision_per_country_with_its_reason(world: Review) -> None:
    decide(world, "RU", developing=True)
    for iso2, reason in (("RU", "Noch einmal."), ("BR", "")):
        with pytest.raises(IntegrityError), transaction.atomic():
            CountryOverride.objects.create(
                call=world.call, iso2=iso2, developing=True, reason=reason, decided_by=world.lead, decided_at=AT
            )
