"""The official PDF shows what was submitted, tagged, to the byte the same for the same data."""

import io
import itertools
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.utils import translation

from connective.pdf import line_boxes
from submissions.domain import official_pdf
from submissions.domain.official_pdf import City, Field, Group, OfficialContent
from submissions.domain.page_limit import measure
from tests.submissions.domain.test_page_limit import SENTENCE

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
CONTENT = OfficialContent(
    call_title="Themenaufruf 2021",
    topic_title="Kreislaufwirtschaft in der Innenstadt",
    organisation="Stadt Musterhausen",
    opening=(
        Group("Organisation", (Field("Name", "Stadt Musterhausen"), Field("Anschrift", "Markt 1\n00000 Musterhausen"))),
        Group("Ansprechperson", (Field("Name", "Ada Beispiel"), Field("Telefon"))),
    ),
    description={"background": SENTENCE * 30, "learning_goals": "- eins\n- **zwei**", "contribution": SENTENCE * 10},
    cities=(City("Kolumbien", "Medellín", "", "Entwicklungs- oder Schwellenland"), City("Frankreich")),
    closing=(Group("Zusagen", (Field("Folgeaktivitäten", "Ein **Leitfaden**", structured=True),)),),
    reference="TA2021-0007",
    version=2,
    received_at=datetime(2020, 12, 4, 22, 59, 59, tzinfo=UTC),
    content_sha256=HASH,
    check_address="https://portal.example.org/beleg/",
)
DRAFT = replace(CONTENT, draft=True, reference="", received_at=None, content_sha256="")


def pages_as_text(pdf: bytes) -> list[str]:
    """Return the text of each page as a reader sees it."""
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return made.stdout.decode().split("\f")[:-1]


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return official_pdf.render(CONTENT)


@pytest.fixture(scope="module")
def opened(pdf: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        yield document


def test_equal_data_give_equal_bytes(pdf: bytes) -> None:
    assert official_pdf.render(replace(CONTENT)) == pdf
    assert official_pdf.render(replace(CONTENT, version=3)) != pdf


def test_the_language_of_the_person_at_the_screen_changes_nothing(pdf: bytes) -> None:
    with translation.override("en"):
        assert official_pdf.render(CONTENT) == pdf


def test_all_answers_are_in_it(pdf: bytes) -> None:
    text = " ".join(" ".join(pages_as_text(pdf)).split())
    for words in (
        "Themenaufruf 2021",
        "Kreislaufwirtschaft in der Innenstadt",
        "Stadt Musterhausen",
        "Markt 1",
        "Ada Beispiel",
        "keine Angabe",
        "Thema und Hintergrund",
        "• zwei",
        "Kolumbien",
        "Medellín",
        "Ein Leitfaden",
        "TA2021-0007",
        "4. Dezember 2020, 23:59:59 Uhr",
        "https://portal.example.org/beleg/",
    ):
        assert words in text


def test_reference_hash_and_page_number_are_on_every_page(pdf: bytes) -> None:
    pages = pages_as_text(pdf)
    assert len(pages) == 5
    for number, text in enumerate(pages, start=1):
        assert "TA2021-0007, Fassung 2" in text
        assert HASH in text
        assert f"Seite {number} von 5" in text


def test_a_draft_says_so_on_every_page_and_has_neither_reference_nor_hash() -> None:
    for text in pages_as_text(official_pdf.render(DRAFT)):
        assert "Entwurf, nicht eingereicht" in text
        assert "TA2021" not in text
        assert "SHA-256" not in text


def test_the_mark_of_a_draft_moves_no_line_of_the_description() -> None:
    draft, filed = official_pdf.document(DRAFT), official_pdf.document(CONTENT)
    assert list(line_boxes.lines(draft, "description")) == list(line_boxes.lines(filed, "description"))


@pytest.mark.parametrize("sentences", [1, 20, 30, 45])
def test_the_description_has_as_many_pages_as_the_meter_says(sentences: int) -> None:
    content = replace(CONTENT, description={"background": SENTENCE * sentences})
    assert official_pdf.description_pages(official_pdf.document(content)) == measure(content.description).pages


def test_a_description_with_other_pages_than_were_counted_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    measured = measure(CONTENT.description)
    official_pdf.render(CONTENT, counted=(measured.pages, measured.fill))
    assert not caplog.records
    for wrong in ((2, measured.fill), (measured.pages, Decimal("2.01"))):
        official_pdf.render(CONTENT, counted=wrong)
        assert caplog.messages[-1].endswith(f"and was counted as {wrong[0]} ({wrong[1]}).")


def test_a_layout_that_can_not_be_compared_is_written_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, pdf: bytes
) -> None:
    def changed(*_: object) -> object:
        message = "no such attribute"
        raise line_boxes.LayoutChanged(message)

    monkeypatch.setattr(line_boxes, "page_count", changed)
    assert official_pdf.render(CONTENT, counted=(3, Decimal("2.5"))) == pdf
    assert "can't be compared" in caplog.text


