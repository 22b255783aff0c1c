"""The pages around the process, and the pages for when something goes wrong."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from connective import clock
from connective.site.health import findings
from connective.site.models import SitePage


@require_safe
def show(request: HttpRequest, key: str) -> HttpResponse:
    """Show one of the pages whose texts the office edits."""
    site_page = get_object_or_404(SitePage, key=key)
    context = {"title": site_page.localised("title"), "text": site_page.localised("text")}
    return render(request, "site/page.html", context)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Answer 200 where the portal can do its work, 503 where the database can't be relied on."""
    state = findings()
    return JsonResponse(state, status=200 if state["database"] == "ok" else 503)


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say whom to tell of a weakness (RFC 9116); valid for a year from each reading on."""
    lines = {
        "Contact": settings.SECURITY_CONTACT,
        "Expires": (clock.now() + timedelta(days=365)).strftime("%Y-%m-%dT00:00:00Z"),
        "Preferred-Languages": "de, en",
        "Canonical": f"{settings.SITE_URL}/.well-known/security.txt",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Explain a request that could not be read; one that is too big has a page of its own."""
    too_big = isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent))
    # These pages stand alone: nothing of such a request (host, session, language) can be relied on.
    return HttpResponse(render_to_string("413.html" if too_big else "400.html"), status=413 if too_big else 400)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say that the portal failed, with a page that needs neither database nor session."""
    return HttpResponse(render_to_string("500.html"), status=500)
