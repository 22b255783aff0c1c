"""Forms of what follows an answer: the event, its tasks, and other interests."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain.follow_up import EventFacts, TaskFacts
from review.models import EventPlan, OtherInterest, PlanTask
from submissions.forms.fields import TextField
from submissions.models import PastEvent
from submissions.templatetags.deadlines import short_day

LONGEST_NOTE = 2000


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options
    )


def _note(label: Any, **options: Any) -> TextField:
    return TextField(
        one_line=False,
        label=label,
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3}),
        **options,
    )


class EventForm(forms.Form):
    """What is known of the event, and the version on which it is based."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    title = TextField(
        one_line=True,
        label=_("Titel der Veranstaltung"),
        max_length=200,
        error_messages={"required": _("Bitte geben Sie einen Titel an.")},
    )
    mode = forms.ChoiceField(label=_("Form der Veranstaltung"), choices=PastEvent.Mode)
    starts_on = _day(_("Erster Tag"))
    ends_on = _day(_("Letzter Tag"))
    venue = TextField(one_line=True, label=_("Ort"), required=False, max_length=200)
    co_organisers = _note(_("Weitere Veranstaltende"))

    def clean(self) -> dict[str, Any]:
        """Ask for both days or none, in their order."""
        given = super().clean() or {}
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and not last and "ends_on" not in self.errors:
            self.add_error("ends_on", _("Bitte geben Sie auch den letzten Tag an."))
        elif last and not first and "starts_on" not in self.errors:
            self.add_error("starts_on", _("Bitte geben Sie auch den ersten Tag an."))
        elif first and last and last < first:
            self.add_error("ends_on", _("Der letzte Tag liegt vor dem ersten."))
        return given

    def facts(self) -> EventFacts:
        """Return what was typed."""
        return EventFacts(**{name: value for name, value in self.cleaned_data.items() if name != "based_on"})

    @staticmethod
    def initial_of(plan: EventPlan) -> dict[str, Any]:
        """Return what a plan holds."""
        names = ("title", "mode", "starts_on", "ends_on", "venue", "co_organisers")
        return {"based_on": plan.version, **{name: getattr(plan, name) for name in names}}


class TaskForm(forms.Form):
    """How far a task is, and who does it until when."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    state = forms.ChoiceField(label=_("Stand"), choices=PlanTask.State)
    owner = TextField(
        one_line=True,
        label=_("Zuständig"),
        required=False,
        max_length=200,
        help_text=_("Name oder Stelle. Beide Seiten lesen es."),
    )
    due_on = _day(_("Bis wann"))
    note = _note(_("Bemerkung"), help_text=_("Beide Seiten lesen sie."))

    def facts(self) -> TaskFacts:
        """Return what was typed."""
        return TaskFacts(**{name: value for name, value in self.cleaned_data.items() if name != "based_on"})

    @staticmethod
    def initial_of(task: PlanTask) -> dict[str, Any]:
        """Return what a task holds."""
        names = ("state", "owner", "due_on", "note")
        return {"based_on": task.version, **{name: getattr(task, name) for name in names}}


class NewTaskForm(forms.Form):
    """A task that is missing."""

    title = TextField(
        one_line=True,
        label=_("Neue Aufgabe"),
        max_length=300,
        error_messages={"required": _("Bitte nennen Sie die Aufgabe.")},
    )
    due_on = _day(_("Bis wann"))


class SidedTaskForm(NewTaskForm):
    """A task that is missing, of either side."""

    side = forms.ChoiceField(label=_("Wer"), choices=PlanTask.Side)


class InterestsForm(forms.Form):
    """Which other activities are of interest, and which were chosen when the page was shown."""

    based_on = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    activities = forms.MultipleChoiceField(
        label=_("Was interessiert Sie?"),
        choices=OtherInterest.Activity,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Sie können mehreres wählen und es später ändern."),
    )

    def shown(self) -> list[str]:
        """Return what the page showed as chosen."""
        return str(self.cleaned_data["based_on"]).split()

    @staticmethod
    def initial_of(chosen: list[str]) -> dict[str, Any]:
        """Return what is chosen."""
        return {"based_on": " ".join(chosen), "activities": chosen}


def differences(form: forms.Form, stored: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    """Return label, stored and typed value of each field in which both differ, as people read them."""
    found = []
    for field in form.visible_fields():
        theirs, mine = stored.get(field.name), form.cleaned_data.get(field.name)
        if (theirs or "") != (mine or ""):
            choices = dict(getattr(field.field, "choices", ()))
            found.append((field.label, *(_readable(choices.get(value, value)) for value in (theirs, mine))))
    return found


def _readable(value: Any) -> Any:
    return short_day(value) if isinstance(value, date) else value
