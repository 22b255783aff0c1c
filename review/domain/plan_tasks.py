"""The division of tasks after a Zusage, as the call states it (domain.md, "Division of tasks after a Zusage")."""

from django.utils.translation import gettext, gettext_noop

from review.models import PlanTask

Side = PlanTask.Side

DIVISION: tuple[tuple[PlanTask.Side, str], ...] = (
    (Side.HOST, gettext_noop("Eine verantwortliche Ansprechperson in der Verwaltung benennen")),
    (Side.HOST, gettext_noop("An der Vorbereitung der Veranstaltung mitwirken")),
    (Side.HOST, gettext_noop("Fachwissen und kommunale Praxis einbringen")),
    (Side.HOST, gettext_noop("Als Gastgeber auftreten")),
    (Side.HOST, gettext_noop("Eigene internationale Kontakte einbringen, wenn gewünscht")),
    (Side.HOST, gettext_noop("Räume bereitstellen, wo möglich")),
    (Side.CONNECTIVE, gettext_noop("Organisation der Veranstaltung und Betreuung der Teilnehmenden")),
    (
        Side.CONNECTIVE,
        gettext_noop("Internationale Teilnehmende über die Netzwerke von GIZ, Städtetag und SKEW finden"),
    ),
    (Side.CONNECTIVE, gettext_noop("Fachleute aus Deutschland gewinnen")),
    (
        Side.CONNECTIVE,
        gettext_noop("Kosten tragen, auch für Ort und Reisen der aktiven Teilnehmenden aus Deutschland"),
    ),
)
"""Whose task, and which; the German text is stored, and translated where it is shown."""
_STANDARD = frozenset(title for _side, title in DIVISION)


def shown_title(task: PlanTask) -> str:
    """Return the title in the reader's language where it is one of the call's own; typed titles stay as typed."""
    return gettext(task.title) if task.title in _STANDARD else task.title
