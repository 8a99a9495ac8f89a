"""Reading a document's history: when, who as the reader may know them, and the whole document then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import access_board_of_document
from models.document import Board
from models.document_log import is_intact
from models.document_upkeep import DocumentHistory
from models.errors import CorruptDocument, NotFound
from models.policy import Actor, Permission
from workspace.jobs.history import Entry, entries_of


@dataclass(frozen=True)
class HistoryEntry:
    """A whole document as it was."""

    seq: int
    at: datetime
    content: bytes


def history_of(session: Session, actor: Actor, document_id: int) -> tuple[Board, list[Entry]]:
    """The board and the entries of its document, oldest first. Raises: NotFound, Forbidden."""
    board = access_past(session, actor, document_id)
    return board, entries_of(session, document_id)


def history_entry(session: Session, actor: Actor, document_id: int, seq: int) -> HistoryEntry:
    """One entry. Raises: NotFound, Forbidden, CorruptDocument."""
    access_past(session, actor, document_id)
    found = session.execute(
        select(
            DocumentHistory.seq, DocumentHistory.at, DocumentHistory.content, DocumentHistory.checksum
        ).where(DocumentHistory.document_id == document_id, DocumentHistory.seq == seq)
    ).one_or_none()
    if found is None:
        raise NotFound
    if not is_intact(found.content, found.checksum):
        raise CorruptDocument(f"history {seq}: checksum")
    return HistoryEntry(found.seq, found.at, found.content)


def access_past(session: Session, actor: Actor, document_id: int) -> Board:
    """As for reading the board; but an élu reads what a team shows, not what it had taken away before.

    Raises: NotFound, Forbidden.
    """
    return access_board_of_document(session, actor, document_id, Permission.VIEW_PAST)
