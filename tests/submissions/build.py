"""What tests of submissions stand on: a call, people, a complete form sheet."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connective import clock
from connective.accounts.models import User
from submissions.domain.save import save_section
from submissions.domain.start import found, organisations_of, start
from submissions.domain.submit import content_of, seal, submit
from submissions.models import (
    Call,
    CountryList,
    CountryListEntry,
    Membership,
    Organisation,
    Proposal,
    Role,
    SubmittedVersion,
)

CLOSES = datetime(2020, 12, 4, 23, 0, tzinfo=UTC)
"""The first refused instant of the call 2021: 5 December 2020, 00:00 in Berlin."""

COMPLETE: dict[str, dict[str, Any]] = {
    "organisation": {
        "name": "Stadt Lindenfurt",
        "kind": "municipality",
        "owning_municipality": "",
        "land": "05",
        "street": "Markt 1",
        "postcode": "50000",
        "town": "Lindenfurt",
        "ags": "05999001",
        "website": "",
    },
    "contact": {
        "name": "Maria Beispiel",
        "function": "Amtsleiterin",
        "department": "",
        "email": "maria@example.org",
        "phone": "0228 555-0100",
        "deputy_name": "",
        "deputy_email": "",
    },
    "topic": {"title": "Hitzevorsorge im Quartier"},
    "description": {
        "background": "Unsere Innenstadt heizt sich auf.",
        "learning_goals": "Wie andere Städte Schatten schaffen.",
        "contribution": "Unser Hitzeaktionsplan.",
        "further_goals": "",
    },
    "cities": {
        "rows": [
            {"country": "KE", "city": "Mombasa", "contact": ""},
            {"country": "FR", "city": "Lyon", "contact": ""},
        ]
    },
    "commitments": {
        "follow_up": "Ja, an Projektworkshops.",
        "supported": True,
        "supported_by_name": "Kim Muster",
        "supported_by_function": "Oberbürgermeisterin",
    },
    "hosting": {"mode": "both", "period": "", "rooms": "", "own_contacts": "", "co_hosts": ""},
}


def make_call(**fields: Any) -> Call:
    """Create a published call, by default with the dates of the call 2021."""
    country_list, _new = CountryList.objects.get_or_create(
        name="Testliste", defaults={"valid_from": date(2018, 1, 1), "source": "https://example.org"}
    )
    CountryListEntry.objects.get_or_create(country_list=country_list, iso2="KE")
    number = Call.objects.count() + 2021
    values: dict[str, Any] = {
        "title": f"Themenaufruf {number}",
        "slug": f"aufruf-{number}",
        "reference_prefix": f"TA{number}",
        "opens_at": CLOSES - timedelta(days=60),
        "closes_at": CLOSES,
        "answer_by": date(2021, 1, 15),
        "country_list": country_list,
        "contact": "Geschäftsstelle",
        "contact_email": "fragen@example.org",
        "introduction": "Worum es geht.",
        "privacy_text": "Hinweis.",
        "is_published": True,
    }
    return Call.objects.create(**{**values, **fields})


def open_call(**fields: Any) -> Call:
    """Create a call that is open at the moment of the test."""
    now = clock.now()
    return make_call(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=14), **fields)


def person(email: str = "antrag@example.org", **fields: Any) -> User:
    """Create a person."""
    return User.objects.create_user(email, **fields)


def member(organisation: Organisation, role: str = Role.EDIT, email: str = "kollegin@example.org") -> User:
    """Create a person who works for an organisation."""
    user = person(email)
    Membership.objects.create(organisation=organisation, user=user, role=role)
    return user


def in_time(call: Call) -> datetime:
    """Return an instant at which the call is open."""
    return call.closes_at - timedelta(days=1)


def draft(call: Call, actor: User | None = None, **changes: Any) -> Proposal:
    """Create a draft with a complete form sheet, changed section by section by `changes`."""
    at = in_time(call)
    own = organisations_of(actor) if actor else []
    proposal = start(call, actor=actor, organisation=own[0] if own else None, at=at)
    for key, content in {**deepcopy(COMPLETE), **changes}.items():
        save_section(proposal, key, content, base_version=0, actor=actor, at=at)
    proposal.refresh_from_db()
    return proposal


def current_seal(proposal: Proposal) -> str:
    """Return the seal that a check page would show now."""
    return seal(content_of(proposal), proposal.versions.count() + 1)


def submitted(call: Call, actor: User, at: datetime | None = None, **changes: Any) -> tuple[Proposal, SubmittedVersion]:
    """Create a proposal and submit it."""
    proposal = draft(call, actor, **changes)
    version, _made = submit(
        proposal, checked=current_seal(proposal), consent_to="1", actor=actor, received_at=at or in_time(call)
    )
    proposal.refresh_from_db()
    return proposal, version


def with_organisation(email: str = "antrag@example.org") -> tuple[User, Organisation]:
    """Create a person who manages an organisation."""
    user = person(email)
    return user, found(user, "Stadt Lindenfurt")
