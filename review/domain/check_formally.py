"""The formal check: may the proposal take part? Answered by a person of the office, with a reason.

It works on facts (who, which countries, which commitments), not on the description, and shows no scores; so it needs no
declaration. It is closed to people with a conflict like everything else, and in blind mode to whoever has still
to review the proposal, since it shows names.
"""

import json
from datetime import datetime
from typing import Any

from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.declare import locked
from review.domain.errors import Closed, NotPermitted, ReasonNeeded
from review.domain.roles import roles_of
from review.domain.visible import proposals_for
from review.models import FormalCheck, ReviewRole
from submissions.models import Proposal, SectionKey

FACTS = (
    SectionKey.ORGANISATION,
    SectionKey.CONTACT,
    SectionKey.TOPIC,
    SectionKey.CITIES,
    SectionKey.COMMITMENTS,
)
"""The parts of the form sheet that the formal check works on."""

OFFICE = frozenset({ReviewRole.OFFICE, ReviewRole.LEAD})


def facts_for(user: User, proposal: Proposal) -> dict[str, Any]:
    """Return the answers that a formal check works on. Raises Closed."""
    roles = roles_of(user)
    found = proposals_for(user).filter(pk=proposal.pk, identity_hidden=False).first()
    if found is None or found.version_in_force is None or not roles & (OFFICE | {ReviewRole.AUDITOR}):
        raise Closed
    content = json.loads(found.version_in_force.content)
    return {key: content.get(key, {}) for key in FACTS}


@transaction.atomic
def check_formally(proposal: Proposal, *, result: str, reason: str = "", actor: User, at: datetime) -> FormalCheck:
    """Record a result; it supersedes an earlier one, which stays. The same twice has one effect.

    Raises NotPermitted, Closed, and ReasonNeeded for everything but a plain yes.
    """
    roles = roles_of(actor)
    if not roles & OFFICE or ReviewRole.AUDITOR in roles:
        raise NotPermitted
    reason = reason.strip()
    if result != FormalCheck.Result.ELIGIBLE and not reason:
        raise ReasonNeeded
    locked(proposal)
    if not proposals_for(actor).filter(pk=proposal.pk, identity_hidden=False).exists():
        raise Closed
    current = FormalCheck.objects.filter(proposal=proposal, is_current=True).first()
    if current is not None and (current.result, current.reason) == (result, reason):
        return current
    FormalCheck.objects.filter(proposal=proposal, is_current=True).update(is_current=False)
    check = FormalCheck.objects.create(
        proposal=proposal, result=FormalCheck.Result(result), reason=reason, checked_by=actor, checked_at=at
    )
    record("proposal.checked_formally", actor=actor, subject=proposal, payload={"result": result, "check": check.pk})
    return check
