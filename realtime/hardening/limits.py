"""The bounds of connections."""

from dataclasses import dataclass

# Before a WebSocket: how long a connection may stay silent before its first request and between two, and how
# long each of a request's line and headers may take.
OPENING_SECONDS = 20
KEEPALIVE_SECONDS = 75
HEADERS_SECONDS = 15

# How many may wait at once; past that, the one that has waited longest makes room (waiting.py).
MAX_OPENING_PER_ADDRESS, MAX_OPENING = 1024, 4096
MAX_KEPT = 4096
MAX_JOINING_PER_ADDRESS, MAX_JOINING = 1024, 4096


@dataclass(frozen=True)
class Limits:
    """The bounds of one connection, in bytes and seconds."""

    message_bytes: int = 128 * 1024
    fragments: int = 32
    bytes_per_second: float = 256 * 1024
    burst_bytes: float = 512 * 1024
    message_cost: int = 256
    inbox_messages: int = 64
    kernel_bytes: int = 128 * 1024
    queue_soft_bytes: int = 1024 * 1024
    queue_hard_bytes: int = 4 * 1024 * 1024
    write_stall_seconds: float = 60.0
    connect_seconds: float = 5.0
    close_seconds: float = 1.0
