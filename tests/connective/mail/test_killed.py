"""A worker that is killed at any moment: the message is sent later, or shown as uncertain, and never sent twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection

from connective import clock
from connective.accounts.models import User
from connective.launch.valkey import wait_until
from connective.mail import delivery, tasks
from connective.mail.delivery import deliver
from connective.mail.models import Message
from connective.mail.resolution import Resolution, resolve
from connective.mail.sweeping import sweep
from connective.mail.transport import Outcome
from tests.connective.mail.killed import POINTS
from tests.servers import celery_process
from tests.servers.celery_process import ROOT
from tests.servers.environment import database_url
from tests.smtp import Slow, SmtpServer

Write = Callable[..., Message]

pytestmark = pytest.mark.django_db(transaction=True)


def _deliver_and_die(message: Message, point: str) -> None:
    environment = os.environ | {"DATABASE_URL": database_url(str(connection.settings_dict["NAME"]))}
    command = [sys.executable, "-m", "tests.connective.mail.killed", str(message.pk), point]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def _sweep_after(wait: timedelta) -> int:
    with time_machine.travel(clock.now() + wait + timedelta(seconds=1), tick=True):
        return sweep()


@pytest.mark.parametrize("point", POINTS[: POINTS.index("begun")])
def test_before_the_text_the_message_goes_out_when_the_claim_has_run_out(
    write: Write, smtp_server: SmtpServer, point: str
) -> None:
    message = write()
    _deliver_and_die(message, point)
    message.refresh_from_db()
    assert (message.state, message.claim is not None, smtp_server.received) == ("queued", True, [])
    assert deliver(message.pk) is Outcome.NOT_MINE
    assert _sweep_after(delivery.CLAIM_LEASE) == 1
    assert _sweep_after(delivery.CLAIM_LEASE) == 0
    assert len(smtp_server.received) == 1


@pytest.mark.parametrize(("point", "arrived"), [("begun", 0), ("half of the text", 0), ("answered", 1)])
def test_from_the_text_on_nobody_knows_and_nothing_is_sent_again_by_itself(
    write: Write, smtp_server: SmtpServer, person: User, point: str, arrived: int
) -> None:
    message = write()
    _deliver_and_die(message, point)
    message.refresh_from_db()
    assert (message.state, len(smtp_server.received)) == ("sending", arrived)
    assert deliver(message.pk) is Outcome.NOT_MINE
    assert sweep() == 0
    for _turn in range(2):
        assert _sweep_after(delivery.sending_lease()) == 0
    message.refresh_from_db()
    assert (message.state, len(smtp_server.received)) == ("uncertain", arrived)
    resolve(message, person, Resolution.SEND_AGAIN)
    assert deliver(message.pk) is Outcome.SENT
    assert {received.message["Message-ID"] for received in smtp_server.received} == {message.message_id}
    assert len(smtp_server.received) == arrived + 1


def test_after_the_mark_all_is_well(write: Write, smtp_server: SmtpServer) -> None:
    message = write()
    _deliver_and_die(message, "marked")
    message.refresh_from_db()
    assert (message.state, len(smtp_server.received)) == ("sent", 1)
    assert _sweep_after(delivery.sending_lease()) == 0
    assert len(smtp_server.received) == 1


def test_a_celery_worker_killed_while_it_waits_for_the_answer_sends_nothing_twice(
    write: Write, smtp_server: SmtpServer, quiet_queue: str, tmp_path: Path
) -> None:
    smtp_server.will("TEXT", Slow(5))
    with celery_process.started(tmp_path / "first.log", quiet_queue) as worker:
        message = write()
        assert wait_until(lambda: Message.objects.filter(state="sending").exists(), 20)
        worker.process.kill()
        worker.process.wait()
    with celery_process.started(tmp_path / "second.log", quiet_queue) as worker:
        other = write("version:2")
        assert wait_until(lambda: Message.objects.get(pk=other.pk).state == "sent", 20)
        message.refresh_from_db()
        assert message.state == "sending"
    assert [received.message["Message-ID"] for received in smtp_server.received].count(other.message_id) == 1
    assert _sweep_after(delivery.sending_lease()) == 0
    message.refresh_from_db()
    assert message.state == "uncertain"


def test_a_wiped_redis_loses_no_message(smtp_server: SmtpServer, celery_worker: celery_process.CeleryProcess) -> None:
    Message.objects.bulk_create(
        Message(
            occasion=f"version:{number}",
            kind="letter",
            recipient="antrag@example.org",
            subject="x",
            body="x",
            message_id=f"<{number}@example.org>",
            created_at=clock.now(),
            queued_at=clock.now(),
        )
        for number in range(5)
    )
    tasks.sweep.delay()
    celery_worker.finish()
    assert sorted(received.message["Message-ID"] for received in smtp_server.received) == [
        f"<{number}@example.org>" for number in range(5)
    ]
