"""The mailbox of demo mode: a mail backend that writes files and sends nothing, and what reads them."""

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage as ParsedMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from connective import clock

SHOWN = 200
"""So many of the newest mails are listed."""


class MailboxBackend(BaseEmailBackend):
    """Writes each mail to `DEMO_MAILBOX_DIR` as a complete file or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages and return how many they were. Raises OSError and ValueError like a real one."""
        folder = Path(settings.DEMO_MAILBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            _write(folder, message.message().as_bytes())
        return len(email_messages)


def _write(folder: Path, content: bytes) -> None:
    name = f"{clock.now():%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:8]}"
    unfinished = folder / f".{name}"
    with unfinished.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / f"{name}.eml")


@dataclass(frozen=True)
class Attachment:
    """A file that came with a mail; `number` counts from 1."""

    number: int
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """A mail in the mailbox, by the name of its file."""

    name: str
    message: ParsedMessage

    @property
    def subject(self) -> str:
        """The subject as text."""
        return str(self.message["Subject"] or "")

    @property
    def recipient(self) -> str:
        """To whom it was sent."""
        return str(self.message["To"] or "")

    @property
    def sent_at(self) -> datetime:
        """When it was written (aware, UTC)."""
        return datetime.strptime(f"{self.name.partition('-')[0]}+0000", "%Y%m%dT%H%M%S%f%z")

    @property
    def text(self) -> str:
        """The plain text."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body else ""

    @property
    def attachments(self) -> list[Attachment]:
        """The files that came with it."""
        return [
            Attachment(number, part.get_filename() or f"{number}", part.get_content_type(), _bytes(part))
            for number, part in enumerate(self.message.iter_attachments(), start=1)
        ]


def newest_mails() -> list[Mail]:
    """Return the newest mails, the last one first."""
    names = sorted((path.stem for path in Path(settings.DEMO_MAILBOX_DIR).glob("*.eml")), reverse=True)
    return [mail for name in names[:SHOWN] if (mail := read_mail(name))]


def read_mail(name: str) -> Mail | None:
    """Return the mail of this name (letters, digits and dashes; the route sees to that), None where there is none."""
    try:
        content = (Path(settings.DEMO_MAILBOX_DIR) / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None
    return Mail(name, BytesParser(_class=ParsedMessage, policy=policy.default).parsebytes(content))


def _bytes(part: object) -> bytes:
    assert isinstance(part, ParsedMessage)
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
