"""A real Celery worker in a process of its own, bound to the databases of this test process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

from connective.launch.valkey import wait_until
from tests.servers.environment import database_url

ROOT = Path(__file__).resolve().parent.parent.parent


class CeleryProcess:
    """A worker that tests wait for; its output is shown when it fails."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path) -> None:
        """Watch the process that writes to `log`."""
        self.process = process
        self.log = log
        self._redis = redis.Redis.from_url(settings.REDIS_URL)

    def finish(self, seconds: float = 60) -> None:
        """Wait until every task that was told to the queue is done.

        Raises:
            AssertionError: if the worker has died or is not ready in time; with its output.
        """
        done = wait_until(self._idle, seconds)
        assert done, f"The worker did not finish in {seconds} s:\n{self.log.read_text()[-4000:]}"

    def _idle(self) -> bool:
        assert self.process.poll() is None, f"The worker died:\n{self.log.read_text()[-4000:]}"
        waiting, unacknowledged = self._redis.llen("celery"), self._redis.hlen("unacked")
        return waiting == 0 and unacknowledged == 0


@contextmanager
def started(log: Path, queue: str = "celery", **environment: str) -> Iterator[CeleryProcess]:
    """Start a worker of this queue with these additions to the environment; kill it at the end."""
    variables = os.environ | {"DATABASE_URL": database_url(str(connection.settings_dict["NAME"]))} | environment
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "connective",
        "worker",
        "--pool=solo",
        "--loglevel=INFO",
        "-Q",
        queue,
    ]
    command += ["--without-gossip", "--without-mingle"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        ready = wait_until(lambda: b" ready." in log.read_bytes() or process.poll() is not None, 60)
        assert ready, f"The worker did not start:\n{log.read_text()[-4000:]}"
        yield CeleryProcess(process, log)
    finally:
        process.kill()
        process.wait()
