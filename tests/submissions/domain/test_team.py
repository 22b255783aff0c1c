"""The people of an organisation."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from connective import clock
from connective.accounts.models import User
from connective.mail.models import Message
from submissions.domain import queries, team
from submissions.domain.errors import InvitationRefused
from submissions.models import Invitation, Membership, Role
from tests.submissions.build import draft, make_call, member, person, with_organisation

pytestmark = pytest.mark.django_db


def test_an_invited_colleague_gets_one_mail_and_joins_with_the_given_role() -> None:
    manager, organisation = with_organisation()
    invitation = team.invite(organisation, email="Neu@Example.org", role=Role.READ, actor=manager, at=clock.now())
    newcomer = person("neu@example.org")
    team.answer(invitation, actor=newcomer, accept=True, at=clock.now())
    assert Membership.objects.get(user=newcomer).role == Role.READ
    assert Message.objects.filter(kind="invitation", recipient="neu@example.org").count() == 1


def test_an_invitation_is_for_the_proved_address_alone() -> None:
    manager, organisation = with_organisation()
    invitation = team.invite(organisation, email="neu@example.org", role=Role.EDIT, actor=manager, at=clock.now())
    with pytest.raises(InvitationRefused):
        team.answer(invitation, actor=person("fremd@example.org"), accept=True, at=clock.now())
    assert Membership.objects.count() == 1


def test_an_invitation_ends_and_cannot_be_answered_twice() -> None:
    manager, organisation = with_organisation()
    newcomer = person("neu@example.org")
    at = clock.now()
    invitation = team.invite(organisation, email=newcomer.email, role=Role.EDIT, actor=manager, at=at)
    with pytest.raises(InvitationRefused):
        team.answer(invitation, actor=newcomer, accept=True, at=at + timedelta(days=30))
    team.answer(invitation, actor=newcomer, accept=False, at=at)
    with pytest.raises(InvitationRefused):
        team.answer(invitation, actor=newcomer, accept=True, at=at)


def test_the_same_address_is_not_invited_twice_at_once_but_again_after_the_end() -> None:
    manager, organisation = with_organisation()
    at = clock.now()
    team.invite(organisation, email="neu@example.org", role=Role.EDIT, actor=manager, at=at)
    with pytest.raises(InvitationRefused):
        team.invite(organisation, email="neu@example.org", role=Role.READ, actor=manager, at=at)
    team.invite(organisation, email="neu@example.org", role=Role.READ, actor=manager, at=at + timedelta(days=31))
    assert Invitation.objects.filter(answered_at=None).count() == 1


def test_handing_over_needs_a_new_manager_first() -> None:
    manager, organisation = with_organisation()
    successor = member(organisation)
    mine = Membership.objects.get(user=manager)
    with pytest.raises(InvitationRefused):
        team.leave(mine, actor=manager)
    with pytest.raises(InvitationRefused):
        team.change_role(mine, role=Role.READ, actor=manager)
    team.change_role(Membership.objects.get(user=successor), role=Role.MANAGE, actor=manager)
    team.leave(mine, actor=manager)
    assert [m.user for m in Membership.objects.all()] == [successor]


def test_each_person_sees_the_proposals_of_their_organisations_and_no_other() -> None:
    call = make_call()
    mine, theirs = draft(call, person("a@example.org")), draft(call, person("b@example.org"))
    unclaimed = draft(call, None)
    a = person("c@example.org")
    assert mine.organisation is not None
    Membership.objects.create(user=a, organisation=mine.organisation, role=Role.READ)
    assert [(p.pk, p.my_role) for p in queries.visible_to(a)] == [(mine.pk, "read")]  # type: ignore[attr-defined]
    assert theirs not in queries.visible_to(a, [unclaimed.public_id])
    assert {p.pk for p in queries.visible_to(a, [unclaimed.public_id, theirs.public_id])} == {unclaimed.pk, mine.pk}


@pytest.mark.parametrize("of_browser", [True, False])
@pytest.mark.parametrize("role", [*Role, None, "anonymous"])
def test_one_proposal_is_seen_by_whom_and_as_what_the_list_says(role: str | None, of_browser: bool) -> None:
    call = make_call()
    mine, theirs, unclaimed = (
        draft(call, person("a@example.org")),
        draft(call, person("b@example.org")),
        draft(call, None),
    )
    user = AnonymousUser() if role == "anonymous" else person("c@example.org")
    if isinstance(user, User) and role:
        assert mine.organisation is not None
        Membership.objects.create(user=user, organisation=mine.organisation, role=role)
    own = [unclaimed.public_id, theirs.public_id] if of_browser else []
    listed = {proposal.pk: proposal.my_role for proposal in queries.visible_to(user, own)}  # type: ignore[attr-defined]
    asked = {proposal.pk: queries.visible(user, proposal.public_id, own) for proposal in (mine, theirs, unclaimed)}
    assert {pk: found.my_role for pk, found in asked.items() if found} == listed  # type: ignore[attr-defined]
    assert len(listed) == (role in Role) + of_browser
    assert queries.visible(user, uuid4(), own) is None


def test_nobody_can_use_invitations_to_write_to_many_strangers() -> None:
    manager, organisation = with_organisation()
    at = clock.now()
    for number in range(team.MOST_INVITATIONS_A_DAY):
        team.invite(organisation, email=f"fremd{number}@example.org", role=Role.READ, actor=manager, at=at)
    with pytest.raises(InvitationRefused, match="morgen"):
        team.invite(organisation, email="noch-einer@example.org", role=Role.READ, actor=manager, at=at)
    assert Message.objects.count() == team.MOST_INVITATIONS_A_DAY
    later = at + timedelta(days=1, minutes=1)
    team.invite(organisation, email="noch-einer@example.org", role=Role.READ, actor=manager, at=later)
