"""A Redis that is away or silent: the request goes on, and the message is found later."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db import connection

from connective.launch import valkey
from connective.mail.models import Message
from connective.mail.sweeping import sweep
from tests.servers import celery_process
from tests.servers.celery_process import ROOT
from tests.servers.environment import database_url
from tests.smtp import SmtpServer

SECONDS = 4.0
"""A person does not notice more."""


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word, as behind a firewall that swallows everything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _queue_with_redis_at(port: int, occasion: str) -> list[float]:
    """Queue two messages in another process; return the seconds that each took."""
    environment = os.environ | _environment(port)
    command = [sys.executable, "-m", "tests.connective.mail.told", occasion]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=60, text=True)
    assert done.returncode == 0, done.stderr
    assert "antrag@example.org" not in done.stdout + done.stderr
    assert ("the sweeper will find message" in done.stderr) == (occasion == "dead")
    return [float(line) for line in done.stdout.split()]


def _environment(port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url(str(connection.settings_dict["NAME"])),
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
    }


@contextmanager
def _redis(port: int, folder: Path) -> Iterator[None]:
    with subprocess.Popen(valkey.command(port, folder), stdout=subprocess.DEVNULL) as process:
        assert valkey.wait_until(lambda: valkey.answers(port), 10)
        try:
            yield
        finally:
            process.kill()


@pytest.mark.django_db(transaction=True)
class TestADeadBroker:
    def test_that_refuses_connections_delays_nobody(self, smtp_server: SmtpServer) -> None:
        assert max(_queue_with_redis_at(valkey.free_port(), "dead")) < SECONDS
        assert sweep() == Message.objects.count() == len(smtp_server.received) == 2

    def test_that_is_silent_delays_nobody_for_long(self, smtp_server: SmtpServer, silent_port: int) -> None:
        assert max(_queue_with_redis_at(silent_port, "dead")) < SECONDS
        assert sweep() == Message.objects.count() == len(smtp_server.received) == 2

    def test_that_comes_back_empty_finds_its_worker_again(self, smtp_server: SmtpServer, tmp_path: Path) -> None:
        port = valkey.free_port()
        with ExitStack() as stack:
            with _redis(port, tmp_path):
                stack.enter_context(celery_process.started(tmp_path / "worker.log", **_environment(port)))
                _queue_with_redis_at(port, "before")
                assert valkey.wait_until(lambda: len(smtp_server.received) == 2, 20)
            _queue_with_redis_at(port, "dead")
            with _redis(port, tmp_path):
                _queue_with_redis_at(port, "after")
                assert valkey.wait_until(lambda: len(smtp_server.received) == 4, 30)
        assert sweep() == 2
        assert len(smtp_server.received) == Message.objects.filter(state="sent").count() == 6
