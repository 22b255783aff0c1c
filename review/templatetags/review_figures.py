"""Figures in pages and pictures."""

from django import template
from django.template.defaultfilters import floatformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from review.domain.definitions import DEFINITIONS

register = template.Library()


@register.filter
def in_svg(value: float | None) -> str:
    """Return a number as SVG writes it, whatever the reader's language."""
    return f"{value or 0:g}"


@register.filter
def points(value: float | None, digits: int = 1) -> str:
    """Return a figure in the reader's way of writing, or a dash where there is none."""
    return "–" if value is None else str(floatformat(value, digits))


@register.simple_tag
def percent(part: float, whole: float) -> str:
    """Return `part` of `whole` in per cent, as SVG writes it; 0 of nothing is 0."""
    return f"{100 * part / whole:.1f}" if whole else "0"


@register.simple_tag
def meaning(key: str, address: str) -> SafeString:
    """Return a figure's name as a link to its definition; `address` is that of the page of definitions."""
    definition = DEFINITIONS[key]
    return format_html(
        '<a class="meaning" href="{}#{}" title="{}">{}</a>', address, key, _("Was das bedeutet"), definition.label
    )
