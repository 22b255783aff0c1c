"""The main job, as a clerk does it: from the call to the receipt."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from submissions.models import Call, Proposal, SubmittedVersion
from tests.e2e.conftest import Accessible, follow
from tests.servers.celery_process import CeleryProcess
from tests.smtp import SmtpServer

SignIn = Callable[[Page, str], None]

pytestmark = pytest.mark.django_db(transaction=True)

ORGANISATION = {
    "Name der Kommune": "Stadt Lindenfurt",
    "Straße und Hausnummer": "Markt 1",
    "Postleitzahl": "50000",
    "Ort": "Lindenfurt",
}
CONTACT = {
    "Vor- und Nachname": "Maria Beispiel",
    "Funktion": "Amtsleiterin",
    "E-Mail-Adresse": "maria@example.org",
    "Telefon": "0228 555-0100",
}
DESCRIPTION = {
    "Thema und Hintergrund": "Unsere Innenstadt heizt sich auf.\n\n- **Bäume** fehlen\n- Plätze sind versiegelt",
    "Was Sie aus dem Austausch lernen möchten": "Wie andere Städte Schatten schaffen.",
    "Was Sie zum Wissen": "Unser Hitzeaktionsplan.",
}


def fill(page: Page, answers: dict[str, str]) -> None:
    """Fill fields by the beginning of their labels."""
    for label, value in answers.items():
        page.locator("main").get_by_label(label).first.fill(value)


def go_on(page: Page) -> None:
    """Save and go on to the next task."""
    follow(page.get_by_role("button", name="Speichern und weiter"))  # which may wait for a save that is under way


def start(page: Page, call: Call, part: str = "") -> None:
    """Begin a proposal from the page of the call, and open a part of its form sheet."""
    page.goto(f"/aufruf/{call.slug}/")
    follow(page.get_by_role("button", name="Themenvorschlag einreichen").first)
    if part:
        follow(page.get_by_role("link", name=part, exact=True))


def fill_everything(page: Page, look: Callable[[str], None]) -> None:
    """Fill all seven tasks, looking at each."""
    look("Ihr Themenvorschlag")
    follow(page.get_by_role("link", name="Organisation", exact=True))
    look("Organisation")
    fill(page, ORGANISATION)
    page.get_by_label("Kommune", exact=True).check()
    page.get_by_label("Land", exact=True).select_option("05")
    go_on(page)
    look("Ansprechperson")
    fill(page, CONTACT)
    go_on(page)
    look("Thema")
    fill(page, {"Titel des Themas": "Hitzevorsorge im Quartier"})
    page.get_by_label("Klima und Nachhaltigkeit").check()
    go_on(page)
    fill(page, DESCRIPTION)
    look("Beschreibung")
    go_on(page)
    look("Städte")
    page.get_by_label("Staat").nth(0).select_option("KE")
    page.get_by_label("Staat").nth(1).select_option("FR")
    go_on(page)
    look("Zusagen")
    fill(page, {"Bereitschaft zu Folgeaktivitäten": "Ja.", "Wer hat das zugesagt": "Kim Muster"})
    page.get_by_label("Funktion").fill("Oberbürgermeisterin")
    page.get_by_label("Die Kommune unterstützt").check()
    go_on(page)
    look("Als Gastgeber")
    page.get_by_label("beides ist möglich").check()
    go_on(page)


def test_a_clerk_submits_a_proposal_and_gets_the_receipt_by_mail(  # noqa: PLR0917  (fixtures)
    any_width: Page,
    call: Call,
    sign_in: SignIn,
    accessible: Accessible,
    mail_server: SmtpServer,
    celery_worker: CeleryProcess,
) -> None:
    page = any_width
    page.goto(f"/aufruf/{call.slug}/")
    accessible(page, str(call))
    start(page, call)
    fill_everything(page, lambda heading: accessible(page, heading))
    accessible(page, "Prüfen und einreichen", "not signed in")
    follow(page.get_by_role("link", name="Anmelden und einreichen"))
    accessible(page, "Anmelden")
    sign_in(page, "antrag@example.org")
    accessible(page, "Prüfen und einreichen")
    page.get_by_label("Ich stimme der Verarbeitung").check()
    page.get_by_role("button", name="Verbindlich einreichen").click()
    expect(page.get_by_role("link", name="PDF herunterladen")).to_be_visible(timeout=30_000)
    accessible(page, "Ihr Themenvorschlag ist eingegangen")
    version = SubmittedVersion.objects.get()
    assert '"follow_up":"Ja."' in version.content
    celery_worker.finish()
    (mail,) = [mail for mail in mail_server.received if version.reference in mail.text]
    assert mail.recipients == ["antrag@example.org"]
    follow(page.get_by_role("link", name="Meine Vorschläge"))
    accessible(page, "Meine Vorschläge")
    expect(page.get_by_text(version.reference)).to_be_visible()


def test_the_whole_way_works_without_javascript(
    without_javascript: Page, call: Call, sign_in: SignIn, celery_worker: CeleryProcess
) -> None:
    page = without_javascript
    start(page, call)
    fill_everything(page, lambda _heading: None)
    follow(page.get_by_role("link", name="Anmelden und einreichen"))
    sign_in(page, "antrag@example.org")
    page.get_by_label("Ich stimme der Verarbeitung").check()
    page.get_by_role("button", name="Verbindlich einreichen").click()
    expect(page.get_by_role("heading", name="ist eingegangen")).to_be_visible()
    celery_worker.finish()
    page.reload()
    expect(page.get_by_role("link", name="PDF herunterladen")).to_be_visible()


def test_what_is_typed_is_saved_by_itself_and_the_meter_is_live(
    page: Page, call: Call, celery_worker: CeleryProcess
) -> None:
    start(page, call, "Beschreibung")
    page.get_by_label("Thema und Hintergrund").fill("Ein Satz.\n\n" * 90)
    expect(page.locator("#autosave")).to_contain_text("Gespeichert um", timeout=10_000)
    expect(page.locator("#meter")).to_contain_text("von 2 Seiten")
    expect(page.locator("#meter")).to_contain_text("Bitte kürzen Sie um")
    page.get_by_label("Thema und Hintergrund").fill("Kurz.")
    expect(page.locator("#meter")).not_to_contain_text("Bitte kürzen")
    expect(page.locator("#autosave")).to_contain_text("Gespeichert um")
    page.reload()
    expect(page.get_by_label("Thema und Hintergrund")).to_have_value("Kurz.")


def test_a_meter_that_gets_no_answer_says_so_until_it_gets_one(page: Page, call: Call) -> None:
    start(page, call, "Beschreibung")
    expect(page.locator("#meter")).to_contain_text("von 2 Seiten")
    page.route("**/umfang/", lambda route: route.abort())
    page.get_by_label("Thema und Hintergrund").fill("Ein Satz.")
    expect(page.locator("#meter")).to_contain_text("Der Umfang lässt sich gerade nicht berechnen.")
    expect(page.locator("[data-meter-figure]")).to_be_hidden()
    page.unroute("**/umfang/")
    page.get_by_label("Thema und Hintergrund").fill("Ein anderer Satz.")
    expect(page.locator("#meter")).not_to_contain_text("nicht berechnen")
    expect(page.locator("[data-meter-figure]")).to_be_visible()


def test_a_second_tab_is_told_and_shows_both_texts(page: Page, call: Call, accessible: Accessible) -> None:
    start(page, call, "Thema")
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_label("Titel des Themas").fill("Aus dem ersten Fenster")
    expect(page.locator("#autosave")).to_contain_text("Gespeichert um")
    other.get_by_label("Titel des Themas").fill("Aus dem zweiten Fenster")
    expect(other.locator("#autosave")).to_contain_text("an anderer Stelle geändert")
    other.get_by_role("button", name="Speichern und weiter").click()
    expect(other.locator("#conflict")).to_be_focused()
    expect(other.locator("#conflict")).to_contain_text("Aus dem ersten Fenster")
    expect(other.get_by_label("Titel des Themas")).to_have_value("Aus dem zweiten Fenster")
    accessible(other, "Thema", "conflict")
    other.get_by_role("button", name="Speichern und weiter").click()
    expect(other.get_by_role("heading", level=1, name="Beschreibung")).to_be_visible()


def test_errors_take_the_focus_and_lead_to_their_fields_by_keyboard(
    page: Page, call: Call, accessible: Accessible
) -> None:
    start(page, call, "Ansprechperson")
    page.get_by_label("Telefon").fill("ruf an")
    page.get_by_label("Telefon").press("Enter")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    accessible(page, "Ansprechperson", "errors")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Telefon")).to_be_focused()


def test_the_check_page_with_gaps_is_accessible_and_offers_no_button(
    page: Page, call: Call, accessible: Accessible
) -> None:
    start(page, call)
    proposal = Proposal.objects.get()
    page.goto(f"/vorschlaege/{proposal.public_id}/pruefen/")
    accessible(page, "Prüfen und einreichen", "with gaps")
    expect(page.get_by_role("button", name="Verbindlich einreichen")).to_have_count(0)
    page.get_by_role("link", name="Es fehlt: Titel des Themas").click()
    expect(page.get_by_label("Titel des Themas")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/", "Themenaufruf 2021"),
        ("/beleg/", "Beleg prüfen"),
        ("/barrierefreiheit/", "Barrierefreiheit"),
        ("/datenschutz/", "Datenschutz"),
        ("/impressum/", "Impressum"),
        ("/gibt-es-nicht/", "Diese Seite gibt es nicht"),
    ],
)
def test_public_pages_are_accessible_at_320_px_too(
    page: Page, call: Call, accessible: Accessible, path: str, heading: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(path)
    accessible(page, heading)


def test_a_name_from_the_register_fills_land_and_key(page: Page, call: Call) -> None:
    from submissions.domain.municipality_register import load_sample

    load_sample()
    start(page, call, "Organisation")
    name = page.get_by_label("Name der Kommune")
    name.press_sequentially("koln")
    expect(page.locator("#municipalities option").first).to_be_attached()
    name.fill("Stadt Köln")
    expect(page.get_by_label("Amtlicher Gemeindeschlüssel")).to_have_value("05315000")
    expect(page.get_by_label("Land", exact=True)).to_have_value("05")


def test_a_button_pressed_while_the_page_saves_by_itself_meets_no_conflict_with_itself(page: Page, call: Call) -> None:
    start(page, call)
    page.add_init_script(
        """const real = window.fetch;
        window.fetch = async (...asked) => {
          const response = await real(...asked);
          if (asked[1]?.headers?.Accept) await new Promise((go) => setTimeout(go, 2000));
          return response;
        };"""
    )
    follow(page.get_by_role("link", name="Thema", exact=True))
    title = page.get_by_label("Titel des Themas")
    title.fill("Hitze")
    expect(page.locator("#autosave")).to_contain_text("Wird gespeichert")
    title.fill("Hitzevorsorge")
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page.get_by_role("heading", level=1, name="Beschreibung")).to_be_visible()
    assert Proposal.objects.get().title == "Hitzevorsorge"
