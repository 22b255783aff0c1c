"""The Celery application as a worker process loads it: `celery -A connective.launch.worker worker`."""

from typing import Any

from celery.signals import worker_process_init

from connective.celery import app

__all__ = ["app"]


@worker_process_init.connect
def warm_the_layout_engine(**_: Any) -> None:
    """Load fonts before the first task, so that a receipt does not wait for them."""
    from connective.launch.warm_up import warm_up

    warm_up()
