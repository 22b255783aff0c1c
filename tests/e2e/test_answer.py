"""After the decision, in the browser: a host works on the plan, others say what else interests them, the office watches."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from connective.accounts.models import User
from review.models import EventPlan, OtherInterest, Outcome
from submissions.models import Proposal, Role
from tests.e2e.conftest import Accessible, follow
from tests.review.answered import Answered, answered_call
from tests.submissions.build import member

pytestmark = pytest.mark.django_db(transaction=True)

EDIT = re.compile("^Bearbeiten.*Als Gastgeber auftreten")
WIDTHS = (1280, 375)
PICTURES = Path(__file__).resolve().parents[2] / "test-results" / "answers"


@pytest.fixture
def world(transactional_db: None) -> Answered:
    """A call whose answers are sent."""
    return answered_call((Outcome.ACCEPTANCE, Outcome.RESERVE, Outcome.REJECTION), feedback="Gut begründet.")


@pytest.fixture
def look(accessible: Accessible) -> Callable[[Page, str, str], None]:
    """A look at a page on a desktop and on a phone, in light and dark; the pictures are kept to be looked at."""

    def at_widths(page: Page, heading: str, state: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            accessible(page, heading, f"{state}, {width} px")
            page.emulate_media(color_scheme="light")
            page.screenshot(path=PICTURES / f"{state}-{width}.png", full_page=True)
        page.set_viewport_size({"width": WIDTHS[0], "height": 900})

    return at_widths


def colleague(proposal: Proposal) -> User:
    """Return somebody who writes for the organisation of a proposal."""
    assert proposal.organisation is not None
    return member(proposal.organisation, Role.EDIT, f"kollegin-{proposal.pk}@example.org")


def test_a_host_reads_the_answer_and_works_on_the_plan_with_the_office(
    enter: Callable[..., Page], look: Callable[[Page, str, str], None], world: Answered
) -> None:
    plan = EventPlan.objects.get()
    person = colleague(world.proposals[0])
    host = enter(person)
    host.goto("/vorschlaege/")
    look(host, "Meine Vorschläge", "liste")
    follow(host.get_by_role("link", name="Thema 1"))
    look(host, "Zusage", "zusage")
    with host.expect_download() as letter:
        host.get_by_role("link", name="Schreiben als PDF").click()
    assert letter.value.suggested_filename.endswith("antwort.pdf")
    follow(host.get_by_role("link", name="Zum Plan der Veranstaltung"))
    look(host, "Plan der Veranstaltung", "plan")
    link = host.get_by_role("link", name=EDIT)
    second = enter(person)
    second.goto(f"/vorschlaege/{plan.proposal.public_id}/plan/")
    follow(link)
    look(host, "Als Gastgeber auftreten", "aufgabe")
    follow(second.get_by_role("link", name=EDIT))
    host.get_by_label("Zuständig").fill("Amt für Umwelt")
    host.get_by_label("Bis wann").fill("2021-05-04")
    follow(host.get_by_role("button", name="Speichern"))
    expect(host.get_by_text("Die Aufgabe ist gespeichert")).to_be_visible()
    expect(host.get_by_text("zuständig: Amt für Umwelt")).to_be_visible()
    second.get_by_label("Zuständig").fill("Bürgermeisteramt")
    follow(second.get_by_role("button", name="Speichern"))
    expect(second.get_by_role("cell", name="Amt für Umwelt")).to_be_visible()
    look(second, "Als Gastgeber auftreten", "zwei-fenster")
    host.get_by_label("Neue Aufgabe").fill("Grußwort schreiben")
    follow(host.get_by_role("button", name="Aufgabe hinzufügen"))
    expect(host.get_by_role("heading", name="Grußwort schreiben")).to_be_visible()
    with host.expect_download() as dates:
        host.get_by_role("link", name="Alle Termine").click()
    assert b"BEGIN:VEVENT" in Path(dates.value.path()).read_bytes()

    office = enter(world.office)
    office.goto(f"/verwaltung/review/veranstaltungen/{world.call.pk}/")
    look(office, "Veranstaltungen", "amt-liste")
    follow(office.get_by_role("link", name="Dialog: Thema 1"))
    look(office, "Dialog: Thema 1", "amt-plan")
    office.get_by_label("Erster Tag").fill("2021-06-01")
    follow(office.get_by_role("button", name="Speichern"))
    expect(office.locator("[data-error-summary]")).to_be_focused()
    look(office, "Dialog: Thema 1", "amt-fehler")
    office.get_by_label("Letzter Tag").fill("2021-06-02")
    follow(office.get_by_role("button", name="Speichern"))
    follow(office.get_by_role("link", name="Grußwort schreiben"))
    look(office, "Grußwort schreiben", "amt-aufgabe")
    office.get_by_label("Stand").select_option("done")
    follow(office.get_by_role("button", name="Speichern"))
    follow(office.get_by_role("button", name="Sie hat stattgefunden"))
    expect(office.get_by_text("steht jetzt in der öffentlichen Übersicht")).to_be_visible()
    look(office, "Dialog: Thema 1", "amt-stattgefunden")
    follow(host.get_by_role("link", name="Antwort", exact=True))
    follow(host.get_by_role("link", name="Zum Plan der Veranstaltung"))
    expect(host.get_by_text("hat stattgefunden")).to_be_visible()
    expect(host.get_by_role("link", name="Bearbeiten")).to_have_count(0)
    host.goto(f"/aufruf/{world.call.slug}/")
    expect(host.get_by_role("cell", name="Dialog: Thema 1")).to_be_visible()


def test_after_a_rejection_other_activities_are_chosen_and_the_office_sees_them(
    enter: Callable[..., Page], look: Callable[[Page, str, str], None], world: Answered
) -> None:
    _accepted, reserve, rejected = world.proposals
    page = enter(colleague(rejected))
    page.goto(f"/vorschlaege/{rejected.public_id}/antwort/")
    expect(page.get_by_text("Gut begründet.")).to_be_visible()
    look(page, "Absage", "absage")
    follow(page.get_by_role("link", name="Andere Aktivitäten wählen"))
    look(page, "Andere Aktivitäten", "interessen")
    page.get_by_label("Informationen über neue Themenaufrufe").check()
    follow(page.get_by_role("button", name="Speichern"))
    expect(page.get_by_text("Ihre Auswahl ist gespeichert")).to_be_visible()
    assert OtherInterest.objects.get().activity == "news"
    page.goto(f"/vorschlaege/{rejected.public_id}/eingang/")
    follow(page.get_by_role("link", name="Ihre Antwort: Absage"))

    waiting = enter(colleague(reserve))
    waiting.goto(f"/vorschlaege/{reserve.public_id}/antwort/")
    expect(waiting.get_by_text("an Stelle 1")).to_be_visible()
    look(waiting, "Nachrückliste", "nachrueckliste")

    office = enter(world.office)
    office.goto(f"/verwaltung/review/interessen/{world.call.pk}/")
    expect(office.get_by_text("Informationen über neue Themenaufrufe")).to_be_visible()
    look(office, "Interessen", "amt-interessen")
    with office.expect_download() as table:
        office.get_by_role("link", name="XLSX").click()
    assert table.value.suggested_filename == f"interessen-{world.call.slug}.xlsx"
