"""A note: a few words on a coloured square, the thing people write most."""

from models.board.objects.common import describe, length, text, words
from models.board.objects.spec import COLOURS, Field, Kind

NOTE = describe(
    "note",
    length("w", 148, 80, 600),
    length("h", 148, 80, 600),
    Field("colour", Kind.CHOICE, default="jonc", size=16, choices=COLOURS),
    text("text", 2_000),
    to_text=lambda values: words(values, "text"),
)
