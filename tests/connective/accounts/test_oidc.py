"""Signing in through an identity provider that really runs, on loopback."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from connective.accounts.models import User
from connective.audit.models import Entry
from tests.connective.accounts import oidc_server
from tests.connective.accounts.oidc_server import Provider
from tests.connective.accounts.test_second_factor import set_up

pytestmark = pytest.mark.django_db

START, DOOR = reverse("accounts:oidc"), "/verwaltung/"
EMAIL = "buero@house.example"


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """A provider that the settings name."""
    with oidc_server.of_the_house(settings, EMAIL) as provider:
        yield provider


@pytest.fixture
def officer(db: None) -> User:
    return User.objects.create_user(EMAIL, is_staff=True)


def go(client: Client) -> str:
    """Go to the provider, be recognised there, and return the address that it sends the browser back to."""
    to = client.post(START, {"next": DOOR})
    assert to.status_code == 302, to.content.decode()
    back = requests.get(to["Location"], allow_redirects=False, timeout=5).headers["Location"]
    return back.replace("http://testserver", "")


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_somebody_of_the_house_signs_in_to_the_account_that_is_there(
    provider: Provider, officer: User, client: Client
) -> None:
    for _time in range(2):
        response = client.get(go(client))
        assert response["Location"].endswith("next=%2Fverwaltung%2F")
        assert is_in(client)
        client.post(reverse("account_logout"))
    bound = SocialAccount.objects.get()
    assert (bound.user, bound.uid, bound.extra_data) == (officer, "1234", {})
    assert Entry.objects.filter(action="person.connected_to_provider").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": "buero@elsewhere.example"},
        {"email": f"x@evil.example\n{EMAIL}"},
        {"email": "unknown@house.example"},
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"iss": "https://evil.example"},
        {"exp": 1_600_000_000},
        {"sub": ""},
    ],
    ids=str,
)
def test_a_token_that_is_not_in_order_opens_nothing(
    changes: dict[str, object], provider: Provider, officer: User, client: Client
) -> None:
    provider.token_changes = changes
    response = client.get(go(client))
    assert response.status_code == 403
    assert "Die Anmeldung hat nicht geklappt" in response.content.decode()
    assert not is_in(client)
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_a_token_signed_by_somebody_else_opens_nothing(provider: Provider, officer: User, client: Client) -> None:
    provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert client.get(go(client)).status_code == 403
    assert not is_in(client)


def test_the_state_of_another_browser_opens_nothing(provider: Provider, officer: User, client: Client) -> None:
    back = go(client)
    assert Client().get(back).status_code == 403
    parts = urlsplit(back)
    assert client.get(parts.path, {"code": parse_qs(parts.query)["code"][0], "state": "wrong"}).status_code == 403
    assert not is_in(client)


def test_an_answer_counts_once(provider: Provider, officer: User, client: Client) -> None:
    back = go(client)
    client.get(back)
    client.post(reverse("account_logout"))
    assert client.get(back).status_code == 403
    assert not is_in(client)


def test_a_new_person_with_an_old_address_gets_no_old_account(
    provider: Provider, officer: User, client: Client
) -> None:
    client.get(go(client))
    client.post(reverse("account_logout"))
    provider.claims["sub"] = "5678"
    assert client.get(go(client)).status_code == 403
    assert not is_in(client)


def test_somebody_who_was_shut_out_stays_out(provider: Provider, officer: User, client: Client) -> None:
    client.get(go(client))
    client.post(reverse("account_logout"))
    User.objects.update(is_active=False)
    client.get(go(client))
    assert not is_in(client)


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def _required(self, settings: Settings) -> None:
        settings.SECOND_FACTOR_REQUIRED = True

    def test_the_providers_does_not_count_by_itself(self, provider: Provider, officer: User, client: Client) -> None:
        provider.claims["amr"] = ["pwd", "mfa"]
        client.get(go(client))
        assert client.get(DOOR).status_code == 302
        set_up(client)
        client.post(reverse("account_logout"))
        assert client.get(go(client))["Location"] == reverse("mfa_authenticate")

    @pytest.mark.parametrize(
        ("acr_values", "claims", "opens"),
        [
            ([], {"amr": ["pwd", "mfa"]}, True),
            ([], {"amr": ["pwd"]}, False),
            ([], {"amr": "mfa"}, False),
            (["high"], {"acr": "high"}, True),
            (["high"], {"acr": "low", "amr": ["mfa"]}, False),
        ],
    )
    @pytest.mark.usefixtures("officer")
    def test_where_it_is_trusted_it_counts(
        self, acr_values: list[str], claims: dict[str, object], *, opens: bool, provider: Provider, settings: Settings
    ) -> None:
        settings.OIDC_TRUST_SECOND_FACTOR, settings.OIDC_SECOND_FACTOR_ACR = True, acr_values
        provider.claims |= claims
        client = Client()
        client.get(go(client))
        assert (client.get(DOOR).status_code == 200) is opens


def test_without_a_provider_these_pages_do_not_exist(client: Client, db: None) -> None:
    assert client.post(START).status_code == 404
    assert client.get(reverse("openid_connect_callback", args=["house"])).status_code == 404
    assert "Anmelden mit" not in client.get(reverse("account_login")).content.decode()


def test_a_provider_that_is_down_is_told(settings: Settings, client: Client, db: None, provider: Provider) -> None:
    provider.shutdown()
    provider.server_close()
    assert "OpenID Connect" in client.get(reverse("account_login")).content.decode()
    assert client.post(START).status_code == 503
