"""The second factor of staff and committee."""

import time
from collections.abc import Callable

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from pytest_django import Settings

from connective.accounts import sealing, second_factor
from connective.accounts.models import SignedInSession, User
from connective.audit.models import Entry
from connective.mail.models import Message
from connective.privacy import own_data

pytestmark = pytest.mark.django_db

DOOR, ASK = "/verwaltung/", reverse("mfa_authenticate")
SECURITY, APP, CODES, AGAIN, SIGN_IN = (
    reverse(name)
    for name in (
        "accounts:security",
        "accounts:factor_app",
        "accounts:recovery_codes",
        "accounts:confirm_again",
        "account_login",
    )
)


@pytest.fixture(autouse=True)
def _required(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def officer(db: None) -> User:
    """Somebody who needs a second factor."""
    return User.objects.create_user("buero@example.org", name="Bea Büro", is_staff=True)


def code_of(secret: str, steps: int = 0) -> str:
    """Return what an app shows that knows the secret, `steps` half minutes from now."""
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))
    return code


def secret_of(user: User) -> str:
    return sealing.unseal(Authenticator.objects.get(user=user, type="totp").data["secret"])


def set_up(client: Client) -> str:
    """Set up an app in the browser and return its secret."""
    assert client.get(APP).status_code == 200
    secret = sealing.unseal(client.session["totp_set_up"])
    response = client.post(APP, {"code": code_of(secret)})
    assert response.status_code == 302, response.content.decode()
    return secret


@pytest.fixture
def with_app(officer: User, client: Client, sign_in: Callable[..., str]) -> User:
    """The officer with an app, signed in with this browser."""
    sign_in(client, officer.email)
    set_up(client)
    return officer


def is_in(client: Client) -> bool:
    return client.get(DOOR).status_code == 200


class TestTheDoor:
    def test_without_a_factor_staff_are_led_to_set_one_up(
        self, client: Client, officer: User, sign_in: Callable[..., str]
    ) -> None:
        sign_in(client, officer.email)
        response = client.get(DOOR)
        assert response["Location"] == f"{SECURITY}?next=%2Fverwaltung%2F"
        assert client.get("/verwaltung/review/personen/").status_code == 302
        assert client.post("/verwaltung/accounts/user/add/", {"email": "x@example.org"}).status_code == 302
        assert "App einrichten" in client.get(SECURITY).content.decode()

    def test_a_session_from_elsewhere_proves_no_factor(self, client: Client, officer: User) -> None:
        client.force_login(officer)
        assert not is_in(client)

    def test_the_committee_is_behind_it_too(self, client: Client, person: User) -> None:
        client.force_login(person)
        assert client.get("/steuerungskreis/")["Location"].startswith(SECURITY)

    def test_applicants_need_none(self, client: Client, person: User, sign_in: Callable[..., str]) -> None:
        sign_in(client, person.email)
        assert client.get(reverse("submissions:proposals")).status_code == 200
        assert client.get(SECURITY).status_code == 404

    def test_the_login_of_the_admin_is_no_second_door(self, client: Client, officer: User) -> None:
        officer.set_password("geheim")
        officer.save()
        client.post("/verwaltung/login/", {"username": officer.email, "password": "geheim"})
        assert "_auth_user_id" not in client.session

    def test_signing_out_is_always_possible(self, client: Client, officer: User) -> None:
        client.force_login(officer)
        client.post(reverse("admin:logout"))
        assert "_auth_user_id" not in client.session


