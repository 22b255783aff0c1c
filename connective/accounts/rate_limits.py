"""Who may ask for how many codes, guess how often, and use how much of what is expensive; counted in the shared cache by allauth.

The rates of signing in stand in `ACCOUNT_RATE_LIMITS`. "Here" means: for this address from this network. Those limits are
tight, so that a stranger elsewhere cannot lock a person out; the limits for an address from everywhere are wide.

The rates of what is expensive stand here. Who is signed in is counted alone, everybody else with their network; a whole
district may share one, so these are wide. Saving text has no limit: what was typed in the night of the deadline is kept.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.core.internal import ratelimit as counting
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from redis.exceptions import RedisError

from connective.accounts.models import User

logger = logging.getLogger(__name__)

type_of_view = Callable[..., HttpResponseBase]

RETRY_AFTER = 120
"""Seconds after which a refused request may well be taken again."""

NETWORK = "_of_network"
EXPENSIVE = {
    "begin_draft": "60/10m/user",
    "begin_draft_of_network": "60/10m/ip",
    "change_submission": "30/h/user",
    "document": "150/10m/user",
    "document_of_network": "300/10m/ip",
    "export": "60/10m/user",
    # Somebody who types without a rest asks some twenty times a minute.
    "meter": "600/10m/user",
    "meter_of_network": "3000/10m/ip",
    "provider_of_network": "120/10m/ip",
    "staff_page": "1200/10m/user",
    "suggest_of_network": "3000/10m/ip",
    "upload": "30/10m/user",
    "upload_of_network": "120/10m/ip",
    "verify_receipt_of_network": "30/10m/ip",
}
STAFF_PAGES = ("/verwaltung/", "/steuerungskreis/")


def is_within(request: HttpRequest, action: str, *, by_network: bool = False) -> bool:
    """Count a use of something in `EXPENSIVE` and say whether it is within the limit.

    `by_network` counts all people of a network together, signed in or not, and so does not look at the session. Without the
    cache there are no limits: it would be worse if nobody could work.
    """
    alone = not by_network and request.user.is_authenticated
    name = action if alone else action + NETWORK
    try:
        used = counting.consume(request, app="portal", action=name, config=EXPENSIVE, limit_get=True)
    except RedisError:
        logger.warning("the cache does not answer; %s is not limited", action)
        return True
    return used is not None


def refused(request: HttpRequest) -> HttpResponse:
    """Return the answer to somebody over a limit: a page, or JSON for a script."""
    if request.headers.get("Accept") == "application/json":
        response: HttpResponse = JsonResponse({"state": "later"}, status=429)
    else:
        response = render(request, "429.html", status=429)
    return wait(response)


def wait(response: HttpResponse) -> HttpResponse:
    """Say in the header when to try again."""
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def limited(action: str, *, by_network: bool = False) -> Callable[[type_of_view], type_of_view]:
    """Let only so many requests through to a view. Put it below the decorators that decide who may enter at all."""

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not is_within(request, action, by_network=by_network):
                return refused(request)
            return view(request, *args, **kwargs)

        return counted

    return decorate


def limit_staff_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let one person read only so many pages of the administration and the committee: lists, searches, rankings.

    What is sent there is not counted, since a refusal could lose it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        reads = request.method in {"GET", "HEAD"} and request.path_info.startswith(STAFF_PAGES)
        if reads and request.user.is_authenticated and not is_within(request, "staff_page"):
            return refused(request)
        return get_response(request)

    return middleware


def may_request_code(request: HttpRequest, email: str) -> bool:
    """Count a request for a code for `email` (lower case) and say whether it may be sent. Raises RedisError."""
    return _consume(request, "request_login_code_here", _here(request, email)) and _consume(
        request, "request_login_code", email
    )


def may_try_code(request: HttpRequest, email: str, ticket: str) -> bool:
    """Count a try before it is compared, also under parallel requests; `ticket` is the code's. Raises RedisError."""
    return all(
        _consume(request, action, key)
        for action, key in (
            ("try_login_code", ticket),
            ("try_login_code_here", _here(request, email)),
            ("try_login_code_anywhere", email),
        )
    )


def may_try_factor(request: HttpRequest, user: User, *, is_recovery_code: bool) -> bool:
    """Count a try of a second factor before it is compared. Raises RedisError.

    Who tries has proved the address before, in this browser. The limit from everywhere would shut the person out with
    a guesser: so recovery codes have a wider one of their own (they have eight digits), and passkeys none.
    """
    action = "try_recovery_code_anywhere" if is_recovery_code else "try_factor_anywhere"
    return _consume(request, "try_factor_here", _here(request, user.email)) and _consume(request, action, str(user.pk))


def _consume(request: HttpRequest, action: str, key: str) -> bool:
    return bool(ratelimit.consume(request, action=action, key=key))


def _here(request: HttpRequest, email: str) -> str:
    return f"{get_adapter().get_client_ip(request)} {email}"
