"""Foresees what the commonest edits do: things dragged or resized, words added to a text.

Such an update continues what stands last in its places: each number is written over the newest one of its
field, the words follow those written last in their text. Its bytes then tell exactly what guard and
rehearsal would find, at a fifth of their price. All that is remembered is the tip of each place: the
newest struct there, as it was accepted. Whatever does not look just so is for guard and rehearsal.
"""

import re
import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.board.changes import Changes, FieldChange, TextChange, Value
from models.board.reader import write_varint
from models.board.skeleton import (
    ANY,
    MAP,
    STRING,
    TEXT,
    Skeleton,
    place_in_map,
    place_in_root,
    place_in_text,
)
from models.board.structs import Id
from models.board.walk import Placed

MAX_BYTES = 4096
MAX_LEARNT = 64
"""Structs of an update from which tips are learnt."""
MAX_KNOWN = 1024
LAST_CLOCK = 2**30

_VARINT = rb"[\x80-\xff]{0,7}[\x00-\x7f]"
_HEAD = re.compile(rb"\x01([\x01-\x40])(%b)(%b)" % (_VARINT, _VARINT))
_NUMBER = re.compile(
    rb"[\x88\xa8](%b%b)\x01(?:\x7d([\x80-\xff]{0,5}[\x00-\x7f])|\x7c(.{4})|\x7b(.{8}))" % (_VARINT, _VARINT),
    re.DOTALL,
)
_WORDS = re.compile(rb"\x84(%b%b)(%b)" % (_VARINT, _VARINT, _VARINT))
_single = struct.Struct(">f").unpack
_double = struct.Struct(">d").unpack


class Tip:
    """The newest struct of a place: a number field's value, or the words added last to a text."""

    __slots__ = ("client", "clock", "id", "key", "name", "place", "units", "value")

    def __init__(self, identifier: str, name: str, place: int, value: Value = None, units: int = -1) -> None:
        self.id = identifier
        self.name = name
        self.place = place
        self.value = value
        self.units = units
        """How long the text is, in UTF-16 units; -1 for a number."""
        self.client = b""
        self.clock = 0
        self.key = b""
        """The id of the struct as an update names it: client, clock."""

    def moves_to(self, client: bytes, clock: int) -> None:
        """A newer struct stands there now."""
        self.client, self.clock = client, clock
        self.key = client + write_varint(clock)


@dataclass(slots=True)
class Foreseen:
    """What an update does: it adds `lengths` clocks of `client` at `tips`, one after the other."""

    client: int
    client_bytes: bytes
    changes: Changes
    tips: Sequence[Tip]
    length: int


def _decode(data: bytes) -> int:
    value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
    return value


def _integer(data: bytes) -> float:
    """A signed number: the second bit of the first byte is the sign, the other six come first."""
    first = data[0]
    value, shift = first & 63, 6
    for byte in data[1:]:
        value |= (byte & 127) << shift
        shift += 7
    return float(-value if first & 64 else value)


