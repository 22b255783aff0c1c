"""The completeness check (Vollständigkeitsprüfung): what stops a submission, and what only deserves a second look."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_stubs_ext import StrOrPromise

from submissions.domain import form_sheet
from submissions.domain.countries import developing
from submissions.domain.page_limit import Measurement
from submissions.domain.text_characters import refusal
from submissions.models import Call, Organisation, SectionKey

OTHER_COUNTRIES_NEEDED = 2
"""Countries besides Germany (requirement 5 of the call of 2021)."""


@dataclass(frozen=True)
class Finding:
    """One thing to mend: in which section, at which field, and how."""

    section: str
    field: str
    message: StrOrPromise


@dataclass(frozen=True)
class Completeness:
    """Errors refuse a submission; warnings do not."""

    errors: list[Finding]
    warnings: list[Finding]


def check(call: Call, content: Mapping[str, Any], measurement: Measurement | None) -> Completeness:
    """Check all answers of a form sheet against the rules of its call.

    `measurement` is that of the description, or None while it is being computed (no finding then: the
    submission measures by itself and refuses).
    """
    errors = [
        *_missing(content),
        *_characters(content),
        *_themes(call, content),
        *_organisation(content),
        *_cities(content),
    ]
    if measurement is not None:
        errors += _pages(call, measurement)
    return Completeness(errors, _warnings(call, content))


def section_state(key: str, content: Mapping[str, Any], errors: list[Finding]) -> str:
    """Return `empty`, `begun` or `done` for the task list."""
    answers = content.get(key, {})
    if not any(answers.values()):
        return "empty"
    return "begun" if any(finding.section == key for finding in errors) else "done"


def _missing(content: Mapping[str, Any]) -> list[Finding]:
    return [
        Finding(key, asked.name, _("Es fehlt: %(label)s") % {"label": asked.label})
        for key, questions in form_sheet.QUESTIONS.items()
        for asked in questions
        if asked.needed and not _answered(content.get(key, {}).get(asked.name))
    ]


def _characters(content: Mapping[str, Any]) -> list[Finding]:
    """Name what the official PDF cannot draw: a draft may hold it, a submission may not."""
    answers = [
        (key, asked.name, content.get(key, {}).get(asked.name))
        for key, questions in form_sheet.QUESTIONS.items()
        for asked in questions
    ]
    answers += [(SectionKey.CITIES, "cities", "".join(row.values())) for row in form_sheet.cities_of(content)]
    return [
        Finding(key, name, sentence)
        for key, name, value in answers
        if isinstance(value, str) and (sentence := refusal(value))
    ]


def _answered(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _themes(call: Call, content: Mapping[str, Any]) -> list[Finding]:
    offered = {theme.name for theme in call.themes.all()}
    chosen = set(content.get(SectionKey.TOPIC, {}).get("themes") or [])
    if offered and not chosen & offered:
        return [Finding(SectionKey.TOPIC, "themes", _("Wählen Sie mindestens ein Themenfeld."))]
    return []


def _organisation(content: Mapping[str, Any]) -> list[Finding]:
    answers = content.get(SectionKey.ORGANISATION, {})
    if answers.get("kind") == Organisation.Kind.COMPANY and not _answered(answers.get("owning_municipality")):
        return [
            Finding(
                SectionKey.ORGANISATION,
                "owning_municipality",
                _("Nennen Sie die Kommune, der das Unternehmen gehört."),
            )
        ]
    return []


def _other_countries(content: Mapping[str, Any]) -> set[str]:
    return {row["country"] for row in form_sheet.cities_of(content) if row.get("country")} - {"DE"}


def _cities(content: Mapping[str, Any]) -> list[Finding]:
    found = len(_other_countries(content))
    if found >= OTHER_COUNTRIES_NEEDED:
        return []
    message = (
        _("Schlagen Sie Städte aus mindestens zwei weiteren Ländern vor. Bisher ist keines genannt.")
        if not found
        else _("Schlagen Sie Städte aus mindestens zwei weiteren Ländern vor. Bisher ist es eines.")
    )
    return [Finding(SectionKey.CITIES, "cities", message)]


def _pages(call: Call, measurement: Measurement) -> list[Finding]:
    if measurement.pages <= call.page_limit:
        return []
    lines = measurement.lines_over
    over = ngettext("%(lines)s Zeile", "%(lines)s Zeilen", lines) % {"lines": lines}
    message = ngettext(
        "Die Beschreibung darf höchstens %(limit)s Seite haben. Kürzen Sie sie um %(over)s.",
        "Die Beschreibung darf höchstens %(limit)s Seiten haben. Kürzen Sie sie um %(over)s.",
        call.page_limit,
    ) % {"limit": call.page_limit, "over": over}
    return [Finding(SectionKey.DESCRIPTION, form_sheet.DESCRIPTION_PARTS[0], message)]


def _warnings(call: Call, content: Mapping[str, Any]) -> list[Finding]:
    countries = _other_countries(content)
    if countries and not countries & developing(call.country_list):
        return [
            Finding(
                SectionKey.CITIES,
                "cities",
                _(
                    "Unter den Ländern sollte mindestens ein Entwicklungs- oder Schwellenland sein. Sie können trotzdem "
                    "einreichen."
                ),
            )
        ]
    return []
