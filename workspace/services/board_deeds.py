"""What a board's journal is made of: its lines; and those that come from rows beside the document."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.ballot import Ballot
from models.comment import Comment, Thread
from models.document import Board
from models.policy import Actor, Permission, can
from models.private_round import PrivateRound
from models.workshop import REACHED, Workshop

MOST_ROWS = 200
"""Of one kind, on one page."""


class Deed(StrEnum):
    """What was done."""

    OPENED = "opened"
    ADDED = "added"
    REWORDED = "reworded"
    MOVED = "moved"
    RECOLOURED = "recoloured"
    REMOVED = "removed"
    COMMENTED = "commented"
    ANSWERED = "answered"
    RESOLVED = "resolved"
    ROUND_OPENED = "round_opened"
    ROUND_SHOWN = "round_shown"
    VOTE_OPENED = "vote_opened"
    VOTE_CLOSED = "vote_closed"
    WORKSHOP_BEGUN = "workshop_begun"
    STEP_REACHED = "step_reached"
    WORKSHOP_ENDED = "workshop_ended"


class Sort(StrEnum):
    """What it was done to."""

    NOTE = "note"
    ZONE = "zone"
    LINK = "link"
    OTHER = "other"


@dataclass(frozen=True)
class Thing:
    """An object of the board, by its words; `thread` leads to what was said of it."""

    id: str
    words: str
    is_there: bool = False
    thread: int | None = None


@dataclass(frozen=True)
class Line:
    """Something that happened. `keys` are who did it; without `sure`, one or several of them.

    `zone` is the title of where it was done to, None for outside of all, `text` a question, a prompt or a
    step's title, `count` the voters of a vote.
    """

    at: datetime
    deed: Deed
    keys: tuple[str, ...] = ()
    sure: bool = True
    sort: Sort = Sort.OTHER
    zone: str | None = None
    things: tuple[Thing, ...] = ()
    text: str = ""
    count: int = 0


def beside_the_board(
    session: Session, actor: Actor, board: Board, since: datetime | None, until: datetime | None
) -> Iterator[Line]:
    """What was said and led on this board after `since` and up to `until`, as the actor may know it."""

    def is_within(at: datetime | None) -> bool:
        return at is not None and (since is None or at > since) and (until is None or at <= until)

    if since is None:
        opener = (f"u{board.created_by_id}",) if board.created_by_id else ()
        yield Line(board.created_at, Deed.OPENED, opener)
    if can(actor, Permission.VIEW_COMMENTS, board.where):
        yield from (line for line in _said(session, board, since) if is_within(line.at))
    if can(actor, Permission.VIEW_WORKSHOP, board.where):
        yield from (line for line in _rounds(session, board) if is_within(line.at))
        yield from (line for line in _votes(session, board) if is_within(line.at))
        yield from (line for line in _workshops(session, board) if is_within(line.at))


def _said(session: Session, board: Board, since: datetime | None) -> Iterator[Line]:
    first = (
        select(func.min(Comment.id)).where(Comment.thread_id == Thread.id).correlate(Thread).scalar_subquery()
    )
    rows = session.execute(
        select(Comment, Thread, first)
        .join(Thread, Thread.id == Comment.thread_id)
        .where(Thread.board_id == board.id, Comment.deleted_at.is_(None), *_after(Comment.created_at, since))
        .order_by(Comment.id.desc())
        .limit(MOST_ROWS)
    ).all()
    for comment, thread, beginning in rows:
        deed = Deed.COMMENTED if comment.id == beginning else Deed.ANSWERED
        yield Line(comment.created_at, deed, (comment.author,), things=_about(thread))
    resolved = session.scalars(
        select(Thread)
        .where(Thread.board_id == board.id, *_after(Thread.resolved_at, since), Thread.resolved_by != "")
        .order_by(Thread.resolved_at.desc())
        .limit(MOST_ROWS)
    )
    for thread in resolved:
        if thread.resolved_at is not None:
            yield Line(thread.resolved_at, Deed.RESOLVED, (thread.resolved_by,), things=_about(thread))


def _about(thread: Thread) -> tuple[Thing, ...]:
    return (Thing(thread.object_id, thread.object_text, thread=thread.id),)


def _rounds(session: Session, board: Board) -> Iterator[Line]:
    for one in session.scalars(
        select(PrivateRound)
        .where(PrivateRound.board_id == board.id)
        .order_by(PrivateRound.id.desc())
        .limit(MOST_ROWS)
    ):
        yield Line(one.opened_at, Deed.ROUND_OPENED, _keys(one.actor_key), text=one.prompt)
        if one.revealed_at is not None:
            yield Line(one.revealed_at, Deed.ROUND_SHOWN)


def _votes(session: Session, board: Board) -> Iterator[Line]:
    for one in session.scalars(
        select(Ballot).where(Ballot.board_id == board.id).order_by(Ballot.id.desc()).limit(MOST_ROWS)
    ):
        yield Line(one.opened_at, Deed.VOTE_OPENED, _keys(one.actor_key), text=one.question)
        if one.closed_at is not None:
            yield Line(one.closed_at, Deed.VOTE_CLOSED, text=one.question, count=one.voters or 0)


def _workshops(session: Session, board: Board) -> Iterator[Line]:
    for one in session.scalars(
        select(Workshop).where(Workshop.board_id == board.id).order_by(Workshop.id.desc()).limit(MOST_ROWS)
    ):
        titles = ", ".join(str(step["title"]) for step in one.steps)
        yield Line(one.started_at, Deed.WORKSHOP_BEGUN, _keys(one.actor_key), text=titles)
        for step in one.steps:
            if REACHED in step:
                yield Line(datetime.fromisoformat(step[REACHED]), Deed.STEP_REACHED, text=str(step["title"]))
        if one.ended_at is not None:
            yield Line(one.ended_at, Deed.WORKSHOP_ENDED)


def _after(
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None], since: datetime | None
) -> list[ColumnElement[bool]]:
    return [column.is_not(None)] if since is None else [column > since]


def _keys(key: str) -> tuple[str, ...]:
    return (key,) if key else ()
