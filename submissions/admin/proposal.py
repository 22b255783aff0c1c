"""Proposals in the admin: where they stand; drafts show no text."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from connective.errors import DomainError
from connective.receiving import received_at
from submissions.admin.call import ExtensionForm
from submissions.domain.deadline import extend_proposal
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

    def get_urls(self) -> list[URLPattern]:
        """Add the page that extends the deadline of one proposal."""
        return [
            path("<int:pk>/verlaengern/", self.admin_site.admin_view(self.extend_view), name="proposal_extend"),
            *super().get_urls(),
        ]

    def extend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Extend the deadline of one proposal."""
        proposal = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, proposal):
            return redirect("admin:index")
        form = ExtensionForm(request.POST or None, initial={"closes_at": proposal.closes_at})
        if request.method == "POST" and form.is_valid():
            try:
                extend_proposal(proposal, actor=request.user, at=received_at(request), **form.cleaned_data)  # type: ignore[arg-type]
            except DomainError as refusal:
                form.add_error(None, refusal.text)
            else:
                messages.success(request, _("Die Frist dieses Vorschlags ist verlängert."))
                return redirect("admin:submissions_proposal_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "title": _("Frist verlängern: %(what)s") % {"what": proposal},
            "previous": proposal.closes_at,
            "opts": self.opts,
            "back": "admin:submissions_proposal_change",
            "pk": pk,
            "media": self.media + form.media,
        }
        return render(request, "admin/submissions/extend.html", context)
