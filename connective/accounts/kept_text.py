"""A form that was sent when its session had ended, or with a stale token: its text is kept and the page says so.

Text is kept only for forms of our own pages: a form on another site could otherwise plant text, and its answer would
put a new session in the place of the person's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers

from connective.accounts import parking

type_of_view = Callable[[HttpRequest], HttpResponse]

WITHOUT_TEXT = frozenset({"accounts", "account", "demo", "site"})
"""Namespaces whose forms hold nothing worth keeping."""


@dataclass(frozen=True)
class Typed:
    """One answer of a form, to be copied."""

    name: str
    value: str


def keep_text(get_response: type_of_view) -> type_of_view:
    """Keep the text of a form that nobody signed in has sent and that was therefore not served.

    The status stays: someone else's page is still not found. A form that was served takes its kept text with it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "POST" or getattr(response, "text_was_kept", False) or not _holds_text(request):
            return response
        if request.user.is_anonymous and _not_served(response):
            return refuse(request, status=response.status_code if response.status_code >= 400 else 403)
        if response.status_code < 400:
            parking.take(request, request.path)
        return response

    return middleware


def refuse(request: HttpRequest, status: int, *, stale: bool = False) -> HttpResponse:
    """Keep the posted text under its path and return the page that says so (JSON for a page that saves by itself).

    `stale`: the page was out of date, perhaps with the person signed in again; else nobody is signed in.
    """
    own = _from_own_page(request)
    kept = own and _holds_text(request) and parking.park(request, request.path, request.POST)
    response: HttpResponse
    if request.headers.get("Accept") == "application/json":
        response = JsonResponse({"state": "signed-out", "kept": kept}, status=status)
    else:
        typed = [Typed(name, value) for name, value in _typed(request)] if own else []
        context = {"kept": kept, "typed": typed, "stale": stale, "path": request.path}
        response = render(request, "account/text_kept.html", context, status=status)
    response.text_was_kept = True  # type: ignore[attr-defined]
    add_never_cache_headers(response)
    return response


def _not_served(response: HttpResponse) -> bool:
    """Say whether a view sent somebody away who is not signed in."""
    if response.status_code in (403, 404):
        return True
    location = urlsplit(response.get("Location", "")).path
    return response.status_code == 302 and location in {resolve_url("account_login"), resolve_url("admin:login")}


def _holds_text(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None or (match.app_name or (match.url_name or "").partition("_")[0]) in WITHOUT_TEXT:
        return False
    accept = request.headers.get("Accept", "")
    return (accept in {"", "application/json"} or "text/html" in accept) and any(_typed(request))


def _from_own_page(request: HttpRequest) -> bool:
    """Say whether the browser sent this from one of our pages; where it does not say, no other site is to be seen."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in parking.NEVER_KEPT and name not in {"action", "version"}
        for value in map(str, values)
        if value.strip()
    ]
