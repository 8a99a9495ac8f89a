"""A board as it was beside the board as it is: what differs, and the change that brings what was back.

What comes back is the change of who asks for it, and keeps the name of who wrote it. Locked objects and the
inbox stay as they are, and so does what the person may not change. Objects whose fields no type describes are
left alone.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Map, Text

from models.board.guard import decode_state_vector
from models.board.messages import refusal
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import Kind, ObjectSpec, utf16_length
from models.board.rules import HARD_OBJECTS, BoardActor
from models.board.seed import add_objects
from models.board.shadow import OBJECTS, apply_updates

Values = Mapping[str, Any]
Objects = Mapping[str, Values]
"""What can be read of a board: every field of its type, by object id."""

Box = tuple[float, float, float, float]
"""Left, top, width, height, in units of the board."""

ENDS = ("from", "to")
LOWEST_CLIENT = 0xFF
"""Yjs client ids up to this one are the server's own."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids of what came, went and changed from one moment to another."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class Restoring:
    """What bringing a moment back does; `kept` counts what stays, since this person may not change it."""

    returning: tuple[str, ...]
    changing: tuple[str, ...]
    leaving: tuple[str, ...]
    kept: int

    def __bool__(self) -> bool:
        return bool(self.returning or self.changing or self.leaving)


def read_objects(updates: Sequence[bytes]) -> Objects:
    """The objects that these updates make. Raises: Refused when they make no document."""
    doc: Doc[Any] = Doc()
    apply_updates(doc, updates)
    return objects_of(doc)


def compare(before: Objects, after: Objects) -> Difference:
    """What happened between two moments."""
    return Difference(
        tuple(one for one in after if one not in before),
        tuple(one for one in before if one not in after),
        tuple(one for one in after if one in before and after[one] != before[one]),
    )


def inside(zone: str, *moments: Objects) -> frozenset[str]:
    """A zone and what lay in it at one of these moments, with the arrows between them."""
    return _with_arrows(
        {zone}
        | {one for objects in moments for one, values in objects.items() if values.get("zone") == zone},
        moments,
    )


def within(area: Box, *moments: Objects) -> frozenset[str]:
    """What lay in a rectangle at one of these moments, by its middle, with the arrows between them; a zone
    only when it lay there whole."""
    return _with_arrows(
        {
            one
            for objects in moments
            for one, values in objects.items()
            if "x" in values and _lies_in(values, area)
        },
        moments,
    )


def as_made(now: Values | None, made: Values | None) -> bool:
    """Whether an object is as bringing `made` back left it: nobody has changed it since."""
    settled = ({**values, "locked": False, "zone": ""} if values else None for values in (now, made))
    return next(settled) == next(settled)


def plan(
    now: Objects, then: Objects, actor: BoardActor, chosen: AbstractSet[str] | None, *, exactly: bool
) -> Restoring:
    """What bringing `then` back does; `chosen` are the ids asked for, None: all of them.

    `exactly`: what came since goes.
    """
    kept = 0
    fixed_in_place = {actor.inbox.zone} if actor.inbox else set()

    def may(one: str, values: Values) -> bool:
        nonlocal kept
        is_theirs = not actor.edits_own_only or actor.wrote(values["author"])
        is_locked = one in now and values["locked"]
        allowed = is_theirs and not is_locked and one not in fixed_in_place
        kept += not allowed
        return allowed

    difference = compare(_changeable(now), _changeable(then))
    wanted = [one for one in (*difference.added, *difference.changed) if chosen is None or one in chosen]
    returning = [one for one in wanted if one not in now and may(one, then[one])]
    changing = [
        one for one in wanted if one in now and _same_object(now[one], then[one]) and may(one, now[one])
    ]
    since = [one for one in difference.removed if exactly and (chosen is None or one in chosen)]
    leaving = [one for one in since if may(one, now[one])]
    there = ({*now} | {*returning}) - {*leaving}
    returning = [one for one in returning if _holds(then[one], there, then)]
    return Restoring(tuple(returning), tuple(changing), tuple(leaving), kept)


