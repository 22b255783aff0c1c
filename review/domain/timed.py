"""What the office is told by the clock: that a call has closed, and that answers are due.

Each is queued once, by the key of its message, however often this runs; after a stop it is made up for while it matters.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from connective import clock
from connective.mail.queue import queue
from review.domain.roles import people_with
from review.models import AnswerLetter, ReviewRole
from submissions.domain.reminders import MORNING
from submissions.models import Call, Proposal

REPORTED_FOR = timedelta(days=3)
"""So long after the closing instant the report is made up for."""

ANSWERS_DUE = timedelta(days=7)
"""So long before the answers are due the office is told."""

OFFICE = (ReviewRole.OFFICE, ReviewRole.LEAD)


def report_closed_calls(at: datetime) -> int:
    """Tell the office the numbers of the calls that have closed shortly before `at` (aware); return how many calls."""
    closed = Call.objects.filter(is_published=True, closes_at__lte=at, closes_at__gt=at - REPORTED_FOR)
    for call in closed:
        proposals = call.proposals
        _tell(
            call,
            f"call:{call.pk}:closed:{call.closes_at:%Y%m%dT%H%M%SZ}",
            "call_closed",
            {
                "submitted": proposals.filter(version_in_force__isnull=False).count(),
                "withdrawn": proposals.filter(state=Proposal.State.WITHDRAWN).count(),
                "drafts": proposals.filter(state=Proposal.State.DRAFT, organisation__isnull=False).count(),
                "extended": proposals.filter(closes_at_own__gt=at).count(),
            },
        )
    return len(closed)


def warn_of_answers(at: datetime) -> int:
    """Tell the office a week before the day by which answers were promised, while some are not released."""
    today = at.astimezone(clock.BERLIN)
    if today.time() < MORNING:
        return 0
    coming = Call.objects.filter(
        is_published=True,
        closes_at__lte=at,
        answer_by__gte=today.date(),
        answer_by__lte=today.date() + ANSWERS_DUE,
    )
    waiting = {call: _unanswered(call) for call in coming}
    for call, count in waiting.items():
        if count:
            _tell(call, f"call:{call.pk}:answers:{call.answer_by:%Y%m%d}", "answers_due", {"waiting": count})
    return sum(bool(count) for count in waiting.values())


def _unanswered(call: Call) -> int:
    released = AnswerLetter.objects.filter(state=AnswerLetter.State.RELEASED).values("decision__proposal")
    return call.proposals.filter(version_in_force__isnull=False).exclude(pk__in=released).count()


@transaction.atomic
def _tell(call: Call, occasion: str, kind: str, context: dict[str, object]) -> None:
    url = settings.SITE_URL + reverse("review:cockpit", args=[call.pk])
    for person in people_with(*OFFICE):
        queue(occasion=occasion, kind=kind, recipient=person.email, context={**context, "call": call, "url": url})
