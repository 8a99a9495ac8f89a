"""Private rounds on a board: open one, write in it, show it. The caller commits.

Until a round is shown its notes leave the server to their authors only; who opened it reads how many there
are in all. Showing moves every note into the document's log and deletes it here in one transaction, so that
whatever dies on the way, each note is in one of the two places and never in both.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import failpoints
from models.access import access_board
from models.activity import record_board_edits
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.board.laying import Ground, Written
from models.board.messages import refusal
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import COLOURS, ID_PATTERN, utf16_length
from models.board_rights import own_keys
from models.document import Board
from models.document_log import append_update, own_clients
from models.errors import Invalid, Refused
from models.events import DocumentAppended, RoundsChanged, record
from models.i18n import N_
from models.policy import Actor, Permission, Where, can
from models.private_round import PrivateNote, PrivateRound
from workspace.services.board_words import committed_updates

LONGEST = timedelta(days=14)
MOST_NOTES = 50
"""Of one person in one round."""
PROMPT_CHARS = 300
TEXT_UNITS = OBJECT_SPECS["note"].fields["text"].size
_is_id = re.compile(ID_PATTERN).fullmatch

ALREADY_OPEN = N_("Un tour d’écriture est déjà ouvert sur ce tableau.")
NO_ROUND = N_("Aucun tour d’écriture n’est ouvert sur ce tableau.")
TIME_IS_OVER = N_("Le temps d’écriture est écoulé : vos notes sont gardées, et paraîtront avec les autres.")
ENOUGH_NOTES = N_("Vous avez déjà beaucoup de notes dans ce tour.")
WRONG_HOUR = N_("L’heure de fin doit être dans les quatorze jours qui viennent.")
WRONG_OPENING = N_("L’ouverture doit être dans les quatorze jours qui viennent, et avant la fin.")
NOT_YET = N_("Ce n’est pas encore l’heure : le tour d’écriture n’est pas ouvert.")


@dataclass(frozen=True)
class OwnNote:
    """A note of a round, for its author."""

    key: str
    text: str
    colour: str


@dataclass(frozen=True)
class RoundState:
    """An open round as one reader may know it: `waiting` is None for all but who opened it."""

    id: int
    zone: str
    prompt: str
    opens_at: datetime | None
    closes_at: datetime | None
    has_begun: bool
    takes_notes: bool
    may_write: bool
    may_reveal: bool
    waiting: int | None
    mine: tuple[OwnNote, ...]


def find_round(session: Session, board_id: int) -> PrivateRound | None:
    """The round that is open on a board."""
    return session.scalar(
        select(PrivateRound).where(PrivateRound.board_id == board_id, PrivateRound.revealed_at.is_(None))
    )


def round_state(session: Session, actor: Actor, board: Board) -> RoundState | None:
    """What the actor may know of the round on this board, loaded by `models.access`; None: there is none."""
    found = find_round(session, board.id)
    if found is None or not can(actor, Permission.VIEW_WORKSHOP, board.where):
        return None
    mine = session.scalars(
        select(PrivateNote)
        .where(PrivateNote.round_id == found.id, PrivateNote.author.in_(own_keys(actor, board)))
        .order_by(PrivateNote.id)
    )
    waiting = select(func.count()).where(PrivateNote.round_id == found.id)
    now = utcnow()
    return RoundState(
        id=found.id,
        zone=found.zone,
        prompt=found.prompt,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        has_begun=found.has_begun(now),
        takes_notes=found.takes_notes(now),
        may_write=can(actor, Permission.EDIT_BOARD, board.where),
        may_reveal=can(actor, Permission.FACILITATE_BOARD, board.where),
        waiting=session.scalar(waiting) if found.actor_key == actor.key else None,
        mine=tuple(OwnNote(note.key, note.text, note.colour) for note in mine),
    )


def open_round(
    session: Session,
    actor: Actor,
    board_id: int,
    *,
    zone: str,
    prompt: str,
    opens_at: datetime | None = None,
    closes_at: datetime | None,
) -> Board:
    """Begin a round, now or at `opens_at`; gives its board.

    Raises: Invalid; Refused when one is open or the board is frozen.
    """
    board = access_board(session, actor, board_id, Permission.FACILITATE_BOARD)
    check_hours(opens_at, closes_at)
    if zone and not _is_id(zone):
        raise Invalid
    if board.frozen:
        raise refusal("frozen")
    if find_round(session, board.id) is not None:
        raise Refused("already_open", ALREADY_OPEN)
    session.add(
        PrivateRound(
            board_id=board.id,
            actor_key=actor.key,
            zone=zone,
            prompt=checked_line(prompt, PROMPT_CHARS),
            opens_at=opens_at,
            closes_at=closes_at,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused("already_open", ALREADY_OPEN) from error
    record(session, RoundsChanged(board.id, board.document_id))
    return board


def write_note(session: Session, actor: Actor, board_id: int, *, key: str, text: str, colour: str) -> None:
    """Write one's note of that key, or change it; without words it is deleted.

    Raises: Invalid; Refused when no round is open, its time is over, or one has written a lot.
    """
    board = access_board(session, actor, board_id, Permission.EDIT_BOARD)
    if not _is_id(key) or colour not in COLOURS:
        raise Invalid
    words = checked_text(text)
    found = _lock_round(session, board.id)
    now = utcnow()
    if not found.has_begun(now):
        raise Refused("not_yet", NOT_YET)
    if not found.takes_notes(now):
        raise Refused("time_is_over", TIME_IS_OVER)
    mine = {
        note.key: note
        for note in session.scalars(
            select(PrivateNote).where(
                PrivateNote.round_id == found.id, PrivateNote.author.in_(own_keys(actor, board))
            )
        )
    }
    note = mine.get(key)
    if not words:
        if note is not None:
            session.delete(note)
    elif note is not None:
        note.text, note.colour = words, colour
    elif len(mine) >= MOST_NOTES:
        raise Refused("enough_notes", ENOUGH_NOTES)
    else:
        session.add(PrivateNote(round_id=found.id, author=actor.key, key=key, text=words, colour=colour))


def ground_of(session: Session, actor: Actor, board_id: int) -> tuple[Ground, int]:
    """What `reveal` needs of the board, read before it takes any lock: the board, and its epoch."""
    board = access_board(session, actor, board_id, Permission.FACILITATE_BOARD)
    updates, epoch = committed_updates(session, board.document_id)
    return Ground(updates), epoch


def reveal(session: Session, actor: Actor, board_id: int, ground: Ground, epoch: int) -> Board:
    """Move every note of the round onto the board, once; gives the board.

    Raises: Refused when no round is open (or it was shown meanwhile), the board is frozen or full.
    """
    board = access_board(session, actor, board_id, Permission.FACILITATE_BOARD)
    found = _lock_round(session, board.id)
    session.refresh(board)
    if board.frozen:
        raise refusal("frozen")
    notes = session.scalars(
        select(PrivateNote).where(PrivateNote.round_id == found.id).order_by(PrivateNote.id)
    ).all()
    found.revealed_at = utcnow()
    failpoints.reach("reveal.begun")
    if notes:
        _move(session, board, found.zone, notes, ground, epoch)
    session.execute(delete(PrivateNote).where(PrivateNote.round_id == found.id))
    failpoints.reach("reveal.moved")
    subject = (SubjectKind.BOARD, board.id)
    audit(
        session, actor, AuditAction.ROUND_REVEALED, where=Where(project_id=board.project_id), subject=subject
    )
    record(session, RoundsChanged(board.id, board.document_id))
    return board


def _move(
    session: Session, board: Board, zone: str, notes: Sequence[PrivateNote], ground: Ground, epoch: int
) -> None:
    laid = ground.lay(zone, [Written(note.author, note.colour, note.text) for note in notes])
    written = Counter(note.author for note in notes)
    append_update(session, board.document_id, laid.content, written, epoch)
    if own_clients(session, board.document_id, laid.owners):
        raise refusal("client_id")
    record(session, DocumentAppended(board.document_id))
    failpoints.reach("reveal.appended")
    for key, count in written.items():
        record_board_edits(
            session,
            user_id=int(key[1:]) if key.startswith("u") else None,
            guest_id=int(key[1:]) if key.startswith("g") else None,
            cohort_id=board.project.team.cohort_id,
            project_id=board.project_id,
            board_id=board.id,
            title=board.title,
            count=count,
        )
    board.changed_at = utcnow()


def _lock_round(session: Session, board_id: int) -> PrivateRound:
    found = session.scalar(
        select(PrivateRound)
        .where(PrivateRound.board_id == board_id, PrivateRound.revealed_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise Refused("no_round", NO_ROUND)
    return found


def check_hours(opens_at: datetime | None, closes_at: datetime | None) -> None:
    """Raise unless something may be open from then until then."""
    now = utcnow()
    if opens_at is not None and not opens_at < (closes_at or now + LONGEST):
        raise Invalid(WRONG_OPENING, {"from": WRONG_OPENING})
    if closes_at is not None and not now < closes_at <= now + LONGEST:
        raise Invalid(WRONG_HOUR, {"until": WRONG_HOUR})


def checked_line(words: str, most: int) -> str:
    """One line that can be stored, cut to `most` characters."""
    return " ".join(_sound(words).split())[:most]


def checked_text(words: str) -> str:
    """The words of a note, without what surrounds them. Raises: Refused when a note cannot hold them."""
    text = _sound(words).strip()
    if utf16_length(text) > TEXT_UNITS:
        raise refusal("text_too_long")
    return text


def _sound(words: str) -> str:
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise refusal("bad_text") from error
    if "\0" in words:
        raise refusal("bad_text")
    return words
