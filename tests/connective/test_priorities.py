"""A worker does first what somebody waits for."""

import re
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from connective.accounts.tasks import clear_ended_sessions
from connective.mail.tasks import send
from review.tasks import make_answers
from submissions.tasks import sweep_receipts
from tests.servers import celery_process


@pytest.mark.django_db(transaction=True)
def test_letters_by_the_thousand_wait_for_documents_mails_and_people(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    make_answers.delay([])
    sweep_receipts.delay()
    send.delay(0)
    clear_ended_sessions.delay()
    with celery_process.started(log) as worker:
        worker.finish()
    done = [name for name in re.findall(r"Task ([\w.]+)\[\S+\] received", log.read_text()) if name != "tests.mark"]
    assert done == [task.name for task in (clear_ended_sessions, send, sweep_receipts, make_answers)]


def test_only_tasks_that_exist_have_a_priority() -> None:
    current_app.loader.import_default_modules()
    assert set(settings.CELERY_TASK_ROUTES) <= current_app.tasks.keys()
