"""`make bench-deadline`: what a night of the deadline does to the portal, and what is there afterwards.

400 people write, 300 of them submit in the last two minutes, some twice, some in two tabs, 20 just after; in the middle a
web worker and the Celery worker are killed and Redis is restarted. All of it on this machine, over the loopback
interface, bounded in time. The exit code is 1 if anything is lost, doubled, late or unanswered, or a target is missed.

`PEOPLE=`, `WRITING_SECONDS=` and `SUBMITTING_SECONDS=` change the size.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers import environment

if TYPE_CHECKING:
    from tests.deadline_night.client import Record
    from tests.deadline_night.people import Draft
    from tests.deadline_night.topology import Topology

PEOPLE = int(os.environ.get("PEOPLE", "400"))
SUBMITTING = PEOPLE * 3 // 4
LATE = PEOPLE // 20
WRITING_SECONDS = int(os.environ.get("WRITING_SECONDS", "60"))
SUBMITTING_SECONDS = int(os.environ.get("SUBMITTING_SECONDS", "120"))


def main() -> int:
    """Prepare, let the night pass, look at what is there; return the exit code."""
    environment.prepare()
    from django.conf import settings
    from django.test.utils import setup_databases, teardown_databases

    from connective.launch import valkey
    from tests.deadline_night import prepare, processor, report
    from tests.deadline_night.topology import Topology
    from tests.smtp import listening

    prepare.make_the_database_durable()
    databases = setup_databases(verbosity=0, interactive=False)
    mail_port, web_port, redis_port = valkey.free_port(), valkey.free_port(), valkey.free_port()
    with tempfile.TemporaryDirectory(prefix="portal-night-") as name, listening(mail_port) as post_office:
        variables = {
            "DATABASE_URL": environment.database_url(str(settings.DATABASES["default"]["NAME"])),
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "BIND": f"127.0.0.1:{web_port}",
            "WEB_CONCURRENCY": os.environ.get("WEB_CONCURRENCY", "2"),
            "VAR_DIR": name,
            "LOG_LEVEL": "WARNING",
            "GUNICORN_LOG_LEVEL": "warning",
        }
        topology = Topology(Path(name), redis_port, variables)
        topology.start()
        try:
            _wait_for_the_portal(web_port)
            call, drafts = prepare.call_with_drafts(PEOPLE, WRITING_SECONDS + SUBMITTING_SECONDS + 20)
            with processor.watched() as speed:
                record = asyncio.run(_night(call.closes_at.timestamp(), drafts, web_port, topology))
            report.wait_for_the_mails(post_office, 180)
            return report.show(call, drafts, record, post_office, speed)
        finally:
            topology.stop()
            teardown_databases(databases, verbosity=0)


def _wait_for_the_portal(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/gesundheit/", timeout=5):
                time.sleep(3)  # the layout engine warms up beside
                return
        except OSError:
            time.sleep(0.2)
    message = "The portal does not answer."
    raise RuntimeError(message)


async def _night(closes: float, drafts: "list[Draft]", port: int, topology: "Topology") -> "Record":
    """Let everybody write and submit until a little after the closing instant (seconds of the wall clock)."""
    from tests.deadline_night.client import Record
    from tests.deadline_night.people import Person

    record, chance = Record(), random.Random(2021)
    people = [Person(draft, port, record, random.Random(number)) for number, draft in enumerate(drafts)]

    async def whole_evening(number: int, person: Person) -> None:
        if number >= SUBMITTING + LATE:
            await person.write_until(closes + 5)
            return
        if number >= SUBMITTING:
            click = closes + chance.uniform(0.2, 5)
        else:
            # Most come late: half of them in the last third.
            click = closes - 1 - (SUBMITTING_SECONDS - 1) * chance.random() ** 1.6
        await person.write_until(click - 5)
        await person.submit(click, clicks=2 if number % 10 == 1 else 1, tabs=2 if number % 10 == 2 else 1)

    async def disasters() -> None:
        await asyncio.sleep(max(0.0, closes - SUBMITTING_SECONDS / 2 - time.time()))
        topology.kill_a_web_worker()
        await asyncio.sleep(5)
        await asyncio.to_thread(topology.kill_and_restart, "worker", 2)
        await asyncio.sleep(5)
        await asyncio.to_thread(topology.kill_and_restart, "redis", 2)

    await asyncio.gather(disasters(), *(whole_evening(number, person) for number, person in enumerate(people)))
    return record


if __name__ == "__main__":
    sys.exit(main())
