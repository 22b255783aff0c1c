"""How fast the processor was meanwhile: on a shared machine it may be half as fast from one minute to the next."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

EVERY_SECONDS = 5


@contextmanager
def watched() -> Iterator[list[float]]:
    """Yield a list that a thread fills with how long one small calculation takes (seconds of the processor)."""
    taken: list[float] = []
    ended = Event()

    def watch() -> None:
        while not ended.wait(EVERY_SECONDS):
            begun = time.thread_time()
            sum(number * number for number in range(300_000))
            taken.append(time.thread_time() - begun)

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        ended.set()
        thread.join()
