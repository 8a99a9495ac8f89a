"""What a schedule is made of: processes, connections, bells, and how rough one history is."""

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from realtime.admission import Admission
from realtime.clients import Client
from realtime.dispatch import Dispatcher
from realtime.fanout import Bell, DocumentBell, SingleProcess
from realtime.outbound import Outgoing, Receiver
from realtime.presence import Presence
from realtime.registry import Rooms
from tests.schedules.replica import Replica


class Crash(BaseException):
    """kill −9, in one thread: nothing between here and the schedule runs on."""


class AtOnce:
    """A thread or a timer that runs where it is started: the schedule decides what happens when."""

    daemon = True

    def __init__(self, *given: Any, **named: Any) -> None:
        is_timer = len(given) == 3
        self._action, self._arguments = given[1:] if is_timer else (named["target"], named["args"])

    def start(self) -> None:
        """Run it."""
        self._action(*self._arguments)


class SoleThread:
    """Stands for the module `threading`."""

    Lock, Event = threading.Lock, threading.Event
    Thread = Timer = AtOnce


class Words:
    """Sentences are of no interest here."""

    def say(self, code: str, _locale: str, _message: str = "", **_values: object) -> str:
        """The code itself."""
        return code


@dataclass
class Odds:
    """How rough this history is: chances per step or per passed failpoint, drawn once per seed."""

    crash: float
    error: float
    interlude: float
    fault: float
    lost_bell: float
    doubled_bell: float
    gives_up: bool
    small_answers: bool
    kept_rows: int

    @classmethod
    def draw(cls, chance: random.Random) -> "Odds":
        """From calm to rough."""
        roughness = chance.random()
        return cls(
            crash=0.01 * roughness * chance.randrange(3),
            error=0.01 * roughness * chance.randrange(3),
            interlude=0.4 * chance.random(),
            fault=0.1 * roughness * chance.randrange(2),
            lost_bell=0.5 * chance.random(),
            doubled_bell=0.3 * chance.random(),
            gives_up=chance.random() < 0.3,
            small_answers=chance.random() < 0.4,
            kept_rows=chance.choice((0, 2, 10)),
        )


class Connection:
    """Between a replica and a process: two queues in order, and what the server knows of the client."""

    def __init__(self, replica: Replica, process: "Process", client: Client) -> None:
        self.replica = replica
        self.process = process
        self.client = client
        self.up: deque[tuple[str, Any]] = deque()
        self.down: deque[tuple[str, Any]] = deque()
        self.is_open = True  # for the client
        self.is_known = True  # to the server
        self.is_slow = False

    def send(self, event: str, payload: object) -> None:
        """From the client."""
        if self.is_open:
            self.up.append((event, payload))


class Outlet:
    """The server's way to one client: see realtime.outbound.Outlet."""

    def __init__(self) -> None:
        self.connection: Connection | None = None

    def open(self, receiver: Receiver) -> None:
        """Nothing to prepare."""

    def send(self, *events: Outgoing) -> None:
        """Put them on their way."""
        if self.connection is not None and self.connection.is_open:
            self.connection.down.extend((event.event, event.payload) for event in events)

    def offer(self, *events: Outgoing) -> bool:
        """The same, unless the client is behind."""
        if self.connection is None or self.connection.is_slow:
            return False
        self.send(*events)
        return True

    def close(self, code: int, reason: str) -> None:
        """What was sent arrives, then the end."""
        if self.connection is not None:
            self.connection.down.append(("close", (code, reason)))


class Wire(SingleProcess):
    """One process's doorbell."""

    def __init__(self, ring: Callable[[Bell], None]) -> None:
        self._ring = ring

    def ring(self, bell: Bell) -> None:
        """See Fanout."""
        self._ring(bell)


@dataclass(eq=False)
class Process:
    """A server process: its rooms, and whether it lives."""

    number: int
    rooms: Rooms
    dispatcher: Dispatcher
    is_alive: bool = True
    connections: list[Connection] = field(default_factory=list)
    bells: list[DocumentBell] = field(default_factory=list)  # on their way to it

    @classmethod
    def start(cls, number: int, ring: Callable[[int, Bell], None]) -> "Process":
        """A new one; `ring(number, bell)` carries its bells."""
        rooms = Rooms(Wire(lambda bell: ring(number, bell)))
        return cls(number, rooms, Dispatcher(rooms, Admission(rooms), Presence(), Words()))  # type: ignore[arg-type]
