"""Calls in the admin: create, copy, publish, extend."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from connective.audit.log import record
from connective.errors import DomainError
from connective.receiving import received_at
from submissions.admin.unseen_changes import UnseenChangesForm
from submissions.domain.call import copy_call
from submissions.domain.deadline import extend
from submissions.models import Call, DeadlineExtension, Theme


class ExtensionForm(forms.Form):
    """A later closing instant, and why."""

    closes_at = forms.SplitDateTimeField(
        label=gettext_lazy("Neue Frist"),
        help_text=gettext_lazy("Zeit in Deutschland. Der erste Zeitpunkt, zu dem nichts mehr angenommen wird."),
        widget=AdminSplitDateTime,
    )
    reason = forms.CharField(label=gettext_lazy("Grund"), widget=forms.Textarea({"rows": 3}))
    only_for = forms.CharField(
        label=gettext_lazy("Nur für einen Vorschlag"),
        required=False,
        help_text=gettext_lazy(
            "Vorgangsnummer, oder die Kennung, die neben dem Formblatt eines Entwurfs steht. Leer: für alle."
        ),
    )


class ThemeInline(admin.TabularInline[Theme, Call]):
    """The themes of a call."""

    model = Theme
    extra = 0


class ExtensionInline(admin.TabularInline[DeadlineExtension, Call]):
    """The extensions of a call, to be read only."""

    model = DeadlineExtension
    extra = 0
    fields = readonly_fields = ("proposal", "previous_closes_at", "closes_at", "reason", "granted_by", "granted_at")

    def has_add_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:  # noqa: ARG002
        """Extensions are granted on a page of their own."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Extensions are never changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Extensions are never deleted."""
        return False


@admin.register(Call)
class CallAdmin(admin.ModelAdmin[Call]):
    """Everything that belongs to one call."""

    form = UnseenChangesForm
    change_form_template = "admin/submissions/call/change_form.html"
    list_display = ("title", "is_published", "opens_at", "closes_at", "answer_by", "submitted", "drafts")
    list_filter = ("is_published",)
    search_fields = ("title", "slug", "reference_prefix")
    prepopulated_fields = {"slug": ("title",)}
    inlines = (ThemeInline, ExtensionInline)
    fieldsets = (
        (None, {"fields": ("seen", "title", "title_en", "slug", "reference_prefix", "is_published")}),
        (gettext_lazy("Fristen"), {"fields": ("opens_at", "closes_at", "answer_by")}),
        (gettext_lazy("Regeln"), {"fields": ("page_limit", "places", "max_per_organisation", "country_list")}),
        (
            gettext_lazy("Texte"),
            {
                "fields": (
                    "introduction",
                    "introduction_en",
                    "after_closing",
                    "after_closing_en",
                    "privacy_text",
                    "privacy_version",
                )
            },
        ),
        (gettext_lazy("Kontakt"), {"fields": ("contact", "contact_email")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        """Count proposals with the calls, in one query."""
        return (
            super()
            .get_queryset(request)
            .annotate(
                submitted_count=Count("proposals", filter=Q(proposals__version_in_force__isnull=False)),
                draft_count=Count("proposals", filter=Q(proposals__state="draft")),
            )
        )

    @admin.display(description=gettext_lazy("eingereicht"))
    def submitted(self, call: Call) -> int:
        """Return how many proposals have a version in force."""
        count: int = call.submitted_count  # type: ignore[attr-defined]
        return count

    @admin.display(description=gettext_lazy("Entwürfe"))
    def drafts(self, call: Call) -> int:
        """Return how many drafts there are; their texts are nobody's business before the submission."""
        count: int = call.draft_count  # type: ignore[attr-defined]
        return count

    def get_readonly_fields(self, request: HttpRequest, obj: Call | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Keep the deadline to its own page once people rely on it: it can only be extended, with a reason."""
        if obj is None or not (obj.is_published or obj.proposals.exists()):
            return ()
        fixed = ("closes_at", "reference_prefix")
        return (*fixed, "page_limit") if obj.proposals.exclude(version_in_force=None).exists() else fixed

    def get_prepopulated_fields(self, request: HttpRequest, obj: Call | None = None) -> dict[str, Any]:  # noqa: ARG002
        """Suggest the address from the title while the call is new."""
        return {} if obj else {"slug": ("title",)}

    def save_model(self, request: HttpRequest, obj: Call, form: Any, change: bool) -> None:
        """Save what was changed, and write down who changed which fields.

        Nothing else of the row is written: a submission may draw its number, or an extension move the deadline, while
        this request is under way.
        """
        obj.save(update_fields=form.changed_data if change else None)
        record(
            "call.changed" if change else "call.created",
            actor=request.user,  # type: ignore[arg-type]
            subject=obj,
            payload={"fields": sorted(form.changed_data)},
        )

    def get_urls(self) -> list[URLPattern]:
        """Add the pages to copy and to extend."""
        return [
            path("<int:pk>/kopieren/", self.admin_site.admin_view(require_POST(self.copy_view)), name="call_copy"),
            path("<int:pk>/verlaengern/", self.admin_site.admin_view(self.extend_view), name="call_extend"),
            *super().get_urls(),
        ]

    def copy_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Create a new call as a copy and open it."""
        call = get_object_or_404(Call, pk=pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        copy = copy_call(call, actor=request.user)  # type: ignore[arg-type]
        messages.success(
            request, _("Die Kopie ist angelegt und noch nicht veröffentlicht. Bitte prüfen Sie alle Daten.")
        )
        return redirect("admin:submissions_call_change", copy.pk)

    def extend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Extend the deadline of a call, or of one of its proposals."""
        call = get_object_or_404(Call, pk=pk)
        if not self.has_change_permission(request, call):
            raise PermissionDenied
        form = ExtensionForm(request.POST or None, initial={"closes_at": call.closes_at})
        if request.method == "POST" and form.is_valid():
            try:
                extend(call, actor=request.user, at=received_at(request), **form.cleaned_data)  # type: ignore[arg-type]
            except DomainError as refusal:
                form.add_error(None, refusal.text)
            else:
                messages.success(request, _("Die Frist ist verlängert."))
                return redirect("admin:submissions_call_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "form": form,
            "title": _("Frist verlängern: %(what)s") % {"what": call},
            "call": call,
            "opts": self.opts,
            "media": self.media + form.media,
        }
        return render(request, "admin/submissions/extend.html", context)
