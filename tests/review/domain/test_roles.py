"""Roles are given, taken and told apart."""

import pytest
from django.contrib.auth.models import Group

from connective.audit.models import Entry
from review.domain.errors import NotPermitted, RolesClash
from review.domain.roles import possible_reviewers, roles_of, set_roles
from review.models import ReviewRole
from tests.review.scored import person_with
from tests.submissions.build import person

pytestmark = pytest.mark.django_db


def test_the_migration_has_made_a_group_for_each_role() -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= set(ReviewRole.values)


def test_a_role_opens_the_administration_and_losing_the_last_one_closes_it() -> None:
    lead, colleague = person_with(ReviewRole.LEAD, "leitung@example.org"), person()
    set_roles(colleague, [ReviewRole.OFFICE], actor=lead)
    assert roles_of(colleague) == {ReviewRole.OFFICE}
    assert colleague.is_staff
    set_roles(colleague, [], actor=lead)
    colleague.refresh_from_db()
    assert roles_of(colleague) == frozenset()
    assert not colleague.is_staff


def test_giving_a_role_is_audited_once_and_without_an_address() -> None:
    lead, colleague = person_with(ReviewRole.LEAD, "leitung@example.org"), person()
    set_roles(colleague, [ReviewRole.OFFICE], actor=lead)
    set_roles(colleague, [ReviewRole.OFFICE], actor=lead)
    entry = Entry.objects.get(action="roles.set")
    assert entry.payload == '{"after":["office"],"before":[]}'


@pytest.mark.parametrize("role", [ReviewRole.OFFICE, ReviewRole.COMMITTEE, ReviewRole.CHAIR, ReviewRole.AUDITOR])
def test_nobody_but_the_lead_gives_roles(role: ReviewRole) -> None:
    actor = person_with(role, "jemand@example.org")
    with pytest.raises(NotPermitted):
        set_roles(actor, [ReviewRole.LEAD], actor=actor)


def test_the_administrator_gives_the_first_roles_and_has_none() -> None:
    administrator = person(is_superuser=True, is_staff=True)
    assert roles_of(administrator) == frozenset()
    lead = person("leitung@example.org")
    set_roles(lead, [ReviewRole.LEAD], actor=administrator)
    assert roles_of(lead) == {ReviewRole.LEAD}


def test_the_auditor_has_no_other_role() -> None:
    with pytest.raises(RolesClash):
        set_roles(person(), [ReviewRole.AUDITOR, ReviewRole.OFFICE], actor=None)


def test_an_inactive_person_has_no_role() -> None:
    assert roles_of(person_with(ReviewRole.LEAD, "leitung@example.org")) == {ReviewRole.LEAD}
    gone = person_with(ReviewRole.LEAD, "gegangen@example.org")
    gone.is_active = False
    assert roles_of(gone) == frozenset()


def test_everybody_but_auditor_and_deputy_may_be_asked_to_review() -> None:
    people = [person_with(role, f"{role.value}@example.org") for role in ReviewRole]
    assert {roles_of(one) for one in people} - {roles_of(one) for one in possible_reviewers()} == {
        frozenset({ReviewRole.AUDITOR}),
        frozenset({ReviewRole.DEPUTY}),
    }


def test_a_role_that_was_given_elsewhere_opens_the_administration_when_it_is_confirmed() -> None:
    someone = person("neu@example.org")
    someone.groups.add(Group.objects.get_or_create(name="office")[0])
    set_roles(someone, [ReviewRole.OFFICE], actor=None)
    someone.refresh_from_db()
    assert someone.is_staff
