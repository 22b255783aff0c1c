"""Signing in by a code that comes by e-mail."""

import re
import time
from collections.abc import Callable

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from connective.accounts.models import User
from connective.audit.models import Entry
from connective.mail.models import Message
from tests.connective.accounts.conftest import ARRIVE, CODE, EMAIL, SIGN_IN, code_in, wrong_code_in
from tests.servers.celery_process import CeleryProcess
from tests.smtp import SmtpServer

pytestmark = pytest.mark.django_db


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_person_signs_in_with_the_code_that_came_by_mail(
    mail_server: SmtpServer, celery_worker: CeleryProcess, client: Client
) -> None:
    response = client.post(SIGN_IN, {"email": "Antrag@Example.ORG", "next": "/vorschlaege/"})
    assert response["Location"] == CODE
    assert EMAIL in client.get(CODE).content.decode()
    celery_worker.finish()
    (mail,) = mail_server.received
    assert mail.recipients == [EMAIL]
    found = re.search(r"^\d{6}(?=\r?$)", mail.text, re.MULTILINE)
    assert found, repr(mail.text)
    assert mail.message["Auto-Submitted"] == "auto-generated"
    code = found[0]
    assert code not in str(mail.message["Subject"])

    response = client.post(CODE, {"code": f" {code[:3]} {code[3:]} "})
    assert response["Location"] == f"{ARRIVE}?next=%2Fvorschlaege%2F"
    assert signed_in(client)
    assert list(User.objects.values_list("email", flat=True)) == [EMAIL]


def test_known_and_unknown_addresses_get_the_same_page_and_one_mail(
    mail_server: SmtpServer, celery_worker: CeleryProcess, person: User
) -> None:
    answers = []
    for email in (person.email, "niemand@example.org"):
        client = Client()
        asked = client.post(SIGN_IN, {"email": email})
        page = client.get(CODE).content.decode().replace(email, "…")
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|\d\d:\d\d', "", page)
        answers.append((asked.status_code, asked["Location"], page))
    celery_worker.finish()
    known, unknown = answers
    assert known == unknown
    first, second = (
        re.sub(r"\d{6}", "", mail.text) for mail in sorted(mail_server.received, key=lambda mail: mail.recipients)
    )
    assert first == second
    assert User.objects.count() == 1


