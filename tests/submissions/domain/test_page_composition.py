"""Pages composed from single lines are those of the official layout: same lines, same places, after any edit.

`METER_EXAMPLES=2000 pytest tests/submissions/domain/test_page_composition.py` looks longer; a disagreement is shown
with the smallest text that has it.
"""

import itertools
import logging
import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connective.pdf import engine, line_boxes
from connective.pdf.line_boxes import LayoutChanged
from submissions.domain import description, page_composition, page_limit
from submissions.domain.page_composition import Laid, compare, composed, official
from submissions.domain.page_limit import Superseded, measure, measure_officially
from tests.submissions.domain.test_page_limit import SENTENCE

EXAMPLES = int(os.environ.get("METER_EXAMPLES", "150"))
SECTIONS = list(description.SECTION_TITLES)

pytestmark = pytest.mark.usefixtures("fresh_meter")
layouts = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), print_blob=True)

OTHER_SCRIPTS = (
    "السلام عليكم ورحمة الله",
    "שלום לכולם",
    "हिन्दी में एक वाक्य",
    "বাংলা ভাষা",
    "ภาษาไทยที่ไม่มีช่องว่าง" * 4,
    "Қазақстан Республикасы",
    "საქართველო",
    "Հայաստան",
    "Łódź, Škoda, Þór, Đà Nẵng",
    "Ελλάδα",
    "漢字 😀",
)
ODD = (
    "**fett**",
    "**fett über\neine Zeile**",
    "**",
    "**zwei fette Wörter**",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
    "x" * 150,
    "é" * 120,
    "a-b-c-d-e-f-g-" * 12,
    "https://example.org/" + "pfad/" * 20,
    "<b>&nbsp;",
    "\u00a0",
    "a\u0301\u0301",
    "1.000,50 €",
    "„Zitat“ – mit Strich …",
)
words = st.one_of(
    st.sampled_from(SENTENCE.split()),
    st.sampled_from(SENTENCE.split()),
    st.lists(st.sampled_from(SENTENCE.split()), min_size=8, max_size=30).map(" ".join),
    st.sampled_from(OTHER_SCRIPTS),
    st.sampled_from(ODD),
    st.text(max_size=12),
)
gaps = st.sampled_from(
    [" ", " ", " ", "\n", "\n\n", "\n- ", "\n\n- ", "\n* ", "\n1. ", "\n2. ", "\n3) ", "\n\n\n", " \n", "   ", "\n \n"]
)
passages = st.lists(st.tuples(words, gaps), max_size=40).map(lambda pairs: "".join(map("".join, pairs)))
fillers = st.tuples(st.integers(0, 47), st.sampled_from(["\n", "\n\n", "\n- "])).map(
    lambda drawn: drawn[1].join(["z"] * drawn[0])
)
"""Short lines that bring what follows to the end of a page without costing much."""
texts = st.one_of(
    passages,
    st.tuples(fillers, st.sampled_from(["\n", "\n\n", "\n- ", " "]), passages).map("".join),
    st.tuples(passages, st.integers(2, 8)).map(lambda drawn: drawn[0] * drawn[1]),
)
descriptions = st.fixed_dictionaries({}, optional=dict.fromkeys(SECTIONS, texts))


def agree(sections: dict[str, str]) -> Laid:
    """Compare the composed layout of typed texts with the official one; return it."""
    cleaned = description.cleaned({key: text[:15_000] for key, text in sections.items()})
    laid = official(cleaned)
    compare(composed(cleaned), laid)
    return laid


@layouts
@given(descriptions)
@example({})
@example({"background": "Die \n- "})
@example({"background": "\u00a0\n\u00a0"})
@example({"contribution": "****"})
def test_every_line_stands_where_the_official_layout_has_it(sections: dict[str, str]) -> None:
    agree(sections)


