"""All answers of a form sheet as a person reads them: for the check page, the text file and the official PDF."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.defaultfilters import linebreaksbr
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from submissions.domain import form_sheet, structured_text
from submissions.domain.countries import developing, name
from submissions.models import Proposal, SectionKey


@dataclass(frozen=True)
class Answer:
    """One answer: its field, its label, what was answered (empty if nothing), and whether it has structure."""

    field: str
    label: StrOrPromise
    value: str
    structured: bool = False

    @property
    def html(self) -> SafeString:
        """Return the answer as safe HTML: with its structure, or with its line breaks."""
        return (
            structured_text.to_html(self.value)
            if self.structured
            else SafeString(linebreaksbr(self.value, autoescape=True))
        )


@dataclass(frozen=True)
class Group:
    """The answers of one section."""

    key: str
    title: StrOrPromise
    rows: list[Answer]


@dataclass(frozen=True)
class City:
    """A proposed city, with the name of its country in the reader's language and its status for the call."""

    country: str
    developing: bool
    city: str
    contact: str


def summary(proposal: Proposal, content: Mapping[str, Any], *, counted: Collection[str] | None = None) -> list[Group]:
    """Return all answers in the order of the form sheet.

    `counted` are the codes of the developing or emerging countries, where these are others than on the call's list.
    """
    themes = {theme.name: str(theme) for theme in proposal.call.themes.all()}
    groups = []
    for key, title in SectionKey.choices:
        answers = content.get(key, {})
        rows = [
            Answer(
                asked.name,
                asked.label,
                form_sheet.shown(asked, answers.get(asked.name), lambda theme: themes.get(theme, theme)),
                structured=asked.kind == "structured",
            )
            for asked in form_sheet.QUESTIONS[key]
        ]
        if key == SectionKey.CITIES:
            rows = [_city_row(number, city) for number, city in enumerate(cities(proposal, content, counted), 1)]
        if key == SectionKey.COMMITMENTS:
            attached = _("als PDF beigefügt") if answers.get("letter") else ""
            rows.append(Answer("letter", _("Unterstützungsschreiben"), attached))
        groups.append(Group(key, title, rows))
    return groups


def cities(proposal: Proposal, content: Mapping[str, Any], counted: Collection[str] | None = None) -> list[City]:
    """Return the proposed cities with the status of their countries: as `counted`, or on the call's list."""
    rows = form_sheet.cities_of(content)
    if counted is None:
        counted = developing(proposal.call.country_list) if rows else ()
    language = (get_language() or "de")[:2]
    return [
        City(name(row["country"], language), row["country"] in counted, row.get("city", ""), row.get("contact", ""))
        for row in rows
        if row.get("country")
    ]


def _city_row(number: int, city: City) -> Answer:
    status = _("Entwicklungs- oder Schwellenland") if city.developing else ""
    value = ", ".join(part for part in (city.city, city.country, status, city.contact) if part)
    return Answer("cities", _("Stadt %(number)s") % {"number": number}, value)
