"""What tests in a real browser stand on: a call that is open, a mail server, and axe."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, Protocol

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings as django_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils.module_loading import import_string
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from connective.accounts.models import User
from submissions.models import Call
from tests.servers import chromium
from tests.servers.celery_process import CeleryProcess
from tests.smtp import SmtpServer, listening
from tests.submissions.build import open_call

# What axe looks at in each scheme: of its rules with these tags, only two hang on colours.
RULES: dict[Literal["light", "dark"], object] = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
# Of the result only what is wrong is worked out and leaves the browser; that takes half as long.
VIOLATIONS = """async rules => {
    const options = {runOnly: rules, resultTypes: ["violations"], selectors: false}
    return (await axe.run(options)).violations
}"""
WIDTHS = {"desktop": 1280, "phone": 375}

expect.set_options(timeout=15_000)  # as long as all else in the browser may take on a busy machine


class Accessible(Protocol):
    """Asserts that axe finds nothing on a page, light and dark, and that nothing overflows."""

    def __call__(self, page: Page, heading: str, state: str = "") -> None:
        """Wait until the page with this main heading is there as a whole, and look at it.

        `state` tells apart what one page can show, in the message of a test that fails. Where the page before has the
        same heading, the test first expects what is new on it: a click does not wait for the page that it leads to.
        """


def at_widths(page: Page, accessible: Accessible, heading: str, state: str = "", widths: Iterable[int] = ()) -> None:
    """Look at a page at several widths, by default on a desktop and on a phone; the page keeps the size that it had."""
    before = page.viewport_size
    for width in widths or WIDTHS.values():
        page.set_viewport_size({"width": width, "height": 900})
        accessible(page, heading, f"{state}, {width} px")
    if before:
        page.set_viewport_size(before)


def follow(link: Locator) -> None:
    """Press what leads to another page (or to the same again), and wait for that page."""
    with link.page.expect_navigation():
        link.click()


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[SmtpServer]:
    """A real SMTP server on loopback, where the settings look for one."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with listening(settings.EMAIL_PORT) as server:
        yield server


@pytest.fixture
def call(transactional_db: None) -> Call:
    """A call that is open now and names two themes."""
    call = open_call()
    call.themes.create(name="Klima und Nachhaltigkeit", name_en="Climate and sustainability")
    call.themes.create(name="Kommunale Dienstleistungen", name_en="Municipal services")
    return call


@pytest.fixture
def accessible() -> Accessible:
    """A look at a page with axe."""

    def check(page: Page, heading: str, state: str = "") -> None:
        expect(page.locator("h1")).to_contain_text(heading)
        page.wait_for_load_state()
        if page.evaluate("window.axe === undefined"):
            page.evaluate(AXE_SCRIPT)
        what = f"{heading}, {state}"
        for scheme, rules in RULES.items():
            page.emulate_media(color_scheme=scheme)
            nodes = [
                (rule["id"], node["html"][:200], node["failureSummary"][:300])
                for rule in page.evaluate(VIOLATIONS, rules)
                for node in rule["nodes"]
            ]
            assert nodes == [], f"{what} ({scheme})"
        page.emulate_media(color_scheme="light")
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{what} is {overflow} px too wide"

    return check


@pytest.fixture
def sign_in(mail_server: SmtpServer, celery_worker: CeleryProcess) -> Callable[[Page, str], None]:
    """A function that signs in on the page that asks for an address, with the code that really came by mail."""

    def enter(page: Page, email: str) -> None:
        page.get_by_label("E-Mail-Adresse").fill(email)
        page.get_by_role("button", name="Code").click()
        expect(page.get_by_label("Code")).to_be_visible()
        celery_worker.finish()
        mails = [mail for mail in mail_server.received if email in mail.recipients]
        code = re.search(r"^\s*(\d{6}|\d{3} \d{3})\s*$", mails[-1].text, re.MULTILINE)
        assert code, mails[-1].text
        page.get_by_label("Code").fill(code[1])
        page.get_by_role("button", name="Anmelden").click()

    return enter


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """A function that opens a browser in which somebody is signed in."""
    contexts: list[BrowserContext] = []
    complaints: list[list[str]] = []

    def opened(user: User, **options: object) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale="de-DE",
            timezone_id="Europe/Berlin",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(15_000)
        store: SessionBase = import_string(f"{django_settings.SESSION_ENGINE}.SessionStore")()
        store[SESSION_KEY], store[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store.save()
        cookie = {"name": django_settings.SESSION_COOKIE_NAME, "value": store.session_key or "", "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        contexts.append(context)
        page = context.new_page()
        complaints.append(chromium.complaints_of(page))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not any(complaints), complaints


@pytest.fixture(params=list(WIDTHS))
def any_width(request: pytest.FixtureRequest, page: Page) -> Page:
    """A page on a desktop and on a phone."""
    page.set_viewport_size({"width": WIDTHS[request.param], "height": 900})
    return page


@pytest.fixture
def without_javascript(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page of a browser in which scripts are switched off."""
    plain = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, locale="de-DE", timezone_id="Europe/Berlin"
    )
    plain.set_default_timeout(15_000)
    yield plain.new_page()
    plain.close()
