"""Reminders to people whose draft is not submitted yet, some days before its deadline.

Every run asks what is due now and queues it; the key of a message lets each reminder go out once, whoever runs how often.
After a stop only the latest one that was missed is sent, so nobody gets three at once.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from connective import clock
from connective.accounts.models import User
from connective.mail.queue import queue
from submissions.models import Proposal, Role

DAYS = (7, 2, 1)
"""So many days before the last day a reminder is due."""

MORNING = time(8, 0)
"""When it leaves, in Germany."""

WORKS = (Role.MANAGE, Role.EDIT)


def last_moment(closes_at: datetime) -> datetime:
    """Return the last moment (in Germany) that is in time for a closing instant (aware)."""
    return (closes_at - timedelta(microseconds=1)).astimezone(clock.BERLIN)


def due_days(closes_at: datetime, at: datetime) -> int | None:
    """Return which reminder is due at `at` (aware) for this closing instant: the latest that has come, or None."""
    if at >= closes_at:
        return None
    come = [days for days in DAYS if _moment(closes_at, days) <= at]
    return min(come) if come else None


def remind(at: datetime) -> int:
    """Queue the reminders that are due at `at` (aware); return how many were not queued before.

    A draft that was begun after the moment of a reminder does not get it: who has just begun knows the deadline.
    """
    return sum(_remind(draft, days) for draft, days in _due(at))


def _due(at: datetime) -> Iterator[tuple[Proposal, int]]:
    soon = at + timedelta(days=max(DAYS) + 2)
    open_calls = Q(call__closes_at__gt=at, call__closes_at__lt=soon) | Q(closes_at_own__gt=at, closes_at_own__lt=soon)
    drafts = Proposal.objects.filter(
        open_calls, state=Proposal.State.DRAFT, call__is_published=True, organisation__isnull=False
    ).select_related("call")
    for draft in drafts.order_by("pk").iterator():
        days = due_days(draft.closes_at, at)
        if days is not None and draft.created_at < _moment(draft.closes_at, days):
            yield draft, days


@transaction.atomic
def _remind(draft: Proposal, days: int) -> int:
    """Queue one reminder for each person who works on the draft; the deadline is part of the occasion."""
    occasion = f"draft:{draft.pk}:{draft.closes_at:%Y%m%dT%H%M%SZ}:{days}"
    people = User.objects.filter(
        is_active=True, memberships__organisation=draft.organisation_id, memberships__role__in=WORKS
    ).filter(Q(pk=draft.created_by_id) | Q(pk=draft.saved_by_id))
    context = {
        "call": draft.call,
        "title": draft.title,
        "days": days,
        "closes_at": draft.closes_at,
        "url": settings.SITE_URL + reverse("submissions:tasks", args=[draft.public_id]),
    }
    before, language = clock.now(), draft.language or "de"
    queued = [
        queue(occasion=occasion, kind="draft_reminder", recipient=person.email, context=context, language=language)
        for person in people.distinct().order_by("pk")
    ]
    return sum(message.created_at >= before for message in queued)


def _moment(closes_at: datetime, days: int) -> datetime:
    """Return when a reminder is due: in the morning, so many days before the last day."""
    day = last_moment(closes_at).date() - timedelta(days=days)
    return datetime.combine(day, MORNING, tzinfo=clock.BERLIN)
