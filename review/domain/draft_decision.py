"""What the office prepares for a decision: the event's final title and form, reasons, and feedback that a second person reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.errors import Closed
from review.domain.rounds import OFFICE, check_role
from review.domain.visible import proposals_for
from review.models import Criterion, CriterionFeedback, DecisionDraft
from submissions.models import Call, Proposal


class DraftConflict(DomainError):
    """Somebody else, or another tab, saved in between; nothing was overwritten."""

    message = _(
        "Diese Angaben wurden inzwischen an anderer Stelle gespeichert. Beide Fassungen stehen unten; nichts ist verloren."
    )

    def __init__(self, current: DecisionDraft) -> None:
        """Keep the draft as it stands now, so that the edge can show both."""
        super().__init__()
        self.current = current


class OwnFeedback(DomainError):
    """Whoever wrote the feedback does not review it."""

    message = _("Sie haben diese Rückmeldung zuletzt geändert. Prüfen muss sie eine zweite Person.")


class FeedbackChanged(DomainError):
    """The feedback is not the one that was read."""

    message = _("Die Rückmeldung wurde inzwischen geändert. Bitte lesen Sie sie noch einmal.")


@dataclass(frozen=True)
class DraftText:
    """What a person types; `criteria` is feedback by the key of the criterion's row."""

    final_title: str = ""
    final_mode: str = ""
    internal_reason: str = ""
    feedback: str = ""
    criteria: Mapping[int, str] = field(default_factory=dict)


def save_draft(proposal: Proposal, typed: DraftText, *, based_on: int, actor: User, at: datetime) -> DecisionDraft:
    """Save what was typed, based on the version that the page showed (0: none yet). A change asks for another review.

    Raises NotPermitted, Closed and DraftConflict.
    """
    check_role(actor, OFFICE)
    with transaction.atomic():
        _check_open(actor, proposal)
        current = DecisionDraft.objects.filter(proposal=proposal).first()
        if (current.version if current else 0) != based_on:
            raise DraftConflict(current or DecisionDraft(proposal=proposal))
        saved, _created = DecisionDraft.objects.update_or_create(
            proposal=proposal,
            defaults={
                "final_title": typed.final_title.strip(),
                "final_mode": typed.final_mode,
                "internal_reason": typed.internal_reason.strip(),
                "feedback": typed.feedback.strip(),
                "version": based_on + 1,
                "saved_by": actor,
                "saved_at": at,
                "reviewed_by": None,
                "reviewed_at": None,
            },
        )
        CriterionFeedback.objects.filter(draft=saved).delete()
        known = set(Criterion.objects.filter(criteria_set__call=proposal.call_id).values_list("pk", flat=True))
        CriterionFeedback.objects.bulk_create(
            CriterionFeedback(draft=saved, criterion_id=key, text=text.strip())
            for key, text in typed.criteria.items()
            if key in known and text.strip()
        )
        record("decision.drafted", actor=actor, subject=proposal, payload={"version": saved.version})
    return saved


def review_feedback(draft: DecisionDraft, *, based_on: int, actor: User, at: datetime) -> DecisionDraft:
    """Note that a second person has read the feedback. Raises NotPermitted, Closed, OwnFeedback and FeedbackChanged."""
    check_role(actor, OFFICE)
    with transaction.atomic():
        _check_open(actor, draft.proposal)
        current = DecisionDraft.objects.get(pk=draft.pk)
        if current.version != based_on:
            raise FeedbackChanged
        if current.saved_by_id == actor.pk:
            raise OwnFeedback
        if current.reviewed_at is None:
            current.reviewed_by, current.reviewed_at = actor, at
            current.save(update_fields=["reviewed_by", "reviewed_at"])
            record("decision.feedback_reviewed", actor=actor, subject=draft.proposal, payload={"version": based_on})
    return current


def feedback_of(draft: DecisionDraft) -> str:
    """Return the whole feedback as the applicant reads it: the free text, then a paragraph for each requirement."""
    by_criterion = draft.criterion_feedback.select_related("criterion").order_by("criterion__position")
    return "\n\n".join(
        part for part in [draft.feedback, *(f"{one.criterion.label}: {one.text}" for one in by_criterion)] if part
    )


def _check_open(actor: User, proposal: Proposal) -> None:
    """Lock call and proposal; raise Closed where the proposal is closed to the person."""
    Call.objects.select_for_update().get(pk=proposal.call_id)
    Proposal.objects.select_for_update().get(pk=proposal.pk)
    if not proposals_for(actor, proposal.call).filter(pk=proposal.pk).exists():
        raise Closed
