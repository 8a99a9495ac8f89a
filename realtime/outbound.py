"""What leaves for a client: an event encoded once, and the way to write it.

`Outgoing.frames` are ready WebSocket frames, made at most once whatever the number of receivers; the socket
lane writes them as they are.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol

from socketio.packet import EVENT, Packet

from realtime import frames, protocol

Payload = bytes | Mapping[str, Any]


class Outgoing:
    """One event and its payload: bytes (one attachment) or JSON fields, bytes among them included."""

    def __init__(self, event: str, payload: Payload) -> None:
        self.event = event
        self.payload = payload
        self._frames = b""

    @property
    def frames(self) -> bytes:
        """The WebSocket frames of the event."""
        if not self._frames:
            self._frames = self._encoded()
        return self._frames

    def _encoded(self) -> bytes:
        if isinstance(self.payload, bytes):
            return _attachment_header(self.event) + frames.build(frames.BINARY, self.payload)
        parts = Packet(EVENT, data=[self.event, self.payload]).encode()
        if isinstance(parts, str):
            parts = [parts]
        return b"".join(frames.build_message(f"4{part}" if isinstance(part, str) else part) for part in parts)


class Acknowledgement(Outgoing):
    """`a`, the most frequent event of all, built without a JSON encoder."""

    def __init__(self, handle: int, number: int, seq: int) -> None:
        super().__init__(protocol.ACK, {"h": handle, "n": number, "seq": seq})
        text = b'42["a",{"h":%d,"n":%d,"seq":%d}]' % (handle, number, seq)
        self._frames = frames.build(frames.TEXT, text)


@cache
def _attachment_header(event: str) -> bytes:
    """The text frame that announces an event with one attachment and nothing else."""
    return frames.build_message(f'451-["{event}",{{"_placeholder":true,"num":0}}]')


def _joined(events: tuple[Outgoing, ...]) -> bytes:
    return b"".join([event.frames for event in events])


class Receiver(Protocol):
    """Who is at the other end."""

    def caught_up(self) -> None:
        """The client reads again after having been left out of some events."""
        ...


class Outlet(Protocol):
    """The way to one client."""

    def open(self, receiver: Receiver) -> None:
        """The client is known now."""
        ...

    def send(self, *events: Outgoing) -> None:
        """Write events that must arrive or end the connection."""
        ...

    def offer(self, *events: Outgoing) -> bool:
        """Write events that may be left out; False when the client is too far behind."""
        ...

    def close(self, code: int, reason: str) -> None:
        """End the connection after what was sent."""
        ...


class Lane(Protocol):
    """What an outlet needs of `realtime.hardening.Lane`."""

    on_caught_up: Callable[[], None] | None

    def admit(self, owner: Any) -> None: ...  # noqa: D102
    def write(self, data: bytes) -> None: ...  # noqa: D102
    def offer(self, data: bytes) -> bool: ...  # noqa: D102
    def close(self, code: int = ..., reason: str = ...) -> None: ...  # noqa: D102


class LaneOutlet:
    """Straight to the socket lane."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    def open(self, receiver: Receiver) -> None:
        """See Outlet."""
        self._lane.admit(receiver)
        self._lane.on_caught_up = receiver.caught_up

    def send(self, *events: Outgoing) -> None:
        """See Outlet. The events leave in one write."""
        self._lane.write(_joined(events))

    def offer(self, *events: Outgoing) -> bool:
        """See Outlet."""
        return self._lane.offer(events[0].frames if len(events) == 1 else _joined(events))

    def close(self, code: int, reason: str) -> None:
        """See Outlet."""
        self._lane.close(code, reason)
