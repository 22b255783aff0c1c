"""Sending a letter once more, by a person and with a reason; settling the fate of one; recording that one came back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from connective.mail import holding
from connective.mail.models import Message
from connective.mail.queue import tell_all_after_commit
from connective.mail.resolution import Resolution, resolve
from review.domain.draft_letters import locked_batch
from review.domain.edit_letter import checked_address
from review.domain.errors import ReasonNeeded
from review.domain.release_letters import queue_letter
from review.domain.rounds import OFFICE, check_role
from review.models import AnswerLetter, LetterBatch

State, Mail = AnswerLetter.State, Message.State
FINAL = (Mail.SENT, Mail.FAILED, Mail.UNCERTAIN)
"""What has been tried and does not change by itself any more."""


class CannotResend(DomainError):
    """The letter is on its way, was overtaken by another decision, or was sent again already."""

    message = _(
        "Dieses Schreiben kann nicht noch einmal gesendet werden: Es ist noch unterwegs, wurde schon erneut gesendet, oder "
        "die Entscheidung wurde berichtigt."
    )


class Paused(DomainError):
    """The batch is held."""

    message = _("Der Versand ist angehalten. Bitte setzen Sie ihn zuerst fort.")


class NotSent(DomainError):
    """What was not sent cannot have come back."""

    message = _("Nur ein gesendetes Schreiben kann zurückkommen, und nur einmal.")


def resend(letter: AnswerLetter, *, recipient: str, reason: str, actor: User, at: datetime) -> AnswerLetter:
    """Send a letter again, perhaps to a corrected address, as a new row; the same request twice has one effect.

    The first e-mail is never sent again, whatever became of it. Raises NotPermitted, ReasonNeeded, BadAddress, Paused and
    CannotResend.
    """
    check_role(actor, OFFICE)
    address, why = checked_address(recipient), reason.strip()
    if not why:
        raise ReasonNeeded
    with transaction.atomic():
        batch = locked_batch(letter.batch)
        current = AnswerLetter.objects.select_related("message", "decision__proposal").get(pk=letter.pk)
        again = current.resends.first()
        if again is not None and (again.recipient, again.resend_reason) == (address, why):
            return again
        if batch.state == LetterBatch.State.PAUSED:
            raise Paused
        overtaken = type(current.decision).objects.filter(supersedes=current.decision).exists()
        if again is not None or overtaken or current.state != State.RELEASED:
            raise CannotResend
        if current.message is None or current.message.state not in FINAL:
            raise CannotResend
        holding.withdraw([current.message.pk])
        new = _copy(current, address, why)
        new.save()
        tell_all_after_commit([new.message_id or 0])
        payload = {"letter": current.pk, "other_address": address != current.recipient, "at": at.isoformat()}
        record("letters.resent", actor=actor, subject=new, payload=payload)
    return new


def settle(letter: AnswerLetter, outcome: Resolution, *, actor: User) -> None:
    """Say what the log of the mail server says of a letter that failed or is uncertain.

    Raises NotPermitted, NothingToResolve and Held.
    """
    check_role(actor, OFFICE)
    assert letter.message is not None
    resolve(letter.message, actor, outcome)


def record_bounce(letter: AnswerLetter, *, reason: str, actor: User | None, at: datetime) -> AnswerLetter:
    """Record that a sent letter came back; `actor` is None where the mail provider says so.

    What the applicant sees in the portal stays. Raises NotPermitted, ReasonNeeded and NotSent.
    """
    if actor is not None:
        check_role(actor, OFFICE)
    why = reason.strip()[:1000]
    if not why:
        raise ReasonNeeded
    with transaction.atomic():
        tried = AnswerLetter.objects.filter(
            pk=letter.pk, bounced_at=None, message__state__in=[Mail.SENT, Mail.UNCERTAIN]
        )
        if not tried.update(bounced_at=at, bounce_reason=why):
            raise NotSent
        payload = {"by_hand": actor is not None, "at": at.isoformat()}
        record("letters.bounced", actor=actor, subject=letter, payload=payload)
    letter.refresh_from_db()
    return letter


def bounced_by_provider(message_id: str, *, reason: str, at: datetime) -> AnswerLetter | None:
    """Record what the mail provider reports of the letter with this Message-ID; None where there is none, or it is known."""
    letter = AnswerLetter.objects.filter(message__message_id=message_id, bounced_at=None).first()
    if letter is None:
        return None
    try:
        return record_bounce(letter, reason=reason, actor=None, at=at)
    except NotSent:
        return None


def _copy(letter: AnswerLetter, address: str, reason: str) -> AnswerLetter:
    number = AnswerLetter.objects.filter(decision=letter.decision_id).exclude(resend_of=None).count() + 1
    new = AnswerLetter(
        batch=letter.batch,
        decision=letter.decision,
        resend_of=letter,
        resend_reason=reason,
        state=State.RELEASED,
        recipient=address,
        language=letter.language,
        subject=letter.subject,
        body=letter.body,
        is_edited=letter.is_edited,
        edited_by_id=letter.edited_by_id,
        version=letter.version,
        file=letter.file.name,
        sha256=letter.sha256,
    )
    new.message = queue_letter(new, occasion=f"decision:{letter.decision_id}:resend:{number}")
    return new
