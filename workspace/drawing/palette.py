"""The colours of the drawing: the board's in light mode (static/css/tokens.css; a test compares them)."""

from collections.abc import Mapping
from dataclasses import dataclass

PAPER = "#f6f2ea"
SHEET = "#fffdf9"
INK = "#1b2733"
INK_SOFT = "#4c5865"
RULE = "#d9d1c3"
RULE_STRONG = "#7d7466"
PETROL = "#0b5563"
PETROL_WASH = "#dcebec"
INKS = {"encre": INK, "petrole": PETROL, "brique": "#a63d1c", "mousse": "#2a6a3d"}
"""Of what is drawn by hand."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A note's fill, and the ink of the pattern that goes with it."""

    fill: str
    ink: str


COLOURS: Mapping[str, Colour] = {
    "jonc": Colour("#fede6c", "#6b5000"),
    "abricot": Colour("#fcb07c", "#7c3206"),
    "rose": Colour("#fec2da", "#8a2254"),
    "lilas": Colour("#c0a6e4", "#472a8c"),
    "ciel": Colour("#a8e1ff", "#0f4670"),
    "menthe": Colour("#9cc8b2", "#0a4a38"),
    "anis": Colour("#e3f0a9", "#4f5a00"),
    "sable": Colour("#f4e8d4", "#5e5546"),
}

# The liseré of each colour (components/band.css), a tile in its ink: (width, height, degrees, shapes).
# What has no seam in its length is as long as the widest note.
LISERES: Mapping[str, tuple[float, float, float, str]] = {
    "jonc": (600, 10, 0, '<rect width="600" height="10"/>'),
    "abricot": (8, 8, 45, '<rect width="3" height="8"/>'),
    "rose": (10, 10, 0, '<circle cx="5" cy="5" r="2.6"/>'),
    "lilas": (6, 6, 45, '<rect width="1.6" height="6"/><rect width="6" height="1.6"/>'),
    "ciel": (600, 4, 0, '<rect width="600" height="2"/>'),
    "menthe": (7, 10, 0, '<rect width="3" height="10"/>'),
    "anis": (12, 10, 0, '<path d="M6 0L12 6V10H0V6Z"/>'),
    "sable": (16, 10, 0, '<rect y="3.75" width="10" height="2.5"/>'),
}
