"""From the opening of the vote to the host's plan, in one go: everybody does their part in the browser, a worker the rest."""

import signal
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect
from pytest_django import Settings

from connective import clock
from connective.accounts.models import User
from review.models import VotingRound
from submissions.models import Proposal, Role
from submissions.templatetags.deadlines import deadline
from tests.e2e.conftest import Accessible, at_widths, follow
from tests.review.voted import Committee, call_with, committee, prepared
from tests.servers import celery_process
from tests.servers.celery_process import CeleryProcess
from tests.submissions.build import member

pytestmark = pytest.mark.django_db(transaction=True)

VOTES = {"chair": ("Ja", "Ja", "Nein"), "member": ("Ja", "Enthaltung", "befangen")}
"""The first topic gets the one place, the second the reserve list, the third nothing."""
ADDRESS = "/verwaltung/review"


@pytest.fixture
def worker(transactional_db: None, _empty_redis: None, settings: Settings, tmp_path: Path) -> Iterator[CeleryProcess]:
    """A worker in demo mode; what it sends lies in the mailbox of the demo."""
    settings.DEMO, settings.DEMO_MAILBOX_DIR = True, tmp_path / "mailbox"
    with celery_process.started(tmp_path / "worker.log", PORTAL_MODE="demo", VAR_DIR=str(tmp_path)) as process:
        yield process


