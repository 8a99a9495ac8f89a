"""Access that ends or changes reaches live sockets at once.

Domain events name who is concerned; a worker asks the database again, tells the client what it may do
now, and ends what it may not. A sweep every second or so finds access that ended by its date, or by another
process whose bell was lost; every 0.4 s while Redis is away.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from sqlalchemy.exc import SQLAlchemyError

from models.access import access_boards_of_documents
from models.board_rights import BoardRights, board_rights
from models.errors import DomainError
from models.events import AccessChanged, BoardChanged, SessionEnded
from models.session import reading
from realtime import frames
from realtime.clients import Client, Clients
from realtime.members import Member
from realtime.standing import Standing, cookie_of, standings
from workspace.services.sessions import find_actors_of_sessions

log = logging.getLogger("etabli.realtime")

SWEEP_SECONDS = 0.8
LONGEST_SWEEP_PAUSE_SECONDS = 2.0
SWEEP_WITHOUT_BELLS_SECONDS = 0.4
SWEEP_REST = 50.0  # in sweeps: they take a fiftieth of the time at most
CLIENTS_PER_READ = 200

RightsEvent = SessionEnded | AccessChanged | BoardChanged


class Revocation:
    """See the module."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._queue: deque[RightsEvent] = deque()
        self._wake = threading.Event()
        self._standings: dict[str, Standing] = {}

    def hear(self, event: RightsEvent) -> None:
        """Note what happened, here or in another process; the worker acts on it at its next turn."""
        self._queue.append(event)
        self._wake.set()

    def run(self, is_stopped: Callable[[], bool]) -> None:
        """Act on what was heard until stopped."""
        while not is_stopped():
            self._wake.wait()
            self._wake.clear()
            while self._queue:
                event = self._queue.popleft()
                try:
                    self._act(event)
                except SQLAlchemyError as error:  # the next sweep sees what changed
                    log.warning("access could not be checked: %s", type(error).__name__)
                except Exception:
                    log.exception("a change of access failed")  # the loop must outlive any bug

    def _act(self, bell: RightsEvent) -> None:
        if isinstance(bell, SessionEnded):
            for client in self._clients.of_session(bell.login_session_id):
                client.kick("signed_out" if client.actor.user_id is not None else "revoked")
            return
        self.ask_again(client for client in self._clients if _concerns(bell, client))

    def watch(self, is_stopped: Callable[[], bool], is_rung: Callable[[], bool]) -> None:
        """Sweep until stopped: often while no bells come in, else as often as costs little."""
        while not is_stopped():
            started = time.monotonic()
            try:
                self.sweep()
            except SQLAlchemyError as error:
                log.warning("access could not be checked: %s", type(error).__name__)
            except Exception:
                log.exception("a sweep failed")
            rest = SWEEP_REST * (time.monotonic() - started)
            pause = min(LONGEST_SWEEP_PAUSE_SECONDS, max(SWEEP_SECONDS, rest))
            time.sleep(pause if is_rung() else SWEEP_WITHOUT_BELLS_SECONDS)

    def sweep(self) -> None:
        """Ask in full about those whose standing is not what it was at the last sweep that went well."""
        clients = list(self._clients)
        with reading() as session:
            now = standings(session, clients)
        for client in clients:
            if client.token_hash and cookie_of(now[client.sid]) not in (None, client.token_hash):
                self._clients.forget_token(client)
        before = self._standings
        self.ask_again(client for client in clients if before.get(client.sid, ()) != now[client.sid])
        self._standings = now

    def ask_again(self, clients: Iterable[Client]) -> None:
        """Re-read what these clients may do and act on the difference. Raises: SQLAlchemyError."""
        rest = iter(clients)
        while some := list(islice(rest, CLIENTS_PER_READ)):
            self._ask(some)
            time.sleep(0)  # many may have to be asked about: others go on meanwhile

    @staticmethod
    def _ask(clients: Sequence[Client]) -> None:
        members = [member for client in clients for member in client.members.values()]
        with reading() as session:
            actors = find_actors_of_sessions(session, {client.login_session_id for client in clients})
            met = [
                (actors[member.client.login_session_id], member)
                for member in members
                if member.client.login_session_id in actors
            ]
            boards = access_boards_of_documents(
                session, [(actor, member.room.document_id) for actor, member in met]
            )
            rights = [
                None if isinstance(board, DomainError) else board_rights(actor, board)
                for (actor, _member), board in zip(met, boards, strict=True)
            ]
        for client in clients:
            actor = actors.get(client.login_session_id)
            if actor is None:
                client.kick("revoked")
            else:
                client.actor = actor
        for (_actor, member), now in zip(met, rights, strict=True):
            _update(member, now)


def _concerns(bell: RightsEvent, client: Client) -> bool:
    match bell:
        case AccessChanged(user_id=user_id, guest_id=guest_id):
            actor = client.actor
            return actor.user_id == user_id if user_id is not None else actor.guest_id == guest_id
        case BoardChanged(document_id=document_id):
            return any(member.room.document_id == document_id for member in client.members.values())
    return False


def _update(member: Member, rights: BoardRights | None) -> None:
    """Give the member its new rights; out of the room and disconnected without any."""
    client, document_id = member.client, member.room.document_id
    if rights is None:
        member.room.leave(member)
        client.say("revoked", "revoked", doc=document_id)
        if not client.members:
            client.outlet.close(frames.POLICY, "revoked")
        return
    before, member.rights = member.rights, rights
    if before.board_actor.frozen != rights.board_actor.frozen:
        kind = "frozen" if rights.board_actor.frozen else "unfrozen"
        client.say(kind, kind, doc=document_id, can=list(rights.can))
    elif before != rights:
        client.say("role", "role", doc=document_id, role=rights.role.value, can=list(rights.can))
