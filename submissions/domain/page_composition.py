"""Pages from lines: lays out only what is new in a description and counts its pages by the rules of its stylesheet.

The unit is one typed line, in a paragraph or in an item of a list: where it breaks depends on nothing around it. The
rules (`templates/pdf/description.css`): margins between blocks collapse to the larger one and vanish at a page's end; a
line never leaves its page; it may stand alone; a heading stays with the first line below it. Whether these are still
the rules of stylesheet and library is checked once in each process on a text that uses all of them.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from hashlib import blake2b
from threading import Lock
from typing import TYPE_CHECKING, Self

from connective.pdf import engine, line_boxes
from connective.pdf.line_boxes import Frame, LayoutChanged, LineBox, Lines
from submissions.domain import description, structured_text
from submissions.domain.measurement_cache import LineCache
from submissions.domain.page_breaks import hundredths

if TYPE_CHECKING:
    from weasyprint import Document

logger = logging.getLogger(__name__)

_ELEMENTS = ("p", "ul", "ol", "li")
_ALL_ELEMENTS = "eins\n\n- eins\n- zwei\n\n1. eins\n2. zwei"
_FUDGE = 1 + 1e-9
"""WeasyPrint's own tolerance at the end of a page."""
_SAME = 1e-6

_lines = LineCache()
_check_lock = Lock()


class Superseded(Exception):
    """Nobody wants the answer any more: nothing was laid out."""


def always() -> bool:
    """Want the answer in any case."""
    return True


@dataclass(frozen=True)
class Laid:
    """A laid-out description: how many pages it has, and its lines on them."""

    pages: int
    lines: list[LineBox]

    @classmethod
    def of(cls, document: "Document") -> Self:
        """Read a description from a laid-out document of its own, or from the whole form sheet; raises LayoutChanged."""
        page = description.PAGE_NAME
        return cls(line_boxes.page_count(document, page), line_boxes.lines(document, page))

    @property
    def fill(self) -> Decimal:
        """Full pages plus the filled share of the last, rounded up to hundredths; there is a line at least."""
        return Decimal(self.pages - 1) + hundredths(self.lines[-1].bottom)


@dataclass(frozen=True)
class _Block:
    """A paragraph (`tag` p, one group of typed lines) or a list (ul or ol, one group for each item)."""

    tag: str
    groups: tuple[tuple[str, ...], ...]
    """The typed lines as HTML."""


def official(texts: Mapping[str, str]) -> Laid:
    """Lay cleaned texts out as in the official PDF, all of them."""
    with engine.layout_lock:
        return Laid.of(description.layout_alone(texts))


def composed(texts: Mapping[str, str], wanted: Callable[[], bool] = always) -> Laid:
    """Return what `official` returns; lays out the typed lines that are not known yet.

    Without text there is nothing to compose: the official PDF then shows a sentence instead.

    Raises:
        LayoutChanged: if stylesheet and library don't follow the rules that are known here.
        Superseded: if something has to be laid out and `wanted`, asked when the engine is free, says no.
    """
    frame = _frame()
    if frame is None:
        message = "the check of the layout failed"
        raise LayoutChanged(message)
    return _compose(frame, texts, wanted) if any(text.strip() for text in texts.values()) else official(texts)


def is_exact() -> bool:
    """Return whether `composed` agrees with the official layout on the check text; checks once in each process."""
    return _frame() is not None


def forget() -> None:
    """Forget the lines that this process knows."""
    _lines.clear()


def _frame() -> Frame | None:
    with _check_lock:
        return _checked_frame()


@cache
def _checked_frame() -> Frame | None:
    """Return the frame of all descriptions, or None if composing is not to be trusted; the log then says why."""
    try:
        frame = _frame_as_laid_out()
        texts = _check_texts()
        compare(_compose(frame, texts), official(texts))
    except LayoutChanged:
        logger.exception("The page meter can't compose pages from lines. It lays out whole texts: right, but slow.")
        return None
    return frame


def _frame_as_laid_out() -> Frame:
    with engine.layout_lock:
        document = description.layout_alone(dict.fromkeys(description.SECTION_TITLES, _ALL_ELEMENTS))
    frame = line_boxes.frame(document, description.PAGE_NAME, _ELEMENTS)
    if set(frame.margins) != set(_ELEMENTS) or any(len(heading.lines) != 1 for heading in frame.headings.values()):
        message = "an element is missing, or a heading takes more than one line"
        raise LayoutChanged(message)
    return frame


def _check_texts() -> dict[str, str]:
    """Return a text with all elements and a page's end of each kind.

    Page 1 ends before a heading, for which alone there was room; page 2 before the last line of a paragraph; page 3
    before a list; page 4 behind the first line of a paragraph.
    """
    word = "Abfallwirtschaftsbetriebe "
    blocks = ["kurz", word * 9, "**fett** und **noch\nfetter**", f"- {word * 8}\n- zwei\n- **drei**\nweiter"]
    blocks += [f"1. {word * 8}", "السلام عليكم **ภาษาไทย** हिन्दी"]
    return {
        "background": "\n\n".join([*blocks, "\n".join(["x"] * 22)]),
        "learning_goals": "\n".join(["x"] * 46),
        "contribution": "\n\n".join(["\n".join(["x"] * 43), "\n".join(["- x"] * 39), "x\nx\nx"]),
        "further_goals": "Ende",
    }


