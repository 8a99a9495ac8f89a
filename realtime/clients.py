"""The people connected now: one `Client` per socket, found by Socket.IO id or by login session."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from models.policy import Actor
from realtime import frames, protocol
from realtime.budget import WorkBudget
from realtime.messages import Sentences
from realtime.outbound import Outgoing, Outlet

if TYPE_CHECKING:
    from realtime.members import Member

log = logging.getLogger("etabli.realtime")

MAX_STRIKES = 5
MAX_ECHOED = 32

Key = TypeVar("Key", int, str)


@dataclass(eq=False)
class Client:
    """One connected socket. The actor is the server's, re-read when their access changes."""

    sid: str
    actor: Actor
    outlet: Outlet
    sentences: Sentences
    members: dict[int, "Member"] = field(default_factory=dict)  # by document handle
    strikes: int = 0
    is_gone: bool = False
    is_kicked: bool = False
    token_hash: str = ""  # of the login session's cookie
    work: WorkBudget = field(default_factory=WorkBudget)  # of the person, shared by their sockets

    @property
    def login_session_id(self) -> int:
        """The login session this socket lives on."""
        assert self.actor.login_session_id is not None  # noqa: S101 - sockets are opened by sessions only
        return self.actor.login_session_id

    def say(self, kind: str, code: str, **fields: object) -> None:
        """Send a control event `x` with its sentence in the client's language."""
        sentence = self.sentences.say(code, self.actor.locale)
        payload = {"kind": kind, "code": code, "message": sentence, **fields}
        self.outlet.send(Outgoing(protocol.CONTROL, payload))

    def caught_up(self) -> None:
        """The client reads again: documents of which it missed something must be fetched."""
        for member in list(self.members.values()):
            if member.has_missed:
                member.has_missed = False
                self.say("resync", "resync", doc=member.room.document_id)

    def refuse(self, event: str, code: str) -> None:
        """Say of an event that has no answer of its own why it was not taken, and count it."""
        sentence = self.sentences.say(code, self.actor.locale)
        payload = {"kind": "refused", "event": event[:MAX_ECHOED], "code": code, "message": sentence}
        self.outlet.send(Outgoing(protocol.CONTROL, payload))
        self.strike(f"{code}: {event[:MAX_ECHOED]!r}")

    def strike(self, reason: str) -> None:
        """Count a message that no honest client sends; past `MAX_STRIKES` the connection ends."""
        self.strikes += 1
        if self.strikes > MAX_STRIKES:
            log.warning("connection of %s closed: %s", self.actor.key, reason)
            self.outlet.close(frames.POLICY, "too many bad messages")

    def kick(self, code: str) -> None:
        """Tell why, and end the connection."""
        self.is_kicked = True
        self.say("revoked", code)
        self.outlet.close(frames.POLICY, code)


class Clients:
    """The registry of this process."""

    def __init__(self) -> None:
        self._by_sid: dict[str, Client] = {}
        self._by_session: dict[int, list[Client]] = {}
        self._by_token: dict[str, list[Client]] = {}

    def __len__(self) -> int:
        return len(self._by_sid)

    def __iter__(self) -> Iterator[Client]:
        return iter(list(self._by_sid.values()))

    def add(self, client: Client) -> None:
        """Enter a client."""
        self._by_sid[client.sid] = client
        self._by_session.setdefault(client.login_session_id, []).append(client)
        self._by_token.setdefault(client.token_hash, []).append(client)

    def find(self, sid: str) -> Client | None:
        """The client of a Socket.IO id."""
        return self._by_sid.get(sid)

    def remove(self, sid: str) -> Client | None:
        """Take a client out; gives it back if it was there."""
        client = self._by_sid.pop(sid, None)
        if client is not None:
            _take_out(self._by_session, client.login_session_id, client)
            _take_out(self._by_token, client.token_hash, client)
        return client

    def forget_token(self, client: Client) -> None:
        """The session's cookie was replaced: the socket stays, the old cookie opens nothing from memory."""
        if self._by_sid.get(client.sid) is not client:
            return
        _take_out(self._by_token, client.token_hash, client)
        client.token_hash = ""
        self._by_token.setdefault("", []).append(client)

    def of_session(self, login_session_id: int) -> list[Client]:
        """The sockets of one login session."""
        return list(self._by_session.get(login_session_id, ()))

    def of_token(self, token_hash: str) -> list[Client]:
        """The sockets opened with one session cookie, by its hash."""
        return list(self._by_token.get(token_hash, ()))


def _take_out(clients: dict[Key, list[Client]], key: Key, client: Client) -> None:
    clients[key].remove(client)
    if not clients[key]:
        del clients[key]
