"""Plain text with a little structure, as the office types it, turned into HTML that can be nothing else."""

import re
from collections.abc import Iterator

from django.utils.html import format_html, format_html_join, urlize
from django.utils.safestring import SafeString, mark_safe

BLANK_LINE = re.compile(r"\n[ \t]*\n")


def to_html(text: str) -> SafeString:
    """Return `text` as HTML: paragraphs, `## ` headings, `- ` lists, and links where an address is written out.

    Everything else, markup included, is shown as it was typed.
    """
    blocks = BLANK_LINE.split(text.replace("\r\n", "\n").strip())
    return format_html_join(
        "\n", "{}", ((html,) for block in blocks if block.strip() for html in _block(block.strip()))
    )


def _block(block: str) -> Iterator[SafeString]:
    lines = block.split("\n")
    if lines[0].startswith("## "):
        yield format_html("<h2>{}</h2>", lines[0].removeprefix("## "))
        lines = lines[1:]
    paragraph = [line for line in lines if not line.startswith("- ")]
    points = [line.removeprefix("- ") for line in lines if line.startswith("- ")]
    if paragraph:
        yield format_html(
            "<p>{}</p>", format_html_join(mark_safe("<br>"), "{}", ((_linked(line),) for line in paragraph))
        )
    if points:
        yield format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((_linked(point),) for point in points)))


def _linked(line: str) -> SafeString:
    return mark_safe(urlize(line, autoescape=True))  # noqa: S308  (urlize escapes)
