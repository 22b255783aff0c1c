"""What the portal knows about a person suggests a conflict."""

import pytest

from review.domain.conflict_suggestions import people, suggestions
from review.models import Declaration, ReviewerProfile, ReviewRole
from submissions.models import Membership
from tests.review.scored import person_with, proposals
from tests.submissions.build import make_call

pytestmark = pytest.mark.django_db

Kind = Declaration.Kind


def test_nothing_is_suggested_about_somebody_unknown() -> None:
    [proposal] = proposals(make_call(), ["Thema"])
    assert suggestions(person_with(ReviewRole.OFFICE, "wer@amt.example.net"), proposal) == []


def test_the_own_organisation_is_suggested_by_profile_or_membership() -> None:
    [proposal] = proposals(make_call(), ["Thema"])
    assert proposal.organisation is not None
    by_profile = person_with(ReviewRole.OFFICE, "profil@amt.example.net")
    ReviewerProfile.objects.create(user=by_profile, organisation=proposal.organisation)
    by_membership = person_with(ReviewRole.OFFICE, "mitglied@amt.example.net")
    Membership.objects.create(organisation=proposal.organisation, user=by_membership, role="read")
    assert suggestions(by_profile, proposal) == suggestions(by_membership, proposal) == [Kind.MUNICIPALITY]


def test_the_same_mail_domain_suggests_the_same_employer() -> None:
    [proposal] = proposals(make_call(), ["Thema"], [{"contact": {"email": "maria@Stadt.example.net"}}])
    assert suggestions(person_with(ReviewRole.OFFICE, "kollege@stadt.example.net"), proposal) == [Kind.EMPLOYER]


@pytest.mark.parametrize("domain", ["gmail.com", "t-online.de", "web.de", "example.org"])
def test_a_mail_provider_for_everybody_suggests_nothing(domain: str) -> None:
    [proposal] = proposals(make_call(), ["Thema"], [{"contact": {"email": f"maria@{domain}"}}])
    assert suggestions(person_with(ReviewRole.OFFICE, f"kollege@{domain}"), proposal) == []


def test_the_named_employer_and_the_land_are_compared() -> None:
    [proposal] = proposals(make_call(), ["Thema"])
    person = person_with(ReviewRole.OFFICE, "wer@amt.example.net")
    ReviewerProfile.objects.create(user=person, land=proposal.land, employer=f" {proposal.organisation_name.upper()} ")
    assert suggestions(person, proposal) == [Kind.EMPLOYER, Kind.LAND]


def test_many_people_take_two_queries(django_assert_num_queries: object) -> None:
    listed = [person_with(ReviewRole.OFFICE, f"p{number}@example.org") for number in range(5)]
    with django_assert_num_queries(2):  # type: ignore[operator]
        people(listed)
