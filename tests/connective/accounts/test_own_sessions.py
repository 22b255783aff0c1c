"""The page of one's own sessions."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from connective.accounts.models import SignedInSession, User
from connective.accounts.sessions import device_of

pytestmark = pytest.mark.django_db

PAGE = reverse("accounts:sessions")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def browser_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def test_a_session_is_listed_with_its_device_and_without_a_network_address(person: User, sign_in: object) -> None:
    client = Client(HTTP_USER_AGENT=FIREFOX)
    sign_in(client)  # type: ignore[operator]
    page = client.get(PAGE).content.decode()
    assert "Firefox, Windows" in page
    assert "Diese Sitzung" in page
    assert str(client.session.session_key) not in page
    assert "127.0.0.1" not in str(client.session.items())
    assert "NT 10.0" not in str(client.session.items())


def test_another_session_is_ended(person: User) -> None:
    here, there = browser_of(person), browser_of(person)
    number = next(one.number for one in here.get(PAGE).context["sessions"] if not one.is_here)
    page = here.post(PAGE, {"number": number}, follow=True).content.decode()
    assert "Die Sitzung ist beendet" in page
    assert (is_in(here), is_in(there)) == (True, False)


def test_all_others_are_ended(person: User) -> None:
    here, *others = [browser_of(person) for _number in range(3)]
    assert "2 andere Sitzungen" in here.post(PAGE, {"action": "others"}, follow=True).content.decode()
    assert [is_in(client) for client in (here, *others)] == [True, False, False]


def test_nobody_sees_or_ends_sessions_of_others(person: User) -> None:
    stranger = browser_of(User.objects.create_user("fremd@example.org"))
    mine = browser_of(person)
    number = mine.get(PAGE).context["sessions"][0].number
    assert len(stranger.get(PAGE).context["sessions"]) == 1
    stranger.post(PAGE, {"number": number})
    stranger.post(PAGE, {"number": "x" * 30})
    stranger.post(PAGE, {"action": "others"})
    assert is_in(mine)


def test_the_list_goes_with_the_session(client: Client, person: User) -> None:
    client.force_login(person)
    assert SignedInSession.objects.count() == 1
    client.post(reverse("account_logout"))
    assert SignedInSession.objects.count() == 0
    assert not Session.objects.filter(signed_in__isnull=False).exists()


def test_nobody_signed_in_is_asked_to(client: Client, db: None) -> None:
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari, iPad"),
        ("Mozilla/5.0 (Macintosh) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, macOS"),
        ("curl/8", ""),
    ],
)
def test_a_device_is_named_roughly(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device