def test_asking_for_a_code_looks_no_account_up(client: Client, person: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.post(SIGN_IN, {"email": person.email})
    assert [query["sql"] for query in queries if "accounts_user" in query["sql"]] == []


def test_an_account_begins_when_the_code_is_proved_and_is_audited(client: Client, sign_in: Callable[..., str]) -> None:
    client.post(SIGN_IN, {"email": "neu@example.org"})
    assert not User.objects.exists()
    client.post(CODE, {"code": code_in(client)})
    user = User.objects.get()
    assert (user.email, user.has_usable_password(), user.is_staff) == ("neu@example.org", False, False)
    assert list(Entry.objects.values_list("action", "actor_id")) == [("person.signed_up", user.pk)]
    sign_in(Client(), "NEU@example.org")
    assert User.objects.count() == 1
    assert Entry.objects.count() == 1


def test_a_wrong_code_is_refused_with_the_tries_that_are_left(client: Client, person: User) -> None:
    client.post(SIGN_IN, {"email": EMAIL})
    response = client.post(CODE, {"code": wrong_code_in(client)})
    assert response.status_code == 422
    assert "noch 4 Versuche" in response.content.decode()
    assert not signed_in(client)


def test_an_empty_code_is_no_try(client: Client, person: User) -> None:
    client.post(SIGN_IN, {"email": EMAIL})
    client.post(CODE, {"code": " "})
    response = client.post(CODE, {"code": wrong_code_in(client)})
    assert "noch 4 Versuche" in response.content.decode()


def test_after_five_wrong_codes_the_right_one_is_refused(client: Client, person: User) -> None:
    client.post(SIGN_IN, {"email": EMAIL, "next": "/vorschlaege/"})
    right, wrong = code_in(client), wrong_code_in(client)
    for _try in range(4):
        assert client.post(CODE, {"code": wrong}).status_code == 422
    last = client.post(CODE, {"code": wrong})
    assert last["Location"] == f"{SIGN_IN}?next=%2Fvorschlaege%2F"
    response = client.post(CODE, {"code": right}, follow=True)
    assert "Hier wartet keine Anmeldung mehr" in response.content.decode()
    assert not signed_in(client)


def test_tries_are_counted_outside_of_the_session(client: Client, person: User) -> None:
    """Many guesses at once would all read the same number of tries from the session."""
    client.post(SIGN_IN, {"email": EMAIL})
    right, wrong = code_in(client), wrong_code_in(client)
    row = Session.objects.get()
    for _try in range(5):
        client.post(CODE, {"code": wrong})
        row.save()
    response = client.post(CODE, {"code": right}, follow=True)
    assert "zu viele Codes ausprobiert" in response.content.decode()
    assert not signed_in(client)


def test_a_code_expires_after_fifteen_minutes(client: Client, person: User) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        client.post(SIGN_IN, {"email": EMAIL})
        code = code_in(client)
        clock.shift(15 * 60 + 1)
        response = client.post(CODE, {"code": code}, follow=True)
    assert response.redirect_chain == [(SIGN_IN, 302)]
    assert "Der Code ist abgelaufen" in response.content.decode()
    assert not signed_in(client)


def test_a_code_holds_for_fifteen_minutes(client: Client, person: User) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        client.post(SIGN_IN, {"email": EMAIL})
        clock.shift(15 * 60 - 1)
        client.post(CODE, {"code": code_in(client)})
        assert signed_in(client)


def test_a_new_code_replaces_the_old_one_and_has_its_full_time(client: Client, person: User) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        client.post(SIGN_IN, {"email": EMAIL})
        old = code_in(client)
        clock.shift(14 * 60)
        response = client.post(CODE, {"action": "resend"}, follow=True)
        assert "Ein neuer Code ist unterwegs" in response.content.decode()
        new = code_in(client)
        clock.shift(14 * 60)
        if old != new:
            assert client.post(CODE, {"code": old}).status_code == 422
        client.post(CODE, {"code": new})
    assert signed_in(client)


def test_a_new_code_waits_half_a_minute(client: Client, person: User) -> None:
    client.post(SIGN_IN, {"email": EMAIL})
    code = code_in(client)
    response = client.post(CODE, {"action": "resend"}, follow=True)
    assert "Bitte warten Sie eine halbe Minute" in response.content.decode()
    assert code_in(client) == code


def test_the_code_of_another_browser_is_refused(client: Client, person: User) -> None:
    client.post(SIGN_IN, {"email": EMAIL})
    other = Client()
    response = other.post(CODE, {"code": code_in(client)}, follow=True)
    assert "in einem anderen Browser angefordert" in response.content.decode()
    assert not signed_in(other)
    other.post(SIGN_IN, {"email": EMAIL})
    if code_in(client) != code_in(other):
        assert other.post(CODE, {"code": code_in(client)}).status_code == 422


def test_a_used_code_is_worthless(client: Client, person: User) -> None:
    client.post(SIGN_IN, {"email": EMAIL})
    code = code_in(client)
    client.post(CODE, {"code": code})
    client.post(reverse("account_logout"))
    client.post(CODE, {"code": code})
    assert not signed_in(client)


def test_the_session_key_changes_at_sign_in_and_what_the_session_held_stays(
    client: Client, person: User, sign_in: Callable[..., str]
) -> None:
    session = client.session
    session["drafts"] = ["one"]
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before or ""
    sign_in(client)
    assert client.session.session_key != before
    assert client.session["drafts"] == ["one"]
    assert not Session.objects.filter(session_key=before).exists()


def test_a_person_that_was_shut_out_stays_out(client: Client, person: User) -> None:
    User.objects.update(is_active=False)
    client.post(SIGN_IN, {"email": EMAIL})
    response = client.post(CODE, {"code": code_in(client)}, follow=True)
    assert response.status_code == 403
    assert "Dieses Konto ist gesperrt" in response.content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_next_leads_to_local_pages_only(path: str, client: Client, sign_in: Callable[..., str]) -> None:
    assert sign_in(client, next_path=path) == ARRIVE
    assert path not in client.get(SIGN_IN, {"next": path}).content.decode()


@pytest.mark.parametrize("address", ["", "keine", "a@b", "a\r\nBcc: x@example.org", f"{'a' * 250}@example.org"])
def test_what_is_no_address_is_refused_with_a_sentence(address: str, client: Client) -> None:
    response = client.post(SIGN_IN, {"email": address})
    assert response.status_code == 422
    assert "error-summary" in response.content.decode()


def test_requests_are_limited_for_an_address_from_one_network(client: Client) -> None:
    for _request in range(6):
        assert Client().post(SIGN_IN, {"email": EMAIL}).status_code == 302
    response = client.post(SIGN_IN, {"email": EMAIL})
    assert response.status_code == 429
    assert "Bitte warten Sie einige Minuten" in response.content.decode()
    elsewhere = client.post(SIGN_IN, {"email": EMAIL}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


def test_requests_are_limited_for_an_address_from_everywhere(client: Client) -> None:
    statuses = [
        client.post(SIGN_IN, {"email": EMAIL}, REMOTE_ADDR=f"192.0.2.{number}").status_code for number in range(21)
    ]
    assert statuses == [302] * 20 + [429]


def test_requests_are_limited_for_a_network(client: Client) -> None:
    statuses = [client.post(SIGN_IN, {"email": f"person{number}@example.org"}).status_code for number in range(61)]
    assert statuses == [302] * 60 + [429]


def test_a_stranger_cannot_claim_another_network(client: Client) -> None:
    for number in range(6):
        client.post(SIGN_IN, {"email": EMAIL}, headers={"X-Forwarded-For": f"192.0.2.{number}"})
    response = client.post(SIGN_IN, {"email": EMAIL}, headers={"X-Forwarded-For": "192.0.2.99"})
    assert response.status_code == 429


def test_a_queue_without_a_worker_is_not_silent(client: Client) -> None:
    with time_machine.travel(time.time(), tick=False) as clock:
        client.post(SIGN_IN, {"email": EMAIL})
        assert "verzögert" not in client.get(CODE).content.decode()
        clock.shift(21)
        assert "Der Versand verzögert sich" in client.get(CODE).content.decode()


def test_a_mail_that_was_refused_is_told(mail_server: SmtpServer, celery_worker: CeleryProcess, client: Client) -> None:
    mail_server.will("RCPT", "550 no such mailbox")
    client.post(SIGN_IN, {"email": EMAIL})
    celery_worker.finish()
    assert "konnte nicht zugestellt werden" in client.get(CODE).content.decode()


def test_a_mail_server_that_says_not_now_is_asked_again(
    mail_server: SmtpServer, celery_worker: CeleryProcess, client: Client
) -> None:
    mail_server.will("RCPT", "450 later")
    client.post(SIGN_IN, {"email": EMAIL})
    celery_worker.finish()
    assert len(mail_server.received) == 1


def test_without_redis_the_page_says_so_and_nothing_is_lost(client: Client, settings: Settings) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    response = client.post(SIGN_IN, {"email": EMAIL})
    assert response.status_code == 503
    assert "Anmelden ist gerade nicht möglich" in response.content.decode()


def test_no_code_is_kept_among_the_letters(client: Client) -> None:
    client.post(SIGN_IN, {"email": EMAIL})
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["signup/", "password/reset/", "password/change/", "password/set/", "email/", "confirm-email/", "reauthenticate/"],
)
def test_the_other_pages_of_the_library_do_not_exist(path: str, client: Client) -> None:
    assert client.get(f"/konto/{path}").status_code == 404
    assert client.get(f"/accounts/{path}").status_code == 404


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_reset_password"])
def test_the_other_pages_of_the_library_have_no_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_a_password_signs_nobody_in(client: Client, person: User) -> None:
    person.set_password("geheim")
    person.save()
    client.post(SIGN_IN, {"email": EMAIL, "login": EMAIL, "password": "geheim"})
    client.post("/verwaltung/login/", {"username": EMAIL, "password": "geheim"})
    assert not signed_in(client)


def test_the_door_of_the_admin_is_the_same(client: Client, sign_in: Callable[..., str], person: User) -> None:
    response = client.get("/verwaltung/", follow=True)
    assert response.redirect_chain[-1][0].startswith(SIGN_IN)
    assert 'value="/verwaltung/"' in response.content.decode()
    sign_in(client)
    refused = client.get("/verwaltung/", follow=True)
    assert refused.status_code == 403
    assert "nicht für Sie bestimmt" in refused.content.decode()
    User.objects.update(is_staff=True)
    assert client.get("/verwaltung/").status_code == 200


def test_signing_out_needs_a_post(client: Client, person: User) -> None:
    client.force_login(person)
    assert client.get(reverse("account_logout")).status_code == 405
    assert signed_in(client)
    client.post(reverse("account_logout"))
    assert not signed_in(client)


def test_signing_out_of_the_admin_is_signing_out(client: Client, person: User) -> None:
    User.objects.update(is_staff=True)
    client.force_login(person)
    assert client.post("/verwaltung/logout/")["Location"] == "/"
    assert not signed_in(client)


def test_somebody_signed_in_may_change_to_another_address(
    client: Client, person: User, sign_in: Callable[..., str]
) -> None:
    client.force_login(person)
    assert "Alex Antrag" in client.get(SIGN_IN).content.decode()
    sign_in(client, "andere@example.org")
    assert client.session["_auth_user_id"] == str(User.objects.get(email="andere@example.org").pk)
