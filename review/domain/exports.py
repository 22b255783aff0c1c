"""Rankings and shortlists as tables for a spreadsheet: XLSX and CSV.

Text that a spreadsheet would run as a formula is made harmless (OWASP, "CSV Injection"): applicants choose titles.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

Cell = str | int | float | None

FORMULA = re.compile(r"\s*[=+\-@\t\r\n＝＋－＠]")
"""What makes a spreadsheet take a text for a formula, behind spaces too, and in the wide forms of these signs."""
MOST_CHARACTERS = 32_767
"""A cell of XLSX holds no more (Microsoft, "Excel specifications and limits")."""
WIDTHS = (6, 60)


def harmless(cell: Cell) -> Cell:
    """Return the cell, text that could be taken for a formula with an apostrophe before it; numbers stay numbers."""
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)[: MOST_CHARACTERS - 1]
    return f"'{text}" if FORMULA.match(text) else text


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return the rows as CSV that a German spreadsheet opens: UTF-8 with mark, semicolons, decimal commas."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([_german(harmless(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[Cell]], *, title: str) -> bytes:
    """Return the rows as a workbook of one sheet; the first row is the head and stays in sight.

    All text is stored as text, never as a formula, whatever it begins with.
    """
    workbook = Workbook(write_only=True)
    workbook.properties.creator = "Connective Cities"
    workbook.properties.title = title
    sheet = workbook.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    table = [[harmless(cell) for cell in row] for row in rows]
    for column, width in enumerate(_widths(table), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(table):
        sheet.append([_xlsx_cell(sheet, cell, head=number == 0) for cell in row])
    if table and table[0]:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table[0]))}{len(table)}"
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _german(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)


def _xlsx_cell(sheet: Any, cell: Cell, *, head: bool) -> Any:
    if not head and not isinstance(cell, str):
        return cell
    written = WriteOnlyCell(sheet, cell)
    if isinstance(cell, str):
        written.data_type = "s"
    if head:
        written.font, written.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    return written


def _widths(table: Sequence[Sequence[Cell]]) -> list[int]:
    narrowest, widest = WIDTHS
    columns = zip(*table, strict=True) if table else ()
    return [
        min(widest, 2 + max(narrowest, *(len(str(cell)) for cell in column if cell is not None))) for column in columns
    ]
