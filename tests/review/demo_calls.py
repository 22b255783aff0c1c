"""A call with the demo's invented proposals, reviewed and shortlisted: texts as long as real ones."""

from typing import Any

from connective.accounts.models import User
from review.domain import shortlist as domain
from review.models import ReviewRole, Shortlist
from submissions.domain.demo_texts import demo_proposals
from submissions.models import Call, Proposal
from tests.review.scored import AT, KEYS, criteria, declare, person_with, proposals, score
from tests.submissions.build import make_call


def contents(count: int) -> list[dict[str, Any]]:
    """Return the answers of so many demo proposals; they begin anew after the thirtieth."""
    told = demo_proposals()
    found = []
    for number in range(count):
        demo = told[number % len(told)]
        answers = {
            section: demo[section] for section in ("organisation", "contact", "topic", "description", "commitments")
        }
        found.append({**answers, "cities": {"rows": demo["cities"]}})
    return found


def shortlisted(count: int, *, size: int | None = None) -> tuple[Shortlist, User, list[Proposal]]:
    """Create a call with so many proposals, three reviews each, and a fixed shortlist; return it with its lead."""
    call: Call = make_call()
    answers = contents(count)
    made = proposals(call, [answer["topic"]["title"] for answer in answers], answers)
    people = [
        person_with(ReviewRole.COMMITTEE, f"{name}-{call.pk}@example.org", name) for name in ("Ada", "Ben", "Cem")
    ]
    lead = person_with(ReviewRole.LEAD, f"leitung-{call.pk}@example.org", "Lea Leitung")
    score(
        criteria(call, (1, 2, 1, 1, 2, 1, 1), musts=("countries",)),
        {
            proposal: {
                person: [(number + place + 2 * turn) % 5 for place in range(len(KEYS))]
                for turn, person in enumerate(people)
            }
            for number, proposal in enumerate(made)
        },
    )
    declare(lead, made)
    shortlist = domain.draft_from_ranking(call, size or count, actor=lead, at=AT)
    places = [
        domain.Chosen(entry.proposal_id, "Gleich bewertet; entscheidend war das Themenfeld.")
        for entry in shortlist.entries.all()
    ]
    domain.choose(shortlist, places[: size or count], based_on=domain.mark_of(shortlist), actor=lead, at=AT)
    domain.fix(shortlist, based_on=domain.mark_of(shortlist), actor=lead, at=AT)
    return shortlist, lead, made
