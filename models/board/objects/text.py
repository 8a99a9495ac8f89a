"""A text written straight on the board: a heading, an axis label, a sentence beside a group."""

from models.board.objects.common import describe, length, text, words
from models.board.objects.spec import Field, Kind

TEXT = describe(
    "text",
    length("w", 240, 40, 4_000),
    Field("size", Kind.CHOICE, default="m", size=2, choices=("s", "m", "l", "xl")),
    text("text", 2_000),
    to_text=lambda values: words(values, "text"),
)
