"""Typed text is cleaned of what nobody sees, and refused for what no font can draw."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connective.pdf import fonts
from submissions.domain.text_characters import MAX_MARKS, clean, refusal


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("eins\r\nzwei\rdrei", "eins\nzwei\ndrei"),
        ("u\u0308ber", "über"),
        ("a\x00b\x07c\x1bd\x7fe", "abcde"),
        ("a\ud800b\udfffc", "abc"),
        ("Rechnung\u202efdp.exe\u202c \u2066x\u2069", "Rechnungfdp.exe x"),
        ("Zer\u200bo\ufeff Wid\u2060th\u00ad", "Zero Width"),
        ("a\tb\u2003c", "a b c"),
        ("10\u202f000\u00a0€", "10\u00a0000\u00a0€"),
        ("nicht\u2011trennbar\u2010e", "nicht-trennbar-e"),
        ("\uf0b7 Punkt", "\u2022 Punkt"),
        ("Zeile\u2028neu\u0085neu", "Zeile\nneu\nneu"),
        ("a\u200db \u200c", "ab "),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("e" + "\u0301" * 10_000, "é" + "\u0301" * (MAX_MARKS - 1)),
    ],
)
def test_what_nobody_sees_is_taken_out(typed: str, stored: str) -> None:
    assert clean(typed) == stored


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_cleaning_any_string_gives_text_that_can_be_stored_and_stays_as_it_is(typed: str) -> None:
    stored = clean(typed)
    stored.encode()
    assert "\x00" not in stored
    assert "\r" not in stored
    assert unicodedata.is_normalized("NFC", stored)
    assert clean(stored) == stored


@pytest.mark.parametrize(
    "pattern", ["a\u0316\u0301" + "\u0301\u0316" * 500, " ", "\n ", "\r\n", "\u200d", "**a ", "\u202e", "ä\u0308"]
)
def test_cleaning_five_million_characters_takes_seconds_at_most(pattern: str) -> None:
    typed = pattern * (5_000_000 // len(pattern))
    begun = time.perf_counter()
    clean(typed)
    assert time.perf_counter() - begun < 5  # a quadratic step would take minutes


def test_ordinary_text_is_not_refused() -> None:
    assert refusal("Größe – „so“ und\nso: العربية") is None


def test_a_refusal_names_the_character_and_its_code_point() -> None:
    assert (
        refusal("Gut 😀") == "Das Zeichen „😀“ (U+1F600) kann im PDF nicht dargestellt werden. Bitte ersetzen Sie es."
    )


def test_a_refusal_of_many_names_five() -> None:
    sentence = refusal("一二三四五六七")
    assert sentence is not None
    assert sentence.startswith("7 Zeichen")
    assert sentence.count("U+") == 5


@given(st.text())
def test_a_text_is_refused_exactly_if_a_font_lacks_one_of_its_characters(text: str) -> None:
    assert (refusal(text) is None) == (fonts.unsupported_characters(text) == [])
