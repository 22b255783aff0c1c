"""One id for a request and for everything that it sets off, so that its log lines can be found together.

The id stands in the answer (`X-Request-ID`), in every log line, and travels with the tasks that the request tells. One that
the proxy has given is taken over if it looks like an id. Logs name routes, never addresses: those can hold what people
typed, and the keys of drafts.
"""

import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from connective.observe import metrics

HEADER = "X-Request-ID"
_ID = re.compile(r"[0-9A-Za-z-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")

logger = logging.getLogger("connective.requests")


def current_id() -> str:
    """Return the id of the request that is served, or whose task is done; empty outside of both."""
    return _current.get()


def observe(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id, count it, and write one line about it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        token = _current.set(given if _ID.fullmatch(given) else uuid4().hex)
        begun = time.perf_counter()
        try:
            response = get_response(request)
            seconds = time.perf_counter() - begun
            route = _route(request)
            metrics.REQUESTS.labels(route, request.method or "", str(response.status_code)).observe(seconds)
            response[HEADER] = _current.get()
            is_odd = response.status_code >= 500 or _names_nothing(request, response)
            level = logging.WARNING if is_odd else logging.INFO
            logger.log(level, "%s %s %s in %d ms", request.method, route, response.status_code, seconds * 1000)
            return response
        finally:
            _current.reset(token)

    return middleware


def _route(request: HttpRequest) -> str:
    """Return the name of the route; a stranger's addresses share one, so that nobody can fill the monitor."""
    match = request.resolver_match
    return (match.view_name or "unnamed") if match else "unknown"


def _names_nothing(request: HttpRequest, response: HttpResponse) -> bool:
    """Say whether a page of ours was asked for something that is not there for this person: perhaps somebody else's.

    Both look the same from outside; many such lines in a row are somebody who tries numbers.
    """
    return response.status_code == 404 and bool(request.resolver_match and request.resolver_match.kwargs)


class RequestIdFilter(logging.Filter):
    """Puts the id into every log record, as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through."""
        record.request_id = _current.get() or "-"
        return True


@receiver(got_request_exception)
def _say_what_failed(request: HttpRequest | None = None, **_: Any) -> None:
    """Write down where a request failed; Django's own line would name the address."""
    if request is not None:
        logger.error("%s %s failed", request.method, _route(request), exc_info=True)  # noqa: LOG014


@before_task_publish.connect
def _send_along(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None and _current.get():
        headers["request_id"] = _current.get()


@task_prerun.connect
def _take_over(task: Any = None, **_: Any) -> None:
    _current.set(str(getattr(task.request, "request_id", None) or uuid4().hex) if task else "")


@task_postrun.connect
def _let_go(**_: Any) -> None:
    _current.set("")
