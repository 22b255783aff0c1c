"""A released batch when everything fails: real workers, a real mail server, processes killed without a word.

Afterwards every decision has exactly one accepted message, or is shown as failed or uncertain; none has two. What one
message does at each step is proved in `tests/connective/mail`.
"""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection, connections
from redis import Redis

from connective import clock
from connective.launch import valkey
from connective.launch.valkey import wait_until
from connective.mail.models import Message
from connective.mail.sweeping import sweep
from connective.mail.tasks import send
from review.domain import letter_board
from review.domain.answers import visible_answers
from review.domain.letter_board import Fate
from review.domain.release_letters import go_on, pause, release
from review.models import Outcome
from tests.connective.mail.killed import POINTS
from tests.review.answered import Answered, drafted_call
from tests.servers import celery_process
from tests.servers.celery_process import ROOT
from tests.servers.environment import database_url
from tests.smtp import DROP, After, Slow, SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)

LONG = timedelta(hours=2)
"""Longer than every lease and every pause between two attempts."""


def batch_of(count: int) -> Answered:
    """Draft a batch with its PDFs."""
    return drafted_call((Outcome.REJECTION,) * count)


def let_time_pass(turns: int = 4) -> None:
    """Let the sweeper run, as often as leases and pauses ask for."""
    for turn in range(1, turns + 1):
        with time_machine.travel(clock.now() + LONG * turn, tick=True):
            sweep()


def fates(world: Answered, server: SmtpServer) -> dict[Fate, int]:
    """Return what the board shows; assert that no letter was accepted twice, and that none is sent unless it was accepted.

    Only what is shown as uncertain may have been accepted or not.
    """
    accepted = Counter(received.message["Message-ID"] for received in server.received)
    assert set(accepted.values()) <= {1}
    told = visible_answers(world.proposals)
    for letter in world.letters:
        assert letter.message is not None
        arrived = accepted[letter.message.message_id]
        state = letter.message.state
        assert state == Message.State.UNCERTAIN or arrived == (state == Message.State.SENT), (state, arrived)
        assert (letter.decision.proposal_id in told) == (state == Message.State.SENT)
    assert Message.objects.count() == len(world.letters)
    return dict(letter_board.board(world.lead, world.call, clock.now()).shown)


def test_a_mail_server_that_refuses_and_drops_lines_two_workers_and_each_task_five_times(
    smtp_server: SmtpServer, quiet_queue: str, tmp_path: Path
) -> None:
    world = batch_of(12)
    smtp_server.will("CONNECT", DROP, "421 too busy")
    smtp_server.will("RCPT", "450 later", "550 unknown", DROP)
    smtp_server.will("DATA", DROP)
    smtp_server.will("TEXT", Slow(0.5), DROP, "451 later", "552 too large", Slow(0.5), Slow(0.5))
    with ExitStack() as stack:
        workers = [
            stack.enter_context(celery_process.started(tmp_path / f"{name}.log", quiet_queue))
            for name in ("one", "two")
        ]
        release(world.batch, actor=world.lead, at=clock.now())
        for letter in world.letters:
            for _time in range(4):
                send.delay(letter.message_id or 0)
        if connection.vendor == "postgresql":
            assert wait_until(lambda: len(smtp_server.received) >= 1, 20)
            cut_connections()
        for worker in workers:
            worker.finish()
    let_time_pass()
    assert fates(world, smtp_server) == {Fate.SENT: 8, Fate.FAILED: 2, Fate.UNCERTAIN: 2}
    let_time_pass()
    assert fates(world, smtp_server) == {Fate.SENT: 8, Fate.FAILED: 2, Fate.UNCERTAIN: 2}


