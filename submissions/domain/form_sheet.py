"""What the form sheet (Formblatt) asks, section by section.

One table of questions serves the pages, the completeness check, the differences between versions and the
official PDF, so that they can never disagree about a label or about what is needed. Source of the questions: the
call of 2021 ("Was soll der Vorschlag beinhalten?", "Anforderungen", "Aufgabenteilung") and what staff need to reply.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from submissions.models import Organisation, SectionKey
from submissions.models.municipality import Land

type_of_choices = Sequence[tuple[str, StrOrPromise]]

LINE = 200
"""Characters that a one-line answer may have."""
PARAGRAPH = 3000
"""Characters that a longer answer outside the description may have."""
DESCRIPTION = 100_000
"""Characters that a part of the description may have as a draft; what counts for submitting is its pages."""
MAX_CITIES = 10


@dataclass(frozen=True)
class Question:
    """One answer of the form sheet.

    `needed` answers are asked for by the completeness check; a draft may always be saved without them.
    """

    name: str
    label: StrOrPromise
    kind: Literal["line", "paragraph", "structured", "email", "phone", "url", "choice", "themes", "yes", "ags"] = "line"
    needed: bool = False
    hint: StrOrPromise = ""
    max_length: int = LINE
    choices: type_of_choices = ()
    autocomplete: str = ""


MODES: type_of_choices = (
    ("physical", _("vor Ort")),
    ("virtual", _("virtuell")),
    ("both", _("beides ist möglich")),
)

DESCRIPTION_PARTS = ("background", "learning_goals", "contribution", "further_goals")
"""The four parts whose pages are counted together."""

QUESTIONS: dict[str, tuple[Question, ...]] = {
    SectionKey.ORGANISATION: (
        Question(
            "name",
            _("Name der Kommune oder des kommunalen Unternehmens"),
            needed=True,
            hint=_("Beginnen Sie zu tippen, um im amtlichen Verzeichnis zu suchen. Jeder andere Name ist möglich."),
            autocomplete="organization",
        ),
        Question("kind", _("Art der Organisation"), "choice", needed=True, choices=Organisation.Kind.choices),
        Question(
            "owning_municipality",
            _("Kommune, der das Unternehmen gehört"),
            hint=_("Nur für kommunale Unternehmen."),
        ),
        Question("land", _("Land"), "choice", needed=True, choices=Land.choices),
        Question("street", _("Straße und Hausnummer"), needed=True, autocomplete="street-address"),
        Question("postcode", _("Postleitzahl"), needed=True, max_length=10, autocomplete="postal-code"),
        Question("town", _("Ort"), needed=True, autocomplete="address-level2"),
        Question(
            "ags",
            _("Amtlicher Gemeindeschlüssel (AGS)"),
            "ags",
            hint=_("Acht Ziffern; eine führende Null gehört dazu, zum Beispiel 05315000."),
            max_length=8,
        ),
        Question(
            "website", _("Internetseite"), "url", hint=_("Zum Beispiel https://www.example.org"), autocomplete="url"
        ),
    ),
    SectionKey.CONTACT: (
        Question("name", _("Vor- und Nachname"), needed=True, autocomplete="name"),
        Question("function", _("Funktion"), needed=True, autocomplete="organization-title"),
        Question("department", _("Amt oder Abteilung")),
        Question(
            "email",
            _("E-Mail-Adresse"),
            "email",
            needed=True,
            hint=_("An diese Adresse schreiben wir bei Rückfragen."),
            autocomplete="email",
        ),
        Question("phone", _("Telefon"), "phone", needed=True, max_length=40, autocomplete="tel"),
        Question(
            "deputy_name", _("Vertretung: Vor- und Nachname"), hint=_("Wer antwortet, wenn die Ansprechperson fehlt?")
        ),
        Question("deputy_email", _("Vertretung: E-Mail-Adresse"), "email"),
    ),
    SectionKey.TOPIC: (
        Question(
            "title",
            _("Titel des Themas"),
            needed=True,
            hint=_("Kurz und konkret, zum Beispiel „Hitzevorsorge in dicht bebauten Quartieren“."),
            max_length=150,
        ),
        Question("themes", _("Themenfelder"), "themes", hint=_("Wählen Sie alle, die passen.")),
    ),
    SectionKey.DESCRIPTION: (
        Question(
            "background",
            _("Thema und Hintergrund"),
            "structured",
            needed=True,
            hint=_("Worum geht es fachlich? Welche Herausforderungen und Chancen sehen Sie?"),
            max_length=DESCRIPTION,
        ),
        Question(
            "learning_goals",
            _("Was Sie aus dem Austausch lernen möchten"),
            "structured",
            needed=True,
            hint=_("Welche Fragen sollen andere Städte Ihnen beantworten?"),
            max_length=DESCRIPTION,
        ),
        Question(
            "contribution",
            _("Was Sie zum Wissen der internationalen Kommunen beitragen"),
            "structured",
            needed=True,
            hint=_("Welche Erfahrungen, Methoden oder Beispiele bringen Sie ein?"),
            max_length=DESCRIPTION,
        ),
        Question(
            "further_goals",
            _("Weitere Ziele des Austauschs"),
            "structured",
            hint=_("Zum Beispiel Partnerschaften oder gemeinsame Vorhaben."),
            max_length=DESCRIPTION,
        ),
    ),
    SectionKey.CITIES: (),
    SectionKey.COMMITMENTS: (
        Question(
            "follow_up",
            _("Bereitschaft zu Folgeaktivitäten"),
            "paragraph",
            needed=True,
            hint=_(
                "Woran würden Sie sich nach der Veranstaltung beteiligen? Zum Beispiel an Expertenentsendungen, "
                "Projektworkshops, virtuellen Formaten oder gemeinsamen Projekten."
            ),
            max_length=PARAGRAPH,
        ),
        Question("supported", _("Die Kommune unterstützt das Thema und das Engagement."), "yes", needed=True),
        Question(
            "supported_by_name",
            _("Wer hat das zugesagt? Name"),
            needed=True,
            hint=_("Zum Beispiel die Amtsleitung oder ein Mitglied des Verwaltungsvorstands."),
        ),
        Question("supported_by_function", _("Funktion"), needed=True),
    ),
    SectionKey.HOSTING: (
        Question("mode", _("Form der Veranstaltung"), "choice", needed=True, choices=MODES),
        Question(
            "period", _("Bevorzugter Zeitraum"), hint=_("Zum Beispiel „zweites Halbjahr“ oder „nicht im August“.")
        ),
        Question(
            "rooms",
            _("Räume, die Sie stellen können"),
            "paragraph",
            hint=_("Soweit möglich. Alle Kosten der Veranstaltung trägt Connective Cities."),
            max_length=PARAGRAPH,
        ),
        Question(
            "own_contacts",
            _("Eigene internationale Kontakte, die Sie einbringen möchten"),
            "paragraph",
            max_length=PARAGRAPH,
        ),
        Question("co_hosts", _("Weitere Gastgeber")),
    ),
}

CITY_QUESTIONS = (
    Question("country", _("Staat"), "choice", needed=True),
    Question("city", _("Stadt, soweit bekannt")),
    Question("contact", _("Kontakt dort, soweit bekannt")),
)


def assemble(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the answers of all sections in the order of the form sheet, empty where nothing was typed."""
    return {key: dict(sections.get(key, {})) for key in SectionKey.values}


