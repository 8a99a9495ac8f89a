"""What is known of a board's notes beside its document, for exports: when they came and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.board_image import BoardImage
from models.document import Board
from models.document_upkeep import BoardObject


def dates_of(session: Session, document_id: int) -> Mapping[str, tuple[datetime | None, datetime | None]]:
    """When each object came and changed last, as far as it was noted."""
    found = session.execute(
        select(BoardObject.object_id, BoardObject.created_at, BoardObject.changed_at).where(
            BoardObject.document_id == document_id
        )
    )
    return {row.object_id: (row.created_at, row.changed_at) for row in found}


@dataclass(frozen=True)
class Counts:
    """How much stands on a board."""

    notes: int = 0
    zones: int = 0


def counts_of(session: Session, boards: Sequence[Board]) -> dict[int, Counts]:
    """How much stands on each of these boards, by their id, as of some seconds ago. One query.

    A board that nobody has looked at yet is left out.
    """
    found = session.execute(
        select(BoardObject.document_id, BoardObject.type, func.count())
        .where(
            BoardObject.document_id.in_([board.document_id for board in boards]),
            BoardObject.type.in_(("note", "zone")),
        )
        .group_by(BoardObject.document_id, BoardObject.type)
    )
    counted = {(row[0], row[1]): row[2] for row in found}
    return {
        board.id: Counts(
            counted.get((board.document_id, "note"), 0), counted.get((board.document_id, "zone"), 0)
        )
        for board in boards
        if (board.document_id, "note") in counted or (board.document_id, "zone") in counted
    }


def contents_of(session: Session, document_id: int, names: tuple[str, ...]) -> dict[str, bytes]:
    """The files of these pictures of a board."""
    found = session.execute(
        select(BoardImage.name, BoardImage.content).where(
            BoardImage.document_id == document_id, BoardImage.name.in_(names)
        )
    )
    return {row.name: row.content for row in found}
