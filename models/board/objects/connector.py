"""A connector: an arrow from one object to another, with a few words on it."""

from models.board.objects.common import describe, identifier, text, words

CONNECTOR = describe(
    "connector",
    identifier("from", required=True),
    identifier("to", required=True),
    text("label", 120),
    placed=False,
    to_text=lambda values: words(values, "label"),
)
