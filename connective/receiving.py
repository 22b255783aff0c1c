"""The moment at which a request counts as received, what of it nobody has typed, and which numbers it names."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError

from connective import clock

# Control characters but tab and line breaks, lone surrogates, overrides and isolates of the writing direction (UAX 9).
_NOBODY_TYPES = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

type_of_view = Callable[[HttpRequest], HttpResponse]
type_of_none = TypeVar("type_of_none")

came_in_whole: ContextVar[datetime | None] = ContextVar("came_in_whole", default=None)
"""When the web server had all of the request that is served, if it knows (`connective.launch.punctual_worker`)."""


def stamp_received_at(get_response: type_of_view) -> type_of_view:
    """Read the whole body, then stamp `request.received_at` from the one clock.

    A body sent slowly so gains nothing, and a slow lock or layout afterwards costs nothing
    (invariant 1). Multipart bodies are parsed here, which reads them to the end. A request that came in whole and
    waited for a thread counts from when it came. One that cannot be read is refused with the page for that.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS", "TRACE"):
            try:
                if request.content_type == "multipart/form-data":
                    request.POST  # noqa: B018  (reads and parses the body)
                else:
                    request.body  # noqa: B018
            except UnreadablePostError as error:
                raise BadRequest from error
        request.received_at = came_in_whole.get() or clock.now()  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def leave_out_what_nobody_types(get_response: type_of_view) -> type_of_view:
    """Take characters out of all fields of forms and addresses that come by accident or to deceive.

    PostgreSQL stores no null character, and a text that turns the writing direction shows something else than it says. What
    only some texts must not hold is the business of their forms.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        for source in ("GET", "POST"):
            given: QueryDict = getattr(request, source)
            if any(_NOBODY_TYPES.search(value) for _name, values in given.lists() for value in values):
                cleaned = given.copy()
                for name, values in given.lists():
                    cleaned.setlist(name, [_NOBODY_TYPES.sub("", value) for value in values])
                setattr(request, source, cleaned)
        return get_response(request)

    return middleware


def number_in(text: str, *, none: type_of_none) -> int | type_of_none:
    """Return the number that a field or an address names, or `none` where it is no number of ours."""
    return int(text) if text.isdecimal() and len(text) < 10 else none


def received_at(request: HttpRequest) -> datetime:
    """Return the instant at which the server had received the whole of `request`."""
    instant: datetime = request.received_at  # type: ignore[attr-defined]
    return instant
