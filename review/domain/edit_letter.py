"""Changing a drafted letter by hand, and taking its template again."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from review.domain.draft_letters import BatchMovedOn, forget_files, from_template, locked_batch
from review.domain.letter_templates import Wording, cleaned
from review.domain.letter_text import NAME, PLACEHOLDERS, TextRefused
from review.domain.rounds import OFFICE, check_role
from review.models import AnswerLetter, Language, LetterBatch


class LetterConflict(DomainError):
    """Somebody else changed the letter meanwhile; nothing was overwritten."""

    message = _(
        "Das Schreiben wurde inzwischen an anderer Stelle geändert. Unten stehen beide Fassungen; nichts ist verloren."
    )


class BadAddress(DomainError):
    """There is no address, or it is none."""

    message = _("Bitte geben Sie eine gültige E-Mail-Adresse an, zum Beispiel name@example.org.")


def edit_letter(
    letter: AnswerLetter,
    text: Wording,
    *,
    recipient: str,
    based_on: int,
    actor: User,
    at: datetime,
) -> AnswerLetter:
    """Save the text of one draft; its PDF is made anew, and whoever edits does not release.

    Raises NotPermitted, TextMissing, TextRefused (a placeholder is left), BadAddress, BatchMovedOn and LetterConflict where
    it was changed since version `based_on`.
    """
    check_role(actor, OFFICE)
    wording, address = cleaned(text), checked_address(recipient)
    _refuse_placeholders(wording)
    return _save(letter, wording, letter.language, address, based_on=based_on, actor=actor, at=at)


def take_template(
    letter: AnswerLetter, language: Language, *, based_on: int, actor: User, at: datetime
) -> AnswerLetter:
    """Fill a draft from its template again, in this language; what was changed by hand is given up.

    Raises NotPermitted, BatchMovedOn and LetterConflict.
    """
    check_role(actor, OFFICE)
    wording = from_template(letter, language.value)
    return _save(letter, wording, language.value, letter.recipient, based_on=based_on, actor=actor, at=at)


def checked_address(recipient: str) -> str:
    """Return the address without space around it. Raises BadAddress."""
    address = recipient.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadAddress from error
    return address


def _save(
    letter: AnswerLetter,
    wording: Wording,
    language: str,
    recipient: str,
    *,
    based_on: int,
    actor: User,
    at: datetime,
) -> AnswerLetter:
    with transaction.atomic():
        batch = locked_batch(letter.batch)
        if batch.state != LetterBatch.State.DRAFT:
            raise BatchMovedOn
        current = AnswerLetter.objects.select_related("decision__call", "decision__proposal").get(pk=letter.pk)
        if current.state != AnswerLetter.State.DRAFT:
            raise BatchMovedOn
        if current.version != based_on:
            raise LetterConflict
        old_file, is_same = current.file.name, (current.subject, current.body) == (wording.subject, wording.body)
        current.batch = batch
        current.subject, current.body, current.language = wording.subject, wording.body, language
        current.recipient, current.edited_by, current.version = recipient, actor, current.version + 1
        current.is_edited = from_template(current) != wording
        if not is_same:
            current.file, current.sha256 = "", ""
            forget_files([old_file] if old_file else [])
        current.save()
        payload = {"version": current.version, "is_edited": current.is_edited, "at": at.isoformat()}
        record("letters.edited", actor=actor, subject=current, payload=payload)
    return current


def _refuse_placeholders(wording: Wording) -> None:
    """Refuse a placeholder that nothing would fill any more."""
    known = {placeholder.name for placeholder in PLACEHOLDERS}
    for name in NAME.findall(f"{wording.subject}\n{wording.body}"):
        if name in known:
            raise TextRefused(
                gettext("Der Platzhalter {%(name)s} wird hier nicht mehr ersetzt. Bitte schreiben Sie den Text aus.")
                % {"name": name}
            )
