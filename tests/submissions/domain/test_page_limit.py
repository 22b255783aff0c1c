"""The page meter counts as the official PDF does, whatever was typed."""

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connective.pdf import line_boxes
from submissions.domain import description, official_pdf, page_limit, structured_text
from submissions.domain.page_composition import Laid, compare, composed
from submissions.domain.page_limit import measure
from tests.submissions.domain.conftest import forget_measurements

SENTENCE = (
    "Die Stadt Musterhausen verbindet die kommunale Abfallwirtschaft mit der Wirtschaftsförderung und möchte "
    "wissen, wie andere Kommunen Reparatur und Wiederverwendung in der Innenstadt halten. "
)
EMPTY_SHEET = official_pdf.OfficialContent("Themenaufruf", "Titel", "Stadt", (), {}, (), ())

pytestmark = pytest.mark.usefixtures("fresh_meter")

words = (
    st.sampled_from(SENTENCE.split())
    | st.text(max_size=12)
    | st.sampled_from(
        [
            "**fett**",
            "**",
            "-",
            "- Punkt",
            "1. Punkt",
            "2.",
            "Donaudampfschifffahrtsgesellschaftskapitän",
            "x" * 150,
            "W" * 90,
            "السلام",
            "हिन्दी",
            "ภาษาไทย",
            "a\u0301\u0301",
            "https://example.org/" + "pfad/" * 20,
            "<b>",
            "&nbsp;",
            "\u00a0",
        ]
    )
)
"""A word as people type it, or as nobody should."""
gaps = st.sampled_from([" ", " ", " ", " ", "\n", "\n\n", "\n- ", "\n\n\n", "   "])
passages = st.lists(st.tuples(words, gaps), max_size=30).map(lambda pairs: "".join(map("".join, pairs)))
# Repeating a passage reaches the second and third page without making the example itself long.
texts = st.tuples(passages, st.integers(1, 12)).map(lambda drawn: drawn[0] * drawn[1])
descriptions = st.fixed_dictionaries({}, optional=dict.fromkeys(description.SECTION_TITLES, texts))
layouts = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@settings(layouts, max_examples=25)
@given(descriptions)
@example({"background": SENTENCE * 45})
def test_the_count_is_that_of_the_official_pdf(sections: dict[str, str]) -> None:
    measured = measure(sections)
    if measured.exact:
        document = official_pdf.document(replace(EMPTY_SHEET, description=sections))
        assert measured.pages == official_pdf.description_pages(document)
        laid = Laid(measured.pages, line_boxes.lines(document, description.PAGE_NAME))
        compare(composed(description.cleaned(sections)), laid)


@layouts
@given(
    descriptions, st.sampled_from(list(description.SECTION_TITLES)), gaps, passages.filter(lambda text: "*" not in text)
)
def test_adding_text_never_lowers_the_fill_by_more_than_its_rounding(
    sections: dict[str, str], section: str, gap: str, added: str
) -> None:
    before = measure(sections)
    after = measure({**sections, section: sections.get(section, "") + gap + added})
    if after.exact:
        assert after.fill >= before.fill - Decimal("0.01")
    else:
        assert after.fill > after.limit + 1


@layouts
@given(descriptions)
def test_the_parts_of_a_measurement_agree_with_each_other(sections: dict[str, str]) -> None:
    measured = measure(sections)
    assert measured.fits == (measured.lines_over == 0) == (measured.pages <= measured.limit)
    assert measured.pages - 1 <= measured.fill <= measured.pages
    if measured.exact:
        assert len(measured.page_breaks) <= measured.pages - 1
        assert sum(measured.shares.values()) <= measured.pages
    for page_break in measured.page_breaks:
        text = structured_text.clean(sections[page_break.section])
        assert 0 <= page_break.offset <= len(text)


@layouts
@given(descriptions)
def test_each_page_ends_with_the_words_before_the_offset(sections: dict[str, str]) -> None:
    for page_break in measure(sections).page_breaks:
        text = structured_text.clean(sections[page_break.section])
        before = _letters(structured_text.drawable(text[: page_break.offset]))
        # A hyphen at the end may come from the layout, and marks of lists and bold words are not drawn.
        assert before.endswith(_letters(page_break.words.split()[-1]))


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalpha())


def test_an_empty_description_takes_the_one_page_that_the_official_pdf_has() -> None:
    measured = measure({})
    assert (measured.pages, measured.fill, measured.lines_over, measured.page_breaks) == (1, Decimal("0.00"), 0, ())
    assert official_pdf.description_pages(official_pdf.document(EMPTY_SHEET)) == 1


