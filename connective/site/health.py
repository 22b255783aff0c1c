"""Whether the portal can do its work now, for a monitor and for the person on duty."""

import logging
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db import DatabaseError, connection

from connective import clock

log = logging.getLogger(__name__)

SKEW_ALLOWED = timedelta(seconds=2)
"""More than this between the clocks of application and database means that one of them is wrong."""


def findings() -> dict[str, str | float]:
    """Return the state of each part: "ok" or what is wrong, and the skew of the clocks in seconds."""
    state: dict[str, str | float] = {"database": "ok", "cache": "ok"}
    try:
        skew = clock_skew()
    except DatabaseError:
        log.exception("The database does not answer")
        state["database"] = "unreachable"
    else:
        state["clock_skew_seconds"] = round(skew.total_seconds(), 3)
        if abs(skew) > SKEW_ALLOWED:
            state["database"] = "clock differs"
    try:
        cache.set("health", "ok", 10)
    except Exception:  # whatever the backend raises: the cache is down, the portal goes on without it
        log.exception("The cache does not answer")
        state["cache"] = "unreachable"
    return state


def clock_skew() -> timedelta:
    """Return how far the database's clock is ahead of the application's (`connective.clock`), half the round trip included."""
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')" if connection.vendor == "sqlite" else "clock_timestamp()"
    before = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {now}")
        value = cursor.fetchone()[0]
    after = clock.now()
    of_database = datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
    skew: timedelta = of_database - (before + (after - before) / 2)
    return skew
