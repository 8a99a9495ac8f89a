"""A stroke: something drawn by hand, as the points it goes through, and what it shows, in words."""

from models.board.objects.common import describe, length, text, words
from models.board.objects.spec import Field, Kind

MOST_POINTS = 512
POINTS_PATTERN = r"(?:[A-Za-z0-9_-]{4}){1,512}"
"""Four letters a point, x then y, each a number from 0 to 4095 of two base64url digits, in 4095ths of `w` and
`h`. So whatever is sent, a stroke has few points and none of them outside its own box."""

STROKE = describe(
    "stroke",
    length("w", 120, 4, 20_000),
    length("h", 120, 4, 20_000),
    Field(
        "points",
        Kind.STRING,
        default="",
        size=4 * MOST_POINTS,
        pattern=POINTS_PATTERN,
        required=True,
        fixed=True,
    ),
    Field("ink", Kind.CHOICE, default="encre", size=8, choices=("encre", "petrole", "brique", "mousse")),
    Field("nib", Kind.CHOICE, default="fine", size=8, choices=("fine", "broad")),
    text("text", 500),
    to_text=lambda values: words(values, "text"),
)
"""`text` is what the drawing shows, in words."""
