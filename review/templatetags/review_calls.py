"""The calls on the first page of the administration."""

from django import template
from rules.permissions import has_perm

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