class Foresight:
    """The tips of a document, as far as they are known. It lives and dies with the skeleton."""

    __slots__ = ("_by_place", "_clients", "_holders", "_skeleton", "_tips")

    def __init__(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton
        self._tips: dict[bytes, Tip] = {}
        self._by_place: dict[int, Tip] = {}
        self._clients: dict[bytes, int] = {}
        self._holders: dict[str, Id | None] = {}
        """Object id → the struct that is its map; None where several claim to be."""

    def clear(self) -> None:
        """Know nothing."""
        self._tips.clear()
        self._by_place.clear()
        self._clients.clear()
        self._holders.clear()

    # -- foreseeing -----------------------------------------------------------------------------

    def foresee(self, update: bytes) -> Foreseen | None:
        """What the update does; None when only guard and rehearsal can tell. Changes nothing."""
        head = _HEAD.match(update)
        if head is None or not self._tips or len(update) > MAX_BYTES:
            return None
        count, client_bytes, clock_bytes = head.groups()
        client = self._clients.get(client_bytes)
        column = None if client is None else self._skeleton.columns.get(client)
        if column is None or write_varint(column.end) != clock_bytes or column.end > LAST_CLOCK:
            return None
        assert client is not None  # noqa: S101 - else there were no column
        at = head.end()
        if count == b"\x01" and update[at : at + 1] == b"\x84":
            return self._words(update, at, client, client_bytes)
        return self._numbers(update, at, count[0], client, client_bytes)

    def _numbers(self, update: bytes, at: int, count: int, client: int, name: bytes) -> Foreseen | None:
        tips: list[Tip] = []
        changes: list[FieldChange] = []
        for _ in range(count):
            match = _NUMBER.match(update, at)
            if match is None:
                return None
            left, integer, single, double = match.groups()
            tip = self._tips.get(left)
            if tip is None or tip.units >= 0:
                return None
            value: float
            if integer:
                value = _integer(integer)
            else:
                (value,) = _single(single) if single else _double(double)
            tips.append(tip)
            changes.append(FieldChange(tip.id, tip.name, tip.value, value))
            at = match.end()
        if update[at:] != _deletion_of(tips):
            return None
        return Foreseen(client, name, Changes(fields=tuple(changes)), tips, 1)

    def _words(self, update: bytes, at: int, client: int, name: bytes) -> Foreseen | None:
        match = _WORDS.match(update, at)
        if match is None:
            return None
        tip = self._tips.get(match[1])
        if tip is None or tip.units < 0:
            return None
        at = match.end()
        stop = at + _decode(match[2])
        if update[stop:] != b"\0" or stop == at or write_varint(stop - at) != match[2]:
            return None
        try:
            words = update[at:stop].decode()
        except UnicodeDecodeError:
            return None
        if not words.isascii() and max(words) > "\uffff":
            return None
        length = len(words)
        change = TextChange(tip.id, tip.name, words, besides=tip.units)
        return Foreseen(client, name, Changes(texts=(change,)), (tip,), length)

    def take(self, foreseen: Foreseen) -> None:
        """The update was accepted: the skeleton and the tips go on from it."""
        client, name, length = foreseen.client, foreseen.client_bytes, foreseen.length
        skeleton, tips = self._skeleton, self._tips
        column, crowds = skeleton.columns[client], skeleton.crowds
        for tip in foreseen.tips:
            clock = column.end
            place = tip.place
            left = self._clients[tip.client], tip.clock
            del tips[tip.key]
            if tip.units < 0:
                column.add(1, place, ANY)
                crowds.extend(place, client, clock, 1, left)
                tip.moves_to(name, clock)
            else:
                column.add(length, place, STRING)
                crowds.extend(place, client, clock, length, left)
                tip.moves_to(name, clock + length - 1)
                tip.units += length
            tips[tip.key] = tip
        if foreseen.changes.fields:
            for tip, change in zip(foreseen.tips, foreseen.changes.fields, strict=True):
                tip.value = change.new

    # -- learning -------------------------------------------------------------------------------

    def learn(self, changes: Changes, placed: Sequence[Placed]) -> None:
        """An update that guard and rehearsal judged was accepted: what it put where."""
        if changes.stray or max(len(self._tips), len(self._clients), len(self._holders)) > MAX_KNOWN:
            self.clear()
        for struct_ in placed:
            self._drop(struct_[4])
        if changes.deleted:
            self._forget(frozenset(changes.deleted))
        if len(placed) > MAX_LEARNT:
            return  # a paste: what of it is dragged next is learnt then
        in_place = Counter(struct_[4] for struct_ in placed)
        alone = {struct_[4]: struct_ for struct_ in placed if in_place.get(struct_[4]) == 1}
        for made in changes.created:
            holder = alone.get(place_in_root("objects", made.id))
            if holder is not None and holder[3] == MAP and holder[2] == 1:
                self._holders[made.id] = holder[0], holder[1]
            for name, value in made.values.items():
                self._learn_number(made.id, name, value, alone)
        for change in changes.fields:
            self._learn_number(change.id, change.name, change.new, alone)
        for text in changes.texts:
            self._learn_words(text, alone)

    def _forget(self, objects: frozenset[str]) -> None:
        """These objects were deleted."""
        for tip in [tip for tip in self._by_place.values() if tip.id in objects]:
            self._drop(tip.place)
        for identifier in objects:
            self._holders.pop(identifier, None)

    def _learn_number(self, identifier: str, name: str, value: Value, alone: dict[int, Placed]) -> None:
        """A field holds `value` now: if one struct only was put there, that is what it reads from."""
        holder = self._holder(identifier) if isinstance(value, float) else None
        if holder is not None:
            place = place_in_map(*holder, name)
            self._learn(Tip(identifier, name, place, value), alone.get(place), ANY)

    def _learn_words(self, text: TextChange, alone: dict[int, Placed]) -> None:
        holder = self._holder(text.id)
        shared = self._skeleton.find(place_in_map(*holder, text.name), TEXT) if holder else None
        if shared is not None:
            place = place_in_text(*shared)
            self._drop(place)  # what was deleted put nothing there, but the text is shorter
            self._learn(Tip(text.id, text.name, place, None, text.units), alone.get(place), STRING)

    def _drop(self, place: int) -> None:
        tip = self._by_place.pop(place, None)
        if tip is not None:
            del self._tips[tip.key]

    def _learn(self, tip: Tip, struct_: Placed | None, content: int) -> None:
        if struct_ is None or struct_[3] != content:
            return
        client, clock, length, _content, place = struct_
        if content == ANY and length != 1:
            return
        name = write_varint(client)
        self._clients[name] = client
        tip.moves_to(name, clock + length - 1)
        self._tips[tip.key] = self._by_place[place] = tip

    def _holder(self, identifier: str) -> Id | None:
        if identifier not in self._holders:
            self._holders[identifier] = self._skeleton.find(place_in_root("objects", identifier), MAP)
        return self._holders[identifier]


def _deletion_of(tips: Sequence[Tip]) -> bytes | None:
    """How Yjs says that these structs are deleted; None when they are not all of one client, or not apart."""
    first = tips[0]
    clocks = [tip.clock for tip in tips if tip.client == first.client]
    if len(clocks) != len(tips):
        return None
    if clocks[-1] - first.clock == len(tips) - 1 and len(tips) < 3:
        return b"\x01%b\x01%b%c" % (first.client, write_varint(first.clock), len(tips))
    ranges: list[list[int]] = []
    for clock in sorted(clocks):
        if ranges and clock < ranges[-1][1]:
            return None
        if ranges and clock == ranges[-1][1]:
            ranges[-1][1] += 1
        else:
            ranges.append([clock, clock + 1])
    said = b"".join(write_varint(start) + write_varint(stop - start) for start, stop in ranges)
    return b"\x01" + first.client + write_varint(len(ranges)) + said
