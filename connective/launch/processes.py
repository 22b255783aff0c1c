"""Child processes that start, run and end together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

GRACE_SECONDS = 15
"""How long the processes may finish what they do, after they were asked to stop."""

PR_SET_PDEATHSIG = 1
"""Linux, prctl(2): the signal that a process gets when its parent dies."""


STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked the portal to stop (Ctrl-C, SIGTERM, the terminal was closed)."""


def stop_on_signals() -> None:
    """Turn the usual signals into `Stopped`; later ones are ignored while the portal stops."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        raise Stopped

    for number in STOPPING:
        signal.signal(number, stop)


def ignore_signals() -> None:
    """Let nobody disturb the stopping."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


class Processes:
    """A few named child processes; all of them run or none."""

    def __init__(self, folder: Path) -> None:
        """Run them in `folder`."""
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start one in a session of its own, so that Ctrl-C in the terminal reaches us alone and the order is ours."""
        self._running[name] = subprocess.Popen(
            command,
            cwd=self._folder,
            env=environment,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 (the launcher has no threads)
        )

    def pids(self) -> dict[str, int]:
        """Return the process number of each."""
        return {name: process.pid for name, process in self._running.items()}

    def ended(self) -> str | None:
        """Return the name of a process that has ended, if one has."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def watch(self) -> str:
        """Wait until one of them has ended and return its name."""
        while not (name := self.ended()):
            time.sleep(0.3)
        return name

    def stop(self) -> None:
        """Stop the last one first; whatever is left of its session after a while is killed."""
        for process in reversed(self._running.values()):
            process.terminate()
            end = time.monotonic() + GRACE_SECONDS
            while process.poll() is None and time.monotonic() < end:
                time.sleep(0.05)
            _kill_session(process.pid)
            process.wait()


def _kill_session(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody is left (macOS says it the second way)
        return


def _die_with_parent() -> None:
    """Let the kernel end the child when we are killed without a chance to do it ourselves (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
