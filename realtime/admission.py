"""Who may come in: a socket with its session and ticket, a client into a document. Asked in groups.

The database is asked each time, so that a right that ended a moment ago opens nothing; but a class that
comes in together is one question, not two hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.access import access_boards_of_documents
from models.audit import SubjectKind
from models.base import utcnow
from models.board_rights import BoardRights, board_rights
from models.document import Board
from models.errors import DomainError, Forbidden, Refused
from models.policy import Actor, Permission, Stand, stands
from models.session import reading, transaction
from realtime.groups import Grouped
from realtime.registry import Rooms
from realtime.rooms import Room
from workspace.services import break_glass, rotation, sessions


@dataclass(frozen=True, slots=True)
class Presented:
    """What a socket shows to be let in: the cookie's token and a ticket, whatever a client sent as one."""

    token: str
    ticket: object


@dataclass(frozen=True, slots=True)
class Wanted:
    """The document that the client of a login session wants to join."""

    login_session_id: int
    document_id: int


class Admission:
    """See the module."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._sockets = Grouped(_admit)
        self._joins = Grouped(_judge)
        self._gaps = Grouped(self._refresh)

    def admit(self, token: str, ticket: object) -> Actor:
        """Who comes with this session token; uses the ticket up. Raises: Refused ("sign_in", "ticket")."""
        return self._sockets.ask(Presented(token, ticket))

    def rights(self, login_session_id: int, document_id: int) -> tuple[Actor, BoardRights]:
        """As whom they may join this document. Raises: Refused ("sign_in"), NotFound, Forbidden."""
        return self._joins.ask(Wanted(login_session_id, document_id))

    def open(self, document_id: int) -> Room:
        """The document's room, as new as the database. Raises: NotFound, CorruptDocument."""
        while True:
            room = self._rooms.open(document_id)
            self._gaps.ask(room)
            if not room.is_closed:  # else it was replaced meanwhile
                return room

    def _refresh(self, rooms: Sequence[Room]) -> list[None]:
        self._rooms.refresh(set(rooms))
        return [None] * len(rooms)


def _admit(asked: Sequence[Presented]) -> list[Actor | Exception]:
    # Not durable: a ticket that a power cut brings back has expired when the machine is up again.
    with transaction(durable=False) as session:
        tokens = {one.token for one in asked if one.token}
        actors = sessions.find_actors(session, tokens)
        if unknown := tokens - actors.keys():
            rotation.end_stolen(session, rotation.find_replayed(session, unknown))
        good = sessions.consume_tickets(
            session,
            {
                (one.ticket, login_id)
                for one in asked
                if isinstance(one.ticket, str) and (login_id := _login_id(actors.get(one.token)))
            },
        )
        answers: list[Actor | Exception] = []
        for one in asked:
            actor = actors.get(one.token)
            used = (one.ticket, _login_id(actor))
            if actor is None:
                answers.append(Refused("sign_in"))
            elif used not in good:
                answers.append(Refused("ticket"))
            else:
                good.remove(used)  # once, though two may have come with it
                answers.append(actor)
                if actor.seen_at is None or actor.seen_at < utcnow() - sessions.SEEN_EVERY:
                    sessions.seen(session, actor)
    return answers


def _login_id(actor: Actor | None) -> int | None:
    return actor.login_session_id if actor else None


def _judge(asked: Sequence[Wanted]) -> list[tuple[Actor, BoardRights] | Exception]:
    with reading() as session:
        actors = sessions.find_actors_of_sessions(session, {one.login_session_id for one in asked})
        known = [(actors[one.login_session_id], one) for one in asked if one.login_session_id in actors]
        boards = access_boards_of_documents(session, [(actor, one.document_id) for actor, one in known])
        answers: dict[Wanted, tuple[Actor, BoardRights] | Exception] = {}
        rescued: list[tuple[Actor, Board]] = []
        for (actor, one), board in zip(known, boards, strict=True):
            if isinstance(board, DomainError):
                answers[one] = board
            else:
                rights = board_rights(actor, board)
                if stands(actor, board.where) == {Stand.RESCUER}:
                    rescued.append((actor, board))
                answers[one] = (actor, rights) if rights else Forbidden()
    _note(rescued)
    return [answers.get(one) or Refused("sign_in") for one in asked]


def _note(rescued: Sequence[tuple[Actor, Board]]) -> None:
    """Who comes in by break-glass is written down."""
    if not rescued:
        return
    with transaction() as session:
        for actor, board in rescued:
            right = (Permission.VIEW_BOARD, board.project_id)
            break_glass.note_reads(session, actor, [right], (SubjectKind.BOARD, board.id))
