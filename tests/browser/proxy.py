"""A small HTTP proxy before a server: refuses WebSockets, or everything, when told; notes what passes."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 65_536
SECONDS = 30.0


@dataclass
class Passed:
    """One exchange: the request's line and headers, the answer's status and headers (lower-case names)."""

    method: str
    path: str
    asked: dict[str, str]
    status: int
    answered: dict[str, str]


@dataclass
class Proxy:
    """Listens on a port of its own, on a thread. One request per connection."""

    target: str = ""
    blocks_websockets: bool = False
    is_down: bool = False
    passed: list[Passed] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take a port and begin."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Without a final slash."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """End every connection that is open."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):  # it has just ended by itself
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more."""
        self._listener.close()
        self.cut()

    def paths(self, part: str) -> list[Passed]:
        """What passed whose path holds `part`."""
        return [exchange for exchange in self.passed if part in exchange.path]

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(SECONDS)
        self._open.add(client)
        try:
            with client:
                self._exchange(client)
        except OSError:
            pass  # one of the two sides left
        finally:
            self._open.discard(client)

    def _exchange(self, client: socket.socket) -> None:
        head, rest = _read_head(client)
        first, asked = _parse(head)
        method, path, _version = first.split(" ", 2)
        is_socket = asked.get("upgrade", "").lower() == "websocket"
        if self.is_down:
            return
        if is_socket and self.blocks_websockets:
            self.passed.append(Passed(method, path, asked, 403, {}))
            client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        target = urlsplit(self.target)
        address = (target.hostname or "", target.port or 80)
        with socket.create_connection(address, SECONDS) as server:
            self._open.add(server)
            sent = head if is_socket else _without_keep_alive(head)
            server.sendall(sent + rest)
            threading.Thread(target=_pump, args=(client, server), daemon=True).start()
            answer, more = _read_head(server)
            status, answered = _parse(answer)
            self.passed.append(Passed(method, path, asked, int(status.split(" ")[1]), answered))
            client.sendall(answer + more)
            _pump(server, client)
            self._open.discard(server)


def _read_head(source: socket.socket) -> tuple[bytes, bytes]:
    """Up to the empty line, and what was read past it."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = source.recv(CHUNK)
        if not part:
            raise OSError("closed before its head")
        data += part
    head, rest = data.split(b"\r\n\r\n", 1)
    return head + b"\r\n\r\n", rest


def _parse(head: bytes) -> tuple[str, dict[str, str]]:
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    pairs = (line.split(":", 1) for line in lines)
    return first, {name.lower(): value.strip() for name, value in pairs}


def _without_keep_alive(head: bytes) -> bytes:
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([first, *kept, b"Connection: close"]) + b"\r\n\r\n"


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while part := source.recv(CHUNK):
            sink.sendall(part)
    except OSError:
        return
