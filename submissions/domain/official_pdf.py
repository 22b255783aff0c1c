"""The official PDF of a proposal: the form sheet (Formblatt) as it is filed, judged and checked.

Takes plain data only. Equal data give equal bytes, so the SHA-256 of the file can be recomputed by making it again.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from connective.clock import BERLIN
from connective.pdf import engine, line_boxes
from submissions.domain import description, structured_text
from submissions.domain.page_composition import Laid

if TYPE_CHECKING:
    from weasyprint import Document

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Field:
    """One answer of the form sheet; an empty value is shown as "keine Angabe".

    A `structured` value may hold paragraphs, lists and bold words (`submissions.domain.structured_text`).
    """

    label: str
    value: str = ""
    structured: bool = False


@dataclass(frozen=True)
class Group:
    """Answers under one heading."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class City:
    """One proposed city: `status` says in words what its country is on the list of the call, or is empty."""

    country: str
    city: str = ""
    contact: str = ""
    status: str = ""


@dataclass(frozen=True)
class OfficialContent:
    """All that the official PDF shows, as plain data in German.

    A draft has no reference, time of receipt and hash yet; its PDF says on every page that it is a draft.
    """

    call_title: str
    topic_title: str
    organisation: str
    opening: tuple[Group, ...]
    """The groups before the description: organisation, contact person, topic."""
    description: Mapping[str, str]
    """The typed texts by section key (`submissions.domain.description.SECTION_TITLES`)."""
    cities: tuple[City, ...]
    closing: tuple[Group, ...]
    """The groups after the cities: commitments, hosting."""
    draft: bool = False
    reference: str = ""
    version: int = 1
    received_at: datetime | None = None
    """Aware instant at which the server had received the submission."""
    content_sha256: str = ""
    check_address: str = ""
    """Address of the page on which anybody can check this PDF, shown as text."""


def document(content: OfficialContent) -> "Document":
    """Lay the form sheet out.

    Raises:
        KeyError: for a description with an unknown section.
    """
    return engine.layout(_html(content), *description.STYLESHEETS)


def description_pages(rendered: "Document") -> int:
    """Return on how many pages of a rendered form sheet the description stands; only these count for the limit."""
    return line_boxes.page_count(rendered, description.PAGE_NAME)


def render(content: OfficialContent, *, counted: tuple[int, Decimal] | None = None) -> bytes:
    """Return the official PDF: tagged, German, with title and bookmarks, marked as PDF/UA-1.

    `counted` is how many pages the description had, and how far they were filled, when it was submitted; if it has not in
    this PDF, that is an error in the log. Takes about as long as the layout of its pages, some 50 ms each; call it from a
    task, not from a request.

    Raises:
        KeyError: for a description with an unknown section.
    """
    html = _html(content)
    laid_out = engine.layout(html, *description.STYLESHEETS)
    if counted is not None:
        _compare(content.reference, laid_out, counted)
    return engine.write(
        laid_out,
        identifier=sha256(html.encode()).digest()[:16],
        created=content.received_at,
    )


def _compare(reference: str, laid_out: "Document", counted: tuple[int, Decimal]) -> None:
    try:
        laid = Laid.of(laid_out)
    except line_boxes.LayoutChanged:
        logger.exception("The pages of the description of %s can't be compared with what was counted.", reference)
        return
    found = (laid.pages, laid.fill)
    if found != counted:
        logger.error(
            "The description of %s has %s pages (%s full) and was counted as %s (%s).", reference, *found, *counted
        )


def _html(content: OfficialContent) -> str:
    """Return the form sheet as HTML, in German whatever language the person at the screen reads."""
    with translation.override("de"), timezone.override(BERLIN):
        return render_to_string("pdf/form_sheet.html", _context(content))


def _text(text: str) -> str:
    """Return a text as it can be drawn; the template escapes it."""
    return structured_text.breakable(structured_text.clean(text).strip())


def _value(field: Field) -> SafeString | str:
    return structured_text.to_html(structured_text.clean(field.value)) if field.structured else _text(field.value)


def _groups(groups: tuple[Group, ...]) -> list[dict[str, Any]]:
    return [
        {
            "title": _text(group.title),
            "fields": [{"label": _text(field.label), "value": _value(field)} for field in group.fields],
        }
        for group in groups
    ]


def _context(content: OfficialContent) -> dict[str, Any]:
    received = content.received_at
    return {
        "draft": content.draft,
        "version": content.version,
        "received": date_format(timezone.localtime(received, BERLIN), "j. F Y, H:i:s") if received else "",
        # Document properties are not laid out and need no places to break.
        "title": structured_text.drawable(structured_text.clean(content.topic_title)),
        "author": structured_text.drawable(structured_text.clean(content.organisation)),
        "call_title": _text(content.call_title),
        "topic_title": _text(content.topic_title),
        "organisation": _text(content.organisation),
        "reference": _text(content.reference),
        "content_sha256": _text(content.content_sha256),
        "check_address": _text(content.check_address),
        "opening": _groups(content.opening),
        "closing": _groups(content.closing),
        "sections": description.template_sections(description.cleaned(content.description)),
        "cities": [
            City(_text(city.country), _text(city.city), _text(city.contact), _text(city.status))
            for city in content.cities
        ],
    }
