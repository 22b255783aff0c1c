"""A call in review, with people of each role."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from connective.accounts.models import User
from review.domain.criteria import default_criteria
from review.models import CriteriaSet, Declaration, ReviewRole, ReviewSettings
from submissions.models import Call, Proposal
from tests.review.scored import AT, declare, person_with, proposals, score
from tests.submissions.build import make_call

SECRET = "Geheimvorhaben"
"""A word of the closed proposal's title."""


@dataclass
class World:
    """A call with four proposals: two scored, one closed to the committee member, one new."""

    call: Call
    criteria: CriteriaSet
    first: Proposal
    second: Proposal
    closed: Proposal
    new: Proposal
    office: User
    lead: User
    committee: User
    other: User
    chair: User
    auditor: User
    conflicted: User

    @property
    def people(self) -> dict[str, User]:
        """The people by their role in the tests."""
        names = ("office", "lead", "committee", "chair", "auditor", "conflicted")
        return {name: getattr(self, name) for name in names}


@pytest.fixture
def world(db: None) -> World:
    """A call in review: the conflicted person of the office declared a conflict about `closed`."""
    call = make_call()
    criteria = default_criteria(call, actor=None, at=AT)
    titles = ("Hitzevorsorge", "Schwammstadt", SECRET, "Radverkehr")
    first, second, closed, new = proposals(call, titles)
    office, conflicted = (person_with(ReviewRole.OFFICE, f"{name}@example.org") for name in ("buero", "befangen"))
    lead = person_with(ReviewRole.LEAD, "leitung@example.org")
    committee, other = (person_with(ReviewRole.COMMITTEE, f"{name}@example.org") for name in ("mitglied", "zweites"))
    chair = person_with(ReviewRole.CHAIR, "vorsitz@example.org")
    auditor = person_with(ReviewRole.AUDITOR, "revision@example.org")
    score(
        criteria,
        {
            first: {committee: [4, 4, 3, 3, 4, 4, 4], other: [3, 3, 3, 3, 3, 3, 3]},
            second: {committee: [2, 2, 2, 2, 2, 2, 2], other: [0, 0, 0, 1, 0, 0, 0]},
            closed: {committee: [3] * 7, other: [3] * 7},
        },
    )
    CriteriaSet.objects.filter(pk=criteria.pk).update(frozen_at=AT)
    for person in (office, lead, committee, other):
        declare(person, [first, second, closed])
    declare(conflicted, [first, second])
    declare(conflicted, [closed], Declaration.Kind.MUNICIPALITY)
    ReviewSettings.objects.create(call=call)
    return World(
        call=call,
        criteria=criteria,
        first=first,
        second=second,
        closed=closed,
        new=new,
        office=office,
        lead=lead,
        committee=committee,
        other=other,
        chair=chair,
        auditor=auditor,
        conflicted=conflicted,
    )


@pytest.fixture
def as_person(client: Client) -> Callable[[User], Client]:
    """A function that signs somebody in and returns the browser."""

    def enter(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return enter
