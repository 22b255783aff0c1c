"""What the lines of a layout say about sections and pages: bands for a picture, and where each page ends."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

from connective.pdf.line_boxes import LineBox
from submissions.domain import description, structured_text

HUNDREDTH = Decimal("0.01")
_MARKER = re.compile(r" *(?:[-*•]|[0-9]{1,3}[.)]) +\Z")


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


def hundredths(share: float) -> Decimal:
    """Return a share of a page rounded up to hundredths."""
    return min(Decimal(f"{share:.6f}").quantize(HUNDREDTH, ROUND_UP), Decimal("1.00"))


def _section(line: LineBox) -> str:
    return line.part.removeprefix(description.PART_PREFIX)


def spans(lines: Iterable[LineBox]) -> Iterator[Span]:
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
        bottom = hundredths(line.bottom)
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


def page_breaks(lines: list[LineBox], texts: Mapping[str, str]) -> tuple[PageBreak, ...]:
    """Return where each page but the last ends; `texts` are the cleaned ones whose lines these are."""
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
