"""The Celery application as a worker process loads it: `celery -A connective.launch.worker worker`."""

import os
from typing import Any

from celery.signals import worker_process_init, worker_process_shutdown, worker_ready

from connective.celery import app

__all__ = ["app"]

NICENESS = 10
"""On a machine that the worker shares with the web server, people who wait for a page come before PDFs and e-mails."""


@worker_ready.connect
def let_people_go_first(**_: Any) -> None:
    """Lower the priority of this process; not before it is ready, or a worker that takes the place of a dead one comes late."""
    os.setpriority(os.PRIO_PROCESS, 0, max(NICENESS, os.getpriority(os.PRIO_PROCESS, 0)))


@worker_process_init.connect
def warm_the_layout_engine(**_: Any) -> None:
    """Load fonts before the first task, so that a receipt does not wait for them; then let people go first."""
    from connective.launch.warm_up import warm_up

    warm_up()
    let_people_go_first()


@worker_process_shutdown.connect
def remove_unpacked_fonts(**_: Any) -> None:
    """Leave no fonts behind; what is registered for the end of a process is not called in those of a pool."""
    from connective.pdf import engine

    engine.remove_unpacked_fonts()
