"""What happened on a board, as the server knows it: who wrote, moved and deleted what, what was said and led.

Nothing is stored for it. What people did on the board is read from its moments and its log
(`jobs/history.py`), the rest from the rows of comments, rounds, ballots and workshops. A deed is told as
finely as the moments allow: old ones thin out.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from pycrdt import Doc
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import access_board
from models.board.guard import decode_state_vector
from models.board.hands import Written, written_since
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import Kind
from models.board.past import Objects, Values, compare, objects_of
from models.board.seed import TEMPLATE_AUTHOR
from models.board.shadow import apply_updates
from models.document import Board
from models.document_log import is_intact, owners_among
from models.document_upkeep import DocumentHistory
from models.errors import CorruptDocument, Refused
from models.policy import Actor, Permission
from workspace.jobs.history import Entry, contents_at, entries_of, marks_after, periods_of
from workspace.services.board_deeds import Deed, Line, Sort, Thing, beside_the_board
from workspace.services.document_upkeep import upkeep_of

SHOWN = 6
"""Moments on one page."""
MOST_OBJECTS = 3_000
"""Of a large board fewer moments are compared at once, so that nobody waits: half a second for 5,000."""
EXCERPT = 80
SORTS = {"note": Sort.NOTE, "zone": Sort.ZONE, "connector": Sort.LINK}


@dataclass(frozen=True)
class Journal:
    """One page of a board's journal, the newest line first.

    `older` is what to ask for to read on; None: that is all.
    """

    board: Board
    lines: tuple[Line, ...]
    older: int | None


def journal_of(session: Session, actor: Actor, board_id: int, before: int | None = None) -> Journal:
    """What happened until now, or until the moment of row `before`. Raises: NotFound, Forbidden.

    A fixed number of queries, and one for each moment that the job has not kept yet.
    """
    board = access_board(session, actor, board_id, Permission.VIEW_PAST)
    document_id = board.document_id
    moments = _moments(session, document_id)
    earlier = [one for one in moments if before is None or one.seq < before]
    states = _states(session, document_id, moments[-1:])
    now = states.get(moments[-1].seq, _Moment()).objects if moments else {}
    size = max(1, min(SHOWN, MOST_OBJECTS // max(1, len(now))))
    shown, base = earlier[-size:], earlier[-size - 1 : -size]
    states |= _states(session, document_id, [one for one in [*base, *shown] if one.seq not in states])
    lines = list(_edits(session, document_id, [*base, *shown], states, now, is_first=not base))
    since = base[0].at if base else None
    until = next((one.at for one in moments if before is not None and one.seq >= before), None)
    lines += [
        replace(line, things=tuple(replace(one, is_there=one.id in now) for one in line.things))
        for line in beside_the_board(session, actor, board, since, until)
    ]
    lines.sort(key=lambda line: line.at, reverse=True)
    return Journal(board, tuple(lines), shown[0].seq if base else None)


@dataclass(frozen=True)
class _Moment:
    """A board as it was; its content is empty where it cannot be read."""

    content: bytes = b""
    objects: Objects = field(default_factory=dict)
    state: Mapping[int, int] = field(default_factory=dict)


def _moments(session: Session, document_id: int) -> list[Entry]:
    """The kept moments, and the work since then as if it were kept already, oldest first."""
    kept = entries_of(session, document_id)
    fresh = periods_of(marks_after(session, document_id, upkeep_of(session, document_id).history_seq))
    last = kept[-1].seq if kept else 0
    return [*kept, *(Entry(one.seq, one.at, one.keys) for one in fresh if one.seq > last)]


def _states(session: Session, document_id: int, moments: Sequence[Entry]) -> dict[int, _Moment]:
    seqs = sorted({one.seq for one in moments})
    rows = session.execute(
        select(DocumentHistory.seq, DocumentHistory.content, DocumentHistory.checksum).where(
            DocumentHistory.document_id == document_id, DocumentHistory.seq.in_(seqs)
        )
    )
    contents = {row.seq: row.content for row in rows if is_intact(row.content, row.checksum)}
    with suppress(CorruptDocument):  # what the moments kept is told all the same
        contents |= contents_at(session, document_id, [seq for seq in seqs if seq not in contents])
    return {seq: _read(content) for seq, content in contents.items()}


def _read(content: bytes) -> _Moment:
    doc: Doc[Any] = Doc()
    try:
        apply_updates(doc, [content])
        return _Moment(content, objects_of(doc), decode_state_vector(doc.get_state()))
    except Refused:
        return _Moment()


def _edits(
    session: Session,
    document_id: int,
    moments: Sequence[Entry],
    states: Mapping[int, _Moment],
    now: Objects,
    *,
    is_first: bool,
) -> Iterator[Line]:
    """What was done on the board from each moment to the next."""
    before = _Moment() if is_first or not moments else states.get(moments[0].seq, _Moment())
    found: list[tuple[Entry, _Moment, _Moment, Written]] = []
    for moment in moments if is_first else moments[1:]:
        after = states.get(moment.seq, _Moment())
        if after.content:
            written = written_since(before.state, after.content, _fields(before.objects, after.objects))
            found.append((moment, before, after, written))
            before = after
    clients = {
        client
        for *_rest, written in found
        for names in written.values()
        for clients in names.values()
        for client in clients
    }
    owners = owners_among(session, document_id, sorted(clients)) if clients else {}
    for moment, earlier, later, written in found:
        yield from _lines(moment, earlier.objects, later.objects, _Hands(moment, written, owners), now)


def _fields(before: Objects, after: Objects) -> dict[str, tuple[str, ...]]:
    """The fields that differ, of the objects that came or changed; of one that came, its type alone."""
    difference = compare(before, after)
    return dict.fromkeys(difference.added, ("type",)) | {
        one: tuple(name for name, value in after[one].items() if before[one].get(name) != value)
        for one in difference.changed
    }


@dataclass(frozen=True)
class _Hands:
    """Who did what until a moment."""

    moment: Entry
    written: Written
    owners: Mapping[int, str]

    def of(self, one: str, *names: str, otherwise: str = "") -> tuple[tuple[str, ...], bool]:
        """Who wrote in one of these, and whether that is known; else `otherwise`, or who worked then."""
        fields = self.written.get(one, {})
        clients = {client for name in names for client in fields.get(name, ())}
        keys = tuple(sorted({self.owners[client] for client in clients if client in self.owners}))
        if not keys and otherwise:
            keys = (otherwise,)
        return (keys, True) if keys else self.anybody

    @property
    def anybody(self) -> tuple[tuple[str, ...], bool]:
        """Those who worked then: it was the one, or one of the several."""
        return self.moment.keys, len(self.moment.keys) == 1


def _lines(moment: Entry, before: Objects, after: Objects, hands: _Hands, now: Objects) -> Iterator[Line]:
    """The deeds, those alike in one line."""
    groups: dict[tuple[Any, ...], list[Thing]] = defaultdict(list)
    for deed, who, sort, zone, thing in _deeds(before, after, hands, now):
        groups[deed, who, sort, zone].append(thing)
    order = {deed: place for place, deed in enumerate(Deed)}
    for deed, (keys, sure), sort, zone in sorted(
        groups, key=lambda one: (order[one[0]], one[1], one[2], one[3] or "")
    ):
        things = sorted(groups[deed, (keys, sure), sort, zone], key=lambda one: (one.words, one.id))
        yield Line(moment.at, deed, keys, sure, sort, zone, tuple(things))


def _deeds(
    before: Objects, after: Objects, hands: _Hands, now: Objects
) -> Iterator[tuple[Deed, tuple[tuple[str, ...], bool], Sort, str | None, Thing]]:
    difference = compare(before, after)

    def thing(one: str, values: Values, objects: Objects) -> Thing:
        return Thing(one, _words(values, objects), one in now)

    for one in difference.added:
        values = after[one]
        author = str(values["author"])
        if author != TEMPLATE_AUTHOR:
            yield (
                Deed.ADDED,
                hands.of(one, "type", otherwise=author),
                _sort(values),
                _zone(values, after),
                thing(one, values, after),
            )
    for one in difference.changed:
        was, values = before[one], after[one]
        changed = {name for name, value in values.items() if was.get(name) != value}
        texts = changed & {
            name for name, spec in OBJECT_SPECS[values["type"]].fields.items() if spec.kind is Kind.TEXT
        }
        if texts:
            yield Deed.REWORDED, hands.of(one, *texts), _sort(values), None, thing(one, values, after)
        if "zone" in changed:
            yield (
                Deed.MOVED,
                hands.of(one, "zone"),
                _sort(values),
                _zone(values, after),
                thing(one, values, after),
            )
        if "colour" in changed:
            yield Deed.RECOLOURED, hands.of(one, "colour"), _sort(values), None, thing(one, values, after)
    for one in difference.removed:
        values = before[one]
        yield Deed.REMOVED, hands.anybody, _sort(values), None, thing(one, values, before)


def _sort(values: Values) -> Sort:
    return SORTS.get(values["type"], Sort.OTHER)


def _zone(values: Values, objects: Objects) -> str | None:
    zone = objects.get(str(values.get("zone", "")))
    return None if zone is None else str(zone.get("title", ""))


def _words(values: Values, objects: Objects) -> str:
    """What it says, in short; an arrow also what it joins."""
    if values["type"] == "connector":
        ends = [_words(objects[one], {}) if one in objects else "" for one in (values["from"], values["to"])]
        return " → ".join(one or "…" for one in ends)
    words = " ".join(OBJECT_SPECS[values["type"]].to_text(values).split())
    return words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1]}…"
