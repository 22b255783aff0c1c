"""A thousand answers with PDF through a real Celery worker and a real mail server on loopback.

`LETTERS` sets how many (1,000 without it); with 5,000 the memory of the worker is looked at over a longer run. Letters per
second are those of one worker process of one thread; the mail server shares the machine.
"""

import os
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.table import Row

LETTERS = int(os.environ.get("LETTERS", "1000"))
SAMPLE = 100
"""Letters that this process sends itself to see where the time goes."""
GROWTH = 1.05
"""So much larger may the worker be at the end than after the first fifth."""
RELEASE_LIMIT = 60
"""Seconds for the release of 1,000 letters in one request."""


def rows() -> list[Row]:
    """Draft, make the PDFs, release and send; return the rows of the table."""
    from django.conf import settings

    from connective import clock
    from connective.mail.models import Message
    from review.domain import letter_pdf
    from review.domain.release_letters import release
    from review.models import Outcome
    from review.tasks import told_of_answers
    from tests.review.answered import drafted_call
    from tests.servers import celery_process
    from tests.smtp import listening

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    drafting, world = _timed(
        lambda: drafted_call((Outcome.REJECTION,) * LETTERS, pdfs=False, feedback="Gut begründet.")
    )
    log = Path(tempfile.mkdtemp(prefix="portal-bench-")) / "worker.log"
    with listening(settings.EMAIL_PORT) as server, celery_process.started(log) as worker:
        memory = [_resident(worker.process.pid)]

        def until(done: Callable[[], int]) -> None:
            for fifth in range(1, 6):
                while done() < LETTERS * fifth // 5:
                    assert worker.process.poll() is None, log.read_text()[-4000:]
                    time.sleep(0.2)
                memory.append(_resident(worker.process.pid))

        def make() -> None:
            told_of_answers(world.call)
            until(lambda: LETTERS - len(letter_pdf.missing(world.call)))

        def send() -> None:
            until(lambda: Message.objects.filter(state=Message.State.SENT).count())

        making, _none = _timed(make)
        releasing, _batch = _timed(lambda: release(world.batch, actor=world.lead, at=clock.now()))
        sending, _none = _timed(send)
        assert len(server.received) == LETTERS
    whole = making + sending
    share = _shares()
    return [
        Row(f"letters with PDF per second, of {LETTERS}", LETTERS / whole, None, "1/s"),
        Row(f"draft {LETTERS} letters (with their call)", drafting, None, "s"),
        Row(f"release {LETTERS} letters in one request", releasing, RELEASE_LIMIT * LETTERS / 1000, "s"),
        Row("PDFs per second", LETTERS / making, None, "1/s"),
        Row("e-mails per second", LETTERS / sending, None, "1/s"),
        Row("share of the time: PDF", 100 * making / whole, None, "%"),
        Row("share of the time: database", 100 * share["database"] * sending / whole, None, "%"),
        Row("share of the time: SMTP", 100 * share["smtp"] * sending / whole, None, "%"),
        Row("share of the time: reading, composing, Celery", 100 * share["rest"] * sending / whole, None, "%"),
        Row("memory of the worker, at the end", memory[-1], None, "MiB"),
        Row(f"memory: end / after a fifth, PDFs of {LETTERS}", memory[5] / memory[1], GROWTH, "x"),
        Row(f"memory: end / after a fifth, e-mails of {LETTERS}", memory[10] / memory[6], GROWTH, "x"),
    ]


def _shares() -> dict[str, float]:
    """Send a sample in this process and return which share of the time database, SMTP and the rest took."""
    from django.conf import settings
    from django.db import connection

    from connective import clock
    from connective.mail import delivery
    from connective.mail.models import Message
    from review.domain.release_letters import release
    from review.models import Outcome
    from tests.review.answered import drafted_call
    from tests.smtp import listening

    world = drafted_call((Outcome.REJECTION,) * SAMPLE)
    spent = {"database": 0.0, "smtp": 0.0}

    def in_database(execute: Any, *args: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(*args)
        finally:
            spent["database"] += time.perf_counter() - begun

    with listening(settings.EMAIL_PORT), _watched(spent), connection.execute_wrapper(in_database):
        release(world.batch, actor=world.lead, at=clock.now())
        spent["database"] = 0.0
        waiting = list(Message.objects.filter(state=Message.State.QUEUED).values_list("pk", flat=True))
        whole, _none = _timed(lambda: [delivery.deliver(pk) for pk in waiting])
    found = {name: seconds / whole for name, seconds in spent.items()}
    return found | {"rest": 1 - sum(found.values())}


@contextmanager
def _watched(spent: dict[str, float]) -> Iterator[None]:
    """Add up what the steps of SMTP take: greeting, sender, recipient, text."""
    names = ("connect", "ehlo", "mail", "rcpt", "data", "quit")
    before = {name: getattr(smtplib.SMTP, name) for name in names}

    def timed(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            begun = time.perf_counter()
            try:
                return step(*args, **kwargs)
            finally:
                spent["smtp"] += time.perf_counter() - begun

        return run

    for name, step in before.items():
        setattr(smtplib.SMTP, name, timed(step))
    try:
        yield
    finally:
        for name, step in before.items():
            setattr(smtplib.SMTP, name, step)


def _resident(pid: int) -> float:
    """Return the resident memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result
