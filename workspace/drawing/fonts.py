"""The fonts of the drawing and their metrics, as `tools/build_fonts.py` made them: widths, lines of words."""

import json
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "build" / "fonts"
UNKNOWN_WIDTH = 0.6
"""Of a character that no font here has, in ems."""
EMOJI = "emoji-400"
"""The font of what the others have not."""
JOINERS = "\u200d\ufe0f"
"""Between and after emoji; they take no room."""
ELLIPSIS = "…"
_WORDS = re.compile(r"[^ \-–—/]*(?:[\-–—/]+| +|$)")
"""A word with what may end a line after it. No-break spaces are no spaces."""


@lru_cache
def _all_metrics() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "metrics.json").read_text())
    return found


@lru_cache
def _advances(font: str) -> dict[int, float]:
    names = (EMOJI, font)
    widths = {int(code): width for name in names for code, width in _all_metrics()[name]["advances"].items()}
    return widths | {ord(letter): 0.0 for letter in JOINERS}


@dataclass(frozen=True)
class Face:
    """A font at a size, in board units; `line` is a line's height, `spacing` goes between letters, in ems."""

    font: str
    size: float
    line: float
    spacing: float = 0.0

    @property
    def attributes(self) -> str:
        """As SVG says it."""
        known = _all_metrics()[self.font]
        spacing = f' letter-spacing="{self.spacing * self.size:.3g}"' if self.spacing else ""
        weight = "" if known["weight"] == 400 else f' font-weight="{known["weight"]}"'
        return f'font-family="{known["family"]}" font-size="{self.size:g}"{weight}{spacing}'

    @property
    def baseline(self) -> float:
        """How far below the top of its line the letters stand, as browsers place them."""
        known = _all_metrics()[self.font]
        ascent, descent = known["ascent"] * self.size, known["descent"] * self.size
        return float((self.line - ascent - descent) / 2 + ascent)

    def width(self, text: str) -> float:
        """The width of a line of text."""
        known = _advances(self.font)
        ems = sum([known.get(ord(letter), UNKNOWN_WIDTH) for letter in text])
        return self.size * (ems + self.spacing * len(text))

    def wrap(self, text: str, width: float, most: int = 10_000) -> list[str]:
        """The text in lines of at most `width`; past `most` lines the last one ends in an ellipsis.

        As browsers do: at spaces and after hyphens, else within the word.
        """
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines.extend(self._wrap_paragraph(paragraph, width, most + 1 - len(lines)))
            if len(lines) > most:
                return [*lines[: most - 1], self.shortened(lines[most - 1] + ELLIPSIS, width, ended=True)]
        return lines

    def _wrap_paragraph(self, text: str, width: float, most: int) -> list[str]:
        lines: list[str] = []
        line, used = "", 0.0
        for word in _WORDS.findall(text):
            bare = self.width(word.rstrip(" "))
            if used + bare > width and line:
                lines.append(line.rstrip(" "))
                line, used = "", 0.0
            while bare > width and len(lines) < most:
                fits = self._fitting(word, width)
                lines.append(word[:fits])
                word = word[fits:]  # noqa: PLW2901 - what is left of it
                bare = self.width(word.rstrip(" "))
            if len(lines) >= most:
                return lines
            line += word
            used += self.width(word)
        return [*lines, line.rstrip(" ")]

    def _fitting(self, word: str, width: float) -> int:
        known = _advances(self.font)
        left = width / self.size
        for count, letter in enumerate(word):
            left -= known.get(ord(letter), UNKNOWN_WIDTH) + self.spacing
            if left < 0:
                return max(1, count)
        return len(word)

    def shortened(self, text: str, width: float, *, ended: bool = False) -> str:
        """The text if it fits on one line, else its beginning and an ellipsis (which it has when `ended`)."""
        if self.width(text) <= width:
            return text
        left = width - self.width(ELLIPSIS)
        body = text.removesuffix(ELLIPSIS) if ended else text
        return body[: self._fitting(body, left)].rstrip() + ELLIPSIS


def font_rules(fonts: set[str]) -> str:
    """`@font-face` rules that carry these fonts, so that a drawing looks the same on every machine."""
    rules = []
    for font in sorted(fonts):
        known = _all_metrics()[font]
        data = b64encode((FOLDER / f"{font}.woff2").read_bytes()).decode()
        rules.append(
            f'@font-face{{font-family:"{known["family"]}";font-weight:{known["weight"]};'
            f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
        )
    return "".join(rules)
