"""Where people come from, and for whom they vote."""

import pytest

from connective.accounts.models import User
from review.domain.errors import NotPermitted
from review.domain.profile import DeputyRefused, describe
from review.models import ReviewerProfile, ReviewRole
from tests.review import voted
from tests.review.scored import person_with
from tests.review.voted import Committee, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Committee:
    return voted.committee()


def deputise(person: User, member: User | None, actor: User) -> ReviewerProfile:
    return describe(person, organisation=None, land="05", employer="", deputises_for=member, actor=actor)


def test_the_lead_names_the_deputy_of_a_member_and_takes_that_back(who: Committee) -> None:
    deputy = person_with(ReviewRole.DEPUTY, "stellvertretung@example.org")

    assert deputise(deputy, who.members[0], who.lead).deputises_for == who.members[0]
    assert deputise(deputy, who.chair, who.lead).deputises_for == who.chair
    assert deputise(deputy, None, who.lead).deputises_for is None


def test_nobody_else_names_deputies(who: Committee) -> None:
    deputy = person_with(ReviewRole.DEPUTY, "stellvertretung@example.org")

    for actor in (who.office, who.chair, deputy):
        assert refused(lambda actor=actor: deputise(deputy, who.members[0], actor)) is NotPermitted  # type: ignore[misc]


def test_only_a_deputy_without_a_seat_deputises_for_one_seat_that_has_no_other(who: Committee) -> None:
    deputy = person_with(ReviewRole.DEPUTY, "stellvertretung@example.org")
    second = person_with(ReviewRole.DEPUTY, "zweite@example.org")
    deputise(deputy, who.members[0], who.lead)

    for person, member in (
        (second, who.members[0]),  # has one already
        (second, who.office),  # no seat
        (second, second),
        (who.members[1], who.members[2]),  # has a seat
        (who.office, who.members[1]),  # not the role
    ):
        assert refused(lambda person=person, member=member: deputise(person, member, who.lead)) is DeputyRefused  # type: ignore[misc]


def test_the_same_twice_has_one_effect(who: Committee) -> None:
    deputy = person_with(ReviewRole.DEPUTY, "stellvertretung@example.org")
    deputise(deputy, who.members[0], who.lead)

    deputise(deputy, who.members[0], who.lead)

    assert ReviewerProfile.objects.count() == 1
