"""A task of the form sheet as a form, built from the table of questions."""

import re
from collections.abc import Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.domain.form_sheet import QUESTIONS, Question
from submissions.domain.text_characters import clean
from submissions.models import Call, Section, SectionKey

AGS = re.compile(r"[0-9]{8}")
PHONE = re.compile(r"[0-9+()/ .-]{4,40}")


class HalfFilledForm(forms.Form):
    """A form that may always be saved half filled in: labels say what is optional, and nothing is enforced."""

    use_required_attribute = False

    def _clean_fields(self) -> None:
        """Clean all visible fields as if none were required."""
        required = [field for field in self.fields.values() if field.required and not field.widget.is_hidden]
        for field in required:
            field.required = False
        super()._clean_fields()  # type: ignore[misc]
        for field in required:
            field.required = True


class DraftForm(HalfFilledForm):
    """A task of the form sheet; `version` is the version of the section that the page shows."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Set up crispy without a form tag: the page writes its own."""
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def content(self) -> dict[str, Any]:
        """Return the valid answers as the section keeps them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class SectionForm(DraftForm):
    """One task of the form sheet; its fields come from the questions of the section."""

    def __init__(self, section: Section, call: Call, *args: Any, **kwargs: Any) -> None:
        """Build the fields of `section`, with its answers as initial values."""
        kwargs.setdefault("initial", {**section.content, "version": section.version})
        super().__init__(*args, **kwargs)
        for asked in QUESTIONS[section.key]:
            self.fields[asked.name] = _field(asked, call)
        if section.key == SectionKey.TOPIC and not call.themes.all():
            del self.fields["themes"]

    def clean_ags(self) -> str:
        """Refuse a key that does not belong to the chosen Land."""
        ags: str = self.cleaned_data["ags"]
        land = self.cleaned_data.get("land")
        if ags and land and not ags.startswith(land):
            raise ValidationError(_("Dieser Schlüssel gehört zu einem anderen Land als dem, das Sie gewählt haben."))
        return ags

    @property
    def answers(self) -> Mapping[str, Any]:
        """What is typed now: the posted values, or the saved ones."""
        return {name: self[name].value() for name in self.fields}


class TextField(forms.CharField):
    """Text without what nobody can see; what the PDF cannot draw stays, and the completeness check names it."""

    def __init__(self, *, one_line: bool, **kwargs: Any) -> None:
        """Take `one_line` for answers in which a line break has no place."""
        super().__init__(strip=one_line, **kwargs)
        self.one_line = one_line

    def to_python(self, value: Any) -> str:
        """Return the cleaned text; raises ValidationError for a line break in a line."""
        text = clean(super().to_python(value))
        if self.one_line and "\n" in text:
            raise ValidationError(_("Bitte schreiben Sie diese Antwort in eine Zeile."))
        return text


def form_for(section: Section, call: Call, *args: Any, **kwargs: Any) -> DraftForm:
    """Return the form of a section."""
    from submissions.forms.cities import CitiesForm  # noqa: PLC0415  (it builds on this module)

    if section.key == SectionKey.CITIES:
        return CitiesForm(section, call, *args, **kwargs)
    return SectionForm(section, call, *args, **kwargs)


def _matches(pattern: re.Pattern[str], message: Any) -> Any:
    def validate(value: str) -> None:
        if not pattern.fullmatch(value):
            raise ValidationError(message)

    return validate


_VALIDATORS = {
    "ags": [_matches(AGS, gettext_lazy("Der Schlüssel hat genau acht Ziffern, zum Beispiel 05315000."))],
    "phone": [_matches(PHONE, gettext_lazy("Schreiben Sie die Telefonnummer mit Ziffern, zum Beispiel 0228 555-0100."))],
}


def _field(asked: Question, call: Call) -> forms.Field:
    """Return the form field that asks one question."""
    common: dict[str, Any] = {"label": asked.label, "required": asked.needed, "help_text": asked.hint}
    attrs = {"autocomplete": asked.autocomplete} if asked.autocomplete else {}
    match asked.kind:
        case "choice" if len(asked.choices) <= 3:  # noqa: PLR2004  (few choices are shown side by side)
            return forms.ChoiceField(choices=asked.choices, widget=forms.RadioSelect, **common)
        case "choice":
            return forms.ChoiceField(choices=[("", _("Bitte wählen")), *asked.choices], **common)
        case "themes":
            choices = [(theme.name, str(theme)) for theme in call.themes.all()]
            common["required"] = True
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
        case "yes":
            return forms.BooleanField(**common)
        case "email":
            return forms.EmailField(max_length=asked.max_length, widget=forms.EmailInput(attrs), **common)
        case "url":
            return forms.URLField(max_length=asked.max_length, assume_scheme="https", widget=forms.URLInput(attrs), **common)
        case "paragraph" | "structured":
            rows = 10 if asked.kind == "structured" else 5
            widget = forms.Textarea({"rows": rows, "spellcheck": "true"})
            return TextField(one_line=False, max_length=asked.max_length, widget=widget, **common)
    text = forms.TextInput({**attrs, "inputmode": "numeric"} if asked.kind == "ags" else attrs)
    if asked.kind == "phone":
        text = forms.TextInput({**attrs, "type": "tel"})
    return TextField(
        one_line=True, max_length=asked.max_length, widget=text, validators=_VALIDATORS.get(asked.kind, []), **common
    )
