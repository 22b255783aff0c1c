"""Handing one e-mail over, in the phases whose failures mean different things.

Until the text begins to flow (DATA), a failure means: it was not sent, try again. Afterwards only the server's answer
tells what became of it (RFC 5321, 4.2.5 and 6.1); without one nobody can know.
"""

import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from connective.mail.composing import envelope_address

CONNECT_SECONDS = 60
"""How long one step before the text may take; the ten minutes of `EMAIL_TIMEOUT` are for the answer to it."""

ANSWER_LENGTH = 1000
"""Characters of a server's answer that are kept."""


class Outcome(Enum):
    """What became of an attempt."""

    SENT = "the server has taken the message over"
    LATER = "not now: refused for the time being"
    UNREACHABLE = "not now: the server was not reached, and other messages will not reach it either"
    REFUSED = "the server refuses this message for good"
    UNCERTAIN = "no answer after the text began to flow"
    NOT_MINE = "somebody else has the message, or it is not due"


@dataclass(frozen=True)
class Answer:
    """An outcome and the words that explain it."""

    outcome: Outcome
    words: str = ""


@contextmanager
def connected() -> Iterator[BaseEmailBackend | Answer]:
    """Open Django's configured mail connection; give an `Answer` instead where that fails. Never raises for the network."""
    backend: BaseEmailBackend = get_connection()
    seconds_for_text = getattr(backend, "timeout", None)
    if isinstance(backend, EmailBackend):
        backend.timeout = min(seconds_for_text or CONNECT_SECONDS, CONNECT_SECONDS)
    try:
        backend.open()
        if isinstance(backend, EmailBackend):
            backend.timeout = seconds_for_text
            assert backend.connection
            backend.connection.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        _close(backend)
        yield Answer(Outcome.UNREACHABLE, _words(error))
        return
    try:
        yield backend
    finally:
        _close(backend)


def hand_over(backend: BaseEmailBackend, email: EmailMessage, *, begin: Callable[[], bool]) -> Answer:
    """Send one e-mail with one recipient through an open connection.

    `begin` is called when only the text is missing; where it returns False, nothing is sent. Raises `CannotCompose`
    for an address that no mail server understands.
    """
    if isinstance(backend, EmailBackend):
        return _by_smtp(backend, email, begin)
    if not begin():
        return Answer(Outcome.NOT_MINE)
    try:
        taken = backend.send_messages([email])
    except Exception as error:  # noqa: BLE001  (a backend may raise anything; whatever it is, the fate is unknown)
        return Answer(Outcome.UNCERTAIN, _words(error))
    if taken == 1:
        return Answer(Outcome.SENT)
    return Answer(Outcome.UNCERTAIN, f"{type(backend).__name__} answered {taken!r}")


def _by_smtp(backend: EmailBackend, email: EmailMessage, begin: Callable[[], bool]) -> Answer:
    smtp = backend.connection
    assert smtp
    sender, (recipient,) = envelope_address(email.from_email), map(envelope_address, email.to)
    text = email.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own
    options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
    try:
        for code, words in _before_text(smtp, sender, options, recipient):
            if not 200 <= code < 300:
                return _refusal(code, words)
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Outcome.UNREACHABLE, _words(error))
    if not begin():
        return Answer(Outcome.NOT_MINE)
    if smtp.sock:
        smtp.sock.settimeout(backend.timeout)
    try:
        return _verdict(*smtp.data(text))
    except smtplib.SMTPDataError as error:
        # The answer to the command DATA itself: not a byte of the text was sent.
        return _refusal(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Outcome.UNCERTAIN, _words(error))


def _before_text(
    smtp: smtplib.SMTP, sender: str, options: list[str], recipient: str
) -> Iterator[tuple[int, bytes | str]]:
    """Name sender and recipient; each answer is looked at before the next step."""
    yield smtp.mail(sender, options)
    yield smtp.rcpt(recipient)


def _verdict(code: int, words: bytes | str) -> Answer:
    """Return what the answer to the whole text means (RFC 5321, 4.2.1)."""
    if 200 <= code < 300:
        return Answer(Outcome.SENT, _said(code, words))
    if 400 <= code < 600:
        return _refusal(code, words)
    return Answer(Outcome.UNCERTAIN, _said(code, words))


def _refusal(code: int, words: bytes | str) -> Answer:
    """Return what a refusal means; an answer without sense before the text is one for the time being."""
    if code == 421:
        return Answer(Outcome.UNREACHABLE, _said(code, words))
    return Answer(Outcome.REFUSED if 500 <= code < 600 else Outcome.LATER, _said(code, words))


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {text}".replace("\x00", "")[:ANSWER_LENGTH]


def _words(error: BaseException) -> str:
    """Return what went wrong in the words of the library."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"[:ANSWER_LENGTH]


def _close(backend: BaseEmailBackend) -> None:
    """Say goodbye; whether the server hears it changes nothing."""
    try:
        backend.close()
    except (OSError, smtplib.SMTPException):
        return
