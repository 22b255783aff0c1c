"""Figures for Prometheus: what each process counts, and what is asked of database and queue when the monitor comes.

Web processes write to files of one folder (`PROMETHEUS_MULTIPROC_DIR`, set by gunicorn's configuration), so that it does
not matter which of them answers. No label holds anything of a person.
"""

import os
from collections.abc import Iterator

import redis
from django.core.cache import cache
from django.db.models import Count, Min
from kombu.exceptions import ChannelError, OperationalError
from prometheus_client import CollectorRegistry, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from connective import clock, scanning
from connective.celery import app

FOLDER = "PROMETHEUS_MULTIPROC_DIR"

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

REQUESTS = Histogram(
    "portal_requests_seconds", "Time of the server for a request.", ["route", "method", "status"], buckets=BUCKETS
)
LAYOUTS = Histogram("portal_layout_seconds", "Time that the layout engine took for a document.", buckets=BUCKETS)

HEARTBEAT = "observe:heartbeat"
"""Where the last beat that a worker has done is kept, as seconds since 1970."""


def page() -> bytes:
    """Return all figures in the text format of Prometheus."""
    registry = CollectorRegistry()
    if os.environ.get(FOLDER):
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REQUESTS)
        registry.register(LAYOUTS)
    registry.register(_State())
    return generate_latest(registry)


def beat() -> None:
    """Note that the beat has told a task and a worker has done it."""
    cache.set(HEARTBEAT, clock.now().timestamp(), None)


def seconds_since_beat() -> float | None:
    """Return how long ago that was last so, None where it is not known."""
    at = cache.get(HEARTBEAT)
    return max(0.0, clock.now().timestamp() - float(at)) if at is not None else None


class _State(Collector):
    """What the database and the queue say at the moment."""

    def collect(self) -> Iterator[Metric]:
        """Yield messages by state, the age of the oldest that waits, the queue's length, the last beat, the scanner."""
        from connective.mail.models import Message

        messages = GaugeMetricFamily("portal_messages", "E-mails by state.", labels=["state"])
        for state, count in Message.objects.values_list("state").annotate(Count("pk")):
            messages.add_metric([state], count)
        yield messages
        oldest = Message.objects.filter(state=Message.State.QUEUED).aggregate(at=Min("queued_at"))["at"]
        waited = (clock.now() - oldest).total_seconds() if oldest else 0
        yield GaugeMetricFamily("portal_oldest_message_seconds", "Age of the oldest e-mail that waits.", value=waited)
        if (length := tasks_waiting()) is not None:
            yield GaugeMetricFamily("portal_queue_tasks", "Tasks that wait for a worker.", value=length)
        if (since := _known_beat()) is not None:
            yield GaugeMetricFamily("portal_last_beat_seconds", "Time since beat and worker were alive.", value=since)
        if (scanner := scanning.is_there()) is not None:
            yield GaugeMetricFamily("portal_scanner_up", "Whether the virus scanner answers.", value=scanner)


def tasks_waiting(queue: str = "celery") -> int | None:
    """Return how many tasks of all priorities wait for a worker, None if the broker does not answer."""
    try:
        with app.connection_for_read() as broker:
            return int(broker.default_channel.queue_declare(queue, passive=True).message_count)  # type: ignore[attr-defined]
    except ChannelError:  # no queue: nothing waits
        return 0
    except (OperationalError, redis.RedisError):
        return None


def _known_beat() -> float | None:
    try:
        return seconds_since_beat()
    except redis.RedisError:
        return None
