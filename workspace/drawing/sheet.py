"""SVG to PNG, a board or a record as PDF: what Typst does for us (docs/adr/0029-exports.md).

A board's PDF has a page for each zone, one for what lies outside of zones, then the plan; a record's has
facts and tables. Their text is text, their fonts are in them, they are tagged (PDF/UA-1 when every character
can be shown).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from workspace.drawing.board import Picture
from workspace.drawing.fonts import FOLDER

SHEET = Path(__file__).with_name("sheet.typ")
RECORD = Path(__file__).with_name("record.typ")
MOST_PIXELS = 24_000_000
MOST_SIDE = 12_000
FINEST = 2.0
"""Pixels for a board unit, where the board is small enough."""
PICTURE = (
    b"#set page(width: float(sys.inputs.w) * 1pt, height: float(sys.inputs.h) * 1pt, margin: 0pt)\n"
    b'#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)\n'
)


@dataclass(frozen=True)
class Sheet:
    """A page with a drawing; `alt` says what is on it."""

    heading: str
    number: int
    prompt: str
    svg: str
    alt: str


def load_fonts() -> Any:
    """The fonts of the drawing, and those of Typst for characters that they have not."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FOLDER)])


def to_png(picture: Picture, fonts: Any) -> bytes:
    """The picture in pixels: as fine as `FINEST`, less for a large board."""
    area = picture.width * picture.height
    scale = min(FINEST, (MOST_PIXELS / area) ** 0.5, MOST_SIDE / max(picture.width, picture.height))
    w, h = (max(1.0, round(side * scale)) for side in (picture.width, picture.height))
    inputs = {"svg": picture.svg, "w": str(w), "h": str(h)}
    made = typst.compile(PICTURE, font_paths=fonts, sys_inputs=inputs, format="png", ppi=72)
    return made if isinstance(made, bytes) else made[0]


def to_pdf(data: dict[str, Any], fonts: Any, document: Path = SHEET) -> bytes:
    """The document of `sheet.typ`, or of `record.typ`."""
    inputs = {"data": json.dumps(data)}
    source = document.read_bytes()
    try:
        made = typst.compile(source, font_paths=fonts, sys_inputs=inputs, pdf_standards=["ua-1"])
    except typst.TypstError:  # a character without a glyph may not be in PDF/UA: tags stay, the promise goes
        made = typst.compile(source, font_paths=fonts, sys_inputs=inputs)
    return bytes(made)
