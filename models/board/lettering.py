"""How long words are in our two typefaces, and where they break: near enough for layouts and pictures.

Widths are hundredths of the size, rounded to five, as a browser measures them; what is not listed is `OTHER`.
"""

import re
from dataclasses import dataclass

OTHER = 65
_BODY = {
    15: "'\u202f",
    20: ",.:;",
    25: "`ijl|îï’· ",
    30: '!"()[f\u00a0',
    35: "-]_rt{}°",
    40: "/1I\\Î“”",
    45: "svyzÿ",
    50: "*7?Jackxàâäç–↑↓",
    55: "2<>EFLTY^bdeghnopqu~éèêëôöùûüÉÈÊ«»",
    60: "$+345689BPRSVXZ",
    65: "#0=ACDKÀÂÇ…€",
    70: "GHNOQUwÔÙ",
    75: "&",
    80: "@M—",
    85: "Wmæ",
    90: "%œ",
    100: "Œ→←",
}
_TITLE = {
    10: "\u202f",
    20: "',;’",
    25: ".:l|·\u00a0 ",
    30: "!()I[]`ijîïÎ",
    35: '"-/1J\\{}°',
    40: "?ft“”",
    45: "*r«»",
    50: "7Lz↑↓",
    55: "+<=>TZ^_csvx~ç–",
    60: "2345EFaegkouyàâäéèêëôöùûüÿÉÈÊ",
    65: "#$0689PSVYbdhnpq",
    70: "ABCDGHKOQRXÀÂÇÔ",
    75: "&UÙ…€",
    80: "N—",
    85: "w",
    95: "Mmœæ",
    100: "%@WŒ→←",
}


def _by_character(table: dict[int, str]) -> dict[str, int]:
    return {character: width for width, characters in table.items() for character in characters}


@dataclass(frozen=True, slots=True)
class Lettering:
    """A way of writing on the board. `size` and `leading` (from line to line) are board units."""

    name: str
    size: float
    leading: float
    widths: dict[str, int]

    def width(self, words: str) -> float:
        """How wide these words are on one line."""
        return sum(self.widths.get(character, OTHER) for character in words) * self.size / 100

    def lines(self, words: str, room: float) -> list[str]:
        """The words broken into lines no wider than `room`; a word that is too long stands alone."""
        return [line for paragraph in words.split("\n") for line in self._broken(paragraph, room)]

    def _broken(self, paragraph: str, room: float) -> list[str]:
        lines = [""]
        # No-break spaces are no place to break.
        for word in re.split(r"[ \t]+", paragraph):
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            if lines[-1] and self.width(longer) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def height(self, words: str, room: float) -> float:
        """How high they stand in that room."""
        return len(self.lines(words, room)) * self.leading


_body, _title = _by_character(_BODY), _by_character(_TITLE)
ZONE_TITLE = Lettering("title", 18, 21.6, _title)
PROMPT = Lettering("prompt", 14, 18.9, _body)
NOTE_WORDS = Lettering("note", 15, 19.2, _body)
TEXTS = {
    "s": Lettering("s", 15, 19.5, _body),
    "m": Lettering("m", 19, 24.7, _body),
    "l": Lettering("l", 26, 33.8, _title),
    "xl": Lettering("xl", 38, 49.4, _title),
}
"""As `board-objects.css` sets them."""
