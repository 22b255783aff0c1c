"""People in the admin."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client
from django.urls import reverse

from connective.accounts.models import User
from connective.accounts.sign_in import person_of

LIST = reverse("admin:accounts_user_changelist")


def change(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


@pytest.fixture
def officer(db: None) -> User:
    """Somebody who may change people."""
    user = User.objects.create_user("leitung@example.org", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    return user


def test_an_administrator_makes_a_person_without_a_password(admin_client: Client) -> None:
    response = admin_client.post(reverse("admin:accounts_user_add"), {"email": "Neu@Example.org", "is_active": "on"})
    assert response.status_code == 302
    user = User.objects.get(email="neu@example.org")
    assert not user.has_usable_password()


def test_the_way_to_ones_own_account_stands_on_each_page(client: Client, officer: User) -> None:
    client.force_login(officer)
    page = client.get(reverse("admin:index")).content.decode()
    assert f'<a href="{reverse("accounts:sessions")}">Mein Konto</a>' in page


def test_an_officer_gives_nobody_rights(client: Client, officer: User, person: User) -> None:
    client.force_login(officer)
    client.post(change(person), {"email": person.email, "name": "Neu", "is_staff": "on", "is_superuser": "on"})
    person.refresh_from_db()
    assert (person.name, person.is_active, person.is_staff, person.is_superuser) == ("Neu", False, False, False)


def test_an_officer_does_not_change_the_address_of_somebody_stronger(client: Client, officer: User) -> None:
    chief = User.objects.create_superuser("chief@example.org")
    client.force_login(officer)
    for stronger in (chief, officer):
        response = client.post(change(stronger), {"email": "mine@example.org", "is_active": "on"})
        assert response.status_code == 403
    assert not User.objects.filter(email="mine@example.org").exists()


def test_an_officer_erases_nobody(client: Client, officer: User, person: User) -> None:
    client.force_login(officer)
    response = client.post(reverse("admin:accounts_user_delete", args=[person.pk]), {"post": "yes"})
    assert response.status_code == 403
    assert User.objects.filter(pk=person.pk).exists()


def test_the_list_and_its_search_work(admin_client: Client, person: User) -> None:
    assert person.email in admin_client.get(LIST, {"q": "alex"}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_browsers_that_prove_a_new_address_at_once_make_one_person() -> None:
    def prove(_number: int) -> int:
        try:
            return person_of("neu@example.org").pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(prove, range(8)))
    assert found == {User.objects.get().pk}
