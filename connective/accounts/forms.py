"""The two questions of the sign-in."""

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from connective.accounts.sign_in import SignIn


class AddressForm(forms.Form):
    """Where to send the code."""

    email = forms.EmailField(
        label=gettext_lazy("E-Mail-Adresse"),
        help_text=gettext_lazy("Wir senden Ihnen einen Code mit sechs Ziffern. Sie brauchen kein Passwort."),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Geben Sie Ihre E-Mail-Adresse ein."),
            "invalid": gettext_lazy("Geben Sie eine E-Mail-Adresse wie name@stadt.example ein."),
        },
    )

    def clean_email(self) -> str:
        """Return the address in lower case, as it is kept."""
        email: str = self.cleaned_data["email"]
        return email.lower()


class CodeForm(forms.Form):
    """The code that came by e-mail."""

    code = forms.CharField(
        label=gettext_lazy("Code aus der E-Mail"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Geben Sie den Code ein, den Sie per E-Mail erhalten haben.")},
    )

    def __init__(self, sign_in: SignIn, *args: Any, **kwargs: Any) -> None:
        """Take the sign-in whose code is asked for."""
        super().__init__(*args, **kwargs)
        self.sign_in = sign_in

    def clean_code(self) -> str:
        """Compare, spaces and dashes apart; raises ValidationError with the number of tries that are left."""
        code: str = self.cleaned_data["code"]
        if not compare_user_code(actual=code, expected=self.sign_in.code):
            left = self.sign_in.tries_left - 1
            tries = ngettext("Sie haben noch einen Versuch.", "Sie haben noch %(count)d Versuche.", left) % {
                "count": left
            }
            raise ValidationError(
                _("Dieser Code stimmt nicht. Es gilt der Code aus der neuesten E-Mail.") + (f" {tries}" if left else "")
            )
        return code
