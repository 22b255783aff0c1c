"""A real Celery worker in a process of its own, bound to the databases of this test process."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import redis
from django.conf import settings
from django.db import connection

from connective.launch.valkey import wait_until
from tests.servers.environment import database_url
from tests.servers.worker_app import MARKER, RAN, mark

ROOT = Path(__file__).resolve().parent.parent.parent


class CeleryProcess:
    """A worker that tests wait for; its output is shown when it fails."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path, queue: str) -> None:
        """Watch the process that does the tasks of `queue` and writes to `log`."""
        self.process = process
        self.log = log
        self._queue = queue
        self._redis = redis.Redis.from_url(settings.REDIS_URL)

    def finish(self, seconds: float = 60) -> None:
        """Wait until every task is done, also those that tasks have told to the queue.

        A marker goes behind all tasks; when between two markers none has run, there is none left. (The length of the
        queue alone lies for the moment in which a task is taken and not yet noted as taken.)

        Raises:
            AssertionError: if the worker has died or is not ready in time; with its output.
        """
        end = time.monotonic() + seconds
        ran_before: object = "unknown"
        while (ran := self._ran_up_to_a_marker(end)) != ran_before or self._redis.hlen("unacked"):
            ran_before = ran

    def _ran_up_to_a_marker(self, end: float) -> object:
        marker = uuid4().hex
        mark.apply_async((marker,), queue=self._queue)
        passed = wait_until(
            lambda: self._alive() and self._redis.get(MARKER) == marker.encode(), end - time.monotonic()
        )
        assert passed, f"The worker did not finish in time:\n{self._output()}"
        return self._redis.get(RAN)

    def _alive(self) -> bool:
        assert self.process.poll() is None, f"The worker died:\n{self._output()}"
        return True

    def _output(self) -> str:
        return self.log.read_text()[-4000:]


@contextmanager
def started(log: Path, queue: str = "celery", **environment: str) -> Iterator[CeleryProcess]:
    """Start a worker of this queue with these additions to the environment; kill it at the end."""
    variables = os.environ | {"DATABASE_URL": database_url(str(connection.settings_dict["NAME"]))} | environment
    command = [sys.executable, "-m", "celery", "-A", "tests.servers.worker_app", "worker", "-Q", queue]
    command += ["--pool=solo", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT)
    try:
        ready = wait_until(lambda: b" ready." in log.read_bytes() or process.poll() is not None, 60)
        assert ready, f"The worker did not start:\n{log.read_text()[-4000:]}"
        yield CeleryProcess(process, log, queue)
    finally:
        process.kill()
        process.wait()
