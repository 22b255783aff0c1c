"""The upload of a letter of support."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _


class LetterForm(forms.Form):
    """One PDF; `submissions.domain.letter` checks what it really is."""

    letter = forms.FileField(
        label=_("Unterstützungsschreiben als PDF"),
        required=False,
        help_text=_("Freiwillig. Höchstens 5 MB und 10 Seiten."),
        widget=forms.FileInput({"accept": "application/pdf"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Set up crispy without a form tag."""
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
