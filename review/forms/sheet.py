"""A score sheet as it is typed: seven scores, each with a note, and the reviewer's overall view."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain.score import LONGEST, Entry, entries_of
from review.models import Criterion, ScoreSheet
from review.models.criteria import HIGHEST, LOWEST

NOT_APPLICABLE = "na"


@dataclass(frozen=True)
class CriterionRow:
    """One criterion of the sheet with its fields, for the template."""

    criterion: Criterion
    value: forms.BoundField
    reason: forms.BoundField
    note: forms.BoundField

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """Value, meaning, and whether it is chosen."""
        chosen = str(self.value.value() or "") if self.value.value() != 0 else "0"
        anchors = [(str(anchor.value), anchor.shown_text) for anchor in self.criterion.anchors.all()]
        known = {value for value, _text in anchors}
        missing = [(str(value), "") for value in range(LOWEST, HIGHEST + 1) if str(value) not in known]
        return [(value, text, value == chosen) for value, text in sorted([*anchors, *missing])]

    @property
    def is_not_applicable(self) -> bool:
        """Whether "not applicable" is chosen."""
        return bool(self.value.value() == NOT_APPLICABLE)


class SheetForm(forms.Form):
    """All answers of a sheet; nothing is needed while it is open."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    recommendation = forms.ChoiceField(
        label=_("Ihre Empfehlung"),
        choices=ScoreSheet.Recommendation,
        widget=forms.RadioSelect,
        required=False,
    )
    statement = forms.CharField(
        label=_("Ihre Gesamteinschätzung"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 5}),
    )

    def __init__(self, criteria: Sequence[Criterion], *args: Any, **kwargs: Any) -> None:
        """Ask for each of the criteria."""
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        values = [(str(value), str(value)) for value in range(LOWEST, HIGHEST + 1)]
        for criterion in criteria:
            self.fields[f"value-{criterion.key}"] = forms.ChoiceField(
                choices=[("", ""), *values, (NOT_APPLICABLE, NOT_APPLICABLE)],
                required=False,
                label=criterion.shown_label,
            )
            self.fields[f"reason-{criterion.key}"] = forms.CharField(
                required=False,
                max_length=LONGEST,
                label=_("Grund, warum nicht anwendbar"),
                widget=forms.Textarea({"rows": 2}),
            )
            self.fields[f"note-{criterion.key}"] = forms.CharField(
                required=False, max_length=LONGEST, label=_("Bemerkung"), widget=forms.Textarea({"rows": 2})
            )

    @property
    def rows(self) -> Iterator[CriterionRow]:
        """The criteria with their fields, in their order."""
        for criterion in self.criteria:
            yield CriterionRow(
                criterion,
                self[f"value-{criterion.key}"],
                self[f"reason-{criterion.key}"],
                self[f"note-{criterion.key}"],
            )

    def entries(self) -> dict[str, Entry]:
        """Return what was typed for each criterion, as `review.domain.score` takes it."""
        found = {}
        for criterion in self.criteria:
            value, reason, note = (self.cleaned_data[f"{name}-{criterion.key}"] for name in ("value", "reason", "note"))
            found[criterion.key] = Entry(
                value=int(value) if value.isdecimal() else None,
                not_applicable=value == NOT_APPLICABLE,
                reason=reason,
                note=note,
            )
        return found


def initial_of(sheet: ScoreSheet | None) -> dict[str, Any]:
    """Return what stands in a sheet, by the names of its form."""
    if sheet is None:
        return {"version": 0}
    found: dict[str, Any] = {
        "version": sheet.row_version,
        "recommendation": sheet.recommendation,
        "statement": sheet.statement,
    }
    for key, entry in entries_of(sheet).items():
        found[f"value-{key}"] = NOT_APPLICABLE if entry.not_applicable else entry.value
        found |= {f"reason-{key}": entry.reason, f"note-{key}": entry.note}
    return found
