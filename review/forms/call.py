"""What is decided for the review of a whole call: rules, countries, criteria, corrections."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from review.domain.criteria import CriterionDraft
from review.domain.profile import SEATED
from review.domain.roles import people_with
from review.forms.acts import reason_field
from review.models import Declaration, ReviewRole, ReviewSettings
from review.models.criteria import HIGHEST, LOWEST
from submissions.domain.countries import GERMANY, all_countries
from submissions.models import Organisation
from submissions.models.municipality import Land

LOCAL_TIME = "%Y-%m-%dT%H:%M"
VALUES = range(LOWEST, HIGHEST + 1)


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """The rules of the review."""

    review_until = forms.DateTimeField(
        label=_("Bewertung bis"),
        required=False,
        help_text=_("Zeit in Deutschland. Danach wird kein Bogen mehr angenommen; leer heißt ohne Ende."),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL_TIME),
    )

    class Meta:
        """What the lead sets."""

        model = ReviewSettings
        fields = ("blind", "reviews_per_proposal", "disagreement_threshold", "weight_variation", "review_until")


class CountryForm(forms.Form):
    """The status of a country for one call, whatever its list says."""

    iso2 = forms.ChoiceField(label=_("Staat"))
    developing = forms.TypedChoiceField(
        label=_("Zählt in diesem Aufruf als"),
        choices=[("yes", _("Entwicklungs- oder Schwellenland")), ("no", _("anderes Land"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Bitte wählen Sie eine der Möglichkeiten.")},
    )
    reason = reason_field(_("Grund"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer all countries but Germany, which is no further country."""
        super().__init__(*args, **kwargs)
        language = (get_language() or "de")[:2]
        countries = [(iso2, name) for iso2, name in all_countries(language) if iso2 != GERMANY]
        self.fields["iso2"].choices = [("", "---------"), *countries]  # type: ignore[attr-defined]


class CriterionForm(forms.Form):
    """One criterion with its texts in both languages."""

    key = forms.SlugField(label=_("Kürzel"), max_length=30)
    label = forms.CharField(label=_("Bezeichnung"), max_length=200)
    label_en = forms.CharField(label=_("Bezeichnung (englisch)"), max_length=200, required=False)
    question = forms.CharField(label=_("Frage"), widget=forms.Textarea({"rows": 3}))
    question_en = forms.CharField(label=_("Frage (englisch)"), required=False, widget=forms.Textarea({"rows": 3}))
    weight = forms.DecimalField(label=_("Gewicht"), max_digits=6, decimal_places=2, min_value=Decimal("0.01"))
    is_must = forms.BooleanField(label=_("muss erfüllt sein"), required=False)
    must_at_least = forms.IntegerField(
        label=_("erfüllt ab (Punkte)"), validators=[MinValueValidator(1), MaxValueValidator(HIGHEST)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the meaning of each value."""
        super().__init__(*args, **kwargs)
        for value in VALUES:
            german, english = _("%(value)s Punkte bedeuten"), _("%(value)s Punkte bedeuten (englisch)")
            self.fields[f"anchor_{value}"] = forms.CharField(label=german % {"value": value}, max_length=300)
            self.fields[f"anchor_{value}_en"] = forms.CharField(
                label=english % {"value": value}, max_length=300, required=False
            )

    @staticmethod
    def initial_of(draft: CriterionDraft) -> dict[str, Any]:
        """Return a criterion as the form shows it."""
        shown = {name: getattr(draft, name) for name in CriterionForm.base_fields}
        for value, (german, english) in zip(VALUES, draft.anchors, strict=True):
            shown |= {f"anchor_{value}": german, f"anchor_{value}_en": english}
        return shown

    def draft(self) -> CriterionDraft:
        """Return what was typed."""
        typed = {name: self.cleaned_data[name] for name in CriterionForm.base_fields}
        anchors = tuple(
            (self.cleaned_data[f"anchor_{value}"], self.cleaned_data[f"anchor_{value}_en"]) for value in VALUES
        )
        return CriterionDraft(anchors=anchors, **typed)


class CriteriaFormSet(forms.BaseFormSet):  # type: ignore[type-arg]
    """The criteria of a call in their order; an empty one at the end may be filled."""

    def drafts(self) -> list[CriterionDraft]:
        """Return the criteria as typed, without those that are to be removed."""
        return [
            form.draft()
            for form in self.forms
            if (form.initial or form.has_changed()) and not form.cleaned_data.get("DELETE")
        ]


CriteriaForms = forms.formset_factory(
    CriterionForm, formset=CriteriaFormSet, extra=1, can_delete=True, max_num=20, absolute_max=21
)


class CorrectionForm(forms.Form):
    """Another declaration about a conflict for a person, and why."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    reference = forms.CharField(label=_("Vorgangsnummer"), max_length=20)
    kind = forms.ChoiceField(label=_("Richtige Erklärung"), choices=Declaration.Kind, widget=forms.RadioSelect)
    note = reason_field(_("Grund der Berichtigung"))

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        """Offer these people."""
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class PersonForm(forms.Form):
    """The roles of a person, and where the person comes from."""

    roles = forms.MultipleChoiceField(
        label=_("Rollen"),
        choices=ReviewRole,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Die Revision liest alles und ändert nichts; sie hat keine weitere Rolle."),
    )
    organisation = forms.ModelChoiceField(
        label=_("eigene Kommune oder eigenes kommunales Unternehmen (optional)"),
        queryset=Organisation.objects.exclude(name=""),
        required=False,
    )
    land = forms.ChoiceField(label=_("Land (optional)"), choices=[("", "---------"), *Land.choices], required=False)
    employer = forms.CharField(label=_("arbeitet bei (optional)"), max_length=200, required=False)
    deputises_for = forms.ModelChoiceField(
        label=_("vertritt im Steuerungskreis (optional)"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Stimmt ab, wo das Mitglied selbst nicht abstimmt. Nötig ist die Rolle der Stellvertretung."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer those who have a seat."""
        super().__init__(*args, **kwargs)
        self.fields["deputises_for"].queryset = people_with(*SEATED)  # type: ignore[attr-defined]