def cut_connections() -> None:
    """End every connection to the database but ours, as a restart does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_process_killed_at_each_step_of_another_letter(smtp_server: SmtpServer) -> None:
    world = batch_of(len(POINTS))
    release(world.batch, actor=world.lead, at=clock.now())
    environment = os.environ | {"DATABASE_URL": database_url(str(connection.settings_dict["NAME"]))}
    killed = []
    for letter, point in zip(world.letters, POINTS, strict=True):
        command = [sys.executable, "-m", "tests.connective.mail.killed", str(letter.message_id), point]
        killed.append(subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL))
    assert [process.wait(60) for process in killed] == [-signal.SIGKILL] * len(POINTS)
    let_time_pass()
    before_the_text, after_the_mark = POINTS.index("begun"), 1
    assert fates(world, smtp_server) == {
        Fate.SENT: before_the_text + after_the_mark,
        Fate.UNCERTAIN: len(POINTS) - before_the_text - after_the_mark,
    }


def test_a_worker_killed_while_the_mail_server_hangs(smtp_server: SmtpServer, quiet_queue: str, tmp_path: Path) -> None:
    world, reached, killed = batch_of(4), threading.Event(), threading.Event()

    def hang() -> None:
        reached.set()
        killed.wait(60)

    smtp_server.will("RCPT", "", After(hang))
    with celery_process.started(tmp_path / "first.log", quiet_queue) as worker:
        release(world.batch, actor=world.lead, at=clock.now())
        assert reached.wait(20)
        assert Message.objects.filter(state="queued", claim__isnull=False).exists()
        assert len(smtp_server.received) == 1
        worker.process.kill()
        worker.process.wait()
        killed.set()
    with Redis.from_url(settings.REDIS_URL) as client:
        client.delete("unacked", "unacked_index")  # as when Redis is wiped; the rows know what is to be done
    let_time_pass()
    assert fates(world, smtp_server) == {Fate.SENT: 4}


def test_a_redis_that_is_killed_and_comes_back_empty(smtp_server: SmtpServer, tmp_path: Path) -> None:
    world, port = batch_of(6), valkey.free_port()
    smtp_server.will("TEXT", *[Slow(0.4)] * 6)
    own = {
        "DATABASE_URL": database_url(str(connection.settings_dict["NAME"])),
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
    }
    with ExitStack() as stack:
        redis = stack.enter_context(subprocess.Popen(valkey.command(port, tmp_path), stdout=subprocess.DEVNULL))
        stack.callback(redis.kill)
        assert wait_until(lambda: valkey.answers(port), 10)
        stack.enter_context(celery_process.started(tmp_path / "worker.log", **own))
        command = [sys.executable, "-m", "tests.review.letters.releasing", str(world.batch.pk), str(world.lead.pk)]
        subprocess.run(command, cwd=ROOT, env=os.environ | own, check=True, timeout=60)
        assert wait_until(lambda: len(smtp_server.received) >= 2, 20)
        redis.kill()
        redis.wait()
        sweep()
        again = stack.enter_context(subprocess.Popen(valkey.command(port, tmp_path), stdout=subprocess.DEVNULL))
        stack.callback(again.kill)
        assert wait_until(lambda: Message.objects.filter(state="sent").count() == 6, 30)
    let_time_pass()
    assert fates(world, smtp_server) == {Fate.SENT: 6}


def test_a_release_clicked_by_four_at_once(smtp_server: SmtpServer) -> None:
    world = batch_of(5)
    refusals: list[BaseException] = []

    def click() -> None:
        try:
            release(world.batch, actor=world.lead, at=clock.now())
        except BaseException as error:  # noqa: BLE001  (whatever it is, it must not be lost in the thread)
            refusals.append(error)
        finally:
            connections.close_all()

    clicks = [threading.Thread(target=click) for _click in range(4)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert refusals == []
    let_time_pass(2)
    assert fates(world, smtp_server) == {Fate.SENT: 5}


def test_a_pause_in_the_middle_of_a_batch_under_a_running_worker(
    smtp_server: SmtpServer, quiet_queue: str, tmp_path: Path
) -> None:
    world = batch_of(8)
    smtp_server.will("TEXT", *[Slow(0.3)] * 8)
    with celery_process.started(tmp_path / "worker.log", quiet_queue) as worker:
        release(world.batch, actor=world.lead, at=clock.now())
        assert wait_until(lambda: len(smtp_server.received) >= 2, 20)
        pause(world.batch, actor=world.lead, at=clock.now())
        worker.finish()
        held = fates(world, smtp_server)
        assert held[Fate.HELD] >= 1
        let_time_pass(1)
        assert fates(world, smtp_server) == held
        go_on(world.batch, actor=world.lead, at=clock.now())
        worker.finish()
    assert fates(world, smtp_server) == {Fate.SENT: 8}
