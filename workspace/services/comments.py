"""Comments on a board: threads, replies, editing and deleting one's own, resolving, who is told.

A deed ends with `CommentsChanged`: whoever has the board open and may read them fetches the thread again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, selectinload

from models.access import access_board, find_or_not_found
from models.base import utcnow
from models.board.export import Outline
from models.comment import MENTION, QUOTE_LIMIT, Comment, CommentMute, Thread, mentioned_in
from models.document import Board
from models.document_upkeep import BoardObject
from models.errors import Forbidden, Refused
from models.events import CommentsChanged, record
from models.i18n import N_
from models.membership import Membership, is_live
from models.notification import Notification, NotificationKind, notify
from models.partner import GuestContributor, ShareLink
from models.people import User
from models.policy import Actor, Permission, Role
from workspace.services.projects import valid_id

MOST_THREADS = 500
MOST_REPLIES = 200
KINDS = (NotificationKind.COMMENT_MENTION, NotificationKind.COMMENT_REPLY)

FULL = N_("Ce tableau porte déjà beaucoup de commentaires. Résolvez-en, puis réessayez.")
LONG_THREAD = N_("Cet échange est très long. Ouvrez-en un autre.")
NO_OBJECT = N_("Ce que vous commentez n’est plus sur le tableau. Commentez le tableau, ou une autre note.")
NOT_YOURS = N_("Ce commentaire est celui d’une autre personne.")
DELETED = N_("Ce commentaire a été supprimé.")
RESOLVED = N_("Cet échange est résolu. Rouvrez-le pour y répondre.")


@dataclass(frozen=True)
class Anchor:
    """What a new thread is about: an object of the board, a point of it (board units), or neither."""

    object_id: str = ""
    x: float | None = None
    y: float | None = None


def threads_of(session: Session, actor: Actor, board_id: int) -> tuple[Board, list[Thread]]:
    """The board and its threads with their comments, oldest first. Three queries."""
    board = access_board(session, actor, board_id, Permission.VIEW_COMMENTS)
    found = session.scalars(
        select(Thread)
        .where(Thread.board_id == board.id)
        .options(selectinload(Thread.comments))
        .order_by(Thread.id)
    )
    return board, list(found)


def access_thread(
    session: Session, actor: Actor, board_id: int, thread_id: int, permission: Permission
) -> tuple[Board, Thread]:
    """One thread of the board, with its comments. Raises: NotFound, Forbidden."""
    board = access_board(session, actor, board_id, permission)
    statement = (
        select(Thread)
        .where(Thread.id == valid_id(thread_id), Thread.board_id == board.id)
        .options(selectinload(Thread.comments))
    )
    return board, find_or_not_found(session, statement)


def open_thread(
    session: Session, actor: Actor, board_id: int, anchor: Anchor, text: str, outline: Outline
) -> Thread:
    """Begin a thread; `outline` is the board as it is now. Raises: Refused."""
    board = access_board(session, actor, board_id, Permission.WRITE_COMMENT)
    count = select(func.count()).where(Thread.board_id == board.id, Thread.resolved_at.is_(None))
    if (session.scalar(count) or 0) >= MOST_THREADS:
        raise Refused("full", FULL)
    thread = Thread(board_id=board.id, object_id=anchor.object_id, x=anchor.x, y=anchor.y)
    if anchor.object_id:
        words = objects_in(outline).get(anchor.object_id)
        if words is None:
            raise Refused("no_object", NO_OBJECT)
        thread.object_text, thread.object_author = words
    session.add(thread)
    session.flush()
    _say(session, actor, board, thread, text, [thread.object_author])
    return thread


def reply(session: Session, actor: Actor, board_id: int, thread_id: int, text: str) -> Thread:
    """Add to a thread that is open. Raises: Refused."""
    board, thread = access_thread(session, actor, board_id, thread_id, Permission.WRITE_COMMENT)
    if thread.resolved_at is not None:
        raise Refused("resolved", RESOLVED)
    if len(thread.comments) >= MOST_REPLIES:
        raise Refused("full", LONG_THREAD)
    _say(
        session, actor, board, thread, text, [thread.object_author, *(one.author for one in thread.comments)]
    )
    return thread


def edit_comment(
    session: Session, actor: Actor, board_id: int, thread_id: int, comment_id: int, text: str
) -> None:
    """Change one's own words; those who are named for the first time are told. Raises: Forbidden, Refused."""
    board, thread = access_thread(session, actor, board_id, thread_id, Permission.WRITE_COMMENT)
    comment = _own(actor, thread, board, comment_id)
    readers = nameable_by(session, actor, board)
    before = mentioned_in(comment.text)
    comment.text = _known_names(text, readers)
    comment.edited_at = utcnow()
    fresh = [key for key in mentioned_in(comment.text) if key not in before]
    _tell(session, actor, board, thread, NotificationKind.COMMENT_MENTION, fresh, readers)
    _changed(session, board, thread)


