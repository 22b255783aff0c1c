"""What a person sees while the page meter is busy."""

from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

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
