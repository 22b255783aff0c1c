"""Processes that start and end together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from connective.launch.processes import Processes
from connective.launch.valkey import wait_until

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdout=subprocess.DEVNULL)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(600)
"""
LAUNCHER = """
import os, sys
from pathlib import Path
from connective.launch.processes import Processes
processes = Processes(Path.cwd())
processes.start("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], os.environ)
print(processes.pids()["sleeper"], flush=True)
processes.watch()
"""


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be collected by its parent does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def test_stopping_ends_every_process(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("first", SLEEP, os.environ)
    processes.start("second", SLEEP, os.environ)
    pids = processes.pids().values()
    processes.stop()
    assert not any(map(lives, pids))


def test_a_process_that_does_not_listen_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connective.launch.processes.GRACE_SECONDS", 0.5)
    processes = Processes(tmp_path)
    note = tmp_path / "child"
    processes.start("stubborn", [sys.executable, "-c", STUBBORN, str(note)], os.environ)
    assert wait_until(lambda: note.exists() and note.read_text().isdigit(), 10)
    processes.stop()
    assert wait_until(lambda: not lives(int(note.read_text())), 5)


def test_the_process_that_ended_by_itself_is_named(tmp_path: Path) -> None:
    processes = Processes(tmp_path)
    processes.start("lasting", SLEEP, os.environ)
    processes.start("short", [sys.executable, "-c", ""], os.environ)
    try:
        assert processes.watch() == "short"
    finally:
        processes.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_killed_launcher_leaves_no_process_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", LAUNCHER], stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout
        child = int(launcher.stdout.readline())
        assert lives(child)
        launcher.send_signal(signal.SIGKILL)
    end = time.monotonic() + 5
    while lives(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not lives(child)
