"""Short forms about one proposal: declare, check, comment, correct, reopen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.domain.comment import LONGEST
from review.models import Declaration, FormalCheck

REASON_ROWS = 3


def reason_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field for a reason."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        help_text=help_text,
        widget=forms.Textarea({"rows": REASON_ROWS}),
        error_messages={"required": _("Bitte geben Sie einen Grund an.")},
    )


class DeclareForm(forms.Form):
    """No conflict of interest, or which."""

    kind = forms.ChoiceField(
        label=_("Sind Sie bei diesem Vorschlag befangen?"),
        choices=Declaration.Kind,
        widget=forms.RadioSelect,
        error_messages={"required": _("Bitte wählen Sie eine der Möglichkeiten.")},
    )
    note = forms.CharField(
        label=_("Bemerkung (optional)"), required=False, max_length=2000, widget=forms.Textarea({"rows": REASON_ROWS})
    )


class CorrectionForm(DeclareForm):
    """Another declaration for a person, and why."""

    note = reason_field(_("Grund der Berichtigung"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask about the other person."""
        super().__init__(*args, **kwargs)
        self.fields["kind"].label = _("Richtige Erklärung")


class CheckForm(forms.Form):
    """The result of the formal check, with a reason for all but a plain yes."""

    result = forms.ChoiceField(
        label=_("Ergebnis der formalen Prüfung"),
        choices=FormalCheck.Result,
        widget=forms.RadioSelect,
        error_messages={"required": _("Bitte wählen Sie ein Ergebnis.")},
    )
    reason = reason_field(
        _("Begründung"), required=False, help_text=_("Nötig, außer wenn der Vorschlag zugelassen ist.")
    )


class CommentForm(forms.Form):
    """Something said between the reviewers."""

    text = forms.CharField(
        label=_("Ihr Beitrag"),
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Bitte schreiben Sie einen Text.")},
    )


class ReasonForm(forms.Form):
    """A reason alone."""

    reason = reason_field(_("Grund"))