def _round(who: Committee) -> VotingRound:
    now = clock.now()
    call = call_with(3, opens_at=now - timedelta(days=60), closes_at=now - timedelta(days=1))
    times = {"opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=2)}
    return prepared(call, who, places=1, **times)


def _ballots(page: Page, votes: tuple[str, ...]) -> None:
    """Declare and vote on each topic in turn, as the pages lead on."""
    page.goto("/steuerungskreis/")
    follow(page.get_by_role("link", name="Abstimmung 1"))
    follow(page.get_by_role("link", name="Abstimmen", exact=True))
    for number, said in enumerate(votes, 1):
        page.get_by_label("eigenes Land" if said == "befangen" else "keine Befangenheit").check()
        follow(page.get_by_role("button", name="Erklären"))
        if said != "befangen":
            page.get_by_role("radio", name=said).check()
            follow(page.get_by_role("button", name="Stimme abgeben"))
            expect(page.get_by_text(f"Ihre Stimme zu TA2021-{number:04} ist eingegangen.")).to_be_visible()


def _vote(who: Committee, pages: dict[str, Page], accessible: Accessible) -> None:
    """Open, vote, close, certify."""
    office, lead, chair, voter = (pages[name] for name in ("office", "lead", "chair", "member"))
    follow(office.get_by_role("button", name="Abstimmung eröffnen"))
    _ballots(chair, VOTES["chair"])
    _ballots(voter, VOTES["member"])
    address = voter.url
    voter.goto(f"{address}thema/3/")
    accessible(voter, "TA2021-0003", "recused")
    voter.goto(f"{address}thema/2/")
    office.reload()
    follow(office.get_by_role("button", name="Abstimmung schließen"))
    voter.get_by_role("radio", name="Nein").check()
    voter.get_by_label("Erklärung zur Abstimmung").fill("Doch lieber nicht.")
    follow(voter.get_by_role("button", name="Stimme ändern"))
    expect(voter.get_by_text("Doch lieber nicht.")).to_be_visible()
    closed_at = VotingRound.objects.get().closed_at
    assert closed_at
    expect(voter.get_by_text(f"Sie endete: {deadline(closed_at)}")).to_be_visible()
    accessible(voter, "Die Abstimmung ist beendet")
    expect(office.get_by_role("button", name="Ergebnis feststellen")).to_have_count(0)
    lead.goto(office.url)
    follow(lead.get_by_role("button", name="Ergebnis feststellen"))
    follow(voter.get_by_role("link", name="Zur Abstimmung"))
    expect(voter.get_by_text("Das Ergebnis ist festgestellt.")).to_be_visible()
    accessible(voter, "Abstimmung 1", "certified")


def _decide(pages: dict[str, Page], accessible: Accessible, worker: CeleryProcess) -> None:
    """Prepare by one person, read by another, record; the minutes come from the worker."""
    office, lead = pages["office"], pages["lead"]
    follow(office.get_by_role("link", name="Entscheidungen"))
    address = office.url
    at_widths(office, accessible, "Entscheidungen", "what the vote comes to")
    follow(office.get_by_role("link", name="Thema 1"))
    at_widths(office, accessible, "Entscheidung: ", "in preparation")
    office.get_by_label("endgültiger Titel der Veranstaltung").fill("Schatten in der Stadt")
    office.get_by_label("Form der Veranstaltung").select_option("both")
    follow(office.get_by_role("button", name="Speichern"))
    office.goto(address)
    follow(office.get_by_role("link", name="Thema 3"))
    office.get_by_label("Rückmeldung an die Einreichenden").fill("Bitte nennen Sie Partnerstädte.")
    follow(office.get_by_role("button", name="Speichern"))
    lead.goto(office.url)
    accessible(lead, "Entscheidung: ", "feedback to be read")
    follow(lead.get_by_role("button", name="Ich habe sie gelesen"))
    lead.goto(address)
    follow(lead.get_by_role("button", name="Entscheidungen festhalten"))
    follow(lead.get_by_role("button", name="Protokoll erstellen"))
    worker.finish()
    lead.reload()
    at_widths(lead, accessible, "Entscheidungen", "recorded, with minutes")
    with lead.expect_download() as minutes:
        lead.get_by_role("link", name="(PDF)").click()
    assert Path(minutes.value.path()).read_bytes().startswith(b"%PDF")


def _answer(pages: dict[str, Page], accessible: Accessible, worker: CeleryProcess) -> None:
    """Draft by one person, release by another; the worker sends, and only then the applicants know."""
    office, lead = pages["office"], pages["lead"]
    office.goto(lead.url)
    follow(office.get_by_role("link", name="Weiter zu den Antworten"))
    accessible(office, "Antworten", "nothing drafted")
    follow(office.get_by_role("button", name="Schreiben entwerfen"))
    worker.finish()
    lead.goto(office.url)
    _nobody_knows(pages)
    worker.process.send_signal(signal.SIGSTOP)
    follow(lead.get_by_role("button", name="Freigeben und senden"))
    _nobody_knows(pages)
    worker.process.send_signal(signal.SIGCONT)
    worker.finish()
    lead.reload()
    expect(lead.get_by_role("link", name="gesendet (3)")).to_be_visible()


def _nobody_knows(pages: dict[str, Page]) -> None:
    """Say that applicants find no answer: neither in their list nor at its address."""
    for page in (pages["host"], pages["rejected"]):
        page.goto("/vorschlaege/")
        expect(page.get_by_role("heading", name="Meine Vorschläge")).to_be_visible()
        text = page.locator("main").inner_text()
        assert not any(word in text for word in ("Zusage", "Absage", "Nachrückliste", "Antwort")), text
        address = page.get_by_role("link", name="Thema").get_attribute("href")
        assert address
        found = page.request.get(address.replace("/eingang/", "/antwort/"))
        assert found.status == 404


def test_from_the_vote_to_the_plan_of_the_host(
    enter: Callable[..., Page], accessible: Accessible, worker: CeleryProcess
) -> None:
    who = committee(size=1)
    round_ = _round(who)
    hosts, _reserve, others = Proposal.objects.order_by("reference")
    people: dict[str, User] = {
        "office": who.office,
        "lead": who.lead,
        "chair": who.chair,
        "member": who.members[0],
        "host": _applicant(hosts),
        "rejected": _applicant(others),
    }
    pages = {name: enter(person) for name, person in people.items()}
    pages["office"].goto(f"{ADDRESS}/abstimmung/{round_.call_id}/")
    _vote(who, pages, accessible)
    _decide(pages, accessible, worker)
    _answer(pages, accessible, worker)

    host, rejected, office = pages["host"], pages["rejected"], pages["office"]
    rejected.goto("/demo/postfach/")
    follow(rejected.get_by_role("link", name="Antwort auf Ihren Themenvorschlag TA2021-0003"))
    expect(rejected.get_by_text("Bitte nennen Sie Partnerstädte.")).to_be_visible()
    expect(rejected.get_by_role("link", name="TA2021-0003-antwort.pdf")).to_be_visible()
    rejected.goto("/vorschlaege/")
    follow(rejected.get_by_role("link", name="Thema 3"))
    expect(rejected.get_by_role("heading", name="Absage")).to_be_visible()

    office.goto(f"{ADDRESS}/veranstaltungen/{round_.call_id}/")
    follow(office.get_by_role("link", name="Schatten in der Stadt"))
    day = clock.now().date() + timedelta(days=90)
    office.get_by_label("Erster Tag").fill(f"{day}")
    office.get_by_label("Letzter Tag").fill(f"{day + timedelta(days=1)}")
    follow(office.get_by_role("button", name="Speichern"))
    host.goto("/vorschlaege/")
    follow(host.get_by_role("link", name="Thema 1"))
    follow(host.get_by_role("link", name="Zum Plan der Veranstaltung"))
    accessible(host, "Plan der Veranstaltung", "with its days")
    assert _event_in(host) == ("Schatten in der Stadt", day)


def _applicant(proposal: Proposal) -> User:
    assert proposal.organisation is not None
    return member(proposal.organisation, Role.EDIT, f"kommune-{proposal.pk}@example.org")


def _event_in(page: Page) -> tuple[str, date]:
    """Return title and first day of the event in the calendar file of a plan."""
    with page.expect_download() as file:
        page.get_by_role("link", name="Nur die Veranstaltung").click()
    (event,) = Calendar.from_ical(Path(file.value.path()).read_bytes()).walk("VEVENT")
    return str(event["SUMMARY"]), event.decoded("DTSTART")
