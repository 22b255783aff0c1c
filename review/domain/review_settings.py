"""The rules of the review of a call."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.errors import NotInReview, NotPermitted
from review.domain.roles import roles_of
from review.models import ReviewRole, ReviewSettings
from submissions.models import Call, Proposal

CHANGEABLE = (
    "blind",
    "reviews_per_proposal",
    "disagreement_threshold",
    "weight_variation",
    "review_until",
)
"""What the lead sets; the proposal that all score first is set by `review.domain.calibration`."""


def settings_of(call: Call) -> ReviewSettings:
    """Return the rules of a call, with the defaults (not saved) where nobody has set any."""
    return ReviewSettings.objects.select_related("anchor_proposal").filter(call=call).first() or ReviewSettings(
        call=call
    )


@transaction.atomic
def change_settings(call: Call, values: Mapping[str, Any], *, actor: User) -> ReviewSettings:
    """Set some of the rules. Only the lead may. Raises NotPermitted, and ValidationError for a value out of range."""
    roles = roles_of(actor)
    if ReviewRole.LEAD not in roles or ReviewRole.AUDITOR in roles:
        raise NotPermitted
    if unknown := set(values) - set(CHANGEABLE):
        raise ValidationError(", ".join(sorted(unknown)))
    changed = locked_settings(call)
    for name, value in values.items():
        setattr(changed, name, value)
    changed.clean_fields()
    changed.save()
    payload = {name: value if isinstance(value, bool | int) else str(value) for name, value in values.items()}
    record("review.settings_changed", actor=actor, subject=call, payload=payload)
    return changed


@transaction.atomic
def locked_settings(call: Call) -> ReviewSettings:
    """Return the rules of a call, saved and locked."""
    ReviewSettings.objects.get_or_create(call=call)
    return ReviewSettings.objects.select_for_update().get(call=call)


def set_anchor(call: Call, proposal: Proposal | None) -> None:
    """Say which proposal all score first, inside of the caller's transaction. Raises NotInReview for another call's."""
    if proposal is not None and (proposal.call_id != call.pk or proposal.version_in_force_id is None):
        raise NotInReview
    settings = locked_settings(call)
    settings.anchor_proposal = proposal
    settings.save(update_fields=["anchor_proposal"])
