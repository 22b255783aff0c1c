"""A worker does first what somebody waits for, and last what comes by the thousand."""

import re
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings

from connective.mail.tasks import send, sweep
from connective.observe.tasks import heartbeat
from review.tasks import make_answers
from submissions.tasks import measure_description, sweep_receipts
from tests.servers import celery_process


@pytest.mark.django_db(transaction=True)
def test_people_come_first_and_letters_by_the_thousand_last(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    make_answers.delay([])
    sweep_receipts.delay()
    sweep.delay()
    heartbeat.delay()
    send.delay(0)
    measure_description.delay(0)
    with celery_process.started(log) as worker:
        worker.finish()
    done = [name for name in re.findall(r"Task ([\w.]+)\[\S+\] received", log.read_text()) if name != "tests.mark"]
    assert done == [task.name for task in (heartbeat, measure_description, sweep_receipts, sweep, send, make_answers)]


def test_only_tasks_that_exist_have_a_priority() -> None:
    current_app.loader.import_default_modules()
    assert set(settings.CELERY_TASK_ROUTES) - {"*"} <= current_app.tasks.keys()
