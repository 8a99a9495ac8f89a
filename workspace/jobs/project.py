"""The read model of a board: one line per object, brought to what the document holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from models.board.export import Outline
from models.board.sync import LiveDocument
from models.document_log import load_document
from models.document_upkeep import BoardObject, BoardRemoval
from models.errors import NotFound
from models.session import reading, transaction
from workspace.jobs.history import SEASON
from workspace.services import comments, feedback_anchors
from workspace.services.document_upkeep import note_upkeep

FIELDS = ("type", "text", "author", "zone", "locked")


def run(document_id: int, now: datetime) -> None:
    """Read the whole document, write what differs. Raises: CorruptDocument."""
    with reading() as session:
        try:
            stored = load_document(session, document_id)
        except NotFound:
            return
    found = lines(LiveDocument.open(stored.snapshot, stored.updates).outline())
    with transaction() as session:
        write(session, document_id, stored.seq, found, now)
        words = {identifier: (line["text"], line["author"]) for identifier, line in found.items()}
        for keep in (comments.keep_words, feedback_anchors.keep_words):
            keep(session, document_id, words)
        note_upkeep(session, document_id, projected_seq=stored.seq)


def lines(outline: Outline) -> dict[str, dict[str, Any]]:
    """Each object's line by its id; a zone's text is its title, a connector's its label."""
    found: dict[str, dict[str, Any]] = {}
    for zone in outline.zones:
        found[zone.id] = _line("zone", zone.title, zone.author, locked=zone.locked)
        for note in zone.notes:
            found[note.id] = _line(note.type, note.text, note.author, zone=zone.id, locked=note.locked)
    for note in outline.loose:
        found[note.id] = _line(note.type, note.text, note.author, locked=note.locked)
    for connector in outline.connectors:
        found[connector.id] = _line("connector", connector.label, connector.author)
    return found


def _line(kind: str, text: str, author: str, *, zone: str = "", locked: bool = False) -> dict[str, Any]:
    # PostgreSQL stores no NUL; a board's text may hold one.
    return {"type": kind, "text": text.replace("\0", ""), "author": author, "zone": zone, "locked": locked}


def write(
    session: Session, document_id: int, seq: int, found: Mapping[str, Mapping[str, Any]], now: datetime
) -> None:
    """Bring the document's lines to `found`; lines that are right are left alone."""
    known = {
        line.object_id: {name: getattr(line, name) for name in FIELDS}
        for line in session.scalars(select(BoardObject).where(BoardObject.document_id == document_id))
    }
    gone = [one for one in known if one not in found]
    fresh = [one for one in found if one not in known]
    changed = [
        identifier for identifier in found if identifier in known and known[identifier] != found[identifier]
    ]
    _note_removals(session, document_id, seq, [one for one in gone if _is_note(known[one])], fresh, now)
    if gone:
        session.execute(
            delete(BoardObject).where(BoardObject.document_id == document_id, BoardObject.object_id.in_(gone))
        )
    if fresh:
        place = {"document_id": document_id, "seq": seq, "created_at": now, "changed_at": now}
        session.execute(
            insert(BoardObject),
            [{**place, "object_id": one, **found[one]} for one in fresh],
        )
    for identifier in changed:
        # Locking a note tells nobody anything new about it.
        is_new = {**known[identifier], "locked": found[identifier]["locked"]} != found[identifier]
        when = {"seq": seq, "changed_at": now} if is_new else {}
        session.execute(
            update(BoardObject)
            .where(BoardObject.document_id == document_id, BoardObject.object_id == identifier)
            .values(**when, **found[identifier])
            .execution_options(synchronize_session=False)
        )


def _is_note(line: Mapping[str, Any]) -> bool:
    return line["type"] not in ("zone", "connector")


def _note_removals(
    session: Session, document_id: int, seq: int, gone: list[str], back: list[str], now: datetime
) -> None:
    """Which notes went, to be counted for who comes back; what an undo brought again is not gone."""
    removals = delete(BoardRemoval).where(BoardRemoval.document_id == document_id)
    if gone or back:
        session.execute(
            removals.where(or_(BoardRemoval.object_id.in_([*gone, *back]), BoardRemoval.at < now - SEASON))
        )
    if gone:
        place = {"document_id": document_id, "seq": seq, "at": now}
        session.execute(insert(BoardRemoval), [{**place, "object_id": one} for one in gone])
