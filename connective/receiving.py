"""The moment at which a request counts as received."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBadRequest

from connective import clock

type_of_view = Callable[[HttpRequest], HttpResponse]


def stamp_received_at(get_response: type_of_view) -> type_of_view:
    """Read the whole body, then stamp `request.received_at` from the one clock.

    A body sent slowly so gains nothing, and a slow lock or layout afterwards costs nothing
    (invariant 1). Multipart bodies are parsed here, which reads them to the end.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS", "TRACE"):
            try:
                if request.content_type == "multipart/form-data":
                    request.POST  # noqa: B018  (reads and parses the body)
                else:
                    request.body  # noqa: B018
            except UnreadablePostError:
                return HttpResponseBadRequest()
        request.received_at = clock.now()  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def received_at(request: HttpRequest) -> datetime:
    """Return the instant at which the server had received the whole of `request`."""
    instant: datetime = request.received_at  # type: ignore[attr-defined]
    return instant