def test_nothing_but_the_description_stands_on_its_pages(pdf: bytes) -> None:
    first, *middle, last = pages_as_text(pdf)
    assert "Beschreibung des Themas" in middle[0]
    assert "Ansprechperson" in first
    assert "Vorgeschlagene Städte" in last
    assert not any("Ansprechperson" in text or "Vorgeschlagene Städte" in text for text in middle)


def test_it_is_tagged_german_and_titled_as_pdf_ua_asks(opened: pikepdf.Pdf) -> None:
    root = opened.Root
    assert root.MarkInfo.Marked
    assert str(root.Lang) == "de"
    assert root.ViewerPreferences.DisplayDocTitle
    with opened.open_metadata() as metadata:
        assert metadata["dc:title"] == "TA2021-0007: Kreislaufwirtschaft in der Innenstadt"
        assert metadata["pdfuaid:part"] == "1"
    assert str(opened.docinfo.CreationDate).startswith("D:20201204225959")


def test_its_structure_has_headings_lists_tables_and_no_skipped_level(opened: pikepdf.Pdf) -> None:
    tags = list(_tags(opened.Root.StructTreeRoot))
    levels = [int(tag[2]) for tag in tags if re.fullmatch(r"/H\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert {"/P", "/L", "/LI", "/LBody", "/Table", "/TR", "/TH", "/TD"} <= set(tags)


def _tags(element: Any) -> Iterator[str]:
    if isinstance(element, pikepdf.Array):
        for child in element:
            yield from _tags(child)
    elif isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            yield str(element.S)
        if "/K" in element:
            yield from _tags(element.K)


def test_its_headings_are_bookmarks(opened: pikepdf.Pdf) -> None:
    with opened.open_outline() as outline:
        (title,) = outline.root
        assert str(title.title) == "Kreislaufwirtschaft in der Innenstadt"
        assert [str(item.title) for item in title.children][-3:] == [
            "Beschreibung des Themas",
            "Vorgeschlagene Städte",
            "Zusagen",
        ]


def test_every_font_is_embedded_and_ours(pdf: bytes, tmp_path: Path) -> None:
    path = tmp_path / "made.pdf"
    path.write_bytes(pdf)
    listed = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert listed
    assert all("Fira" in line and " yes yes yes " in line for line in listed)


def test_hostile_answers_are_text_and_fetch_nothing() -> None:
    hostile = '<script>alert(1)</script><img src="file:///etc/passwd">{{ 7|add:7 }}\x00\ud800\u202e **x** ]]>'
    content = OfficialContent(
        hostile, hostile, hostile, (Group(hostile, (Field(hostile, hostile), Field(hostile, hostile, structured=True))),),
        {"background": hostile}, (City(hostile, hostile, hostile, hostile),), (), reference=hostile, check_address=hostile,
    )  # fmt: skip
    text = " ".join(" ".join(pages_as_text(official_pdf.render(content))).split())
    assert "<script>alert(1)</script>" in text
    assert "{{ 7|add:7 }}" in text
    assert "root:" not in text


def test_an_endless_word_in_any_answer_stays_on_the_page() -> None:
    word = "x" * 2_000
    content = replace(
        CONTENT,
        topic_title=word,
        organisation=word,
        opening=(Group("G", (Field(word, word),)),),
        cities=(City(word, word),),
    )
    bounded = official_pdf.render(content)
    drawn = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=bounded, capture_output=True, check=True
    ).stdout.decode()
    assert max(float(right) for right in re.findall(r'xMax="([\d.]+)"', drawn)) < 595


def test_an_unknown_section_is_an_error() -> None:
    with pytest.raises(KeyError, match="title"):
        official_pdf.render(replace(CONTENT, description={"title": "x"}))
