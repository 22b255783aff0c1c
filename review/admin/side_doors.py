"""Messages and the audit log tell of proposals, too: what is closed to a person is left out there as well."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy
from rules.permissions import has_perm

from connective.accounts.models import User
from connective.audit.admin import EntryAdmin
from connective.audit.models import Entry
from connective.mail.admin import MessageAdmin
from connective.mail.models import Message
from review.domain.visible import proposals_for
from review.domain.vote_mails import RECEIPT
from review.models import AnswerLetter, Decision, Declaration, EventPlan, PlanTask, ScoreSheet, VotingRound
from submissions.models import Proposal, SubmittedVersion

admin.site.unregister([Message, Entry])

PRIVATE = {
    RECEIPT: gettext_lazy("Der Text nennt eine Stimme und geht nur die Person an, die sie abgegeben hat."),
    "draft_reminder": gettext_lazy("Der Text nennt einen Entwurf und geht nur an, wer an ihm arbeitet."),
}
"""Kinds of messages whose text is nobody's business, and why."""


def _closed_to(request: HttpRequest) -> list[int]:
    """Return the proposals that a conflict closes to the person, and those whose names blind mode hides."""
    user = request.user
    assert isinstance(user, User)
    conflicts = Declaration.objects.filter(person=user, is_current=True).exclude(kind=Declaration.Kind.NONE)
    nameless = proposals_for(user).filter(identity_hidden=True).order_by()
    return [*conflicts.values_list("proposal", flat=True), *nameless.values_list("pk", flat=True)]


@admin.register(Message)
class VisibleMessageAdmin(MessageAdmin):
    """The message board without what is about proposals that are closed to the person, or nameless.

    Receipts of ballots are shown without their text: it holds a vote, and would be an interim result. So are reminders
    of drafts. Whoever only administers the portal reads nobody's mail.
    """

    def has_view_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:  # noqa: ARG002
        """Ask for the role, which a superuser does not have."""
        return bool(has_perm("mail.view_message", request.user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Leave out the messages about their versions, and the answers to them."""
        closed = _closed_to(request)
        found = super().get_queryset(request)
        if not closed:
            return found
        versions = SubmittedVersion.objects.filter(proposal__in=closed).values_list("pk", flat=True)
        answers = AnswerLetter.objects.filter(decision__proposal__in=closed, message__isnull=False).values("message")
        return found.exclude(occasion__in=[f"version:{version}" for version in versions]).exclude(pk__in=answers)

    @admin.display(description=gettext_lazy("Text"))
    def text(self, message: Message) -> SafeString:
        """Show the frozen text, unless it is private."""
        return escape(PRIVATE[message.kind]) if message.kind in PRIVATE else super().text(message)


@admin.register(Entry)
class VisibleEntryAdmin(EntryAdmin):
    """The audit log without the entries about proposals that are closed to the person; for lead and auditor alone."""

    def has_view_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:  # noqa: ARG002
        """Ask for the role, which a superuser does not have."""
        return bool(has_perm("audit.view_entry", request.user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """Leave out the entries about them, their versions and sheets, the votes on them, and what was decided."""
        closed = _closed_to(request)
        found = super().get_queryset(request)
        if not closed:
            return found
        about = Q(subject_type=Proposal._meta.label_lower, subject_id__in=[str(pk) for pk in closed])
        lookups = (
            (SubmittedVersion, "proposal__in"),
            (ScoreSheet, "version__proposal__in"),
            (VotingRound, "topics__proposal__in"),
            (Decision, "proposal__in"),
            (AnswerLetter, "decision__proposal__in"),
            (EventPlan, "proposal__in"),
            (PlanTask, "plan__proposal__in"),
        )
        for model, lookup in lookups:
            keys = [str(pk) for pk in model._default_manager.filter(**{lookup: closed}).values_list("pk", flat=True)]
            about |= Q(subject_type=model._meta.label_lower, subject_id__in=keys)
        return found.exclude(about)
