"""Plain text becomes paragraphs, lists and bold words; all else stays text."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.domain import structured_text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        (" \n\n ", ""),
        ("Ein Satz.", "<p>Ein Satz.</p>"),
        ("eins\nzwei\n\n\n\ndrei", "<p>eins<br>zwei</p><p>drei</p>"),
        ("- a\n* b\n• c", "<ul><li>a</li><li>b</li><li>c</li></ul>"),
        (
            "Ziele:\n- a\n  geht weiter\n\n- b\n\nEnde",
            "<p>Ziele:</p><ul><li>a<br>geht weiter</li><li>b</li></ul><p>Ende</p>",
        ),
        ("1. a\n2) b", '<ol><li value="1">a</li><li value="2">b</li></ol>'),
        ("1. a\n- b", '<ol><li value="1">a</li></ol><ul><li>b</li></ul>'),
        ("Am\n4. Dezember 2020", "<p>Am<br>4. Dezember 2020</p>"),
        ("-5 Grad, -b", "<p>-5 Grad, -b</p>"),
        ("ein **fettes Wort**, **zwei**", "<p>ein <strong>fettes Wort</strong>, <strong>zwei</strong></p>"),
        ("2 ** 3 ** 4, **offen", "<p>2 ** 3 ** 4, **offen</p>"),
        ("viele    Leerzeichen", "<p>viele Leerzeichen</p>"),
    ],
)
def test_simple_structure_is_read(text: str, html: str) -> None:
    assert structured_text.to_html(text) == html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("&amp; &nbsp;", "<p>&amp;amp; &amp;nbsp;</p>"),
        ("**<b>**", "<p><strong>&lt;b&gt;</strong></p>"),
        ("{{ x }}{% now 'Y' %}", "<p>{{ x }}{% now &#x27;Y&#x27; %}</p>"),
        ("[x](http://example.org) https://example.org", "<p>[x](http://example.org) https://example.org</p>"),
        ('<img src="file:///etc/passwd">', "<p>&lt;img src=&quot;file:///etc/passwd&quot;&gt;</p>"),
        ("# keine Überschrift", "<p># keine Überschrift</p>"),
    ],
)
def test_markup_entities_templates_and_links_are_text(text: str, html: str) -> None:
    assert structured_text.to_html(text) == html


def test_a_character_without_a_glyph_is_drawn_as_the_replacement_sign() -> None:
    assert structured_text.to_html("a😀b") == "<p>a\ufffdb</p>"


def test_a_run_without_a_space_gets_chances_to_break_and_loses_no_character() -> None:
    text = "x" * 100_000
    html = structured_text.to_html(text)
    assert max(len(piece) for piece in re.sub("<[^>]*>", "", html).split("\u200b")) <= 20
    assert html.replace("\u200b", "") == f"<p>{text}</p>"


@given(st.text(alphabet="ab *-•1.2)\n<&ü😀", max_size=60))
def test_only_known_tags_come_out_and_every_letter_is_kept(text: str) -> None:
    text = structured_text.clean(text)
    html = structured_text.to_html(text)
    assert set(re.findall(r"</?([a-z]+)", html)) <= {"p", "br", "ul", "ol", "li", "strong"}
    assert unescape(re.sub("<[^>]*>", "", html)).count("a") == text.count("a")


@given(st.text(alphabet="ab *-•1.2)\n", max_size=60))
def test_each_run_stands_in_the_text_where_it_says(text: str) -> None:
    text = structured_text.clean(text)
    for run in structured_text.runs(text):
        assert text[run.offset : run.offset + len(run.text)] == run.text
