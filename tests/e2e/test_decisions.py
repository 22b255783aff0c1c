"""A correction in the browser; how decisions are prepared and recorded is walked in `test_vote_to_plan`."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from connective.accounts.models import User
from review.domain import minutes
from review.domain.correct_decision import lapse
from review.models import Outcome
from tests.review.decided import DECIDED, decided_call

pytestmark = pytest.mark.django_db(transaction=True)


def _sign_in(page: Page, person: User, live: str) -> None:
    client = Client()
    client.force_login(person)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live}])


def test_a_lapse_makes_room_for_the_next(any_width: Page, accessible: Callable[..., None], live_server: object) -> None:
    page, world = any_width, decided_call()
    asked = minutes.request_minutes(world.round, actor=world.who.lead, at=DECIDED)
    minutes.make(asked.pk)
    lapse(world.of(Outcome.ACCEPTANCE)[0], reason="Der Gastgeber sagt ab.", actor=world.who.lead, at=DECIDED)
    _sign_in(page, world.who.lead, str(live_server))
    page.goto(f"/verwaltung/review/entscheidungen/{world.call.pk}/")
    expect(page.get_by_role("heading", name="Ein Platz ist frei geworden")).to_be_visible()
    accessible(page, "Entscheidungen", "a free place")
    page.get_by_role("link", name="Nachrücken lassen").click()
    page.get_by_label("Form der Veranstaltung").select_option("virtual")
    page.get_by_label("Grund der Berichtigung").fill("Nachgerückt.")
    accessible(page, "Entscheidung: ", "a correction")
    page.get_by_role("button", name="Berichtigung festhalten").click()
    expect(page.get_by_text("Die Berichtigung ist festgehalten.")).to_be_visible()
