"""The ranking of a call with all its figures, and where reviewers should talk to each other."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

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
from review.domain.statistics import above, below
from review.domain.visible import proposals_for
from review.models import Comment
from review.views.access import for_call, may, page, reader
from submissions.models import Call

PER_PAGE = 50
KEPT = {
    "disagrees": gettext_lazy("uneinig"),
    "not_firm": gettext_lazy("Rang nicht fest"),
    "musts": gettext_lazy("Muss-Anforderung nicht erfüllt"),
    "tied": gettext_lazy("gleichauf"),
    "unranked": gettext_lazy("ohne Bewertung"),
}
"""The filters of the ranking."""


class Rows:
    """Rows of a ranking for a paginator: only those of the page are built, which matters with 5,000 proposals."""

    def __init__(self, ranking: Ranking, positions: Sequence[int]) -> None:
        """Keep the ranking, and which of its positions are listed in which order."""
        self.ranking, self.positions = ranking, positions

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.positions)

    def __getitem__(self, wanted: slice) -> list[Row]:
        """Return the rows of a page."""
        keys = [self.ranking.proposals[position]["pk"] for position in self.positions[wanted]]
        rows = self.ranking.rows_of(keys)
        return [rows[key] for key in keys]


@require_safe
@for_call("review.see_ranking")
def ranking(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the ranking of what the person may see."""
    found = ranked.for_person(reader(request), call)
    kept = request.GET.get("nur", "")
    text = request.GET.get("q", "").strip().casefold()
    stays = _stays(found, kept)
    positions = [position for position in found.order if stays[position] and _matches(found.proposals[position], text)]
    listed: Any = Rows(found, positions)
    context = {
        "ranking": found,
        "listed": Paginator(listed, PER_PAGE).get_page(request.GET.get("seite")),
        "filters": KEPT.items(),
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
    apart = above(found.reviews.disagreements, found.settings.disagreement_threshold)
    opened = proposals_for(user, call).filter(may_see_scores=True).values("pk")
    talks = {
        row["proposal"]: row
        for row in Comment.objects.filter(proposal__in=opened)
        .order_by()
        .values("proposal")
        .annotate(number=Count("pk"), last=Max("written_at"))
    }
    distances = np.nan_to_num(found.reviews.disagreements)
    positions = [number for number, facts in enumerate(found.proposals) if apart[number] or facts["pk"] in talks]
    positions.sort(key=lambda number: (-distances[number], found.proposals[number]["reference"]))
    rows: Any = Rows(found, positions)
    listed = Paginator(rows, PER_PAGE).get_page(request.GET.get("seite"))
    context = {
        "listed": listed,
        "rows": [(row, talks.get(row.proposal_id)) for row in listed],
        "threshold": found.settings.disagreement_threshold,
    }
    return page(request, "conversations.html", context, title=_("Uneinigkeit und Gespräche"), call=call)


def _stays(found: Ranking, kept: str) -> Sequence[bool]:
    """Say for each position whether a filter keeps it; without one all stay."""
    ranks, stays = found.reviews.ranks, cast("Any", np.ones(len(found), dtype=bool))
    if kept == "disagrees":
        stays = above(found.reviews.disagreements, found.settings.disagreement_threshold)
    elif kept == "not_firm":
        alone = np.isin(np.arange(len(ranks)), list(found.firmness.only_reviews))
        stays = (ranks > 0) & (alone | (found.firmness.best != found.firmness.worst))
    elif kept == "musts":
        limits = [np.nan if one.must_at_least is None else one.must_at_least for one in found.criteria]
        stays = below(found.reviews.criterion_means, np.array(limits, dtype=float)).any(axis=1)
    elif kept == "tied":
        stays = (ranks > 0) & (np.bincount(ranks, minlength=1)[ranks] > 1)
    elif kept == "unranked":
        stays = ranks == 0
    return cast("Sequence[bool]", stays)


def _matches(facts: Mapping[str, Any], text: str) -> bool:
    """Say whether all words occur in what is shown of a proposal."""
    shown = f"{facts['reference']} {facts['shown_title']} {facts['shown_organisation']}".casefold()
    return all(word in shown for word in text.split())


def _alpha_in_words(alpha: float | None) -> str:
    """Say what an agreement means, by the thresholds of its author."""
    if alpha is None:
        return _("nicht bestimmbar")
    if alpha >= RELIABLE:
        return _("verlässlich")
    return _("für vorläufige Schlüsse ausreichend") if alpha >= TENTATIVE else _("gering; bitte mit Vorsicht lesen")
