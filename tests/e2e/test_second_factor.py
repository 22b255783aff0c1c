"""The second factor in a real browser: a passkey in Chromium's virtual authenticator, and an app without JavaScript."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import BrowserContext, CDPSession, Page, expect
from pytest_django import Settings

from connective.accounts import fresh
from connective.accounts.models import User
from review.domain.roles import set_roles
from review.models import ReviewerProfile, ReviewRole
from tests.connective.accounts.test_second_factor import code_of
from tests.e2e.conftest import Accessible, follow

DOOR = "/verwaltung/"


@pytest.fixture(autouse=True)
def _required(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def officer(transactional_db: None) -> User:
    """Somebody who needs a second factor."""
    return User.objects.create_user("buero@example.org", name="Bea Büro", is_staff=True, is_superuser=True)


def with_passkeys(context: BrowserContext, page: Page) -> CDPSession:
    """Put a virtual passkey into the browser, one that asks for a fingerprint and gets it."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_is_set_up_and_asked_for_at_sign_in_and_before_acts_of_weight(  # noqa: PLR0917  (fixtures)
    any_width: Page,
    context: BrowserContext,
    officer: User,
    sign_in: Callable[[Page, str], None],
    accessible: Accessible,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = any_width
    set_roles(officer, [ReviewRole.LEAD], actor=None)
    with_passkeys(context, page)
    page.goto(DOOR)
    sign_in(page, officer.email)
    accessible(page, "Sicherheit Ihres Kontos", "without a factor")
    follow(page.get_by_role("link", name="Passkey einrichten"))
    page.get_by_label("Name des Passkeys").fill("Dienstlaptop")
    accessible(page, "Passkey einrichten")
    page.get_by_role("button", name="Passkey einrichten").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    accessible(page, "Wiederherstellungscodes")
    follow(page.get_by_role("link", name="Aufbewahrt, weiter"))
    expect(page.locator("#user-tools")).to_be_visible()
    page.goto("/konto/sicherheit/")
    accessible(page, "Sicherheit Ihres Kontos", "with a passkey")
    page.goto("/konto/sitzungen/")
    accessible(page, "Wo Sie angemeldet sind")
    page.get_by_role("button", name="Abmelden").first.click()
    page.goto(DOOR)
    sign_in(page, officer.email)
    accessible(page, "Zweiter Faktor")
    page.get_by_role("button", name="Mit Passkey bestätigen").click()
    expect(page.locator("#user-tools")).to_be_visible()
    assert Authenticator.objects.get(user=officer, type="webauthn").last_used_at is not None
    page.goto(f"/verwaltung/review/personen/{officer.pk}/")
    page.get_by_label("arbeitet bei").fill("Stadt Lindenfurt")
    with monkeypatch.context() as later:
        later.setattr(fresh, "FRESH_SECONDS", 0)
        follow(page.get_by_role("button", name="Speichern"))
        accessible(page, "Bitte bestätigen Sie", "before an act of weight")
    page.get_by_role("button", name="Mit Passkey bestätigen").click()
    accessible(page, "Danke, jetzt noch absenden")
    follow(page.get_by_role("button", name="Jetzt absenden"))
    assert ReviewerProfile.objects.get(user=officer).employer == "Stadt Lindenfurt"


def test_without_a_passkey_in_this_browser_the_page_says_what_else_helps(
    page: Page, officer: User, sign_in: Callable[[Page, str], None], context: BrowserContext
) -> None:
    cdp = with_passkeys(context, page)
    page.goto(DOOR)
    sign_in(page, officer.email)
    follow(page.get_by_role("link", name="Passkey einrichten"))
    page.get_by_label("Name des Passkeys").fill("Dienstlaptop")
    page.get_by_role("button", name="Passkey einrichten").click()
    code = page.locator(".recovery-codes li").first.inner_text()
    page.get_by_role("button", name="Abmelden").first.click()
    cdp.send("WebAuthn.disable")
    cdp.send("WebAuthn.enable")
    page.goto(DOOR)
    sign_in(page, officer.email)
    refusal = "Promise.reject(new DOMException('no', 'NotAllowedError'))"
    page.evaluate(f"() => {{ navigator.credentials.get = () => {refusal}; }}")
    page.get_by_role("button", name="Mit Passkey bestätigen").click()
    expect(page.get_by_role("alert").filter(has_text="hat nicht geantwortet")).to_be_visible()
    page.get_by_label("Code aus der App").fill(code)
    follow(page.get_by_role("button", name="Anmelden"))
    expect(page.locator("#user-tools")).to_be_visible()


def test_an_app_is_set_up_without_javascript(
    without_javascript: Page, officer: User, sign_in: Callable[[Page, str], None]
) -> None:
    page = without_javascript
    page.goto(DOOR)
    sign_in(page, officer.email)
    page.get_by_role("link", name="App einrichten").click()
    secret = page.locator("main strong").inner_text().replace(" ", "")
    page.get_by_label("Code aus der App").fill(code_of(secret))
    page.get_by_role("button", name="Einrichten").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="Aufbewahrt, weiter").click()
    expect(page.locator("#user-tools")).to_be_visible()


def test_the_pages_of_the_app_are_accessible(
    any_width: Page, officer: User, sign_in: Callable[[Page, str], None], accessible: Accessible
) -> None:
    page = any_width
    page.goto(DOOR)
    sign_in(page, officer.email)
    follow(page.get_by_role("link", name="App einrichten"))
    accessible(page, "App einrichten")
    page.get_by_label("Code aus der App").fill("000000")
    follow(page.get_by_role("button", name="Einrichten"))
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page, "App einrichten", "with an error")
