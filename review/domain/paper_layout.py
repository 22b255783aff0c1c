"""The paper for the committee as one tagged PDF with bookmarks and a table of contents.

Each topic is laid out by itself, so that progress can be told and one long topic does not slow down the others; the
pages are then put together as one document, in which links, bookmarks and the tree of tags are one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string

from connective.pdf import engine
from review.domain.balance import BalanceGroup
from review.domain.definitions import DEFINITIONS
from review.domain.paper_content import Topic

if TYPE_CHECKING:
    from weasyprint import Document

STYLESHEET = "paper.css"
MARK = "vertraulich"
STEPS = 2
"""Steps beside the topics: the other pages, and writing."""
OVERVIEW, EXPLANATIONS = "uebersicht", "erklaerungen"
UNKNOWN_PAGE = "000"
"""Stands for a page number while the front is laid out to learn its length; its column has a fixed width."""


@dataclass(frozen=True)
class Paper:
    """What all pages share."""

    title: str
    description: str
    foot: str


@dataclass(frozen=True)
class ContentsEntry:
    """A line of the table of contents."""

    place: str
    title: str
    anchor: str
    page: str


@dataclass(frozen=True)
class OverviewRow:
    """A line of the overview."""

    place: int
    title: str
    organisation: str
    reference: str
    rank: str
    mean: str
    note: str = ""


@dataclass(frozen=True)
class Front:
    """The pages before the topics."""

    list_line: str
    made_line: str
    rows: tuple[OverviewRow, ...]
    agreement: str
    balance: Sequence[BalanceGroup]


def lay_out(
    paper: Paper, front: Front, topics: Sequence[Topic], *, made_at: datetime, step: Callable[[], None]
) -> bytes:
    """Return the PDF; `step` is called after each topic, after the other pages, and when all is written.

    Equal input gives equal bytes. Takes some 50 ms a page: call it from a task.
    """
    draft = _front(paper, front, _contents(topics, {}))
    pages = {OVERVIEW: next(number for number, page in enumerate(draft.pages, 1) if OVERVIEW in page.anchors)}
    next_page, parts = len(draft.pages) + 1, []
    for topic in topics:
        parts.append(topic_document(paper, topic, first_page=next_page))
        pages[topic.anchor] = next_page
        next_page += len(parts[-1].pages)
        step()
    parts.append(_document("paper_definitions.html", paper, next_page, {"definitions": DEFINITIONS.values()}))
    pages[EXPLANATIONS] = next_page
    # Again, with the true page numbers; as wide as before, so that it has as many pages.
    first = _front(paper, front, _contents(topics, pages))
    step()
    whole = first.copy([*first.pages, *(page for part in parts for page in part.pages)])
    written = engine.write(whole, identifier=_identifier(paper, made_at), created=made_at)
    step()
    return written


def topic_document(paper: Paper, topic: Topic, *, first_page: int = 1) -> "Document":
    """Lay one topic out; its pages count from `first_page`."""
    eyebrow = f"Thema {topic.place.position} · {topic.place.proposal.reference}"
    return _document("paper_topic.html", paper, first_page, {"topic": topic, "eyebrow": eyebrow})


def single(paper: Paper, topic: Topic, *, made_at: datetime) -> bytes:
    """Return the PDF of one topic alone."""
    return engine.write(topic_document(paper, topic), identifier=_identifier(paper, made_at), created=made_at)


def _contents(topics: Sequence[Topic], pages: Mapping[str, int]) -> list[ContentsEntry]:
    lines = [
        ("", "Übersicht", OVERVIEW),
        *((str(topic.place.position), topic.title, topic.anchor) for topic in topics),
        ("", "Was die Zahlen bedeuten", EXPLANATIONS),
    ]
    return [ContentsEntry(*line, str(pages.get(line[-1], UNKNOWN_PAGE))) for line in lines]


def _front(paper: Paper, front: Front, contents: Sequence[ContentsEntry]) -> "Document":
    return _document("paper_front.html", paper, 1, {"front": front, "contents": contents})


def _document(template: str, paper: Paper, first_page: int, context: dict[str, Any]) -> "Document":
    html = render_to_string(f"pdf/{template}", {"paper": paper, "mark": MARK, "first_page": first_page, **context})
    return engine.layout(html, STYLESHEET)


def _identifier(paper: Paper, made_at: datetime) -> bytes:
    return sha256(f"{paper}{made_at.isoformat()}".encode()).digest()[:16]
