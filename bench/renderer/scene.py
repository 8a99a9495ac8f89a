"""A board of many notes side by side, as on a large wall."""

import random
from functools import cache

from content import WORDS

from models.board.objects.spec import COLOURS
from models.board.seed import add_objects, seeded
from models.board.templates import BOARD_TEMPLATES

STEP = 172
RATIO = 1.6
"""A wall this much wider than high."""


@cache
def spread_notes(count: int) -> bytes:
    """The template, and below it `count` notes of some ten words in rows."""
    doc = seeded(BOARD_TEMPLATES["defi"], "fr")
    chance = random.Random(7)
    columns = round((count * RATIO) ** 0.5)
    with doc.transaction():
        for index in range(count):
            row, column = divmod(index, columns)
            fields = {
                "x": STEP * column,
                "y": 1200 + STEP * row,
                "order": f"b{index:05}5",
                "zone": "",
                "author": "u1",
                "colour": chance.choice(COLOURS),
                "text": " ".join(chance.choices(WORDS, k=10)),
            }
            add_objects(doc, [(f"note-{index}", "note", fields)])
    return doc.get_update()
