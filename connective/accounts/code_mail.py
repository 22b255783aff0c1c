"""The e-mail with the sign-in code: wanted at once, worthless after minutes, no row among the messages.

Celery sends it, so that no page waits for a mail server. What became of it stands in the cache for as long as the code
holds, and the page that asks for the code says so: a queue without a worker is seen by the person who waits for it.
"""

import logging
import smtplib
import time
from enum import Enum

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection

from connective.mail.queue import render

logger = logging.getLogger(__name__)

SMTP_SECONDS = 15
"""How long the mail server may take for each answer; the person is waiting."""

PAUSES = (2.0, 5.0)
"""Seconds before the second and third try, where the server was not there or said "not now"."""

OVERDUE_SECONDS = 20
"""A mail that is not sent after this long is late, and the page says so."""


class Fate(Enum):
    """What became of a mail with a code."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


def tell(ticket: str, email: str, code: str, language: str) -> None:
    """Let Celery send `code`; `ticket` names this mail. Raises RedisError, kombu's OperationalError."""
    from connective.accounts.tasks import send_code

    cache.set(_key(ticket), Fate.WAITING.value, settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    send_code.apply_async(  # type: ignore[call-arg]  # Celery's stubs do not know argsrepr
        (ticket, email, code, language),
        expires=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT,
        argsrepr="(not for logs)",
    )


def fate_of(ticket: str) -> Fate:
    """Return what became of the mail `ticket`. Raises RedisError."""
    return Fate(cache.get(_key(ticket), Fate.UNKNOWN.value))


def send(ticket: str, email: str, code: str, language: str) -> None:
    """Send `code` to `email` now, in a few tries, and note what became of it."""
    minutes = settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60
    subject, body = render("sign_in_code", {"code": code, "minutes": minutes}, language)
    message = EmailMessage(
        subject,
        body,
        settings.DEFAULT_FROM_EMAIL,
        [email],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
    )
    fate = Fate.SENT if _sent(message) else Fate.FAILED
    cache.set(_key(ticket), fate.value, settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)


def _sent(message: EmailMessage) -> bool:
    for pause in (*PAUSES, None):
        try:
            message.connection = get_connection(timeout=SMTP_SECONDS)
            message.send()
        except (OSError, smtplib.SMTPException) as error:
            # The words of a server may contain the address: they stay out of the log.
            logger.warning("A mail with a sign-in code was not taken over (%s)", type(error).__name__)
            if pause is None or _refused_for_good(error):
                return False
            time.sleep(pause)
        else:
            return True
    return False


def _refused_for_good(error: Exception) -> bool:
    codes = (
        [code for code, _words in error.recipients.values()]
        if isinstance(error, smtplib.SMTPRecipientsRefused)
        else [getattr(error, "smtp_code", 0)]
    )
    return all(500 <= code < 600 for code in codes)


def _key(ticket: str) -> str:
    return f"sign-in-mail:{ticket}"
