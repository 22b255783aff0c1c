"""Forms of the decisions: what the office prepares, a correction, the chair's ruling."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain.correct_decision import Change
from review.domain.draft_decision import DraftText
from review.forms.acts import reason_field
from review.models import Criterion, Outcome
from submissions.models import PastEvent, Proposal

MODES = [("", _("Bitte wählen")), *PastEvent.Mode.choices]
LONGEST = 4000


def _text(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=LONGEST, help_text=help_text, widget=forms.Textarea({"rows": 4})
    )


class DraftForm(forms.Form):
    """What is prepared for one decision, with a field for each requirement."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    final_title = forms.CharField(
        label=_("endgültiger Titel der Veranstaltung"),
        required=False,
        max_length=200,
        help_text=_("Nötig für eine Zusage. Der eingereichte Titel bleibt daneben bestehen."),
    )
    final_mode = forms.ChoiceField(label=_("Form der Veranstaltung"), required=False, choices=MODES)
    internal_reason = _text(_("interner Grund"), _("Nur Geschäftsstelle und Revision lesen ihn."))
    feedback = _text(
        _("Rückmeldung an die Einreichenden"),
        _("Steht in der Antwort. Eine zweite Person prüft sie vor der Freigabe."),
    )

    def __init__(self, criteria: list[Criterion], *args: Any, **kwargs: Any) -> None:
        """Take the requirements of the call."""
        super().__init__(*args, **kwargs)
        self._criteria = criteria
        for criterion in criteria:
            self.fields[f"criterion_{criterion.pk}"] = _text(_("Rückmeldung: %(label)s") % {"label": criterion.label})

    def typed(self) -> DraftText:
        """Return what was typed."""
        given = self.cleaned_data
        texts = {criterion.pk: given[f"criterion_{criterion.pk}"] for criterion in self._criteria}
        names = ("final_title", "final_mode", "internal_reason", "feedback")
        return DraftText(**{name: given[name] for name in names}, criteria=texts)


class CorrectionForm(forms.Form):
    """What is decided instead, and why."""

    outcome = forms.ChoiceField(label=_("Neues Ergebnis"), choices=Outcome)
    reserve_rank = forms.IntegerField(
        label=_("Stelle auf der Nachrückliste"), required=False, min_value=1, help_text=_("Nur für die Nachrückliste.")
    )
    final_title = forms.CharField(
        label=_("endgültiger Titel der Veranstaltung"),
        required=False,
        max_length=200,
        help_text=_("Nur für eine Zusage."),
    )
    final_mode = forms.ChoiceField(label=_("Form der Veranstaltung"), required=False, choices=MODES)
    feedback = _text(_("Rückmeldung an die Einreichenden"))
    reason = reason_field(_("Grund der Berichtigung"))

    def change(self) -> Change:
        """Return what is decided instead."""
        given = self.cleaned_data
        return Change(
            outcome=Outcome(given["outcome"]),
            feedback=given["feedback"],
            final_title=given["final_title"],
            final_mode=given["final_mode"],
            reserve_rank=given["reserve_rank"],
        )


class ChairRulingForm(forms.Form):
    """The chair's ruling without a vote: an outcome for each proposal, and why."""

    def __init__(self, proposals: list[Proposal], *args: Any, **kwargs: Any) -> None:
        """Take the proposals that nothing is decided about."""
        super().__init__(*args, **kwargs)
        self._proposals = proposals
        choices = [one for one in Outcome.choices if one[0] != Outcome.LAPSED]
        for proposal in proposals:
            self.fields[f"outcome_{proposal.pk}"] = forms.ChoiceField(
                label=f"{proposal.reference} {proposal.title}", choices=choices, initial=Outcome.REJECTION
            )
        self.fields["reason"] = reason_field(_("Grund der Entscheidung"))

    def outcomes(self) -> dict[int, Outcome]:
        """Return the outcome by the key of the proposal."""
        return {one.pk: Outcome(self.cleaned_data[f"outcome_{one.pk}"]) for one in self._proposals}
