"""Where measurements are kept: in the process, and in the cache that all processes share.

The shared cache is a courtesy. If it fails, it is left alone for a while, so that a lost Redis costs one time-out
a minute and never an answer.
"""

import logging
import time
from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

from django.core.cache import cache as shared

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_ENTRIES = 512
SHARED_SECONDS = 30 * 24 * 3600
REST_SECONDS = 60.0
"""How long the shared cache is left alone after a failure."""


class TwoLevelCache(Generic[T]):
    """The latest `MAX_ENTRIES` values of this process, backed by Django's default cache."""

    def __init__(self, kind: type[T]) -> None:
        """Keep values of one type; anything else that the shared cache holds counts as missing."""
        self._kind = kind
        self._entries: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()
        self._rests_until = 0.0

    def get(self, key: str) -> T | None:
        """Return the value, or None."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        value = self._shared_get(key)
        if value is not None:
            self._remember(key, value)
        return value

    def set(self, key: str, value: T) -> None:
        """Keep the value on both levels."""
        self._remember(key, value)
        if time.monotonic() < self._rests_until:
            return
        try:
            shared.set(key, value, SHARED_SECONDS)
        except Exception:  # noqa: BLE001 - whatever a cache backend raises, the value is known already
            self._rest()

    def clear(self) -> None:
        """Forget the values of this process and use the shared cache again at once."""
        with self._lock:
            self._entries.clear()
        self._rests_until = 0.0

    def _shared_get(self, key: str) -> T | None:
        if time.monotonic() < self._rests_until:
            return None
        try:
            value = shared.get(key)
        except Exception:  # noqa: BLE001 - a cache that can't be read (or unpickled) is a cache without the value
            self._rest()
            return None
        return value if isinstance(value, self._kind) else None

    def _remember(self, key: str, value: T) -> None:
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            while len(self._entries) > MAX_ENTRIES:
                self._entries.popitem(last=False)

    def _rest(self) -> None:
        self._rests_until = time.monotonic() + REST_SECONDS
        logger.warning("The shared cache fails; measurements do without it for %d s.", REST_SECONDS)
