"""A draft that was bound to a browser becomes that of a person whose address a code has proved."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from submissions.domain.start import found, organisations_of
from submissions.models import Organisation, Proposal


@transaction.atomic
def claim(public_ids: Iterable[UUID], *, actor: User, at: datetime) -> list[Proposal]:
    """Give the unclaimed drafts among `public_ids` to an organisation of `actor`; return those that moved.

    A draft goes to the organisation whose name it carries; one without a name to the only organisation of
    the person; else an organisation is founded for it.
    """
    drafts = list(Proposal.objects.select_for_update().filter(public_id__in=list(public_ids), organisation=None))
    for draft in drafts:
        draft.organisation = _organisation_for(draft, actor)
        draft.created_by = draft.saved_by = actor
        draft.save(update_fields=["organisation", "created_by", "saved_by"])
        draft.sections.update(saved_by=actor)
        record("proposal.claimed", actor=actor, subject=draft, payload={"at": at.isoformat()})
    return drafts


def _organisation_for(draft: Proposal, actor: User) -> Organisation:
    name = draft.organisation_name.strip()
    for organisation in organisations_of(actor):
        if not name or not organisation.name or organisation.name.casefold() == name.casefold():
            return organisation
    return found(actor, name)
