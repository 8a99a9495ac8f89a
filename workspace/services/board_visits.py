"""What is new on a board since somebody's last visit. Theirs alone: nobody else is ever told of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import access_board
from models.board_rights import board_rights
from models.board_visit import PAUSE, BoardVisit
from models.document import Board, SharedDocument
from models.document_upkeep import BoardObject, BoardRemoval, DocumentUpkeep
from models.errors import NotFound
from models.policy import Actor, Permission, Role
from models.upsert import upsert

NOT_NOTES = ("zone", "connector")
MOST = 5_000


@dataclass(frozen=True)
class Since:
    """What others did since then: the objects that came or changed by their id, how many went."""

    at: datetime
    notes: Mapping[str, str]
    """'new' or 'changed'."""
    removed: int


def arrive(session: Session, actor: Actor, board_id: int, now: datetime) -> Since:
    """They open the board; gives what is new to them, nothing on a first visit. Five queries.

    What the read model does not hold yet, by some seconds, is new next time. Raises: NotFound, Forbidden.
    """
    board = access_board(session, actor, board_id, Permission.VIEW_BOARD)
    head, known = session.execute(
        select(SharedDocument.last_seq, func.coalesce(DocumentUpkeep.projected_seq, 0))
        .outerjoin(DocumentUpkeep, DocumentUpkeep.document_id == SharedDocument.id)
        .where(SharedDocument.id == board.document_id)
    ).one()
    visit = _visit_of(session, actor, board, head, now)
    if now - visit.last_at > PAUSE:
        visit.since_seq, visit.since_at = visit.last_seq, visit.last_at
    visit.last_seq, visit.last_at = max(visit.last_seq, known), now
    return _since(session, actor, board, visit)


def leave(session: Session, actor: Actor, board_id: int, now: datetime) -> None:
    """They have seen the board as it is now, and may be gone. Raises: NotFound, Forbidden."""
    board = access_board(session, actor, board_id, Permission.VIEW_BOARD)
    head = _head_of(session, board)
    visit = _visit_of(session, actor, board, head, now)
    visit.last_seq, visit.last_at = head, now


def see_all(session: Session, actor: Actor, board_id: int, now: datetime) -> None:
    """Nothing is new to them any more. Raises: NotFound, Forbidden."""
    board = access_board(session, actor, board_id, Permission.VIEW_BOARD)
    head = _head_of(session, board)
    visit = _visit_of(session, actor, board, head, now)
    visit.since_seq = visit.last_seq = head
    visit.since_at = visit.last_at = now


def _head_of(session: Session, board: Board) -> int:
    return session.scalars(
        select(SharedDocument.last_seq).where(SharedDocument.id == board.document_id)
    ).one()


def _visit_of(session: Session, actor: Actor, board: Board, seq: int, now: datetime) -> BoardVisit:
    """Theirs, made when there is none; two windows that open at once make one."""
    first = {"since_seq": seq, "since_at": now, "last_seq": seq, "last_at": now}
    session.execute(
        upsert(session, BoardVisit)
        .values(board_id=board.id, actor_key=actor.key, **first)
        .on_conflict_do_nothing()
    )
    return session.scalars(
        select(BoardVisit)
        .where(BoardVisit.board_id == board.id, BoardVisit.actor_key == actor.key)
        .with_for_update()
    ).one()


def _since(session: Session, actor: Actor, board: Board, visit: BoardVisit) -> Since:
    rights = board_rights(actor, board)
    if rights is None:
        raise NotFound
    found = session.execute(
        select(BoardObject.object_id, BoardObject.author, BoardObject.created_at)
        .where(
            BoardObject.document_id == board.document_id,
            BoardObject.seq > visit.since_seq,
            BoardObject.type.not_in(NOT_NOTES),
        )
        .limit(MOST)
    )
    notes = {}
    for row in found:
        is_new = row.created_at is not None and row.created_at > visit.since_at
        if not (is_new and rights.board_actor.wrote(row.author)):
            notes[row.object_id] = "new" if is_new else "changed"
    gone = 0
    if rights.role is not Role.OBSERVER:  # they read what a team shows, not what it took away
        gone = (
            session.scalar(
                select(func.count())
                .select_from(BoardRemoval)
                .where(BoardRemoval.document_id == board.document_id, BoardRemoval.seq > visit.since_seq)
            )
            or 0
        )
    return Since(visit.since_at, notes, gone)
