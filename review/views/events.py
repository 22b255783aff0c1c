"""The office's pages of the follow-up: the plans of a call, one plan, and who is interested in what else."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connective import clock
from connective.accounts.rate_limits import limited
from connective.errors import DomainError
from connective.receiving import number_in, received_at
from review.domain import calendar_file, follow_up, interests
from review.domain.plan_tasks import shown_title
from review.domain.visible import proposals_for
from review.forms.follow_up import EventForm, SidedTaskForm, TaskForm, differences
from review.models import EventPlan, OtherInterest, PlanTask
from review.views.access import for_call, may, page, reader
from review.views.answers import ics, sides_of
from review.views.tables import as_file
from submissions.models import Call

UNPROCESSABLE, CONFLICT = 422, 409

type_of_both = Sequence[tuple[Any, Any, Any]]


@require_safe
@for_call("review.see_events")
def events(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the plans of a call, what is due next in each, and what is overdue."""
    today = _today()
    plans = list(
        EventPlan.objects.filter(proposal__in=proposals_for(reader(request), call).values("pk"))
        .select_related("proposal")
        .prefetch_related("tasks")
    )
    accepted = follow_up.in_force(plans)
    rows = [{**_row(found, today), "in_force": found.pk in accepted} for found in plans]
    return page(request, "events.html", {"rows": rows}, title=_("Veranstaltungen"), call=call)


