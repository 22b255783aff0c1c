"""What the one module reads that knows WeasyPrint's boxes, and what it says if they are others."""

import pytest
from weasyprint.formatting_structure import boxes

from connective.pdf import engine, line_boxes
from connective.pdf.line_boxes import Heading, LayoutChanged, Margins

SHEETS = ("description.css", "official.css")
PIECES = ("description.css", "pieces.css")


def page(inside: str) -> str:
    return f'<html lang="de"><body><section class="description" id="all">{inside}</section></body></html>'


def test_lines_are_read_with_page_part_place_and_text() -> None:
    document = engine.layout(page('<p id="a">eins<br>zwei</p><ul><li><strong>drei</strong> vier</li></ul>'), *SHEETS)
    lines = line_boxes.lines(document, "description")
    assert [(line.page, line.part, line.text.strip()) for line in lines] == [
        (1, "a", "eins"),
        (1, "a", "zwei"),
        (1, "all", "drei vier"),
    ]
    height = 297 / 25.4 * 96 - 229
    assert [line.top * height for line in lines] == pytest.approx([0, 19, 47])
    assert [line.bottom * height for line in lines] == pytest.approx([19, 38, 66])


def test_pages_of_another_name_are_left_out() -> None:
    html = f'<html lang="de"><body><section class="form"><p>Formblatt</p></section>{page("<p>x</p>")}</body></html>'
    document = engine.layout(html, *SHEETS)
    assert line_boxes.page_count(document, "description") == line_boxes.page_count(document, "form") == 1
    assert [line.text for line in line_boxes.lines(document, "form")] == ["Formblatt"]


def test_the_pieces_of_an_endless_page_are_told_apart() -> None:
    pieces = ["<p>eins</p>", f"<ul><li>{'zwei ' * 60}</li></ul>", *["<p>drei</p>"] * 500]
    found = line_boxes.pieces(engine.layout(page("".join(pieces)), *PIECES), "description")
    assert len(found) == 502
    assert found[0] == ((19.0, "eins"),)
    assert len(found[1]) == 4
    assert found[501] == ((19.0, "drei"),)


def test_pieces_on_two_pages_are_an_error() -> None:
    document = engine.layout(page("<p>x</p>" * 100), *SHEETS)
    with pytest.raises(LayoutChanged):
        line_boxes.pieces(document, "description")


def test_the_frame_holds_page_headings_and_margins() -> None:
    html = page('<h2>Titel</h2><section id="b"><h3>Teil</h3><p>x</p><ul><li>x</li><li>x<br>x</li></ul></section>')
    frame = line_boxes.frame(engine.layout(html, *SHEETS), "description", ("p", "ul", "li"))
    assert frame.page_top == 115
    assert frame.page_height == pytest.approx(893.52, abs=0.01)
    assert frame.headings == {
        "all": Heading(Margins(0, 4), ((24.0, "Titel"),)),
        "b": Heading(Margins(14, 4), ((20.0, "Teil"),)),
    }
    assert frame.margins == {"p": Margins(0, 9), "ul": Margins(0, 9), "li": Margins(0, 3)}


def test_an_element_with_two_margins_has_no_place_in_a_frame() -> None:
    document = engine.layout(
        page('<section class="form"><p>x</p></section><p style="margin: 50px">y</p><p>x</p>'), *SHEETS
    )
    with pytest.raises(LayoutChanged, match="p"):
        line_boxes.frame(document, "description", ("p",))


def test_a_box_that_is_called_otherwise_is_a_changed_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    document = engine.layout(page("<p>x</p>"), *SHEETS)
    endless = engine.layout(page("<p>x</p>"), *PIECES)
    monkeypatch.delattr(boxes, "LineBox")
    with pytest.raises(LayoutChanged, match="LineBox"):
        line_boxes.lines(document, "description")
    with pytest.raises(LayoutChanged, match="LineBox"):
        line_boxes.pieces(endless, "description")
    document.pages[0]._page_box.page_type = None
    with pytest.raises(LayoutChanged, match="name"):
        line_boxes.page_count(document, "description")
