"""Unsigned LEB128 varints and the bodies of `POST /documents/<id>/sync`. Pure."""

from models.board.reader import write_varint

MAX_VARINT_BYTES = 8


class Malformed(ValueError):
    """A payload does not have the layout it should."""


def read_varint(buffer: bytes, offset: int = 0) -> tuple[int, int]:
    """The varint at `offset` and the offset after it; at most 8 bytes (56 bits). Raises: Malformed."""
    value = shift = 0
    for position in range(offset, min(offset + MAX_VARINT_BYTES, len(buffer))):
        byte = buffer[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position + 1
        shift += 7
    raise Malformed("varint")


def split_sync_request(body: bytes) -> tuple[bytes, bytes]:
    """The client's state vector and its own update (b"" for none). Raises: Malformed."""
    size, offset = read_varint(body)
    if size > len(body) - offset:
        raise Malformed("state vector")
    return body[offset : offset + size], body[offset + size :]


def sync_answer(seq: int, missing: bytes) -> bytes:
    """varint seq, then the update the client misses."""
    return write_varint(seq) + missing
