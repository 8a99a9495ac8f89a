"""Pictures that nothing shows any more go, a month after that was first found; an erased person's go at once.

A picture is in use while its name stands in any bytes kept of its document: log, snapshots, history, what was
set aside or pinned. Yjs writes strings as they are, so the bytes need not be understood; an undo, an edit
made offline or a restored state finds its picture again.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.board_image import BoardImage
from models.document import Board, DocumentSnapshot, DocumentUpdate
from models.document_upkeep import DocumentHistory, SetAside
from models.retention import PERIODS
from models.session import reading, transaction
from models.snapshot import Snapshot

KEPT = (
    (DocumentSnapshot.document_id, DocumentSnapshot.content),
    (DocumentUpdate.document_id, DocumentUpdate.update),
    (DocumentHistory.document_id, DocumentHistory.content),
    (SetAside.document_id, SetAside.content),
)
AT_ONCE = 50


def run(now: datetime) -> None:
    """Look at every document that has pictures, one transaction each."""
    with reading() as session:
        documents = list(session.scalars(select(BoardImage.document_id).distinct()))
    for document_id in documents:
        here, is_unused = BoardImage.document_id == document_id, BoardImage.unused_since
        with reading() as session:
            names = set(session.scalars(select(BoardImage.name).where(here)))
            unused = BoardImage.name.in_(_unused(session, document_id, names))
        fresh = (here, unused, is_unused.is_(None))
        with transaction() as session:
            session.execute(update(BoardImage).where(here, ~unused).values(unused_since=None))
            session.execute(update(BoardImage).where(*fresh).values(unused_since=now))
            over = is_unused < now - PERIODS["unused picture"].kept_for
            session.execute(delete(BoardImage).where(here, unused, over))


def delete_pictures_of(session: Session, actor_key: str) -> None:
    """The pictures that somebody put on boards, who asked that what they made there goes."""
    session.execute(delete(BoardImage).where(BoardImage.actor_key == actor_key))


def _unused(session: Session, document_id: int, names: set[str]) -> set[str]:
    unseen = {name: name.encode() for name in names}
    for column, content in KEPT:
        rows = select(content).where(column == document_id).execution_options(yield_per=AT_ONCE)
        _strike(unseen, session.scalars(rows))
    pinned = select(Snapshot.content).join(Board, Board.id == Snapshot.board_id)
    _strike(unseen, session.scalars(pinned.where(Board.document_id == document_id)))
    return set(unseen)


def _strike(unseen: dict[str, bytes], contents: Iterable[bytes]) -> None:
    """Take away the names that stand in these bytes."""
    for held in contents:
        for name in [name for name, written in unseen.items() if written in held]:
            del unseen[name]
