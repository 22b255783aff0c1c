"""The ranking of a call with all its figures, and where reviewers should talk to each other."""

from typing import Any

import numpy as np
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from review.domain import ranking as ranked
from review.domain.agreement import RELIABLE, TENTATIVE
from review.domain.ranking import Ranking, Row
from review.domain.statistics import above
from review.domain.visible import proposals_for
from review.models import Comment
from review.views.access import for_call, may, page, reader
from submissions.models import Call

PER_PAGE = 50
KEPT = {
    "disagrees": (gettext_lazy("uneinig"), lambda row: row.disagrees),
    "not_firm": (gettext_lazy("Rang nicht fest"), lambda row: row.rank is not None and not row.firm),
    "musts": (gettext_lazy("Muss-Anforderung nicht erfüllt"), lambda row: bool(row.musts_not_met)),
    "tied": (gettext_lazy("gleichauf"), lambda row: row.tied),
    "unranked": (gettext_lazy("ohne Bewertung"), lambda row: row.rank is None),
}
"""The filters of the ranking: label, and which rows stay."""


class Rows:
    """The rows of a ranking for a paginator: only those of the page are built."""

    def __init__(self, ranking: Ranking) -> None:
        """Keep the ranking."""
        self.ranking = ranking

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.ranking)

    def __getitem__(self, wanted: slice) -> list[Row]:
        """Return the rows of a page."""
        return self.ranking.rows(wanted.start, wanted.stop)


@require_safe
@for_call("review.see_ranking")
def ranking(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the ranking of what the person may see."""
    found = ranked.for_person(reader(request), call)
    kept = request.GET.get("nur", "")
    text = request.GET.get("q", "").strip().casefold()
    listed: Any = Rows(found)
    if kept in KEPT or text:
        stays = KEPT[kept][1] if kept in KEPT else lambda _row: True
        listed = [row for row in found.rows() if stays(row) and _matches(row, text)]
    context = {
        "ranking": found,
        "listed": Paginator(listed, PER_PAGE).get_page(request.GET.get("seite")),
        "filters": [(key, label) for key, (label, _stays) in KEPT.items()],
        "kept": kept,
        "q": request.GET.get("q", ""),
        "alpha_means": _alpha_in_words(found.alpha),
        "may_export": may(request, "review.export"),
    }
    return page(request, "ranking.html", context, title=_("Rangfolge"), call=call)


@require_safe
@for_call("review.enter")
def conversations(request: HttpRequest, call: Call) -> HttpResponse:
    """List the proposals about which reviewers disagree or talk, as far as the person may see their scores."""
    user = reader(request)
    found = ranked.for_person(user, call)
    apart = np.flatnonzero(above(found.reviews.disagreements, found.settings.disagreement_threshold))
    disagreeing = {found.proposals[position]["pk"] for position in apart.tolist()}
    opened = proposals_for(user, call).filter(may_see_scores=True).values("pk")
    talks = {
        row["proposal"]: row
        for row in Comment.objects.filter(proposal__in=opened)
        .order_by()
        .values("proposal")
        .annotate(number=Count("pk"), last=Max("written_at"))
    }
    rows = found.rows_of(list(disagreeing | set(talks)))
    listed = sorted(rows.values(), key=lambda row: (-(row.disagreement or 0), row.reference))
    context = {
        "listed": [(row, talks.get(row.proposal_id)) for row in listed],
        "threshold": found.settings.disagreement_threshold,
    }
    return page(request, "conversations.html", context, title=_("Uneinigkeit und Gespräche"), call=call)


def _matches(row: Row, text: str) -> bool:
    return all(word in f"{row.reference} {row.title} {row.organisation}".casefold() for word in text.split())


def _alpha_in_words(alpha: float | None) -> str:
    """Say what an agreement means, by the thresholds of its author."""
    if alpha is None:
        return _("nicht bestimmbar")
    if alpha >= RELIABLE:
        return _("verlässlich")
    return _("für vorläufige Schlüsse ausreichend") if alpha >= TENTATIVE else _("gering; bitte mit Vorsicht lesen")
