"""CSV that a spreadsheet opens as text: no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable

_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would compute."""
    return f"'{text}" if text.startswith(_FORMULAS) else text


def to_csv(rows: Iterable[Iterable[str]]) -> str:
    """As French spreadsheets read it: semicolons, and a mark that says UTF-8."""
    file = io.StringIO()
    file.write("\ufeff")
    csv.writer(file, delimiter=";").writerows([safe_cell(cell) for cell in row] for row in rows)
    return file.getvalue()
