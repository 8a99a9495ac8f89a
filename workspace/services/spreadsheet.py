"""CSV and XLSX that a spreadsheet opens as text: no cell is taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CELL, MOST_SHEET_NAME, MOST_WIDTH = 32_767, 31, 60
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NOT_IN_SHEETS = re.compile(r"[\[\]:*?/\\']")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would compute."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def to_csv(rows: Iterable[Iterable[str]]) -> str:
    """As French spreadsheets read it: semicolons, and a mark that says UTF-8."""
    file = io.StringIO()
    file.write("\ufeff")
    csv.writer(file, delimiter=";").writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue()


def to_xlsx(rows: Iterable[Iterable[str]], title: str) -> bytes:
    """A workbook of one sheet, the titles first: every cell is a text, whatever it begins with."""
    file = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **as_text}) as book:
        book.set_properties({"title": title})
        sheet = book.add_worksheet(_NOT_IN_SHEETS.sub(" ", title)[:MOST_SHEET_NAME])
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        widths: dict[int, int] = {}
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell[:MOST_CELL], plain if number else bold)
                widths[column] = max(widths.get(column, 0), min(len(cell), MOST_WIDTH))
        for column, width in widths.items():
            sheet.set_column(column, column, width + 2)
        sheet.freeze_panes(1, 0)
    return file.getvalue()
