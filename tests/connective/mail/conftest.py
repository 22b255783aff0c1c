"""What the tests of the message queue stand on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from connective.accounts.models import User
from connective.mail.models import Message
from connective.mail.queue import Attachment, queue
from connective.mail.tasks import send
from tests.smtp import SmtpServer, listening

TEMPLATES = Path(__file__).parent / "templates"


@pytest.fixture
def smtp_server(settings: Settings) -> Iterator[SmtpServer]:
    """A mail server where the settings (and the Celery worker) look for one."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with listening(settings.EMAIL_PORT) as server:
        yield server


@pytest.fixture(autouse=True)
def _letters(settings: Settings) -> None:
    """Templates of our own: `letter` and some that are broken."""
    (templates,) = settings.TEMPLATES
    settings.TEMPLATES = [templates | {"DIRS": [TEMPLATES, *templates["DIRS"]]}]


@pytest.fixture(autouse=True)
def quiet_queue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The queue to which messages are told: one that no running worker listens to, unless a test asks for the worker."""
    if "celery_worker" in request.fixturenames:
        return "celery"
    monkeypatch.setitem(send._get_exec_options(), "queue", "quiet")  # type: ignore[attr-defined]
    return "quiet"


@pytest.fixture
def person(db: None) -> User:
    """Someone who decides."""
    return User.objects.create_user("geschaeftsstelle@example.org", name="Gerda Beispiel")


@pytest.fixture
def write(db: None) -> Callable[..., Message]:
    """A function that queues one letter in a transaction of its own."""

    def write(
        occasion: str = "version:1",
        recipient: str = "antrag@example.org",
        attachments: tuple[Attachment, ...] = (),
        **context: object,
    ) -> Message:
        with transaction.atomic():
            return queue(
                occasion=occasion, kind="letter", recipient=recipient, context=context, attachments=attachments
            )

    return write
