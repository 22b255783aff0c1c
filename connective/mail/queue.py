"""Queueing a message in the transaction of what it tells about."""

import logging
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connections, router, transaction
from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.utils import translation
from django.utils.crypto import salted_hmac
from kombu.exceptions import OperationalError

from connective import clock
from connective.mail.models import AttachedFile, Message

logger = logging.getLogger(__name__)

SUBJECT_LENGTH = 300
"""Characters; longer subjects are cut, as no mailbox shows more."""


class BadMessage(ValueError):
    """Recipient, file name or text cannot stand in an e-mail: a mistake of the caller, not of a person."""


@dataclass(frozen=True)
class Attachment:
    """A file of the private storage, with its hash at the time of queueing."""

    storage_name: str
    filename: str
    sha256: str
    content_type: str


def queue(
    *,
    occasion: str,
    kind: str,
    recipient: str,
    context: Mapping[str, object],
    attachments: Sequence[Attachment] = (),
    language: str = "de",
    tell: bool = True,
) -> Message:
    """Queue the message `kind` about `occasion` for `recipient`; it leaves only after the transaction is committed.

    `templates/mail/<kind>.txt` is rendered now and never again; its first line is the subject. A second call for the
    same occasion, kind and recipient changes nothing and returns the first message. Raises `BadMessage` for what
    cannot be in a mail header and `TransactionManagementError` outside of an atomic block. Whoever queues many at once
    passes `tell=False` and calls `tell_all_after_commit` in the end.
    """
    if not connections[router.db_for_write(Message)].in_atomic_block:
        message = f"{kind!r} must be queued in the transaction of what it tells about"
        raise transaction.TransactionManagementError(message)
    key = {"occasion": occasion, "kind": kind, "recipient": checked_address(recipient)}
    if first := Message.objects.filter(**key).first():
        return first
    for attachment in attachments:
        _refuse_controls(attachment.filename, attachment.content_type)
    subject, body = render(kind, context, language)
    at = clock.now()
    queued, created = Message.objects.get_or_create(
        **key,
        defaults={
            "language": language,
            "subject": subject,
            "body": body,
            "message_id": message_id_of(**key),
            "created_at": at,
            "queued_at": at,
        },
    )
    if created:
        AttachedFile.objects.bulk_create(
            AttachedFile(
                message=queued,
                position=position,
                storage_name=attachment.storage_name,
                filename=attachment.filename,
                sha256=attachment.sha256,
                content_type=attachment.content_type,
            )
            for position, attachment in enumerate(attachments, start=1)
        )
        if tell:
            tell_after_commit(queued.pk)
    return queued


def tell_after_commit(message_pk: int) -> None:
    """Tell Celery of the message once it is committed; nothing that goes wrong there reaches the caller."""
    tell_all_after_commit([message_pk])


def tell_all_after_commit(message_pks: Sequence[int]) -> None:
    """Tell Celery of many messages; a broker that does not answer is asked once, not once for each of them."""
    transaction.on_commit(lambda: _tell(message_pks), robust=True)


def _tell(message_pks: Sequence[int]) -> None:
    from connective.mail.tasks import send

    for told, message_pk in enumerate(message_pks):
        try:
            send.delay(message_pk)
        except OperationalError:
            left = len(message_pks) - told
            logger.warning(
                "The broker does not answer; the sweeper will find message %s and all after it (%s)", message_pk, left
            )
            return


def render(kind: str, context: Mapping[str, object], language: str) -> tuple[str, str]:
    """Return subject and body of a kind of message, in this language; values are text and never escaped as HTML."""
    backend = engines["django"]
    assert isinstance(backend, DjangoTemplates)
    with translation.override(language):
        text = backend.engine.get_template(f"mail/{kind}.txt").render(Context(dict(context), autoescape=False))
        subject, _newline, body = text.lstrip().partition("\n")
        frame = backend.engine.get_template("mail/base.txt")
        body = frame.render(Context({"body": body.strip(), "site_url": settings.SITE_URL}, autoescape=False))
    return _one_line(_without_controls(subject))[:SUBJECT_LENGTH], _without_controls(
        re.sub(r"\n{3,}", "\n\n", body)
    ).strip() + "\n"


def checked_address(recipient: str) -> str:
    """Return the address without space around it; raises `BadMessage` if it is none or could split a header."""
    address = recipient.strip(" ")
    try:
        validate_email(address)
    except ValidationError as error:
        message = "the recipient is no e-mail address"
        raise BadMessage(message) from error
    return address


def message_id_of(*, occasion: str, kind: str, recipient: str) -> str:
    """Return the Message-ID of this key: always the same, so that mail servers and people recognise a repetition.

    It is keyed with the secret of the installation: nobody can find the recipient by trying addresses.
    """
    key = f"{occasion}\x00{kind}\x00{recipient}"
    digest = salted_hmac("connective.mail.message_id", key, algorithm="sha256").hexdigest()[:40]
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{digest}@{domain.encode('idna').decode('ascii')}>"


def _one_line(text: str) -> str:
    return " ".join("".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text).split())


def _without_controls(text: str) -> str:
    """Drop control characters but line feed and tab; lone surrogates cannot be encoded and become question marks."""
    plain = "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or unicodedata.category(c) != "Cc")
    return plain.encode("utf-8", "replace").decode("utf-8")


def _refuse_controls(*values: str) -> None:
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} for value in values for character in value):
        message = "a file name or content type of an attachment has control characters"
        raise BadMessage(message)
