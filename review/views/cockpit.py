"""The cockpit of a call: where everything stands, who has to do what, and what is due."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from connective import clock
from connective.observe.warnings import warnings
from review.domain import progress
from review.domain.definitions import DEFINITIONS
from review.domain.next_proposal import next_proposal
from review.domain.progress import Due, Stage
from review.domain.review_settings import settings_of
from review.domain.roles import SEES_ALL, roles_of
from review.views.access import address_of, file_address, for_call, may, page, reader, staff_page
from submissions.models import Call, Proposal

SHORTLY, UNTOUCHED, MANY_DRAFTS = timedelta(days=3), timedelta(days=7), 5
"""When drafts that nobody touches are worth a warning: so long before the deadline, so long untouched, so many."""


@require_safe
@for_call("review.see_cockpit")
def cockpit(request: HttpRequest, call: Call) -> HttpResponse:
    """Show the state of a call as numbers and pictures, each with a link to its list."""
    user, now = reader(request), clock.now()
    sees_all = bool(roles_of(user) & SEES_ALL)
    stages = progress.stages(user, call)
    loads = progress.workloads(user, call)
    own = next((load for load in loads if load.person_id == user.pk), None)
    context = {
        "total": sum(number for _stage, number in stages),
        "stages": [_stage_row(call, stage, number, stages) for stage, number in stages],
        "sees_all": sees_all,
        "drafts": call.proposals.filter(reference=None).count() if sees_all else None,
        "withdrawn": call.proposals.filter(state=Proposal.State.WITHDRAWN).count() if sees_all else None,
        "loads": loads if sees_all else [load for load in loads if load is own],
        "own": own,
        "dues": dues_of(call, now),
        "days": days_picture(progress.reviews_per_day(user, call, last_day_of_review(call, now))),
        "todo": _todo(request, call, dict(stages)),
        "now": now,
        "warnings": _warnings(call, now) if sees_all else [],
    }
    return page(request, "cockpit.html", context, title=_("Cockpit: %(call)s") % {"call": call}, call=call)


def _warnings(call: Call, now: datetime) -> list[str]:
    """Return what is wrong with the portal itself, and that many drafts lie untouched shortly before the deadline."""
    found = warnings(now)
    if now < call.closes_at < now + SHORTLY:
        old = call.proposals.filter(
            state=Proposal.State.DRAFT, organisation__isnull=False, saved_at__lt=now - UNTOUCHED
        ).count()
        if old >= MANY_DRAFTS:
            found.append(
                _("%(count)s Entwürfe sind seit über einer Woche unverändert, und die Frist endet bald.")
                % {"count": old}
            )
    return found


@require_safe
@for_call("review.enter")
def go_on(request: HttpRequest, call: Call) -> HttpResponse:
    """Lead to the person's next proposal to review, or back to the cockpit where none is left."""
    proposal = next_proposal(reader(request), call)
    return redirect(f"{file_address(proposal)}#bogen" if proposal else address_of("cockpit", call))


@require_safe
@staff_page("review.enter")
def definitions(request: HttpRequest) -> HttpResponse:
    """Say what each figure means, with its formula and source."""
    return page(request, "definitions.html", {"definitions": DEFINITIONS.values()}, title=_("Was die Zahlen bedeuten"))


def dues_of(call: Call, now: datetime) -> list[Due]:
    """Return what is due in a call, in the order of time."""
    instants = [
        (_("Ende der Einreichungsfrist"), call.closes_at),
        (_("Ende der Bewertung"), settings_of(call).review_until),
        (
            _("Rückmeldung an alle, die eingereicht haben"),
            datetime.combine(call.answer_by + timedelta(days=1), time(), clock.BERLIN),
        ),
    ]
    return sorted((Due(label, at, at <= now) for label, at in instants if at), key=lambda due: due.at)


def last_day_of_review(call: Call, now: datetime) -> date:
    """Return today, or for a call whose review is over its last day: in Germany."""
    until = settings_of(call).review_until
    end = until.astimezone(clock.BERLIN).date() if until else call.answer_by
    return min(now.astimezone(clock.BERLIN).date(), end)


def days_picture(counts: list[tuple[date, int]]) -> dict[str, Any]:
    """Return the bars of a small picture: `x` and `height` in units of its view box, and the numbers for a table."""
    highest = max((number for _day, number in counts), default=0)
    width, room = 10, 60
    bars = [
        {
            "day": day,
            "number": number,
            "x": position * width,
            "height": round(room * number / highest, 1) if highest else 0,
            "y": round(room - room * number / highest, 1) if highest else room,
        }
        for position, (day, number) in enumerate(counts)
    ]
    return {
        "bars": bars,
        "view_box": f"0 -14 {width * len(bars)} {room + 32}",
        "base": room,
        "last": counts[-1][0] if counts else None,
        "right": width * len(bars),
        "highest": highest,
        "total": sum(number for _day, number in counts),
        "told": [bar for bar in bars if bar["number"]],
    }


def _stage_row(call: Call, stage: Stage, number: int, stages: list[tuple[Stage, int]]) -> dict[str, object]:
    most = max(count for _stage, count in stages) or 1
    return {
        "label": stage.label,
        "number": number,
        "width": round(100 * number / most, 1),
        "address": f"{address_of('proposals', call)}&stage={stage.value}",
    }


def _todo(request: HttpRequest, call: Call, counted: dict[Stage, int]) -> list[tuple[str, int, str]]:
    """Return what waits for this person's role: what, how much, and where."""
    proposals = address_of("proposals", call)
    waiting = []
    if may(request, "review.assign"):
        waiting = [
            (_("formale Prüfungen"), counted[Stage.UNCHECKED], f"{proposals}&stage={Stage.UNCHECKED}"),
            (_("Rückfragen"), counted[Stage.QUERY], f"{proposals}&stage={Stage.QUERY}"),
            (_("Vorschläge ohne genügend Zuweisungen"), counted[Stage.UNASSIGNED], address_of("assignments", call)),
        ]
    return [(what, number, where) for what, number, where in waiting if number]
