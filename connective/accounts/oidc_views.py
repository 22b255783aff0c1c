"""The way to the identity provider of the house, and back; these pages exist where one is configured."""

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from requests import RequestException

from connective.accounts import oidc
from connective.accounts.rate_limits import limited
from connective.accounts.sign_in import arrival, local_path

logger = logging.getLogger(__name__)


@never_cache
@require_POST
@limited("provider", by_network=True)
def to_provider(request: HttpRequest) -> HttpResponse:
    """Lead to the provider."""
    _exists()
    try:
        return oidc.lead_to_provider(request, arrival(local_path(request.POST.get("next"))))
    except (RequestException, KeyError, ValueError):
        logger.exception("The identity provider does not answer as it should")
        return oidc.refused(request, status=503)


@never_cache
@require_GET
def from_provider(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take what the provider sent back."""
    _exists()
    if provider_id != oidc.PROVIDER:
        raise Http404
    return oidc.come_back(request)


def _exists() -> None:
    if not settings.OIDC_SERVER_URL:
        raise Http404
