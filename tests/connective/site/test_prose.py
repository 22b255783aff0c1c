"""Plain text with a little structure."""

import pytest
from django.utils.safestring import SafeString

from connective.site.prose import to_html


def test_blank_lines_part_paragraphs_and_line_breaks_stay() -> None:
    assert to_html("Eins\nzwei\r\n\r\nDrei") == "<p>Eins<br>zwei</p>\n<p>Drei</p>"


def test_marked_lines_become_headings_and_lists() -> None:
    assert to_html("## Kontakt\n\nBitte:\n- anrufen\n- schreiben") == (
        "<h2>Kontakt</h2>\n<p>Bitte:</p>\n<ul><li>anrufen</li><li>schreiben</li></ul>"
    )


def test_addresses_become_links() -> None:
    html = to_html("Schreiben Sie an fragen@example.org oder lesen Sie https://example.org/a?b=1&c=2")
    assert '<a href="mailto:fragen@example.org">fragen@example.org</a>' in html
    assert 'href="https://example.org/a?b=1&amp;c=2"' in html


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "## <img src=x onerror=alert(1)>",
        "- <b onclick=x>",
        'https://example.org/"onmouseover="alert(1)',
        "javascript:alert(1)",
        "{{ settings.SECRET_KEY }} {% now %}",
    ],
)
def test_markup_is_shown_as_it_was_typed(typed: str) -> None:
    html = to_html(typed)
    assert isinstance(html, SafeString)
    for harmful in ("<script", "<img", "<b ", '"onmouseover', 'href="javascript'):
        assert harmful not in html


def test_no_text_is_no_markup() -> None:
    assert to_html(" \n ") == ""
