"""The proposed cities: a table of rows that grows."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from submissions.domain.countries import all_countries, developing
from submissions.domain.form_sheet import CITY_QUESTIONS, LINE, MAX_CITIES
from submissions.forms.fields import TextField
from submissions.forms.section import DraftForm, HalfFilledForm
from submissions.models import Call, Section

COUNTRY, CITY, CONTACT = CITY_QUESTIONS
FIRST_ROWS = 2
"""Rows on a new page: so many countries are needed."""


class CityForm(HalfFilledForm):
    """One proposed city."""

    country = forms.ChoiceField(label=COUNTRY.label)
    city = TextField(one_line=True, label=CITY.label, required=False, max_length=LINE)
    contact = TextField(one_line=True, label=CONTACT.label, required=False, max_length=LINE)

    def __init__(self, *args: Any, countries: list[Any], **kwargs: Any) -> None:
        """Take the choices of countries once for all rows."""
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the country of a city that has none."""
        answers = super().clean() or {}
        if (answers.get("city") or answers.get("contact")) and not answers.get("country"):
            self.add_error("country", _("Wählen Sie den Staat, in dem diese Stadt liegt."))
        return answers


CitiesFormSet = forms.formset_factory(CityForm, extra=0, max_num=MAX_CITIES, absolute_max=MAX_CITIES, validate_max=True)


class CitiesForm(DraftForm):
    """The section of cities: the version, and a formset of rows."""

    def __init__(
        self,
        section: Section,
        call: Call,
        data: Mapping[str, Any] | None = None,
        *,
        least_rows: int = FIRST_ROWS,
        **kwargs: Any,
    ) -> None:
        """Show the saved rows, and at least two, or `least_rows`."""
        super().__init__(data, initial={"version": section.version}, **kwargs)
        rows = list(section.content.get("rows", []))
        rows += [{}] * (min(max(least_rows, FIRST_ROWS), MAX_CITIES) - len(rows))
        self.rows = CitiesFormSet(data, initial=rows, prefix="cities", form_kwargs={"countries": country_choices(call)})

    def is_valid(self) -> bool:
        """Say whether the version and all rows are valid."""
        return super().is_valid() and self.rows.is_valid()

    def content(self) -> dict[str, Any]:
        """Return the rows in which anything was typed."""
        rows = [
            {name: row.get(name, "") for name in ("country", "city", "contact")}
            for row in self.rows.cleaned_data
            if any(row.values())
        ]
        return {"rows": rows}


def country_choices(call: Call) -> list[Any]:
    """Return all countries but Germany in two groups: those on the call's list, and the others."""
    on_list = developing(call.country_list)
    countries = [(iso2, name) for iso2, name in all_countries((get_language() or "de")[:2]) if iso2 != "DE"]
    return [
        ("", _("Bitte wählen")),
        (
            _("Entwicklungs- und Schwellenländer (%(list)s)") % {"list": call.country_list.name},
            [(iso2, name) for iso2, name in countries if iso2 in on_list],
        ),
        (_("Weitere Länder"), [(iso2, name) for iso2, name in countries if iso2 not in on_list]),
    ]
