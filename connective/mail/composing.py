"""From a row to the bytes that a mail server takes."""

import hashlib
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address

from connective.mail.models import AttachedFile, Message


class CannotCompose(Exception):
    """The message cannot be made: a file is missing or was changed, or a header is impossible."""


def compose(message: Message, connection: BaseEmailBackend) -> EmailMessage:
    """Return the message as Django's e-mail, to be sent through `connection`.

    Its Message-ID is always the same; "Auto-Submitted" keeps holiday notices away (RFC 3834). Raises `CannotCompose`.
    """
    email = EmailMessage(
        subject=message.subject,
        body=message.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.recipient],
        connection=connection,
        headers={
            "Message-ID": message.message_id,
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )
    # What a mail provider hands back with its reports (django-anymail); other backends do not look at it.
    email.metadata = {"message_id": message.message_id}  # type: ignore[attr-defined]
    for attached in message.attached_files.all():
        email.attach(attached.filename, _content(attached), attached.content_type)
    try:
        email.message()
    except ValueError as error:  # BadHeaderError is one
        raise CannotCompose(str(error)) from error
    return email


def envelope_address(address: str) -> str:
    """Return the bare address for the envelope, its domain in the ASCII form of IDNA. Raises `CannotCompose`."""
    try:
        bare = parseaddr(sanitize_address(address, "utf-8"))[1]
    except ValueError as error:  # UnicodeError is one
        raise CannotCompose(str(error)) from error
    return bare


def _content(attached: AttachedFile) -> bytes:
    """Read the file and check that it is the one that was attached."""
    try:
        with default_storage.open(attached.storage_name) as file:
            content: bytes = file.read()
    except (OSError, SuspiciousOperation) as error:
        reason = f"the attached file {attached.storage_name!r} cannot be read: {error}"
        raise CannotCompose(reason) from error
    if hashlib.sha256(content).hexdigest() != attached.sha256:
        reason = f"the attached file {attached.storage_name!r} is not the one that was attached"
        raise CannotCompose(reason)
    return content
