"""The text of a letter: plain placeholders in braces, each filled once; nothing in it is ever run as code.

A text is paragraphs between empty lines; lines that begin with "- " are a list. What a value contains is text like any
other: a brace or an angle bracket in it means nothing.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from connective.clock import BERLIN
from connective.errors import DomainError
from review.domain.answers import Answer
from review.models import Decision, Outcome
from submissions.models import SubmittedVersion

NAME = re.compile(r"\{([^{}\s]*)\}")


@dataclass(frozen=True)
class Placeholder:
    """A name that may stand in braces, and what takes its place."""

    name: str
    help: StrOrPromise
    outcomes: tuple[Outcome, ...] = tuple(Outcome)
    """The letters in which it means something."""


PLACEHOLDERS = (
    Placeholder("ansprechperson", _("Vor- und Nachname der Ansprechperson aus der geltenden Fassung")),
    Placeholder("organisation", _("Name der Kommune oder des kommunalen Unternehmens")),
    Placeholder("thema", _("eingereichter Titel des Themas")),
    Placeholder("vorgangsnummer", _("Vorgangsnummer des Vorschlags")),
    Placeholder("aufruf", _("Titel des Themenaufrufs")),
    Placeholder("datum", _("Datum der Schreiben")),
    Placeholder("rang", _("Stelle auf der Nachrückliste"), (Outcome.RESERVE,)),
    Placeholder("veranstaltung", _("endgültiger Titel der Veranstaltung"), (Outcome.ACCEPTANCE,)),
    Placeholder("form", _("Form der Veranstaltung: vor Ort, virtuell oder beides"), (Outcome.ACCEPTANCE,)),
    Placeholder("rueckmeldung", _("Rückmeldung des Steuerungskreises mit einleitendem Satz; ohne Rückmeldung leer")),
    Placeholder("bezug", _("Verweis auf das frühere Schreiben, wenn sich eine Entscheidung geändert hat; sonst leer")),
    Placeholder("kontakt", _("Kontakt des Themenaufrufs")),
    Placeholder("kontakt_email", _("E-Mail-Adresse für Fragen")),
    Placeholder("adresse", _("Adresse der Antwort im Portal")),
)


class TextRefused(DomainError):
    """A text has a placeholder that does not exist, or a brace without its other half; the text says which."""


def offered(outcome: Outcome) -> list[Placeholder]:
    """Return the placeholders that mean something in letters of this outcome."""
    return [placeholder for placeholder in PLACEHOLDERS if outcome in placeholder.outcomes]


def check(text: str, outcome: Outcome) -> None:
    """Raise TextRefused for a text that cannot be filled."""
    known = {placeholder.name for placeholder in offered(outcome)}
    elsewhere = {placeholder.name for placeholder in PLACEHOLDERS}
    for name in NAME.findall(text):
        if name in known:
            continue
        if name in elsewhere:
            raise TextRefused(
                gettext(
                    "Der Platzhalter {%(name)s} hat in diesem Schreiben keinen Inhalt. Bitte nehmen Sie ihn heraus."
                )
                % {"name": name}
            )
        raise TextRefused(
            gettext("Den Platzhalter {%(name)s} gibt es nicht. Möglich sind: %(known)s.")
            % {"name": name[:40], "known": ", ".join(f"{{{one.name}}}" for one in offered(outcome))}
        )
    rest = NAME.sub("", text)
    if "{" in rest or "}" in rest:
        line = next(line for line in rest.splitlines() if "{" in line or "}" in line)
        raise TextRefused(
            gettext(
                "In der Zeile „%(line)s“ steht eine geschweifte Klammer ohne ihr Gegenstück oder mit Leerzeichen darin. "
                "Platzhalter schreiben Sie so: {thema}."
            )
            % {"line": line.strip()[:80]}
        )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with all placeholders replaced, once; paragraphs that this leaves empty are dropped."""
    filled = NAME.sub(lambda found: values.get(found[1], ""), text.replace("\r\n", "\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in filled.split("\n"))).strip()


def paragraphs(text: str) -> list[tuple[str, list[str]]]:
    """Return the blocks of a letter for its layout: ("p", [lines]), ("ul", [items]) or ("link", [address])."""
    blocks: list[tuple[str, list[str]]] = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        for line in lines:
            kind, words = _kind(line)
            if blocks and blocks[-1][0] == kind and line is not lines[0]:
                blocks[-1][1].append(words)
            else:
                blocks.append((kind, [words]))
    return blocks


def _kind(line: str) -> tuple[str, str]:
    if line.startswith("- "):
        return "ul", line[2:].strip()
    return ("link", line) if line.startswith(("https://", "http://")) else ("p", line)


def recipient_of(version: SubmittedVersion | None) -> tuple[str, str]:
    """Return name and e-mail address of the contact person of a version; empty where they were erased."""
    contact = json.loads(version.content).get("contact", {}) if version else {}
    return str(contact.get("name", "")), str(contact.get("email", ""))


def values_of(decision: Decision, *, dated_on: date, language: str, told: Answer | None) -> dict[str, str]:
    """Return what the placeholders stand for in the letter about a decision, in this language.

    `told` is what the applicant knows already; where it is another decision, the letter refers to it. The decision comes
    with proposal, version in force and call.
    """
    proposal, call = decision.proposal, decision.call
    version = proposal.version_in_force or proposal.versions.order_by("-number").first()
    content = json.loads(version.content) if version else {}
    name, _email = recipient_of(version)
    with translation.override(language):
        return {
            "ansprechperson": name,
            "organisation": str(content.get("organisation", {}).get("name", "")) or proposal.organisation_name,
            "thema": str(content.get("topic", {}).get("title", "")) or proposal.title,
            "vorgangsnummer": proposal.reference or "",
            "aufruf": call.localised("title"),
            "datum": date_format(dated_on, gettext("j. F Y")),
            "rang": str(decision.reserve_rank or ""),
            "veranstaltung": decision.final_title,
            "form": str(decision.get_final_mode_display()) if decision.final_mode else "",
            "rueckmeldung": _feedback(decision),
            "bezug": _reference_to(told, decision),
            "kontakt": call.contact,
            "kontakt_email": call.contact_email,
            "adresse": address_of(decision),
        }


def address_of(decision: Decision) -> str:
    """Return the address at which the applicants find the answer."""
    return f"{settings.SITE_URL}{reverse('answers:answer', args=[decision.proposal.public_id])}"


def _feedback(decision: Decision) -> str:
    if not decision.feedback.strip():
        return ""
    introduction = gettext("Zu Ihrem Vorschlag gibt Ihnen der Steuerungskreis diese Rückmeldung:")
    return f"{introduction}\n\n{decision.feedback}"


def _reference_to(told: Answer | None, decision: Decision) -> str:
    if told is None or told.decision.pk == decision.pk:
        return ""
    return gettext(
        "Dieses Schreiben ersetzt unser Schreiben vom %(day)s (%(outcome)s). Die Entscheidung hat sich seitdem geändert."
    ) % {
        "day": date_format(told.told_at.astimezone(BERLIN), gettext("j. F Y")),
        "outcome": told.decision.get_outcome_display(),
    }
