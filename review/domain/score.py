"""Scoring: a sheet is opened, saved as one types, submitted once, and reopened only by the lead.

Locks are taken in the order proposal, criteria, sheet, audit log. A save of an open sheet writes no audit entry, as a save
of a draft does not; what others can see (submitting, reopening, freezing the criteria) does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.calibration import still_to_calibrate
from review.domain.criteria import freeze, locked_current_set, move_to
from review.domain.declare import locked
from review.domain.errors import (
    CalibrationFirst,
    Closed,
    NotInReview,
    NotPermitted,
    ReasonNeeded,
    ReviewIsOver,
    ScoreRefused,
    SheetConflict,
    SheetIncomplete,
    SheetSubmitted,
)
from review.domain.review_settings import settings_of
from review.domain.roles import roles_of
from review.domain.visible import proposals_for
from review.models import ReviewRole, Score, ScoreSheet
from review.models.criteria import HIGHEST, LOWEST
from submissions.models import Call, Proposal

State = ScoreSheet.State

LONGEST = 5000
"""Characters that a note, a reason or a statement may have."""


@dataclass(frozen=True)
class Entry:
    """What is typed for one criterion.

    "Not applicable" without a reason is undecided, not refused: the reason is still being typed.
    """

    value: int | None = None
    not_applicable: bool = False
    reason: str = ""
    note: str = ""


@transaction.atomic
def open_sheet(proposal: Proposal, *, actor: User, at: datetime) -> ScoreSheet:
    """Return the person's sheet for the version in force, made if need be; an empty one freezes nothing.

    Raises Closed (not assigned, or no declaration "no conflict"), NotInReview and CalibrationFirst.
    """
    current = locked(proposal)
    if current.version_in_force_id is None:
        raise NotInReview
    if not _is_asked(actor, current):
        raise Closed
    if still_to_calibrate(actor, current):
        raise CalibrationFirst
    existing = ScoreSheet.objects.filter(version=current.version_in_force_id, reviewer=actor).first()
    if existing is not None:
        return existing
    sheet = ScoreSheet.objects.create(
        version_id=current.version_in_force_id,
        reviewer=actor,
        criteria_set=locked_current_set(current.call),
        opened_at=at,
        saved_at=at,
    )
    record("sheet.opened", actor=actor, subject=sheet, payload={"version": sheet.version_id})
    return sheet


@transaction.atomic
def save_sheet(
    sheet: ScoreSheet,
    entries: Mapping[str, Entry],
    *,
    recommendation: str = "",
    statement: str = "",
    base_version: int,
    actor: User,
    at: datetime,
) -> ScoreSheet:
    """Write what is typed, by the key of each criterion, and return the sheet with its new `row_version`.

    `base_version` is the one that the page showed; a criterion that is not among `entries` is emptied. The same content
    twice has one effect. The first score freezes the criteria.
    Raises SheetConflict, SheetSubmitted, ScoreRefused, Closed and NotInReview.
    """
    proposal = locked(sheet.version.proposal)
    if proposal.version_in_force_id != sheet.version_id:
        raise NotInReview
    if sheet.reviewer_id != actor.pk or not _is_asked(actor, proposal):
        raise Closed
    in_use = locked_current_set(proposal.call) if _is_unfrozen(sheet) else None
    held = _locked(sheet)
    wanted = _checked(held, entries, recommendation, statement, base_version)
    if (wanted, recommendation, statement) == (entries_of(held), held.recommendation, held.statement):
        return held
    if held.state != State.OPEN:
        raise SheetSubmitted
    if held.row_version != base_version:
        raise SheetConflict(held)
    _check_time(proposal.call, at)
    _write_scores(held, wanted)
    held.recommendation, held.statement, held.saved_at = recommendation, statement, at
    held.row_version += 1
    held.save(update_fields=["recommendation", "statement", "saved_at", "row_version"])
    if in_use is not None:
        freeze(in_use, at)
    return held


@transaction.atomic
def submit_sheet(sheet: ScoreSheet, *, base_version: int, actor: User, at: datetime) -> ScoreSheet:
    """Submit the sheet as it was saved in `base_version`; a repeated request finds it submitted.

    Raises SheetIncomplete (with the keys of what is missing), SheetConflict, Closed, NotInReview and ReviewIsOver.
    """
    proposal = locked(sheet.version.proposal)
    held = _locked(sheet)
    if held.reviewer_id != actor.pk or not _is_asked(actor, proposal):
        raise Closed
    if held.state == State.SUBMITTED:
        return held
    if proposal.version_in_force_id != held.version_id:
        raise NotInReview
    if held.row_version != base_version:
        raise SheetConflict(held)
    _check_time(proposal.call, at)
    if lacking := missing(held):
        raise SheetIncomplete(lacking)
    held.state, held.submitted_at = State.SUBMITTED, at
    held.row_version += 1
    held.save(update_fields=["state", "submitted_at", "row_version"])
    record(
        "sheet.submitted",
        actor=actor,
        subject=held,
        payload={"version": held.version_id, "criteria": held.criteria_set_id, "at": at.isoformat()},
    )
    return held


@transaction.atomic
def reopen_sheet(sheet: ScoreSheet, *, reason: str, actor: User, at: datetime) -> ScoreSheet:
    """Open a submitted sheet again; only the lead may, with a reason, and not where they have a conflict themselves.

    It moves to the current criteria (`review.domain.criteria`) and does not count until it is submitted again. Twice has
    one effect. Raises NotPermitted, ReasonNeeded and Closed.
    """
    roles = roles_of(actor)
    if ReviewRole.LEAD not in roles or ReviewRole.AUDITOR in roles:
        raise NotPermitted
    if not reason.strip():
        raise ReasonNeeded
    proposal = locked(sheet.version.proposal)
    if not proposals_for(actor).filter(pk=proposal.pk).exists():
        raise Closed
    current = locked_current_set(proposal.call)
    held = _locked(sheet)
    if held.state == State.OPEN:
        return held
    held.state, held.submitted_at, held.saved_at = State.OPEN, None, at
    held.row_version += 1
    held.save(update_fields=["state", "submitted_at", "saved_at", "row_version"])
    before = held.criteria_set_id
    if before != current.pk and move_to(held, current):
        freeze(current, at)
    record(
        "sheet.reopened",
        actor=actor,
        subject=held,
        payload={"reason": reason.strip(), "criteria_before": before, "criteria": held.criteria_set_id},
    )
    return held


def entries_of(sheet: ScoreSheet) -> dict[str, Entry]:
    """Return what stands on a sheet, by the key of each criterion of its set, empty where nothing does (one query)."""
    scores = {score.criterion_id: score for score in sheet.scores.all()}
    return {
        criterion.key: _entry(scores[criterion.pk]) if criterion.pk in scores else Entry()
        for criterion in sheet.criteria_set.criteria.all()
    }


def missing(sheet: ScoreSheet) -> list[str]:
    """Return the keys of what a sheet lacks: criteria without a decision, `recommendation`, `statement`."""
    lacking = [key for key, entry in entries_of(sheet).items() if entry.value is None and not entry.not_applicable]
    lacking += [] if sheet.recommendation else ["recommendation"]
    lacking += [] if sheet.statement.strip() else ["statement"]
    return lacking


def _locked(sheet: ScoreSheet) -> ScoreSheet:
    """Lock a sheet, without a join: a row that waited for its lock while its criteria changed would drop out of one."""
    return ScoreSheet.objects.select_for_update(no_key=True).get(pk=sheet.pk)


def _entry(score: Score) -> Entry:
    return Entry(score.value, score.not_applicable, score.reason, score.note)


def _is_asked(actor: User, proposal: Proposal) -> bool:
    """Say whether the person is asked to score this proposal, has no conflict and has said so."""
    roles = roles_of(actor)
    return ReviewRole.AUDITOR not in roles and (
        proposals_for(actor).filter(pk=proposal.pk, is_assigned=True, may_read=True).exists()
    )


def _is_unfrozen(sheet: ScoreSheet) -> bool:
    return ScoreSheet.objects.filter(pk=sheet.pk, criteria_set__frozen_at=None).exists()


def _check_time(call: Call, at: datetime) -> None:
    until = settings_of(call).review_until
    if until is not None and at >= until:
        raise ReviewIsOver


def _checked(
    sheet: ScoreSheet, entries: Mapping[str, Entry], recommendation: str, statement: str, base_version: int
) -> dict[str, Entry]:
    """Return an entry for each criterion of the sheet, or refuse what no sheet can hold."""
    criteria = {criterion.key: criterion.label for criterion in sheet.criteria_set.criteria.all()}
    if unknown := set(entries) - set(criteria):
        if sheet.row_version != base_version:
            raise SheetConflict(sheet)
        raise ScoreRefused(_("Diese Anforderungen gibt es nicht: %(keys)s") % {"keys": ", ".join(sorted(unknown))})
    if recommendation and recommendation not in ScoreSheet.Recommendation.values:
        raise ScoreRefused(_("Diese Empfehlung gibt es nicht."))
    wanted = {}
    for key, label in criteria.items():
        entry = entries.get(key, Entry())
        if entry.value is not None and (entry.not_applicable or not LOWEST <= entry.value <= HIGHEST):
            raise ScoreRefused(
                _("„%(label)s“ hat entweder 0 bis 4 Punkte oder ist nicht anwendbar.") % {"label": label}
            )
        if max(len(entry.note), len(entry.reason), len(statement)) > LONGEST:
            raise ScoreRefused(_("Ein Text hat höchstens 5.000 Zeichen."))
        decided = entry.not_applicable and bool(entry.reason.strip())
        wanted[key] = Entry(entry.value, decided, entry.reason, entry.note)
    return wanted


def _write_scores(sheet: ScoreSheet, wanted: Mapping[str, Entry]) -> None:
    present = entries_of(sheet)
    for criterion in sheet.criteria_set.criteria.all():
        entry = wanted[criterion.key]
        if entry != present[criterion.key]:
            Score.objects.update_or_create(
                sheet=sheet,
                criterion=criterion,
                defaults={
                    "value": entry.value,
                    "not_applicable": entry.not_applicable,
                    "reason": entry.reason,
                    "note": entry.note,
                },
            )