@settings(layouts, max_examples=max(20, EXAMPLES // 10))
@given(descriptions, st.integers(1, 3))
def test_both_ways_give_one_measurement(sections: dict[str, str], limit: int) -> None:
    ours = measure(sections, limit=limit)
    page_limit._measurements.clear()
    cache.clear()
    assert measure_officially(sections, limit=limit) == ours


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\n- ", "\n\n1. "])
def test_texts_that_end_at_the_last_line_of_a_page_and_one_line_off(gap: str) -> None:
    pages = set()
    for count in range(28, 50):
        laid = agree({"background": gap.join(["z"] * count)})
        pages.add((laid.pages, laid.lines[-1].page))
    assert {number for number, _ in pages} >= {1, 2}


def test_a_heading_at_the_foot_of_a_page_goes_with_its_first_line() -> None:
    moved = []
    for count in range(36, 46):
        laid = agree({"background": "\n".join(["z"] * count), "contribution": "- Punkt\n- Punkt\nweiter"})
        heading = next(line for line in laid.lines if line.part == "description-contribution")
        moved.append((heading.page, heading.top == 0))
    assert moved[0] == (1, False)
    assert (2, True) in moved
    assert moved[-1] == (2, False)


@pytest.mark.parametrize("script", OTHER_SCRIPTS)
def test_lines_higher_than_usual_move_the_end_of_a_page_alike(script: str) -> None:
    for count in (39, 40, 41, 42):
        agree({"background": f"{script} **{script}**\n" + "\n".join(["z"] * count) + f"\n**{script}** {SENTENCE}"})


def test_a_paragraph_over_three_pages_is_composed_of_its_lines() -> None:
    assert agree({"background": SENTENCE * 60}).pages == 3


def test_no_piece_depends_on_what_is_laid_out_beside_it() -> None:
    parts = [f"{word} {SENTENCE}" for word in (*OTHER_SCRIPTS, *ODD)]
    together = composed(description.cleaned({"background": "\n\n".join(parts)}))
    page_composition.forget()
    cache.clear()
    for part in parts:
        composed(description.cleaned({"contribution": part}))
    compare(composed(description.cleaned({"background": "\n\n".join(parts)})), together)


class Edits(RuleBasedStateMachine):
    """Somebody writes, deletes, moves and pastes; processes restart and caches are lost; the count stays right."""

    @initialize()
    def begin(self) -> None:
        """Begin with a page that is nearly full."""
        self.sections: dict[str, list[str]] = {key: [] for key in SECTIONS}
        self.sections["background"] = ["z\n" * 30, SENTENCE * 3]

    def _blocks(self, place: float, key: str) -> tuple[list[str], int]:
        blocks = self.sections[key]
        return blocks, int(place * len(blocks))

    places = st.floats(0, 0.999)
    keys = st.sampled_from(SECTIONS)

    @rule(key=keys, place=places, text=passages)
    def insert_paragraph(self, key: str, place: float, text: str) -> None:
        """Write a new paragraph, or several."""
        blocks, index = self._blocks(place, key)
        blocks.insert(index, text)

    @rule(key=keys, place=places, word=words, at=places)
    def change_paragraph(self, key: str, place: float, word: str, at: float) -> None:
        """Write a word into a paragraph."""
        blocks, index = self._blocks(place, key)
        if blocks:
            cut = int(at * len(blocks[index]))
            blocks[index] = f"{blocks[index][:cut]}{word}{blocks[index][cut:]}"

    @rule(key=keys, place=places)
    def delete_paragraph(self, key: str, place: float) -> None:
        """Delete a paragraph."""
        blocks, index = self._blocks(place, key)
        if blocks:
            blocks.pop(index)

    @rule(key=keys)
    def empty_section(self, key: str) -> None:
        """Delete a whole section."""
        self.sections[key] = []

    @rule(key=keys, place=places, items=st.lists(words, min_size=1, max_size=6), numbered=st.booleans())
    def make_list(self, key: str, place: float, items: list[str], numbered: bool) -> None:
        """Write a list."""
        blocks, index = self._blocks(place, key)
        blocks.insert(index, "\n".join(f"{f'{n}.' if numbered else '-'} {item}" for n, item in enumerate(items, 1)))

    @rule(one=keys, other=keys)
    def swap_sections(self, one: str, other: str) -> None:
        """Move text to another section."""
        self.sections[one], self.sections[other] = self.sections[other], self.sections[one]

    @rule(count=st.integers(1, 30))
    def fill_up(self, count: int) -> None:
        """Bring everything below to the end of a page."""
        self.sections["background"].insert(0, "\n".join(["z"] * count))

    @rule()
    def restart(self) -> None:
        """Lose what the process knows."""
        page_composition.forget()

    @rule()
    def lose_cache(self) -> None:
        """Lose what all processes know."""
        cache.clear()

    @invariant()
    def agrees(self) -> None:
        """Compare with the official layout."""
        agree({key: "\n\n".join(blocks) for key, blocks in self.sections.items()})


TestEdits = pytest.mark.usefixtures("fresh_meter")(Edits.TestCase)
TestEdits.settings = settings(layouts, max_examples=max(5, EXAMPLES // 20), stateful_step_count=12)


@pytest.fixture
def unchecked(fresh_meter: None) -> Iterator[None]:
    """A process that has not checked yet, before the test and after it."""
    page_composition._checked_frame.cache_clear()
    yield
    page_composition._checked_frame.cache_clear()


def test_the_check_text_has_a_page_end_of_each_kind() -> None:
    lines = official(page_composition._check_texts()).lines
    ends = [(before, after) for before, after in itertools.pairwise(lines) if before.page < after.page]
    room = [893.52 * (1 - before.bottom) for before, _ in ends]
    assert len(ends) == 4
    assert ends[0][1].text == "Was wir aus dem Austausch lernen möchten"
    assert 34 < room[0] < 57
    assert [after.part for _, after in ends[1:]] == ["description-learning_goals", *["description-contribution"] * 2]
    assert sum(line.page == 3 and line.part == ends[1][1].part for line in lines) == 1
    assert 19 < room[2] < 28
    (alone, following) = ends[3]
    assert lines[lines.index(alone) - 1].bottom < alone.top
    assert following.top == 0


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    "unknown_rule",
    [
        ".description h3 { padding-bottom: 4px !important }",
        ".description h3 { margin-break: auto !important }",
        ".description h3 { break-after: auto !important }",
        ".description ul { break-before: avoid !important }",
        ".description { widows: 2 !important }",
        ".description { orphans: 2 !important }",
        ".description p { text-indent: 200px !important }",
        ".description { font-size: 15px !important }",
        ".description ol { padding-left: 200px !important }",
    ],
)
def test_the_check_at_start_finds_rules_that_the_meter_does_not_know(
    unknown_rule: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = engine.layout
    style = f"<style>{unknown_rule}</style></head>"
    monkeypatch.setattr(engine, "layout", lambda html, *sheets: real(html.replace("</head>", style), *sheets))
    page_composition.forget()
    with caplog.at_level(logging.ERROR):
        page_limit.warm_up()
    assert "lays out whole texts: right, but slow" in caplog.text
    assert not page_composition.is_exact()
    sections = {"background": SENTENCE * 20, "contribution": "- Punkt"}
    assert measure(sections).exact
    page_limit._measurements.clear()
    cache.clear()
    assert measure_officially(sections) == measure(sections)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("reader", ["pieces", "frame"])
def test_a_library_with_other_boxes_makes_the_meter_slow_and_never_wrong(
    reader: str, monkeypatch: pytest.MonkeyPatch, layouts_made: list[str]
) -> None:
    expected = measure_officially({"background": SENTENCE})
    page_limit._measurements.clear()
    cache.clear()

    def changed(*_: object) -> object:
        message = "no such attribute"
        raise LayoutChanged(message)

    monkeypatch.setattr(line_boxes, reader, changed)
    page_composition.forget()
    assert not page_composition.is_exact()
    layouts_made.clear()
    assert measure({"background": SENTENCE}) == expected
    assert layouts_made == [SENTENCE]


def test_a_text_whose_lines_are_unclear_is_laid_out_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, layouts_made: list[str]
) -> None:
    monkeypatch.setattr(line_boxes, "pieces", lambda *_: [()])
    assert measure({"background": SENTENCE}).fill > 0
    assert layouts_made[-1] == SENTENCE


def test_nothing_is_laid_out_for_an_answer_that_nobody_wants(layouts_made: list[str]) -> None:
    with pytest.raises(Superseded):
        measure({"background": SENTENCE}, wanted=lambda: False)
    assert layouts_made == []
    known = measure({"background": SENTENCE})
    assert measure({"background": SENTENCE}, wanted=lambda: False) == known
