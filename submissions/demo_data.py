"""Invented people, calls and proposals for demo mode, made by the same functions that serve real ones."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import Group

from connective import clock
from connective.accounts.models import User
from connective.errors import DomainError
from submissions.domain import form_sheet, receipt
from submissions.domain.countries import load_country_lists
from submissions.domain.demo_texts import demo_proposals
from submissions.domain.municipality_register import load_sample
from submissions.domain.past_events import load_past_events
from submissions.domain.save import save_section
from submissions.domain.start import start
from submissions.domain.submit import content_of, seal, submit
from submissions.domain.withdraw import withdraw
from submissions.models import Call, CountryList, Membership, Organisation, Proposal, Role, SectionKey, Theme
from submissions.tasks import finish_receipt, told

PEOPLE = (
    ("antrag@example.org", "Alex Antrag", ""),
    ("kollegin@example.org", "Kim Kollegin", ""),
    ("geschaeftsstelle@example.org", "Gerrit Geschäftsstelle", "office"),
    ("leitung@example.org", "Lea Leitung", "lead"),
    ("steuerungskreis@example.org", "Sascha Steuerungskreis", "committee"),
    ("vorsitz@example.org", "Vera Vorsitz", "chair"),
    ("revision@example.org", "Robin Revision", "auditor"),
)
THEMES = (
    ("Kommunale Dienstleistungen", "Municipal services"),
    ("Integrierte Stadtentwicklung", "Integrated urban development"),
    ("Good Urban Governance", "Good urban governance"),
    ("Lokale Wirtschaftsentwicklung", "Local economic development"),
    ("Klima und Nachhaltigkeit", "Climate and sustainability"),
)
DECIDED = "abgeschlossen"
"""The slug of the call that is voted on, decided and answered."""
DECIDED_CLOSED = timedelta(days=150)
INTRODUCTION = (
    "Connective Cities bringt Städte aus aller Welt fachlich zusammen. Mit diesem Aufruf suchen wir Themen, zu denen "
    "deutsche Kommunen und kommunale Unternehmen sich mit Städten aus Entwicklungs- und Schwellenländern austauschen "
    "möchten.\n\nWer ausgewählt wird, ist Gastgeber einer Dialogveranstaltung mit etwa 20 bis 30 Teilnehmenden. Die Kosten "
    "der Veranstaltung, die Moderation und die Organisation übernimmt Connective Cities; Ihnen entstehen keine Kosten."
)
INTRODUCTION_EN = (
    "Connective Cities brings cities from around the world together. With this call we look for topics on which German "
    "municipalities and municipal companies would like to exchange experience with cities in developing and emerging "
    "countries.\n\nThose selected host a dialogue event with some 20 to 30 participants. Connective Cities bears the costs "
    "of the event, its facilitation and organisation; you bear none."
)
AFTER_CLOSING = (
    "Die Geschäftsstelle prüft alle Vorschläge anhand der sieben Anforderungen. Danach entscheidet der Steuerungskreis. Alle, "
    "die einen Vorschlag eingereicht haben, erhalten eine Antwort."
)
AFTER_CLOSING_EN = (
    "The office checks all proposals against the seven requirements. Then the steering committee decides. Everyone who "
    "submitted a proposal receives an answer."
)
PRIVACY = (
    "Connective Cities verarbeitet Ihre Angaben, um die Vorschläge zu prüfen, auszuwählen und zu beantworten. Namen und "
    "Kontaktdaten sehen nur die Geschäftsstelle und der Steuerungskreis. Sie werden gelöscht, sobald sie dafür nicht mehr "
    "gebraucht werden. Die Einwilligung können Sie jederzeit widerrufen."
)

ANSWERED_AFTER = timedelta(days=45)
"""How long after the deadline answers are promised."""


def make_demo() -> list[str]:
    """Create what is missing of the demo data and return a line for each step; can be repeated."""
    load_country_lists()
    load_past_events()
    load_sample()
    people = _people()
    now = clock.now()
    calls = {"2021": _call_2021(), "open": _open_call(now)}
    calls["decided"] = _decided_call(now, before=calls["open"])
    made = 0
    for number, data in enumerate(demo_proposals()):
        made += _proposal(data, number, calls[data["call"]], people)
    # The worker makes their PDFs once it runs; a broker that does not answer is asked once, and the sweep finds the rest.
    all(told(finish_receipt, version_id) for version_id in receipt.unfinished())
    return [f"{len(people)} people", f"{len(calls)} calls", f"{made} new proposals"]


def _people() -> dict[str, User]:
    people = {}
    for email, name, role in PEOPLE:
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)
        if role:
            user.is_staff = role in {"office", "lead", "auditor"}
            user.save(update_fields=["is_staff"])
            user.groups.add(Group.objects.get_or_create(name=role)[0])
        people[email] = user
    return people


def _call_2021() -> Call:
    """Return the call 2021 with its real dates: the day of the deadline, 4 December 2020, counts in full."""
    return _call(
        2021,
        slug="2021",
        opens_at=datetime(2020, 10, 19, 7, 0, tzinfo=UTC),
        closes_at=datetime.combine(date(2020, 12, 5), time(), clock.BERLIN),
        answer_by=date(2021, 1, 15),
        list_name="OECD-DAC 2018–2020",
        themes=(),
    )


def _open_call(now: datetime) -> Call:
    """Return a call that is open now and closes in 14 days; a stale one is opened anew."""
    today = now.astimezone(clock.BERLIN).date()
    closes_at = datetime.combine(today + timedelta(days=15), time(), clock.BERLIN)
    call = _call(
        today.year + 1,
        slug="aktuell",
        opens_at=now - timedelta(days=30),
        closes_at=closes_at,
        answer_by=(closes_at + ANSWERED_AFTER).date(),
        list_name="OECD-DAC 2024–2025",
        themes=THEMES,
    )
    if call.closes_at < now + timedelta(days=1):
        call.closes_at, call.answer_by = closes_at, (closes_at + ANSWERED_AFTER).date()
        call.save(update_fields=["closes_at", "answer_by"])
    return call


def _decided_call(now: datetime, *, before: Call) -> Call:
    """Return the call before another one; it closed long enough ago for a first event to have taken place."""
    year = int(before.reference_prefix[2:]) - 1
    closes_at = datetime.combine(now.astimezone(clock.BERLIN).date() - DECIDED_CLOSED, time(), clock.BERLIN)
    return _call(
        year,
        slug=DECIDED,
        opens_at=closes_at - timedelta(days=45),
        closes_at=closes_at,
        answer_by=(closes_at + ANSWERED_AFTER).date(),
        places=2,
        list_name="OECD-DAC 2024–2025",
        themes=THEMES,
    )


def _call(year: int, *, slug: str, list_name: str, themes: tuple[tuple[str, str], ...], **fields: Any) -> Call:
    call, new = Call.objects.get_or_create(
        slug=slug,
        defaults={
            "title": f"Themenaufruf {year}",
            "title_en": f"Call for topics {year}",
            "reference_prefix": f"TA{year}",
            "country_list": CountryList.objects.get(name=list_name),
            "contact": "Geschäftsstelle Connective Cities\nTelefon 0228 555-0100 (Beispiel)",
            "contact_email": "geschaeftsstelle@example.org",
            "introduction": INTRODUCTION,
            "introduction_en": INTRODUCTION_EN,
            "after_closing": AFTER_CLOSING,
            "after_closing_en": AFTER_CLOSING_EN,
            "privacy_text": PRIVACY,
            "is_published": True,
            **fields,
        },
    )
    if new:
        Theme.objects.bulk_create(Theme(call=call, name=name, name_en=name_en) for name, name_en in themes)
    return call


def _proposal(data: dict[str, Any], number: int, call: Call, people: dict[str, User]) -> int:
    """Create one proposal as its municipality would have; return 1 if it is new."""
    if Proposal.objects.filter(call=call, title=data["topic"]["title"]).exists():
        return 0
    actor = _author(data, number, people)
    at = min(call.closes_at - timedelta(hours=3), clock.now()) - timedelta(hours=7 * (number % 9), minutes=number)
    organisation = Organisation.objects.get(memberships__user=actor, name=data["organisation"]["name"])
    proposal = start(call, actor=actor, organisation=organisation, at=at)
    for key in SectionKey.values:
        save_section(proposal, key, _answers(data, key, call), base_version=0, actor=actor, at=at)
    if data["state"] == "draft":
        return 1
    try:
        submit(
            proposal,
            checked=seal(content_of(proposal), 1),
            consent_to=call.privacy_version,
            actor=actor,
            received_at=at + timedelta(minutes=20),
        )
    except DomainError:
        return 1
    if data["state"] == "withdrawn":
        withdraw(proposal, actor=actor, at=at + timedelta(hours=1))
    return 1


def _author(data: dict[str, Any], number: int, people: dict[str, User]) -> User:
    """Return who wrote a proposal: the first open ones are those of the demo applicant."""
    name = data["organisation"]["name"]
    organisation = Organisation.objects.filter(name=name).first() or Organisation.objects.create(name=name)
    author = people["antrag@example.org"]
    if not data.get("mine"):
        author, _new = User.objects.get_or_create(
            email=f"kommune{number:02d}@example.org", defaults={"name": data["contact"]["name"]}
        )
    else:
        Membership.objects.get_or_create(
            organisation=organisation, user=people["kollegin@example.org"], defaults={"role": Role.READ}
        )
    Membership.objects.get_or_create(organisation=organisation, user=author, defaults={"role": Role.MANAGE})
    return author


def _answers(data: dict[str, Any], key: str, call: Call) -> dict[str, Any]:
    if key == SectionKey.CITIES:
        return {"rows": data.get("cities", [])}
    asked = {question.name for question in form_sheet.QUESTIONS[key]}
    answers = {name: value for name, value in data.get(key, {}).items() if name in asked}
    if key == SectionKey.COMMITMENTS:
        answers["supported"] = bool(answers.get("supported_by_name"))
    if key == SectionKey.TOPIC and not call.themes.exists():
        answers.pop("themes", None)
    return answers
