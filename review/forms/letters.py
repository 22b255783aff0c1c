"""Forms of the letters: date, template, text of one, sending again, coming back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connective.mail.resolution import Resolution
from review.domain.letter_templates import BODY_LENGTH, SUBJECT_LENGTH
from review.forms.acts import reason_field
from review.models import Language

TEXT_ROWS = 24


class DateForm(forms.Form):
    """The date that the letters bear."""

    dated_on = forms.DateField(
        label=_("Datum der Schreiben"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Bitte geben Sie ein Datum an.")},
    )


class TextForm(forms.Form):
    """Subject and text, and the version on which they are based."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    subject = forms.CharField(
        label=_("Betreff"),
        max_length=SUBJECT_LENGTH,
        error_messages={"required": _("Bitte geben Sie einen Betreff an.")},
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=BODY_LENGTH,
        strip=False,
        help_text=_("Eine leere Zeile beginnt einen neuen Absatz; Zeilen, die mit „- “ beginnen, werden eine Liste."),
        widget=forms.Textarea({"rows": TEXT_ROWS}),
        error_messages={"required": _("Bitte geben Sie einen Text an.")},
    )


class LetterForm(TextForm):
    """Text and address of one letter."""

    recipient = forms.EmailField(
        label=_("E-Mail-Adresse"),
        max_length=254,
        help_text=_("Aus der geltenden Fassung des Vorschlags; bitte nur berichtigen, wenn sie falsch ist."),
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={"required": _("Bitte geben Sie eine E-Mail-Adresse an.")},
    )
    field_order = ("based_on", "recipient", "subject", "body")


class TemplateChoiceForm(forms.Form):
    """The language in which the template is taken."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    language = forms.ChoiceField(label=_("Sprache"), choices=Language)


class ResendForm(forms.Form):
    """Where to, and why."""

    recipient = forms.EmailField(
        label=_("E-Mail-Adresse"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off"}),
        error_messages={"required": _("Bitte geben Sie eine E-Mail-Adresse an.")},
    )
    reason = reason_field(_("Grund des erneuten Versands"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Number the fields apart from those of the other forms on the page."""
        super().__init__(*args, **kwargs)
        self.auto_id = "resend_%s"


class BounceForm(forms.Form):
    """What the message of the mail server said."""

    reason = reason_field(_("Was in der Meldung des Mailservers steht"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Number the fields apart from those of the other forms on the page."""
        super().__init__(*args, **kwargs)
        self.auto_id = "bounce_%s"


class SettleForm(forms.Form):
    """What the log of the mail server says."""

    outcome = forms.ChoiceField(choices=Resolution)
