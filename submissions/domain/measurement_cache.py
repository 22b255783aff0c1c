"""Where measurements and laid-out lines are kept: in the process, and in the cache that all processes share.

The shared cache is a courtesy. If it fails, it is left alone for a while, so that a lost Redis costs little time and
never an answer.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any, Generic, TypeVar

from django.core.cache import cache

from connective.pdf.line_boxes import Lines

logger = logging.getLogger(__name__)

T = TypeVar("T")

MAX_ENTRIES = 512
REST = 30
"""So many times as long as a failure took is the shared cache left alone: a server that refuses is asked again soon, one that
is silent seldom."""
LEAST_REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 60.0

MAX_LINE_WEIGHT = 8_000_000
"""Weight of the lines that a process keeps, about their bytes: those of some 1,000 descriptions of two pages."""
SHARED_LINES_SECONDS = 24 * 3600
SLOTS = 1 << 16
"""Places for lines in the shared cache; a new piece takes the place of an old one, so they never grow in number."""
MAX_SHARED_WEIGHT = 4_000
"""Longer pieces are laid out in each process anew: 65,536 places then never hold more than 262 MB, usually a tenth."""


class SharedCache:
    """Django's default cache, whatever happens to it."""

    def __init__(self) -> None:
        """Begin with trust."""
        self._rests_until = 0.0

    def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        """Return what is known of these keys."""
        if self._rests():
            return {}
        begun = time.monotonic()
        try:
            return dict(cache.get_many(keys))
        except Exception:  # noqa: BLE001 - a cache that can't be read (or unpickled) is a cache without the value
            self._rest(begun)
            return {}

    def set_many(self, values: Mapping[str, Any], seconds: float) -> None:
        """Keep the values."""
        if self._rests() or not values:
            return
        begun = time.monotonic()
        try:
            if len(values) == 1:  # one command instead of a transaction of two
                cache.set(*next(iter(values.items())), seconds)
            else:
                cache.set_many(dict(values), seconds)
        except Exception:  # noqa: BLE001 - whatever a cache backend raises, the value is known already
            self._rest(begun)

    def trust(self) -> None:
        """Use the cache again at once."""
        self._rests_until = 0.0

    def _rests(self) -> bool:
        return time.monotonic() < self._rests_until

    def _rest(self, begun: float) -> None:
        now = time.monotonic()
        seconds = min(max(LEAST_REST_SECONDS, REST * (now - begun)), LONGEST_REST_SECONDS)
        self._rests_until = max(self._rests_until, now + seconds)
        logger.warning("The shared cache fails; the page meter does without it for %d s.", seconds)


shared = SharedCache()


class TwoLevelCache(Generic[T]):
    """The latest `MAX_ENTRIES` values of this process, backed by the shared cache."""

    def __init__(self, kind: type[T]) -> None:
        """Keep values of one type; anything else that the shared cache holds counts as missing."""
        self._kind = kind
        self._entries: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def get(self, *keys: str) -> T | None:
        """Return the value of the first key that has one, or None."""
        with self._lock:
            for key in keys:
                if key in self._entries:
                    self._entries.move_to_end(key)
                    return self._entries[key]
        found = shared.get_many(keys)
        for key in keys:
            value = found.get(key)
            if isinstance(value, self._kind):
                self._remember(key, value)
                return value
        return None

    def set(self, key: str, value: T, seconds: float) -> None:
        """Keep the value on both levels; on the shared one for so many seconds."""
        self._remember(key, value)
        shared.set_many({key: value}, seconds)

    def clear(self) -> None:
        """Forget the values of this process."""
        with self._lock:
            self._entries.clear()

    def _remember(self, key: str, value: T) -> None:
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            while len(self._entries) > MAX_ENTRIES:
                self._entries.popitem(last=False)


class LineCache:
    """Laid-out pieces by their digest: a bounded weight in this process, a bounded number in the shared cache."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._entries: OrderedDict[bytes, Lines] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get_many(self, digests: Iterable[bytes]) -> dict[bytes, Lines]:
        """Return the lines of the pieces that are known."""
        wanted = list(digests)
        found = self.get_local(wanted)
        missing = [digest for digest in wanted if digest not in found]
        if missing:
            slots = {_slot(digest): digest for digest in missing}
            for slot, value in shared.get_many(slots).items():
                if lines := _lines_of(value, slots[slot]):
                    found[slots[slot]] = lines
                    self._remember(slots[slot], lines)
        return found

    def get_local(self, digests: Iterable[bytes]) -> dict[bytes, Lines]:
        """Return the lines of the pieces that this process knows."""
        found: dict[bytes, Lines] = {}
        with self._lock:
            for digest in digests:
                if lines := self._entries.get(digest):
                    self._entries.move_to_end(digest)
                    found[digest] = lines
        return found

    def set_many(self, pieces: Mapping[bytes, Lines]) -> None:
        """Keep the lines of pieces on both levels."""
        for digest, lines in pieces.items():
            self._remember(digest, lines)
        small = {_slot(key): (key, lines) for key, lines in pieces.items() if _weight(lines) <= MAX_SHARED_WEIGHT}
        shared.set_many(small, SHARED_LINES_SECONDS)

    def clear(self) -> None:
        """Forget the pieces of this process."""
        with self._lock:
            self._entries.clear()
            self._weight = 0

    def _remember(self, digest: bytes, lines: Lines) -> None:
        with self._lock:
            self._weight += _weight(lines) - _weight(self._entries.pop(digest, ()))
            self._entries[digest] = lines
            while self._weight > MAX_LINE_WEIGHT:
                self._weight -= _weight(self._entries.popitem(last=False)[1])


def _slot(digest: bytes) -> str:
    return f"lines:{int.from_bytes(digest[:4], 'big') % SLOTS}"


def _weight(lines: Lines) -> int:
    return sum(150 + len(text) for _, text in lines)


def _lines_of(value: Any, digest: bytes) -> Lines | None:
    """Return the lines that the shared cache holds, or None if they are those of another piece, or rubbish."""
    match value:
        case (bytes() as owner, tuple() as lines) if owner == digest and all(
            isinstance(line, tuple) and list(map(type, line)) == [float, str] for line in lines
        ):
            return lines
    return None
