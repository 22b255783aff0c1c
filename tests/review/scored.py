"""Calls with submitted proposals and score sheets, made in bulk: for tests of rankings, and for the bench."""

import json
import random
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import OuterRef, Subquery

from connective.accounts.models import User
from review.models import Assignment, CriteriaSet, Criterion, Declaration, ReviewRole, Score, ScoreSheet
from submissions.models import Call, Organisation, Proposal, SubmittedVersion
from tests.submissions.build import COMPLETE, make_call

KEYS = ("multilateral", "relevance", "municipal", "innovation", "countries", "follow_up", "support")
AT = datetime(2020, 12, 10, 9, 0, tzinfo=UTC)
LAENDER = ("01", "03", "05", "08", "09", "14")


def person_with(role: ReviewRole, email: str, name: str = "") -> User:
    """Create a person with a role of the review."""
    person = User.objects.create_user(email, name=name or email.partition("@")[0].title(), is_staff=True)
    person.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return person


def criteria(
    call: Call, weights: Sequence[float] = (1,) * 7, musts: Sequence[str] = (), number: int = 1
) -> CriteriaSet:
    """Create a set with the first of the seven keys, as many as there are weights."""
    made = CriteriaSet.objects.create(call=call, number=number, created_at=AT, reason="Neu." if number > 1 else "")
    Criterion.objects.bulk_create(
        Criterion(
            criteria_set=made,
            key=key,
            position=position,
            label=f"Anforderung {position}",
            question="Wie gut?",
            weight=Decimal(str(weight)),
            is_must=key in musts,
        )
        for position, (key, weight) in enumerate(zip(KEYS, weights, strict=False), 1)
    )
    return made


def proposals(call: Call, titles: Sequence[str], contents: Sequence[Mapping[str, Any]] = ()) -> list[Proposal]:
    """Create submitted proposals with these titles, each of an organisation of its own; `contents` change sections."""
    filled = [_content(number, title, contents[number] if contents else {}) for number, title in enumerate(titles)]
    people, _new = User.objects.get_or_create(email="antrag@example.org")
    organisations = Organisation.objects.bulk_create(
        Organisation(name=content["organisation"]["name"], land=content["organisation"]["land"]) for content in filled
    )
    first = call.proposals.count() + 1
    made = Proposal.objects.bulk_create(
        Proposal(
            call=call,
            organisation=organisation,
            reference=f"{call.reference_prefix}-{number:04}",
            slot=1,
            title=content["topic"]["title"],
            organisation_name=organisation.name,
            land=organisation.land,
            created_at=AT,
            saved_at=AT,
        )
        for number, (organisation, content) in enumerate(zip(organisations, filled, strict=True), first)
    )
    SubmittedVersion.objects.bulk_create(
        _version(proposal, content, people) for proposal, content in zip(made, filled, strict=True)
    )
    version = SubmittedVersion.objects.filter(proposal=OuterRef("pk")).values("pk")[:1]
    Proposal.objects.filter(pk__in=[proposal.pk for proposal in made]).update(
        state=Proposal.State.SUBMITTED, version_in_force=Subquery(version)
    )
    return list(Proposal.objects.filter(pk__in=[proposal.pk for proposal in made]).order_by("reference"))


def score(criteria_set: CriteriaSet, judged: Mapping[Proposal, Mapping[User, Sequence[int | None]]]) -> None:
    """Create submitted sheets: for each proposal and reviewer the values in the order of the criteria, None if not applicable.

    Whoever is not yet assigned to a proposal is so, too.
    """
    rows = [(proposal, reviewer, values) for proposal, by in judged.items() for reviewer, values in by.items()]
    sheets = ScoreSheet.objects.bulk_create(
        ScoreSheet(
            version_id=proposal.version_in_force_id or 0,
            reviewer=reviewer,
            criteria_set=criteria_set,
            state=ScoreSheet.State.SUBMITTED,
            recommendation="select",
            statement="Gut begründet.",
            opened_at=AT,
            saved_at=AT,
            submitted_at=AT,
        )
        for proposal, reviewer, _values in rows
    )
    asked = list(criteria_set.criteria.all())
    Score.objects.bulk_create(
        (
            Score(
                sheet=sheet,
                criterion=criterion,
                value=value,
                not_applicable=value is None,
                reason="Passt nicht." if value is None else "",
            )
            for sheet, (_proposal, _reviewer, values) in zip(sheets, rows, strict=True)
            for criterion, value in zip(asked, values, strict=True)
        ),
        batch_size=5000,
    )
    Assignment.objects.bulk_create(
        (
            Assignment(proposal=proposal, reviewer=reviewer, assigned_by=reviewer, assigned_at=AT)
            for proposal, reviewer, _values in rows
        ),
        batch_size=5000,
        ignore_conflicts=True,
    )


def declare(person: User, judged: Sequence[Proposal], kind: str = Declaration.Kind.NONE) -> None:
    """Let a person declare the same about proposals."""
    Declaration.objects.bulk_create(
        Declaration(proposal=proposal, person=person, kind=kind, declared_at=AT, declared_by=person)
        for proposal in judged
    )


def scored_call(count: int, *, reviews: int = 3, reviewers: int = 20, seed: int = 1) -> tuple[Call, User, list[User]]:
    """Create a call with so many proposals and reviews of each; return it with its lead and the reviewers.

    The lead has declared "no conflict" for all proposals.
    """
    chance = random.Random(seed)
    call = make_call(title=f"Aufruf mit {count}")
    criteria_set = criteria(call, (1, 2, 1, 1, 2, 1, 1), musts=("countries",))
    made = proposals(call, [f"Thema {number}" for number in range(1, count + 1)])
    people = [
        person_with(ReviewRole.COMMITTEE, f"bewertung-{call.pk}-{number}@example.org") for number in range(reviewers)
    ]
    lead = person_with(ReviewRole.LEAD, f"leitung-{call.pk}@example.org")
    score(
        criteria_set,
        {
            proposal: {
                reviewer: [None if chance.random() < 0.03 else chance.randint(0, 4) for _key in KEYS]
                for reviewer in chance.sample(people, reviews)
            }
            for proposal in made
        },
    )
    declare(lead, made)
    return call, lead, people


def _content(number: int, title: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    content = deepcopy(COMPLETE)
    content["organisation"] |= {"name": f"Stadt Beispielort {number}", "land": LAENDER[number % len(LAENDER)]}
    content["topic"]["title"] = title
    for section, answers in changes.items():
        content[section] = {**content.get(section, {}), **answers}
    return content


def _version(proposal: Proposal, content: Mapping[str, Any], submitter: User) -> SubmittedVersion:
    return SubmittedVersion(
        proposal=proposal,
        number=1,
        reference=proposal.reference or "",
        content=json.dumps(content, ensure_ascii=False, sort_keys=True),
        content_sha256="0" * 64,
        pages=1,
        page_limit=2,
        fill=Decimal("0.50"),
        received_at=proposal.call.closes_at.replace(day=1),
        closes_at=proposal.call.closes_at,
        submitted_by=submitter,
        privacy_version="1",
    )
