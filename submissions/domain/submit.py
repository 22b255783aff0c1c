"""Submitting: one click freezes a version, once, and only in time."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from connective.accounts.models import User
from connective.audit.log import record
from submissions.domain import completeness, form_sheet, page_limit
from submissions.domain.errors import ContentChanged, DeadlinePassed, Incomplete, LimitReached, NotEditable, NotYetOpen
from submissions.models import Call, PrivacyText, Proposal, SubmittedVersion


def seal(content: dict[str, Any], number: int) -> str:
    """Return the mark of what a person has checked: this content, as version `number`.

    The check page carries it and the submission compares it, so that what is submitted is what was checked, and
    a request that is sent twice finds its own version instead of making another.
    """
    return form_sheet.sha256(f"{number}:{form_sheet.canonical(content)}")


def content_of(proposal: Proposal) -> dict[str, Any]:
    """Return all answers of a draft as they stand (one query)."""
    return form_sheet.assemble({section.key: section.content for section in proposal.sections.all()})


def measure_saved(proposal: Proposal) -> page_limit.Measurement:
    """Measure the saved description as its submission will."""
    return page_limit.measure_for_submission(
        form_sheet.description_of(content_of(proposal)), limit=proposal.call.page_limit
    )


def submit(
    proposal: Proposal, *, checked: str, consent_to: str, actor: User, received_at: datetime, language: str = "de"
) -> tuple[SubmittedVersion, bool]:
    """Freeze the draft as a version received at `received_at`; return it and whether this call made it.

    `checked` is the seal that the check page showed; `consent_to` the version of the privacy text that was
    agreed to; `language` is that of the person's pages, for the receipt. A repeated request returns the version it made the first time. The layout is measured before
    any lock is taken, and not at all if the answer that decides is known (`page_limit.measure_for_submission`).
    Raises DeadlinePassed, NotYetOpen, ContentChanged, Incomplete, LimitReached and NotEditable.
    """
    if proposal.is_open(received_at):  # as far as known without a lock; who comes late makes nobody wait
        measure_saved(proposal)
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=proposal.call_id)
        locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
        locked.call = call
        if repeated := _made_by(locked, checked):
            return repeated, False
        if received_at >= locked.closes_at:
            raise DeadlinePassed
        if not locked.is_open(received_at):
            raise NotYetOpen
        if locked.state not in Proposal.EDITABLE:
            raise NotEditable
        version = _freeze(locked, checked, consent_to, actor, received_at)
        locked.language = language
        _move_to_submitted(locked, call, version, received_at)
        record(
            "proposal.submitted",
            actor=actor,
            subject=locked,
            payload={
                "reference": version.reference,
                "version": version.number,
                "content_sha256": version.content_sha256,
                "received_at": received_at.isoformat(),
            },
        )
    return version, True


def _made_by(proposal: Proposal, checked: str) -> SubmittedVersion | None:
    """Return the version in force if the request with this seal made it."""
    last = proposal.versions.order_by("-number").first()
    if last and proposal.version_in_force_id == last.pk and proposal.state == Proposal.State.SUBMITTED:
        return last if form_sheet.sha256(f"{last.number}:{last.content}") == checked else None
    return None


def _freeze(proposal: Proposal, checked: str, consent_to: str, actor: User, received_at: datetime) -> SubmittedVersion:
    """Check what stands under the lock, and write it down as an immutable version."""
    call = proposal.call
    content = content_of(proposal)
    number = proposal.versions.count() + 1
    if seal(content, number) != checked:
        raise ContentChanged
    measurement = page_limit.measure_for_submission(form_sheet.description_of(content), limit=call.page_limit)
    errors = completeness.check(call, content, measurement).errors
    if errors:
        raise Incomplete(errors)
    if not proposal.reference:
        proposal.reference = f"{call.reference_prefix}-{call.next_number:04d}"
        Call.objects.filter(pk=call.pk).update(next_number=F("next_number") + 1)
    PrivacyText.objects.get_or_create(
        call=call, version=consent_to, defaults={"text": call.privacy_text, "first_used_at": received_at}
    )
    text = form_sheet.canonical(content)
    return SubmittedVersion.objects.create(
        proposal=proposal,
        number=number,
        reference=proposal.reference,
        content=text,
        content_sha256=form_sheet.sha256(text),
        pages=measurement.pages,
        page_limit=call.page_limit,
        fill=measurement.fill,
        received_at=received_at,
        closes_at=proposal.closes_at,
        submitted_by=actor,
        privacy_version=consent_to,
        letter=proposal.letters.order_by("-pk").filter(pk=content["commitments"].get("letter")).first(),
    )


def _move_to_submitted(proposal: Proposal, call: Call, version: SubmittedVersion, received_at: datetime) -> None:
    """Change the state in one conditional statement: its row count decides, not what was read before."""
    in_time = Q(call__closes_at__gt=received_at) | Q(closes_at_own__gt=received_at)
    moved = Proposal.objects.filter(in_time, pk=proposal.pk, state__in=Proposal.EDITABLE).update(
        state=Proposal.State.SUBMITTED,
        reference=version.reference,
        version_in_force=version,
        language=proposal.language,
        slot=proposal.slot or _free_slot(proposal),
        slot_limit=proposal.slot_limit if proposal.slot else call.max_per_organisation,
        **form_sheet.shown_in_lists(json.loads(version.content)),
    )
    if moved != 1:
        raise DeadlinePassed
    proposal.refresh_from_db()


def _free_slot(proposal: Proposal) -> int:
    """Return the lowest free place of the organisation in this call; raises LimitReached."""
    taken = set(
        Proposal.objects.filter(call=proposal.call, organisation=proposal.organisation)
        .exclude(slot=None)
        .values_list("slot", flat=True)
    )
    slot = next(number for number in range(1, len(taken) + 2) if number not in taken)
    limit = proposal.call.max_per_organisation
    if limit is not None and slot > limit:
        raise LimitReached
    return slot
