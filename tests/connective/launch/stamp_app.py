"""A web application that says when it had received the whole request."""

from collections.abc import Callable, Iterable
from typing import Any

from connective import clock
from connective.receiving import came_in_whole


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Read the body, and answer with the instant."""
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    answer = (came_in_whole.get() or clock.now()).isoformat().encode()
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
