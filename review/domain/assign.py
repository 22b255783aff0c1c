"""Who reviews what: by hand, in bulk, and taken back.

A bulk act is a plan first (`plan_bulk`, `review.domain.assignment_plan.propose`): what would be assigned and what would
be left out, and why. `apply_plan` then does it, and checks each pair again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from review.domain.declare import locked
from review.domain.errors import CannotAssign, NotPermitted
from review.domain.roles import possible_reviewers, roles_of
from review.models import Assignment, Declaration, FormalCheck, ReviewRole, ScoreSheet
from submissions.models import Call, Proposal

NOT_A_REVIEWER = _("Diese Person hat keine Rolle, in der sie bewerten kann.")
IN_CONFLICT = _("Diese Person ist bei diesem Vorschlag befangen.")
NOT_SUBMITTED = _("Dieser Vorschlag ist zurzeit nicht eingereicht.")
NOT_ELIGIBLE = _("Dieser Vorschlag ist nach der formalen Prüfung nicht zugelassen.")
HAS_BEGUN = _("Diese Person hat die Bewertung schon begonnen; ihr Bogen bliebe ohne Zuweisung.")
ALREADY = _("Dieser Vorschlag ist dieser Person schon zugewiesen.")


@dataclass(frozen=True)
class LeftOut:
    """A pair of a plan that is not assigned, and why; `reviewer` is None where too few people are possible."""

    proposal: int
    reviewer: int | None
    why: str | Promise


@dataclass(frozen=True)
class Plan:
    """What would be assigned: pairs of keys (proposal, reviewer), and what is left out."""

    pairs: tuple[tuple[int, int], ...]
    left_out: tuple[LeftOut, ...] = ()
    is_calibration: bool = False


@transaction.atomic
def assign(
    proposal: Proposal, reviewer: User, *, actor: User, at: datetime, is_calibration: bool = False
) -> Assignment:
    """Ask a person to review a proposal. Twice has one effect. Raises NotPermitted and CannotAssign."""
    check_may_assign(actor)
    locked(proposal)
    if why := why_not([proposal.pk], [reviewer.pk]).get((proposal.pk, reviewer.pk)):
        raise CannotAssign(why)
    assignment, made = Assignment.objects.get_or_create(
        proposal=proposal,
        reviewer=reviewer,
        defaults={"assigned_by": actor, "assigned_at": at, "is_calibration": is_calibration},
    )
    if made:
        record("review.assigned", actor=actor, subject=proposal, payload={"reviewer": reviewer.pk})
    return assignment


@transaction.atomic
def unassign(proposal: Proposal, reviewer: User, *, actor: User) -> None:
    """Take an assignment back as long as the person has not begun. Twice has one effect.

    Raises NotPermitted, and CannotAssign once a sheet is begun.
    """
    check_may_assign(actor)
    locked(proposal)
    if begun(reviewer).filter(version__proposal=proposal).exists():
        raise CannotAssign(HAS_BEGUN)
    deleted, _rows = Assignment.objects.filter(proposal=proposal, reviewer=reviewer).delete()
    if deleted:
        record("review.unassigned", actor=actor, subject=proposal, payload={"reviewer": reviewer.pk})


def plan_bulk(proposals: Iterable[Proposal], reviewers: Iterable[User]) -> Plan:
    """Return what assigning every one of the proposals to every one of the people would do (constant queries)."""
    proposal_keys = [proposal.pk for proposal in proposals]
    reviewer_keys = [reviewer.pk for reviewer in reviewers]
    refused: dict[tuple[int, int], str | Promise] = dict(why_not(proposal_keys, reviewer_keys))
    for pair in Assignment.objects.filter(proposal__in=proposal_keys, reviewer__in=reviewer_keys).values_list(
        "proposal_id", "reviewer_id"
    ):
        refused.setdefault(pair, ALREADY)
    pairs = [(proposal, reviewer) for proposal in proposal_keys for reviewer in reviewer_keys]
    return Plan(
        pairs=tuple(pair for pair in pairs if pair not in refused),
        left_out=tuple(LeftOut(*pair, refused[pair]) for pair in pairs if pair in refused),
    )


@transaction.atomic
def apply_plan(call: Call, plan: Plan, *, actor: User, at: datetime) -> int:
    """Assign the pairs of a plan that are still possible; return how many are new. Twice has one effect.

    All pairs are of proposals of this call. Raises NotPermitted.
    """
    check_may_assign(actor)
    wanted = {proposal for proposal, _reviewer in plan.pairs}
    proposals = list(
        Proposal.objects.select_for_update(no_key=True)
        .filter(call=call, pk__in=wanted)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    reviewers = {reviewer for _proposal, reviewer in plan.pairs}
    refused = why_not(proposals, reviewers)
    there = set(Assignment.objects.filter(proposal__in=proposals).values_list("proposal_id", "reviewer_id"))
    open_to = set(proposals)
    made = Assignment.objects.bulk_create(
        Assignment(
            proposal_id=proposal,
            reviewer_id=reviewer,
            assigned_by=actor,
            assigned_at=at,
            is_calibration=plan.is_calibration,
        )
        for proposal, reviewer in sorted(set(plan.pairs))
        if proposal in open_to and (proposal, reviewer) not in refused and (proposal, reviewer) not in there
    )
    if made:
        record(
            "review.assigned_in_bulk",
            actor=actor,
            subject=call,
            payload={"pairs": [[assignment.proposal_id, assignment.reviewer_id] for assignment in made]},
        )
    return len(made)


def why_not(proposals: Iterable[int], reviewers: Iterable[int]) -> dict[tuple[int, int], str | Promise]:
    """Return the pairs of keys that cannot be assigned, each with a sentence (three queries)."""
    proposals, reviewers = list(proposals), list(reviewers)
    possible = set(possible_reviewers().filter(pk__in=reviewers).values_list("pk", flat=True))
    not_eligible = FormalCheck.objects.filter(is_current=True, result=FormalCheck.Result.NOT_ELIGIBLE)
    states = dict(
        Proposal.objects.filter(pk__in=proposals)
        .filter(Q(version_in_force=None) | Q(pk__in=not_eligible.values("proposal")))
        .values_list("pk", "version_in_force")
    )
    conflicts = set(
        Declaration.objects.filter(proposal__in=proposals, person__in=reviewers, is_current=True)
        .exclude(kind=Declaration.Kind.NONE)
        .values_list("proposal_id", "person_id")
    )
    refused: dict[tuple[int, int], str | Promise] = {}
    for proposal in proposals:
        for reviewer in reviewers:
            if reviewer not in possible:
                refused[proposal, reviewer] = NOT_A_REVIEWER
            elif proposal in states:
                refused[proposal, reviewer] = NOT_ELIGIBLE if states[proposal] else NOT_SUBMITTED
            elif (proposal, reviewer) in conflicts:
                refused[proposal, reviewer] = IN_CONFLICT
    return refused


def check_may_assign(actor: User) -> None:
    """Let the office assign. Raises NotPermitted."""
    roles = roles_of(actor)
    if not roles & {ReviewRole.OFFICE, ReviewRole.LEAD} or ReviewRole.AUDITOR in roles:
        raise NotPermitted


def begun(reviewer: User) -> QuerySet[ScoreSheet]:
    """Return the sheets on which the person has scored, written or submitted something."""
    return ScoreSheet.objects.filter(reviewer=reviewer, row_version__gt=0)
