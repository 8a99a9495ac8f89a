"""A board's past for people: its moments, what changed, and bringing one back as a change of one's own."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.access import access_board
from models.activity import record_board_edits
from models.base import utcnow
from models.board.messages import refusal
from models.board.past import (
    Box,
    Difference,
    Objects,
    Restoring,
    as_made,
    change_for,
    compare,
    inside,
    plan,
    read_objects,
    within,
)
from models.board.rules import HARD_BYTES
from models.board.sync import LiveDocument
from models.board_rights import board_rights
from models.document import Board
from models.document_log import append_update, load_document, own_clients
from models.errors import CorruptDocument, Forbidden, NotFound, Refused
from models.events import DocumentAppended, record
from models.policy import Actor, Permission
from workspace.jobs.history import Entry, entries_of, note_moment
from workspace.services.document_history import access_past, history_entry


@dataclass(frozen=True)
class Past:
    """A board, its moments oldest first, and one of them."""

    board: Board
    entries: list[Entry]
    place: int
    """Of the moment among the entries."""
    content: bytes
    then: Objects
    since_before: Difference
    now: Objects | None
    """None: the board cannot be read now."""

    @property
    def until_now(self) -> Difference | None:
        """What happened from then to now."""
        return None if self.now is None else compare(self.then, self.now)

    @property
    def entry(self) -> Entry:
        """The moment."""
        return self.entries[self.place]


@dataclass(frozen=True)
class Wish:
    """What somebody wants back: some objects, a rectangle, a zone, or the whole.

    `exactly`: without what came since.
    """

    zone: str = ""
    ids: frozenset[str] = frozenset()
    area: Box | None = None
    exactly: bool = False

    def chosen(self, *moments: Objects) -> AbstractSet[str] | None:
        """The ids, None: all."""
        if self.ids:
            return self.ids
        if self.area:
            return within(self.area, *moments)
        return inside(self.zone, *moments) if self.zone else None


@dataclass(frozen=True)
class Present:
    """The board as committed, what is to come back, and what that does."""

    board: Board
    updates: list[bytes]
    epoch: int
    seq: int
    now: Objects
    then: Objects
    restoring: Restoring


def past_of(session: Session, actor: Actor, board_id: int, number: int | None) -> tuple[Board, Past | None]:
    """The board with its `number`th moment, counted from 1; the last where there is none such.

    None: nothing is kept yet. Raises: NotFound, Forbidden, CorruptDocument.
    """
    board = access_past(session, actor, _document_of(session, actor, board_id))
    entries = entries_of(session, board.document_id)
    if not entries:
        return board, None
    place = number - 1 if number and 0 < number <= len(entries) else len(entries) - 1
    content = history_entry(session, actor, board.document_id, entries[place].seq).content
    then = read_objects([content])
    before: Objects = {}
    if place:
        before = read_objects(
            [history_entry(session, actor, board.document_id, entries[place - 1].seq).content]
        )
    return board, Past(board, entries, place, content, then, compare(before, then), _now(session, board))


def prepare(session: Session, actor: Actor, board_id: int, seq: int, wish: Wish) -> Present:
    """What bringing a moment back would do; nothing is written.

    Raises: NotFound, also when the moment is no longer kept; Forbidden; CorruptDocument.
    """
    board = access_to_restore(session, actor, board_id)
    then = read_objects([history_entry(session, actor, board.document_id, seq).content])
    stored = load_document(session, board.document_id)
    updates = [*([stored.snapshot] if stored.snapshot else []), *stored.updates]
    now = read_objects(updates)
    rights = board_rights(actor, board)
    if rights is None:
        raise NotFound
    restoring = plan(now, then, rights.board_actor, wish.chosen(now, then), exactly=wish.exactly)
    return Present(board, updates, stored.epoch, stored.seq, now, then, restoring)


def prepare_undo(
    session: Session, actor: Actor, board_id: int, seq: int, before: int, ids: AbstractSet[str]
) -> Present | None:
    """What taking back a restoration of moment `seq` would do: `ids` go back to what they were at `before`.

    Those that somebody changed since stay. None: there is none left.

    Raises: NotFound, also when a moment is no longer kept; Forbidden; CorruptDocument.
    """
    made = prepare(session, actor, board_id, seq, Wish(ids=frozenset(ids)))
    left = frozenset(one for one in ids if as_made(made.now.get(one), made.then.get(one)))
    return prepare(session, actor, board_id, before, Wish(ids=left, exactly=True)) if left else None


def restore(session: Session, actor: Actor, present: Present) -> None:
    """Bring it back, in one change; the board as it was just before becomes a moment too, to go back to.

    Raises: NotFound, Forbidden, Refused.
    """
    board = access_to_restore(session, actor, present.board.id)
    content, client = change_for(present.updates, present.then, present.restoring)
    if len(content) + sum(map(len, present.updates)) > HARD_BYTES:
        raise refusal("full")
    before = LiveDocument.open(None, present.updates).snapshot()
    note_moment(session, board.document_id, present.seq, before, utcnow())
    append_update(session, board.document_id, content, [actor.key], present.epoch)
    if own_clients(session, board.document_id, {client: actor.key}):
        raise refusal("client_id")
    record(session, DocumentAppended(board.document_id))
    record_board_edits(
        session,
        user_id=actor.user_id,
        guest_id=actor.guest_id,
        cohort_id=board.project.team.cohort_id,
        project_id=board.project_id,
        board_id=board.id,
        title=board.title,
        count=len(present.restoring.returning) + len(present.restoring.changing),
    )
    board.changed_at = utcnow()


def access_to_restore(session: Session, actor: Actor, board_id: int) -> Board:
    """The board, if the actor may read its past and write anywhere on it now.

    While a workshop binds them to novices' gestures or an inbox, they may not. Raises: NotFound, Forbidden.
    """
    board = access_board(session, actor, board_id, Permission.EDIT_BOARD)
    access_past(session, actor, board.document_id)
    rights = board_rights(actor, board)
    if board.frozen:
        raise Forbidden(refusal("frozen").message)
    if rights is not None and rights.board_actor.is_novice:
        raise Forbidden(refusal("novice").message)
    if rights is not None and rights.board_actor.inbox and not rights.board_actor.facilitates:
        raise Forbidden(refusal("inbox").message)
    return board


def may_restore(session: Session, actor: Actor, board_id: int) -> bool:
    """Whether `access_to_restore` lets them."""
    try:
        access_to_restore(session, actor, board_id)
    except (NotFound, Forbidden):
        return False
    return True


def _document_of(session: Session, actor: Actor, board_id: int) -> int:
    return access_board(session, actor, board_id, Permission.VIEW_PAST).document_id


def _now(session: Session, board: Board) -> Objects | None:
    try:
        stored = load_document(session, board.document_id)
        return read_objects([*([stored.snapshot] if stored.snapshot else []), *stored.updates])
    except (CorruptDocument, Refused):
        return None
