"""The templates of a call's letters: shipped with the portal, changed by the office (`change_template`)."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from connective.errors import DomainError
from review.models import Language, LetterTemplate, Outcome
from submissions.domain.text_characters import clean
from submissions.models import Call

TEXTS = Path(__file__).resolve().parent.parent / "data" / "letters"
SUBJECT_LENGTH, BODY_LENGTH = 200, 10_000


class TextMissing(DomainError):
    """A letter has a subject and a text."""

    message = _("Bitte geben Sie Betreff und Text an.")


@dataclass(frozen=True)
class Wording:
    """Subject and body."""

    subject: str
    body: str


def shipped(outcome: Outcome, language: Language) -> Wording:
    """Return the text that comes with the portal."""
    subject, _newline, body = (
        (TEXTS / f"{outcome.value}.{language.value}.txt").read_text(encoding="utf-8").partition("\n")
    )
    return Wording(subject.strip(), body.strip())


def template_of(call: Call, outcome: Outcome, language: Language) -> LetterTemplate:
    """Return the template of a call; one that was never changed is the shipped one, not yet saved (version 0)."""
    found = LetterTemplate.objects.filter(call=call, outcome=outcome, language=language).first()
    return found or _unsaved(call, outcome, language)


def templates_of(call: Call) -> dict[tuple[str, str], LetterTemplate]:
    """Return all templates of a call by outcome and language (one query)."""
    saved = {(one.outcome, one.language): one for one in LetterTemplate.objects.filter(call=call)}
    for outcome in Outcome:
        for language in Language:
            if (outcome.value, language.value) not in saved:
                saved[outcome.value, language.value] = _unsaved(call, outcome, language)
    return saved


def _unsaved(call: Call, outcome: Outcome, language: Language) -> LetterTemplate:
    text = shipped(outcome, language)
    return LetterTemplate(
        call=call, outcome=outcome, language=language, subject=text.subject, body=text.body, version=0
    )


def cleaned(text: Wording) -> Wording:
    """Return subject and body without what cannot stand in a mail. Raises TextMissing for an empty one."""
    subject = " ".join(clean(text.subject[:SUBJECT_LENGTH]).split())
    body = clean(text.body[:BODY_LENGTH]).strip()
    if not subject or not body:
        raise TextMissing
    return Wording(subject, body)
