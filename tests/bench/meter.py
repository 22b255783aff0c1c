"""What the page meter costs.

Ratios count, from medians of runs that take turns; the milliseconds only say what machine it was.
"""

import gc
import time
from collections.abc import Callable
from itertools import count
from statistics import median

from tests.bench.table import Row

RUNS = 25


SENTENCE = (
    "Die Stadt Musterhausen verbindet die kommunale Abfallwirtschaft mit der Wirtschaftsförderung und möchte "
    "wissen, wie andere Kommunen Reparatur und Wiederverwendung in der Innenstadt halten. "
)
_numbers = count()


def _sections(sentences: int) -> dict[str, str]:
    """Return a description that no run has seen before."""
    paragraph = SENTENCE * 4 + "\n\n"
    part = paragraph * (sentences // 12) + "- ein Punkt\n- ein **zweiter** Punkt"
    return {
        "background": f"Fassung {next(_numbers)}. {part}",
        "learning_goals": part,
        "contribution": part,
    }


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def rows() -> list[Row]:
    """Measure the meter and return the rows of the table."""
    from django.template.loader import render_to_string
    from weasyprint import HTML

    from connective.pdf import engine
    from submissions.domain import description, page_limit

    page_limit.warm_up()
    styles, fonts, fetcher = [engine._parsed(description.STYLESHEET)], engine._font_configuration(), engine._fetcher()

    def html(sections: dict[str, str]) -> str:
        shown = description.template_sections(description.cleaned(sections))
        return render_to_string("pdf/description_alone.html", {"sections": shown})

    def bare(source: str) -> None:
        HTML(string=source, url_fetcher=fetcher).render(font_config=fonts, stylesheets=styles)

    two_pages, three_pages, book = 24, 48, SENTENCE * 22_000
    known = _sections(two_pages)
    pages = {size: page_limit.measure(_sections(size)).pages for size in (two_pages, three_pages)}
    assert pages == {two_pages: 2, three_pages: 3}, pages
    assert page_limit.measure({"background": book}).pages >= 1000
    page_limit.measure(known)
    times: dict[str, list[float]] = {name: [] for name in ("bare", "changed", "three", "book", "unchanged")}
    for _ in range(RUNS):
        source = html(_sections(two_pages))
        times["bare"].append(_timed(lambda: bare(source)))  # noqa: B023
        times["changed"].append(_timed(lambda: page_limit.measure(_sections(two_pages))))
        times["three"].append(_timed(lambda: page_limit.measure(_sections(three_pages))))
        times["book"].append(_timed(lambda: page_limit.measure({"background": f"{next(_numbers)} {book}"})))
        times["unchanged"].append(_timed(lambda: page_limit.measure(known)))
    middle = {name: median(values) for name, values in times.items()}
    return [
        Row("measure changed two pages / bare render", middle["changed"] / middle["bare"], 1.2, "x"),
        Row("measure unchanged two pages", middle["unchanged"], 2.0, "ms"),
        Row("measure 1,000 pasted pages / three pages", middle["book"] / middle["three"], 1.5, "x"),
        Row("bare render of two pages", middle["bare"], None, "ms"),
        Row("measure changed two pages", middle["changed"], None, "ms"),
        Row("measure three pages", middle["three"], None, "ms"),
        Row("measure 1,000 pasted pages", middle["book"], None, "ms"),
    ]
