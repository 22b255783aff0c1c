"""The decisions of a call: prepared, recorded, corrected; and the minutes of its vote."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connective.accounts.rate_limits import limited
from connective.documents import opened
from connective.errors import DomainError
from connective.receiving import number_in, received_at
from review.domain import correct_decision, decide, decision_chain, draft_decision, minutes
from review.domain.draft_decision import DraftConflict
from review.domain.visible import SeenProposal, proposals_for
from review.forms.decisions import ChairRulingForm, CorrectionForm, DraftForm
from review.models import Criterion, CriterionFeedback, Decision, DecisionDraft, Minutes, Outcome, VotingRound
from review.tasks import make_minutes
from review.views.access import for_call, may, page, reader
from submissions.models import Call
from submissions.tasks import told

UNPROCESSABLE, CONFLICT = 422, 409


@require_safe
@for_call("review.see_decisions")
def decisions(request: HttpRequest, call: Call) -> HttpResponse:
    """Show what was decided, or what the vote comes to and what is still missing."""
    return decisions_page(request, call)


def decisions_page(
    request: HttpRequest, call: Call, *, problem: str = "", ruling: ChairRulingForm | None = None, status: int = 200
) -> HttpResponse:
    """Render the page of the decisions, with what was refused."""
    seen = {proposal.pk: proposal for proposal in proposals_for(reader(request), call)}
    in_force = decide.listed(call).filter(proposal__in=seen)
    open_proposals = [proposal for proposal in decide.undecided(call) if proposal.pk in seen]
    round_ = decide.certified_round(call)
    is_undecided = not call.decisions.exists()
    to_rule_on = list(decide.undecided(call)) if is_undecided and round_ is None and may(request, "review.rule") else []
    if to_rule_on and decide.ruling_refusal(call, reader(request), received_at(request)):
        to_rule_on = []
    context: dict[str, Any] = {
        "problem": problem,
        "decisions": [(decision, seen[decision.proposal_id]) for decision in in_force],
        "proposed": [(one, seen[one.proposal.pk]) for one in decide.proposed(call) if one.proposal.pk in seen],
        "obstacles": decide.obstacles(call, reader(request)) if open_proposals else [],
        "round": round_,
        "may_record": bool(open_proposals) and round_ is not None and may(request, "review.record_decisions"),
        "may_prepare": may(request, "review.prepare_decision"),
        "may_correct": may(request, "review.record_decisions"),
        "ruling": (ruling or ChairRulingForm(to_rule_on)) if to_rule_on else None,
        "next_up": _next_up(call, seen),
        "head": decision_chain.head(call),
        "minutes": Minutes.objects.filter(round__call=call).select_related("round", "requested_by"),
        "may_make_minutes": round_ is not None and may(request, "review.make_minutes"),
    }
    return page(request, "decisions.html", context, title=_("Entscheidungen"), call=call, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.see_decisions")
def decision(request: HttpRequest, call: Call, proposal_id: int) -> HttpResponse:
    """Show all decisions about a proposal and what is prepared; save what is prepared."""
    proposal = _proposal_or_404(request, call, proposal_id)
    if request.method != "POST":
        return _decision_page(request, proposal)
    if not may(request, "review.prepare_decision"):
        raise Http404
    form = DraftForm(_criteria(call), request.POST)
    if not form.is_valid():
        return _decision_page(request, proposal, form=form, status=UNPROCESSABLE)
    try:
        draft_decision.save_draft(
            proposal,
            form.typed(),
            based_on=form.cleaned_data["based_on"],
            actor=reader(request),
            at=received_at(request),
        )
    except DraftConflict as conflict:
        data = request.POST.copy()
        data["based_on"] = str(conflict.current.version)
        mine = DraftForm(_criteria(call), data)
        mine.is_valid()
        return _decision_page(
            request, proposal, form=mine, problem=str(conflict.text), theirs=conflict.current, status=CONFLICT
        )
    except DomainError as refusal:
        return _decision_page(request, proposal, form=form, problem=str(refusal.text), status=CONFLICT)
    messages.success(request, _("Die Angaben sind gespeichert."))
    return redirect("review:decision", call.pk, proposal.pk)


@require_POST
@for_call("review.prepare_decision")
def review_feedback(request: HttpRequest, call: Call, proposal_id: int) -> HttpResponse:
    """Note that a second person has read the feedback."""
    proposal = _proposal_or_404(request, call, proposal_id)
    draft = DecisionDraft.objects.filter(proposal=proposal).first()
    if draft is None:
        raise Http404
    try:
        draft_decision.review_feedback(
            draft,
            based_on=number_in(request.POST.get("based_on", ""), none=-1),
            actor=reader(request),
            at=received_at(request),
        )
    except DomainError as refusal:
        return _decision_page(request, proposal, problem=str(refusal.text), status=CONFLICT)
    messages.success(request, _("Die Rückmeldung ist geprüft."))
    return redirect("review:decision", call.pk, proposal.pk)


@require_POST
@for_call("review.record_decisions")
def record_decisions(request: HttpRequest, call: Call) -> HttpResponse:
    """Record the decisions of the vote."""
    try:
        decide.decide(call, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        return decisions_page(request, call, problem=str(refusal.text), status=CONFLICT)
    messages.success(
        request, _("Die Entscheidungen sind festgehalten. Niemand erfährt davon, bevor die Schreiben freigegeben sind.")
    )
    return redirect("review:decisions", call.pk)


@require_POST
@for_call("review.rule")
def rule(request: HttpRequest, call: Call) -> HttpResponse:
    """Record the chair's ruling without a vote."""
    if why_not := decide.ruling_refusal(call, reader(request), received_at(request)):
        return decisions_page(request, call, problem=why_not, status=CONFLICT)
    form = ChairRulingForm(list(decide.undecided(call)), request.POST)
    if not form.is_valid():
        return decisions_page(request, call, ruling=form, status=UNPROCESSABLE)
    try:
        decide.rule(
            call, form.outcomes(), reason=form.cleaned_data["reason"], actor=reader(request), at=received_at(request)
        )
    except DomainError as refusal:
        return decisions_page(request, call, ruling=form, problem=str(refusal.text), status=CONFLICT)
    messages.success(request, _("Die Entscheidung ist festgehalten."))
    return redirect("review:decisions", call.pk)


