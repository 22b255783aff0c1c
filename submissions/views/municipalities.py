"""Suggestions out of the official register while a name is typed."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from connective.accounts.rate_limits import limited
from submissions.domain.municipality_register import organisation_name, suggest


@require_safe
@limited("suggest", by_network=True)
@cache_control(public=True, max_age=3600)
def municipalities(request: HttpRequest) -> JsonResponse:
    """Return up to eight municipalities whose name begins with what was typed."""
    query = request.GET.get("q", "")[:100]
    found = suggest(query) if len(query.strip()) > 1 else []
    return JsonResponse(
        {
            "results": [
                {
                    "name": organisation_name(item),
                    "ags": item.ags,
                    "land": item.land,
                    "land_name": item.get_land_display(),
                }
                for item in found
            ]
        }
    )
