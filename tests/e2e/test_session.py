"""The pages of signing in and the warning before the session ends, in a real browser."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from connective.accounts.models import User
from tests.connective.accounts.oidc_server import of_the_house
from tests.e2e.conftest import Accessible, follow

SIGN_IN, CODE = reverse("account_login"), reverse("account_confirm_login_code")


@pytest.fixture
def signed_in(context: BrowserContext, live_server: LiveServer) -> User:
    """Somebody who is signed in with this browser."""
    user = User.objects.create_user("antrag@example.org", name="Alex Antrag")
    client = Client()
    client.force_login(user)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return user


def test_the_warning_takes_the_focus_and_prolongs_the_session(
    any_width: Page, signed_in: User, settings: Settings, accessible: Accessible
) -> None:
    page = any_width
    settings.SIGNED_IN_IDLE_SECONDS = 595
    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=595))
    page.goto(SIGN_IN)
    dialog = page.get_by_role("alertdialog", name="Ihre Sitzung endet bald")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("in 10 Minuten")
    expect(page.get_by_role("button", name="Angemeldet bleiben")).to_be_focused()
    accessible(page, "Anmelden", "session warning")
    settings.SIGNED_IN_IDLE_SECONDS = 7200
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(f"{page.url.partition('/konto')[0]}{SIGN_IN}")


def test_a_session_that_ended_elsewhere_is_told_and_what_was_typed_stays(
    page: Page, signed_in: User, accessible: Accessible
) -> None:
    page.goto(SIGN_IN)
    page.get_by_label("E-Mail-Adresse").fill("getippt@example.org")
    Session.objects.all().delete()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    dialog = page.get_by_role("alertdialog", name="Ihre Sitzung ist beendet")
    expect(dialog).to_be_visible()
    accessible(page, "Anmelden", "ended session")
    page.get_by_role("button", name="Schließen").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("E-Mail-Adresse")).to_be_focused()
    expect(page.get_by_label("E-Mail-Adresse")).to_have_value("getippt@example.org")


def test_without_scripts_a_button_prolongs_the_session(
    without_javascript: Page, live_server: LiveServer, transactional_db: None
) -> None:
    page = without_javascript
    client = Client()
    client.force_login(User.objects.create_user("antrag@example.org"))
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page.goto(reverse("submissions:verify"))
    expect(page.get_by_role("region", name="Ihre Sitzung")).to_contain_text("endet Ihre Sitzung um")
    page.get_by_role("button", name="Sitzung verlängern").click()
    expect(page.get_by_text("Ihre Sitzung ist verlängert.")).to_be_visible()
    expect(page).to_have_url(f"{live_server.url}{reverse('submissions:verify')}")


def test_axe_finds_nothing_on_the_pages_of_signing_in(
    any_width: Page, accessible: Accessible, transactional_db: None
) -> None:
    page = any_width
    page.goto(f"{SIGN_IN}?next=/beleg/")
    accessible(page, "Anmelden")
    page.get_by_role("button", name="Code anfordern").click()
    expect(page.get_by_role("alert")).to_be_focused()
    accessible(page, "Anmelden", "no address")
    page.get_by_label("E-Mail-Adresse").fill("antrag@example.org")
    page.get_by_role("button", name="Code anfordern").dblclick()
    expect(page.get_by_label("Code aus der E-Mail")).to_be_visible()
    accessible(page, "Code eingeben")
    page.get_by_label("Code aus der E-Mail").fill("nein")
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("alert")).to_contain_text("noch 4 Versuche")
    accessible(page, "Code eingeben", "wrong code")
    page.goto(SIGN_IN)
    accessible(page, "Anmelden", "while a code is on its way")
    page.context.clear_cookies()
    page.goto(CODE)
    expect(page.get_by_text("Hier wartet keine Anmeldung mehr")).to_be_visible()
    accessible(page, "Anmelden", "no code")
    page.goto(reverse("account_inactive"))
    accessible(page, "Dieses Konto ist gesperrt")


def test_whoever_the_house_knows_and_the_portal_does_not_is_told_the_other_way_in(
    any_width: Page, accessible: Accessible, transactional_db: None, settings: Settings
) -> None:
    page = any_width
    with of_the_house(settings, "unbekannt@house.example"):
        page.goto(SIGN_IN)
        accessible(page, "Anmelden", "with the provider of the house")
        follow(page.get_by_role("button", name="Anmelden mit OpenID Connect"))
        accessible(page, "Die Anmeldung hat nicht geklappt")
        follow(page.get_by_role("link", name="Mit Code anmelden"))
        expect(page.get_by_label("E-Mail-Adresse")).to_be_visible()


def test_a_stale_page_keeps_its_text(any_width: Page, accessible: Accessible, transactional_db: None) -> None:
    page = any_width
    page.goto(reverse("submissions:verify"))
    field = page.locator("main input:not([type=hidden]):not([type=file])").first
    field.fill("TA2021-0007")
    page.context.clear_cookies()
    field.press("Enter")
    expect(page.get_by_role("heading", name="Diese Seite war veraltet")).to_be_visible()
    page.get_by_text("Getippten Text ansehen").click()
    expect(page.get_by_label("Angabe 1")).to_have_value("TA2021-0007")
    accessible(page, "Diese Seite war veraltet")


def test_axe_finds_nothing_on_the_pages_of_demo_mode(
    any_width: Page,
    accessible: Accessible,
    transactional_db: None,
    settings: Settings,
    tmp_path: Path,
) -> None:
    page = any_width
    settings.DEMO, settings.DEMO_MAILBOX_DIR = True, tmp_path
    settings.EMAIL_BACKEND = "connective.demo.mailbox.MailboxBackend"
    User.objects.create_user("antrag@example.org", name="Alex Antrag")
    message = EmailMessage("Betreff", f"Text\n\n{'lang' * 60} https://example.org/", to=[f"{'lang' * 12}@example.org"])
    message.attach("beleg.pdf", b"%PDF", "application/pdf")
    message.send()
    page.goto(SIGN_IN)
    accessible(page, "Anmelden", "people of the demo")
    follow(page.get_by_role("link", name="Postfach ansehen"))
    accessible(page, "Postfach")
    follow(page.get_by_role("link", name="Betreff"))
    accessible(page, "Betreff")