@require_POST
@for_call("review.record_decisions")
def correct(request: HttpRequest, call: Call, proposal_id: int, decision_id: int) -> HttpResponse:
    """Supersede a decision."""
    proposal = _proposal_or_404(request, call, proposal_id)
    before = Decision.objects.filter(pk=decision_id, proposal=proposal).select_related("call").first()
    if before is None:
        raise Http404
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _decision_page(request, proposal, correction=form, status=UNPROCESSABLE)
    try:
        correct_decision.correct(
            before, form.change(), reason=form.cleaned_data["reason"], actor=reader(request), at=received_at(request)
        )
    except DomainError as refusal:
        return _decision_page(request, proposal, correction=form, problem=str(refusal.text), status=CONFLICT)
    messages.success(request, _("Die Berichtigung ist festgehalten. Die frühere Entscheidung bleibt in der Akte."))
    return redirect("review:decision", call.pk, proposal.pk)


@require_POST
@for_call("review.make_minutes")
@limited("document")
def ask_for_minutes(request: HttpRequest, call: Call) -> HttpResponse:
    """Let the minutes of the last certified vote be made."""
    round_: VotingRound | None = decide.certified_round(call)
    if round_ is None:
        raise Http404
    try:
        asked = minutes.request_minutes(round_, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        return decisions_page(request, call, problem=str(refusal.text), status=CONFLICT)
    told(make_minutes, asked.pk)
    messages.success(request, _("Das Beschlussprotokoll wird erstellt. Laden Sie die Seite in einem Augenblick neu."))
    return redirect("review:decisions", call.pk)


@require_safe
@for_call("review.make_minutes", "review.see_minutes")
def minutes_file(request: HttpRequest, call: Call, minutes_id: int) -> HttpResponseBase:
    """Return minutes that are ready, to whoever may see all topics of the vote."""
    found = Minutes.objects.filter(pk=minutes_id, round__call=call, state=Minutes.State.READY).first()
    if found is None or not minutes.is_open_to(reader(request), found):
        raise Http404
    name = f"{_('Beschlussprotokoll')}-{call.reference_prefix}-{found.number}.pdf"
    response = FileResponse(opened(found.file), as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


def _decision_page(
    request: HttpRequest,
    proposal: SeenProposal,
    *,
    form: DraftForm | None = None,
    correction: CorrectionForm | None = None,
    problem: str = "",
    theirs: DecisionDraft | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = DecisionDraft.objects.filter(proposal=proposal).select_related("saved_by", "reviewed_by").first()
    history = list(
        Decision.objects.filter(proposal=proposal).select_related("decided_by", "round").order_by("-sequence")
    )
    in_force = history[0] if history else None
    context: dict[str, Any] = {
        "proposal": proposal,
        "draft": draft,
        "theirs": theirs,
        "feedback": draft_decision.feedback_of(draft) if draft else "",
        "history": history,
        "problem": problem,
        "may_review": draft is not None
        and draft.reviewed_at is None
        and draft.saved_by_id != reader(request).pk
        and may(request, "review.prepare_decision"),
    }
    if in_force is None and may(request, "review.prepare_decision"):
        context["form"] = form or DraftForm(_criteria(proposal.call), initial=_initial(proposal, draft))
    if in_force is not None and may(request, "review.record_decisions"):
        context["in_force"] = in_force
        context["correction"] = correction or CorrectionForm(initial=_as_decided(proposal, in_force, draft))
    title = _("Entscheidung: %(proposal)s") % {"proposal": proposal.reference}
    return page(request, "decision.html", context, title=title, call=proposal.call, status=status)


def _initial(proposal: SeenProposal, draft: DecisionDraft | None) -> dict[str, Any]:
    if draft is None:
        return {"based_on": 0, "final_title": proposal.title}
    texts = CriterionFeedback.objects.filter(draft=draft).values_list("criterion", "text")
    names = ("final_title", "final_mode", "internal_reason", "feedback")
    typed = {name: getattr(draft, name) for name in names}
    return {"based_on": draft.version, **typed, **{f"criterion_{key}": text for key, text in texts}}


def _as_decided(proposal: SeenProposal, before: Decision, draft: DecisionDraft | None) -> dict[str, Any]:
    """Return what a correction begins with: what is in force, or the act that comes next."""
    following = correct_decision.next_in_reserve(before.call)
    outcome = Outcome.ACCEPTANCE if following is not None and following.pk == before.pk else before.outcome
    return {
        "outcome": outcome,
        "reserve_rank": before.reserve_rank,
        "final_title": before.final_title or (draft.final_title if draft else "") or proposal.title,
        "final_mode": before.final_mode or (draft.final_mode if draft else ""),
        "feedback": before.feedback,
    }


def _criteria(call: Call) -> list[Criterion]:
    newest = call.criteria_sets.order_by("-number").first()
    return list(newest.criteria.order_by("position")) if newest else []


def _next_up(call: Call, seen: dict[int, SeenProposal]) -> tuple[Decision, SeenProposal] | None:
    following = correct_decision.next_in_reserve(call)
    return (following, seen[following.proposal_id]) if following and following.proposal_id in seen else None


def _proposal_or_404(request: HttpRequest, call: Call, proposal_id: int) -> SeenProposal:
    found = proposals_for(reader(request), call).filter(pk=proposal_id).first()
    if found is None:
        raise Http404
    return found
