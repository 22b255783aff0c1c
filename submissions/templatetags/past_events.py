"""Past events as the overview shows them."""

from babel.dates import format_date, format_interval
from django import template
from django.utils.translation import get_language

from submissions.models import PastEvent

register = template.Library()


@register.filter
def event_dates(event: PastEvent) -> str:
    """Return when an event took place, as exactly as it is known: "23.–25. Okt. 2018" or "Dez. 2019"."""
    locale = "en_GB" if (get_language() or "de").startswith("en") else "de"
    if event.precision == PastEvent.Precision.MONTH:
        return str(format_date(event.starts_on, "MMM y", locale=locale))
    return str(format_interval(event.starts_on, event.ends_on, "yMMMMd", locale=locale))


@register.filter
def sources(event: PastEvent) -> list[str]:
    """Return the addresses of the public sources of an event; anything but a web address is left out."""
    return [word for word in event.source.split() if word.startswith(("https://", "http://"))]
