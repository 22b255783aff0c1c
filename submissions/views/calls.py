"""What everybody may see: the calls, and how the call of today works."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from connective import clock
from submissions.domain.queries import published_calls
from submissions.models import Call, DeadlineExtension, PastEvent, Theme


@dataclass(frozen=True)
class CallPage:
    """A call as its public page shows it at one instant."""

    call: Call
    now: datetime
    themes: list[Theme]
    events: list[PastEvent]
    extension: DeadlineExtension | None
    others: list[Call]

    @property
    def state(self) -> str:
        """Return "ahead", "open" or "closed"."""
        if self.call.is_open(self.now):
            return "open"
        return "ahead" if self.now < self.call.opens_at else "closed"

    @property
    def answers_are_due(self) -> bool:
        """Whether the day named for the answers has passed in Germany."""
        return self.now.astimezone(clock.BERLIN).date() > self.call.answer_by

    @property
    def introduction(self) -> str:
        """What the call is about, in the reader's language."""
        return self.call.localised("introduction")

    @property
    def after_closing(self) -> str:
        """What the office says about the time after the deadline, in the reader's language; may be empty."""
        return self.call.localised("after_closing")

    @property
    def next_call(self) -> Call | None:
        """The call to go to when this one is closed: one that is open, or the next that opens."""
        later = [other for other in self.others if other.closes_at > self.now]
        return min(later, key=lambda other: other.opens_at, default=None)

    @property
    def earlier_calls(self) -> list[Call]:
        """The other calls whose deadline has passed, the latest first."""
        return [other for other in self.others if other.closes_at <= self.now]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the open call itself where there is exactly one, else all calls."""
    now = clock.now()
    calls = list(published_calls())
    open_calls = [call for call in calls if call.is_open(now)]
    if len(open_calls) == 1:
        return render(request, "submissions/call.html", {"page_of": _page(open_calls[0], calls, now), "is_home": True})
    context = {
        "now": now,
        "open_calls": open_calls,
        "ahead": [call for call in calls if now < call.opens_at],
        "closed": [call for call in calls if call.closes_at <= now],
    }
    return render(request, "submissions/home.html", context)


@require_safe
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the public page of one published call."""
    calls = published_calls()
    shown = get_object_or_404(calls, slug=slug)
    return render(request, "submissions/call.html", {"page_of": _page(shown, list(calls), clock.now())})


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Show the events that took place."""
    past = list(PastEvent.objects.filter(starts_on__lte=clock.now()))
    return render(request, "submissions/events.html", {"page_of": {"events": past}})


def _page(shown: Call, calls: list[Call], now: datetime) -> CallPage:
    return CallPage(
        call=shown,
        now=now,
        themes=list(shown.themes.all()),
        events=list(PastEvent.objects.filter(starts_on__lte=now)),
        extension=shown.extensions.filter(proposal=None).first(),
        others=[other for other in calls if other.pk != shown.pk],
    )
