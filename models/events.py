"""Domain events: what happened, in the past tense, told to listeners after the commit.

`record(session, event)` inside a transaction; `subscribe(kind, handler)` at start. The services never
know who listens (the realtime package does).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class SessionEnded:
    """A login session was closed (sign-out, expiry, everywhere)."""

    login_session_id: int


@dataclass(frozen=True)
class AccessChanged:
    """What a person or a guest may do has changed: their live sockets must ask again.

    Exactly one of `user_id` and `guest_id` is set.
    """

    user_id: int | None = None
    guest_id: int | None = None


@dataclass(frozen=True)
class BoardChanged:
    """A board's own settings changed: frozen, open to observers, open to tutors."""

    board_id: int
    document_id: int


@dataclass(frozen=True)
class RoundsChanged:
    """A round or a vote of a board was opened, shown or closed."""

    board_id: int
    document_id: int


@dataclass(frozen=True)
class WorkshopChanged:
    """A workshop of a board began, went on, was changed or ended."""

    board_id: int
    document_id: int


@dataclass(frozen=True)
class DocumentAppended:
    """A row was written to a document's log by a transaction of ours, past whoever has it open."""

    document_id: int


@dataclass(frozen=True)
class DocumentReplaced:
    """A document was replaced as a whole: it has a new epoch, and no copy of the former one counts."""

    document_id: int


@dataclass(frozen=True)
class CommentsChanged:
    """Somebody said, changed, deleted, resolved or reopened something in a thread of a board's comments."""

    board_id: int
    document_id: int
    thread_id: int


@dataclass(frozen=True)
class Notified:
    """A notification was written for somebody."""

    user_id: int


_handlers: dict[type, list[Callable[[Any], None]]] = {}


def subscribe(kind: type, handler: Callable[[Any], None]) -> None:
    """Call `handler(event)` after every commit that recorded an event of this kind."""
    _handlers.setdefault(kind, []).append(handler)


def record(session: Session, event: object) -> None:
    """Note `event`; it is published when the session's transaction has committed."""
    session.info.setdefault("events", []).append(event)


def take_events(session: Session) -> list[object]:
    """The events of this session, removed from it."""
    return session.info.pop("events", [])  # type: ignore[no-any-return]


def publish(events: Iterable[object]) -> None:
    """Tell the listeners, in order."""
    for event in events:
        for handler in _handlers.get(type(event), ()):
            handler(event)
