"""The page meter: how many pages of the official PDF a description fills, and where they end.

    >>> measure({"background": "..."}).fill
    Decimal('0.09')

The count is that of the official PDF (`submissions.domain.description`); nothing is guessed up to one page beyond the
limit. While people type, only new lines are laid out and the pages composed of them (`page_composition`); whether a text
near the limit may be submitted the official layout itself says. A longer text is cut before the layout and its size beyond is
estimated.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from hashlib import blake2b
from math import ceil
from typing import Self

from connective.pdf import engine
from connective.pdf.line_boxes import LayoutChanged
from submissions.domain import description, page_composition, page_estimate
from submissions.domain.measurement_cache import TwoLevelCache
from submissions.domain.page_breaks import HUNDREDTH, PageBreak, Span, page_breaks, spans
from submissions.domain.page_composition import Laid, Superseded, always

__all__ = [
    "DEFAULT_LIMIT",
    "Measurement",
    "PageBreak",
    "Span",
    "Superseded",
    "Typed",
    "cached",
    "measure",
    "measure_for_submission",
    "measure_officially",
    "warm_up",
]

logger = logging.getLogger(__name__)

DEFAULT_LIMIT = 2
_MOST_CHARACTERS_PER_PAGE = 15_000
"""More than a page of the narrowest words holds."""
_FAR = 3
"""Times the pages that are counted exactly: even closely joined letters, guessed too wide, fill more than a third."""
CLEAR_SHARE = Decimal("0.875")
"""Of the limit: a text that fills no more leaves a quarter of a page of two free, more than any doubt about lines."""
_FORMAT = "2"
"""Raise it when the fields of `Measurement` change: values in a shared cache outlive a release."""
_OFFICIAL_SECONDS = 30 * 24 * 3600
_COMPOSED_SECONDS = 3600


@dataclass(frozen=True)
class Measurement:
    """What the layout of a description says about its length."""

    pages: int
    """Pages of the description in the official PDF; at least one."""
    fill: Decimal
    """Full pages plus the filled share of the last, rounded up to hundredths; 0.00 without any text."""
    limit: int
    lines_over: int
    """Lines beyond the limit, headings included; 0 if it fits. Taking them away makes it fit."""
    page_breaks: tuple[PageBreak, ...]
    spans: tuple[Span, ...]
    exact: bool
    """False for a text beyond one page over the limit: pages, fill and lines are then estimates."""

    @property
    def fits(self) -> bool:
        """Return whether the description is within the limit."""
        return self.pages <= self.limit

    @property
    def is_clear(self) -> bool:
        """Return whether so much room is left that the official layout need not be asked before a submission."""
        return self.exact and self.fill <= self.limit * CLEAR_SHARE

    @property
    def decides(self) -> bool:
        """Return whether no official layout is asked before a submission: the text is clear, or a page too long at least."""
        return self.is_clear or not self.exact

    @property
    def shares(self) -> dict[str, Decimal]:
        """Return how many pages each section takes, for sections with text."""
        shares: dict[str, Decimal] = {}
        for span in self.spans:
            shares[span.section] = shares.get(span.section, Decimal(0)) + span.bottom - span.top
        return shares


_measurements = TwoLevelCache(Measurement)


def measure(
    sections: Mapping[str, str], *, limit: int = DEFAULT_LIMIT, wanted: Callable[[], bool] = always
) -> Measurement:
    """Return the length of a description in pages of the official PDF.

    `sections` holds the typed texts by key (`background`, `learning_goals`, `contribution`, `further_goals`); a
    missing one counts as empty. `limit` is the page limit of the call. Each typed line is laid out once: lines and
    answer are kept by content for all processes. `wanted` is asked when the engine is free and something has to be
    laid out; if it says no, nothing is.

    Up to one page beyond the limit, text added at the end of a section never lowers `fill` by more than its rounding
    of 0.01, unless it closes a pair of `**` (whose asterisks are then no longer drawn). Text inserted in the middle
    can save a line or two, as in any layout, by giving a long word a place to break.

    Raises:
        KeyError: for any other key.
        ValueError: if the limit is below one page.
        Superseded: if `wanted` says no.
        LayoutChanged: if no line at all can be read from WeasyPrint's boxes.
    """
    typed = Typed.of(sections, limit)
    return typed.known() or typed.measured(wanted)


def measure_for_submission(sections: Mapping[str, str], *, limit: int = DEFAULT_LIMIT) -> Measurement:
    """Return the length that decides whether the description may be submitted.

    Where a line could matter it is that of the official layout. Up to `CLEAR_SHARE` of the limit it is composed of lines that
    are usually known, so that on the night of a deadline nobody waits for a layout; whoever makes the official PDF then compares
    (`official_pdf.render`). A text of a page too many or more is refused without an official layout, too.

    Raises:
        KeyError: for an unknown section.
        ValueError: if the limit is below one page.
    """
    measurement = measure(sections, limit=limit)
    return measurement if measurement.decides else measure_officially(sections, limit=limit)


def measure_officially(sections: Mapping[str, str], *, limit: int = DEFAULT_LIMIT) -> Measurement:
    """Return the length by the layout of the official PDF itself.

    Takes a whole layout, once for each text: the answer is kept by content for all processes. `measure` and `cached` return it
    from then on, but in a process that has composed the same text itself and still knows that answer.

    Raises:
        KeyError: for an unknown section.
        ValueError: if the limit is below one page.
    """
    typed = Typed.of(sections, limit)
    key, composed_key = typed.keys()
    if (found := _measurements.get(key)) is not None:
        return found
    with engine.layout_lock:
        # Another thread may have laid out the same text while this one waited.
        found = _measurements.get(key)
        if found is None:
            before = _measurements.get(composed_key)
            found = _measured(typed, page_composition.official)
            _measurements.set(key, found, _OFFICIAL_SECONDS)
            if before is not None and before != found:
                logger.error("The page meter said %s and the official layout says %s.", before.fill, found.fill)
    return found


def cached(sections: Mapping[str, str], limit: int = DEFAULT_LIMIT) -> Measurement | None:
    """Return the measurement if it is known already; never lays anything out.

    Raises:
        KeyError: for an unknown section.
        ValueError: if the limit is below one page.
    """
    return Typed.of(sections, limit).known()


def warm_up() -> None:
    """Load fonts and stylesheets now, so that the first measurement is quick, and check the composition of pages."""
    page_composition.is_exact()


@dataclass(frozen=True)
class Typed:
    """The typed texts: cleaned as far as a layout may need them, the rest of a pasted book as it came."""

    texts: Mapping[str, str]
    rests: Mapping[str, str]
    limit: int
    """Pages."""

    @classmethod
    def of(cls, sections: Mapping[str, str], limit: int) -> Self:
        """Clean the sections, each up to a length that is far beyond the limit."""
        if limit < 1:
            message = "A page limit is at least one page."
            raise ValueError(message)
        most = (limit + 2) * _MOST_CHARACTERS_PER_PAGE
        heads = {key: text[:most] for key, text in sections.items()}
        return cls(
            description.cleaned(heads),
            {key: sections.get(key, "")[most:] for key in description.SECTION_TITLES},
            limit,
        )

    @property
    def is_whole(self) -> bool:
        """Return whether the texts hold all that was typed."""
        return not any(self.rests.values())

    def known(self) -> Measurement | None:
        """Return the measurement if it is known already."""
        return _measurements.get(*self.keys())

    def measured(self, wanted: Callable[[], bool]) -> Measurement:
        """Compose the pages whether the measurement is known or not, and keep it; raises what `measure` raises."""
        found = _composed(self, wanted)
        _measurements.set(self.keys()[1], found, _COMPOSED_SECONDS)
        return found

    def keys(self) -> tuple[str, str]:
        """Return the keys under which the measurement of the official layout and the composed one are kept."""
        digest = blake2b(f"{_FORMAT} {self.limit} {description.fingerprint()}".encode(), digest_size=32)
        for text in (*self.texts.values(), *self.rests.values()):
            encoded = text.encode(errors="surrogatepass")
            digest.update(f"\0{len(encoded)}\0".encode())
            digest.update(encoded)
        return f"measurement:official:{digest.hexdigest()}", f"measurement:composed:{digest.hexdigest()}"

    def cleaned_whole(self) -> "Typed":
        """Return the same texts with all of them cleaned."""
        whole = {key: text + self.rests[key] for key, text in self.texts.items()}
        return Typed(description.cleaned(whole), dict.fromkeys(whole, ""), self.limit)


def _composed(typed: Typed, wanted: Callable[[], bool]) -> Measurement:
    """Measure by composing pages, or by the official layout if that can't be done."""
    try:
        return _measured(typed, lambda texts: page_composition.composed(texts, wanted))
    except LayoutChanged:
        with engine.layout_lock:
            if not wanted():
                raise Superseded from None
            return _measured(typed, page_composition.official)


