"""A board as it is committed, for what is decided on the server: read from the log, whoever has it open."""

from sqlalchemy.orm import Session

from models.board.export import Outline
from models.board.sync import LiveDocument
from models.document_log import load_document


def committed_updates(session: Session, document_id: int) -> tuple[list[bytes], int]:
    """The updates that make the document, and its epoch. Raises: NotFound, CorruptDocument."""
    stored = load_document(session, document_id)
    return [*([stored.snapshot] if stored.snapshot else []), *stored.updates], stored.epoch


def committed_outline(session: Session, document_id: int) -> Outline:
    """The board as plain data. Raises: NotFound, CorruptDocument."""
    stored = load_document(session, document_id)
    return LiveDocument.open(stored.snapshot, stored.updates).outline()
