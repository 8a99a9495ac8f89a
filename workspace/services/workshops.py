"""Workshops led on a board: begin, go from step to step, keep time, say what guests may do.

The caller commits. Every change is told to all who have the board open (`WorkshopChanged`): they ask for the
state anew. Time is the server's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.access import access_board
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.board.export import Outline
from models.board.participation import Inbox
from models.document import Board
from models.errors import Invalid, Refused
from models.events import BoardChanged, WorkshopChanged, record
from models.i18n import N_
from models.policy import Actor, Permission, Where, can
from models.workshop import (
    LONGEST,
    MOST_MINUTES,
    MOST_STEPS,
    REACHED,
    TITLE_CHARS,
    StepKind,
    Workshop,
)

ALREADY_ON = N_("Un atelier est déjà en cours sur ce tableau.")
NO_WORKSHOP = N_("Aucun atelier n’est en cours sur ce tableau.")
WRONG_WINDOW = N_("La fin doit venir après le début, et dans les quatorze jours qui viennent.")
NO_TITLE = N_("Donnez un titre à chaque étape, en 60 caractères au plus.")
WRONG_MINUTES = N_("Une étape dure de 0 à 240 minutes.")
WRONG_NUMBER = N_("Un atelier a de 1 à 12 étapes.")
NO_ZONE = N_("Ce cadre n’est plus sur le tableau : choisissez-en un autre.")
TOO_SOON = N_("Vous venez d’inviter tout le monde : attendez quelques secondes.")
MINUTE = timedelta(minutes=1)
BETWEEN_GATHERINGS = timedelta(seconds=15)
GATHERING_LASTS = timedelta(minutes=2)
FARTHEST = 2**27
"""No place to gather at lies farther out, or is wider, in board units."""


@dataclass(frozen=True)
class Step:
    """A step of the agenda. `minutes` 0: without a timer."""

    kind: str
    title: str
    minutes: int


@dataclass(frozen=True)
class Timer:
    """`ends_at` while it runs, else `left_ms`, what a pause left."""

    ends_at: datetime | None
    left_ms: int | None


@dataclass(frozen=True)
class Gathering:
    """An invitation to join somebody: `key` is theirs, `place` what they saw (left, top, width, height)."""

    key: str
    at: datetime
    place: tuple[int, ...]


@dataclass(frozen=True)
class WorkshopState:
    """The workshop of a board. `has_begun` and `is_over` are about its window of hours."""

    id: int
    facilitator: str
    steps: tuple[Step, ...]
    step: int
    timer: Timer
    started_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    has_begun: bool
    is_over: bool
    gathering: Gathering | None


def find_workshop(session: Session, board_id: int) -> Workshop | None:
    """The workshop that is on."""
    return session.scalar(select(Workshop).where(Workshop.board_id == board_id, Workshop.ended_at.is_(None)))


def workshop_state(session: Session, actor: Actor, board: Board) -> WorkshopState | None:
    """The workshop on this board (loaded by `models.access`) for this actor; None: there is none."""
    found = find_workshop(session, board.id)
    if found is None or not can(actor, Permission.VIEW_WORKSHOP, board.where):
        return None
    now = utcnow()
    return WorkshopState(
        id=found.id,
        facilitator=found.actor_key,
        steps=tuple(Step(step["kind"], step["title"], step["minutes"]) for step in found.steps),
        step=found.step,
        timer=Timer(found.timer_ends_at, found.timer_left_ms),
        started_at=found.started_at,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        has_begun=found.opens_at is None or found.opens_at <= now,
        is_over=found.closes_at is not None and found.closes_at <= now,
        gathering=_gathering(found, now),
    )


def _gathering(workshop: Workshop, now: datetime) -> Gathering | None:
    """The invitation, while it is fresh."""
    at = workshop.gathered_at
    if at is None or not workshop.gatherer or now - at > GATHERING_LASTS:
        return None
    return Gathering(workshop.gatherer, at, tuple(workshop.gathering_place or ()))


def begin(
    session: Session,
    actor: Actor,
    board_id: int,
    steps: Sequence[Mapping[str, Any]],
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
) -> None:
    """Begin a workshop, led by the actor. Raises: Invalid; Refused when one is on."""
    board = access_board(session, actor, board_id, Permission.FACILITATE_BOARD)
    session.add(
        Workshop(
            board_id=board.id,
            actor_key=actor.key,
            steps=_checked(steps),
            **_window(opens_at, closes_at),
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused("already_on", ALREADY_ON) from error
    _note(session, actor, AuditAction.WORKSHOP_BEGUN, board)
    _tell(session, board)


def change(
    session: Session,
    actor: Actor,
    board_id: int,
    steps: Sequence[Mapping[str, Any]],
    *,
    step: int,
    opens_at: datetime | None,
    closes_at: datetime | None,
) -> None:
    """Another agenda and window; `step` is where the current one stands in it. Raises: Invalid, Refused."""
    board, workshop = _lock(session, actor, board_id)
    reached = {one["title"]: one[REACHED] for one in workshop.steps if REACHED in one}
    workshop.steps = [
        {**one, REACHED: reached[one["title"]]} if one["title"] in reached else one for one in _checked(steps)
    ]
    workshop.step = _place(workshop, step)
    for name, value in _window(opens_at, closes_at).items():
        setattr(workshop, name, value)
    _tell(session, board)


def go_to(session: Session, actor: Actor, board_id: int, step: int) -> None:
    """Go to a step; the timer of the one before stops. Raises: Invalid, Refused."""
    board, workshop = _lock(session, actor, board_id)
    workshop.step = _place(workshop, step)
    now = utcnow().isoformat()
    workshop.steps = [
        {**one, REACHED: now} if place == step else one for place, one in enumerate(workshop.steps)
    ]
    workshop.timer_ends_at = workshop.timer_left_ms = None
    _tell(session, board)


def keep_time(session: Session, actor: Actor, board_id: int, deed: str) -> None:
    """One of TIMER. Those that do not apply, as a pause of a timer that does not run, change nothing."""
    if deed not in TIMER:
        raise Invalid
    board, workshop = _lock(session, actor, board_id)
    TIMER[deed](workshop, utcnow())
    _tell(session, board)


def _start(workshop: Workshop, now: datetime) -> None:
    minutes = int(workshop.steps[workshop.step]["minutes"])
    workshop.timer_ends_at, workshop.timer_left_ms = now + (minutes or 5) * MINUTE, None


def _add(workshop: Workshop, now: datetime) -> None:
    """A minute more; one that ran out starts again with it."""
    longest = MOST_MINUTES * MINUTE
    if workshop.timer_left_ms is not None:
        left = timedelta(milliseconds=workshop.timer_left_ms) + MINUTE
        workshop.timer_left_ms = min(left, longest) // timedelta(milliseconds=1)
    else:
        workshop.timer_ends_at = min(max(workshop.timer_ends_at or now, now) + MINUTE, now + longest)


def _pause(workshop: Workshop, now: datetime) -> None:
    if workshop.timer_ends_at is not None and workshop.timer_ends_at > now:
        workshop.timer_left_ms = (workshop.timer_ends_at - now) // timedelta(milliseconds=1)
        workshop.timer_ends_at = None


def _resume(workshop: Workshop, now: datetime) -> None:
    if workshop.timer_left_ms is not None:
        workshop.timer_ends_at = now + timedelta(milliseconds=workshop.timer_left_ms)
        workshop.timer_left_ms = None


def _stop(workshop: Workshop, _now: datetime) -> None:
    workshop.timer_ends_at = workshop.timer_left_ms = None


TIMER: Mapping[str, Callable[[Workshop, datetime], None]] = {
    "start": _start,
    "add": _add,
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
}


def gather(session: Session, actor: Actor, board_id: int, place: Sequence[object]) -> None:
    """Invite everybody to what the actor sees now. It moves nobody: each accepts, or does not.

    Raises: Invalid; Refused when somebody did so a moment ago.
    """
    board, workshop = _lock(session, actor, board_id)
    numbers = [one for one in place if isinstance(one, int) and not isinstance(one, bool)]
    if len(place) != 4 or numbers != list(place) or any(abs(one) > FARTHEST for one in numbers):
        raise Invalid
    if min(numbers[2:]) < 1:
        raise Invalid
    now = utcnow()
    if workshop.gathered_at is not None and now - workshop.gathered_at < BETWEEN_GATHERINGS:
        raise Refused("too_soon", TOO_SOON)
    workshop.gatherer, workshop.gathered_at, workshop.gathering_place = actor.key, now, numbers
    _tell(session, board)


def set_novices(session: Session, actor: Actor, board_id: int, *, on: bool) -> None:
    """Whether partners and guests only add notes, write in theirs and move them, from now on."""
    board, _workshop = _lock(session, actor, board_id)
    if board.novices != on:
        board.novices = on
        _note(session, actor, AuditAction.BOARD_NOVICES_ON if on else AuditAction.BOARD_NOVICES_OFF, board)
        _rights_changed(session, board)


def set_inbox(session: Session, actor: Actor, board_id: int, zone: str, outline: Outline) -> None:
    """Where partners and guests add what they bring: a zone of the board, or anywhere ("").

    Raises: Invalid without that zone, Refused.
    """
    found = next((one for one in outline.zones if one.id == zone), None)
    if zone and found is None:
        raise Invalid(NO_ZONE)
    board, _workshop = _lock(session, actor, board_id)
    inbox = Inbox(found.id, found.x, found.y, found.w, found.h).stored() if found else ""
    if board.inbox != inbox:
        board.inbox = inbox
        _note(session, actor, AuditAction.BOARD_INBOX_ON if inbox else AuditAction.BOARD_INBOX_OFF, board)
        _rights_changed(session, board)


def end(session: Session, actor: Actor, board_id: int) -> None:
    """End the workshop: everybody has all their tools again. Raises: Refused when none is on."""
    board, workshop = _lock(session, actor, board_id)
    workshop.ended_at = utcnow()
    workshop.timer_ends_at = workshop.timer_left_ms = None
    if board.novices or board.inbox:
        board.novices, board.inbox = False, ""
        _rights_changed(session, board)
    _note(session, actor, AuditAction.WORKSHOP_ENDED, board)
    _tell(session, board)


def _lock(session: Session, actor: Actor, board_id: int) -> tuple[Board, Workshop]:
    board = access_board(session, actor, board_id, Permission.FACILITATE_BOARD)
    workshop = session.scalar(
        select(Workshop)
        .where(Workshop.board_id == board.id, Workshop.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if workshop is None:
        raise Refused("no_workshop", NO_WORKSHOP)
    return board, workshop


def _checked(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if not 1 <= len(steps) <= MOST_STEPS:
        raise Invalid(WRONG_NUMBER)
    return [asdict(_checked_step(step)) for step in steps]


def _checked_step(step: Mapping[str, Any]) -> Step:
    title, minutes, kind = step.get("title"), step.get("minutes"), step.get("kind")
    title = " ".join(title.split()) if isinstance(title, str) and title.isprintable() else ""
    if not 1 <= len(title) <= TITLE_CHARS:
        raise Invalid(NO_TITLE)
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 0 <= minutes <= MOST_MINUTES:
        raise Invalid(WRONG_MINUTES)
    return Step(kind if kind in set(StepKind) else StepKind.OTHER, title, minutes)


def _window(opens_at: datetime | None, closes_at: datetime | None) -> dict[str, datetime | None]:
    now = utcnow()
    latest = now + LONGEST
    if closes_at is not None and not max(opens_at or now, now) < closes_at <= latest:
        raise Invalid(WRONG_WINDOW)
    if opens_at is not None and (closes_at is None or opens_at > latest):
        raise Invalid(WRONG_WINDOW)
    return {"opens_at": opens_at, "closes_at": closes_at}


def _place(workshop: Workshop, step: int) -> int:
    if not 0 <= step < len(workshop.steps):
        raise Invalid
    return step


def _rights_changed(session: Session, board: Board) -> None:
    record(session, BoardChanged(board_id=board.id, document_id=board.document_id))
    _tell(session, board)


def _tell(session: Session, board: Board) -> None:
    record(session, WorkshopChanged(board_id=board.id, document_id=board.document_id))


def _note(session: Session, actor: Actor, action: AuditAction, board: Board) -> None:
    place, subject = Where(project_id=board.project_id), (SubjectKind.BOARD, board.id)
    audit(session, actor, action, where=place, subject=subject)
