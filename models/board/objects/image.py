"""A picture: uploaded to this board, checked and made anew by the server; and what it shows, in words."""

from models.board.marks import NAME_PATTERN
from models.board.objects.common import describe, length, text, words
from models.board.objects.spec import Field, Kind

IMAGE = describe(
    "image",
    Field("image", Kind.STRING, default="", size=33, pattern=NAME_PATTERN, required=True, fixed=True),
    length("w", 320, 24, 4_000),
    length("h", 240, 24, 4_000),
    Field("decorative", Kind.FLAG, default=False),
    text("text", 500),
    to_text=lambda values: words(values, "text"),
)
"""`text` is what the picture shows, in words; `decorative` says that it is left empty on purpose."""
