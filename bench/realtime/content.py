"""What boards hold at the start of a measure: many notes, or a long history. Written by real documents."""

import pickle
import random
from collections.abc import Iterator
from typing import Any

from generator import WORK
from pycrdt import Doc, Map, Text

from models.board.export import demo_notes
from models.board.objects.spec import COLOURS

NOTES = 2_000
HISTORY_NOTES = 200
LETTERS_KEPT = 1_500


def many_notes(count: int = NOTES) -> bytes:
    """A board of `count` notes of some ten words."""
    words = (
        "accueil",
        "mairie",
        "délai",
        "guichet",
        "agent",
        "habitant",
        "dossier",
        "retour",
        "appel",
        "file",
    )
    chance = random.Random(7)
    return demo_notes(
        "defi",
        [
            ("u1", 1 + index % 3, chance.choice(COLOURS), " ".join(chance.choices(words, k=10)))
            for index in range(count)
        ],
    )


def history(edits: int) -> tuple[list[bytes], bytes]:
    """The updates of a board that was edited `edits` times, and the whole of it. Kept for the next time."""
    kept = WORK / f"history-{edits}.pickle"
    if kept.exists():
        found: tuple[list[bytes], bytes] = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
        return found
    doc: Doc[Any] = Doc(client_id=20)
    updates: list[bytes] = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    for _ in zip(range(edits), _edits(doc), strict=False):
        pass
    doc.unobserve(subscription)
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(pickle.dumps((updates, doc.get_update())))
    return updates, doc.get_update()


def _edits(doc: "Doc[Any]") -> Iterator[None]:
    """Notes are made, then moved and written in for ever, one transaction each."""
    objects = doc.get("objects", type=Map)
    chance = random.Random(11)
    for index in range(HISTORY_NOTES):
        fields = {
            "type": "note",
            "order": "a1",
            "author": "u1",
            "zone": "",
            "colour": "jonc",
            "locked": False,
        }
        objects[f"h{index}"] = Map({**fields, "x": 0, "y": 0, "w": 148, "h": 148, "text": Text("")})
        yield
    while True:
        note = objects[f"h{chance.randrange(HISTORY_NOTES)}"]
        if chance.random() < 0.5:
            with doc.transaction():
                note["x"], note["y"] = chance.randrange(4000), chance.randrange(3000)
        elif len(text := note["text"]) < LETTERS_KEPT:
            text += chance.choice("abcdefghij ")
        else:
            del text[0 : LETTERS_KEPT // 2]
        yield