def compare(ours: Laid, theirs: Laid) -> None:
    """Raise LayoutChanged if two layouts of one text differ in a line, its page or its place."""
    if ours.pages != theirs.pages or len(ours.lines) != len(theirs.lines):
        message = f"{ours.pages} pages of {len(ours.lines)} lines, not {theirs.pages} of {len(theirs.lines)}"
        raise LayoutChanged(message)
    for our, their in zip(ours.lines, theirs.lines, strict=True):
        if (our.page, our.part, our.text) != (their.page, their.part, their.text) or not (
            abs(our.top - their.top) < _SAME and abs(our.bottom - their.bottom) < _SAME
        ):
            message = f"{our}, not {their}"
            raise LayoutChanged(message)


def _blocks(text: str) -> Iterator[_Block]:
    for block in structured_text.blocks(text):
        if isinstance(block, structured_text.Paragraph):
            yield _Block("p", (tuple(map(structured_text.line_html, block.lines)),))
        else:
            groups = tuple(tuple(map(structured_text.line_html, item.lines)) for item in block.items)
            yield _Block("ol" if block.numbered else "ul", groups)


def _piece(tag: str, html: str) -> str:
    return f"<p>{html}</p>" if tag == "p" else f"<{tag}><li>{html}</li></{tag}>"


def _digest(piece: str) -> bytes:
    return blake2b(f"{description.fingerprint()}{piece}".encode(errors="surrogatepass"), digest_size=20).digest()


def _laid_out(blocks: Mapping[str, list[_Block]], wanted: Callable[[], bool]) -> dict[str, Lines]:
    """Return the lines of all pieces of some blocks."""
    pieces = {
        piece: _digest(piece)
        for section in blocks.values()
        for block in section
        for group in block.groups
        for piece in (_piece(block.tag, html) for html in group)
    }
    known = _lines.get_many(pieces.values())
    missing = {piece: digest for piece, digest in pieces.items() if digest not in known}
    if missing:
        known |= _new_lines(missing, wanted)
    return {piece: known[digest] for piece, digest in pieces.items()}


def _new_lines(pieces: Mapping[str, bytes], wanted: Callable[[], bool]) -> dict[bytes, Lines]:
    """Lay pieces out, all in one go, and return their lines by digest."""
    with engine.layout_lock:
        if not wanted():
            raise Superseded
        # Another thread may have laid out the same pieces while this one waited.
        found = _lines.get_local(pieces.values())
        missing = [piece for piece, digest in pieces.items() if digest not in found]
        if not missing:
            return found
        laid = line_boxes.pieces(description.layout_pieces(missing), description.PAGE_NAME)
    if len(laid) != len(missing) or not all(laid):
        message = "a piece without lines"
        raise LayoutChanged(message)
    new = {pieces[piece]: lines for piece, lines in zip(missing, laid, strict=True)}
    _lines.set_many(new)
    return found | new


class _Pages:
    """Sets lines one below the other, page after page."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._end = (frame.page_top + frame.page_height) * _FUDGE
        self._y = frame.page_top
        self._margin = 0.0
        self._is_empty = True
        self.page = 1
        self.lines: list[LineBox] = []

    def margin(self, size: float) -> None:
        """Keep at least so much space before the next line; margins that meet collapse to the largest."""
        self._margin = max(self._margin, size)

    def keep(self, *sizes: float) -> None:
        """Turn the page unless lines and spaces of these sizes, from the next line on, all fit on this one."""
        bottom = self._y + self._margin
        for size in sizes:
            bottom += size
        if bottom > self._end and not self._is_empty:
            self.page += 1
            self._y = self._frame.page_top
            self._margin = 0.0
            self._is_empty = True

    def set(self, part: str, lines: Lines) -> None:
        """Set lines that break between any two."""
        for height, text in lines:
            self.keep(height)
            # At the top of a page a margin vanishes; the first page has none above its heading.
            y = self._y if self._is_empty else self._y + self._margin
            top = (y - self._frame.page_top) / self._frame.page_height
            self.lines.append(LineBox(self.page, part, top, top + height / self._frame.page_height, text))
            self._y = y + height
            self._margin = 0.0
            self._is_empty = False


def _compose(frame: Frame, texts: Mapping[str, str], wanted: Callable[[], bool] = always) -> Laid:
    sections = {key: list(_blocks(text)) for key, text in texts.items() if text.strip()}
    laid = _laid_out(sections, wanted)
    pages = _Pages(frame)
    title = frame.headings["description"]
    pages.set("description", title.lines)
    pages.margin(title.margins.below)
    for key, blocks in sections.items():
        part = description.PART_PREFIX + key
        heading = frame.headings[part]
        first = laid[_piece(blocks[0].tag, blocks[0].groups[0][0])][0][0]
        pages.margin(heading.margins.above)
        space = max(heading.margins.below, frame.margins[blocks[0].tag].above)
        pages.keep(heading.lines[0][0], space, first)
        pages.set(part, heading.lines)
        pages.margin(heading.margins.below)
        for block in blocks:
            _set_block(pages, part, block, laid, frame)
    return Laid(pages.page, pages.lines)


def _set_block(pages: _Pages, part: str, block: _Block, laid: Mapping[str, Lines], frame: Frame) -> None:
    around = frame.margins[block.tag]
    inside = around if block.tag == "p" else frame.margins["li"]
    pages.margin(around.above)
    for group in block.groups:
        pages.margin(inside.above)
        for html in group:
            pages.set(part, laid[_piece(block.tag, html)])
        pages.margin(inside.below)
    pages.margin(around.below)
