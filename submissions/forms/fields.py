"""The form field that asks a question, by the kind of its answer."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.domain.form_sheet import Question
from submissions.domain.text_characters import clean
from submissions.models import Theme

SIDE_BY_SIDE = 3
"""So few choices are shown beside each other; more are a list to open."""


class TextField(forms.CharField):
    """Text without what nobody can see; what the PDF cannot draw stays, and the completeness check names it."""

    def __init__(self, *, one_line: bool, **kwargs: Any) -> None:
        """Take `one_line` for answers in which a line break has no place."""
        super().__init__(strip=one_line, **kwargs)
        self.one_line = one_line

    def to_python(self, value: Any) -> str:
        """Return the cleaned text; raises ValidationError for a line break in a line."""
        text = clean(super().to_python(value) or "")
        if self.one_line and "\n" in text:
            raise ValidationError(_("Bitte schreiben Sie diese Antwort in eine Zeile."))
        return text


def field_for(asked: Question, offered: Sequence[Theme]) -> forms.Field:
    """Return the form field that asks one question; `offered` are the themes of the call."""
    common = {"label": asked.label, "required": asked.needed, "help_text": asked.hint}
    return _FIELDS[asked.kind](asked, offered, common)


def _line(asked: Question, _offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    widget = forms.TextInput(_attributes(asked))
    return TextField(one_line=True, max_length=asked.max_length, widget=widget, **common)


def _ags(asked: Question, _offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    rule = _matches(r"[0-9]{8}", gettext_lazy("Der Schlüssel hat genau acht Ziffern, zum Beispiel 05315000."))
    widget = forms.TextInput({"inputmode": "numeric"})
    return TextField(one_line=True, max_length=asked.max_length, validators=[rule], widget=widget, **common)


def _phone(asked: Question, _offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    sentence = gettext_lazy("Schreiben Sie die Telefonnummer mit Ziffern, zum Beispiel 0228 555-0100.")
    rule = _matches(r"[0-9+()/ .-]{4,40}", sentence)
    widget = forms.TextInput({**_attributes(asked), "type": "tel"})
    return TextField(one_line=True, max_length=asked.max_length, validators=[rule], widget=widget, **common)


def _paragraph(asked: Question, _offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    widget = forms.Textarea({"rows": 10 if asked.kind == "structured" else 5, "spellcheck": "true"})
    return TextField(one_line=False, max_length=asked.max_length, widget=widget, **common)


def _email(asked: Question, _offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    return forms.EmailField(max_length=asked.max_length, widget=forms.EmailInput(_attributes(asked)), **common)


def _url(asked: Question, _offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    widget = forms.URLInput(_attributes(asked))
    return forms.URLField(max_length=asked.max_length, assume_scheme="https", widget=widget, **common)


def _choice(asked: Question, _offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    if len(asked.choices) <= SIDE_BY_SIDE:
        return forms.ChoiceField(choices=asked.choices, widget=forms.RadioSelect, **common)
    return forms.ChoiceField(choices=[("", _("Bitte wählen")), *asked.choices], **common)


def _themes(_asked: Question, offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    choices = [(theme.name, str(theme)) for theme in offered]
    return forms.MultipleChoiceField(
        choices=choices, widget=forms.CheckboxSelectMultiple, **{**common, "required": True}
    )


def _yes(_asked: Question, _offered: Sequence[Theme], common: dict[str, Any]) -> forms.Field:
    return forms.BooleanField(**common)


_FIELDS: dict[str, Callable[[Question, Sequence[Theme], dict[str, Any]], forms.Field]] = {
    "line": _line,
    "ags": _ags,
    "phone": _phone,
    "paragraph": _paragraph,
    "structured": _paragraph,
    "email": _email,
    "url": _url,
    "choice": _choice,
    "themes": _themes,
    "yes": _yes,
}


def _attributes(asked: Question) -> dict[str, str]:
    return {"autocomplete": asked.autocomplete} if asked.autocomplete else {}


def _matches(pattern: str, sentence: Any) -> Callable[[str], None]:
    def validate(value: str) -> None:
        if not re.fullmatch(pattern, value):
            raise ValidationError(sentence)

    return validate
