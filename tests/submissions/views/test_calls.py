"""The public pages of calls: what is open, until when, and what to do next."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from connective import clock
from connective.accounts.models import User
from submissions.domain.deadline import extend_call
from submissions.models import Call, PastEvent, Theme
from tests.submissions.build import CLOSES, make_call

pytestmark = pytest.mark.django_db

OPEN = CLOSES - timedelta(days=13, hours=5)
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def text_of(client: Client, address: str, at: datetime) -> str:
    with time_machine.travel(at, tick=False):
        answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def make_event(**fields: Any) -> PastEvent:
    values: dict[str, Any] = {
        "starts_on": date(2018, 10, 23),
        "ends_on": date(2018, 10, 25),
        "host": "Lindenfurt",
        "topic": "Strategien für eine digitale Stadt",
        "mode": "physical",
        "source": "https://example.org/bericht javascript:alert(1)",
    }
    return PastEvent.objects.create(**values | fields)


def test_an_open_call_says_until_when_and_how_long_that_is(client: Client) -> None:
    call = make_call()
    html = text_of(client, f"/aufruf/{call.slug}/", OPEN)
    assert "Freitag, 4. Dezember 2020, 24:00 Uhr" in html
    assert "Noch 13 Tage" in html
    assert html.count("Themenvorschlag einreichen") == 1
    assert f'<form method="post" action="/aufruf/{call.slug}/vorschlag/">' in html


def test_an_open_call_says_what_is_asked_and_who_does_what(client: Client) -> None:
    call = make_call(page_limit=3)
    Theme.objects.create(call=call, name="Klima und Nachhaltigkeit")
    html = text_of(client, f"/aufruf/{call.slug}/", OPEN)
    assert html.count('<ol class="requirements">') == 1
    assert html.split('<ol class="requirements">')[1].split("</ol>")[0].count("<li>") == 7
    for expected in ("höchstens 3 Seiten", "Klima und Nachhaltigkeit", "Sie als Gastgeber", "bis 15. Januar 2021"):
        assert expected in html
    assert "mailto:fragen@example.org" in html


def test_until_the_closing_instant_there_is_a_button_and_from_then_on_none(client: Client) -> None:
    call = make_call()
    before = text_of(client, f"/aufruf/{call.slug}/", CLOSES - timedelta(milliseconds=1))
    after = text_of(client, f"/aufruf/{call.slug}/", CLOSES)
    assert "/vorschlag/" in before
    assert "/vorschlag/" not in after
    assert "Dieser Themenaufruf ist geschlossen." in after


def test_a_closed_call_says_since_when_what_happens_next_and_where_the_next_one_is(client: Client) -> None:
    closed = make_call(after_closing="Wir lesen jetzt.")
    following = make_call(
        title="Themenaufruf danach", opens_at=CLOSES + timedelta(days=5), closes_at=CLOSES + timedelta(days=90)
    )
    html = text_of(client, f"/aufruf/{closed.slug}/", CLOSES + timedelta(days=1))
    assert "Die Frist endete am Freitag, 4. Dezember 2020, 24:00 Uhr" in html
    assert "Wir lesen jetzt." in html
    assert (
        f'<a href="/aufruf/{following.slug}/">Themenaufruf danach</a>: öffnet am Donnerstag, 10. Dezember 2020' in html
    )


def test_a_closed_call_without_a_next_one_says_where_it_will_be_announced(client: Client) -> None:
    call = make_call()
    html = text_of(client, f"/aufruf/{call.slug}/", CLOSES + timedelta(days=1))
    assert "Der nächste Themenaufruf wird hier angekündigt." in html
    assert "erhalten bis 15. Januar 2021 eine Antwort" in html
    late = text_of(client, f"/aufruf/{call.slug}/", datetime(2021, 1, 16, tzinfo=UTC))
    assert "waren bis 15. Januar 2021 vorgesehen" in late


def test_a_call_that_lies_ahead_says_when_it_opens_and_has_no_button(client: Client) -> None:
    call = make_call()
    html = text_of(client, f"/aufruf/{call.slug}/", call.opens_at - timedelta(days=1))
    assert "Dieser Themenaufruf öffnet am" in html
    assert "/vorschlag/" not in html


def test_a_call_that_is_not_published_does_not_exist(client: Client) -> None:
    call = make_call(is_published=False)
    with time_machine.travel(OPEN):
        assert client.get(f"/aufruf/{call.slug}/").status_code == 404
        assert call.title not in client.get("/").content.decode()


def test_an_extension_of_the_deadline_is_said_with_the_former_one(client: Client) -> None:
    call = make_call()
    office = User.objects.create_user("office@example.org")
    extend_call(call, closes_at=CLOSES + timedelta(days=7), reason="Ausfall im Rechenzentrum", actor=office, at=OPEN)
    html = text_of(client, f"/aufruf/{call.slug}/", OPEN)
    assert "Die Frist wurde verlängert; bisher: Freitag, 4. Dezember 2020, 24:00 Uhr" in html
    assert "Freitag, 11. Dezember 2020, 24:00 Uhr" in html
    assert "Rechenzentrum" not in html


def test_the_home_page_is_the_open_call_where_there_is_exactly_one(client: Client) -> None:
    earlier = make_call(
        title="Früherer Aufruf", opens_at=CLOSES - timedelta(days=500), closes_at=CLOSES - timedelta(days=400)
    )
    call = make_call(title="Offener Aufruf")
    html = text_of(client, "/", OPEN)
    assert '<h1 class="kern-heading-display">Offener Aufruf</h1>' in html
    assert f'action="/aufruf/{call.slug}/vorschlag/"' in html
    assert f'<a href="/aufruf/{earlier.slug}/">Früherer Aufruf</a>' in html


def test_the_home_page_lists_calls_where_none_or_several_are_open(client: Client) -> None:
    first, second = make_call(title="Erster"), make_call(title="Zweiter")
    several = text_of(client, "/", OPEN)
    assert several.index("Jetzt offen") < several.index(f"/aufruf/{first.slug}/")
    assert f"/aufruf/{second.slug}/" in several
    none = text_of(client, "/", CLOSES)
    assert "Zurzeit ist kein Themenaufruf offen." in none
    assert none.index("Frühere Themenaufrufe") < none.index(f"/aufruf/{first.slug}/")


def test_the_home_page_works_before_there_is_any_call(client: Client) -> None:
    assert "Zurzeit ist kein Themenaufruf offen." in text_of(client, "/", OPEN)


def test_past_events_are_shown_as_exactly_as_they_are_known_and_future_ones_not(client: Client) -> None:
    call = make_call()
    make_event()
    make_event(starts_on=date(2019, 12, 1), ends_on=date(2019, 12, 31), precision="month", topic="Plastikabfälle")
    make_event(starts_on=date(2024, 9, 1), ends_on=date(2024, 9, 2), topic="Kommt erst noch")
    html = text_of(client, f"/aufruf/{call.slug}/", OPEN)
    assert "23.–25. Okt. 2018" in html
    assert ">Dez. 2019<" in html
    assert 'href="https://example.org/bericht"' in html
    assert "javascript:" not in html
    assert "Kommt erst noch" not in html


def test_texts_of_the_office_are_text_and_nothing_else(client: Client) -> None:
    call = make_call(introduction="<script>alert(1)</script>", contact="<b>x</b>", title="<i>Aufruf</i>")
    html = text_of(client, f"/aufruf/{call.slug}/", OPEN)
    for harmful in ("<script>alert", "<b>x", "<i>Aufruf"):
        assert harmful not in html


def test_english_readers_read_the_english_texts_of_the_call(client: Client) -> None:
    call = make_call(title_en="Call for topics", introduction_en="What it is about.")
    client.post("/sprache/", {"language": "en", "next": "/"})
    html = text_of(client, f"/aufruf/{call.slug}/", OPEN)
    assert "Call for topics" in html
    assert "What it is about." in html


def test_the_page_costs_the_same_queries_for_one_and_for_many_rows(
    client: Client, query_count: Callable[[Callable[[], object]], int]
) -> None:
    call = make_call()
    make_event()
    Theme.objects.create(call=call, name="Eins")
    with time_machine.travel(OPEN):
        few = query_count(lambda: client.get(f"/aufruf/{call.slug}/"))
        for number in range(12):
            make_event(host=f"Stadt {number}")
            Theme.objects.create(call=call, name=f"Thema {number}")
            make_call(opens_at=CLOSES - timedelta(days=900), closes_at=CLOSES - timedelta(days=800 + number))
        many = query_count(lambda: client.get(f"/aufruf/{call.slug}/"))
    assert (few, many) == (5, 5)


def test_only_reading_is_offered(client: Client) -> None:
    assert client.post("/").status_code == 405


def _demo_calls() -> list[Call]:
    now = clock.now()
    make_event()
    closed = make_call(title="Geschlossener Aufruf")
    ahead = make_call(title="Künftiger Aufruf", opens_at=now + timedelta(days=30), closes_at=now + timedelta(days=90))
    opened = make_call(title="Offener Aufruf", opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=14))
    return [opened, closed, ahead]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_on_the_pages_of_calls_and_nothing_is_wider_than_the_screen(
    page: Page, transactional_db: None, width: int, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    addresses = ["/", *[f"/aufruf/{call.slug}/" for call in _demo_calls()], "/barrierefreiheit/", "/kontakt/"]
    for address in addresses:
        page.goto(address)
        assert Axe().run(page, options=AXE).response["violations"] == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address


def test_the_first_tab_leads_past_the_navigation(page: Page, transactional_db: None) -> None:
    _demo_calls()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Zum Inhalt springen"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhalt"


def test_the_language_is_changed_by_a_button_without_scripts(
    context: BrowserContext, transactional_db: None, browser: Any, live_server: Any
) -> None:
    _demo_calls()
    plain = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="de-DE")
    tab = plain.new_page()
    tab.goto("/kontakt/")
    tab.get_by_role("button", name="English").click()
    assert tab.url.endswith("/kontakt/")
    assert tab.locator("h1").inner_text() == "Contact"
    plain.close()


def test_the_overview_of_events_is_public_and_leaves_out_what_lies_ahead(client: Client, db: None) -> None:
    PastEvent.objects.create(
        starts_on=date(2019, 5, 4), ends_on=date(2019, 5, 4), host="Stadt Beispielort", topic="Wasser", mode="physical"
    )
    PastEvent.objects.create(
        starts_on=date(2999, 5, 4), ends_on=date(2999, 5, 4), host="Stadt Beispielort", topic="Künftig", mode="virtual"
    )
    page = client.get("/veranstaltungen/").content.decode()
    assert "Wasser" in page
    assert "Künftig" not in page
