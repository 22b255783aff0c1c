"""Plain text with a simple structure: paragraphs, line breaks, lists and bold words.

    A blank line separates paragraphs; a line feed breaks the line.
    - starts an item of a list, as do * and •
    1. starts a numbered list, 2. goes on with it
    **bold** words stand between double asterisks.

All else is text: markup, entities, links and styles come out as they were typed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString

from connective.pdf import fonts
from submissions.domain.text_characters import clean

__all__ = [
    "Block",
    "Item",
    "ItemList",
    "Line",
    "Paragraph",
    "Run",
    "blocks",
    "breakable",
    "clean",
    "drawable",
    "line_html",
    "runs",
    "to_html",
]

# What stands in a line, from its first character that is no space.
_LINE = re.compile(r"\S[^\n]*")
_BULLET = re.compile(r"[-*•] +(?=\S)")
_NUMBER = re.compile(r"([0-9]{1,3})[.)] +(?=\S)")
# Bounded on purpose: an opening without an end must not make the search run through the whole text.
_BOLD = re.compile(r"\*\*([^\s*](?:[^*\n]{0,500}[^\s*])?)\*\*")
_SPACES = re.compile(" {2,}")
_BREAKABLE = 20
# A run this long without a space gets chances to break, else Pango shapes all of it again for each line.
_UNBROKEN = re.compile(r"[^\s-]{80,}")
_PIECE = re.compile(rf"(.{{{_BREAKABLE}}})(?=[^\u0300-\u036f\u0590-\u0fff])")
REPLACEMENT = "\ufffd"
"""Stands in a layout for a character that no bundled font can draw (drafts may still hold one)."""


@dataclass(frozen=True)
class Run:
    """Neighbouring characters of one weight; `offset` is where they start in the text."""

    text: str
    offset: int
    bold: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together."""

    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Item:
    """One item of a list; `number` is None behind a bullet."""

    number: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class ItemList:
    """Items in a row, all numbered or all with bullets."""

    items: tuple[Item, ...]

    @property
    def numbered(self) -> bool:
        """Return whether the items carry numbers."""
        return self.items[0].number is not None


Block = Paragraph | ItemList


def _runs(line: str, offset: int) -> Line:
    """Split one line at its bold words."""
    runs = []
    position = 0
    for match in _BOLD.finditer(line):
        if match.start() > position:
            runs.append(Run(line[position : match.start()], offset + position))
        runs.append(Run(match[1], offset + match.start(1), bold=True))
        position = match.end()
    if position < len(line):
        runs.append(Run(line[position:], offset + position))
    return tuple(runs)


class _Parser:
    """Collects lines into blocks; `lines` are those of the paragraph or item that is open."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.items: list[Item] = []
        self.number: int | None = None
        self.in_item = False

    def close_lines(self) -> Iterator[Block]:
        """End the open item, or yield the open paragraph."""
        if self.lines and self.in_item:
            self.items.append(Item(self.number, tuple(self.lines)))
        elif self.lines:
            yield Paragraph(tuple(self.lines))
        self.lines = []
        self.in_item = False

    def close_list(self) -> Iterator[Block]:
        """End the open item or paragraph, and yield the open list."""
        yield from self.close_lines()
        if self.items:
            yield ItemList(tuple(self.items))
        self.items = []

    def continues(self, number: int | None) -> bool:
        """Return whether an item with this number belongs to the list that is open."""
        if not self.items:
            return False
        last = self.items[-1].number
        return last is None if number is None else last is not None and number == last + 1

    def marker(self, line: str) -> tuple[int, int | None] | None:
        """Return length and number of the marker that starts an item here, or None.

        A numbered list starts with 1, so that a line "4. Dezember" stays a line.
        """
        if match := _BULLET.match(line):
            return match.end(), None
        if match := _NUMBER.match(line):
            number = int(match[1])
            previous = self.number if self.in_item else self.items[-1].number if self.items else None
            if number == 1 or (previous is not None and number == previous + 1):
                return match.end(), number
        return None

    def feed(self, line: str, offset: int) -> Iterator[Block]:
        """Take the next line that holds something."""
        if marker := self.marker(line):
            length, number = marker
            yield from self.close_lines()
            if not self.continues(number):
                yield from self.close_list()
            self.in_item, self.number = True, number
            self.lines.append(_runs(line[length:], offset + length))
        else:
            if not self.in_item and not self.lines:
                yield from self.close_list()
            self.lines.append(_runs(line, offset))


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a cleaned text, one after the other, without looking further ahead than needed."""
    parser = _Parser()
    end = 0
    for match in _LINE.finditer(text):
        if text.count("\n", end, match.start()) > 1:
            yield from parser.close_lines()
        yield from parser.feed(match[0], match.start())
        end = match.end()
    yield from parser.close_list()


def drawable(text: str) -> str:
    """Return the text with U+FFFD for each character that no bundled font can draw."""
    return fonts.unsupported_pattern().sub(REPLACEMENT, text)


def breakable(text: str) -> str:
    """Return a drawable text with zero-width spaces in its endless words, so that its layout stays bounded."""
    return _UNBROKEN.sub(lambda match: _PIECE.sub("\\1\u200b", match[0]), drawable(text))


def _run_html(run: Run) -> str:
    html = str(escape(breakable(_SPACES.sub(" ", run.text))))
    return f"<strong>{html}</strong>" if run.bold else html


def line_html(line: Line) -> str:
    """Return one line as HTML without the spaces at its end: `strong`, everything else escaped."""
    return "".join(map(_run_html, line)).rstrip(" ")


def _lines_html(lines: tuple[Line, ...]) -> str:
    return "<br>".join(map(line_html, lines))


def _block_html(block: Block) -> str:
    if isinstance(block, Paragraph):
        return f"<p>{_lines_html(block.lines)}</p>"
    if block.numbered:
        items = "".join(f'<li value="{item.number}">{_lines_html(item.lines)}</li>' for item in block.items)
        return f"<ol>{items}</ol>"
    return "<ul>" + "".join(f"<li>{_lines_html(item.lines)}</li>" for item in block.items) + "</ul>"


def to_html(text: str) -> SafeString:
    """Return a cleaned text as HTML: `p`, `br`, `ul`, `ol`, `li` and `strong`, everything else escaped."""
    return SafeString("".join(map(_block_html, blocks(text))))


def _runs_of(block: Block) -> Iterator[Run]:
    groups = (block.lines,) if isinstance(block, Paragraph) else tuple(item.lines for item in block.items)
    for lines in groups:
        for line in lines:
            yield from line


def runs(text: str) -> Iterator[Run]:
    """Yield the runs of a cleaned text in reading order: what is drawn, with its place in the text."""
    for block in blocks(text):
        yield from _runs_of(block)
