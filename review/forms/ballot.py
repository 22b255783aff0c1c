"""The ballot, as the page shows it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain.cast_ballot import offered
from review.models import Choice, VotingRound

LONGEST = 2000
LABELS = {
    Choice.YES: _("Ja: Dieses Thema soll eine Veranstaltung werden"),
    Choice.NO: _("Nein"),
    Choice.ABSTAIN: _("Enthaltung"),
    Choice.OBJECTION: _("Widerspruch (bitte begründen)"),
}


class BallotForm(forms.Form):
    """A vote, a reason where it needs one, and a statement for the minutes."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10_000)
    choice = forms.ChoiceField(
        label=_("Ihre Stimme"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Bitte wählen Sie eine der Möglichkeiten.")},
    )
    reason = forms.CharField(
        label=_("Grund des Widerspruchs"),
        required=False,
        max_length=LONGEST,
        help_text=_("Nur nötig, wenn Sie widersprechen."),
        widget=forms.Textarea({"rows": 3}),
    )
    statement = forms.CharField(
        label=_("Erklärung zur Abstimmung"),
        required=False,
        max_length=LONGEST,
        help_text=_("Steht mit Ihrem Namen im Beschlussprotokoll."),
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, round_: VotingRound, *args: Any, **kwargs: Any) -> None:
        """Offer the votes that the round's rule knows."""
        super().__init__(*args, **kwargs)
        votes = offered(round_)
        self.fields["choice"].choices = [(choice.value, LABELS[choice]) for choice in votes]  # type: ignore[attr-defined]
        if Choice.OBJECTION not in votes:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of an objection."""
        given = super().clean() or {}
        if given.get("choice") == Choice.OBJECTION and not given.get("reason", "").strip():
            self.add_error("reason", _("Ein Widerspruch braucht einen Grund. Bitte schreiben Sie ihn in dieses Feld."))
        return given
