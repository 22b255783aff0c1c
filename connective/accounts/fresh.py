"""Acts of weight ask once more who is there: the second factor, or the code, within the last fifteen minutes.

A form that is caught by this loses no text: it is kept in the session while the person confirms, and sent from there.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from connective.accounts import kept_text, parking
from connective.accounts.sessions import store_of

type_of_view = Callable[..., HttpResponseBase]

FRESH_SECONDS = 15 * 60
"""For so long after somebody has confirmed who they are, nobody asks again."""

SESSION_KEY = "waits_for_confirmation"


def fresh_sign_in_required(view: type_of_view) -> type_of_view:
    """Let a form through only from somebody who has confirmed in the last `FRESH_SECONDS` who they are.

    Others are asked to, and their form is kept: after that a page sends it with one press, or leads back to where it
    stood. Looking (GET, HEAD) is always let through, so one view can show a form and take it. A page that is shown
    again may take its text back with `parking.take(request, request.path)`.

    Put it below the decorators that decide who may enter at all.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in {"GET", "HEAD", "OPTIONS"} or is_fresh(request):
            return view(request, *args, **kwargs)
        return ask(request)

    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """Say whether the person confirmed in the last `FRESH_SECONDS` who they are."""
    return request.user.is_authenticated and time.time() - confirmed_at(request) < FRESH_SECONDS


def confirmed_at(request: HttpRequest) -> float:
    """Return when the person last confirmed who they are, as a Unix time; 0 for never.

    Where a second factor is required, only that counts; in demo and test the sign-in itself, too.
    """
    records = get_authentication_records(request, request.user) if request.user.is_authenticated else []
    if settings.SECOND_FACTOR_REQUIRED:
        records = [record for record in records if record["method"] == "mfa"]
        return max((float(record["at"]) for record in records), default=0.0)
    return max([store_of(request).signed_in_at(), *(float(record["at"]) for record in records)])


def ask(request: HttpRequest) -> HttpResponse:
    """Keep the form and lead to the page that asks who is there; a script is told where that is."""
    kept = not request.FILES and parking.park(request, request.path, request.POST)
    back = kept_text.way_back(request)
    request.session[SESSION_KEY] = {"path": request.path if kept else "", "back": back}
    address = f"{reverse('accounts:confirm_again')}?{urlencode({'next': back})}"
    response: HttpResponse
    if request.headers.get("Accept") == "application/json":
        response = JsonResponse({"state": "confirm", "address": address}, status=403)
    else:
        response = redirect(address)
    response.is_about_text = True  # type: ignore[union-attr]
    return response


def may_change_factors(request: HttpRequest, *, has_factors: bool) -> bool:
    """Say whether somebody may add or take away second factors now: right after a factor, or the code before the first."""
    records = get_authentication_records(request, request.user)
    moments = [float(record["at"]) for record in records if record["method"] == "mfa" or not has_factors]
    if not has_factors and not settings.SECOND_FACTOR_REQUIRED:
        moments.append(store_of(request).signed_in_at())
    return time.time() - max(moments, default=0.0) < FRESH_SECONDS
