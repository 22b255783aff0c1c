"""The criteria of a call: editing them, freezing them with the first score, and what a later change does to whom.

The rule of a change after freezing, shown to the lead before it happens (`effect_of_change`): **a sheet in work
always uses the current set; a submitted sheet keeps the set with which it was submitted.** So a change makes a new set
and moves all open sheets to it; what was typed goes along with the criterion of the same key; what was typed for a
dropped criterion is kept and not counted. A submitted sheet moves only when the lead reopens it.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.default_criteria import TEXTS
from review.domain.errors import CriteriaChanged, CriteriaRefused, NotPermitted, ReasonNeeded
from review.domain.roles import roles_of
from review.models import Anchor, Assignment, CriteriaSet, Criterion, ReviewRole, Score, ScoreSheet
from review.models.criteria import HIGHEST, LOWEST
from submissions.models import Call

VALUES = range(LOWEST, HIGHEST + 1)


@dataclass(frozen=True)
class CriterionDraft:
    """A criterion as it is typed; `anchors` holds (German, English) for the values 0 to 4."""

    key: str
    label: str
    question: str
    anchors: tuple[tuple[str, str], ...]
    label_en: str = ""
    question_en: str = ""
    weight: Decimal = Decimal(1)
    is_must: bool = False
    must_at_least: int = 2


@dataclass(frozen=True)
class Effect:
    """What a change of the criteria would do now.

    `makes_new_set`: the current one is frozen. `submitted` sheets stay as they are, `open_sheets` move, `not_begun`
    assignments will meet the new criteria.
    """

    makes_new_set: bool
    submitted: int
    open_sheets: int
    not_begun: int


@transaction.atomic
def default_criteria(call: Call, *, actor: User | None, at: datetime) -> CriteriaSet:
    """Give a call the seven criteria of the Themenaufruf to begin with; one that has criteria keeps them."""
    Call.objects.select_for_update(no_key=True).get(pk=call.pk)
    existing = CriteriaSet.objects.filter(call=call).order_by("-number").first()
    if existing is not None:
        return existing
    made = CriteriaSet.objects.create(call=call, number=1, created_by=actor, created_at=at)
    _fill(made, _defaults())
    record("criteria.made", actor=actor, subject=call, payload={"set": made.pk, "number": 1})
    return made


def current_set(call: Call) -> CriteriaSet:
    """Return the set that a sheet opened now would use. Raises CriteriaSet.DoesNotExist before `default_criteria`."""
    current = CriteriaSet.objects.filter(call=call).order_by("-number").first()
    if current is None:
        raise CriteriaSet.DoesNotExist
    return current


def locked_current_set(call: Call) -> CriteriaSet:
    """Return the current set while nobody can change or freeze the criteria, until the transaction ends.

    The call's first set serves as the lock: a query for the newest row that has waited for a lock would still return
    the row that was the newest before.
    """
    CriteriaSet.objects.select_for_update(no_key=True).get(call=call, number=1)
    return current_set(call)


def freeze(criteria_set: CriteriaSet, at: datetime) -> None:
    """Freeze a set with the first score that uses it; the caller holds `locked_current_set`."""
    if CriteriaSet.objects.filter(pk=criteria_set.pk, frozen_at=None).update(frozen_at=at):
        record("criteria.frozen", actor=None, subject=criteria_set.call, payload={"set": criteria_set.pk})


def drafts_of(criteria_set: CriteriaSet) -> list[CriterionDraft]:
    """Return the criteria of a set as they could be typed (two queries)."""
    return [
        CriterionDraft(
            key=criterion.key,
            label=criterion.label,
            label_en=criterion.label_en,
            question=criterion.question,
            question_en=criterion.question_en,
            weight=criterion.weight,
            is_must=criterion.is_must,
            must_at_least=criterion.must_at_least,
            anchors=_anchors(criterion),
        )
        for criterion in criteria_set.criteria.prefetch_related("anchors")
    ]


def fingerprint(criteria_set: CriteriaSet) -> str:
    """Return the mark of what a page shows of a set: its content and whether it is frozen."""
    content = [asdict(draft) | {"weight": str(draft.weight)} for draft in drafts_of(criteria_set)]
    text = json.dumps([criteria_set.pk, criteria_set.frozen_at is not None, content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def effect_of_change(call: Call) -> Effect:
    """Say what changing the criteria would do now, to be shown before it is done."""
    sheets = ScoreSheet.objects.filter(
        version__proposal__call=call, version=F("version__proposal__version_in_force")
    ).values_list("state", "version__proposal_id", "reviewer_id")
    begun = {(proposal, reviewer) for _state, proposal, reviewer in sheets}
    assigned = Assignment.objects.filter(proposal__call=call).values_list("proposal_id", "reviewer_id")
    states = [state for state, _proposal, _reviewer in sheets]
    return Effect(
        makes_new_set=current_set(call).frozen_at is not None,
        submitted=states.count(ScoreSheet.State.SUBMITTED),
        open_sheets=states.count(ScoreSheet.State.OPEN),
        not_begun=len(set(assigned) - begun),
    )


@transaction.atomic
def change_criteria(
    call: Call, drafts: Sequence[CriterionDraft], *, shown: str, reason: str = "", actor: User, at: datetime
) -> CriteriaSet:
    """Change the criteria of a call; only the lead may. The same content has no effect.

    `shown` is the `fingerprint` of the set that the page showed. A set that no score uses yet is changed in place; a
    frozen one is left as it is and a new one made, for which `reason` is needed, and all open sheets move to it.
    Raises NotPermitted, CriteriaRefused, CriteriaChanged and ReasonNeeded.
    """
    roles = roles_of(actor)
    if ReviewRole.LEAD not in roles or ReviewRole.AUDITOR in roles:
        raise NotPermitted
    _check(drafts)
    current = locked_current_set(call)
    if drafts_of(current) == list(drafts):
        return current
    if fingerprint(current) != shown:
        raise CriteriaChanged
    if current.frozen_at is None:
        current.criteria.all().delete()
        _fill(current, drafts)
        record("criteria.changed", actor=actor, subject=call, payload={"set": current.pk, "number": current.number})
        return current
    if not reason.strip():
        raise ReasonNeeded
    made = CriteriaSet.objects.create(
        call=call, number=current.number + 1, reason=reason.strip(), created_by=actor, created_at=at
    )
    _fill(made, drafts)
    moved = [move_to(sheet, made) for sheet in _open_sheets(call)]
    if any(moved):
        freeze(made, at)
    record(
        "criteria.replaced",
        actor=actor,
        subject=call,
        payload={"set": made.pk, "number": made.number, "reason": made.reason, "sheets_moved": len(moved)},
    )
    return made


def move_to(sheet: ScoreSheet, criteria_set: CriteriaSet) -> bool:
    """Let an open, locked sheet use another set; return whether it holds a score by it.

    What was typed goes along with the criterion of the same key; the rest stays beside, uncounted, and comes back if a
    later set has that key again. The sheet's version goes up, so that a page that shows the old criteria is told.
    """
    wanted = {criterion.key: criterion for criterion in criteria_set.criteria.all()}
    placed: dict[str, Score] = {}
    for score in sheet.scores.select_related("criterion").order_by("-criterion__criteria_set__number"):
        placed.setdefault(score.criterion.key, score)
    for key, score in placed.items():
        if key in wanted and score.criterion_id != wanted[key].pk:
            score.criterion = wanted[key]
            score.save(update_fields=["criterion"])
    sheet.criteria_set = criteria_set
    sheet.row_version += 1
    sheet.save(update_fields=["criteria_set", "row_version"])
    return any(key in wanted for key in placed)


def _open_sheets(call: Call) -> list[ScoreSheet]:
    return list(
        ScoreSheet.objects.select_for_update(of=("self",), no_key=True)
        .filter(version__proposal__call=call, state=ScoreSheet.State.OPEN)
        .order_by("pk")
    )


def _check(drafts: Sequence[CriterionDraft]) -> None:
    """Refuse a set that nobody could score by."""
    if not drafts:
        raise CriteriaRefused(_("Es braucht mindestens eine Anforderung."))
    if len({draft.key for draft in drafts}) != len(drafts):
        raise CriteriaRefused(_("Jedes Kürzel darf nur einmal vorkommen."))
    for draft in drafts:
        if not (draft.key and draft.label.strip() and draft.question.strip()):
            raise CriteriaRefused(_("Jede Anforderung braucht Kürzel, Bezeichnung und Frage."))
        if draft.weight <= 0:
            raise CriteriaRefused(_("Gewichte sind größer als null: %(label)s") % {"label": draft.label})
        if draft.must_at_least not in VALUES[1:]:
            raise CriteriaRefused(_("Eine Mindestpunktzahl liegt zwischen 1 und 4: %(label)s") % {"label": draft.label})
        if len(draft.anchors) != len(VALUES) or not all(german.strip() for german, _english in draft.anchors):
            raise CriteriaRefused(_("Zu jedem Wert von 0 bis 4 gehört ein Text: %(label)s") % {"label": draft.label})


def _fill(criteria_set: CriteriaSet, drafts: Sequence[CriterionDraft]) -> None:
    for position, draft in enumerate(drafts, start=1):
        criterion = Criterion.objects.create(
            criteria_set=criteria_set,
            key=draft.key,
            position=position,
            label=draft.label,
            label_en=draft.label_en,
            question=draft.question,
            question_en=draft.question_en,
            weight=draft.weight,
            is_must=draft.is_must,
            must_at_least=draft.must_at_least,
        )
        Anchor.objects.bulk_create(
            Anchor(criterion=criterion, value=value, text=german, text_en=english)
            for value, (german, english) in zip(VALUES, draft.anchors, strict=True)
        )


def _anchors(criterion: Criterion) -> tuple[tuple[str, str], ...]:
    texts = {anchor.value: (anchor.text, anchor.text_en) for anchor in criterion.anchors.all()}
    return tuple(texts.get(value, ("", "")) for value in VALUES)


def _defaults() -> list[CriterionDraft]:
    return [
        CriterionDraft(
            key=text.key,
            label=text.label,
            label_en=text.label_en,
            question=text.question,
            question_en=text.question_en,
            anchors=text.anchors,
            is_must=text.is_must,
        )
        for text in TEXTS
    ]
