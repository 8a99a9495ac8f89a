"""A client in another language than the browser's, written from docs/protocol.md alone.

A plain Socket.IO library, a Yjs port and the standard library; nothing of the server or of the browser
client. Socket.IO's events come in its own thread: they wait in a queue until the test's thread takes them.
"""

import json
import queue
import re
import struct
import time
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

import socketio
from pycrdt import Doc, Map, Text

from tests.live.live_support import HANG_SECONDS

EVENTS = ("u", "a", "r", "p", "peers", "sel", "v", "x")


def varint(number: int) -> bytes:
    """Unsigned LEB128."""
    out = bytearray()
    while number >= 0x80:
        out.append(0x80 | (number & 0x7F))
        number >>= 7
    return bytes([*out, number])


def take_varint(data: bytes) -> tuple[int, bytes]:
    """The number at the beginning, and what follows it."""
    number = 0
    for place, byte in enumerate(data):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, data[place + 1 :]
    raise ValueError("the bytes end inside a varint")


def read_vector(data: bytes) -> dict[int, int]:
    """A state vector: client → clock. Their order means nothing."""
    count, data = take_varint(data)
    vector = {}
    for _ in range(count):
        client, data = take_varint(data)
        vector[client], data = take_varint(data)
    return vector


def read_u(data: bytes) -> dict[str, Any]:
    """`u` from the server."""
    handle, data = take_varint(data)
    seq, data = take_varint(data)
    updates = []
    while data:
        length, data = take_varint(data)
        updates.append(data[:length])
        data = data[length:]
    return {"handle": handle, "seq": seq, "updates": updates}


def read_p(data: bytes) -> dict[str, Any]:
    """`p` from the server."""
    handle, data = take_varint(data)
    cursors = []
    while data:
        peer, data = take_varint(data)
        x, y, zoomstep, flags = struct.unpack(">hhBB", data[:6])
        cursors.append({"peer": peer, "x": x, "y": y, "zoomstep": zoomstep, "flags": flags})
        data = data[6:]
    return {"handle": handle, "cursors": cursors}


def write_u(handle: int, n: int, update: bytes) -> bytes:
    """`u` from a client."""
    return varint(handle) + varint(n) + update


def write_p(handle: int, x: int, y: int, zoomstep: int, flags: int) -> bytes:
    """`p` from a client."""
    return varint(handle) + struct.pack(">hhBB", x, y, zoomstep, flags)


def write_sync(vector: bytes, update: bytes) -> bytes:
    """The body of POST /documents/<id>/sync."""
    return varint(len(vector)) + vector + update


def read_sync(data: bytes) -> dict[str, Any]:
    """The answer of POST /documents/<id>/sync."""
    seq, missing = take_varint(data)
    return {"seq": seq, "missing": missing}


