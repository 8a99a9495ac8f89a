"""What every object's drawing is made of: boxes, numbers and words as SVG, safe whatever people wrote."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from workspace.drawing.fonts import Face

Values = Mapping[str, Any]
_UNSOUND = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold."""
BAR = 0.5
"""A line of words too small to be read is a bar, of this part of the letters' size."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in board units."""

    x: float
    y: float
    w: float
    h: float

    def around(self, other: "Box") -> "Box":
        """The smallest box that holds both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right, bottom = max(self.x + self.w, other.x + other.w), max(self.y + self.h, other.y + other.h)
        return Box(x, y, right - x, bottom - y)

    def grown(self, by: float) -> "Box":
        """The box with a margin."""
        return Box(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def holds(self, other: "Box") -> bool:
        """Whether the whole of `other` lies in this one."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.w <= self.x + self.w
            and other.y + other.h <= self.y + self.h
        )


def box_around(boxes: Sequence[Box]) -> Box | None:
    """The smallest box around all; None for none."""
    if not boxes:
        return None
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.around(box)
    return whole


@dataclass
class Canvas:
    """How a drawing is made. `small`: too small to be read, so words are bars and nothing is embedded."""

    signatures: Mapping[str, str] = field(default_factory=dict)
    """How authors sign, as the reader may know them."""
    images: Mapping[str, str] = field(default_factory=dict)
    """The address (data:) of each picture that is there."""
    cards: Mapping[str, str] = field(default_factory=dict)
    """What cards point to (kind.id), as the reader may know it; `inaccessible` stands for the others."""
    inaccessible: str = ""
    unreadable: str = ""
    """What stands in the box of an object that is not known."""
    small: bool = False
    is_busy: bool = False
    """Small, and so full that words are left out."""
    headless: bool = False
    """Zones are drawn without their title and prompt, which stand beside the drawing."""
    boxes: Mapping[str, Box] = field(default_factory=dict)
    """Where each object stands that may be the end of a connector."""
    fonts: set[str] = field(default_factory=set)
    """Those that the drawing used so far."""
    colours: set[str] = field(default_factory=set)
    """The note colours that it used, whose liserés must be defined."""

    def lines(
        self,
        lines: Sequence[str],
        face: Face,
        x: float,
        y: float,
        *,
        fill: str,
        anchor: str = "",
        more: str = "",
    ) -> str:
        """Lines of text, the first one's top at `y`."""
        if self.small:
            return "" if self.is_busy else self._bars(lines, face, x, y, fill, anchor)
        self.fonts.add(face.font)
        spans = "".join(
            f'<text x="{n(x)}" y="{n(y + index * face.line + face.baseline)}">{clean(line)}</text>'
            for index, line in enumerate(lines)
            if line.strip()
        )
        anchored = f' text-anchor="{anchor}"' if anchor else ""
        return f'<g {face.attributes} fill="{fill}"{anchored}{more}>{spans}</g>' if spans else ""

    def _bars(self, lines: Sequence[str], face: Face, x: float, y: float, fill: str, anchor: str) -> str:
        moves = []
        for index, line in enumerate(lines):
            width = face.width(line)
            if width > 0:
                left = x - width / 2 if anchor == "middle" else x
                middle = y + index * face.line + face.line / 2
                moves.append(f"M{n(left)} {n(middle)}h{n(width)}")
        if not moves:
            return ""
        return (
            f'<path d="{"".join(moves)}" stroke="{fill}" stroke-width="{n(face.size * BAR)}" '
            'stroke-opacity=".5" fill="none"/>'
        )


def n(value: float) -> str:
    """A number, no longer than it need be."""
    return f"{value:.1f}".removesuffix(".0")


def clean(text: str) -> str:
    """Text for SVG: markup is only words, and what XML cannot hold is left out."""
    return escape(_UNSOUND.sub("", text), quote=True)
