"""`make test`: all tests on PostgreSQL, then those of the database, and all pages for four roles, once more on SQLite.

Arguments go to pytest, for example `python -m tests.run tests/submissions`.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.servers import environment

CLOSING_LINE = re.compile(r"^=* ?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s")
OUTCOMES = ["failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "errors"]
SINGULAR = {"warning": "warnings", "error": "errors"}
PROCESSES = str(min((os.cpu_count() or 1) + 1, 4))
"""One more than there are cores: tests wait for servers and browsers nearly as long as they compute."""


def main(arguments: list[str]) -> int:
    """Start the servers once, run pytest twice, print one closing line for both; return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # lets the servers stop
    began = time.monotonic()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of a hundred processes compiles all that it loads
    if "REDIS_URL" not in os.environ:
        os.environ["REDIS_URL"] = environment.start_valkey()
    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = environment.start_postgres()
    counts: Counter[str] = Counter()
    codes = [run("the given database or PostgreSQL", arguments, os.environ["DATABASE_URL"], counts)]
    with tempfile.TemporaryDirectory(prefix="portal-sqlite-") as folder:
        url = f"sqlite:///{folder}/portal.sqlite3"
        codes.append(run("SQLite", ["--database-only", *arguments], url, counts))
    sys.stdout.write(closing_line(counts, time.monotonic() - began))
    return max(codes)


def run(database: str, arguments: list[str], url: str, counts: Counter[str]) -> int:
    """Run pytest on this database, show what it writes, add its numbers to `counts`; return its exit code."""
    sys.stdout.write(f"\n--- Tests on {database} ---\n")
    sys.stdout.flush()
    # Whole files to a process, so that what a module starts is started once.
    command = [sys.executable, "-m", "pytest", "-n", PROCESSES, "--dist=loadfile", "--no-loadscope-reorder"]
    command += ["--color=no", *arguments]
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen(
        command, cwd=root, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if match := CLOSING_LINE.match(line):
                add(match[1], counts)
    return process.returncode


def add(numbers: str, counts: Counter[str]) -> None:
    """Add "3 passed, 1 warning" to the counts."""
    for part in numbers.split(", "):
        number, outcome = part.split()
        counts[SINGULAR.get(outcome, outcome)] += int(number)


def closing_line(counts: Counter[str], seconds: float) -> str:
    """Return the numbers of both runs in the form of pytest's own last line."""
    parts = [f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome]]
    return f"\n===== {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s =====\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
