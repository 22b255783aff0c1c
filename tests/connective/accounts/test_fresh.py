"""Acts of weight ask once more who is there, and the form that was sent is not lost."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from connective.accounts.models import User
from review.domain.roles import roles_of, set_roles
from review.models import ReviewRole
from tests.connective.accounts.conftest import CODE, SIGN_IN, code_in
from tests.connective.accounts.test_second_factor import code_of, secret_of, set_up

pytestmark = pytest.mark.django_db

AGAIN, GO_ON = reverse("accounts:confirm_again"), reverse("accounts:go_on")
OWN = {"Origin": "http://testserver", "Accept": "text/html"}


@pytest.fixture
def lead(db: None) -> User:
    """Somebody who may give roles."""
    user = User.objects.create_user("leitung@example.org", name="Lea Leitung")
    set_roles(user, [ReviewRole.LEAD], actor=None)
    return user


def page_of(person: User) -> str:
    return reverse("review:person", args=[person.pk])


def test_right_after_signing_in_nobody_is_asked(client: Client, lead: User, person: User) -> None:
    client.force_login(lead)
    assert client.post(page_of(person), {"roles": "office"}, headers=OWN)["Location"] == reverse("review:people")


def test_after_a_quarter_of_an_hour_the_form_waits_for_the_code_and_is_sent_with_one_press(
    client: Client, lead: User, person: User
) -> None:
    path = page_of(person)
    with time_machine.travel(time.time(), tick=False) as clock:
        client.force_login(lead)
        clock.shift(timedelta(minutes=15))
        response = client.post(path, {"roles": ["office", "committee"], "employer": "Stadt <b>"}, headers=OWN)
        assert response["Location"].startswith(AGAIN)
        assert roles_of(User.objects.get(pk=person.pk)) == frozenset()
        asked = client.get(response["Location"])
        assert asked["Location"].startswith(SIGN_IN)
        client.post(SIGN_IN, {"email": lead.email, "next": f"{GO_ON}?next={path}"})
        client.post(CODE, {"code": code_in(client)})
        page = client.get(GO_ON, {"next": path}).content.decode()
        assert f'action="{path}"' in page
        assert 'name="employer" value="Stadt &lt;b&gt;"' in page
        assert page.count('name="roles"') == 2
        filled = client.get(path).content.decode()
        assert "Stadt &lt;b&gt;" in filled
        assert client.get(GO_ON, {"next": path})["Location"] == path
        client.post(path, {"roles": ["office", "committee"]}, headers=OWN)
    assert roles_of(User.objects.get(pk=person.pk)) == {ReviewRole.OFFICE, ReviewRole.COMMITTEE}


def test_where_a_second_factor_is_required_only_that_counts(
    client: Client, lead: User, person: User, settings: Settings
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    with time_machine.travel(time.time(), tick=False) as clock:
        client.post(SIGN_IN, {"email": lead.email})
        client.post(CODE, {"code": code_in(client)})
        set_up(client)
        clock.shift(timedelta(minutes=15))
        path = page_of(person)
        response = client.post(path, {"roles": "office"}, headers=OWN)
        assert client.get(GO_ON, {"next": path})["Location"] == path
        response = client.post(path, {"roles": "office"}, headers=OWN)
        wrong = client.post(response["Location"], {"code": "000000", "next": path})
        assert wrong.status_code == 422
        assert "Ihre Angaben sind aufgehoben" in wrong.content.decode()
        right = client.post(response["Location"], {"code": code_of(secret_of(lead)), "next": path}, follow=True)
        assert "Jetzt absenden" in right.content.decode()
        assert client.post(path, {"roles": "office"}, headers=OWN).status_code == 302
    assert roles_of(User.objects.get(pk=person.pk)) == {ReviewRole.OFFICE}


def test_a_script_is_told_where_to_confirm(client: Client, lead: User, person: User) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        client.force_login(lead)
        clock.shift(timedelta(minutes=15))
        response = client.post(page_of(person), {"roles": "office"}, headers=OWN | {"Accept": "application/json"})
    assert response.status_code == 403
    assert response.json()["state"] == "confirm"


def test_strangers_learn_nothing(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.post(page_of(person), {"roles": "lead"}, headers=OWN).status_code in {302, 403}
    assert roles_of(User.objects.get(pk=person.pk)) == frozenset()
    assert Client().get(AGAIN)["Location"] == SIGN_IN


def test_the_way_on_leads_to_local_pages_only(client: Client, lead: User) -> None:
    client.force_login(lead)
    assert client.get(GO_ON, {"next": "//evil.example"})["Location"] == "/"
