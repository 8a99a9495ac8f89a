"""Tables as people have them: files of any spreadsheet, or pasted lines, in whatever encoding and separator.

Nothing is guessed from a file's name. What cannot be read raises `Unreadable`, never anything else.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable

SEPARATORS = "\t;,"
NO_SEPARATOR = "\x1f"
"""Stands in no text that people write: the whole line is one cell."""
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
WIDE_SHARE = 0.4
"""Of the bytes of a Latin text in UTF-16, about half are zero, all on the same side."""


class Unreadable(ValueError):
    """It is no table, or no text at all."""


def decode(content: bytes, most_bytes: int) -> str:
    """The text of a file: UTF-8 with or without its mark, UTF-16, else Windows-1252. Raises: Unreadable."""
    if len(content) > most_bytes:
        raise Unreadable("too large")
    text = _decoded(content)
    if "\0" in text:
        raise Unreadable("a zero byte")
    return text


def _decoded(content: bytes) -> str:
    try:
        for mark, encoding in UTF_16.items():
            if content.startswith(mark):
                return content[len(mark) :].decode(encoding)
        zeros = (content[1::2].count(0), content[0::2].count(0))
        for count, encoding in zip(zeros, UTF_16.values(), strict=True):
            if len(content) % 2 == 0 and count > WIDE_SHARE * len(content) / 2 and 0 in zeros:
                return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("UTF-16") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def parse(text: str, separator: str) -> list[list[str]]:
    """The rows, a cell in quotes may hold line breaks. Raises: Unreadable."""
    lines = io.StringIO(text, newline="")
    try:
        return list(csv.reader(lines, delimiter=separator, skipinitialspace=separator != NO_SEPARATOR))
    except csv.Error as error:
        raise Unreadable(str(error)) from error


def commonest_separator(text: str) -> str:
    """The separator that the first line has most often."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    return max(";,\t", key=first.count)


def folded(text: str) -> str:
    """Without accents, case or space at the ends: how titles and names are compared."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


def columns_by_title(row: Iterable[str], titles: dict[str, tuple[str, ...]]) -> dict[int, str]:
    """Which column is which, by the titles in this row; the first of two that mean the same."""
    names = {title: column for column, known in titles.items() for title in known}
    found: dict[int, str] = {}
    for place, cell in enumerate(row):
        column = names.get(folded(cell))
        if column is not None and column not in found.values():
            found[place] = column
    return found
