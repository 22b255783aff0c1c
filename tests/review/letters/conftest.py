"""What the tests of letters stand on."""

import pytest

from connective.mail.tasks import send


@pytest.fixture(autouse=True)
def quiet_queue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The queue to which messages are told: one that no running worker listens to, unless a test asks for the worker."""
    if "celery_worker" in request.fixturenames:
        return "celery"
    monkeypatch.setitem(send._get_exec_options(), "queue", "quiet")  # type: ignore[attr-defined]
    return "quiet"
