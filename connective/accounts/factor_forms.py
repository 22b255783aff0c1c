"""The questions about second factors."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class FactorForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code aus der App"),
        help_text=_("Sechs Ziffern aus Ihrer App, oder ein Wiederherstellungscode mit acht Ziffern."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Geben Sie den Code ein.")},
    )


class AppForm(FactorForm):
    """The first code of a new app."""

    code = forms.CharField(
        label=_("Code aus der App"),
        help_text=_("Die sechs Ziffern, die Ihre App jetzt zeigt."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Geben Sie den Code ein, den die App zeigt.")},
    )


class AnswerForm(forms.Form):
    """The answer of a passkey, which a script puts here."""

    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        """Return the answer as a JSON object; raises ValidationError for anything else."""
        try:
            answer = json.loads(self.cleaned_data["credential"])
        except (ValueError, RecursionError) as error:
            raise ValidationError(_("Die Antwort des Passkeys ist unlesbar.")) from error
        if not isinstance(answer, dict):
            raise ValidationError(_("Die Antwort des Passkeys ist unlesbar."))
        return answer


class NewPasskeyForm(AnswerForm):
    """A new passkey and what its owner calls it."""

    name = forms.CharField(
        label=_("Name des Passkeys"),
        help_text=_("Woran Sie ihn wiedererkennen, zum Beispiel „Dienstlaptop“."),
        max_length=60,
        error_messages={"required": _("Geben Sie dem Passkey einen Namen.")},
    )
