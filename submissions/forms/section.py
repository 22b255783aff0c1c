"""A task of the form sheet as a form, built from the table of questions."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from submissions.domain.form_sheet import QUESTIONS
from submissions.forms.fields import field_for
from submissions.models import Call, Section, SectionKey


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

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput({"autocomplete": "off"}))

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
        themes = list(call.themes.all()) if section.key == SectionKey.TOPIC else []
        for asked in QUESTIONS[section.key]:
            if asked.kind != "themes" or themes:
                self.fields[asked.name] = field_for(asked, themes)

    def clean_ags(self) -> str:
        """Refuse a key that does not belong to the chosen Land."""
        ags: str = self.cleaned_data["ags"]
        land = self.cleaned_data.get("land")
        if ags and land and not ags.startswith(land):
            raise ValidationError(_("Dieser Schlüssel gehört zu einem anderen Land als dem, das Sie gewählt haben."))
        return ags


def form_for(section: Section, call: Call, *args: Any, **kwargs: Any) -> DraftForm:
    """Return the form of a section."""
    from submissions.forms.cities import CitiesForm

    if section.key == SectionKey.CITIES:
        return CitiesForm(section, call, *args, **kwargs)
    return SectionForm(section, call, *args, **kwargs)
