"""The words that an erased person wrote on boards go: from the board, then from all of its past.

A first run empties their objects in the log, as an edit of nobody's, which open boards take in. Once they
have, a later run makes one snapshot of each board its whole past. Both may be run twice.
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.ballot import BallotChoice
from models.board.blank import blank
from models.document import DocumentClient, DocumentUpdate
from models.document_log import append_update, load_document
from models.document_upkeep import BoardObject, DocumentHistory
from models.errors import Conflict, CorruptDocument, NotFound
from models.session import database, reading, transaction
from models.solution import SolutionSource
from workspace.services import comments, feedback_anchors
from workspace.services.document_erasure import forget_past, scrub
from workspace.services.document_upkeep import quarantine

AFTER = timedelta(minutes=3)
"""Open boards hear of other processes' rows within seconds."""
WHEN_CORRUPT = timedelta(days=1)


def run(key: str, now: datetime) -> datetime | None:
    """Gives when to run again: after emptying, or when a board must be restored first."""
    with reading() as session:
        document_ids = sorted({*documents_of(session, key), *_logged(session, key)})
    with transaction() as session:
        session.execute(update(BallotChoice).where(BallotChoice.author == key).values(text=""))
        comments.erase_words(session, key)
        feedback_anchors.erase_words(session, key)
        session.execute(update(SolutionSource).where(SolutionSource.author == key).values(text=""))
    emptied = [document_id for document_id in document_ids if _empty(document_id, key)]
    if emptied:
        return now + AFTER
    left = [document_id for document_id in document_ids if not _forget(document_id, key)]
    is_scrubbed = not document_ids or scrub(database())
    if left:
        return now + WHEN_CORRUPT
    return None if is_scrubbed else now + AFTER


def documents_of(session: Session, key: str) -> list[int]:
    """The documents that this author has written in, by who owns their Yjs client ids and their objects."""
    found = set(session.scalars(select(DocumentClient.document_id).where(DocumentClient.actor_key == key)))
    found |= set(session.scalars(select(BoardObject.document_id).where(BoardObject.author == key)))
    return sorted(found)


def _logged(session: Session, key: str) -> set[int]:
    """Those whose log or history names this author. Reads all of it: for the worker, not for a page."""
    found: set[int] = set()
    for table in (DocumentUpdate, DocumentHistory):
        rows = session.execute(
            select(table.document_id, table.actor_keys).where(table.actor_keys.contains(key)).distinct()
        )
        found |= {row.document_id for row in rows if key in row.actor_keys.split(",")}
    return found


def _empty(document_id: int, key: str) -> bool:
    """Whether there were words of theirs. A corrupt document has to wait."""
    try:
        with reading() as session:
            stored = load_document(session, document_id)
        before = [stored.snapshot] if stored.snapshot else []
        update = blank([*before, *stored.updates], key)
        if update is None:
            return False
        with transaction() as session:
            append_update(session, document_id, update, (), stored.epoch)
    except NotFound:
        return False
    except CorruptDocument as error:
        with transaction() as session:
            quarantine(session, document_id, error.reason)
        return False
    return True


def _forget(document_id: int, key: str) -> bool:
    try:
        forget_past(document_id, key)
    except NotFound:
        return True
    except (Conflict, CorruptDocument):
        return False
    return True
