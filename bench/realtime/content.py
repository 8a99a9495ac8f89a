"""What boards hold at the start of a measure: many notes, or a long history."""

import pickle
import random
import subprocess
from typing import Any

from generator import WORK, build
from pycrdt import Doc

from models.board.export import demo_notes
from models.board.objects.spec import COLOURS

NOTES = 2_000
WORDS = (
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


def many_notes(count: int = NOTES) -> bytes:
    """A board of `count` notes of some ten words."""
    chance = random.Random(7)
    return demo_notes(
        "defi",
        [
            ("u1", 1 + index % 3, chance.choice(COLOURS), " ".join(chance.choices(WORDS, k=10)))
            for index in range(count)
        ],
    )


def history(edits: int) -> tuple[list[bytes], bytes]:
    """The updates of a board that was edited `edits` times, and the whole of it. Kept for the next time."""
    kept = WORK / f"history-{edits}.pickle"
    if kept.exists():
        found: tuple[list[bytes], bytes] = pickle.loads(kept.read_bytes())  # noqa: S301 - our own file
        return found
    written = subprocess.run([str(build()), "history", str(edits)], check=True, capture_output=True).stdout
    updates, at = [], 0
    while at < len(written):
        size = int.from_bytes(written[at : at + 4], "little")
        updates.append(written[at + 4 : at + 4 + size])
        at += 4 + size
    doc: Doc[Any] = Doc()
    with doc.transaction():
        for update in updates:
            doc.apply_update(update)
    found = (updates, doc.get_update())
    kept.write_bytes(pickle.dumps(found))
    return found
