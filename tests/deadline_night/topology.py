"""The processes of an installation, as production starts them, on this machine alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from connective.launch import valkey

ROOT = Path(__file__).resolve().parent.parent.parent

CELERY = [sys.executable, "-m", "celery", "-A", "connective.launch.worker", "--quiet"]
COMMANDS = {
    "web": [sys.executable, "-m", "gunicorn", "--config", "connective/launch/gunicorn_conf.py"],
    "worker": [*CELERY, "worker", "--concurrency=1", "--loglevel=WARNING", "--without-gossip", "--without-mingle"],
    "beat": [*CELERY, "beat", "--loglevel=WARNING"],
}
SHARES = {"worker": 6}
"""Linux shares the processor among sessions before it looks at priorities; this niceness of a session is the quarter that
compose gives the worker (`cpu_shares`)."""


class Topology:
    """Web server with two processes, Celery worker, beat and Redis; what dies is started again as compose would."""

    def __init__(self, folder: Path, redis_port: int, environment: Mapping[str, str]) -> None:
        """Keep logs and data in `folder`."""
        self._folder, self._redis_port = folder, redis_port
        self._environment = {**os.environ, **environment}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Collect the static files, as the image has them, and start everything."""
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
        subprocess.run(collect, cwd=ROOT, env=self._environment, check=True)
        self.start_one("redis")
        for name in COMMANDS:
            self.start_one(name)

    def start_one(self, name: str) -> None:
        """Start one process; its output goes to a file of its name."""
        command = valkey.command(self._redis_port, self._folder / "redis") if name == "redis" else COMMANDS[name]
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        if name in SHARES and (autogroup := Path(f"/proc/{self._running[name].pid}/autogroup")).exists():
            autogroup.write_text(str(SHARES[name]), encoding="ascii")
        if name == "redis":
            valkey.wait_until(lambda: valkey.answers(self._redis_port), 10)

    def kill_a_web_worker(self) -> None:
        """Kill one of the processes behind the web server's master, which starts another one."""
        master = self._running["web"].pid
        children = Path(f"/proc/{master}/task/{master}/children").read_text(encoding="ascii").split()
        os.kill(int(children[0]), signal.SIGKILL)

    def kill_and_restart(self, name: str, after: float) -> None:
        """Kill a process with all that it has started, and start it again after so many seconds."""
        os.killpg(self._running[name].pid, signal.SIGKILL)
        self._running[name].wait()
        time.sleep(after)
        self.start_one(name)

    def stop(self) -> None:
        """Stop everything."""
        for process in reversed(self._running.values()):
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
