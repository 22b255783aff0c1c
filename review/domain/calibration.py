"""Calibration: one proposal that all score first, and how far they lie apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.assign import Plan, apply_plan, check_may_assign, plan_bulk
from review.domain.review_settings import set_anchor, settings_of
from review.domain.visible import counted_sheets, proposals_for
from review.models import Assignment, Criterion, Score
from submissions.models import Call, Proposal


@dataclass(frozen=True)
class Spread:
    """How far the reviewers of the anchor lie apart in one criterion; empty where nobody gave a value."""

    criterion: Criterion
    values: tuple[int, ...]
    not_applicable: int

    @property
    def lowest(self) -> int | None:
        """The lowest value given."""
        return min(self.values, default=None)

    @property
    def highest(self) -> int | None:
        """The highest value given."""
        return max(self.values, default=None)

    @property
    def mean(self) -> float | None:
        """The mean of the values given; "not applicable" takes no part."""
        return sum(self.values) / len(self.values) if self.values else None

    @property
    def width(self) -> int:
        """The distance from the lowest to the highest value."""
        return max(self.values) - min(self.values) if self.values else 0


@transaction.atomic
def begin_calibration(call: Call, proposal: Proposal, reviewers: Iterable[User], *, actor: User, at: datetime) -> Plan:
    """Let these people score this proposal first; return the plan with those left out, for example by a conflict.

    Raises NotPermitted and NotInReview.
    """
    check_may_assign(actor)
    set_anchor(call, proposal)
    bulk = plan_bulk([proposal], reviewers)
    plan = Plan(bulk.pairs, bulk.left_out, is_calibration=True)
    apply_plan(call, plan, actor=actor, at=at)
    Assignment.objects.filter(proposal=proposal).update(is_calibration=True)
    record("review.calibration_begun", actor=actor, subject=proposal, payload={"assigned": len(plan.pairs)})
    return plan


@transaction.atomic
def end_calibration(call: Call, *, actor: User) -> None:
    """Let nobody wait for the anchor any more; its sheets count like all others. Raises NotPermitted."""
    check_may_assign(actor)
    anchor = settings_of(call).anchor_proposal
    if anchor is not None:
        set_anchor(call, None)
        record("review.calibration_ended", actor=actor, subject=anchor)


def still_to_calibrate(person: User, proposal: Proposal) -> bool:
    """Say whether the person has to score another proposal of the call before this one.

    Who is not asked to score the anchor, or has a conflict there, need not wait for it.
    """
    anchor = settings_of(proposal.call).anchor_proposal_id
    if anchor is None or anchor == proposal.pk:
        return False
    return proposals_for(person).filter(pk=anchor, is_assigned=True, own_sheet_submitted=False).exists()


def spread_for(user: User, call: Call) -> list[Spread] | None:
    """Return the spread of the anchor, the widest first; None while the person may not see its scores."""
    anchor = settings_of(call).anchor_proposal_id
    if anchor is None or not proposals_for(user, call).filter(pk=anchor, may_see_scores=True).exists():
        return None
    sheets = counted_sheets(call).filter(version__proposal=anchor)
    newest = sheets.order_by("-criteria_set__number").first()
    if newest is None:
        return []
    values: dict[str, list[int]] = {}
    skipped: dict[str, int] = {}
    for key, value, not_applicable in Score.objects.filter(
        sheet__in=sheets.values("pk"), criterion__criteria_set=newest.criteria_set
    ).values_list("criterion__key", "value", "not_applicable"):
        if value is not None:
            values.setdefault(key, []).append(value)
        skipped[key] = skipped.get(key, 0) + not_applicable
    spreads = [
        Spread(criterion, tuple(sorted(values.get(criterion.key, []))), skipped.get(criterion.key, 0))
        for criterion in newest.criteria_set.criteria.all()
    ]
    return sorted(spreads, key=lambda spread: -spread.width)
