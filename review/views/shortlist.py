"""The shortlist: chosen from the ranking, with a reason for each deviation, fixed, and made anew."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from connective.errors import DomainError
from connective.receiving import number_in, received_at
from review.domain import ranking as ranked
from review.domain import shortlist as lists
from review.domain.balance import balance
from review.domain.deviations import DeviationKind
from review.domain.roles import roles_of
from review.domain.shortlist import Chosen, ReasonsMissing
from review.domain.shortlist_view import Place, View, view
from review.domain.visible import proposals_for
from review.models import CommitteePaper, ReviewRole, Shortlist
from review.views.access import for_call, may, page, reader
from submissions.models import Call

CANDIDATES = 30
"""So many of the best that are not on the list are offered; others can be named by their reference."""
LAST = 10_000
"""Where a place without a number is sorted."""
LONGEST_REASON = 2000

IN_WORDS = {
    DeviationKind.BETTER_LEFT_OUT: gettext_lazy("verdrängt ein besser bewertetes Thema"),
    DeviationKind.TIE_RESOLVED: gettext_lazy("unter gleich bewerteten ausgewählt"),
    DeviationKind.BEFORE_BETTER: gettext_lazy("steht vor einem besser bewerteten Thema"),
    DeviationKind.WITHOUT_RANK: gettext_lazy("hat keinen Rang"),
}


@require_safe
@for_call("review.enter")
def shortlist(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the newest list that the person may see, or another one by its number."""
    return shortlist_page(request, call)


def shortlist_page(
    request: HttpRequest, call: Call, *, problem: str = "", missing: tuple[int, ...] = (), status: int = 200
) -> HttpResponse:
    """Render a shortlist, with what was refused."""
    seen = list(lists_for(request, call))
    wanted = request.GET.get("liste", "")
    chosen = next((one for one in seen if str(one.number) == wanted), seen[0] if seen else None)
    if wanted and (chosen is None or str(chosen.number) != wanted):
        raise Http404
    shown = view(reader(request), chosen) if chosen else None
    in_work = chosen is not None and chosen.state == Shortlist.State.DRAFT
    may_change = in_work and may(request, "review.choose_shortlist")
    context: dict[str, Any] = {
        "lists": seen,
        "chosen": chosen,
        "view": shown,
        "rows": list(_rows(request, shown, missing)) if shown else [],
        "candidates": _candidates(request, call, shown) if shown and may_change else [],
        "balance": balance(call, [place.proposal for place in shown.places]) if shown else [],
        "in_work": in_work,
        "may_change": may_change,
        "may_fix": in_work and may(request, "review.fix_shortlist"),
        "may_reopen": not in_work and chosen is not None and chosen == seen[0] and may(request, "review.fix_shortlist"),
        "may_begin": not seen and may(request, "review.choose_shortlist"),
        "may_make_paper": chosen is not None and ReviewRole.AUDITOR not in roles_of(reader(request)),
        "papers": CommitteePaper.objects.filter(shortlist=chosen, requested_by=reader(request)) if chosen else [],
        "size": call.places * 2,
        "problem": problem,
    }
    return page(request, "shortlist.html", context, title=_("Auswahlliste"), call=call, status=status)