class PlainClient:
    """One person on one board."""

    def __init__(self, url: str, session_cookie: str) -> None:
        self.url = url
        self.jar = CookieJar()
        self._http = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self._session_cookie = session_cookie
        self.csrf = ""
        self.document = 0
        self.doc: Doc[Any] = Doc()
        self.handle = self.seq = self.n = 0
        self.me: dict[str, Any] = {}
        self.heard: list[tuple[str, Any]] = []
        self._inbox: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.socket: Any = None

    # -- §2: the page, a ticket, the connection -------------------------------------------------

    def open_board(self, board_id: int) -> None:
        """Read the page for its CSRF token and the number of the document."""
        page = self.request("GET", f"/boards/{board_id}").decode()
        found = re.search(r'<meta name="csrf-token" content="([^"]+)">', page)
        config = re.search(
            r'<script type="application/json" id="board-config">(.*?)</script>', page, re.DOTALL
        )
        assert found
        assert config
        self.csrf = found[1]
        self.document, self.me = (json.loads(config[1])[name] for name in ("document", "me"))

    def request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """One HTTP request; raises HTTPError on a refusal."""
        others = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)
        headers = {
            "Cookie": f"{self._session_cookie}; {others}" if others else self._session_cookie,
            "X-CSRFToken": self.csrf,
            "Accept": "application/json, text/html",
            "Content-Type": "application/octet-stream",
        }
        request = urllib.request.Request(self.url + path, body, headers, method=method)  # noqa: S310 - our own server
        with self._http.open(request, timeout=HANG_SECONDS) as answer:
            return bytes(answer.read())

    def connect(self, **auth: Any) -> None:
        """A ticket, then the socket; raises socketio.exceptions.ConnectionError when refused."""
        ticket = json.loads(self.request("POST", "/socket-ticket", b""))["ticket"]
        self.socket = socketio.Client(reconnection=False, handle_sigint=False)
        for event in EVENTS:
            self.socket.on(event, lambda payload, event=event: self._inbox.put((event, payload)))
        self.socket.on("connect_error", lambda said: self._inbox.put(("connect_error", said)))
        self.socket.on("disconnect", lambda reason: self._inbox.put(("disconnect", reason)))
        self.socket.connect(
            self.url,
            headers={"Cookie": self._session_cookie},
            auth={"ticket": ticket, "v": 1} | auth,
            transports=["websocket"],
            wait_timeout=HANG_SECONDS,
        )

    def close(self) -> None:
        """Leave."""
        if self.socket is not None:
            self.socket.disconnect()

    # -- §3: join, edit, say where one is -------------------------------------------------------

    def call(self, event: str, payload: Any) -> Any:
        """Send and wait for the answer."""
        return self.socket.call(event, payload, timeout=HANG_SECONDS)

    def join(self) -> dict[str, Any]:
        """Open the document, or come back to it; send what the server has not."""
        vector = self.doc.get_state()
        is_return = vector != b"\0"
        answer: dict[str, Any] = self.call(
            "join", {"doc": self.document, "sv": vector if is_return else None}
        )
        if not answer["ok"]:
            return answer
        self.handle, self.seq, self.me, self.n = answer["handle"], answer["seq"], answer["me"], 0
        missing = answer["missing"]
        if missing is None:
            self.doc.apply_update(self.request("GET", answer["snapshot"]))
            return self.join()
        self.doc.apply_update(missing)
        if is_return:
            mine = self.doc.get_update(answer["sv"])
            if mine != b"\0\0":
                self.send(mine)
        return answer

    def send(self, update: bytes) -> int:
        """One batch; gives its number."""
        self.n += 1
        self.socket.emit("u", write_u(self.handle, self.n, update))
        return self.n

    def edit(self, change: Any, *, send: bool = True) -> int:
        """Change one's own copy, and send what changed."""
        before = self.doc.get_state()
        with self.doc.transaction():
            change(self.doc.get("objects", type=Map))
        return self.send(self.doc.get_update(before)) if send else 0

    def note(self, identifier: str, text: str, *, send: bool = True, **fields: Any) -> int:
        """Write a note, with the fields of §8."""
        values = {
            "type": "note", "author": self.me["key"], "order": "a0", "locked": False, "zone": "",
            "x": 0.0, "y": 0.0, "w": 148.0, "h": 148.0, "colour": "jonc",
        } | fields  # fmt: skip

        def write(objects: Any) -> None:
            objects[identifier] = Map({**values, "text": Text(text)})

        return self.edit(write, send=send)

    def vector(self) -> dict[int, int]:
        """What one's own copy holds."""
        return read_vector(self.doc.get_state())

    def texts(self) -> dict[str, str]:
        """The texts of the objects by id."""
        objects = self.doc.get("objects", type=Map)
        return {key: str(objects[key]["text"]) for key in objects if "text" in objects[key]}

    # -- §4: what the server says ---------------------------------------------------------------

    def hear(self, seconds: float) -> tuple[str, Any]:
        """Take the next event, applying updates and keeping the newest seq; raises queue.Empty."""
        event, payload = self._inbox.get(timeout=seconds)
        if event == "u":
            payload = read_u(payload)
            for update in payload["updates"]:
                self.doc.apply_update(update)
            self.seq = max(self.seq, payload["seq"])
        elif event == "a":
            self.seq = max(self.seq, payload["seq"])
        elif event == "p":
            payload = read_p(payload)
        self.heard.append((event, payload))
        return event, payload

    def wait_for(self, event: str, seconds: float = HANG_SECONDS, **fields: Any) -> Any:
        """The next event of that name with these fields; fails when it does not come."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                name, payload = self.hear(max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {event} {fields}; heard {self.heard[-8:]}") from None
            if name == event and all(payload.get(key) == value for key, value in fields.items()):
                return payload
