"""WebSocket frames (RFC 6455) as pure functions and one incremental reader: no socket, no event loop.

The reader takes bytes as they come and gives whole messages. It never allocates from a declared length,
unmasks with one big-integer XOR, and bounds a message's bytes and fragments, however it is cut.
"""

import struct

TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
CONTINUATION = 0x0

NORMAL, PROTOCOL_ERROR, BAD_DATA, POLICY, TOO_BIG = 1000, 1002, 1007, 1008, 1009
INTERNAL_ERROR, RESTART = 1011, 1012

Message = str | bytes


class FrameError(Exception):
    """The peer broke the framing rules: close with `code`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Closed(Exception):
    """The peer sent a close frame."""


def build(opcode: int, payload: bytes) -> bytes:
    """One unfragmented, unmasked frame (server to client)."""
    size = len(payload)
    if size < 126:
        header = struct.pack("!BB", 0x80 | opcode, size)
    elif size < 65536:
        header = struct.pack("!BBH", 0x80 | opcode, 126, size)
    else:
        header = struct.pack("!BBQ", 0x80 | opcode, 127, size)
    return header + payload


def build_message(message: Message) -> bytes:
    """A text frame for a string, a binary frame for bytes."""
    return build(TEXT, message.encode()) if isinstance(message, str) else build(BINARY, message)


def build_close(code: int, reason: str = "") -> bytes:
    """A close frame; the reason is cut to what a control frame may carry."""
    return build(CLOSE, struct.pack("!H", code) + reason.encode()[:100])


def unmask(payload: bytes | bytearray, mask: bytes) -> bytes:
    """`payload` XOR the repeated 4-byte `mask`."""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(key, "little")).to_bytes(size, "little")


class FrameReader:
    """Turns received bytes into messages. One per connection.

    A message is `(opcode, payload)`: TEXT with a str; BINARY, PING and PONG with bytes.
    """

    def __init__(self, max_message_bytes: int, max_fragments: int) -> None:
        self.max_message_bytes = max_message_bytes
        self.max_fragments = max_fragments
        self._buffer = bytearray()
        self._fragments: list[bytes] = []
        self._fragment_bytes = 0
        self._opcode = 0

    def receive(self, received: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += received

    def next_message(self) -> tuple[int, Message] | None:
        """The next whole message, None until more is received.

        Raises: FrameError on a broken rule or a passed bound, Closed on a close frame.
        """
        if not self._fragments and (whole := self._next_short()) is not None:
            return whole
        while (frame := self._next_frame()) is not None:
            final, opcode, payload = frame
            if opcode == CLOSE:
                raise Closed
            if opcode > CLOSE:
                return opcode, payload
            if (message := self._assemble(final, opcode, payload)) is not None:
                return message
        return None

    def _next_short(self) -> tuple[int, Message] | None:
        """The next message if it is the usual one: in a single frame of less than 126 bytes, all there."""
        buffer = self._buffer
        if len(buffer) < 6 or not 0x80 <= buffer[1] < 0x80 + 126:
            return None
        opcode, end = buffer[0] & 0x7F, buffer[1] - 0x80 + 6
        if buffer[0] < 0x80 or opcode not in (TEXT, BINARY) or len(buffer) < end:
            return None
        if end - 6 > self.max_message_bytes:
            return None
        payload = unmask(buffer[6:end], bytes(buffer[2:6]))
        del buffer[:end]
        self._opcode = opcode
        return self._whole(payload)

    def _next_frame(self) -> tuple[bool, int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        first, second = buffer[0], buffer[1]
        opcode = first & 0x0F
        size = second & 0x7F
        self._check_header(first, second, opcode, size)
        offset = 2
        if size == 126:
            offset = 4
            if len(buffer) < offset:
                return None
            size = int.from_bytes(buffer[2:4], "big")
        elif size == 127:
            offset = 10
            if len(buffer) < offset:
                return None
            size = int.from_bytes(buffer[2:10], "big")
        if size + self._fragment_bytes > self.max_message_bytes and opcode < CLOSE:
            raise FrameError(TOO_BIG, "message too big")
        end = offset + 4 + size
        if len(buffer) < end:
            return None
        payload = unmask(bytes(buffer[offset + 4 : end]), bytes(buffer[offset : offset + 4]))
        del buffer[:end]
        return bool(first & 0x80), opcode, payload

    @staticmethod
    def _check_header(first: int, second: int, opcode: int, size: int) -> None:
        if first & 0x70:
            raise FrameError(PROTOCOL_ERROR, "reserved bits set")
        if opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise FrameError(PROTOCOL_ERROR, "unknown opcode")
        if not second & 0x80:
            raise FrameError(PROTOCOL_ERROR, "unmasked frame")
        if opcode >= CLOSE and (size > 125 or not first & 0x80):
            raise FrameError(PROTOCOL_ERROR, "bad control frame")

    def _assemble(self, final: bool, opcode: int, payload: bytes) -> tuple[int, Message] | None:
        if (opcode == CONTINUATION) != bool(self._fragments):
            raise FrameError(PROTOCOL_ERROR, "fragments out of order")
        if opcode != CONTINUATION:
            self._opcode = opcode
            if final:
                return self._whole(payload)
        self._fragments.append(payload)
        self._fragment_bytes += len(payload)
        if len(self._fragments) > self.max_fragments:
            raise FrameError(TOO_BIG, "too many fragments")
        if not final:
            return None
        whole = b"".join(self._fragments)
        self._fragments.clear()
        self._fragment_bytes = 0
        return self._whole(whole)

    def _whole(self, payload: bytes) -> tuple[int, Message]:
        if self._opcode == BINARY:
            return BINARY, payload
        try:
            return TEXT, payload.decode()
        except UnicodeDecodeError as error:
            raise FrameError(BAD_DATA, "text is not UTF-8") from error
