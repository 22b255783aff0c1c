"""Declaring a conflict of interest, or none: what opens or closes a proposal to a person."""

from datetime import datetime

from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.errors import AlreadyDeclared, Closed, NotPermitted, ReasonNeeded
from review.domain.recuse import ground, readmit_everywhere, recuse_everywhere
from review.domain.roles import DECLARES, roles_of
from review.domain.visible import proposals_for
from review.models import Assignment, Declaration, ReviewRole, ScoreSheet
from submissions.models import Proposal

Kind = Declaration.Kind


def locked(proposal: Proposal) -> Proposal:
    """Lock a proposal for a write of the review: declarations, assignments and sheets of it come one after another.

    Order of all locks of the review: proposal, voting round, criteria, sheet, audit log.
    """
    return Proposal.objects.select_for_update(no_key=True).get(pk=proposal.pk)


@transaction.atomic
def declare(proposal: Proposal, *, kind: str, note: str = "", actor: User, at: datetime) -> Declaration:
    """Record the person's own declaration. The same one twice has one effect.

    With a conflict an assignment ends, an open sheet stays closed, and in an open vote the person is recused. Raises NotPermitted, Closed and AlreadyDeclared.
    """
    roles = roles_of(actor)
    if ReviewRole.AUDITOR in roles or not roles & DECLARES:
        raise NotPermitted
    locked(proposal)
    current = _current(proposal, actor)
    if current is not None:
        if current.kind == kind:
            return current
        raise AlreadyDeclared
    if not proposals_for(actor).filter(pk=proposal.pk).exists():
        raise Closed
    return _write("declaration.made", proposal, actor, kind=kind, note=note, actor=actor, at=at)


@transaction.atomic
def correct(proposal: Proposal, person: User, *, kind: str, note: str, actor: User, at: datetime) -> Declaration:
    """Replace a person's declaration, or make one for them; the note says why. Only the lead may.

    A sheet of somebody who now has a conflict is not counted any more (`visible.counted_sheets`). In an open vote the
    person is recused, or, without a conflict, votes again.
    Raises NotPermitted and ReasonNeeded.
    """
    roles = roles_of(actor)
    if ReviewRole.LEAD not in roles or ReviewRole.AUDITOR in roles:
        raise NotPermitted
    if not note.strip():
        raise ReasonNeeded
    locked(proposal)
    current = _current(proposal, person)
    if current is not None and (current.kind, current.note) == (kind, note):
        return current
    Declaration.objects.filter(proposal=proposal, person=person, is_current=True).update(is_current=False)
    return _write("declaration.corrected", proposal, person, kind=kind, note=note, actor=actor, at=at)


def _current(proposal: Proposal, person: User) -> Declaration | None:
    return Declaration.objects.filter(proposal=proposal, person=person, is_current=True).first()


def _write(
    action: str, proposal: Proposal, person: User, *, kind: str, note: str, actor: User, at: datetime
) -> Declaration:
    """Write the declaration and what follows from it: with a conflict there is no assignment and no vote."""
    declaration = Declaration.objects.create(
        proposal=proposal, person=person, kind=Kind(kind), note=note, declared_at=at, declared_by=actor
    )
    ended = 0
    if declaration.is_conflict:
        ended, _rows = Assignment.objects.filter(proposal=proposal, reviewer=person).delete()
        recuse_everywhere(person, proposal, reason=ground(declaration), at=at)
    else:
        readmit_everywhere(person, proposal)
    record(
        action,
        actor=actor,
        subject=proposal,
        payload={
            "person": person.pk,
            "kind": kind,
            "declaration": declaration.pk,
            "assignments_ended": ended,
            "sheets": ScoreSheet.objects.filter(version__proposal=proposal, reviewer=person).count(),
        },
    )
    return declaration
