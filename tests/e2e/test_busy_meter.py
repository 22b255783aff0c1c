"""What a person sees while the page meter is busy."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, Route, expect

from connective.accounts import rate_limits
from submissions.domain import meter_questions
from submissions.models import Call
from tests.e2e.conftest import follow

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_busy_meter_says_so_and_then_shows_the_answer_by_itself(page: Page, call: Call) -> None:
    page.goto(f"/aufruf/{call.slug}/")
    follow(page.get_by_role("button", name="Themenvorschlag einreichen").first)
    follow(page.get_by_role("link", name="Beschreibung", exact=True))
    expect(page.locator("#meter")).to_contain_text("von 2 Seiten")
    with ExitStack() as places:
        for _ in range(meter_questions.PLACES):
            places.enter_context(meter_questions._places)
        page.get_by_label("Thema und Hintergrund").fill("Ein Satz zum Zählen.")
        expect(page.locator("#meter")).to_contain_text("Der Umfang wird berechnet")
        expect(page.locator("#meter")).to_have_attribute("aria-busy", "true")
        expect(page.locator("#autosave")).to_contain_text("Gespeichert um")
    expect(page.locator("#meter")).to_contain_text("0,1 von 2 Seiten")
    expect(page.locator("#meter")).not_to_have_attribute("aria-busy", "true")


def test_whoever_is_over_a_limit_keeps_the_text_and_the_page_tries_again(
    page: Page, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.goto(f"/aufruf/{call.slug}/")
    follow(page.get_by_role("button", name="Themenvorschlag einreichen").first)
    follow(page.get_by_role("link", name="Beschreibung", exact=True))
    expect(page.locator("#meter")).to_contain_text("von 2 Seiten")

    def too_many(route: Route) -> None:
        # The portal never refuses to save; a proxy in between may.
        if route.request.method == "POST":
            route.fulfill(status=429, body="")
        else:
            route.continue_()

    with monkeypatch.context() as patch:
        patch.setitem(rate_limits.EXPENSIVE, "meter_of_network", "0/10m/ip")
        page.route("**/description/", too_many)
        page.get_by_label("Thema und Hintergrund").fill("Ein Satz, der bleibt.")
        expect(page.locator("#autosave")).to_contain_text("wir versuchen es weiter")
        expect(page.locator("#meter [data-unmeasured]")).to_be_visible()
        page.unroute("**/description/")
    expect(page.locator("#autosave")).to_contain_text("Gespeichert um", timeout=20_000)
    expect(page.locator("#meter [data-unmeasured]")).to_have_count(0, timeout=20_000)
    page.reload()
    expect(page.get_by_label("Thema und Hintergrund")).to_have_value("Ein Satz, der bleibt.")
