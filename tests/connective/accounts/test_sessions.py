"""How long a session lasts."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from connective.accounts.models import User
from connective.accounts.tasks import clear_ended_sessions
from tests.connective.accounts.conftest import CODE, EMAIL, SIGN_IN, code_in

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
IDLE = timedelta(seconds=settings.SIGNED_IN_IDLE_SECONDS)
STATE, PROLONG = reverse("accounts:session_state"), reverse("accounts:session_prolong")
JSON = {"Accept": "application/json"}


def seconds_left(client: Client) -> int:
    return int(client.get(STATE).json()["seconds_left"])


@pytest.fixture
def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def test_a_signed_in_session_ends_after_two_hours_without_a_request(person: User) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(person)
        clock.shift(IDLE - timedelta(seconds=1))
        assert seconds_left(client) == 1
        clock.shift(timedelta(seconds=1))
        assert seconds_left(client) == 0


def test_each_request_prolongs_a_signed_in_session(person: User) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(person)
        for _hour in range(5):
            clock.shift(timedelta(hours=1))
            client.get("/")
        assert seconds_left(client) == IDLE.total_seconds()


def test_asking_how_long_the_session_lasts_does_not_prolong_it(person: User) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(person)
        clock.shift(timedelta(hours=1))
        assert seconds_left(client) == seconds_left(client) == IDLE.total_seconds() - 3600


def test_prolonging_never_writes_the_data_of_the_session(person: User) -> None:
    """Another request may be putting text into it at the same time."""
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(person)
        before = Session.objects.get().session_data
        clock.shift(timedelta(hours=1))
        client.get("/")
        row = Session.objects.get()
        assert (row.session_data, row.expire_date) == (before, NOW + timedelta(hours=1) + IDLE)


def test_a_busy_session_is_written_once_a_minute(
    person: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(person)
        clock.shift(timedelta(seconds=59))
        with django_assert_num_queries(2):  # the session and the person
            client.post(PROLONG, headers=JSON)
        clock.shift(timedelta(seconds=1))
        with django_assert_num_queries(3):
            client.post(PROLONG, headers=JSON)


def test_the_cookie_of_somebody_signed_in_ends_with_the_browser(client: Client, person: User) -> None:
    client.post(SIGN_IN, {"email": EMAIL})
    assert client.cookies["sessionid"]["max-age"] == 7 * 24 * 3600
    client.post(CODE, {"code": code_in(client)})
    cookie = client.cookies["sessionid"]
    assert (cookie["max-age"], bool(cookie["httponly"]), cookie["samesite"]) == ("", True, "Lax")


def test_a_session_without_an_account_lasts_seven_days(client: Client) -> None:
    with time_machine.travel(NOW, tick=False):
        client.post(SIGN_IN, {"email": EMAIL})
        assert Session.objects.get().expire_date == NOW + timedelta(days=7)
        assert seconds_left(client) == 0


def test_the_page_says_until_when_the_session_lasts(person: User) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False):
        client.force_login(person)
        page = client.get("/").content.decode()
    assert '<span data-session-end="">12:00</span>' in page or "<span data-session-end>12:00</span>" in page
    assert 'role="alertdialog"' in page
    assert "session-warning" not in Client().get("/").content.decode()


def test_prolonging_answers_a_script(signed_in: Client) -> None:
    response = signed_in.post(PROLONG, headers=JSON)
    assert response.json() == {"seconds_left": pytest.approx(IDLE.total_seconds(), abs=2)}
    signed_in.logout()
    response = signed_in.post(PROLONG, headers=JSON)
    assert (response.status_code, response.json()) == (401, {"seconds_left": 0})


def test_prolonging_leads_back_where_scripts_are_off(signed_in: Client) -> None:
    assert signed_in.post(PROLONG, {"next": "/beleg/"})["Location"] == "/beleg/"
    assert signed_in.post(PROLONG, {"next": "//evil.example"})["Location"] == "/"
    signed_in.logout()
    assert signed_in.post(PROLONG, {"next": "/beleg/"})["Location"] == f"{SIGN_IN}?next=%2Fbeleg%2F"


def test_prolonging_needs_a_post(signed_in: Client) -> None:
    assert signed_in.get(PROLONG).status_code == 405


def test_ended_sessions_are_cleared(person: User) -> None:
    client = Client()
    with time_machine.travel(NOW, tick=False) as clock:
        client.force_login(person)
        clock.shift(timedelta(hours=1))
        clear_ended_sessions()
        assert Session.objects.count() == 1
        clock.shift(timedelta(hours=2))
        clear_ended_sessions()
        assert Session.objects.count() == 0


def test_no_cache_stores_a_page_that_was_made_for_somebody(signed_in: Client) -> None:
    for path in ("/", "/vorschlaege/", "/gibt/es/nicht/", "/verwaltung/login/"):
        assert "no-store" in signed_in.get(path)["Cache-Control"], path
    assert "Cache-Control" not in Client().get("/")
