"""Who finds the way to the committee's pages."""

from django import template
from rules.permissions import has_perm

register = template.Library()


@register.filter
def votes(user: object) -> bool:
    """Say whether the person may stand on the roll of a vote; a superuser does not by that alone."""
    return bool(has_perm("review.vote", user))
