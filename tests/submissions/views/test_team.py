"""What people send about their colleagues."""

import pytest
from django.test import Client
from django.urls import reverse

from connective import clock
from submissions.domain import team
from submissions.models import Membership, Role
from tests.submissions.build import member, person, with_organisation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", ["", "owner", "leave' OR 1=1"])
def test_an_act_that_does_not_exist_is_refused_and_changes_nobody(client: Client, action: str) -> None:
    manager, organisation = with_organisation()
    colleague = Membership.objects.get(user=member(organisation))
    client.force_login(manager)
    answer = client.post(reverse("submissions:membership", args=[organisation.pk, colleague.pk]), {"action": action})
    assert answer.status_code == 400
    assert Membership.objects.get(pk=colleague.pk).role == Role.EDIT


@pytest.mark.parametrize(("action", "status", "is_open"), [("", 400, True), ("x", 400, True), ("decline", 302, False)])
def test_an_invitation_is_declined_only_by_saying_so(client: Client, action: str, status: int, is_open: bool) -> None:
    manager, organisation = with_organisation()
    at = clock.now()
    invitation = team.invite(organisation, email="neu@example.org", role=Role.EDIT, actor=manager, at=at)
    client.force_login(person("neu@example.org"))
    address = reverse("submissions:answer_invitation", args=[invitation.pk])
    assert client.post(address, {"action": action}).status_code == status
    invitation.refresh_from_db()
    assert invitation.is_open(at) is is_open
