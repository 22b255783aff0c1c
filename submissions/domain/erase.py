"""Forgetting people: what a form sheet says about persons is blanked, everything else stays as it was.

The portal deletes no proposal that was submitted: reference, hashes and topic stay, so that receipts and the audit log
remain verifiable. A frozen version is blanked once and says so (`erased_at`, invariant 2 by trigger).
"""

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet

from connective.audit.log import record
from submissions.domain import form_sheet
from submissions.models import LetterOfSupport, OfficialPdf, Proposal, Section, SectionKey, SectionRevision
from submissions.models import SubmittedVersion as Version

PERSONS: Mapping[str, tuple[str, ...]] = {
    SectionKey.CONTACT: tuple(question.name for question in form_sheet.QUESTIONS[SectionKey.CONTACT]),
    SectionKey.COMMITMENTS: ("supported_by_name", "supported_by_function"),
    SectionKey.HOSTING: ("own_contacts", "co_hosts"),
}
"""The answers about persons by section; in the cities it is the contact there."""

UNFINISHED = timedelta(days=90)
"""How long a draft that was never submitted stays after the deadline of its call: for a later call it may be copied."""


def without_persons(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers of a form sheet with nothing in the places of persons."""
    blanked: dict[str, Any] = deepcopy(dict(content))
    for section, names in PERSONS.items():
        answers = blanked.get(section, {})
        answers.update({name: "" for name in names if answers.get(name)})
    for row in form_sheet.cities_of(blanked):
        row["contact"] = ""
    return blanked


def unfinished(at: datetime) -> QuerySet[Proposal]:
    """Return the drafts that nobody can submit any more and that were never submitted."""
    return Proposal.objects.filter(
        state=Proposal.State.DRAFT, reference=None, versions=None, call__closes_at__lte=at - UNFINISHED
    ).exclude(closes_at_own__gt=at - UNFINISHED)


@transaction.atomic
def delete_unfinished(at: datetime) -> int:
    """Delete drafts that were never submitted once their time is over; return how many."""
    return delete_drafts(unfinished(at))


@transaction.atomic
def delete_drafts(drafts: QuerySet[Proposal]) -> int:
    """Delete these drafts, files included; return how many. A submitted version in their way raises ProtectedError."""
    ids = list(drafts.select_for_update(of=("self",)).values_list("pk", flat=True))
    _delete_files(LetterOfSupport.objects.filter(proposal__in=ids).values_list("file", flat=True))
    Proposal.objects.filter(pk__in=ids).delete()
    return len(ids)


def holding_persons(proposals: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Return those of the proposals that were submitted at some time and are not yet blanked."""
    waiting = Version.objects.filter(erased_at=None).values("proposal")
    return proposals.filter(pk__in=waiting)


@transaction.atomic
def blank(proposal: Proposal, *, at: datetime) -> None:
    """Blank what a proposal says about persons: sections, their history, frozen versions, files. Twice is once."""
    locked = Proposal.objects.select_for_update().get(pk=proposal.pk)
    versions = list(Version.objects.filter(proposal=locked, erased_at=None))
    for version in versions:
        content = form_sheet.canonical(without_persons(json.loads(version.content)))
        Version.objects.filter(pk=version.pk, erased_at=None).update(content=content, erased_at=at)
    sections = list(Section.objects.filter(proposal=locked))
    for section in sections:
        section.content = without_persons({section.key: section.content})[section.key]
    Section.objects.bulk_update(sections, ["content"])
    SectionRevision.objects.filter(section__proposal=locked).delete()
    letters = LetterOfSupport.objects.filter(proposal=locked)
    _delete_files(letters.values_list("file", flat=True))
    _delete_files(OfficialPdf.objects.filter(version__proposal=locked).values_list("file", flat=True))
    if versions:
        numbers = [version.number for version in versions]
        record("proposal.persons_erased", actor=None, subject=locked, payload={"versions": numbers})


def _delete_files(names: Iterable[str]) -> None:
    for name in names:
        if name:
            transaction.on_commit(partial(default_storage.delete, str(name)))
