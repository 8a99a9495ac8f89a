"""The short way to a whole document, for those whose socket has just joined it.

A class that opens a large board fetches it two hundred times within a second. Who has joined was let in by
the database a moment ago and is put out as soon as that ends, so the same login session needs no second
question: the answer comes from memory, before Flask. Everybody else goes the long way, through the route.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug import Request

from realtime.clients import Clients
from realtime.rooms import Room
from workspace.services.tokens import token_hash
from workspace.web.documents.answers import whole_document

PATH = re.compile(r"/documents/([0-9]{1,10})/snapshot")

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class ShortWay:
    """WSGI middleware. `hosts` are those the sockets are let in by, `cookie` the name of the session's."""

    def __init__(self, app: Application, clients: Clients, hosts: frozenset[str], cookie: str) -> None:
        self._app = app
        self._cookie = cookie
        self._clients = clients
        self._hosts = hosts

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer from memory, or hand on."""
        path = PATH.fullmatch(environ.get("PATH_INFO", ""))
        if path is None or environ.get("REQUEST_METHOD") != "GET":
            return self._app(environ, start_response)
        asked = Request(environ)
        room = self._joined(asked, int(path[1]))
        if room is None:
            return self._app(environ, start_response)
        seq, content = room.whole()
        return whole_document(content, f"{room.epoch}.{seq}", asked)(environ, start_response)

    def _joined(self, asked: Request, document_id: int) -> Room | None:
        token = asked.cookies.get(self._cookie)
        if not token or asked.host not in self._hosts:
            return None
        for client in self._clients.of_token(token_hash(token)):
            if client.is_kicked:
                continue
            for member in client.members.values():
                room = member.room
                if room.document_id == document_id and not room.is_closed and not room.is_broken:
                    return room
        return None
