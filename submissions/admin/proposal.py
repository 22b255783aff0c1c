"""Proposals in the admin: where they stand; drafts show no text."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from submissions.models import Proposal


@admin.register(Proposal)
class ProposalAdmin(admin.ModelAdmin[Proposal]):
    """The submitted proposals; a draft that was never submitted is its authors' own business."""

    change_form_template = "admin/submissions/proposal/change_form.html"
    list_display = ("reference", "title", "organisation_name", "land", "state", "call")
    list_filter = ("call", "state", "land")
    search_fields = ("reference", "title", "organisation_name")
    fields = readonly_fields = (
        "reference",
        "call",
        "title",
        "organisation_name",
        "state",
        "version_in_force",
        "closes_at_own",
        "created_at",
        "saved_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Leave out what was never submitted."""
        return super().get_queryset(request).exclude(reference=None).select_related("call", "version_in_force")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Proposals come from municipalities."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:  # noqa: ARG002
        """What was submitted stays."""
        return False