def _shortened(texts: Mapping[str, str], limit: int, lay_out: "_LayOut") -> tuple[Mapping[str, str], Laid]:
    """Return as much of cleaned texts as has to be laid out, and its layout.

    All of them up to one page beyond the limit, and more than that of a longer text. Of a text that is far beyond
    it just enough to see where the last page of the limit ends.
    """
    far = page_estimate.prefix(texts, _FAR * (limit + 1)) != texts
    needed = limit if far else limit + 1
    pages = float(needed)
    while True:
        part = page_estimate.prefix(texts, pages)
        laid = lay_out(part)
        if part == texts or laid.pages > needed:
            return part, laid
        pages *= 2


def _measured(typed: Typed, lay_out: "_LayOut") -> Measurement:
    limit = typed.limit
    part, laid = _shortened(typed.texts, limit, lay_out)
    pages, lines = laid.pages, laid.lines
    if part == typed.texts and pages <= limit + 1 and not typed.is_whole:
        # So long and yet so short in print: mostly spaces and what nobody sees.
        return _measured(typed.cleaned_whole(), lay_out)
    if not any(text.strip() for text in part.values()):
        return Measurement(pages, Decimal("0.00"), limit, 0, (), (), exact=True)
    fill = laid.fill
    lines_over = sum(line.page > limit for line in lines)
    exact = part == typed.texts and typed.is_whole
    if not exact:
        size = page_estimate.weight((*typed.texts.values(), *typed.rests.values()))
        whole = (fill * size / page_estimate.weight(part.values())).quantize(HUNDREDTH, ROUND_UP)
        whole = max(whole, limit + 1 + HUNDREDTH)
        lines_over += int((whole - fill) * page_estimate.LINES_PER_PAGE)
        pages, fill = ceil(whole), whole
    return Measurement(pages, fill, limit, lines_over, page_breaks(lines, part), tuple(spans(lines)), exact)


_LayOut = Callable[[Mapping[str, str]], Laid]
