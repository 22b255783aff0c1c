"""What the page meter costs.

Ratios count, from medians of runs that take turns; the milliseconds only say what machine it was. More measurements for
the figure of memory: `METER_MEASUREMENTS=100000 make bench`.
"""

import gc
import os
import random
import resource
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from tests.bench.table import Row

RUNS = 200
FEW_RUNS = 25
MEASUREMENTS = int(os.environ.get("METER_MEASUREMENTS", "2000"))

SENTENCE = (
    "Die Stadt Musterhausen verbindet die kommunale Abfallwirtschaft mit der Wirtschaftsförderung und möchte "
    "wissen, wie andere Kommunen Reparatur und Wiederverwendung in der Innenstadt halten. "
)
_WORDS = [
    *SENTENCE.split(),
    "**Klimaanpassung**",
    "Bürgerbeteiligung",
    "Städtepartnerschaft",
    "Verwaltung",
    "seit 2019",
]
_KEYS = ("background", "learning_goals", "contribution", "further_goals")
_numbers = count()
Sections = dict[str, str]


def _paragraph(chance: random.Random) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(50)) + f" {next(_numbers)}."


def _list(chance: random.Random) -> str:
    return "\n".join(f"- {' '.join(chance.choice(_WORDS) for _ in range(9))} {next(_numbers)}" for _ in range(5))


def _sections(chance: random.Random, paragraphs: int = 12) -> Sections:
    """Return a description that no run has seen before: paragraphs of about 460 characters and a list."""
    texts = [_paragraph(chance) for _ in range(paragraphs)]
    parts = [texts[number::4] for number in range(4)]
    parts[2].insert(1, _list(chance))
    return {key: "\n\n".join(part) for key, part in zip(_KEYS, parts, strict=True)}


def _a_word_changed(sections: Sections, chance: random.Random) -> Sections:
    key = chance.choice(_KEYS)
    blocks = sections[key].split("\n\n")
    index = chance.choice([number for number, block in enumerate(blocks) if not block.startswith("-")])
    words = blocks[index].split(" ")
    words[chance.randrange(len(words))] = f"Wort{next(_numbers)}"
    blocks[index] = " ".join(words)
    return {**sections, key: "\n\n".join(blocks)}


def _a_paragraph_inserted(sections: Sections, chance: random.Random) -> Sections:
    return {**sections, "background": f"{_paragraph(chance)}\n\n{sections['background']}"}


def _a_section_emptied(sections: Sections, chance: random.Random) -> Sections:
    """Empty a section in a text whose answer is not known, since emptying the same twice would cost nothing."""
    return {**_a_word_changed({**sections, "further_goals": "x y"}, chance), "learning_goals": ""}


def _a_list_changed(sections: Sections, chance: random.Random) -> Sections:
    changed = sections["contribution"].replace("- ", f"- {chance.choice(_WORDS)}{next(_numbers)} ", 1)
    return {**sections, "contribution": changed}


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _memory() -> float:
    """Return the resident memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def _endurance(chance: random.Random) -> list[Row]:
    """Measure one edit after the other: time of the processor for each, and memory gained in the second half."""
    from submissions.domain import page_limit

    sections = _sections(chance)
    half = 0.0
    begun = time.process_time()
    for number in range(MEASUREMENTS):
        if number % 500 == 0:
            sections = _sections(chance)
        sections = _a_word_changed(sections, chance)
        page_limit.measure(sections)
        if number == MEASUREMENTS // 2:
            gc.collect()
            half = _memory()
    each = (time.process_time() - begun) * 1000 / MEASUREMENTS
    gc.collect()
    return [
        Row("measurements a second on one core, 1/x", each / 1000, 1 / 40, "s"),
        Row(f"memory gained by {MEASUREMENTS // 2:,} measurements", _memory() - half, 5.0, "MB"),
    ]


def rows() -> list[Row]:
    """Measure the meter and return the rows of the table."""
    from django.template.loader import render_to_string
    from weasyprint import HTML

    from connective.pdf import engine
    from submissions.domain import description, page_composition, page_limit

    page_limit.warm_up()
    assert page_composition.is_exact()
    styles, fonts, fetcher = [engine._parsed(*description.STYLESHEETS)], engine._font_configuration(), engine._fetcher()

    def html(sections: Sections) -> str:
        shown = description.template_sections(description.cleaned(sections))
        return render_to_string("pdf/description_alone.html", {"sections": shown})

    def bare(source: str) -> None:
        HTML(string=source, url_fetcher=fetcher).render(font_config=fonts, stylesheets=styles)

    chance = random.Random(4)
    known = _sections(chance)
    assert page_limit.measure(known).pages == 2
    assert page_limit.measure(_sections(chance, 18)).pages == 3
    assert page_limit.measure({"background": SENTENCE * 22_000}).pages >= 1000
    edits: dict[str, Callable[[Sections, random.Random], Sections]] = {
        "word changed": _a_word_changed,
        "paragraph inserted": _a_paragraph_inserted,
        "section emptied": _a_section_emptied,
        "list changed": _a_list_changed,
    }
    times: dict[str, list[float]] = {}

    def note(name: str, work: Callable[[], object]) -> None:
        times.setdefault(name, []).append(_timed(work))

    for run in range(RUNS):
        for name, edit in edits.items():
            changed = edit(known, chance)
            note(name, lambda: page_limit.measure(changed))  # noqa: B023
        note("unchanged", lambda: page_limit.measure(known))
        source, new = html(_sections(chance)), _sections(chance)
        if run % (RUNS // 50) == 0:
            note("bare", lambda: bare(source))  # noqa: B023
            note("first", lambda: page_limit.measure(new))  # noqa: B023
            note("official", lambda: page_limit.measure_officially(new))  # noqa: B023
        if run % (RUNS // FEW_RUNS) == 0:
            three, book = _sections(chance, 18), {"background": f"{next(_numbers)} {SENTENCE * 22_000}"}
            note("three", lambda: page_limit.measure(three))  # noqa: B023
            note("book", lambda: page_limit.measure(book))  # noqa: B023
    middle = {name: median(values) for name, values in times.items()}
    high = {name: quantiles(values, n=20)[-1] for name, values in times.items()}
    table = []
    for name in edits:
        table += [
            Row(f"measure, {name} / bare render", middle[name] / middle["bare"], 0.2, "x"),
            Row(f"measure, {name}, median", middle[name], 20.0, "ms"),
            Row(f"measure, {name}, p95", high[name], None, "ms"),
        ]
    return [
        *table,
        Row("measure first sight of two pages / bare render", middle["first"] / middle["bare"], 1.2, "x"),
        Row("measure unchanged two pages", middle["unchanged"], 2.0, "ms"),
        Row("measure unchanged two pages, p95", high["unchanged"], None, "ms"),
        Row("measure 1,000 pasted pages / three pages", middle["book"] / middle["three"], 1.5, "x"),
        Row("bare render of two pages", middle["bare"], None, "ms"),
        Row("measure first sight of two pages", middle["first"], None, "ms"),
        Row("measure officially two pages", middle["official"], None, "ms"),
        Row("measure three pages", middle["three"], None, "ms"),
        Row("measure 1,000 pasted pages", middle["book"], None, "ms"),
        *_endurance(chance),
    ]
