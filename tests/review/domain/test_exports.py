"""Tables for spreadsheets, and what applicants could smuggle into them."""

import csv
import io

import pytest
from openpyxl import load_workbook

from review.domain.exports import Cell, as_csv, as_xlsx, harmless

FORMULAE = [
    '=HYPERLINK("https://example.org","Klick")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
]


@pytest.mark.parametrize("text", FORMULAE)
def test_text_that_begins_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["Hitze = Risiko", "2021", "", -2.5, 3, None])
def test_other_text_and_numbers_stay_as_they_are(cell: str | float | None) -> None:
    assert harmless(cell) == cell


def test_csv_opens_in_a_german_spreadsheet() -> None:
    written = as_csv([["Thema", "Wert"], ["Hitze; Schatten\n„Quartier“", 62.5], ["=1+1", None]])

    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [["Thema", "Wert"], ["Hitze; Schatten\n„Quartier“", "62,5"], ["'=1+1", ""]]


def test_xlsx_holds_text_as_text_and_numbers_as_numbers() -> None:
    rows: list[list[Cell]] = [["Thema", "Wert"]]
    rows += [[text, 62.5] for text in FORMULAE]
    written = as_xlsx(rows, title="Rangfolge: 1/2")

    sheet = load_workbook(io.BytesIO(written)).active
    assert sheet is not None
    assert sheet.title == "Rangfolge  1 2"
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(str(cell.value).startswith("'") for cell in cells)
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == [62.5] * len(FORMULAE)


def test_xlsx_takes_control_characters_and_texts_that_are_too_long() -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx([["Text"], ["a\x07b"], ["x" * 40_000]], title="T"))).active

    assert sheet is not None
    assert sheet["A2"].value == "ab"
    assert len(str(sheet["A3"].value)) == 32_766


def test_an_export_without_rows_is_a_file_with_a_head() -> None:
    assert load_workbook(io.BytesIO(as_xlsx([["Thema"]], title="T"))).active["A1"].value == "Thema"
