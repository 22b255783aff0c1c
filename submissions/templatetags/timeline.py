"""The way of a proposal as a picture: from the opening of the call to the event."""

from dataclasses import dataclass
from datetime import datetime, time
from textwrap import wrap

from django import template
from django.utils.translation import gettext as _

from connective import clock
from submissions.models import Call
from submissions.templatetags.deadlines import deadline, short_day

register = template.Library()

WIDTH = 704
"""Width of the picture; that of the column of text in pixels, so that letters keep their size."""
LETTERS_PER_LINE = 15
LINE_HEIGHT = 18


@dataclass(frozen=True)
class Stop:
    """One stage; `state` is "past", "now" or "ahead"."""

    label: str
    when: str
    state: str
    x: int

    @property
    def lines(self) -> list[tuple[int, str, bool]]:
        """What stands below the stop: height, text, and whether it is the label rather than the date."""
        texts = [(line, True) for line in wrap(self.label, LETTERS_PER_LINE)]
        texts += [(line, False) for line in wrap(self.when, LETTERS_PER_LINE)]
        return [(52 + number * LINE_HEIGHT, text, is_label) for number, (text, is_label) in enumerate(texts)]


@dataclass(frozen=True)
class Timeline:
    """The stages in their order, and how high the picture must be."""

    stops: list[Stop]

    @property
    def view_box(self) -> str:
        """The bounds of the drawing: as high as its longest column of words."""
        return f"0 0 {WIDTH} {max(stop.lines[-1][0] for stop in self.stops) + LINE_HEIGHT // 2}"


@register.simple_tag
def timeline(call: Call, at: datetime) -> Timeline:
    """Return the stages of `call` as they stand at the instant `at` (aware)."""
    # The day named for the answers counts in full, like the day of the deadline.
    answered = datetime.combine(call.answer_by, time.max, clock.BERLIN)
    stages = [
        (_("Aufruf öffnet"), short_day(call.opens_at)),
        (_("Ende der Frist"), deadline(call.closes_at)),
        (_("Prüfung und Bewertung"), _("nach der Frist")),
        (_("Entscheidung im Steuerungskreis"), ""),
        (_("Antwort an alle"), _("bis %(day)s") % {"day": short_day(call.answer_by)}),
        (_("Veranstaltung"), _("nach einer Zusage")),
    ]
    reached = sum(at >= instant for instant in (call.opens_at, call.closes_at))
    if at > answered:
        reached = len(stages) - 1
    step = WIDTH // len(stages)
    return Timeline(
        [
            Stop(label, when, _state(number, reached), step // 2 + number * step)
            for number, (label, when) in enumerate(stages)
        ]
    )


def _state(number: int, reached: int) -> str:
    if number < reached:
        return "past"
    return "now" if number == reached else "ahead"
