"""Words for what became of a letter."""

from django import template
from django_stubs_ext import StrOrPromise

from review.domain.letter_board import Fate

register = template.Library()


@register.filter
def fate_label(fate: str) -> StrOrPromise:
    """Return the state of a letter in words."""
    return Fate(fate).label
