"""Reads back the workbooks and the CSV that we make, without the library that wrote them."""

import csv
import io
import zipfile

from lxml import etree

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def xlsx_rows(content: bytes) -> list[list[str]]:
    """The cells of the first sheet; each must be a text, or nothing."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert not any("vba" in name or "external" in name.lower() for name in book.namelist())
        shared = etree.fromstring(book.read("xl/sharedStrings.xml"))
        sheet = etree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    texts = ["".join(item.itertext(f"{MAIN}t")) for item in shared.iter(f"{MAIN}si")]
    assert sheet.find(f".//{MAIN}f") is None, "a formula"
    assert sheet.find(f".//{MAIN}hyperlink") is None, "an address"
    return [
        [texts[int(cell.findtext(f"{MAIN}v"))] if _is_text(cell) else "" for cell in row.iter(f"{MAIN}c")]
        for row in sheet.iter(f"{MAIN}row")
    ]


def _is_text(cell: etree._Element) -> bool:
    value = cell.find(f"{MAIN}v")
    assert value is None or cell.get("t") == "s", "a value that is no text"
    return value is not None


def csv_rows(content: bytes) -> list[list[str]]:
    """The cells of a file of ours."""
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
