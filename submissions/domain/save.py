"""Saving one section of a draft: nothing is lost, and nobody is overwritten unseen (invariant 4)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from connective.accounts.models import User
from submissions.domain.errors import NotEditable, SectionConflict
from submissions.models import Organisation, Proposal, Section, SectionKey, SectionRevision

REVISION_EVERY = timedelta(minutes=5)
"""Autosaves of one person closer together than this share one earlier version to go back to."""


@transaction.atomic
def save_section(
    proposal: Proposal,
    key: str,
    content: Mapping[str, Any],
    *,
    base_version: int,
    actor: User | None,
    at: datetime,
    by_hand: bool = True,
) -> Section:
    """Write what was typed in one section and return it with its new version.

    `base_version` is the version that the page showed. The same content twice has one effect. Saving is
    possible after the deadline too: the text is kept, it only cannot be submitted any more.
    Raises SectionConflict (with the section as it stands) and NotEditable.
    """
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)  # before the section, as every writer does
    section = Section.objects.select_for_update().get(proposal=locked, key=key)
    if section.content == content:
        return section
    if locked.state not in Proposal.EDITABLE:
        raise NotEditable
    if section.version != base_version:
        raise SectionConflict(section)
    _keep_revision(section, actor, at, by_hand=by_hand)
    section.content = dict(content)
    section.version += 1
    section.saved_at, section.saved_by = at, actor
    section.save(update_fields=["content", "version", "saved_at", "saved_by"])
    if locked.version_in_force_id is None:
        # What is in force is what lists show; changes to it are their authors' own until they are submitted.
        _show_in_lists(locked, section)
    locked.saved_at, locked.saved_by = at, actor
    locked.save(update_fields=["title", "organisation_name", "land", "saved_at", "saved_by"])
    return section


def restore_revision(
    proposal: Proposal, key: str, version: int, *, base_version: int, actor: User | None, at: datetime
) -> Section:
    """Make an earlier version of a section the present one, as a save of its own.

    Raises SectionRevision.DoesNotExist, SectionConflict and NotEditable.
    """
    revision = SectionRevision.objects.get(section__proposal=proposal, section__key=key, version=version)
    return save_section(proposal, key, revision.content, base_version=base_version, actor=actor, at=at)


def _keep_revision(section: Section, actor: User | None, at: datetime, *, by_hand: bool) -> None:
    """Keep what stands now as an earlier version, unless it is one more keystroke of the same sitting."""
    if section.version == 0 and not section.content:
        return
    last = section.revisions.order_by("-version").first()
    same_sitting = last is not None and last.saved_by_id == section.saved_by_id and at - last.saved_at < REVISION_EVERY
    changes_hands = section.saved_by_id != (actor.pk if actor else None)
    if by_hand or changes_hands or not same_sitting:
        SectionRevision.objects.create(
            section=section,
            version=section.version,
            content=section.content,
            saved_at=section.saved_at,
            saved_by_id=section.saved_by_id,
        )


def _show_in_lists(proposal: Proposal, section: Section) -> None:
    if section.key == SectionKey.TOPIC:
        proposal.title = str(section.content.get("title", ""))[:200]
    elif section.key == SectionKey.ORGANISATION:
        proposal.organisation_name = str(section.content.get("name", ""))[:200]
        proposal.land = str(section.content.get("land", ""))[:2]
        kind = section.content.get("kind") or Organisation.Kind.MUNICIPALITY
        if proposal.organisation_id and proposal.organisation_name:
            # An organisation gets its name once; what one form sheet says never renames what others stand for.
            Organisation.objects.filter(pk=proposal.organisation_id, name="").update(
                name=proposal.organisation_name, land=proposal.land, kind=kind
            )
