"""Who reviews what: the list, and assigning with a preview of what it will do."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connective.accounts.models import User
from connective.errors import DomainError
from connective.receiving import number_in, received_at
from review.domain.assign import Plan, apply_plan, plan_bulk, unassign
from review.domain.assignment_plan import propose
from review.domain.review_settings import settings_of
from review.domain.roles import possible_reviewers
from review.domain.visible import proposals_for
from review.models import Assignment, ScoreSheet
from review.views.access import for_call, may, page, reader
from submissions.models import Call, Proposal

PER_PAGE = 50
PAIR = re.compile(r"(\d{1,18})-(\d{1,18})")
MOST_NAMED = 200
"""So many pairs are named in a preview; the others are counted."""


@require_safe
@for_call("review.assign", "review.see_declarations")
def assignments(request: HttpRequest, call: Call) -> HttpResponse:
    """List who is asked to review what, with what is done of it."""
    visible = proposals_for(reader(request), call)
    done = ScoreSheet.objects.filter(
        version=OuterRef("proposal__version_in_force"),
        reviewer=OuterRef("reviewer"),
        state=ScoreSheet.State.SUBMITTED,
    )
    listed = (
        Assignment.objects.filter(proposal__in=visible.values("pk"))
        .annotate(is_done=Exists(done))
        .select_related("reviewer")
        .order_by("reviewer__name", "reviewer__email", "proposal__reference")
    )
    person, state, text = (request.GET.get(name, "").strip() for name in ("person", "state", "q"))
    if (asked := number_in(person, none=None)) is not None:
        listed = listed.filter(reviewer=asked)
    if state in {"open", "done"}:
        listed = listed.filter(is_done=state == "done")
    if text:
        listed = listed.filter(
            Q(proposal__reference__icontains=text)
            | Q(reviewer__name__icontains=text)
            | Q(reviewer__email__icontains=text)
        )
    found = Paginator(listed, PER_PAGE).get_page(request.GET.get("seite"))
    shown = {proposal.pk: proposal for proposal in visible.filter(pk__in=[row.proposal_id for row in found])}
    context = {
        "listed": found,
        "rows": [(assignment, shown.get(assignment.proposal_id)) for assignment in found],
        "people": possible_reviewers(),
        "person": person,
        "state": state,
        "q": text,
        "may_assign": may(request, "review.assign"),
        "query": _without_page(request),
    }
    return page(request, "assignments.html", context, title=_("Zuweisungen"), call=call)


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.assign")
def assign(request: HttpRequest, call: Call) -> HttpResponse:
    """Choose proposals and people, see what assigning them would do, and do it."""
    if request.method == "POST":
        return _apply(request, call)
    chosen = _chosen(request, call)
    people = list(possible_reviewers())
    asked = [person for person in people if str(person.pk) in request.GET.getlist("person")]
    automatic = request.GET.get("art") == "auto"
    wanted = number_in(request.GET.get("je", ""), none=settings_of(call).reviews_per_proposal)
    each = min(max(wanted, 1), 9)
    plan = None
    if asked and (automatic or chosen):
        plan = _visible_part(
            request, call, propose(call, asked, reviews_per_proposal=each) if automatic else plan_bulk(chosen, asked)
        )
    context = {
        "chosen": chosen,
        "reference": request.GET.get("reference", ""),
        "people": [(person, not request.GET.getlist("person") or person in asked) for person in people],
        "automatic": automatic or not (chosen or request.GET.get("reference")),
        "each": each,
        "is_asked": "person" in request.GET or "art" in request.GET,
        "preview": _preview(request, call, plan, people) if plan else None,
    }
    return page(request, "assign.html", context, title=_("Zuweisen"), call=call)


@require_POST
@for_call("review.assign")
def take_back(request: HttpRequest, call: Call, assignment_id: int) -> HttpResponse:
    """Take an assignment back, as long as the person has not begun."""
    visible = proposals_for(reader(request), call).values("pk")
    assignment = get_object_or_404(
        Assignment.objects.select_related("proposal", "reviewer").filter(proposal__in=visible), pk=assignment_id
    )
    try:
        unassign(assignment.proposal, assignment.reviewer, actor=reader(request))
    except DomainError as refusal:
        messages.error(request, str(refusal.text))
    else:
        messages.success(request, _("Die Zuweisung ist aufgehoben."))
    return redirect("review:assignments", call.pk)


def _apply(request: HttpRequest, call: Call) -> HttpResponse:
    """Do what the preview said; each pair is checked again."""
    pairs = tuple((int(proposal), int(person)) for proposal, person in PAIR.findall(request.POST.get("pairs", "")))
    plan = _visible_part(request, call, Plan(pairs))
    try:
        made = apply_plan(call, plan, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        messages.error(request, str(refusal.text))
        return redirect("review:assign", call.pk)
    messages.success(
        request, ngettext("%(count)s neue Zuweisung.", "%(count)s neue Zuweisungen.", made) % {"count": made}
    )
    return redirect("review:assignments", call.pk)


def _chosen(request: HttpRequest, call: Call) -> list[Proposal]:
    """Return the proposals that the address names by number or reference, as far as they exist for the person."""
    numbers = [number_in(text, none=0) for text in request.GET.getlist("vorschlag")]
    reference = request.GET.get("reference", "").strip()
    named = Q(pk__in=numbers) | (Q(reference=reference) if reference else Q(pk=None))
    return list(proposals_for(reader(request), call).filter(named))


def _visible_part(request: HttpRequest, call: Call, plan: Plan) -> Plan:
    """Return what of a plan is about proposals that exist for the person: with a conflict nobody takes part."""
    visible = set(proposals_for(reader(request), call).values_list("pk", flat=True))
    return replace(
        plan,
        pairs=tuple(pair for pair in plan.pairs if pair[0] in visible),
        left_out=tuple(left for left in plan.left_out if left.proposal in visible),
    )


def _preview(request: HttpRequest, call: Call, plan: Plan, people: Sequence[User]) -> dict[str, Any]:
    """Return what a plan will do, by person and by pair."""
    names = {person.pk: person for person in people}
    shown = _named(
        request, call, [*(proposal for proposal, _ in plan.pairs), *(left.proposal for left in plan.left_out)]
    )
    new = Counter(person for _proposal, person in plan.pairs)
    now = dict(
        Assignment.objects.filter(proposal__in=proposals_for(reader(request), call).values("pk"))
        .order_by()
        .values("reviewer")
        .annotate(number=Count("pk"))
        .values_list("reviewer", "number")
    )
    return {
        "count": len(plan.pairs),
        "proposals": len({proposal for proposal, _person in plan.pairs}),
        "loads": [
            (names[person], now.get(person, 0), number, now.get(person, 0) + number)
            for person, number in sorted(new.items(), key=lambda item: str(names[item[0]]))
        ],
        "pairs": [(shown[proposal], names[person]) for proposal, person in plan.pairs[:MOST_NAMED]],
        "unnamed": max(0, len(plan.pairs) - MOST_NAMED),
        "left_out": [
            (shown[left.proposal], names.get(left.reviewer or 0), left.why) for left in plan.left_out[:MOST_NAMED]
        ],
        "left_out_count": len(plan.left_out),
        "typed": ",".join(f"{proposal}-{person}" for proposal, person in plan.pairs),
    }


def _named(request: HttpRequest, call: Call, numbers: Iterable[int]) -> dict[int, Proposal]:
    wanted = set(numbers)
    return {proposal.pk: proposal for proposal in proposals_for(reader(request), call).filter(pk__in=wanted)}


def _without_page(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("seite", None)
    return f"{kept.urlencode()}&" if kept else ""
