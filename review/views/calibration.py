"""Calibration: one proposal that all score first, and how far they lie apart."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from connective.errors import DomainError
from connective.receiving import received_at
from review.domain.assign import plan_bulk
from review.domain.calibration import begin_calibration, end_calibration, spread_for
from review.domain.review_settings import settings_of
from review.domain.roles import possible_reviewers
from review.domain.visible import proposals_for
from review.views.access import for_call, may_change, page, reader
from submissions.models import Call


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.enter")
def calibration(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the proposal that all score first and its spread; the office begins and ends it, after a preview."""
    changes = may_change(request, "review.assign")
    if request.method == "POST":
        return _end(request, call) if request.POST.get("action") == "end" else _begin(request, call)
    people = list(possible_reviewers()) if changes else []
    asked = [person for person in people if str(person.pk) in request.GET.getlist("person")]
    reference = request.GET.get("reference", "").strip()
    proposal = proposals_for(reader(request), call).filter(reference=reference).first() if reference else None
    plan = plan_bulk([proposal], asked) if proposal and asked else None
    names = {person.pk: person for person in people}
    anchor = settings_of(call).anchor_proposal_id
    context = {
        "anchor": proposals_for(reader(request), call).filter(pk=anchor).first() if anchor else None,
        "spread": spread_for(reader(request), call),
        "may_change": changes,
        "people": [(person, not asked or person in asked) for person in people],
        "reference": reference,
        "unknown": bool(reference) and proposal is None,
        "proposal": proposal if plan else None,
        "asked": asked,
        "new": [names[person] for _proposal, person in plan.pairs] if plan else [],
        "left_out": [(names.get(left.reviewer or 0), left.why) for left in plan.left_out] if plan else [],
    }
    return page(request, "calibration.html", context, title=_("Einüben der Bewertung"), call=call)


def _begin(request: HttpRequest, call: Call) -> HttpResponse:
    """Let the chosen people score the proposal first."""
    proposal = proposals_for(reader(request), call).filter(reference=request.POST.get("reference", "")).first()
    asked = [person for person in possible_reviewers() if str(person.pk) in request.POST.getlist("person")]
    if proposal is None:
        messages.error(request, _("Diese Vorgangsnummer gibt es in diesem Aufruf nicht."))
        return redirect("review:calibration", call.pk)
    try:
        plan = begin_calibration(call, proposal, asked, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        messages.error(request, str(refusal.text))
    else:
        number = len(plan.pairs)
        messages.success(
            request,
            ngettext(
                "Das Einüben hat begonnen, mit %(count)s neuen Zuweisung.",
                "Das Einüben hat begonnen, mit %(count)s neuen Zuweisungen.",
                number,
            )
            % {"count": number},
        )
    return redirect("review:calibration", call.pk)


def _end(request: HttpRequest, call: Call) -> HttpResponse:
    """Let nobody wait for the proposal any more."""
    try:
        end_calibration(call, actor=reader(request))
    except DomainError as refusal:
        messages.error(request, str(refusal.text))
    else:
        messages.success(request, _("Das Einüben ist beendet. Alle Vorschläge stehen zur Bewertung offen."))
    return redirect("review:calibration", call.pk)
