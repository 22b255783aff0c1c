"""A member votes on a tablet, with a thumb and with the keyboard alone."""

from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from connective import clock
from connective.accounts.models import User
from review.domain.open_round import open_round
from review.models import Ballot, VotingRound
from tests.e2e.conftest import Accessible, at_widths
from tests.review.voted import Committee, call_with, committee, prepared

pytestmark = pytest.mark.django_db(transaction=True)

TABLET = {"width": 820, "height": 1180}
WIDTHS = (820, 375, 1280)
"""A tablet, a telephone, a desk."""


def _open_now() -> tuple[VotingRound, Committee]:
    who, now = committee(), clock.now()
    call = call_with(2, opens_at=now - timedelta(days=60), closes_at=now - timedelta(days=1))
    round_ = prepared(call, who, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=2), rule="consensus")
    return open_round(round_, actor=who.office, at=now), who


def _sign_in(page: Page, person: User, live_server: LiveServer) -> None:
    client = Client()
    client.force_login(person)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def test_from_the_overview_through_declaration_and_ballot(
    page: Page, accessible: Accessible, live_server: LiveServer
) -> None:
    round_, who = _open_now()
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]

    def look(heading: str, state: str = "") -> None:
        at_widths(page, accessible, heading, state, WIDTHS)

    _sign_in(page, who.members[0], live_server)
    page.goto("/steuerungskreis/")
    look("Steuerungskreis: Abstimmungen")
    page.get_by_role("link", name="Abstimmung 1").click()
    look("Abstimmung 1", "the overview")
    page.get_by_role("link", name="Abstimmen", exact=True).click()
    look("Thema 1", "before the declaration")
    page.get_by_label("keine Befangenheit").check()
    page.get_by_role("button", name="Erklären").click()
    expect(page.get_by_role("heading", name="Ihr Stimmzettel")).to_be_visible()
    look("Thema 1", "with its ballot")
    page.get_by_role("radio", name="Widerspruch").check()
    page.get_by_role("button", name="Stimme abgeben").click()
    expect(page.get_by_text("Ein Widerspruch braucht einen Grund.").first).to_be_visible()
    look("Thema 1", "an objection without a reason")
    page.get_by_role("textbox", name="Grund des Widerspruchs").fill("Zu eng gefasst.")
    page.get_by_role("button", name="Stimme abgeben").click()
    expect(page.get_by_text("Ihre Stimme zu TA2021-0001 ist eingegangen.")).to_be_visible()
    page.get_by_label("eigenes Land").check()
    page.get_by_role("button", name="Erklären").click()
    expect(page.get_by_text("Sie nehmen an diesem Thema nicht teil")).to_have_count(1)
    look("Abstimmung 1", "all done")
    assert sorted(Ballot.objects.filter(topic__round=round_).values_list("choice", flat=True)) == [
        "objection",
        "recused",
    ]


def test_with_the_keyboard_alone(page: Page, live_server: LiveServer) -> None:
    round_, who = _open_now()
    _sign_in(page, who.chair, live_server)
    page.goto(f"/steuerungskreis/{round_.pk}/thema/1/")
    page.get_by_label("keine Befangenheit").focus()
    page.keyboard.press("Space")
    page.get_by_label("Bemerkung").press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ihr Stimmzettel")).to_be_visible()
    page.get_by_role("radio", name="Ja").focus()
    page.keyboard.press("Space")
    page.get_by_label("Erklärung zur Abstimmung").press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("ist eingegangen")).to_be_visible()
    assert Ballot.objects.get().choice == "yes"
