"""What follows an acceptance (a plan for the event) and a rejection (other interests)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.models.event import PastEvent


class EventPlan(models.Model):
    """The event that comes of an accepted proposal, prepared by the host and Connective Cities together.

    `version` is the mark of what a page shows (invariant 4). When the event has taken place it becomes a `PastEvent`.
    """

    class State(models.TextChoices):
        """How far the event is."""

        PLANNED = "planned", _("in Vorbereitung")
        HELD = "held", _("hat stattgefunden")
        CANCELLED = "cancelled", _("findet nicht statt")

    proposal = models.OneToOneField(
        "submissions.Proposal", models.PROTECT, related_name="event_plan", verbose_name=_("Themenvorschlag")
    )
    state = models.CharField(_("Stand"), max_length=9, choices=State, default=State.PLANNED)
    title = models.CharField(_("Titel der Veranstaltung"), max_length=200)
    mode = models.CharField(_("Form"), max_length=10, choices=PastEvent.Mode)
    starts_on = models.DateField(_("beginnt am"), null=True, blank=True)
    ends_on = models.DateField(_("endet am"), null=True, blank=True)
    venue = models.CharField(_("Ort"), max_length=200, blank=True)
    co_organisers = models.TextField(_("weitere Veranstaltende"), blank=True)
    past_event = models.OneToOneField(
        PastEvent, models.PROTECT, null=True, blank=True, related_name="plan", verbose_name=_("in der Übersicht")
    )
    version = models.PositiveIntegerField(_("Fassung"), default=1)
    created_at = models.DateTimeField(_("angelegt am"))

    class Meta:
        """Dates come in pairs and in order; what was held has dates and stands in the overview."""

        verbose_name = _("Plan einer Veranstaltung")
        verbose_name_plural = _("Pläne von Veranstaltungen")
        ordering: ClassVar[list[str]] = ["starts_on", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(starts_on=None, ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="event_plan_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="held")
                | models.Q(starts_on__isnull=False, ends_on__isnull=False, past_event__isnull=False),
                name="event_plan_held_is_in_overview",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["planned", "held", "cancelled"]), name="event_plan_state_known"
            ),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class PlanTask(models.Model):
    """A task of one side of the plan, from the call's division of tasks or added by hand."""

    class Side(models.TextChoices):
        """Who does it."""

        HOST = "host", _("Gastgeber")
        CONNECTIVE = "connective", _("Connective Cities")

    class State(models.TextChoices):
        """How far the task is."""

        OPEN = "open", _("offen")
        DONE = "done", _("erledigt")
        DROPPED = "dropped", _("entfällt")

    plan = models.ForeignKey(EventPlan, models.CASCADE, related_name="tasks", verbose_name=_("Plan"))
    side = models.CharField(_("Wer"), max_length=10, choices=Side)
    title = models.CharField(_("Aufgabe"), max_length=300)
    owner = models.CharField(_("zuständig"), max_length=200, blank=True)
    due_on = models.DateField(_("bis"), null=True, blank=True)
    state = models.CharField(_("Stand"), max_length=7, choices=State, default=State.OPEN)
    note = models.TextField(_("Bemerkung"), blank=True)
    position = models.PositiveSmallIntegerField(_("Reihenfolge"))
    version = models.PositiveIntegerField(_("Fassung"), default=1)

    class Meta:
        """In the order of the plan."""

        verbose_name = _("Aufgabe")
        verbose_name_plural = _("Aufgaben")
        ordering: ClassVar[list[str]] = ["plan", "side", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "side", "position"], name="plan_task_place_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "done", "dropped"]) & models.Q(side__in=["host", "connective"]),
                name="plan_task_state_known",
            ),
        ]

    def __str__(self) -> str:
        """Return the title."""
        return self.title


class OtherInterest(models.Model):
    """An activity of Connective Cities that an applicant would like to be part of after a rejection."""

    class Activity(models.TextChoices):
        """What there is to be part of."""

        EVENTS = "events", _("Teilnahme an anderen Dialogveranstaltungen")
        EXPERTS = "experts", _("eigene Fachleute für den Austausch vermitteln")
        PROJECTS = "projects", _("Projektwerkstätten und Beratung unter Kommunen")
        WEBINARS = "webinars", _("virtuelle Formate und Lernreihen")
        NEWS = "news", _("Informationen über neue Themenaufrufe")

    proposal = models.ForeignKey(
        "submissions.Proposal", models.CASCADE, related_name="other_interests", verbose_name=_("Themenvorschlag")
    )
    activity = models.CharField(_("Aktivität"), max_length=8, choices=Activity)
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("angegeben von")
    )
    stated_at = models.DateTimeField(_("angegeben am"))

    class Meta:
        """Each activity once per proposal."""

        verbose_name = _("Interesse an anderen Aktivitäten")
        verbose_name_plural = _("Interessen an anderen Aktivitäten")
        ordering: ClassVar[list[str]] = ["proposal", "activity"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "activity"], name="other_interest_once"),
        ]

    def __str__(self) -> str:
        """Return the activity."""
        return str(self.get_activity_display())
