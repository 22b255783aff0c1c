"""What the page meter shows of a measurement."""

from decimal import Decimal

from django.template.loader import render_to_string

from submissions.domain.page_limit import Measurement, PageBreak, Span
from submissions.templatetags.page_meter import meter_picture


def measurement(fill: str, *, pages: int, lines_over: int = 0, exact: bool = True) -> Measurement:
    full, rest = divmod(Decimal(fill), 1)
    spans = [Span(page, "background", Decimal(0), Decimal(1)) for page in range(1, int(full) + 1)]
    spans += [Span(int(full) + 1, "contribution", Decimal(0), rest)] if rest else []
    breaks = tuple(
        PageBreak(page=page, section="background", offset=page * 4000, words="auf dem Markt <b>")
        for page in range(1, pages)
    )
    return Measurement(
        pages=pages,
        fill=Decimal(fill),
        limit=2,
        lines_over=lines_over,
        page_breaks=breaks,
        spans=tuple(spans),
        exact=exact,
    )


def rendered(measured: Measurement, limit: int = 2) -> str:
    html = render_to_string("partials/page_meter.html", {"measurement": measured, "limit": limit})
    return " ".join(html.split())


def test_the_figure_is_in_pages_of_the_limit() -> None:
    assert meter_picture(measurement("1.62", pages=2), 2).figure == "1,7 von 2 Seiten"
    assert meter_picture(measurement("0.50", pages=1), 1).figure == "0,5 von 1 Seite"


def test_the_figure_is_above_the_limit_exactly_when_the_text_is() -> None:
    assert meter_picture(measurement("2.00", pages=2), 2).figure == "2,0 von 2 Seiten"
    assert meter_picture(measurement("2.01", pages=3, lines_over=1), 2).figure == "2,1 von 2 Seiten"


def test_all_pages_of_the_limit_are_drawn_and_at_most_one_beyond() -> None:
    assert [sheet.over for sheet in meter_picture(measurement("0.00", pages=1), 2).sheets] == [False, False]
    assert [sheet.over for sheet in meter_picture(measurement("5.50", pages=6, exact=False), 2).sheets] == [
        False,
        False,
        True,
    ]


def test_the_picture_has_words_for_those_who_do_not_see_it() -> None:
    picture = meter_picture(measurement("1.62", pages=2), 2)
    assert picture.alternative == "Seite 1 zu 100 Prozent gefüllt, Seite 2 zu 62 Prozent gefüllt"
    assert f'role="img" aria-label="{picture.alternative}"' in rendered(measurement("1.62", pages=2))


def test_a_text_that_is_too_long_says_how_many_lines_must_go_and_where_the_last_page_ends() -> None:
    html = rendered(measurement("2.30", pages=3, lines_over=14))
    assert "Bitte kürzen Sie um <strong>14 Zeilen</strong>." in html
    assert "Seite 2 endet in „Thema und Hintergrund“ nach den Worten „… auf dem Markt &lt;b&gt;“" in html


def test_a_text_that_fits_says_nothing_of_cutting() -> None:
    assert "kürzen" not in rendered(measurement("2.00", pages=2))


def test_an_estimate_says_that_it_is_one() -> None:
    html = rendered(measurement("9.00", pages=9, lines_over=320, exact=False))
    assert "etwa 9 von 2 Seiten" in html
    assert "etwa 320 Zeilen" in html


def test_each_part_with_text_has_its_share_and_none_is_zero() -> None:
    shares = meter_picture(measurement("1.01", pages=2), 2).shares
    assert [(str(title), pages) for title, pages in shares] == [
        ("Thema und Hintergrund", "1,0 Seiten"),
        ("Was Sie beitragen", "0,1 Seiten"),
    ]


def test_nothing_in_the_picture_is_styled_inline() -> None:
    assert "style=" not in rendered(measurement("2.30", pages=3, lines_over=14))