def change_for(updates: Sequence[bytes], then: Objects, restoring: Restoring) -> tuple[bytes, int]:
    """The plan as one Yjs update, and the client id that wrote it. Raises: Refused("full")."""
    doc: Doc[Any] = Doc(client_id=_new_client(updates))
    apply_updates(doc, updates)
    stored = doc.get(OBJECTS, type=Map)
    if len(stored) + len(restoring.returning) - len(restoring.leaving) > HARD_OBJECTS:
        raise refusal("full")
    there = ({*stored} | {*restoring.returning}) - {*restoring.leaving}
    made: list[bytes] = []
    heard = doc.observe(lambda event: made.append(event.update))
    with doc.transaction():
        for one in restoring.leaving:
            del stored[one]
        for one in restoring.changing:
            _rewrite(stored[one], _settled(then[one], there))
        add_objects(doc, [_whole(one, _settled(then[one], there)) for one in restoring.returning])
    doc.unobserve(heard)
    return made[0] if made else b"", doc.client_id


def _with_arrows(found: AbstractSet[str], moments: Sequence[Objects]) -> frozenset[str]:
    arrows = {
        one
        for objects in moments
        for one, values in objects.items()
        if values["type"] == "connector" and all(values[end] in found for end in ENDS)
    }
    return frozenset(found | arrows)


def _lies_in(values: Values, area: Box) -> bool:
    left, top, width, height = area
    x, y, w, h = values["x"], values["y"], values.get("w", 0), values.get("h", 0)
    if values["type"] != "zone":
        x, y, w, h = x + w / 2, y + h / 2, 0, 0
    return bool(left <= x and top <= y and x + w <= left + width and y + h <= top + height)


def objects_of(doc: Doc[Any]) -> dict[str, Values]:
    """The objects of a document that can be read."""
    stored = json.loads(str(doc.get(OBJECTS, type=Map)))
    return dict(_sound(stored))


def _sound(stored: Mapping[str, Any]) -> Iterator[tuple[str, Values]]:
    for one, held in stored.items():
        spec = OBJECT_SPECS.get(str(held.get("type"))) if isinstance(held, dict) else None
        if spec is None:
            continue
        values = {name: held.get(name, field.default) for name, field in spec.fields.items()}
        if _fits(values, spec):
            yield one, values


def _fits(values: Values, spec: ObjectSpec) -> bool:
    return all(
        isinstance(values[name], str) and utf16_length(values[name]) <= field.size
        if field.kind is Kind.TEXT
        else field.accepts(values[name])
        for name, field in spec.fields.items()
    )


def _same_object(now: Values, then: Values) -> bool:
    return bool(now["type"] == then["type"] and now["author"] == then["author"])


def _changeable(objects: Objects) -> Objects:
    """Without what locks them: a lock is turned by who leads a workshop, never by bringing a moment back."""
    return {one: {**values, "locked": False} for one, values in objects.items()}


def _holds(values: Values, there: AbstractSet[str], then: Objects) -> bool:
    """An arrow comes back where both its ends are, or were missing already."""
    if values["type"] != "connector":
        return True
    return all(values[end] in there or values[end] not in then for end in ENDS)


def _settled(values: Values, there: AbstractSet[str]) -> Values:
    """Unlocked, and in its zone if that is on the board."""
    zone = values.get("zone")
    return {**values, "locked": False, **({"zone": ""} if zone and zone not in there else {})}


def _whole(one: str, values: Values) -> tuple[str, str, dict[str, object]]:
    return one, values["type"], {name: value for name, value in values.items() if name != "type"}


def _rewrite(held: Map[Any], values: Values) -> None:
    for name, field in OBJECT_SPECS[values["type"]].fields.items():
        if field.fixed:
            continue
        if field.kind is Kind.TEXT:
            _reword(held[name], str(values[name]))
        elif held.get(name) != values[name]:
            held[name] = values[name]


def _reword(text: Text, wanted: str) -> None:
    """Only what differs is replaced, so that what others type elsewhere in it meanwhile stays."""
    current = str(text)
    if current == wanted:
        return
    most = min(len(current), len(wanted))
    start = next((at for at in range(most) if current[at] != wanted[at]), most)
    most -= start
    end = next((at for at in range(most) if current[-1 - at] != wanted[-1 - at]), most)
    place = len(current[:start].encode())
    stop = len(current[: len(current) - end].encode())
    if stop > place:
        del text[place:stop]
    fresh = wanted[start : len(wanted) - end]
    if fresh:
        text.insert(place, fresh)


def _new_client(updates: Sequence[bytes]) -> int:
    doc: Doc[Any] = Doc()
    apply_updates(doc, updates)
    taken = decode_state_vector(doc.get_state())
    while True:
        client = secrets.randbits(32)
        if client > LOWEST_CLIENT and client not in taken:
            return client
