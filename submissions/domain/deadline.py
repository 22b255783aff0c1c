"""Extending a deadline: with a reason, on the record, never back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from connective.accounts.models import User
from connective.audit.log import record
from submissions.domain.errors import ExtensionRefused
from submissions.models import Call, DeadlineExtension, Proposal


def extend(
    call: Call, *, closes_at: datetime, reason: str, only_for: str = "", actor: User, at: datetime
) -> DeadlineExtension:
    """Extend the deadline of a call, or of the one proposal that `only_for` names. Raises ExtensionRefused.

    A proposal is named by its reference, or by the code that stands beside the form sheet of a draft: so the office can help
    somebody who calls without seeing the text of any draft.
    """
    if not only_for.strip():
        return extend_call(call, closes_at=closes_at, reason=reason, actor=actor, at=at)
    name = only_for.strip()
    named = [
        proposal
        for proposal in call.proposals.all()
        if name.upper() == proposal.reference or name.lower() == proposal.code
    ]
    if len(named) != 1:
        raise ExtensionRefused(_("Zu dieser Vorgangsnummer oder Kennung gibt es in diesem Aufruf keinen Vorschlag."))
    return extend_proposal(named[0], closes_at=closes_at, reason=reason, actor=actor, at=at)


@transaction.atomic
def extend_call(call: Call, *, closes_at: datetime, reason: str, actor: User, at: datetime) -> DeadlineExtension:
    """Set a later closing instant for a whole call.

    The call's row is locked as each submission locks it: an extension and a submission can't miss each other.
    Raises ExtensionRefused.
    """
    locked = Call.objects.select_for_update().get(pk=call.pk)
    extension = _extension(locked, None, locked.closes_at, closes_at, reason, actor, at)
    locked.closes_at = closes_at
    locked.save(update_fields=["closes_at"])
    return extension


@transaction.atomic
def extend_proposal(
    proposal: Proposal, *, closes_at: datetime, reason: str, actor: User, at: datetime
) -> DeadlineExtension:
    """Set a later closing instant for one proposal alone. Raises ExtensionRefused."""
    call = Call.objects.select_for_update().get(pk=proposal.call_id)
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
    locked.call = call
    extension = _extension(call, locked, locked.closes_at, closes_at, reason, actor, at)
    locked.closes_at_own = closes_at
    locked.save(update_fields=["closes_at_own"])
    return extension


def _extension(  # noqa: PLR0917  (the facts of one row)
    call: Call,
    proposal: Proposal | None,
    previous: datetime,
    closes_at: datetime,
    reason: str,
    actor: User,
    at: datetime,
) -> DeadlineExtension:
    if not reason.strip():
        raise ExtensionRefused(_("Bitte nennen Sie den Grund der Fristverlängerung."))
    if closes_at <= previous:
        raise ExtensionRefused(_("Die neue Frist muss nach der bisherigen liegen."))
    extension = DeadlineExtension.objects.create(
        call=call,
        proposal=proposal,
        previous_closes_at=previous,
        closes_at=closes_at,
        reason=reason.strip(),
        granted_by=actor,
        granted_at=at,
    )
    record(
        "proposal.deadline_extended" if proposal else "call.deadline_extended",
        actor=actor,
        subject=proposal or call,
        payload={"from": previous.isoformat(), "to": closes_at.isoformat(), "extension": extension.pk},
    )
    return extension
