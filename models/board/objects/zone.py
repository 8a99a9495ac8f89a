"""A zone: a numbered frame with a title and a prompt that says what to do in it."""

from models.board.objects.common import describe, length, text, words
from models.board.objects.spec import Field, Kind

ZONE = describe(
    "zone",
    length("w", 600, 96, 20_000),
    length("h", 420, 96, 20_000),
    text("title", 120),
    Field("number", Kind.INTEGER, default=0, minimum=0, maximum=99),
    Field("prompt", Kind.STRING, default="", size=600),
    Field("tone", Kind.CHOICE, default="plain", size=8, choices=("plain", "keep")),
    to_text=lambda values: words(values, "title", "prompt"),
)
