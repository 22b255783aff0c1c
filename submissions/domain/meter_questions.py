"""Questions to the page meter from people who are typing: the newest of a proposal counts, and few wait at a time.

A web process has few threads. If all of them waited for the layout engine, nobody could save.
"""

from collections import OrderedDict
from collections.abc import Mapping
from secrets import token_hex
from threading import BoundedSemaphore, Lock

from submissions.domain.measurement_cache import shared
from submissions.domain.page_limit import Measurement, Superseded, Typed

PLACES = 3
"""Questions of one process that may wait for the engine or use it."""
_MAX_PROPOSALS = 1024
_SECONDS = 60

_places = BoundedSemaphore(PLACES)
_newest: OrderedDict[int, str] = OrderedDict()
_lock = Lock()


def answer(proposal_id: int, sections: Mapping[str, str], limit: int) -> Measurement | None:
    """Return the measurement of what somebody is typing.

    None means that it is not worked out: a newer question about the same proposal has come in, in any process, or
    too many wait already. Whoever still wants to know asks again a little later.

    Raises:
        KeyError: for an unknown section.
        ValueError: if the limit is below one page.
    """
    typed = Typed.of(sections, limit)
    if found := typed.known():
        return found
    mark = _ask(proposal_id)
    if not _places.acquire(blocking=False):
        return None
    try:
        return typed.measured(lambda: _is_newest(proposal_id, mark))
    except Superseded:
        return None
    finally:
        _places.release()


def _key(proposal_id: int) -> str:
    return f"meter-question:{proposal_id}"


def _ask(proposal_id: int) -> str:
    """Note that this is the newest question about a proposal; return its mark."""
    mark = token_hex(8)
    with _lock:
        _newest[proposal_id] = mark
        _newest.move_to_end(proposal_id)
        while len(_newest) > _MAX_PROPOSALS:
            _newest.popitem(last=False)
    shared.set_many({_key(proposal_id): mark}, _SECONDS)
    return mark


def _is_newest(proposal_id: int, mark: str) -> bool:
    """Return whether no question has come in since; without the shared cache only this process counts."""
    with _lock:
        if _newest.get(proposal_id, mark) != mark:
            return False
    return shared.get_many([_key(proposal_id)]).get(_key(proposal_id)) in {None, mark}
