"""The list of proposals in the admin: what is open to the person, with what the review did about it."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.db.models import QuerySet
from django.forms import CheckboxInput
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rules.permissions import has_perm

from connective.accounts.models import User
from connective.accounts.rate_limits import limited
from connective.receiving import number_in
from review.admin.filters import LandFilter, MineFilter, MissingReviewsFilter, StageFilter
from review.domain import visible
from review.domain.exports import Cell, as_csv, as_xlsx
from review.domain.progress import Stage, with_progress
from review.models import Declaration, ScoreSheet
from submissions.admin.proposal import ProposalAdmin
from submissions.models import Proposal
from submissions.models.municipality import Land

admin.site.unregister(Proposal)

LAENDER = dict(Land.choices)
STAGES = dict(Stage.choices)
FILTERS = (StageFilter, MineFilter, MissingReviewsFilter, LandFilter)
ALLOWED_LOOKUPS = frozenset({"call__id__exact", *(str(shown.parameter_name) for shown in FILTERS)})
"""A filter on a stored field would answer questions about what blind mode hides."""
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@admin.register(Proposal)
class ReviewedProposalAdmin(ProposalAdmin):
    """The submitted proposals that exist for the person; each leads to its file."""

    change_list_template = "admin/review/proposal_change_list.html"
    list_display = ("reference", "topic", "stage", "reviews", "own_part", "shown_name", "land_name")  # type: ignore[assignment]
    list_display_links = ("reference", "topic")
    list_filter = ("call", *FILTERS)  # type: ignore[assignment]
    list_per_page = 50
    list_select_related = ("call",)
    show_full_result_count = False
    ordering = ("reference",)
    actions = ("assign",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Start from the one queryset of the review."""
        assert isinstance(request.user, User)
        return with_progress(request.user)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """Search in lists only: an autocomplete would show titles as they are stored."""
        in_autocomplete = request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
        return () if in_autocomplete else ("reference",)

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Search in what the person sees of a proposal, not in what is stored."""
        return visible.search(queryset, search_term), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:  # noqa: ARG002
        """Allow the filters that are shown, and no others."""
        return lookup in ALLOWED_LOOKUPS

    def action_checkbox(self, obj: Proposal) -> SafeString:
        """Name the row by its reference: the stock label holds the title as it is stored."""
        label = _("%(reference)s auswählen") % {"reference": obj.reference}
        return CheckboxInput({"class": "action-select", "aria-label": label}, lambda _value: False).render(
            ACTION_CHECKBOX_NAME, str(obj.pk)
        )

    @admin.display(description=gettext_lazy("Thema"), ordering="shown_title")
    def topic(self, proposal: Proposal) -> str:
        """Return the title as the person may see it."""
        return _shown(proposal, "title")

    @admin.display(description=gettext_lazy("Organisation"), ordering="shown_organisation")
    def shown_name(self, proposal: Proposal) -> str:
        """Return the organisation's name, or nothing in blind mode (not `organisation`: that is a stored field)."""
        return _shown(proposal, "organisation")

    @admin.display(description=gettext_lazy("Land"), ordering="shown_land")
    def land_name(self, proposal: Proposal) -> str:
        """Return the name of the Land, or nothing in blind mode."""
        return str(LAENDER.get(_shown(proposal, "land"), ""))

    @admin.display(description=gettext_lazy("Stand"), ordering="stage")
    def stage(self, proposal: Proposal) -> str:
        """Return where the proposal stands."""
        return str(STAGES[proposal.stage])  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("Bewertungen"), ordering="reviewed_count")
    def reviews(self, proposal: Proposal) -> str:
        """Return how many reviews there are, of how many that are asked for."""
        counts = {"count": proposal.reviewed_count, "wanted": proposal.wanted_count}  # type: ignore[attr-defined]
        return _("%(count)s von %(wanted)s") % counts

    @admin.display(description=gettext_lazy("Mein Anteil"))
    def own_part(self, proposal: Proposal) -> str:
        """Return what the person has done, or is asked to do."""
        row: Any = proposal
        if row.own_sheet_state:
            return str(dict(ScoreSheet.State.choices)[row.own_sheet_state])
        if row.is_assigned:
            return _("zu bewerten")
        return "" if row.my_declaration is None else str(dict(Declaration.Kind.choices)[row.my_declaration])

    @admin.action(description=gettext_lazy("Personen zuweisen …"), permissions=["assign"])
    def assign(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Lead to the page that assigns the chosen proposals, which first says what it will do."""
        chosen = list(queryset.values_list("pk", "call"))
        if len({call for _pk, call in chosen}) != 1:
            self.message_user(request, _("Bitte wählen Sie Vorschläge eines einzigen Aufrufs."), "error")
            return None
        numbers = "&".join(f"vorschlag={pk}" for pk, _call in chosen)
        return redirect(f"{reverse('review:assign', args=[chosen[0][1]])}?{numbers}")

    def has_assign_permission(self, request: HttpRequest) -> bool:
        """Say who may assign."""
        return bool(has_perm("review.assign", request.user))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the list to everybody who takes part in the review."""
        return bool(has_perm("review.enter", request.user))

    def has_view_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:  # noqa: ARG002
        """Show what `get_queryset` leaves."""
        return bool(has_perm("review.enter", request.user))

    def has_change_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:  # noqa: ARG002
        """Refuse to everybody, superusers among them: what was submitted is frozen."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Call the page by what it shows, and give the list the room of the sidebar."""
        shown = {"title": _("Themenvorschläge"), "is_nav_sidebar_enabled": False}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Lead to the file of the proposal; one that is closed to the person does not exist."""
        return redirect("review:file", self._visible(request, object_id).pk)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Lead to the history in the file, which comes from the audit log."""
        return redirect(reverse("review:file", args=[self._visible(request, object_id).pk]) + "#verlauf")

    def get_urls(self) -> list[URLPattern]:
        """Add the exports of the list."""
        export = self.admin_site.admin_view(limited("export")(self.export_view))
        return [path("export/<str:kind>/", export, name="proposal_export"), *super().get_urls()]

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponse:
        """Return the list as it is searched and filtered, as a table."""
        if kind not in TYPES or not self.has_view_permission(request):
            raise Http404
        try:
            listed = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:  # the list itself answers such an address in the same way
            return redirect(f"{reverse('admin:submissions_proposal_changelist')}?{ERROR_FLAG}=1")
        rows = [_heads(), *_cells(listed)]
        made = as_csv(rows) if kind == "csv" else as_xlsx(rows, title=_("Vorschläge"))
        response = HttpResponse(made, content_type=TYPES[kind])
        response["Content-Disposition"] = f'attachment; filename="Vorschlaege.{kind}"'
        response["Cache-Control"] = "no-store"
        return response

    def _visible(self, request: HttpRequest, object_id: str) -> Proposal:
        key = number_in(object_id, none=None)
        if not self.has_view_permission(request) or key is None:
            raise Http404
        found: Proposal = get_object_or_404(self.get_queryset(request), pk=key)
        return found


def _shown(proposal: Proposal, name: str) -> str:
    return str(getattr(proposal, f"shown_{name}"))


def _heads() -> list[Cell]:
    return [
        _("Vorgangsnummer"),
        _("Thema"),
        _("Organisation"),
        _("Land"),
        _("Stand"),
        _("Bewertungen"),
        _("Bewertungen gewünscht"),
    ]


def _cells(proposals: QuerySet[Any]) -> Iterator[list[Cell]]:
    for proposal in proposals:
        row: Any = proposal
        yield [
            row.reference,
            row.shown_title,
            row.shown_organisation,
            str(LAENDER.get(row.shown_land, "")),
            str(STAGES[row.stage]),
            row.reviewed_count,
            row.wanted_count,
        ]
