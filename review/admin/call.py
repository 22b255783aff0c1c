"""Calls in the admin, with the way to their review."""

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from connective.accounts.models import User
from review.domain.visible import proposals_for
from submissions.admin.call import CallAdmin, ExtensionInline, ThemeInline
from submissions.models import Call, DeadlineExtension

admin.site.unregister(Call)


class VisibleExtensionInline(ExtensionInline):
    """The extensions of a call, without those of proposals that are closed to the person."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadlineExtension]:
        """Start from what the person may see, names included: an extension names its proposal."""
        assert isinstance(request.user, User)
        named = proposals_for(request.user).filter(identity_hidden=False).values("pk")
        return super().get_queryset(request).filter(Q(proposal=None) | Q(proposal__in=named))


@admin.register(Call)
class ReviewedCallAdmin(CallAdmin):
    """Like that of the submissions; counts only what the person may see, and leads to the cockpit."""

    change_form_template = "admin/review/call_change_form.html"
    inlines = (ThemeInline, VisibleExtensionInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        """Count the proposals that exist for the person."""
        assert isinstance(request.user, User)
        visible = proposals_for(request.user).values("pk")
        return (
            super()
            .get_queryset(request)
            .annotate(visible_count=Count("proposals", filter=Q(proposals__in=visible), distinct=True))
        )

    @admin.display(description=gettext_lazy("eingereicht"))
    def submitted(self, call: Call) -> int:
        """Return how many proposals have a version in force and are open to the person."""
        count: int = call.visible_count  # type: ignore[attr-defined]
        return count

    def has_delete_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        """Only a call without proposals can be deleted: the page that asks would name them, drafts included."""
        return obj is not None and super().has_delete_permission(request, obj) and not obj.proposals.exists()
