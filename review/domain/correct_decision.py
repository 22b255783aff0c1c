"""Correcting a decision: another one supersedes it, and nothing is erased (invariant 7)."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain import decision_chain
from review.domain.decide import DECIDES, NotDecidable
from review.domain.errors import Closed, ReasonNeeded
from review.domain.rounds import check_role
from review.domain.visible import proposals_for
from review.domain.withdraw_letters import withdraw_letters_of
from review.models import Decision, Outcome
from submissions.models import Call


class Superseded(DomainError):
    """Another decision is in force by now."""

    message = _(
        "Diese Entscheidung gilt nicht mehr: Sie wurde inzwischen berichtigt. Bitte sehen Sie sie noch einmal an."
    )


class NobodyInReserve(DomainError):
    """The reserve list is empty, or no acceptance has lapsed."""

    message = _("Niemand kann nachrücken: Die Nachrückliste ist leer, oder alle Plätze sind vergeben.")


@dataclass(frozen=True)
class Change:
    """What a correction decides instead."""

    outcome: Outcome
    feedback: str = ""
    final_title: str = ""
    final_mode: str = ""
    reserve_rank: int | None = None


def correct(decision: Decision, change: Change, *, reason: str, actor: User, at: datetime) -> Decision:
    """Supersede a decision in force; its letters that are not sent are withdrawn. The reason stays with it.

    Raises NotPermitted, ReasonNeeded, Superseded, NotDecidable, and Closed for whoever has a conflict with the proposal.
    """
    check_role(actor, DECIDES)
    if not reason.strip():
        raise ReasonNeeded
    if change.outcome == Outcome.ACCEPTANCE and not (change.final_title.strip() and change.final_mode):
        raise NotDecidable(_("Zu einer Zusage gehören Titel und Form der Veranstaltung."))
    if change.outcome == Outcome.RESERVE and not change.reserve_rank:
        raise NotDecidable(_("Zur Nachrückliste gehört eine Stelle."))
    with transaction.atomic():
        locked = _locked(decision)
        if not proposals_for(actor, locked.call).filter(pk=locked.proposal_id).exists():
            raise Closed
        made = _supersede(locked, change, reason.strip(), actor, at)
        record(
            "decision.corrected",
            actor=actor,
            subject=made,
            payload={"supersedes": locked.pk, "sha256": made.sha256, "at": at.isoformat()},
        )
    return made


def lapse(decision: Decision, *, reason: str, actor: User, at: datetime) -> Decision:
    """Record that an acceptance lapses, because the host withdraws or cannot be host.

    Raises NotPermitted, ReasonNeeded, Superseded, and NotDecidable for anything that is no acceptance.
    """
    if decision.outcome != Outcome.ACCEPTANCE:
        raise NotDecidable(_("Entfallen kann nur eine Zusage."))
    return correct(decision, Change(Outcome.LAPSED), reason=reason, actor=actor, at=at)


def next_in_reserve(call: Call) -> Decision | None:
    """Return the decision of who moves up next: there is a free place and somebody on the reserve list."""
    in_force = Decision.objects.filter(call=call, superseded_by=None)
    if not in_force.filter(outcome=Outcome.LAPSED).exists():
        return None
    if in_force.filter(outcome=Outcome.ACCEPTANCE).count() >= call.places:
        return None
    return in_force.filter(outcome=Outcome.RESERVE).order_by("reserve_rank", "sequence").first()


def move_up(
    decision: Decision, *, final_title: str, final_mode: str, reason: str, actor: User, at: datetime
) -> Decision:
    """Let the first of the reserve list take the place of a lapsed acceptance.

    Raises NotPermitted, ReasonNeeded, Superseded, NotDecidable, and NobodyInReserve where it is not this one's turn.
    """
    following = next_in_reserve(decision.call)
    if following is None or following.pk != decision.pk:
        raise NobodyInReserve
    change = Change(Outcome.ACCEPTANCE, decision.feedback, final_title, final_mode)
    return correct(decision, change, reason=reason, actor=actor, at=at)


def _locked(decision: Decision) -> Decision:
    """Lock the call, and return the decision as long as it is in force."""
    call = Call.objects.select_for_update().get(pk=decision.call_id)
    current = Decision.objects.select_related("proposal", "round").get(pk=decision.pk)
    if Decision.objects.filter(supersedes=current).exists():
        raise Superseded
    current.call = call
    return current


def _supersede(before: Decision, change: Change, reason: str, actor: User, at: datetime) -> Decision:
    row = Decision(
        proposal=before.proposal,
        supersedes=before,
        outcome=change.outcome,
        reserve_rank=change.reserve_rank if change.outcome == Outcome.RESERVE else None,
        basis=before.basis,
        round=before.round,
        reason=reason,
        internal_reason=before.internal_reason,
        feedback=change.feedback.strip(),
        final_title=change.final_title.strip() if change.outcome == Outcome.ACCEPTANCE else "",
        final_mode=change.final_mode if change.outcome == Outcome.ACCEPTANCE else "",
        decided_by=actor,
        decided_at=at,
    )
    made = decision_chain.append(before.call, [row])[0]
    withdraw_letters_of(before, actor=actor, at=at)
    return made
