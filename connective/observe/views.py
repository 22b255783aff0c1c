"""The page that a monitor reads."""

import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST

from connective.observe import metrics

PATH = "/metriken/"


def answer_the_monitor(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer whoever has the token (`METRICS_TOKEN`) with the figures; for anybody else there is no such page.

    It is no route: Prometheus asks each web server by its address inside of the installation, without TLS, and pages
    answer only under the portal's name and by TLS.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH or not _has_token(request):
            return get_response(request)
        return HttpResponse(metrics.page(), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return middleware


def _has_token(request: HttpRequest) -> bool:
    wanted, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    return bool(wanted) and hmac.compare_digest(given.encode(), f"Bearer {wanted}".encode())
