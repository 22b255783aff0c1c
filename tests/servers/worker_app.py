"""The portal's Celery application with two additions by which tests know what a worker has done."""

import redis
from celery.signals import task_postrun
from django.conf import settings

from connective.celery import app

RAN, MARKER = "tests:ran", "tests:marker"
"""Where Redis keeps how many tasks have run, and the last marker that came by."""

__all__ = ["MARKER", "RAN", "app", "mark"]


@app.task(name="tests.mark")
def mark(marker: str) -> None:
    """Write down that everything that was told before this marker has run."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.set(MARKER, marker)


@task_postrun.connect
def _count(task: object = None, **_: object) -> None:
    if task is not mark and getattr(task, "name", "") != mark.name:
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.incr(RAN)
