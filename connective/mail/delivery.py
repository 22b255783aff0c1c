"""Delivering a message: claim, connect, begin, hand over, write down what became of it.

Each step is one conditional UPDATE that is committed at once; who changes no row has lost the message to somebody else
and stops. So twenty tasks for the same message send it once, and a process that dies at any moment leaves a row that
says how far it came.
"""

import logging
import random
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet

from connective import clock
from connective.mail.composing import CannotCompose, compose
from connective.mail.models import Message
from connective.mail.transport import Answer, Outcome, connected, hand_over

logger = logging.getLogger(__name__)

CLAIM_LEASE = timedelta(minutes=10)
"""How long an attempt may take until the text flows; afterwards the message is taken from it, unsent."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""Before the second attempt; doubled each time, up to the longest, half of it by chance."""

MOST_REFUSALS = 100
"""From then on "not now" counts as "no": about three days (RFC 5321, 4.5.4.1 asks for some; an answer date waits less)."""

MARK_PAUSES = (0, 1, 5, 15)
"""Seconds between the tries to write down what the server said, while the database restarts."""


def sending_lease() -> timedelta:
    """Return how long the text may flow: the time-outs of command, text and answer (EMAIL_TIMEOUT each) and some air."""
    return timedelta(seconds=3 * (settings.EMAIL_TIMEOUT or 600) + 60)


def due(at: datetime) -> QuerySet[Message]:
    """Return the messages that somebody should deliver at `at`, the oldest first; those that a person holds are not."""
    return Message.objects.filter(
        Q(next_at=None) | Q(next_at__lte=at),
        Q(claim=None) | Q(lease_until__lt=at),
        state=Message.State.QUEUED,
        held=False,
    ).order_by("queued_at", "pk")


def deliver(message_pk: int) -> Outcome:
    """Try once to deliver the message, if it is due and nobody else is at it; return what became of it.

    Must not run in a transaction, since each step has to be committed before the next (RuntimeError).
    """
    with transaction.atomic(durable=True):
        claim = _claim(message_pk)
    if not claim:
        return Outcome.NOT_MINE
    message = Message.objects.prefetch_related("attached_files").get(pk=message_pk)
    try:
        answer = _attempt(message, claim)
    except CannotCompose as reason:
        answer = Answer(Outcome.REFUSED, str(reason))
    if answer.outcome is not Outcome.NOT_MINE:
        _insist(lambda: _write_down(message, claim, answer))
    logger.info("message %s, attempt %s: %s", message.pk, message.attempts, answer.outcome.name)
    return answer.outcome


def _claim(message_pk: int) -> uuid.UUID | None:
    """Take the message for this attempt; return the claim, or None if it is not to be had."""
    claim, at = uuid.uuid4(), clock.now()
    claimed = (
        due(at)
        .filter(pk=message_pk)
        .order_by()
        .update(claim=claim, lease_until=at + CLAIM_LEASE, attempts=F("attempts") + 1)
    )
    return claim if claimed == 1 else None


def _attempt(message: Message, claim: uuid.UUID) -> Answer:
    with connected() as backend:
        if isinstance(backend, Answer):
            return backend
        return hand_over(backend, compose(message, backend), begin=lambda: _begin(message, claim))


def _begin(message: Message, claim: uuid.UUID) -> bool:
    """Write down that the text begins to flow: from here on a death means that nobody knows."""
    mine = Message.objects.filter(pk=message.pk, claim=claim, state=Message.State.QUEUED)
    return mine.update(state=Message.State.SENDING, lease_until=clock.now() + sending_lease()) == 1


def _write_down(message: Message, claim: uuid.UUID, answer: Answer) -> None:
    """Write down what became of the attempt, if the message is still this attempt's."""
    at, state = clock.now(), Message.State
    held = Message.objects.filter(pk=message.pk, claim=claim)
    mine = held.filter(state__in=(state.QUEUED, state.SENDING))
    free: dict[str, Any] = {"claim": None, "lease_until": None, "server_answer": answer.words}
    later = free | {"state": state.QUEUED, "next_at": at + pause(message.attempts)}
    match answer.outcome:
        case Outcome.SENT:
            # Also where the lease ran out meanwhile and nobody has decided yet: now it is known.
            changed = held.filter(state__in=(state.SENDING, state.UNCERTAIN)).update(
                state=state.SENT, sent_at=at, held=False, **free
            )
        case Outcome.UNCERTAIN:
            changed = mine.update(state=state.UNCERTAIN, **free)
        case Outcome.UNREACHABLE:
            changed = mine.update(**later)
        case Outcome.LATER if message.refusals < MOST_REFUSALS:
            changed = mine.update(refusals=F("refusals") + 1, **later)
        case _:
            changed = mine.update(state=state.FAILED, **free)
    if not changed:
        logger.warning("message %s was taken from its attempt: %s", message.pk, answer.outcome.name)


def pause(attempts: int) -> timedelta:
    """Return the time until the next attempt after so many: doubling, half of it by chance, never over an hour."""
    longest: timedelta = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311  (no secret)


def _insist(write: Callable[[], None]) -> None:
    """Write although the database may be restarting: what the server has said must not be lost."""
    for seconds in MARK_PAUSES[:-1]:
        try:
            return write()
        except (OperationalError, InterfaceError):
            logger.warning("The database does not answer; trying again in %s s", seconds)
            connection.close()
            time.sleep(seconds)
    return write()
