"""The description part of the form sheet: its sections and the layout that counts their pages.

The official PDF and the page meter both start here, so that they cannot differ (invariant 3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from connective.pdf import engine
from submissions.domain import structured_text

if TYPE_CHECKING:
    from weasyprint import Document

SECTION_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "background": "Thema und Hintergrund",
        "learning_goals": "Was wir aus dem Austausch lernen möchten",
        "contribution": "Unser Beitrag zu Wissenstransfer und Kompetenzen",
        "further_goals": "Weitere Ziele des Austauschs",
    }
)
"""Headings in the official PDF by key, in their order; always German, as the form sheet is."""

STYLESHEETS = ("description.css", "official.css")
PIECES_STYLESHEETS = ("description.css", "pieces.css")
PAGE_NAME = "description"
PART_PREFIX = "description-"
_TEMPLATES = ("description.html", "description_alone.html")


@dataclass(frozen=True)
class DescriptionSection:
    """One section as the template shows it."""

    key: str
    title: str
    html: SafeString


def cleaned(sections: Mapping[str, str]) -> dict[str, str]:
    """Return all sections in their order, cleaned; a missing one is empty.

    Raises:
        KeyError: for a key that is no section.
    """
    unknown = set(sections) - set(SECTION_TITLES)
    if unknown:
        message = f"Not a section of the description: {sorted(unknown)}"
        raise KeyError(message)
    return {key: structured_text.clean(sections.get(key, "")) for key in SECTION_TITLES}


def template_sections(texts: Mapping[str, str]) -> list[DescriptionSection]:
    """Return what `pdf/description.html` shows of cleaned texts: empty sections take no space."""
    return [
        DescriptionSection(key, title, structured_text.to_html(texts[key]))
        for key, title in SECTION_TITLES.items()
        if texts[key].strip()
    ]


@cache
def fingerprint() -> str:
    """Return a SHA-256 over all but the text that decides its pages: template, titles, stylesheet, fonts, libraries."""
    parts = [engine.fingerprint(*STYLESHEETS, *PIECES_STYLESHEETS[1:]), repr(sorted(SECTION_TITLES.items()))]
    parts += [(Path(settings.BASE_DIR) / "templates" / "pdf" / name).read_text(encoding="utf-8") for name in _TEMPLATES]
    return sha256("\0".join(parts).encode()).hexdigest()


def layout_alone(texts: Mapping[str, str]) -> "Document":
    """Lay cleaned texts out as in the official PDF, without the pages around them."""
    html = render_to_string("pdf/description_alone.html", {"sections": template_sections(texts)})
    return engine.layout(html, *STYLESHEETS)


def layout_pieces(pieces: Iterable[str]) -> "Document":
    """Lay pieces of HTML out as wide as in the official PDF, one below the other on one endless page."""
    html = (
        f'<!DOCTYPE html><html lang="de"><body><section class="description">{"".join(pieces)}</section></body></html>'
    )
    return engine.layout(html, *PIECES_STYLESHEETS)