def test_a_known_text_has_the_same_measure_on_every_machine() -> None:
    # Golden: if this changes, another font, stylesheet or library has changed what people may write.
    sections = {
        "background": SENTENCE * 12 + "\n\n- eins\n- **zwei**\n\n" + SENTENCE * 4,
        "learning_goals": SENTENCE * 8,
        "contribution": "1. " + SENTENCE * 6 + "\n2. " + SENTENCE * 3,
    }
    measured = measure(sections)
    assert (measured.pages, measured.fill, measured.lines_over) == (2, Decimal("1.82"), 0)
    (at,) = measured.page_breaks
    assert (at.page, at.section, at.offset) == (1, "learning_goals", 261)
    assert at.words == "Stadt Musterhausen verbindet die kommunale Abfallwirtschaft mit der"


def test_lines_are_the_unit_by_which_a_text_is_too_long() -> None:
    lines = "\n".join(f"Zeile {number}" for number in range(1, 101))
    measured = measure({"background": lines})
    assert measured.pages == 3
    kept = "\n".join(lines.split("\n")[: -measured.lines_over])
    assert measure({"background": kept}).fill == Decimal("2.00")
    assert measure({"background": kept + "\nnoch eine"}).lines_over == 1


def test_the_offset_of_a_page_break_is_where_the_next_page_begins() -> None:
    lines = "\n".join(f"Zeile {number}" for number in range(1, 61))
    (at,) = measure({"background": lines}).page_breaks
    last = at.words.split()[-1]
    assert lines[at.offset :].startswith(f"Zeile {int(last) + 1}\n")


def test_a_bold_word_across_the_end_of_a_page_moves_no_offset() -> None:
    text = (SENTENCE + "**wichtige kommunale Daseinsvorsorge** ") * 30
    for at in measure({"background": text}).page_breaks:
        assert text[at.offset - 1] in {" ", "*"} or at.words.endswith("-")
        assert text[: at.offset].rstrip().removesuffix("**").endswith(at.words.split()[-1].rstrip("-*"))


def test_a_limit_of_one_page_and_of_five_are_obeyed() -> None:
    sections = {"background": SENTENCE * 45}
    assert measure(sections, limit=1).lines_over > 0
    assert measure(sections, limit=5).lines_over == 0
    assert measure(sections, limit=1).fill == measure(sections, limit=5).fill


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_page_is_an_error(limit: int) -> None:
    with pytest.raises(ValueError, match="at least one page"):
        measure({}, limit=limit)


def test_an_unknown_section_is_an_error() -> None:
    with pytest.raises(KeyError, match="title"):
        measure({"title": "x"})
    with pytest.raises(KeyError, match="title"):
        page_limit.cached({"title": "x"})


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE * 30_000,
        "x" * 1_000_000,
        "W " * 500_000,
        "i\n" * 500_000,
        "**a " * 500_000,
        "- a\n" * 300_000,
        "a\u0301\u0316" * 300_000,
        "\U0001f600" * 500_000,
        "ก" * 500_000,
    ],
)
def test_a_pasted_book_is_too_long_without_laying_it_out(text: str, layouts_made: list[str]) -> None:
    measured = measure({"background": text})
    assert not measured.fits
    assert not measured.exact
    assert measured.pages > 20
    assert len(layouts_made) <= 2
    assert sum(map(len, layouts_made)) < 120_000


def test_megabytes_of_spaces_are_still_measured_exactly() -> None:
    measured = measure({"background": " \n" * 2_000_000 + "Ende", "contribution": "x"})
    assert measured.exact
    assert measured.fill == measure({"background": "Ende", "contribution": "x"}).fill


def test_what_nobody_sees_and_how_lines_end_do_not_change_the_measurement(
    layouts_made: list[str],
) -> None:
    assert measure({"background": "eins\r\nzwei\u200b"}) == measure({"background": "eins\nzwei", "contribution": ""})
    assert len(layouts_made) == 1


def test_a_draft_with_characters_that_no_font_has_is_measured_all_the_same() -> None:
    assert measure({"background": "漢字 😀 \ud800"}).fill == measure({"background": "漢字 😀 "}).fill > 0


def test_four_threads_measure_as_one_does() -> None:
    wanted = {count: measure({"background": SENTENCE * count}).fill for count in range(5, 45, 4)}
    forget_measurements()
    found: list[dict[int, Decimal]] = []

    def work() -> None:
        found.append({count: measure({"background": SENTENCE * count}).fill for count in wanted})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4
