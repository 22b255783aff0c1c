"""Rankings and shortlists to take away, as XLSX and CSV."""

from collections.abc import Iterable, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from connective.accounts.rate_limits import limited
from review import exports
from review.domain import ranking
from review.domain.exports import Cell, as_csv, as_xlsx
from review.domain.shortlist_view import view
from review.views.access import for_call, reader
from review.views.shortlist import lists_for
from submissions.models import Call

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@for_call("review.export")
@limited("export")
def ranking_file(request: HttpRequest, call: Call, kind: str) -> HttpResponse:
    """Return the ranking of what the person may see."""
    found = ranking.for_person(reader(request), call)
    return as_file(exports.ranking_table(found), kind, _("Rangfolge"), f"rangfolge-{call.slug}")


@require_safe
@for_call("review.export")
@limited("export")
def shortlist_file(request: HttpRequest, call: Call, number: int, kind: str) -> HttpResponse:
    """Return a shortlist as far as the person may see it."""
    found = get_object_or_404(lists_for(request, call), number=number)
    table = exports.shortlist_table(view(reader(request), found))
    return as_file(table, kind, _("Auswahlliste"), f"auswahlliste-{call.slug}-{number}")


def as_file(table: Iterable[Sequence[Cell]], kind: str, title: str, name: str) -> HttpResponse:
    """Answer with a table as XLSX or CSV, or with 404 for any other kind."""
    if kind not in TYPES:
        raise Http404
    data = as_csv(table) if kind == "csv" else as_xlsx(table, title=title)
    response = HttpResponse(data, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response
