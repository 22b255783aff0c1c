"""What tests of the review's verbs stand on: a call in review, people with roles, sheets filled by the verbs themselves."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from connective.accounts.models import User
from review.domain.assign import assign
from review.domain.criteria import default_criteria
from review.domain.declare import declare
from review.domain.score import Entry, open_sheet, save_sheet, submit_sheet
from review.models import Declaration, ReviewRole, ScoreSheet
from submissions.models import Call, Proposal
from tests.review import scored
from tests.review.scored import KEYS, person_with, proposals
from tests.submissions.build import make_call

AT = scored.AT
NONE = Declaration.Kind.NONE
LATER = AT + timedelta(hours=1)


@dataclass(frozen=True)
class Review:
    """A call with the seven criteria, its lead, an officer, an auditor, two committee members and proposals A, B, C."""

    call: Call
    lead: User
    office: User
    auditor: User
    ada: User
    ben: User
    a: Proposal
    b: Proposal
    c: Proposal


def review(**fields: Any) -> Review:
    """Create it."""
    call = make_call(**fields)
    default_criteria(call, actor=None, at=AT)
    a, b, c = proposals(call, ["Alleen", "Brunnen", "Carsharing"])
    return Review(
        call=call,
        lead=person_with(ReviewRole.LEAD, "leitung@example.org"),
        office=person_with(ReviewRole.OFFICE, "geschaeftsstelle@example.org"),
        auditor=person_with(ReviewRole.AUDITOR, "revision@example.org"),
        ada=person_with(ReviewRole.COMMITTEE, "ada@example.org"),
        ben=person_with(ReviewRole.CHAIR, "ben@example.org"),
        a=a,
        b=b,
        c=c,
    )


def asked(world: Review, proposal: Proposal, reviewer: User) -> None:
    """Assign a proposal, and let the person declare "no conflict"."""
    assign(proposal, reviewer, actor=world.lead, at=AT)
    declare(proposal, kind=NONE, actor=reviewer, at=AT)


def full(value: int = 3, **changes: Entry) -> dict[str, Entry]:
    """Return an entry for each of the seven criteria, changed by key."""
    return {key: Entry(value=value) for key in KEYS} | changes


def opened(world: Review, proposal: Proposal, reviewer: User) -> ScoreSheet:
    """Return a sheet that its reviewer may fill."""
    asked(world, proposal, reviewer)
    return open_sheet(proposal, actor=reviewer, at=AT)


def saved(sheet: ScoreSheet, value: int = 3, **changes: Entry) -> ScoreSheet:
    """Fill a sheet completely."""
    return save_sheet(
        sheet,
        full(value, **changes),
        recommendation="select",
        statement="Gut begründet.",
        base_version=sheet.row_version,
        actor=sheet.reviewer,
        at=AT,
    )


def submitted(world: Review, proposal: Proposal, reviewer: User, value: int = 3) -> ScoreSheet:
    """Return a submitted sheet."""
    sheet = saved(opened(world, proposal, reviewer), value)
    return submit_sheet(sheet, base_version=sheet.row_version, actor=reviewer, at=AT)


def set_blind(call: Call) -> None:
    """Switch blind mode on."""
    from review.domain.review_settings import locked_settings

    settings = locked_settings(call)
    settings.blind = True
    settings.save()
