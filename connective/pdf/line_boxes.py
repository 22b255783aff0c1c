"""Where the lines of a layout lie: the only module that reads WeasyPrint's internal boxes.

Whatever it doesn't find as expected is a `LayoutChanged`: another version of the library may call it otherwise.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

if TYPE_CHECKING:
    from weasyprint import Document

P = ParamSpec("P")
T = TypeVar("T")


class LayoutChanged(Exception):
    """WeasyPrint's boxes are not what this module knows."""


@dataclass(frozen=True, slots=True)
class LineBox:
    """One laid-out line; `top` and `bottom` are shares of its page's content height (0 to 1)."""

    page: int
    """Number of the page among those of its name, from 1."""
    part: str
    """The `id` of the nearest element around the line that has one, or an empty string."""
    top: float
    bottom: float
    text: str
    """The drawn text without list markers; a hyphen set at the end of the line is part of it."""


Lines = tuple[tuple[float, str], ...]
"""Lines without a place on a page: the height of each in px, and its drawn text."""


@dataclass(frozen=True)
class Margins:
    """Space above and below a block in px, before margins collapse."""

    above: float
    below: float


@dataclass(frozen=True)
class Heading:
    """A laid-out heading."""

    margins: Margins
    lines: Lines


@dataclass(frozen=True)
class Frame:
    """What stays the same around all texts: the page, the headings by their part, and the margins by element."""

    page_top: float
    page_height: float
    headings: Mapping[str, Heading]
    margins: Mapping[str, Margins]


def _checked(read: Callable[P, T]) -> Callable[P, T]:
    """Let what a changed library causes come out as `LayoutChanged`."""

    @wraps(read)
    def reading(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except (AttributeError, TypeError, KeyError, ValueError, IndexError, ImportError) as error:
            raise LayoutChanged(str(error)) from error

    return reading


@_checked
def page_count(document: "Document", name: str) -> int:
    """Return how many pages have been laid out as `@page <name>`."""
    return len(_named_pages(document, name))


@_checked
def lines(document: "Document", name: str) -> list[LineBox]:
    """Return the lines on the pages laid out as `@page <name>`, in the order in which they are read."""
    found = []
    for number, page in enumerate(_named_pages(document, name), start=1):
        for part, box in _line_boxes(page.children[0], ""):
            top = (box.position_y - page.content_box_y()) / page.height
            found.append(LineBox(number, part, top, top + box.height / page.height, _text(box)))
    return found


@_checked
def pieces(document: "Document", name: str) -> list[Lines]:
    """Return the lines of each child of the body's only element, in order, wherever they stand.

    Raises:
        LayoutChanged: also if they stand on more than one page.
    """
    (page,) = _named_pages(document, name)
    (body,) = page.children[0].children
    (container,) = body.children
    return [_lines_of(child) for child in container.children]


@_checked
def frame(document: "Document", name: str, elements: tuple[str, ...]) -> Frame:
    """Return the frame of a document of one page: its headings `h2` and `h3`, and the margins of `elements`.

    Raises:
        LayoutChanged: also if there is more than one page, or an element has two different margins.
    """
    (page,) = _named_pages(document, name)
    headings: dict[str, Heading] = {}
    margins: dict[str, Margins] = {}
    for part, box in _elements(page.children[0], ""):
        own = Margins(float(box.margin_top), float(box.margin_bottom))
        if box.element_tag in {"h2", "h3"}:
            headings[part] = Heading(own, _lines_of(box))
        elif box.element_tag in elements and margins.setdefault(box.element_tag, own) != own:
            raise LayoutChanged(box.element_tag)
    return Frame(float(page.content_box_y()), float(page.height), headings, margins)


def _named_pages(document: "Document", name: str) -> list[Any]:
    boxes = [page._page_box for page in document.pages]
    return [box for box in boxes if box.page_type.name == name]


def _part(box: Any, part: str) -> str:
    return part if box.element is None else str(box.element.get("id", part))


def _is_marker(box: Any) -> bool:
    return str(box.element_tag).endswith("::marker")


def _line_boxes(box: Any, part: str) -> Iterator[tuple[str, Any]]:
    """Yield each line box under `box` with the part that it belongs to; markers are not lines."""
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.LineBox):
        yield part, box
    elif isinstance(box, boxes.ParentBox) and not _is_marker(box):
        part = _part(box, part)
        for child in box.children:
            yield from _line_boxes(child, part)


def _elements(box: Any, part: str, around: Any = None) -> Iterator[tuple[str, Any]]:
    """Yield the block box of each element under `box`, with its part; nameless boxes inside carry the same element."""
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.BlockBox) and not _is_marker(box):
        part = _part(box, part)
        if box.element is not around:
            yield part, box
        for child in box.children:
            yield from _elements(child, part, box.element)


def _lines_of(box: Any) -> Lines:
    return tuple((float(line.height), _text(line)) for _, line in _line_boxes(box, ""))


def _text(box: Any) -> str:
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TextBox):
        return str(box.text)
    if isinstance(box, boxes.ParentBox) and not _is_marker(box):
        return "".join(_text(child) for child in box.children)
    return ""
