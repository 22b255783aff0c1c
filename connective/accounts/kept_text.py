"""A form that was sent when its session had ended, or with a stale token: its text is kept and the page says so.

Text is kept only for forms of our own pages: a form on another site could otherwise plant text, and its answer would
put a new session in the place of the person's own.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers

from connective.accounts import parking

type_of_view = Callable[[HttpRequest], HttpResponse]

WITHOUT_TEXT = frozenset({"accounts", "account", "demo", "mfa", "openid", "site"})
"""Namespaces whose forms hold nothing worth keeping."""


def keep_text(get_response: type_of_view) -> type_of_view:
    """Keep the text of a form that nobody signed in has sent and that was therefore not served.

    The status stays: someone else's page is still not found. A form that was served takes its kept text with it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "POST" or getattr(response, "is_about_text", False) or not _is_form(request):
            return response
        if request.user.is_anonymous and response.status_code in {403, 404}:
            return refuse(request, status=response.status_code)
        if request.user.is_anonymous and _leads_to_sign_in(response):
            return refuse(request, status=403) if _typed(request) else response
        if response.status_code < 400:
            parking.take(request, request.path)
        return response

    return middleware


def refuse(request: HttpRequest, status: int, *, stale: bool = False) -> HttpResponse:
    """Keep the posted text under its path and return the page that says so (JSON for a page that saves by itself).

    `stale`: the page was out of date, perhaps with the person signed in again; else nobody is signed in.
    """
    typed = _typed(request) if _is_form(request) and _from_own_page(request) else []
    back = way_back(request)
    comes_back = urlsplit(back).path == request.path and _namespace(request) != "admin"
    kept = bool(typed) and comes_back and parking.park(request, request.path, request.POST)
    response: HttpResponse
    if request.headers.get("Accept") == "application/json":
        response = JsonResponse({"state": "signed-out", "kept": kept}, status=status)
    else:
        context = {"kept": kept, "typed": typed, "stale": stale, "back": back}
        response = render(request, "account/text_kept.html", context, status=status)
    response.is_about_text = True  # type: ignore[attr-defined]
    add_never_cache_headers(response)
    return response


def _leads_to_sign_in(response: HttpResponse) -> bool:
    location = urlsplit(response.get("Location", "")).path
    return response.status_code == 302 and location in {resolve_url("account_login"), resolve_url("admin:login")}


def _is_form(request: HttpRequest) -> bool:
    """Say whether a person (or a page that saves by itself) sent this to a page of ours that takes text."""
    if request.resolver_match is None or _namespace(request) in WITHOUT_TEXT:
        return False
    accept = request.headers.get("Accept", "")
    return accept in {"", "application/json"} or "text/html" in accept


def _namespace(request: HttpRequest) -> str:
    """Return the app of the route; allauth's names have none, but begin with it."""
    match = request.resolver_match
    return (match.app_name or (match.url_name or "").partition("_")[0]) if match else ""


def way_back(request: HttpRequest) -> str:
    """Return the local address of the page that the form stood on, as far as the browser tells."""
    if _namespace(request) in WITHOUT_TEXT:
        return resolve_url("account_login")
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host() or not came_from.path.startswith("/"):
        return request.path
    return came_from.path + (f"?{came_from.query}" if came_from.query else "")


def _from_own_page(request: HttpRequest) -> bool:
    """Say whether the browser sent this from one of our pages; where it does not say, no other site is to be seen."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"


def _typed(request: HttpRequest) -> list[str]:
    """Return the answers of the form that are not empty."""
    return [
        str(value)
        for name, values in request.POST.lists()
        if name not in parking.NEVER_KEPT and name not in {"action", "version"}
        for value in values
        if str(value).strip()
    ]
