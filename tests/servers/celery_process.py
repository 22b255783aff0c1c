"""A real Celery worker in a process of its own, bound to the databases of this test process."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from unittest import mock
from uuid import uuid4

import redis
from django.conf import settings
from django.db import connection

from connective.launch.valkey import wait_until
from tests.servers.environment import database_url
from tests.servers.worker_app import MARKER, RAN, app, mark

LAST = 9
"""The lowest priority of a task."""

ROOT = Path(__file__).resolve().parent.parent.parent

multiprocessing.set_forkserver_preload(["tests.servers.worker_preload"])
_served: dict[str, str] = {}
"""The environment in which the server that forks has loaded the portal; empty before the first worker."""


class Forked(ForkServerProcess):
    """A worker that a server has forked which has loaded the portal already: that spares it two seconds of imports.

    To the tests it is what `subprocess.Popen` would be.
    """

    def __init__(self, log: Path, arguments: list[str]) -> None:
        """Prepare a worker with these arguments that writes to `log`."""
        super().__init__(daemon=True)
        self._log, self._arguments = log, arguments

    def run(self) -> None:
        """Do the work of the new process."""
        with self._log.open("wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        app.worker_main(self._arguments)

    @property
    def pid(self) -> int:
        """Return its number; it has been started."""
        assert self.ident is not None
        return self.ident

    def poll(self) -> int | None:
        """Return how it ended, if it has."""
        return self.exitcode

    def wait(self) -> None:
        """Wait for its end."""
        self.join()

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)


class CeleryProcess:
    """A worker that tests wait for; its output is shown when it fails."""

    def __init__(self, process: "subprocess.Popen[bytes] | Forked", log: Path, queue: str) -> None:
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
        mark.apply_async((marker,), queue=self._queue, priority=LAST)
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
    arguments = ["worker", "-Q", queue, "--pool=solo", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    process = _process(environment, log, arguments)
    try:
        ready = wait_until(lambda: (log.exists() and b" ready." in log.read_bytes()) or process.poll() is not None, 60)
        assert ready, f"The worker did not start:\n{log.read_text()[-4000:]}"
        yield CeleryProcess(process, log, queue)
    finally:
        process.kill()
        process.wait()


def _process(environment: dict[str, str], log: Path, arguments: list[str]) -> "subprocess.Popen[bytes] | Forked":
    """Fork a worker; where the environment is another than that in which the portal was loaded, start one afresh."""
    usual = os.environ | {"DATABASE_URL": database_url(str(connection.settings_dict["NAME"]))}
    usual.pop("PYTEST_CURRENT_TEST", None)
    _served.update(_served or usual)
    if usual | environment != _served:
        command = [sys.executable, "-m", "celery", "-A", "tests.servers.worker_app", *arguments]
        with log.open("wb") as output:
            return subprocess.Popen(command, cwd=ROOT, env=usual | environment, stdout=output, stderr=subprocess.STDOUT)
    forked = Forked(log, arguments)
    with mock.patch.dict(os.environ, _served):  # the first one starts the server, which takes it over
        forked.start()
    return forked