def description_of(content: Mapping[str, Any]) -> dict[str, str]:
    """Return the four counted parts of the description out of all answers."""
    answers = content.get(SectionKey.DESCRIPTION, {})
    return {part: str(answers.get(part, "")) for part in DESCRIPTION_PARTS}


def cities_of(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the proposed cities out of all answers."""
    rows: list[dict[str, str]] = content.get(SectionKey.CITIES, {}).get("rows", [])
    return rows


def shown_in_lists(content: Mapping[str, Any]) -> dict[str, str]:
    """Return what lists show of a proposal, by the names of its columns."""
    organisation = content.get(SectionKey.ORGANISATION, {})
    return {
        "title": str(content.get(SectionKey.TOPIC, {}).get("title", ""))[:200],
        "organisation_name": str(organisation.get("name", ""))[:200],
        "land": str(organisation.get("land", ""))[:2],
    }


def canonical(content: Mapping[str, Any]) -> str:
    """Return the one JSON text of `content` whose hash is printed in receipts: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """Return the SHA-256 of `text` in UTF-8 as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def shown(asked: Question, value: Any, themes: Callable[[str], str] = str) -> str:
    """Return an answer as a person reads it: the label of a choice, "Ja" for a tick, one line per theme."""
    if asked.kind == "yes":
        return str(_("Ja")) if value else ""
    if asked.kind == "choice":
        return str(dict(asked.choices).get(value, value or ""))
    if asked.kind == "themes":
        return ", ".join(themes(theme) for theme in value or [])
    return str(value or "")
