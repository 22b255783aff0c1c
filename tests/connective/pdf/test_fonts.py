"""The fonts of all documents come from packages and cover what we promise."""

from pathlib import Path
from typing import Any

import pytest

from connective.pdf import fonts


def test_every_font_file_exists() -> None:
    assert [face.path.name for face in fonts.font_faces() if not face.path.is_file()] == []


@pytest.mark.parametrize(
    "text",
    [
        "Größenmaß „Zitat“ – 50 % €",
        "Ελληνικά",
        "Українська мова, Ђорђе",
        "Việt Nam, Yoruba: ọ̀rọ̀",
        "العربية",
        "Հայերեն",
        "বাংলা",
        "हिन्दी",
        "ქართული",
        "עברית",
        "ภาษาไทย",
    ],
)
def test_letters_of_the_promised_scripts_have_glyphs(text: str) -> None:
    assert fonts.unsupported_characters(text) == []


def test_characters_without_a_glyph_are_named_once_and_in_order() -> None:
    assert fonts.unsupported_characters("a漢b😀漢\ue000") == ["漢", "😀", "\ue000"]


def test_control_characters_count_as_not_drawn_but_the_line_feed_does_not() -> None:
    assert fonts.unsupported_characters("a\nb\x00\x1b\x7f\x85") == ["\x00", "\x1b", "\x7f", "\x85"]


def test_the_rules_name_bundled_fonts_only() -> None:
    css = fonts.font_face_css()
    assert "local(" not in css
    assert css.count("url(") == css.count(f'url("{fonts.URL_PREFIX}')


def test_a_font_is_unpacked_once_for_all_processes(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    face = next(fonts.font_faces())
    data = fonts.unpacked(face)
    (kept,) = (tmp_path / "fonts").iterdir()
    assert kept.read_bytes() == data
    kept.write_bytes(b"taken from here")
    assert fonts.unpacked(face) == b"taken from here"


def test_a_font_is_unpacked_even_without_a_place_to_keep_it(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").write_text("no folder")
    settings.VAR_DIR = tmp_path / "file"
    assert fonts.unpacked(next(fonts.font_faces()))[:4] in {b"\x00\x01\x00\x00", b"OTTO"}
