"""The review, as staff do it: three reviewers, a conflict, a reopened sheet, a tie, a shortlist, the paper."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from connective.accounts.models import User
from review.domain.criteria import default_criteria
from review.models import (
    Assignment,
    CommitteePaper,
    CriteriaSet,
    Declaration,
    ReviewRole,
    ScoreSheet,
    ShortlistSnapshot,
)
from submissions.domain import receipt
from submissions.models import Call, Proposal
from tests.e2e.conftest import Accessible, follow
from tests.review import scored
from tests.review.scored import AT, KEYS, person_with
from tests.servers.celery_process import CeleryProcess
from tests.submissions.build import make_call, submitted, with_organisation

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Team:
    """A call with three proposals, the lead, the office and three reviewers."""

    call: Call
    proposals: list[Proposal]
    lead: User
    office: User
    reviewers: list[User]


@pytest.fixture
def team(transactional_db: None) -> Team:
    """A call whose proposals have their official PDFs."""
    call = make_call()
    default_criteria(call, actor=None, at=AT)
    proposals = []
    for number, title in enumerate(("Hitzevorsorge", "Schwammstadt", "Radverkehr")):
        author, _organisation = with_organisation(f"kommune{number}@example.org")
        proposal, version = submitted(call, author, topic={"title": title})
        receipt.finish(version.pk)
        proposals.append(proposal)
    names = ("Ada Alpha", "Ben Beta", "Cem Gamma")
    return Team(
        call=call,
        proposals=proposals,
        lead=person_with(ReviewRole.LEAD, "leitung@example.org", "Lea Leitung"),
        office=person_with(ReviewRole.OFFICE, "buero@example.org", "Gerrit Büro"),
        reviewers=[
            person_with(ReviewRole.COMMITTEE, f"mitglied{number}@example.org", name)
            for number, name in enumerate(names)
        ],
    )


def go_to(page: Page, call: Call, name: str) -> None:
    """Open a page of the call through its navigation, from the cockpit."""
    page.goto(f"/verwaltung/review/cockpit/{call.pk}/")
    pages = page.get_by_role("navigation", name="Seiten dieses Aufrufs")
    follow(pages.get_by_role("link", name=name, exact=True))


def declare(page: Page, answer: str) -> None:
    """Say whether there is a conflict."""
    page.get_by_label(answer, exact=True).check()
    follow(page.get_by_role("button", name="Verbindlich erklären"))


def fill_sheet(page: Page, value: int) -> None:
    """Fill a sheet without the mouse, by digits and Tab alone, and submit it."""
    for key in KEYS:
        page.locator(f"#criterion-{key} input[type=radio]").first.focus()
        page.keyboard.press(str(value))
        expect(page.locator(f"#criterion-{key} input[value='{value}']")).to_be_checked()
    page.get_by_label("zur Auswahl empfohlen").focus()
    page.keyboard.press("Space")
    page.get_by_label("Ihre Gesamteinschätzung").focus()
    page.keyboard.type("Gut begründet.")
    expect(page.locator("#autosave")).to_contain_text("Gespeichert um")
    page.get_by_role("button", name="Bewertung abgeben").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ihre Bewertung ist abgegeben.")).to_be_visible()


def review_all(page: Page, team: Team, values: dict[str, int], *, conflict: str = "") -> None:
    """Review proposal after proposal as the portal offers them."""
    while True:
        page.goto(f"/verwaltung/review/cockpit/{team.call.pk}/")
        button = page.get_by_role("link", name="Nächsten Vorschlag bewerten")
        if not button.count():
            return
        follow(button)
        title = page.locator("h1").inner_text()
        if conflict and conflict in title:
            declare(page, "persönliche Beziehung")
            expect(page.get_by_text("Dieser Vorschlag ist jetzt für Sie geschlossen.")).to_be_visible()
            continue
        declare(page, "keine Befangenheit")
        fill_sheet(page, next(value for name, value in values.items() if name in title))


def has_reviewed_all(person: User, team: Team, values: tuple[int, ...]) -> None:
    """Let somebody have reviewed all proposals, each with one value for all criteria, without a browser."""
    scored.declare(person, team.proposals)
    judged = {proposal: {person: [value] * len(KEYS)} for proposal, value in zip(team.proposals, values, strict=True)}
    scored.score(CriteriaSet.objects.get(), judged)


def test_from_the_assignment_to_the_paper(
    team: Team, enter: Callable[..., Page], accessible: Accessible, celery_worker: CeleryProcess
) -> None:
    office, lead = enter(team.office), enter(team.lead)
    ada, ben, cem = (enter(person) for person in team.reviewers)

    go_to(office, team.call, "Zuweisungen")
    follow(office.get_by_role("link", name="Automatisch verteilen"))
    office.get_by_label("Bewertungen je Vorschlag").fill("3")
    for person in (team.lead, team.office):
        office.get_by_label(str(person)).uncheck()
    office.get_by_role("button", name="Vorschau anzeigen").click()
    expect(office.get_by_text("9 neue Zuweisungen")).to_be_visible()
    assert not Assignment.objects.exists()
    accessible(office, "Zuweisen", "preview")
    office.get_by_role("button", name="Jetzt so zuweisen").click()
    expect(office.get_by_role("heading", name="9 Zuweisungen")).to_be_visible()
    accessible(office, "Zuweisungen")

    go_to(office, team.call, "Vorschläge")
    follow(office.get_by_role("link", name="Hitzevorsorge"))
    declare(office, "keine Befangenheit")
    follow(office.get_by_role("link", name="Formale Prüfung"))
    office.get_by_label("zugelassen", exact=True).check()
    accessible(office, "Hitzevorsorge", "formal check")
    office.get_by_role("button", name="Ergebnis festhalten").click()
    expect(office.get_by_text("gilt", exact=True)).to_be_visible()

    review_all(ada, team, {"Hitzevorsorge": 3, "Schwammstadt": 3, "Radverkehr": 4})
    has_reviewed_all(team.reviewers[1], team, (3, 3, 1))
    review_all(cem, team, {"Hitzevorsorge": 3, "Schwammstadt": 3}, conflict="Radverkehr")
    assert ScoreSheet.objects.filter(state="submitted").count() == 8
    assert Declaration.objects.get(person=team.reviewers[2], proposal=team.proposals[2]).kind == "personal"
    cem.goto("/verwaltung/submissions/proposal/")
    expect(cem.get_by_text("Radverkehr")).to_have_count(0)
    accessible(ada, "Cockpit", "at the end")

    for proposal in team.proposals:
        lead.goto(f"/verwaltung/review/vorschlag/{proposal.pk}/")
        declare(lead, "keine Befangenheit")
    lead.goto(f"/verwaltung/review/vorschlag/{team.proposals[2].pk}/bewertungen/")
    accessible(lead, "Radverkehr", "reviews")
    lead.get_by_text("Bogen von Ben Beta öffnen").click()
    lead.get_by_label("Grund").locator("visible=true").fill("Bitte noch einmal lesen.")
    lead.get_by_role("button", name="Wieder öffnen").locator("visible=true").click()
    expect(lead.get_by_text("Der Bogen von Ben Beta ist wieder offen.")).to_be_visible()
    ben.goto(f"/verwaltung/review/vorschlag/{team.proposals[2].pk}/")
    accessible(ben, "Radverkehr", "sheet, reopened")
    fill_sheet(ben, 1)

    go_to(lead, team.call, "Rangfolge")
    expect(lead.get_by_text("gleichauf", exact=True).locator("visible=true").first).to_be_visible()
    expect(lead.get_by_text("uneinig", exact=True).locator("visible=true").first).to_be_visible()
    accessible(lead, "Rangfolge")
    go_to(lead, team.call, "Gespräche")
    follow(lead.get_by_role("link", name="Radverkehr"))
    lead.get_by_label("Ihr Beitrag").fill("Woher kommt der Unterschied?")
    lead.get_by_role("button", name="Beitrag schreiben").click()
    expect(lead.get_by_text("Woher kommt der Unterschied?")).to_be_visible()
    accessible(lead, "Radverkehr", "conversation")

    shortlist_with_a_deviation(lead, team, accessible)
    lead.get_by_role("button", name="Vorlage für den Steuerungskreis erstellen").click()
    expect(lead.get_by_role("link", name="Vorlage herunterladen (PDF)")).to_be_visible(timeout=60_000)
    accessible(lead, "Vorlage für den Steuerungskreis")
    with lead.expect_download() as download:
        lead.get_by_role("link", name="Vorlage herunterladen (PDF)").click()
    assert download.value.suggested_filename.endswith(".pdf")
    assert CommitteePaper.objects.get().state == "ready"
    go_to(lead, team.call, "Cockpit")
    accessible(lead, "Cockpit")


def shortlist_with_a_deviation(lead: Page, team: Team, accessible: Accessible) -> None:
    """Take the proposal on the third rank in the place of one of the two best, say why, and fix the list."""
    go_to(lead, team.call, "Auswahlliste")
    lead.get_by_label("Zahl der Themen").fill("2")
    follow(lead.get_by_role("button", name="Aus der Rangfolge anlegen"))
    lead.get_by_label("Herausnehmen: " + str(team.proposals[1].reference)).check()
    lead.get_by_text("Themen aufnehmen").click()
    lead.get_by_label("Radverkehr").check()
    accessible(lead, "Auswahlliste", "in work")
    follow(lead.get_by_role("button", name="Auswahlliste speichern"))
    lead.get_by_role("button", name="Auswahlliste feststellen").click()
    expect(lead.get_by_text("Mindestens eine Abweichung")).to_be_visible()
    assert not ShortlistSnapshot.objects.exists()
    accessible(lead, "Auswahlliste", "without reasons")
    for field in lead.get_by_label("Grund:").all():
        field.fill("Mehr Länder in Entwicklung.")
    follow(lead.get_by_role("button", name="Auswahlliste speichern"))
    lead.get_by_role("button", name="Auswahlliste feststellen").click()
    expect(lead.get_by_text("ist festgestellt und ändert sich nicht mehr")).to_be_visible()
    assert ShortlistSnapshot.objects.exists()
    accessible(lead, "Auswahlliste", "fixed")


@pytest.mark.parametrize("width", [1280, 375])
def test_the_pages_of_the_lead_are_accessible_at_every_width(
    team: Team, enter: Callable[..., Page], accessible: Accessible, celery_worker: CeleryProcess, width: int
) -> None:
    page = enter(team.lead, viewport={"width": width, "height": 900})
    proposal = team.proposals[0].pk
    page.goto(f"/verwaltung/review/vorschlag/{proposal}/")
    accessible(page, "Hitzevorsorge", "declaration")
    page.get_by_role("button", name="Verbindlich erklären").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    accessible(page, "Hitzevorsorge", "declaration with error")
    declare(page, "keine Befangenheit")
    call = team.call.pk
    headings = {
        f"vorschlag/{proposal}/": "Hitzevorsorge",
        f"vorschlag/{proposal}/verlauf/": "Hitzevorsorge",
        f"vorschlag/{proposal}/bewertungen/": "Hitzevorsorge",
        f"befangenheit/{call}/": "Erklärungen zur Befangenheit",
        f"einueben/{call}/": "Einüben der Bewertung",
        f"anforderungen/{call}/": "Anforderungen",
        f"laender/{call}/": "Status der Länder",
        f"regeln/{call}/": "Regeln der Bewertung",
        f"gespraeche/{call}/": "Uneinigkeit und Gespräche",
        f"rangfolge/{call}/": "Rangfolge",
        "personen/": "Personen und Rollen",
        f"personen/{team.office.pk}/": str(team.office),
        "kennzahlen/": "Was die Zahlen bedeuten",
    }
    for path, heading in headings.items():
        page.goto(f"/verwaltung/review/{path}")
        accessible(page, heading, path)


def test_two_tabs_do_not_overwrite_each_other(
    team: Team, enter: Callable[..., Page], accessible: Accessible, celery_worker: CeleryProcess
) -> None:
    reviewer, proposal = team.reviewers[0], team.proposals[0]
    Assignment.objects.create(proposal=proposal, reviewer=reviewer, assigned_by=team.office, assigned_at=AT)
    page = enter(reviewer)
    page.goto(f"/verwaltung/review/vorschlag/{proposal.pk}/")
    declare(page, "keine Befangenheit")
    other = page.context.new_page()
    other.goto(f"/verwaltung/review/vorschlag/{proposal.pk}/")
    page.get_by_label("Ihre Gesamteinschätzung").fill("Aus dem ersten Fenster")
    expect(page.locator("#autosave")).to_contain_text("Gespeichert um")
    other.get_by_label("Ihre Gesamteinschätzung").fill("Aus dem zweiten Fenster")
    expect(other.locator("#autosave")).to_contain_text("an anderer Stelle geändert")
    other.get_by_role("button", name="Speichern", exact=True).click()
    expect(other.get_by_text("Aus dem ersten Fenster")).to_be_visible()
    expect(other.get_by_label("Ihre Gesamteinschätzung")).to_have_value("Aus dem zweiten Fenster")
    accessible(other, "Hitzevorsorge", "conflict")
    other.get_by_role("button", name="Speichern", exact=True).click()
    expect(other.locator("#autosave")).to_contain_text("Gespeichert um")
    assert ScoreSheet.objects.get().statement == "Aus dem zweiten Fenster"


def test_a_sheet_can_be_filled_and_submitted_without_javascript(
    team: Team, enter: Callable[..., Page], celery_worker: CeleryProcess
) -> None:
    reviewer, proposal = team.reviewers[0], team.proposals[0]
    Assignment.objects.create(proposal=proposal, reviewer=reviewer, assigned_by=team.office, assigned_at=AT)
    page = enter(reviewer, java_script_enabled=False)
    page.goto(f"/verwaltung/review/vorschlag/{proposal.pk}/")
    declare(page, "keine Befangenheit")
    for key in KEYS[:-1]:
        page.locator(f"#criterion-{key} input[value='3']").check()
    page.get_by_label("zur Auswahl empfohlen").check()
    page.get_by_label("Ihre Gesamteinschätzung").fill("Gut.")
    page.get_by_role("button", name="Bewertung abgeben").click()
    expect(page.get_by_text("Der Bogen ist noch nicht vollständig.")).to_be_visible()
    page.locator(f"#criterion-{KEYS[-1]} input[value='na']").check()
    page.get_by_label("Grund, falls nicht anwendbar").locator("visible=true").fill("Nicht zu beurteilen.")
    page.get_by_role("button", name="Bewertung abgeben").click()
    expect(page.get_by_text("Ihre Bewertung ist abgegeben.")).to_be_visible()
    score = ScoreSheet.objects.get().scores.get(criterion__key=KEYS[-1])
    assert (score.value, score.not_applicable) == (None, True)
