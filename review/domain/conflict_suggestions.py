"""Where a conflict of interest may lie, from what the portal knows: a hint for the person, never a verdict."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connective.accounts.models import User
from review.models import Declaration, ReviewerProfile
from submissions.models import Membership, Proposal, SubmittedVersion

Kind = Declaration.Kind

SHARED_MAIL_DOMAINS = frozenset(
    {
        "aol.com",
        "example.org",
        "freenet.de",
        "gmail.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "hotmail.de",
        "icloud.com",
        "live.de",
        "mail.de",
        "mailbox.org",
        "me.com",
        "outlook.com",
        "outlook.de",
        "posteo.de",
        "proton.me",
        "t-online.de",
        "web.de",
        "yahoo.com",
        "yahoo.de",
    }
)
"""Mail providers for everybody (and the domain of examples): sharing one says nothing."""


@dataclass(frozen=True)
class Person:
    """What is known about a possible reviewer; empty where nothing is."""

    organisations: frozenset[int] = frozenset()
    land: str = ""
    employer: str = ""
    mail_domain: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a proposal comes from."""

    organisation: int | None
    name: str
    land: str
    mail_domains: frozenset[str]


def suggestions(user: User, proposal: Proposal) -> list[Kind]:
    """Return the grounds of a conflict that the person's profile suggests for this proposal, the weightiest first."""
    person = people([user])[user.pk]
    return grounds(person, origins([proposal])[proposal.pk])


def grounds(person: Person, origin: Origin) -> list[Kind]:
    """Return the grounds of a conflict that two sets of facts suggest, the weightiest first."""
    found = []
    if origin.organisation in person.organisations:
        found.append(Kind.MUNICIPALITY)
    same_mail = bool(person.mail_domain) and person.mail_domain in origin.mail_domains
    same_name = bool(person.employer) and person.employer == origin.name
    if same_mail or same_name:
        found.append(Kind.EMPLOYER)
    if person.land and person.land == origin.land:
        found.append(Kind.LAND)
    return found


def people(users: Iterable[User]) -> dict[int, Person]:
    """Return what is known about several people by their keys (two queries)."""
    by_key = {user.pk: user for user in users}
    profiles = {profile.user_id: profile for profile in ReviewerProfile.objects.filter(user__in=by_key)}
    organisations: dict[int, set[int]] = {key: set() for key in by_key}
    for user_id, organisation_id in Membership.objects.filter(user__in=by_key).values_list(
        "user_id", "organisation_id"
    ):
        organisations[user_id].add(organisation_id)
    known = {}
    for key, user in by_key.items():
        profile = profiles.get(key)
        if profile is not None and profile.organisation_id is not None:
            organisations[key].add(profile.organisation_id)
        known[key] = Person(
            organisations=frozenset(organisations[key]),
            land=profile.land if profile else "",
            employer=_name(profile.employer) if profile else "",
            mail_domain=_domain(user.email),
        )
    return known


def origins(proposals: Iterable[Proposal]) -> dict[int, Origin]:
    """Return where several proposals come from by their keys (one query for the contacts' addresses)."""
    listed = list(proposals)
    contents = SubmittedVersion.objects.filter(
        pk__in=[proposal.version_in_force_id for proposal in listed if proposal.version_in_force_id]
    ).values_list("proposal_id", "content")
    domains = {proposal_id: _domains(json.loads(content)) for proposal_id, content in contents}
    return {
        proposal.pk: Origin(
            organisation=proposal.organisation_id,
            name=_name(proposal.organisation_name),
            land=proposal.land,
            mail_domains=domains.get(proposal.pk, frozenset()),
        )
        for proposal in listed
    }


def _domains(content: Mapping[str, Any]) -> frozenset[str]:
    contact = content.get("contact", {})
    found = {_domain(str(contact.get(field, ""))) for field in ("email", "deputy_email")}
    return frozenset(found - {""})


def _domain(email: str) -> str:
    """Return the domain of an address, or nothing where many share it."""
    domain = email.rpartition("@")[2].strip().lower()
    return "" if domain in SHARED_MAIL_DOMAINS else domain


def _name(name: str) -> str:
    return " ".join(name.split()).casefold()
