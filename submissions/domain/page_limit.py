"""The page meter: how many pages of the official PDF a description fills, and where they end.

    >>> measure({"background": "..."}).fill
    Decimal('0.09')

The count comes from the layout of the official PDF itself (`submissions.domain.description`); nothing is guessed
up to one page beyond the limit. A longer text is cut before the layout and its size beyond is estimated.
"""

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from hashlib import blake2b
from math import ceil
from typing import TYPE_CHECKING, Self

from connective.pdf import engine, line_boxes
from submissions.domain import description, page_estimate, structured_text
from submissions.domain.measurement_cache import TwoLevelCache

if TYPE_CHECKING:
    from weasyprint import Document

    from connective.pdf.line_boxes import LineBox

DEFAULT_LIMIT = 2
_HUNDREDTH = Decimal("0.01")
_MOST_CHARACTERS_PER_PAGE = 15_000
"""More than a page of the narrowest words holds."""
_FAR = 3
"""Times the pages that are counted exactly: even closely joined letters, guessed too wide, fill more than a third."""
_MARKER = re.compile(r" *(?:[-*•]|[0-9]{1,3}[.)]) +\Z")
_FORMAT = "1"
"""Raise it when the fields of `Measurement` change: values in a shared cache outlive a release."""


@dataclass(frozen=True)
class PageBreak:
    """Where a page ends: the next one begins at `offset` in the cleaned text of `section`."""

    page: int
    section: str
    offset: int
    words: str
    """The last words on the page, at most eight."""


@dataclass(frozen=True)
class Span:
    """The band that a section takes on a page, from `top` to `bottom` as shares of the page (0.00 to 1.00)."""

    page: int
    section: str
    top: Decimal
    bottom: Decimal


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
    def shares(self) -> dict[str, Decimal]:
        """Return how many pages each section takes, for sections with text."""
        shares: dict[str, Decimal] = {}
        for span in self.spans:
            shares[span.section] = shares.get(span.section, Decimal(0)) + span.bottom - span.top
        return shares


_measurements = TwoLevelCache(Measurement)


def measure(sections: Mapping[str, str], *, limit: int = DEFAULT_LIMIT) -> Measurement:
    """Return the length of a description in pages of the official PDF.

    `sections` holds the typed texts by key (`background`, `learning_goals`, `contribution`, `further_goals`); a
    missing one counts as empty. `limit` is the page limit of the call. Each text is laid out once: the answer is
    kept by content for all processes.

    Up to one page beyond the limit, text added at the end of a section never lowers `fill` by more than its rounding
    of 0.01, unless it closes a pair of `**` (whose asterisks are then no longer drawn). Text inserted in the middle
    can save a line or two, as in any layout, by giving a long word a place to break.

    Raises:
        KeyError: for any other key.
        ValueError: if the limit is below one page.
    """
    typed = _Typed.of(sections, limit)
    key = typed.key(limit)
    found = _measurements.get(key)
    if found is not None:
        return found
    with engine.layout_lock:
        # Another thread may have laid out the same text while this one waited.
        found = _measurements.get(key)
        if found is None:
            found = _lay_out(typed, limit)
            _measurements.set(key, found)
    return found


def cached(sections: Mapping[str, str], limit: int = DEFAULT_LIMIT) -> Measurement | None:
    """Return the measurement if it is known already; never lays anything out.

    Raises:
        KeyError: for an unknown section.
        ValueError: if the limit is below one page.
    """
    return _measurements.get(_Typed.of(sections, limit).key(limit))


def warm_up() -> None:
    """Load fonts and stylesheet now, so that the first measurement of the process is quick."""
    engine.warm_up(description.STYLESHEET)
    description.fingerprint()


@dataclass(frozen=True)
class _Typed:
    """The typed texts: cleaned as far as a layout may need them, the rest of a pasted book as it came."""

    texts: Mapping[str, str]
    rests: Mapping[str, str]

    @classmethod
    def of(cls, sections: Mapping[str, str], limit: int) -> Self:
        """Clean the sections, each up to a length that is far beyond the limit."""
        if limit < 1:
            message = "A page limit is at least one page."
            raise ValueError(message)
        most = (limit + 2) * _MOST_CHARACTERS_PER_PAGE
        heads = {key: text[:most] for key, text in sections.items()}
        return cls(
            description.cleaned(heads), {key: sections.get(key, "")[most:] for key in description.SECTION_TITLES}
        )

    @property
    def is_whole(self) -> bool:
        """Return whether the texts hold all that was typed."""
        return not any(self.rests.values())

    def key(self, limit: int) -> str:
        """Return the key under which the measurement is kept."""
        digest = blake2b(f"{_FORMAT} {limit} {description.fingerprint()}".encode(), digest_size=32)
        for text in (*self.texts.values(), *self.rests.values()):
            encoded = text.encode(errors="surrogatepass")
            digest.update(f"\0{len(encoded)}\0".encode())
            digest.update(encoded)
        return f"measurement:{digest.hexdigest()}"

    def cleaned_whole(self) -> "_Typed":
        """Return the same texts with all of them cleaned."""
        whole = {key: text + self.rests[key] for key, text in self.texts.items()}
        return _Typed(description.cleaned(whole), dict.fromkeys(whole, ""))


