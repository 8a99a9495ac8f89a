"""A WebSocket by hand, for what no honest client does: broken frames, floods, silence."""

import base64
import json
import os
import socket
import struct
from typing import Any, Self

from tests.live.live_support import HANG_SECONDS, LiveServer, Person

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class RawSocket:
    """One TCP connection to the server; sends bytes exactly as told."""

    def __init__(self, server: LiveServer, *, receive_buffer: int | None = None) -> None:
        self.server = server
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(HANG_SECONDS)
        self.socket.connect(("127.0.0.1", server.port))
        self._buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def upgrade(self, cookie: str = "", **headers: str) -> int:
        """The handshake; gives the HTTP status. A header given as "" is left out."""
        fields = {
            "Host": f"127.0.0.1:{self.server.port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Cookie": cookie,
        }
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{name}: {value}" for name, value in fields.items() if value]
        path = "/socket.io/?EIO=4&transport=websocket"
        self.socket.sendall("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode())
        head = self._until(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1]) if head else 0

    def connect(self, person: Person) -> None:
        """Handshake, Engine.IO open, Socket.IO CONNECT with a ticket."""
        assert self.upgrade(person.cookie) == 101
        assert self.text().startswith("0{")
        self.send_text("40" + json.dumps({"ticket": person.ticket(), "v": 1}))
        answer = self.text()
        assert answer.startswith("40"), answer

    def send_text(self, text: str) -> None:
        """One masked text frame."""
        self.frame(TEXT, text.encode())

    def frame(
        self, opcode: int, payload: bytes, *, final: bool = True, masked: bool = True, rsv: int = 0
    ) -> None:
        """One frame, broken on demand."""
        self.socket.sendall(make_frame(opcode, payload, final=final, masked=masked, rsv=rsv))

    def text(self) -> str:
        """The next text frame; "" when the connection ended. Answers Engine.IO pings."""
        while True:
            opcode, payload = self.receive()
            if opcode == TEXT and payload == b"2":
                self.send_text("3")
            elif opcode == TEXT:
                return payload.decode()
            elif opcode in (CLOSE, 0):
                return ""

    def receive(self) -> tuple[int, bytes]:
        """The next frame; (0, b"") at the end of the connection."""
        try:
            head = self._take(2)
            size = head[1] & 0x7F
            if size == 126:
                size = struct.unpack("!H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self._take(8))[0]
            return head[0] & 0x0F, self._take(size)
        except (ConnectionError, EOFError):
            return 0, b""

    def close_code(self) -> int:
        """Read until the connection ends; the code of the close frame, 0 without one."""
        while True:
            opcode, payload = self.receive()
            if opcode == CLOSE:
                return int(struct.unpack("!H", payload[:2])[0])
            if opcode == 0:
                return 0

    def is_cut(self) -> bool:
        """Read to the end: true once the server has closed; raises TimeoutError if it does not."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionError:
            pass
        return True

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            received = self.socket.recv(65536)
            if not received:
                raise EOFError
            self._buffer += received
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            received = self.socket.recv(65536)
            if not received:
                return b""
            self._buffer += received
        head, self._buffer = self._buffer.split(end, 1)
        return head


def make_frame(
    opcode: int, payload: bytes, *, final: bool = True, masked: bool = True, rsv: int = 0
) -> bytes:
    """A client frame."""
    mask = os.urandom(4)
    size = len(payload)
    head = bytes([(0x80 if final else 0) | rsv << 4 | opcode])
    bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 65536:
        head += bytes([bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", size)
    if not masked:
        return head + payload
    key = (mask * (size // 4 + 1))[:size]
    mixed = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return head + mask + mixed.to_bytes(size, "big")


def join(document_id: int, ack: int = 0) -> str:
    """A `join` that asks for an answer numbered `ack`."""
    return f"42{ack}" + json.dumps(["join", {"doc": document_id}])


def event(name: str, payload: Any) -> str:
    """An Engine.IO text with a Socket.IO event."""
    return "42" + json.dumps([name, payload])
