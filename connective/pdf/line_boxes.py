"""Where the lines of a layout lie: the only module that reads WeasyPrint's internal boxes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weasyprint import Document


@dataclass(frozen=True)
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


def page_count(document: "Document", name: str) -> int:
    """Return how many pages have been laid out as `@page <name>`."""
    return len(_named_pages(document, name))


def lines(document: "Document", name: str) -> Iterator[LineBox]:
    """Yield the lines on the pages laid out as `@page <name>`, in the order in which they are read."""
    for number, page in enumerate(_named_pages(document, name), start=1):
        root = page.children[0]
        for part, box in _line_boxes(root, ""):
            top = (box.position_y - page.content_box_y()) / page.height
            yield LineBox(number, part, top, top + box.height / page.height, _text(box))


def _named_pages(document: "Document", name: str) -> list[Any]:
    boxes = [page._page_box for page in document.pages]
    return [box for box in boxes if box.page_type.name == name]


def _line_boxes(box: Any, part: str) -> Iterator[tuple[str, Any]]:
    """Yield each line box under `box` with the part that it belongs to; markers are not lines."""
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.LineBox):
        yield part, box
    elif isinstance(box, boxes.ParentBox) and not str(box.element_tag).endswith("::marker"):
        if box.element is not None:
            part = box.element.get("id", part)
        for child in box.children:
            yield from _line_boxes(child, part)


def _text(box: Any) -> str:
    from weasyprint.formatting_structure import boxes

    if isinstance(box, boxes.TextBox):
        return str(box.text)
    if isinstance(box, boxes.ParentBox) and not str(box.element_tag).endswith("::marker"):
        return "".join(_text(child) for child in box.children)
    return ""
