"""The calls on the first page of the administration."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.http import HttpRequest
from rules.permissions import has_perm

from connective.receiving import number_in
from review.views.access import pages_of
from submissions.models import Call

register = template.Library()


@register.simple_tag
def calls_in_review(user: object) -> list[Call]:
    """Return the calls whose review the person may enter, the newest first."""
    return list(Call.objects.all()) if has_perm("review.enter", user) else []


@register.simple_tag
def may(user: object, permission: str, subject: object = None) -> bool:
    """Say whether the person has a permission of `review.rules`."""
    return bool(has_perm(permission, user, subject))


@register.inclusion_tag("admin/review/call_pages.html")
def pages_of_filtered_call(request: HttpRequest) -> dict[str, Any]:
    """Show the pages of the call that a list of the admin is filtered by; nothing where it is not."""
    named = number_in(request.GET.get("call__id__exact", ""), none=None)
    call = Call.objects.filter(pk=named).first() if named is not None else None
    pages: Iterable[dict[str, object]] = pages_of(request, call) if call else ()
    return {"call_pages": list(pages)}