def _shortened(texts: Mapping[str, str], limit: int) -> tuple[dict[str, str], "Document"]:
    """Return as much of cleaned texts as has to be laid out, and its layout.

    All of them up to one page beyond the limit, and more than that of a longer text. Of a text that is far beyond
    it just enough to see where the last page of the limit ends.
    """
    far = page_estimate.prefix(texts, _FAR * (limit + 1)) != texts
    needed = limit if far else limit + 1
    pages = float(needed)
    while True:
        part = page_estimate.prefix(texts, pages)
        document = description.layout_alone(part)
        if part == texts or line_boxes.page_count(document, description.PAGE_NAME) > needed:
            return part, document
        pages *= 2


def _lay_out(typed: _Typed, limit: int) -> Measurement:
    part, document = _shortened(typed.texts, limit)
    pages = line_boxes.page_count(document, description.PAGE_NAME)
    if part == typed.texts and pages <= limit + 1 and not typed.is_whole:
        # So long and yet so short in print: mostly spaces and what nobody sees.
        return _lay_out(typed.cleaned_whole(), limit)
    lines = list(line_boxes.lines(document, description.PAGE_NAME))
    if not any(text.strip() for text in part.values()):
        return Measurement(pages, Decimal("0.00"), limit, 0, (), (), exact=True)
    fill = Decimal(pages - 1) + _hundredths(lines[-1].bottom)
    lines_over = sum(line.page > limit for line in lines)
    exact = part == typed.texts and typed.is_whole
    if not exact:
        size = page_estimate.weight((*typed.texts.values(), *typed.rests.values()))
        whole = (fill * size / page_estimate.weight(part.values())).quantize(_HUNDREDTH, ROUND_UP)
        whole = max(whole, limit + 1 + _HUNDREDTH)
        lines_over += int((whole - fill) * page_estimate.LINES_PER_PAGE)
        pages, fill = ceil(whole), whole
    return Measurement(pages, fill, limit, lines_over, _page_breaks(lines, part), tuple(_spans(lines)), exact)


def _hundredths(share: float) -> Decimal:
    return min(Decimal(f"{share:.6f}").quantize(_HUNDREDTH, ROUND_UP), Decimal("1.00"))


def _section(line: "LineBox") -> str:
    return line.part.removeprefix(description.PART_PREFIX)


def _spans(lines: Iterable["LineBox"]) -> Iterable[Span]:
    """Yield one band for each section on each page; what lies above a section's first line belongs to it."""
    open_band: tuple[int, str] | None = None
    top = bottom = Decimal("0.00")
    for line in lines:
        section = _section(line)
        if section not in description.SECTION_TITLES:
            continue
        if (line.page, section) != open_band:
            if open_band:
                yield Span(*open_band, top, bottom)
            top = bottom if open_band and open_band[0] == line.page else Decimal("0.00")
            open_band = (line.page, section)
        bottom = _hundredths(line.bottom)
    if open_band:
        yield Span(*open_band, top, bottom)


class _Reader:
    """Follows drawn lines through the typed text of one section."""

    def __init__(self, text: str, title: str) -> None:
        self._text = text
        drawn: list[str] = [title]
        self._starts: list[tuple[int, structured_text.Run]] = []
        count = len(_solid(title))
        for run in structured_text.runs(text):
            self._starts.append((count, run))
            solid = _solid(run.text)
            drawn.append(solid)
            count += len(solid)
        self._drawn = _solid("".join(drawn))
        self._position = 0

    def read(self, line: str) -> None:
        """Go on behind the characters of a line; a hyphen that only the layout has set is no character."""
        solid = _solid(line)
        if not self._drawn.startswith(solid, self._position) and solid.endswith("-"):
            solid = solid[:-1]
        self._position += len(solid)

    def offset(self) -> int:
        """Return where the next unread character stands in the text; its length at the end."""
        for count, run in reversed(self._starts):
            if self._position >= count:
                index = _index_of_solid(run.text, self._position - count)
                if index == len(run.text):
                    return run.offset + index
                opening = 2 if run.bold and not run.text[:index].strip() else 0
                return self._before_marker(run.offset + index - opening)
        return 0

    def _before_marker(self, offset: int) -> int:
        """Move back over the marker that makes a list item of what follows."""
        line = self._text.rfind("\n", 0, offset) + 1
        marker = _MARKER.match(self._text, line, offset)
        return marker.start() if marker else offset


def _solid(text: str) -> str:
    """Return the text without spaces, as the layout draws it."""
    return "".join(structured_text.drawable(text).split()).replace("\u200b", "")


def _index_of_solid(text: str, number: int) -> int:
    """Return the index of the n-th character of `text` that is no space, or the length of the text."""
    for index, character in enumerate(text):
        if not character.isspace():
            if number == 0:
                return index
            number -= 1
    return len(text)


def _page_breaks(lines: list["LineBox"], texts: Mapping[str, str]) -> tuple[PageBreak, ...]:
    breaks = []
    reader, section, tail = None, "", ""
    for line, following in itertools.pairwise(lines):
        if _section(line) != section:
            section, tail = _section(line), ""
            title = description.SECTION_TITLES.get(section)
            reader = _Reader(texts[section], title) if title else None
        if reader is None:
            continue
        reader.read(line.text)
        tail = f"{tail} {line.text}"[-200:]
        if following.page > line.page:
            breaks.append(
                PageBreak(line.page, section, reader.offset(), " ".join(tail.replace("\u200b", "").split()[-8:]))
            )
    return tuple(breaks)