def _row(found: EventPlan, today: date) -> dict[str, Any]:
    tasks = list(found.tasks.all())
    still_open = [one for one in tasks if one.state == PlanTask.State.OPEN]
    dated = sorted((one for one in still_open if one.due_on), key=lambda one: (one.due_on or today, one.pk))
    upcoming = [one for one in dated if one.due_on and one.due_on >= today]
    return {
        "plan": found,
        "done": sum(one.state == PlanTask.State.DONE for one in tasks),
        "of": sum(one.state != PlanTask.State.DROPPED for one in tasks),
        "overdue": len(dated) - len(upcoming) if found.state == EventPlan.State.PLANNED else 0,
        "next": (upcoming[0], shown_title(upcoming[0])) if upcoming else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.see_events")
def event(request: HttpRequest, call: Call, plan_id: int) -> HttpResponse:
    """Show a plan, and save what is known of the event; after a conflict both versions are there."""
    found = _plan_or_404(request, call, plan_id)
    if request.method != "POST":
        return _event_page(request, call, found)
    if not may(request, "review.edit_plans"):
        raise Http404
    form = EventForm(request.POST)
    if not form.is_valid():
        return _event_page(request, call, found, form=form, status=UNPROCESSABLE)
    try:
        follow_up.save_event(
            found,
            form.facts(),
            based_on=form.cleaned_data["based_on"],
            actor=reader(request),
            at=received_at(request),
        )
    except follow_up.PlanConflict as refusal:
        found.refresh_from_db()
        both = differences(form, EventForm.initial_of(found))
        mine = EventForm({**request.POST.dict(), "based_on": found.version})
        return _event_page(request, call, found, form=mine, problem=refusal.text, both=both, status=CONFLICT)
    except DomainError as refusal:
        return _event_page(request, call, found, problem=refusal.text, status=CONFLICT)
    messages.success(request, _("Die Angaben sind gespeichert."))
    return redirect("review:event", call.pk, found.pk)


@require_POST
@for_call("review.edit_plans")
def event_end(request: HttpRequest, call: Call, plan_id: int) -> HttpResponse:
    """Record that the event took place, or that it does not."""
    found = _plan_or_404(request, call, plan_id)
    based_on = number_in(request.POST.get("based_on", ""), none=0)
    try:
        if request.POST.get("ends") == "held":
            follow_up.held(found, based_on=based_on, actor=reader(request), at=received_at(request), today=_today())
            messages.success(request, _("Die Veranstaltung steht jetzt in der öffentlichen Übersicht."))
        elif request.POST.get("ends") == "cancelled":
            follow_up.call_off(found, based_on=based_on, actor=reader(request), at=received_at(request))
            messages.success(request, _("Die Veranstaltung ist abgesagt."))
        else:
            raise Http404
    except follow_up.PlanConflict:
        found.refresh_from_db()
        text = _("Der Plan wurde inzwischen geändert. Bitte sehen Sie ihn noch einmal an.")
        return _event_page(request, call, found, problem=text, status=CONFLICT)
    except DomainError as refusal:
        return _event_page(request, call, found, problem=refusal.text, status=CONFLICT)
    return redirect("review:event", call.pk, found.pk)


@require_POST
@for_call("review.edit_plans")
def event_task_add(request: HttpRequest, call: Call, plan_id: int) -> HttpResponse:
    """Add a task of either side."""
    found = _plan_or_404(request, call, plan_id)
    form = SidedTaskForm(request.POST)
    if not form.is_valid():
        return _event_page(request, call, found, new=form, status=UNPROCESSABLE)
    try:
        follow_up.add_task(found, **form.cleaned_data, actor=reader(request), at=received_at(request))
    except DomainError as refusal:
        return _event_page(request, call, found, new=form, problem=refusal.text, status=CONFLICT)
    messages.success(request, _("Die Aufgabe steht im Plan."))
    return redirect("review:event", call.pk, found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_call("review.edit_plans")
def event_task(request: HttpRequest, call: Call, plan_id: int, task_id: int) -> HttpResponse:
    """Show a task of either side, and save it; after a conflict both versions are there."""
    found = (
        PlanTask.objects.filter(plan=_plan_or_404(request, call, plan_id), pk=task_id).select_related("plan").first()
    )
    if found is None:
        raise Http404
    if request.method != "POST":
        return _task_page(request, call, found, TaskForm(initial=TaskForm.initial_of(found)))
    form = TaskForm(request.POST)
    if not form.is_valid():
        return _task_page(request, call, found, form, status=UNPROCESSABLE)
    try:
        follow_up.save_task(
            found,
            form.facts(),
            based_on=form.cleaned_data["based_on"],
            actor=reader(request),
            at=received_at(request),
        )
    except follow_up.PlanConflict as refusal:
        found.refresh_from_db()
        both = differences(form, TaskForm.initial_of(found))
        mine = TaskForm({**request.POST.dict(), "based_on": found.version})
        return _task_page(request, call, found, mine, problem=refusal.text, both=both, status=CONFLICT)
    except DomainError as refusal:
        return _task_page(request, call, found, form, problem=refusal.text, status=CONFLICT)
    messages.success(request, _("Die Aufgabe ist gespeichert."))
    return redirect("review:event", call.pk, found.plan_id)


@require_safe
@for_call("review.see_events")
def event_calendar(request: HttpRequest, call: Call, plan_id: int) -> HttpResponse:
    """Return all dates of a plan as a calendar file."""
    found = _plan_or_404(request, call, plan_id)
    return ics(calendar_file.of_plan(found, found.tasks.all(), at=clock.now()), f"{found.proposal.reference}.ics")


@require_safe
@for_call("review.see_interests")
def interested(request: HttpRequest, call: Call) -> HttpResponse:
    """Show who is interested in which other activities."""
    labels = dict(OtherInterest.Activity.choices)
    rows = [
        (proposal, [labels[one] for one in chosen]) for proposal, chosen in interests.interested(reader(request), call)
    ]
    return page(request, "interests.html", {"rows": rows}, title=_("Interessen"), call=call)


@require_safe
@for_call("review.see_interests")
@limited("export")
def interests_file(request: HttpRequest, call: Call, kind: str) -> HttpResponse:
    """Return the interests as a table."""
    return as_file(interests.table(reader(request), call), kind, _("Interessen"), f"interessen-{call.slug}")


def _event_page(
    request: HttpRequest,
    call: Call,
    found: EventPlan,
    *,
    form: EventForm | None = None,
    new: SidedTaskForm | None = None,
    problem: str = "",
    both: type_of_both = (),
    status: int = 200,
) -> HttpResponse:
    keeps = may(request, "review.edit_plans") and found.state == EventPlan.State.PLANNED
    context: dict[str, Any] = {
        "plan": found,
        "proposal": found.proposal,
        "sides": sides_of(found),
        "in_force": follow_up.is_in_force(found),
        "has_dates": found.starts_on is not None or found.tasks.filter(due_on__isnull=False).exists(),
        "is_told": follow_up.plan_for_host(found.proposal) is not None,
        "today": _today(),
        "problem": problem,
        "both": both,
        "may_keep": keeps,
        "form": form or EventForm(initial=EventForm.initial_of(found)),
        "new": new or SidedTaskForm(auto_id="new_%s"),
    }
    return page(request, "event.html", context, title=found.title, call=call, status=status)


def _task_page(
    request: HttpRequest,
    call: Call,
    found: PlanTask,
    form: TaskForm,
    *,
    problem: str = "",
    both: type_of_both = (),
    status: int = 200,
) -> HttpResponse:
    context = {"task": found, "form": form, "problem": problem, "both": both}
    return page(request, "event_task.html", context, title=shown_title(found), call=call, status=status)


def _plan_or_404(request: HttpRequest, call: Call, plan_id: int) -> EventPlan:
    """Return a plan whose proposal exists for the person: a conflict of interest closes it, too."""
    seen = proposals_for(reader(request), call).values("pk")
    found = EventPlan.objects.filter(pk=plan_id, proposal__in=seen).select_related("proposal__call").first()
    if found is None:
        raise Http404
    return found


def _today() -> date:
    return clock.now().astimezone(clock.BERLIN).date()