class TestSigningIn:
    def test_the_app_is_asked_for_after_the_code(self, with_app: User, sign_in: Callable[..., str]) -> None:
        other = Client()
        assert sign_in(other, with_app.email, DOOR) == ASK
        assert "_auth_user_id" not in other.session
        assert other.post(ASK, {"code": "000000"}).status_code == 422
        response = other.post(ASK, {"code": code_of(secret_of(with_app), 1)})
        assert response["Location"].endswith("next=%2Fverwaltung%2F")
        assert is_in(other)

    def test_a_code_counts_once(self, with_app: User, sign_in: Callable[..., str]) -> None:
        other = Client()
        sign_in(other, with_app.email)
        assert other.post(ASK, {"code": code_of(secret_of(with_app))}).status_code == 422

    def test_a_code_counts_once_also_after_its_half_minute(
        self, officer: User, client: Client, sign_in: Callable[..., str]
    ) -> None:
        with time_machine.travel(time.time() // 30 * 30 + 15, tick=False) as clock:
            sign_in(client, officer.email)
            secret = set_up(client)
            code = code_of(secret)
            clock.shift(25)
            other = Client()
            sign_in(other, officer.email)
            assert other.post(ASK, {"code": code}).status_code == 422

    def test_a_recovery_code_counts_once(self, with_app: User, sign_in: Callable[..., str]) -> None:
        code = second_factor.recovery_codes(with_app)[0]
        first, second = Client(), Client()
        for browser, status in ((first, 302), (second, 422)):
            sign_in(browser, with_app.email)
            assert browser.post(ASK, {"code": code}).status_code == status
        assert is_in(first)
        assert len(second_factor.recovery_codes(with_app)) == 9

    def test_guessing_is_limited_and_the_person_elsewhere_still_gets_in(
        self, with_app: User, sign_in: Callable[..., str]
    ) -> None:
        guesser, owner = Client(REMOTE_ADDR="192.0.2.66"), Client()
        sign_in(guesser, with_app.email)
        for _try in range(10):
            guesser.post(ASK, {"code": "000000"})
        response = guesser.post(ASK, {"code": code_of(secret_of(with_app), 1)})
        assert "zu viele Codes" in response.content.decode()
        sign_in(owner, with_app.email)
        assert owner.post(ASK, {"code": code_of(secret_of(with_app), 1)}).status_code == 302

    def test_guessing_from_everywhere_leaves_the_recovery_codes(
        self, with_app: User, sign_in: Callable[..., str]
    ) -> None:
        owner = Client()
        sign_in(owner, with_app.email)
        for number in range(100):
            owner.post(ASK, {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}")
        assert owner.post(ASK, {"code": code_of(secret_of(with_app), 1)}).status_code == 422
        assert owner.post(ASK, {"code": second_factor.recovery_codes(with_app)[0]}).status_code == 302

    @pytest.mark.parametrize(
        "answer", ["", "{", "[]", "{}", '{"id": 1}', '{"id":"AA","rawId":"AA","type":"public-key","response":{}}']
    )
    def test_what_is_no_answer_of_a_passkey_is_refused(
        self, answer: str, with_app: User, sign_in: Callable[..., str]
    ) -> None:
        other = Client()
        sign_in(other, with_app.email)
        assert other.post(ASK, {"credential": answer}).status_code == 422

    def test_nobody_gets_there_without_the_code(self, client: Client, db: None) -> None:
        assert client.get(ASK)["Location"] == SIGN_IN


class TestOwnFactors:
    def test_secrets_stand_sealed_in_the_database(self, with_app: User, client: Client) -> None:
        for factor in Authenticator.objects.filter(user=with_app):
            for name in {"secret", "seed"} & set(factor.data):
                assert factor.data[name].startswith("gAAAA")

    def test_a_new_key_seals_and_the_old_one_still_opens(self, settings: Settings) -> None:
        old = sealing.seal("geheim")
        settings.MFA_KEYS = ["neu"]
        assert sealing.unseal(old) == "geheim"
        renewed = sealing.reseal(old)
        settings.SECRET_KEY = "anders"
        assert sealing.unseal(renewed) == "geheim"

    def test_setting_up_and_removing_are_in_the_audit_log(self, with_app: User, client: Client) -> None:
        assert Entry.objects.filter(action="second_factor.added", subject_id=str(with_app.pk)).count() == 1

    def test_the_person_is_told_by_mail_of_each_change_and_of_a_used_code(
        self, with_app: User, client: Client, sign_in: Callable[..., str]
    ) -> None:
        code = second_factor.recovery_codes(with_app)[0]
        client.post(CODES)
        other = Client()
        sign_in(other, with_app.email)
        assert other.post(ASK, {"code": code}).status_code == 422
        assert other.post(ASK, {"code": second_factor.recovery_codes(with_app)[0]}).status_code == 302
        Authenticator.objects.create(user=with_app, type=Authenticator.Type.WEBAUTHN, data={})
        client.post(reverse("accounts:remove_app"))
        second_factor.reset(with_app, actor=None)
        told = Message.objects.filter(kind="second_factor").order_by("pk")
        assert {message.recipient for message in told} == {with_app.email}
        assert [message.subject for message in told] == [
            "Neuer zweiter Faktor zu Ihrem Konto",
            "Neue Wiederherstellungscodes zu Ihrem Konto",
            "Wiederherstellungscode zu Ihrem Konto benutzt",
            "Zweiter Faktor von Ihrem Konto entfernt",
            "Zweiter Faktor Ihres Kontos zurückgesetzt",
        ]
        assert "Es sind noch 9 Codes übrig." in told[2].body
        assert "http://127.0.0.1:8000/kontakt/" in told[4].body
        assert not any(secret in message.body for message in told for secret in (code, "gAAAA"))
        noted = Entry.objects.filter(action__startswith="second_factor.").values_list("action", flat=True)
        assert list(noted.order_by("sequence")) == [
            f"second_factor.{act}" for act in ("added", "codes_renewed", "code_used", "removed", "reset")
        ]

    def test_the_mail_is_in_the_language_of_who_did_it_themselves(self, with_app: User) -> None:
        with translation.override("en"):
            second_factor.renew_recovery_codes(with_app)
            second_factor.reset(with_app, actor=None)
        *_first, own, by_others = Message.objects.filter(kind="second_factor").order_by("pk")
        assert (own.language, own.subject) == ("en", "New recovery codes for your account")
        assert (by_others.language, by_others.subject) == ("de", "Zweiter Faktor Ihres Kontos zurückgesetzt")

    def test_the_last_one_stays(self, with_app: User, client: Client) -> None:
        response = client.post(reverse("accounts:remove_app"), follow=True)
        assert "letzter zweiter Faktor" in response.content.decode()
        assert second_factor.factors_of(with_app)

    def test_changes_ask_for_the_factor_again_after_a_quarter_of_an_hour(self, with_app: User, client: Client) -> None:
        with time_machine.travel(time.time() + 16 * 60, tick=False):
            for path in (APP, CODES):
                assert client.get(path)["Location"].startswith(AGAIN)
            response = client.post(AGAIN, {"code": code_of(secret_of(with_app)), "next": CODES}, follow=True)
            assert second_factor.recovery_codes(with_app)[0] in response.content.decode()

    def test_who_only_reads_the_mail_adds_no_factor(self, with_app: User) -> None:
        thief = Client()
        thief.force_login(with_app)
        assert thief.get(APP)["Location"].startswith(AGAIN)
        thief.get(AGAIN)
        assert thief.post(APP, {"code": "000000"}).status_code == 302
        assert "totp_set_up" not in thief.session

    def test_new_recovery_codes_replace_the_old(self, with_app: User, client: Client) -> None:
        before = second_factor.recovery_codes(with_app)
        client.post(CODES)
        assert not set(before) & set(second_factor.recovery_codes(with_app))


class TestLosingIt:
    def test_a_command_resets_and_ends_the_sessions(self, with_app: User, client: Client) -> None:
        call_command("reset_second_factor", with_app.email)
        assert not Authenticator.objects.filter(user=with_app).exists()
        assert client.get(SECURITY)["Location"].startswith(SIGN_IN)
        assert Entry.objects.filter(action="second_factor.reset").count() == 1

    def test_the_lead_resets_it_in_the_administration_and_nobody_weaker_does(
        self, with_app: User, settings: Settings
    ) -> None:
        settings.SECOND_FACTOR_REQUIRED = False
        chief = User.objects.create_superuser("chef@example.org")
        path = reverse("admin:accounts_user_changelist")
        act = {"action": "reset_second_factor", "_selected_action": [with_app.pk, chief.pk]}
        for role, left in (("office", True), ("lead", False)):
            actor = User.objects.create_user(f"{role}@example.org", is_staff=True)
            actor.groups.add(Group.objects.get_or_create(name=role)[0])
            browser = Client()
            browser.force_login(actor)
            page = browser.post(path, act, follow=True).content.decode()
            assert bool(second_factor.factors_of(with_app)) is left
        assert "bleibt, wie es ist" in page
        entry = Entry.objects.get(action="second_factor.reset")
        assert (entry.actor_id, entry.subject_id) == (actor.pk, str(with_app.pk))

    def test_secrets_of_factors_are_not_in_the_administration(self, admin_client: Client, settings: Settings) -> None:
        settings.SECOND_FACTOR_REQUIRED = False
        for path in ("mfa/authenticator/", "socialaccount/socialapp/", "accounts/signedinsession/"):
            assert admin_client.get(f"/verwaltung/{path}").status_code == 404

    def test_erasing_a_person_erases_the_factors(self, with_app: User) -> None:
        list(own_data.forget(with_app, timezone.now()))
        assert not Authenticator.objects.exists()
        assert not SignedInSession.objects.exists()

    def test_the_command_knows_nobody_else(self, db: None) -> None:
        with pytest.raises(CommandError, match="No person"):
            call_command("reset_second_factor", "niemand@example.org")

    def test_sealed_secrets_are_sealed_anew(self, with_app: User, settings: Settings) -> None:
        settings.MFA_KEYS = ["neu"]
        call_command("reseal_second_factors")
        settings.SECRET_KEY = "anders"
        assert len(second_factor.recovery_codes(with_app)) == 10
        assert secret_of(with_app)