def delete_comment(session: Session, actor: Actor, board_id: int, thread_id: int, comment_id: int) -> None:
    """Take one's own words away; a thread in which nothing is left goes as a whole."""
    board, thread = access_thread(session, actor, board_id, thread_id, Permission.WRITE_COMMENT)
    comment = _own(actor, thread, board, comment_id)
    comment.text, comment.deleted_at = "", utcnow()
    if all(one.deleted_at is not None for one in thread.comments):
        session.delete(thread)
    _changed(session, board, thread)


def settle(session: Session, actor: Actor, board_id: int, thread_id: int, *, resolved: bool) -> None:
    """Say that a thread is done with, or that it is not. Doing it twice changes nothing."""
    board, thread = access_thread(session, actor, board_id, thread_id, Permission.WRITE_COMMENT)
    if (thread.resolved_at is not None) == resolved:
        return
    thread.resolved_at = utcnow() if resolved else None
    thread.resolved_by = actor.key if resolved else ""
    _changed(session, board, thread)


# -- who is told --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """Somebody who may read a board's comments. `by_full_name`: they know the others by their whole names."""

    key: str
    role: Role
    user_id: int | None = None
    by_full_name: bool = False


def readers_of(session: Session, board: Board) -> dict[str, Reader]:
    """Those who may be named in a comment: the team, its tutors, partners and guests with live access.

    Each may read the board: it is what makes them be on the list. Two queries.
    """
    project = board.project
    found = session.execute(
        select(Membership.user_id, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(_takes_part(project.team_id, project.team.cohort_id, project.id), is_live())
        .where(User.disabled_at.is_(None), User.erased_at.is_(None))
        .order_by(User.name, User.id)
    )
    readers: dict[str, Reader] = {}
    for user_id, role in found:
        reader = Reader(f"u{user_id}", role, user_id, role in (Role.LEARNER, Role.TUTOR))
        known = readers.get(reader.key)
        if known is None or (reader.by_full_name and not known.by_full_name):
            readers[reader.key] = reader
    guests = session.scalars(
        select(GuestContributor.id)
        .join(ShareLink, ShareLink.id == GuestContributor.link_id)
        .where(
            GuestContributor.project_id == project.id,
            GuestContributor.revoked_at.is_(None),
            GuestContributor.erased_at.is_(None),
            ShareLink.revoked_at.is_(None),
            ShareLink.expires_at > utcnow(),
        )
        .order_by(GuestContributor.name, GuestContributor.id)
    )
    return readers | {f"g{guest_id}": Reader(f"g{guest_id}", Role.GUEST) for guest_id in guests}


def nameable_by(session: Session, actor: Actor, board: Board) -> dict[str, Reader]:
    """Whom the actor may name: who may read it; to partners and guests, other guests by what they wrote."""
    readers = readers_of(session, board)
    own = readers.get(actor.key)
    if own is not None and own.by_full_name:
        return readers
    signed = select(BoardObject.author).where(BoardObject.document_id == board.document_id)
    said = select(Comment.author).join(Thread).where(Thread.board_id == board.id)
    known = {*session.scalars(signed.distinct()), *session.scalars(said.distinct())}
    return {key: one for key, one in readers.items() if one.role is not Role.GUEST or key in known}


def _takes_part(team_id: int, cohort_id: int, project_id: int) -> ColumnElement[bool]:
    return (
        ((Membership.role == Role.LEARNER) & (Membership.team_id == team_id))
        | ((Membership.role == Role.TUTOR) & (Membership.cohort_id == cohort_id))
        | ((Membership.role == Role.PARTNER) & (Membership.project_id == project_id))
    )


def is_muted(session: Session, actor: Actor, board_id: int) -> bool:
    """Whether the actor asked not to be told of this board's comments."""
    return actor.user_id is not None and session.get(CommentMute, (actor.user_id, board_id)) is not None


def mute(session: Session, actor: Actor, board_id: int, *, muted: bool) -> None:
    """Be told of a board's comments no more, or again. Raises: Forbidden for guests, who are never told."""
    board = access_board(session, actor, board_id, Permission.VIEW_COMMENTS)
    if actor.user_id is None:
        raise Forbidden(N_("Vous n’avez pas le droit de faire cela ici."))
    row = session.get(CommentMute, (actor.user_id, board.id))
    if muted and row is None:
        session.add(CommentMute(user_id=actor.user_id, board_id=board.id))
    elif row is not None and not muted:
        session.delete(row)


def muted_boards(session: Session, actor: Actor, rows: Sequence[Notification]) -> dict[int, tuple[int, bool]]:
    """For each notification of a comment, by its id: its board, and whether it is muted. One query."""
    boards = {row.id: _board_in(row.url) for row in rows if row.kind in KINDS}
    muted = set(
        session.scalars(
            select(CommentMute.board_id).where(
                CommentMute.user_id == actor.user_id, CommentMute.board_id.in_(boards.values())
            )
        )
    )
    return {row_id: (board_id, board_id in muted) for row_id, board_id in boards.items()}


def _board_in(url: str) -> int:
    """The board of the address that a notification of ours leads to: '/boards/12#comments-3'."""
    return int(url.removeprefix("/boards/").partition("#")[0])


# -- what jobs keep right -----------------------------------------------------------------------


def keep_words(session: Session, document_id: int, objects: Mapping[str, tuple[str, str]]) -> None:
    """Note the words and author that commented objects have now: their threads outlive them."""
    threads = session.scalars(
        select(Thread)
        .join(Board, Board.id == Thread.board_id)
        .where(Board.document_id == document_id, Thread.object_id != "")
    )
    for thread in threads:
        words = objects.get(thread.object_id)
        if words is not None:
            thread.object_text, thread.object_author = quoted(*words)


def erase_words(session: Session, key: str) -> None:
    """Take away what somebody wrote in comments, and what is quoted of their notes: they asked for it."""
    session.execute(
        update(Comment).where(Comment.author == key).values(text="", deleted_at=utcnow(), edited_at=None)
    )
    session.execute(update(Thread).where(Thread.object_author == key).values(object_text=""))


# -- parts --------------------------------------------------------------------------------------


def _say(
    session: Session, actor: Actor, board: Board, thread: Thread, text: str, concerned: Sequence[str]
) -> None:
    readers = readers_of(session, board)
    known = _known_names(text, nameable_by(session, actor, board))
    session.add(Comment(thread_id=thread.id, author=actor.key, text=known))
    session.flush()
    named = mentioned_in(known)
    _tell(session, actor, board, thread, NotificationKind.COMMENT_MENTION, named, readers)
    others = [key for key in concerned if key not in named]
    _tell(session, actor, board, thread, NotificationKind.COMMENT_REPLY, others, readers)
    _changed(session, board, thread)


def _own(actor: Actor, thread: Thread, board: Board, comment_id: int) -> Comment:
    comment = next((one for one in thread.comments if one.id == comment_id), None)
    if comment is None or comment.deleted_at is not None:
        raise Refused("deleted", DELETED)
    former = {
        f"g{grant.guest_id}"
        for grant in actor.grants
        if grant.guest_id is not None and grant.project_id == board.project_id
    }
    if comment.author != actor.key and comment.author not in former:
        raise Forbidden(NOT_YOURS)
    return comment


def _known_names(text: str, readers: Mapping[str, Reader]) -> str:
    """The text without the names of those who may not read it."""
    return MENTION.sub(lambda found: found[0] if found[1] in readers else "@…", text)


def _tell(
    session: Session,
    actor: Actor,
    board: Board,
    thread: Thread,
    kind: NotificationKind,
    keys: Sequence[str],
    readers: Mapping[str, Reader],
) -> None:
    """Tell those of `keys` who may read it, have an account, did not do it themselves and want to know."""
    told = [readers[key] for key in dict.fromkeys(keys) if key in readers and key != actor.key]
    ids = [reader.user_id for reader in told if reader.user_id is not None]
    muted = set(
        session.scalars(
            select(CommentMute.user_id).where(CommentMute.board_id == board.id, CommentMute.user_id.in_(ids))
        )
    )
    url = f"/boards/{board.id}#comments-{thread.id}"
    for full in (True, False):
        some = [one.user_id for one in told if one.user_id not in (None, *muted) and one.by_full_name is full]
        who = actor.name if full else actor.name.split(" ", 1)[0]
        notify(
            session,
            [one for one in some if one is not None],
            kind,
            who=who,
            subject=board.title,
            url=url,
            project_id=board.project_id,
        )


def _changed(session: Session, board: Board, thread: Thread) -> None:
    record(
        session,
        CommentsChanged(board_id=board.id, document_id=board.document_id, thread_id=thread.id),
    )


def objects_in(outline: Outline) -> dict[str, tuple[str, str]]:
    """The words and author of each object of the board."""
    found = {note.id: (note.text, note.author) for note in outline.notes()}
    found |= {zone.id: (zone.title, zone.author) for zone in outline.zones}
    found |= {arrow.id: (arrow.label, arrow.author) for arrow in outline.connectors}
    return {identifier: quoted(*words) for identifier, words in found.items()}


def quoted(text: str, author: str) -> tuple[str, str]:
    """The words as they are kept beside what is said of them."""
    return text.replace("\0", "").strip()[:QUOTE_LIMIT], author
