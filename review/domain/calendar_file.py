"""The dates of a plan as calendar files (iCalendar, RFC 5545).

A date keeps its UID for ever and counts its SEQUENCE by the version of what it shows, so that a calendar that takes the file
again moves the date rather than doubling it. No names of persons and no notes are in it: calendars are shared.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from review.domain.plan_tasks import shown_title
from review.models import EventPlan, PlanTask

STATUS = {
    EventPlan.State.PLANNED: "TENTATIVE",
    EventPlan.State.HELD: "CONFIRMED",
    EventPlan.State.CANCELLED: "CANCELLED",
}


def of_plan(plan: EventPlan, tasks: Iterable[PlanTask], *, at: datetime) -> bytes:
    """Return all dates of a plan: the event, and the tasks that have a day (dropped ones as cancelled)."""
    dated = [task for task in tasks if task.due_on]
    own = [_event(plan, at)] if plan.starts_on else []
    return _calendar([*own, *(_task(task, at) for task in dated)])


def of_event(plan: EventPlan, *, at: datetime) -> bytes | None:
    """Return the event alone, or None while it has no date."""
    return _calendar([_event(plan, at)]) if plan.starts_on else None


def of_task(task: PlanTask, *, at: datetime) -> bytes | None:
    """Return one task, or None while it has no date."""
    return _calendar([_task(task, at)]) if task.due_on else None


def _calendar(entries: Iterable[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Connective Cities//Themenaufruf//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        calendar.add_component(entry)
    return bytes(calendar.to_ical())


def _event(plan: EventPlan, at: datetime) -> Event:
    assert plan.starts_on is not None
    assert plan.ends_on is not None
    entry = _all_day(f"event-{plan.pk}", plan.title, (plan.starts_on, plan.ends_on), plan.version, at)
    entry.add("status", STATUS[EventPlan.State(plan.state)])
    if plan.venue:
        entry.add("location", plan.venue)
    return entry


def _task(task: PlanTask, at: datetime) -> Event:
    assert task.due_on is not None
    title = _("%(task)s (%(side)s)") % {"task": shown_title(task), "side": task.get_side_display()}
    entry = _all_day(f"task-{task.pk}", title, (task.due_on, task.due_on), task.version, at)
    if task.state == PlanTask.State.DROPPED:
        entry.add("status", "CANCELLED")
    entry.add("transp", "TRANSPARENT")  # a day by which something is due does not make anybody busy
    return entry


def _all_day(name: str, title: str, days: tuple[date, date], version: int, at: datetime) -> Event:
    first, last = days
    entry = Event()
    entry.add("uid", f"{name}@{urlsplit(settings.SITE_URL).hostname}")
    entry.add("sequence", version - 1)
    entry.add("dtstamp", at)
    entry.add("summary", title)
    entry.add("dtstart", first)
    entry.add("dtend", last + timedelta(days=1))  # RFC 5545: the end is the first day that is not part of it
    return entry
