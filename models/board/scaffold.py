"""Makes a template of a board: its frames, texts and arrows, without anybody's name and without pictures.

The new document is written afresh: ids, order and authors of the board are not in it, nor is anything that
was deleted there. It passes the guard and the rules as an edit does, before it gets its locks.
"""

from collections.abc import Collection
from typing import Any

from pycrdt import Doc, Map

from models.board.export import objects_of
from models.board.limits import SYNC
from models.board.rules import BoardActor
from models.board.seed import TEMPLATE_AUTHOR, TEMPLATE_CLIENT, VERSION, BoardDoc, add_objects, order_key
from models.board.shadow import META, apply_updates
from models.board.sync import LiveDocument
from models.errors import Invalid
from models.i18n import N_

MOST_OBJECTS = 400
TOO_MUCH = N_("Ce tableau est trop rempli pour servir de modèle : 400 éléments au plus.")
NOTHING = N_("Ce tableau n’a ni cadre ni texte : il n’y a rien à enregistrer comme modèle.")
KINDS = ("zone", "text", "connector")
NOT_CARRIED = frozenset({"type", "author", "order", "locked", "group"})

Made = list[tuple[str, str, dict[str, object]]]


def scaffold(content: bytes, *, locked: Collection[str], with_notes: bool) -> bytes:
    """The first row of boards made from this one. `locked`: ids of the zones that nobody moves; texts and
    arrows are locked always, notes (which come only `with_notes`) never.

    Raises: Invalid when there is nothing to keep, or too much; Refused when the guard finds fault.
    """
    doc: Doc[Any] = Doc()
    apply_updates(doc, (content,))
    taken = {
        identifier: values
        for identifier, values in objects_of(doc)
        if values["type"] in KINDS or (with_notes and values["type"] == "note")
    }
    ends = {identifier for identifier, values in taken.items() if values["type"] != "connector"}
    taken = {
        identifier: values
        for identifier, values in taken.items()
        if values["type"] != "connector" or {values["from"], values["to"]} <= ends
    }
    if not ends:
        raise Invalid(NOTHING)
    if len(taken) > MOST_OBJECTS:
        raise Invalid(TOO_MUCH)
    names = {
        identifier: f"{values['type']}-{place}" for place, (identifier, values) in enumerate(taken.items(), 1)
    }
    made: Made = []
    locks: dict[str, bool] = {}
    for place, (identifier, values) in enumerate(taken.items()):
        kept = {name: value for name, value in values.items() if name not in NOT_CARRIED}
        for reference in ("zone", "from", "to"):
            if reference in kept:
                kept[reference] = names.get(kept[reference], "")
        made.append((names[identifier], values["type"], {**kept, "order": order_key(place)}))
        locks[names[identifier]] = (
            identifier in locked if values["type"] == "zone" else values["type"] != "note"
        )
    _judge(made)
    return _written(
        [
            (name, kind, {**values, "author": TEMPLATE_AUTHOR, "locked": locks[name]})
            for name, kind, values in made
        ]
    )


def _judge(made: Made) -> None:
    """As an edit of somebody: structure, limits, values. Raises: Refused."""
    person = BoardActor(key="u1", can_edit=True)
    update = _written(
        [(name, kind, {**values, "author": person.key}) for name, kind, values in made], meta=False
    )
    LiveDocument.open(None, []).propose(update, person, limits=SYNC)


def _written(made: Made, *, meta: bool = True) -> bytes:
    doc: BoardDoc = Doc(client_id=TEMPLATE_CLIENT)
    with doc.transaction():
        if meta:
            about = doc.get(META, type=Map)
            about["version"] = VERSION
            about["template"] = "saved"
        add_objects(doc, made)
    return doc.get_update()