@require_POST
@for_call("review.choose_shortlist")
def begin(request: HttpRequest, call: Call) -> HttpResponse:
    """Make the first list out of the ranking."""
    size = min(max(number_in(request.POST.get("size", ""), none=call.places * 2), 1), lists.MAX_ENTRIES)
    try:
        lists.draft_from_ranking(call, size, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        messages.error(request, str(refusal.text))
    else:
        messages.success(request, _("Die Auswahlliste ist aus der Rangfolge angelegt. Sie können sie jetzt ändern."))
    return redirect("review:shortlist", call.pk)


@require_POST
@for_call("review.choose_shortlist")
def change(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Set places and reasons as typed."""
    found = get_object_or_404(Shortlist, call=call, number=number)
    chosen = _typed(request, call, found)
    if chosen is None:
        problem = _("Diese Vorgangsnummer gibt es in diesem Aufruf nicht, oder ihre Punkte sind für Sie nicht offen.")
        return shortlist_page(request, call, problem=problem, status=422)
    try:
        lists.choose(
            found, chosen, based_on=request.POST.get("mark", ""), actor=reader(request), at=received_at(request)
        )
    except DomainError as refusal:
        return shortlist_page(request, call, problem=str(refusal.text), status=409)
    messages.success(request, _("Die Auswahlliste ist gespeichert."))
    return redirect("review:shortlist", call.pk)


@require_POST
@for_call("review.fix_shortlist")
def fix(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Fix the list as a snapshot."""
    found = get_object_or_404(Shortlist, call=call, number=number)
    try:
        lists.fix(found, based_on=request.POST.get("mark", ""), actor=reader(request), at=received_at(request))
    except ReasonsMissing as refusal:
        return shortlist_page(request, call, problem=str(refusal.text), missing=refusal.proposals, status=422)
    except DomainError as refusal:
        return shortlist_page(request, call, problem=str(refusal.text), status=409)
    messages.success(request, _("Die Auswahlliste ist festgestellt und ändert sich nicht mehr."))
    return redirect("review:shortlist", call.pk)


@require_POST
@for_call("review.fix_shortlist")
def reopen(request: HttpRequest, call: Call, number: int) -> HttpResponse:
    """Make another list that begins as a copy of the fixed one, which stays."""
    found = get_object_or_404(Shortlist, call=call, number=number)
    reason = request.POST.get("reason", "")[:LONGEST_REASON]
    try:
        lists.reopen(found, reason=reason, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        return shortlist_page(request, call, problem=str(refusal.text), status=422)
    messages.success(request, _("Eine neue Auswahlliste ist angelegt. Die festgestellte bleibt bestehen."))
    return redirect("review:shortlist", call.pk)


def lists_for(request: HttpRequest, call: Call) -> QuerySet[Shortlist]:
    """Return the lists that the person may see, the newest first: one in work is the office's and the auditor's."""
    found = call.shortlists.select_related("created_by", "snapshot__fixed_by", "call").order_by("-number")
    if may(request, "review.choose_shortlist") or may(request, "review.see_declarations"):
        return found
    return found.filter(state=Shortlist.State.FIXED)


def _rows(request: HttpRequest, shown: View, missing: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Yield the places with their deviations in words, and what was typed where saving was refused."""
    for place in shown.places:
        key = place.proposal.pk
        yield {
            "place": place,
            "may_move": may(request, "review.see_scores", place.proposal),
            "deviation": [IN_WORDS[kind] for kind in place.deviation],
            "number": request.POST.get(f"place-{key}", place.position),
            "reason": request.POST.get(f"reason-{key}", place.reason),
            "is_missing": key in missing,
        }


def _candidates(request: HttpRequest, call: Call, shown: View) -> list[ranked.Row]:
    """Return the best of those that are not on the list."""
    listed = {place.proposal.pk for place in shown.places}
    found = ranked.for_person(reader(request), call)
    rows = found.rows(0, CANDIDATES + len(listed))
    return [row for row in rows if row.proposal_id not in listed][:CANDIDATES]


def _typed(request: HttpRequest, call: Call, found: Shortlist) -> list[Chosen] | None:
    """Return the places as typed, in the order of their numbers; None if a reference is unknown."""
    shown = view(reader(request), found)
    movable: list[Place] = [place for place in shown.places if may(request, "review.see_scores", place.proposal)]
    wanted = []
    for place in movable:
        key = place.proposal.pk
        typed = request.POST.get(f"place-{key}", "").strip()
        if typed and not request.POST.get(f"remove-{key}"):
            reason = request.POST.get(f"reason-{key}", "")[:LONGEST_REASON]
            wanted.append((number_in(typed, none=LAST), place.position, Chosen(key, reason)))
    added = [number_in(text, none=0) for text in request.POST.getlist("add")]
    if reference := request.POST.get("reference", "").strip():
        named = proposals_for(reader(request), call).filter(reference=reference, may_see_scores=True).first()
        if named is None:
            return None
        added.append(named.pk)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    wanted += [(LAST, LAST + order, Chosen(key, reason)) for order, key in enumerate(added)]
    return [chosen for _number, _order, chosen in sorted(wanted, key=lambda entry: entry[:2])]
