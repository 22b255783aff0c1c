"""What applicants see after the decision: the answer with its letter, the plan of the event, other interests.

Every page begins with `review.domain.answers`: whoever was told nothing gets what an unknown address gets.
"""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connective import clock
from connective.accounts.models import User
from connective.documents import opened
from connective.errors import DomainError
from connective.receiving import received_at
from review.domain import calendar_file, follow_up, interests
from review.domain.answers import Answer, visible_answer
from review.domain.plan_tasks import shown_title
from review.forms.follow_up import InterestsForm, NewTaskForm, TaskForm, differences
from review.models import EventPlan, OtherInterest, PlanTask
from submissions.models import Proposal
from submissions.views.access import for_proposal, may

UNPROCESSABLE, CONFLICT = 422, 409
WRITES = "submissions.submit_proposal"


@require_safe
@for_proposal()
def answer(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Show what was decided, with the feedback, and what comes next."""
    told = _answer_or_404(proposal)
    context = {
        "proposal": proposal,
        "answer": told,
        "plan": follow_up.plan_for_host(proposal) if told.is_accepted else None,
        "is_asked": told.outcome in interests.ASKED,
        "chosen": interests.stated(proposal),
    }
    return _page(request, "answer.html", context)


@require_safe
@for_proposal()
def letter(request: HttpRequest, proposal: Proposal) -> HttpResponseBase:  # noqa: ARG001
    """Return the letter as PDF."""
    told = _answer_or_404(proposal)
    if not told.letter.file:
        raise Http404
    name = "antwort" if told.letter.language == "de" else "answer"
    response = FileResponse(opened(told.letter.file), as_attachment=True, filename=f"{proposal.reference}-{name}.pdf")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@for_proposal()
def plan(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Show the event and the tasks of both sides."""
    return _plan_page(request, proposal, _plan_or_404(proposal))


@require_POST
@for_proposal(WRITES)
def add_task(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Add a task of the host."""
    found = _plan_or_404(proposal)
    form = NewTaskForm(request.POST)
    if not form.is_valid():
        return _plan_page(request, proposal, found, form=form, status=UNPROCESSABLE)
    try:
        follow_up.add_task(
            found, PlanTask.Side.HOST, **form.cleaned_data, actor=_person(request), at=received_at(request)
        )
    except DomainError as refusal:
        return _plan_page(request, proposal, found, form=form, problem=refusal.text, status=CONFLICT)
    messages.success(request, _("Die Aufgabe steht im Plan."))
    return redirect("answers:plan", public_id=proposal.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@for_proposal(WRITES)
def task(request: HttpRequest, proposal: Proposal, task_id: int) -> HttpResponse:
    """Show a task of the host, and save it; after a conflict both versions are there."""
    found = _task_or_404(proposal, task_id)
    if found.side != PlanTask.Side.HOST:
        raise Http404
    if request.method != "POST":
        return _task_page(request, found, TaskForm(initial=TaskForm.initial_of(found)))
    form = TaskForm(request.POST)
    if not form.is_valid():
        return _task_page(request, found, form, status=UNPROCESSABLE)
    try:
        follow_up.save_task(
            found,
            form.facts(),
            based_on=form.cleaned_data["based_on"],
            actor=_person(request),
            at=received_at(request),
        )
    except follow_up.PlanConflict as refusal:
        found.refresh_from_db()
        both = differences(form, TaskForm.initial_of(found))
        mine = TaskForm({**request.POST.dict(), "based_on": found.version})
        return _task_page(request, found, mine, problem=refusal.text, both=both, status=CONFLICT)
    except DomainError as refusal:
        return _task_page(request, found, form, problem=refusal.text, status=CONFLICT)
    messages.success(request, _("Die Aufgabe ist gespeichert."))
    return redirect("answers:plan", public_id=proposal.public_id)


@require_safe
@for_proposal()
def calendar(request: HttpRequest, proposal: Proposal) -> HttpResponse:  # noqa: ARG001
    """Return all dates of the plan as a calendar file."""
    found = _plan_or_404(proposal)
    return ics(calendar_file.of_plan(found, found.tasks.all(), at=clock.now()), f"{proposal.reference}.ics")


@require_safe
@for_proposal()
def event_calendar(request: HttpRequest, proposal: Proposal) -> HttpResponse:  # noqa: ARG001
    """Return the event as a calendar file, once it has a date."""
    name = f"{proposal.reference}-veranstaltung.ics"
    return ics(calendar_file.of_event(_plan_or_404(proposal), at=clock.now()), name)


@require_safe
@for_proposal()
def task_calendar(request: HttpRequest, proposal: Proposal, task_id: int) -> HttpResponse:  # noqa: ARG001
    """Return one task as a calendar file, if it has a day."""
    found = _task_or_404(proposal, task_id)
    return ics(calendar_file.of_task(found, at=clock.now()), f"{proposal.reference}-aufgabe-{found.pk}.ics")


@require_http_methods(["GET", "HEAD", "POST"])
@for_proposal()
def other_interests(request: HttpRequest, proposal: Proposal) -> HttpResponse:
    """Ask which other activities are of interest, and keep the answer."""
    if not interests.is_asked(proposal):
        raise Http404
    writes = may(request, WRITES, proposal)
    if request.method == "POST" and not writes:
        raise Http404
    if request.method != "POST":
        return _interests_page(
            request, proposal, InterestsForm(initial=InterestsForm.initial_of(interests.stated(proposal)))
        )
    form = InterestsForm(request.POST)
    if not form.is_valid():
        return _interests_page(request, proposal, form, status=UNPROCESSABLE)
    try:
        interests.state_interests(
            proposal,
            form.cleaned_data["activities"],
            based_on=form.shown(),
            actor=_person(request),
            at=received_at(request),
        )
    except DomainError as refusal:
        mine = {"based_on": " ".join(interests.stated(proposal)), "activities": form.cleaned_data["activities"]}
        return _interests_page(
            request, proposal, InterestsForm(initial=mine), problem=str(refusal.text), status=CONFLICT
        )
    messages.success(request, _("Vielen Dank. Ihre Auswahl ist gespeichert."))
    return redirect("answers:answer", public_id=proposal.public_id)


def ics(content: bytes | None, name: str) -> HttpResponse:
    """Answer with a calendar file, or with 404 where there is no date."""
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def sides_of(found: EventPlan) -> list[dict[str, Any]]:
    """Return the tasks of both sides, each with the title in the reader's language (one query)."""
    tasks = list(found.tasks.order_by("position"))
    return [
        {
            "side": side.value,
            "label": side.label,
            "tasks": [(one, shown_title(one)) for one in tasks if one.side == side],
        }
        for side in PlanTask.Side
    ]


def _plan_page(
    request: HttpRequest,
    proposal: Proposal,
    found: EventPlan,
    *,
    form: NewTaskForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "proposal": proposal,
        "plan": found,
        "sides": sides_of(found),
        "has_dates": found.starts_on is not None or found.tasks.filter(due_on__isnull=False).exists(),
        "today": clock.now().astimezone(clock.BERLIN).date(),
        "may_write": found.state == EventPlan.State.PLANNED and may(request, WRITES, proposal),
        "form": form or NewTaskForm(),
        "problem": problem,
    }
    return _page(request, "plan.html", context, status=status)


def _task_page(
    request: HttpRequest,
    found: PlanTask,
    form: TaskForm,
    *,
    problem: str = "",
    both: list[tuple[Any, Any, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "proposal": found.plan.proposal,
        "task": found,
        "task_title": shown_title(found),
        "form": form,
        "problem": problem,
        "both": both,
    }
    return _page(request, "task.html", context, status=status)


def _interests_page(
    request: HttpRequest, proposal: Proposal, form: InterestsForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    labels = dict(OtherInterest.Activity.choices)
    context = {
        "proposal": proposal,
        "form": form,
        "may_write": may(request, WRITES, proposal),
        "problem": problem,
        "theirs": [labels[one] for one in interests.stated(proposal)] if problem else [],
    }
    return _page(request, "interests.html", context, status=status)


def _page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, f"answers/{template}", context, status=status)


def _answer_or_404(proposal: Proposal) -> Answer:
    told = visible_answer(proposal)
    if told is None:
        raise Http404
    return told


def _plan_or_404(proposal: Proposal) -> EventPlan:
    found = follow_up.plan_for_host(proposal)
    if found is None:
        raise Http404
    return found


def _task_or_404(proposal: Proposal, task_id: int) -> PlanTask:
    found = PlanTask.objects.filter(plan=_plan_or_404(proposal), pk=task_id).select_related("plan__proposal").first()
    if found is None:
        raise Http404
    return found


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
