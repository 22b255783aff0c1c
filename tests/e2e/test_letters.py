"""The answers in the browser: drafted by one person, released by another, watched until they are in the mailbox."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from connective.mail.models import Message
from review.domain import letter_pdf
from review.models import Outcome
from tests.e2e.conftest import Accessible, at_widths, follow
from tests.review.answered import Answered, drafted_call
from tests.servers.celery_process import CeleryProcess
from tests.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def address(world: Answered) -> str:
    """Return where the answers of the call stand."""
    return f"/verwaltung/review/antworten/{world.call.pk}/"


def test_answers_go_from_the_draft_to_the_mailbox(
    enter: Callable[..., Page], accessible: Accessible, mail_server: SmtpServer, celery_worker: CeleryProcess
) -> None:
    world = drafted_call((Outcome.ACCEPTANCE, Outcome.RESERVE, Outcome.REJECTION), feedback="Gut begründet.")
    office = enter(world.office)
    office.goto(address(world))
    at_widths(office, accessible, "Antworten", "Entwurf")
    follow(office.get_by_role("link", name="Thema 3"))
    at_widths(office, accessible, "Absage", "Entwurf")
    office.get_by_label("Betreff").fill("Antwort auf Ihren Vorschlag")
    follow(office.get_by_role("button", name="Speichern"))
    expect(office.get_by_text("von Hand geändert", exact=True)).to_be_visible()
    celery_worker.finish()
    follow(office.get_by_role("link", name="Stand aktualisieren"))
    office.get_by_text("Abweichungen von der Vorlage").click()
    at_widths(office, accessible, "Absage", "geändert")

    lead = enter(world.lead)
    lead.goto(address(world))
    expect(lead.get_by_text("Mit der Freigabe werden 3 Schreiben gesendet")).to_be_visible()
    follow(lead.get_by_role("button", name="Freigeben und senden"))
    celery_worker.finish()
    lead.reload()
    expect(lead.get_by_role("link", name="gesendet (3)")).to_be_visible()
    at_widths(lead, accessible, "Antworten", "gesendet")
    assert sorted(mail.message["Subject"] for mail in mail_server.received) == [
        "Antwort auf Ihren Vorschlag",
        "Nachrückliste: Ihr Themenvorschlag TA2021-0002",
        "Zusage: Ihr Themenvorschlag TA2021-0001",
    ]
    assert all(
        "application/pdf" in {part.get_content_type() for part in mail.message.walk()} for mail in mail_server.received
    )

    follow(lead.get_by_role("link", name="Thema 1"))
    lead.get_by_text("Rücklauf festhalten").click()
    lead.get_by_label("Was in der Meldung des Mailservers steht").fill("550 unbekannt")
    follow(lead.get_by_role("button", name="Als zurückgekommen festhalten"))
    lead.get_by_text("Noch einmal senden").first.click()
    at_widths(lead, accessible, "Zusage", "zurückgekommen")
    lead.locator("#resend_recipient").fill("richtig@example.org")
    lead.get_by_label("Grund des erneuten Versands").fill("Die Adresse war falsch.")
    follow(lead.get_by_role("button", name="Noch einmal senden"))
    celery_worker.finish()
    assert mail_server.received[-1].recipients == ["richtig@example.org"]
    assert Message.objects.filter(state="sent").count() == 4


def test_templates_can_be_read_and_changed(enter: Callable[..., Page], accessible: Accessible) -> None:
    world = drafted_call((Outcome.REJECTION,), pdfs=False)
    page = enter(world.office)
    page.goto(address(world))
    at_widths(page, accessible, "Antworten", "ohne PDF")
    follow(page.get_by_role("link", name="Vorlagen"))
    at_widths(page, accessible, "Vorlagen")
    follow(page.get_by_role("link", name="Absage (Deutsch)"))
    page.get_by_label("Text").fill("Guten Tag {name}")
    follow(page.get_by_role("button", name="Vorlage speichern"))
    expect(page.locator("[data-error-summary]")).to_be_focused()
    at_widths(page, accessible, "Absage", "abgelehnt")
    page.get_by_label("Text").fill("Guten Tag {ansprechperson}")
    follow(page.get_by_role("button", name="Vorlage speichern"))
    expect(page.get_by_text("Die Vorlage ist gespeichert")).to_be_visible()
    assert letter_pdf.missing(world.call)
