"""Text that was sent and could not be saved, kept in the browser's session until its page takes it back.

It is kept under the path that it was sent to and survives signing in. Never kept: files, tokens, codes, passwords.
"""

from collections.abc import Mapping

from django.http import HttpRequest, QueryDict

SESSION_KEY = "parked"
MOST_TARGETS = 5
MOST_CHARACTERS = 200_000
"""Per target, encoded for transport: at most four bytes each."""
NEVER_KEPT = frozenset({"csrfmiddlewaretoken", "password", "password1", "password2", "old_password", "code", "next"})


def park(request: HttpRequest, target: str, data: QueryDict | Mapping[str, list[str]]) -> bool:
    """Keep the text of `data` under the path `target`, in place of any older; say whether that was possible.

    It is not for more than `MOST_CHARACTERS`. With more than `MOST_TARGETS` targets the oldest goes.
    """
    kept = {name: values for name, values in _lists(data).items() if name not in NEVER_KEPT}
    parked = {path: fields for path, fields in _all(request).items() if path != target}
    size = sum(len(name) + sum(map(len, values)) for name, values in kept.items())
    if not kept or size > MOST_CHARACTERS:
        return False
    parked[target] = kept
    request.session[SESSION_KEY] = dict(list(parked.items())[-MOST_TARGETS:])
    return True


def take(request: HttpRequest, target: str) -> QueryDict | None:
    """Return what was kept under the path `target` as if it were posted now, and forget it; None where nothing was."""
    parked = _all(request)
    fields = parked.pop(target, None)
    if fields is None:
        return None
    request.session[SESSION_KEY] = parked
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    data._mutable = False
    return data


def look(request: HttpRequest, target: str) -> dict[str, list[str]]:
    """Return what is kept under the path `target`, and keep it."""
    return _all(request).get(target, {})


def has(request: HttpRequest, target: str) -> bool:
    """Say whether text is kept under the path `target`."""
    return target in _all(request)


def _all(request: HttpRequest) -> dict[str, dict[str, list[str]]]:
    return dict(request.session.get(SESSION_KEY, {}))


def _lists(data: QueryDict | Mapping[str, list[str]]) -> dict[str, list[str]]:
    lists = data.lists() if isinstance(data, QueryDict) else data.items()
    return {name: [str(value) for value in values] for name, values in lists}
