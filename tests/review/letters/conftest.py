"""What the tests of letters stand on."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from connective.mail.tasks import send
from tests.smtp import SmtpServer, listening


@pytest.fixture(autouse=True)
def quiet_queue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The queue to which messages are told: one that no running worker listens to, unless a test asks for the worker."""
    if "celery_worker" in request.fixturenames:
        return "celery"
    monkeypatch.setitem(send._get_exec_options(), "queue", "quiet")  # type: ignore[attr-defined]
    return "quiet"


@pytest.fixture
def smtp_server(settings: Settings) -> Iterator[SmtpServer]:
    """A mail server where the settings (and the Celery worker) look for one."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with listening(settings.EMAIL_PORT) as server:
        yield server
