"""A link: a card that points to something else of the workspace, and a few words on why.

It holds which thing, never what that thing is called: each reader is told its title by their own rights
(`workspace.services.board_cards`).
"""

from models.board.objects.common import describe, length, text, words
from models.board.objects.spec import Field, Kind

LINK_KINDS = ("problem", "board", "solution")
"""What a card may point to; how each is found and named is in `workspace.services.board_cards`."""

LINK = describe(
    "link",
    length("w", 260, 160, 600),
    length("h", 112, 72, 400),
    Field("kind", Kind.CHOICE, default="problem", size=16, choices=LINK_KINDS, required=True, fixed=True),
    Field("target", Kind.INTEGER, default=0, minimum=1, maximum=2**31 - 1, required=True, fixed=True),
    text("text", 300),
    to_text=lambda values: words(values, "text"),
)
"""`text` is what its author says of it, beside its own title."""
