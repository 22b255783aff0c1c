"""Text that was typed is still there after the session has ended, and after the page has gone stale."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.urls import reverse

from connective.accounts import parking
from connective.accounts.models import User
from tests.connective.accounts.conftest import CODE, SIGN_IN, code_in

pytestmark = pytest.mark.django_db

TEXT = "Zeile eins\r\nZeile zwei: „Wärme“ & <b>Kälte</b>"
OWN = {"Origin": "http://testserver"}


@pytest.fixture
def path() -> str:
    """The address of a page that needs somebody signed in."""
    return reverse("submissions:section", args=[uuid4(), "description"])


def kept(client: Client) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = client.session.get("parked", {})
    return found


class TestParking:
    @pytest.fixture
    def request_(self) -> HttpRequest:
        request = HttpRequest()
        request.session = SessionStore()
        return request

    def test_takes_back_what_was_parked_once(self, request_: HttpRequest) -> None:
        data = QueryDict("a=1&a=2&b=%C3%A4")
        assert parking.park(request_, "/x/", data)
        assert parking.take(request_, "/y/") is None
        taken = parking.take(request_, "/x/")
        assert taken == data
        assert parking.take(request_, "/x/") is None

    def test_never_keeps_secrets(self, request_: HttpRequest) -> None:
        data = {"csrfmiddlewaretoken": ["t"], "password": ["p"], "code": ["123456"], "text": ["bleibt"]}
        parking.park(request_, "/x/", data)
        assert request_.session["parked"] == {"/x/": {"text": ["bleibt"]}}

    def test_keeps_five_targets_the_oldest_goes(self, request_: HttpRequest) -> None:
        for number in range(6):
            parking.park(request_, f"/{number}/", {"a": [str(number)]})
        parking.park(request_, "/1/", {"a": ["new"]})
        assert list(request_.session["parked"]) == ["/2/", "/3/", "/4/", "/5/", "/1/"]

    def test_refuses_what_is_too_long_and_keeps_the_rest(self, request_: HttpRequest) -> None:
        parking.park(request_, "/x/", {"a": ["kurz"]})
        assert not parking.park(request_, "/y/", {"a": ["x" * 200_000]})
        assert list(request_.session["parked"]) == ["/x/"]


def test_text_that_is_sent_after_the_session_has_ended_is_there_after_signing_in(path: str, person: User) -> None:
    client = Client()
    with time_machine.travel(datetime(2026, 11, 24, 9, tzinfo=UTC), tick=False) as clock:
        client.force_login(person)
        clock.shift(timedelta(hours=3))
        response = client.post(path, {"background": TEXT, "version": "3"}, headers=OWN)
        assert response.status_code == 404
        page = response.content.decode()
        assert "Ihr Text ist nicht verloren" in page
        assert f"{SIGN_IN}?next={path}" in page
        client.post(SIGN_IN, {"email": person.email, "next": path})
        client.post(CODE, {"code": code_in(client)})
        assert client.session["_auth_user_id"] == str(person.pk)
        assert kept(client) == {path: {"background": [TEXT], "version": ["3"]}}


def test_the_same_after_signing_out_in_another_tab(path: str, client: Client, person: User) -> None:
    client.force_login(person)
    client.post(reverse("account_logout"))
    response = client.post(path, {"background": TEXT}, headers=OWN)
    assert "Ihr Text ist nicht verloren" in response.content.decode()
    assert kept(client) == {path: {"background": [TEXT]}}


def test_a_page_that_saves_by_itself_gets_a_short_answer_and_its_text_is_kept(path: str, client: Client) -> None:
    response = client.post(path, {"background": TEXT}, headers=OWN | {"Accept": "application/json"})
    assert (response.status_code, response.json()) == (404, {"state": "signed-out", "kept": True})
    assert kept(client) == {path: {"background": [TEXT]}}


def test_a_script_that_only_asks_keeps_nothing(path: str, client: Client) -> None:
    client.post(path, {"background": TEXT}, headers=OWN | {"Accept": "*/*"})
    assert kept(client) == {}


def test_what_a_stranger_is_shown_tells_nothing_about_the_address(client: Client) -> None:
    pages = []
    for public_id in (uuid4(), uuid4()):
        path = reverse("submissions:section", args=[public_id, "description"])
        response = Client().post(path, {"background": TEXT}, headers=OWN)
        pages.append((response.status_code, len(response.content)))
    assert pages[0] == pages[1]


def test_an_address_that_does_not_exist_keeps_nothing(client: Client) -> None:
    response = client.post("/gibt/es/nicht/", {"background": TEXT}, headers=OWN)
    assert response.status_code == 404
    assert "parked" not in client.session


class TestStaleToken:
    @pytest.fixture
    def client(self) -> Client:
        return Client(enforce_csrf_checks=True)

    def test_keeps_the_text_and_says_so(self, client: Client, path: str, person: User) -> None:
        client.force_login(person)
        response = client.post(path, {"background": TEXT, "csrfmiddlewaretoken": "alt"}, headers=OWN)
        assert response.status_code == 403
        page = response.content.decode()
        assert "Diese Seite war veraltet" in page
        assert "Zeile zwei: „Wärme“ &amp; &lt;b&gt;Kälte&lt;/b&gt;" in page
        assert f'href="{path}"' in page
        assert kept(client) == {path: {"background": [TEXT]}}
        assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"

    def test_answers_a_script_in_json(self, client: Client, path: str) -> None:
        response = client.post(path, {"background": TEXT}, headers=OWN | {"Accept": "application/json"})
        assert (response.status_code, response.json()["state"]) == (403, "signed-out")

    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
        ids=str,
    )
    def test_plants_no_text_for_another_site(self, headers: dict[str, str], client: Client, path: str) -> None:
        response = client.post(path, {"background": TEXT}, headers=headers)
        assert response.status_code == 403
        assert "Kälte" not in response.content.decode()
        assert "sessionid" not in response.cookies

    def test_shows_what_is_too_long_to_be_kept(self, client: Client, path: str) -> None:
        text = "lang " * 50_000
        response = client.post(path, {"background": text}, headers=OWN)
        page = response.content.decode()
        assert "Bitte kopieren Sie Ihren Text" in page
        assert text.strip() in page
        assert kept(client) == {}

    def test_a_code_is_never_shown_or_kept(self, client: Client) -> None:
        response = client.post(CODE, {"code": "123456"}, headers=OWN)
        assert response.status_code == 403
        assert "123456" not in response.content.decode()
        assert kept(client) == {}

    def test_a_stale_sign_in_page_says_how_to_go_on(self, client: Client) -> None:
        response = client.post(SIGN_IN, {"email": "antrag@example.org"}, headers=OWN)
        assert response.status_code == 403
        assert SIGN_IN in response.content.decode()


def test_text_of_the_admin_can_be_copied_when_the_session_has_ended(client: Client) -> None:
    response = client.post("/verwaltung/submissions/call/add/", {"introduction": TEXT}, headers=OWN)
    assert response.status_code == 403
    assert "Zeile zwei: „Wärme“" in response.content.decode()


def test_a_button_without_text_leads_back_to_its_page(client: Client) -> None:
    public_id = uuid4()
    check, submit = (reverse(f"submissions:{name}", args=[public_id]) for name in ("check", "submit"))
    response = client.post(submit, headers=OWN | {"Referer": f"http://testserver{check}"})
    assert response.status_code == 404
    page = response.content.decode()
    assert "Sie sind nicht angemeldet" in page
    assert f"{SIGN_IN}?next={check}" in page
    assert kept(client) == {}


def test_a_foreign_referrer_leads_nowhere(path: str, client: Client) -> None:
    response = client.post(path, {"background": TEXT}, headers={"Referer": "https://evil.example/x/"})
    assert "evil.example" not in response.content.decode()


def test_a_form_that_is_served_takes_its_kept_text_with_it(
    client: Client, person: User, sign_in: Callable[..., str]
) -> None:
    path = reverse("submissions:verify")
    session = client.session
    session["parked"] = {path: {"text": ["alt"]}, "/other/": {"text": ["bleibt"]}}
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    client.post(path, {"reference": "TA2021-0007", "sha256": "0" * 64}, headers=OWN)
    assert kept(client) == {"/other/": {"text": ["bleibt"]}}
