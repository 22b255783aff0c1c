"""Releasing a batch: from here on each of its letters is sent once. Pausing it, and letting it go on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from connective.accounts.models import User
from connective.audit.log import record
from connective.errors import DomainError
from connective.mail import holding
from connective.mail.models import Message
from connective.mail.queue import Attachment, queue, tell_all_after_commit
from review.domain import follow_up
from review.domain.draft_letters import BatchMovedOn, locked_batch
from review.domain.letter_board import obstacles
from review.domain.rounds import OFFICE, check_role
from review.models import AnswerLetter, LetterBatch, ReviewRole

RELEASES = frozenset({ReviewRole.LEAD})
KIND = "answer"
"""The kind of the messages; `templates/mail/answer.txt` is their frame."""

State = LetterBatch.State


class SecondPersonNeeded(DomainError):
    """Whoever drafted the batch, or last changed one of its letters, does not release it."""

    message = _(
        "Sie haben Schreiben dieses Versands entworfen oder geändert. Freigeben muss ihn eine zweite Person (Vier-Augen-Prinzip)."
    )


class NotReady(DomainError):
    """Something is missing before the release; the text says what."""


def release(batch: LetterBatch, *, actor: User, at: datetime) -> LetterBatch:
    """Release all letters of a batch and queue their e-mails, all or none; the same request twice has one effect.

    Raises NotPermitted, SecondPersonNeeded, BatchMovedOn and NotReady.
    """
    check_role(actor, RELEASES)
    with transaction.atomic():
        locked = locked_batch(batch)
        if locked.state != State.DRAFT:
            if locked.released_by_id == actor.pk:
                return locked
            raise BatchMovedOn
        letters = AnswerLetter.objects.filter(batch=locked, state=AnswerLetter.State.DRAFT)
        if locked.drafted_by_id == actor.pk or letters.filter(edited_by=actor).exists():
            raise SecondPersonNeeded
        if problems := obstacles(locked):
            raise NotReady(" ".join(problems))
        released = list(letters.select_related("decision__proposal").order_by("pk"))
        for letter in released:
            letter.message = queue_letter(letter, occasion=f"decision:{letter.decision_id}")
            letter.state = AnswerLetter.State.RELEASED
        AnswerLetter.objects.bulk_update(released, ["message", "state"], batch_size=500)
        LetterBatch.objects.filter(pk=locked.pk).update(state=State.RELEASED, released_by=actor, released_at=at)
        follow_up.begin([letter.decision for letter in released], at=at)
        tell_all_after_commit([letter.message_id for letter in released if letter.message_id])
        record(
            "letters.released", actor=actor, subject=locked, payload={"letters": len(released), "at": at.isoformat()}
        )
        locked.refresh_from_db()
    return locked


def pause(batch: LetterBatch, *, actor: User, at: datetime) -> LetterBatch:
    """Hold what has not left of a released batch. Raises NotPermitted and BatchMovedOn."""
    check_role(actor, OFFICE)
    with transaction.atomic():
        locked = _in_state(batch, State.RELEASED)
        held = holding.hold(_messages_of(locked))
        LetterBatch.objects.filter(pk=locked.pk).update(state=State.PAUSED)
        record("letters.paused", actor=actor, subject=locked, payload={"held": held, "at": at.isoformat()})
        locked.refresh_from_db()
    return locked


def go_on(batch: LetterBatch, *, actor: User, at: datetime) -> LetterBatch:
    """Let a paused batch go on. Raises NotPermitted and BatchMovedOn."""
    check_role(actor, OFFICE)
    with transaction.atomic():
        locked = _in_state(batch, State.PAUSED)
        resumed = holding.resume(_messages_of(locked), at=at)
        LetterBatch.objects.filter(pk=locked.pk).update(state=State.RELEASED)
        record("letters.resumed", actor=actor, subject=locked, payload={"resumed": resumed, "at": at.isoformat()})
        locked.refresh_from_db()
    return locked


def queue_letter(letter: AnswerLetter, *, occasion: str) -> Message:
    """Queue the e-mail of a letter with its PDF; whoever calls tells Celery after the commit."""
    assert letter.file.name
    filename = f"{letter.decision.proposal.reference}-{'antwort' if letter.language == 'de' else 'answer'}.pdf"
    return queue(
        occasion=occasion,
        kind=KIND,
        recipient=letter.recipient,
        context={"subject": letter.subject, "text": letter.body},
        attachments=[Attachment(letter.file.name, filename, letter.sha256, "application/pdf")],
        language=letter.language,
        tell=False,
    )


def _in_state(batch: LetterBatch, state: LetterBatch.State) -> LetterBatch:
    locked = locked_batch(batch)
    if locked.state != state:
        raise BatchMovedOn
    return locked


def _messages_of(batch: LetterBatch) -> list[int]:
    letters = AnswerLetter.objects.filter(batch=batch, state=AnswerLetter.State.RELEASED, message__isnull=False)
    return list(letters.values_list("message__pk", flat=True))
