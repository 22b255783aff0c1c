"""The picture and the words of the page meter."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from types import MappingProxyType

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from submissions.domain.page_limit import Measurement, PageBreak, Span

register = template.Library()

SHORT_TITLES: Mapping[str, StrOrPromise] = MappingProxyType(
    {
        "background": gettext_lazy("Thema und Hintergrund"),
        "learning_goals": gettext_lazy("Was Sie lernen möchten"),
        "contribution": gettext_lazy("Was Sie beitragen"),
        "further_goals": gettext_lazy("Weitere Ziele"),
    }
)
"""The parts of the description in as few words as a narrow column has room for."""

SHEET_WIDTH, SHEET_HEIGHT, GAP = 60, 85, 12
MARGIN_X, MARGIN_Y = 7, 8
"""A sheet of A4 and its margins, in units of the picture."""


@dataclass(frozen=True)
class Band:
    """What one part of the description fills of a sheet, in units of the picture."""

    y: Decimal
    height: Decimal
    tint: int


@dataclass(frozen=True)
class Sheet:
    """One page in the picture; `over` is beyond the limit."""

    number: int
    x: int
    over: bool
    bands: list[Band]

    @property
    def centre(self) -> float:
        """Where the page's number stands."""
        return self.x + SHEET_WIDTH / 2


@dataclass(frozen=True)
class Picture:
    """All that the meter shows of a measurement."""

    sheets: list[Sheet]
    figure: str
    alternative: str
    shares: list[tuple[StrOrPromise, str]]
    limit_break: PageBreak | None
    limit_section: StrOrPromise

    @property
    def width(self) -> int:
        """The width of the drawing, line widths included."""
        return len(self.sheets) * (SHEET_WIDTH + GAP) - GAP + 2

    @property
    def view_box(self) -> str:
        """The bounds of the drawing, line widths and page numbers included."""
        return f"-1 -1 {self.width} {SHEET_HEIGHT + 14}"

    @property
    def pixels(self) -> int:
        """The width on the screen: a sheet keeps its size however many there are."""
        return self.width * 13 // 10


@register.simple_tag
def meter_picture(measurement: Measurement, limit: int) -> Picture:
    """Return what to draw and to say of `measurement` against the page limit of the call.

    At most one page beyond the limit is drawn.
    """
    shown = min(max(measurement.pages, limit), limit + 1)
    sheets = [_sheet(number, limit, measurement.spans) for number in range(1, shown + 1)]
    limit_break = next((found for found in measurement.page_breaks if found.page == limit), None)
    return Picture(
        sheets=sheets,
        figure=_figure(measurement, limit),
        alternative=_alternative(measurement, shown),
        shares=[(SHORT_TITLES[key], _pages(share)) for key, share in measurement.shares.items()]
        if measurement.exact
        else [],
        limit_break=limit_break,
        limit_section=SHORT_TITLES[limit_break.section] if limit_break else "",
    )


def _sheet(number: int, limit: int, spans: tuple[Span, ...]) -> Sheet:
    room = Decimal(SHEET_HEIGHT - 2 * MARGIN_Y)
    tints = {key: position % 2 for position, key in enumerate(SHORT_TITLES)}
    bands = [
        Band(MARGIN_Y + span.top * room, (span.bottom - span.top) * room, tints[span.section])
        for span in spans
        if span.page == number and span.bottom > span.top
    ]
    return Sheet(number, (number - 1) * (SHEET_WIDTH + GAP), over=number > limit, bands=bands)


def _tenths(pages: Decimal) -> str:
    # Rounded up, so that the figure is above the limit exactly when the text is.
    return number_format(pages.quantize(Decimal("0.1"), ROUND_CEILING), 1)


def _figure(measurement: Measurement, limit: int) -> str:
    values = {"fill": _tenths(measurement.fill), "limit": limit}
    if not measurement.exact:
        values["fill"] = str(measurement.pages)
        return ngettext("etwa %(fill)s von %(limit)d Seite", "etwa %(fill)s von %(limit)d Seiten", limit) % values
    return ngettext("%(fill)s von %(limit)d Seite", "%(fill)s von %(limit)d Seiten", limit) % values


def _pages(share: Decimal) -> str:
    tenth = Decimal("0.1")
    return _("%(share)s Seiten") % {"share": number_format(max(share.quantize(tenth, ROUND_HALF_UP), tenth), 1)}


def _alternative(measurement: Measurement, shown: int) -> str:
    parts = []
    for page in range(1, shown + 1):
        filled = min(max(measurement.fill - (page - 1), Decimal(0)), Decimal(1))
        percent = int((filled * 100).to_integral_value(ROUND_CEILING))
        parts.append(_("Seite %(page)d zu %(percent)d Prozent gefüllt") % {"page": page, "percent": percent})
    return ", ".join(parts)
