"""What is measured, and on which servers. A measure runs one server once and gives its figures."""

import random
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from content import history, many_notes
from generator import Event, Failed, Plan, Seat, play, running
from installation import tickets, write_history
from servers import Etabli, Server
from shapes import SHAPES, Shape

Figures = dict[str, float]

OURS = ("etabli", "etabli-postgresql")
OTHERS = ("hocuspocus", "y-websocket", "tldraw")


@dataclass(frozen=True)
class Measure(ABC):
    """A name and the servers it is taken on."""

    name: str
    words: str
    servers: tuple[str, ...]

    @abstractmethod
    def run(self, server: Server) -> Figures:
        """Run it once on a server not yet prepared. Raises: Failed."""


def of_phase(event: Event) -> Figures:
    """The figures of a measured phase."""
    seconds, deliveries = event["seconds"], max(event["deliveries"], 1)
    figures: Figures = {
        "cpu_per_1000": event["cpu"][0] / deliveries * 1e6,
        "core": event["cpu"][0] / seconds * 100,
        "deliveries_per_second": event["deliveries"] / seconds,
        "lost": event["lost"],
        "refused": event["refused"],
        "generator_core": event["generator"]["cpu"] / seconds * 100,
        "generator_lag_p99": event["generator"]["lag_ms"].get("p99", 0.0),
    }
    for name, field in (("", "latency_ms"), ("ack_", "ack_ms"), ("slow_", "slow_ms")):
        for share in ("p50", "p95", "p99"):
            if share in event[field]:
                figures[name + share] = event[field][share]
    whole, alone, *database = event["cpu"]
    if whole > alone:
        figures["worker_core"] = (whole - alone) / seconds * 100
    if database:
        figures["database_core"] = database[0] / seconds * 100
    return figures


def _event(events: Sequence[Event], name: str) -> Event:
    return [event for event in events if event["event"] == name][-1]


@dataclass(frozen=True)
class Steady(Measure):
    """A shape of work for some seconds."""

    shape: Shape
    seconds: float = 3.0

    def run(self, server: Server) -> Figures:
        """See Measure."""
        seats = self.shape.seats()
        boards = server.prepare(self.shape.boards, seats)
        server.start()
        plan = server.plan(boards, seats, rate=self.shape.rate, measure=self.seconds, warm=1.5)
        return of_phase(_event(play(plan), "phase"))


@dataclass(frozen=True)
class Saturation(Measure):
    """More and more people, until p99 is over 100 ms or an edit does not arrive in time."""

    shape: Shape
    steps: tuple[int, ...]
    """In boards or, for one board, in people; a step counts when it held."""

    def run(self, server: Server) -> Figures:
        """See Measure."""
        boards_grow = self.shape.boards > 1
        seats = self.shape.seats()
        boards = server.prepare(self.shape.boards, seats)
        server.start()
        per_step = self.shape.people if boards_grow else 1
        phases = " ".join(str(step * per_step) for step in self.steps)
        plan = server.plan(
            boards, seats, rate=self.shape.rate, phases=phases, warm=1.5, measure=3, drain=3, stop_p99=100
        )
        held: Figures = {"held": 0.0, "p99": 0.0, "core": 0.0}
        events: list[Event] = []
        with suppress(Failed):  # too many to come in: the step before is what held
            play(plan, events.append)
        for event in events:
            if event["event"] == "phase":
                figures = of_phase(event)
                if figures["lost"] == 0 and figures.get("p99", 1e9) <= 100 and event["ended"] == 0:
                    held = {
                        "held": event["people"] / per_step,
                        "p99": figures["p99"],
                        "core": figures["core"],
                    }
        return held


@dataclass(frozen=True)
class JoinStorm(Measure):
    """Everybody opens the same board of 2,000 notes at once: from TCP connect to holding the whole of it."""

    people: int = 200

    def run(self, server: Server) -> Figures:
        """See Measure."""
        seats = [Seat(0, writes=False), *[Seat(1, writes=False) for _ in range(self.people)]]
        boards = server.prepare(2, seats, many_notes())
        server.start()
        # One person has opened another board before: the server is awake, the board is not.
        plan = server.plan(boards, seats, rate=0, connecting=0, phases=f"1 {len(seats)}")
        with running(plan) as run:
            run.await_event("joined")
            joined = run.await_event("joined")
            run.release()
        return {
            "all": joined["seconds"] * 1000,
            "p50": joined["join_ms"]["p50"],
            "p99": joined["join_ms"]["p99"],
            "kilobytes": joined["document_bytes"][1] / 1024,
        }


@dataclass(frozen=True)
class OpenTime(Measure):
    """One person opens a board with a long history that nobody has open, then another one does."""

    edits: int = 1_000

    def run(self, server: Server) -> Figures:
        """See Measure."""
        updates, whole = history(self.edits)
        seats = [Seat(0, writes=False), Seat(1, writes=False), Seat(1, writes=False)]
        boards = server.prepare(2, seats, None if isinstance(server, Etabli) else whole)
        if isinstance(server, Etabli):
            write_history(server.database_url, int(boards[1]), updates, whole)
        server.start()
        with running(server.plan(boards, seats, rate=0, phases="1 2 3")) as run:
            run.await_event("joined")
            first, second = run.await_event("joined"), run.await_event("joined")
            run.release()
        return {
            "first": first["seconds"] * 1000,
            "second": second["seconds"] * 1000,
            "kilobytes": first["document_bytes"][1] / 1024,
        }


@dataclass(frozen=True)
class Memory(Measure):
    """What connections and documents of 2,000 notes cost, open and after everybody left."""

    boards: int = 40
    people: int = 400
    leave_seconds: float = 75.0

    def run(self, server: Server) -> Figures:
        """See Measure."""
        seats = [Seat(0, writes=False) for _ in range(self.people)]
        seats += [Seat(board, writes=False) for board in range(1, self.boards + 1)]
        boards = server.prepare(self.boards + 1, seats, many_notes())
        server.start()
        plan = server.plan(boards, seats, rate=0, phases=f"1 {self.people} {len(seats)}")
        levels = []
        with running(plan) as run:
            for _ in range(3):
                run.await_event("joined")
                time.sleep(1.0)  # let garbage be collected
                levels.append(server.memory())
            run.release()
        deadline = time.monotonic() + self.leave_seconds
        left = server.memory()
        while time.monotonic() < deadline:
            time.sleep(1.0)
            left = min(left, server.memory())
        connection = (levels[1] - levels[0]) / (self.people - 1)
        return {
            "start": levels[0],
            "per_connection_kb": connection * 1024,
            "per_live_document": (levels[2] - levels[1]) / self.boards - connection,
            "left_per_document": (left - levels[1]) / self.boards,
        }


@dataclass(frozen=True)
class SlowNetwork(Measure):
    """Fifty people edit a board of 2,000 notes; two more read and write at 400 kbit/s and 400 ms."""

    def run(self, server: Server) -> Figures:
        """See Measure."""
        shape = SHAPES["plenary"]
        seats = [Seat(0, writes=True) for _ in range(shape.people)]
        seats += [Seat(0, writes=True, is_slow=True) for _ in range(2)]
        boards = server.prepare(1, seats, many_notes())
        server.start()
        plan = server.plan(
            boards, seats, rate=5, warm=2, measure=5, drain=8, phases=f"{shape.people} {len(seats)}"
        )
        events = play(plan)
        alone, together = (of_phase(event) for event in events if event["event"] == "phase")
        joined = _event(events, "joined")
        return {
            "first_board": joined["slow_join_ms"]["p50"],
            "slow_p50": together.get("slow_p50", 0.0),
            "slow_p99": together.get("slow_p99", 0.0),
            "others_p99_before": alone["p99"],
            "others_p99": together["p99"],
            "lost": together["lost"],
        }


@dataclass(frozen=True)
class Kill(Measure):
    """kill −9 amid the work, all clients gone with it: edits that others saw, or their writer was told of."""

    def run(self, server: Server) -> Figures:
        """See Measure."""
        shape = Shape("kill", 10, 6, 6, 5)
        seats = shape.seats()
        boards = server.prepare(shape.boards, seats)
        server.start()
        plan = server.plan(boards, seats, rate=shape.rate, warm=1, measure=60, expects_end=1)
        with running(plan) as run:
            run.await_event("measuring")
            time.sleep(6 + 6 * random.random())
            server.kill()
            writers = run.await_event("end")["writers"]
        return self._count(writers, self._clocks(server, boards, seats, plan))

    @staticmethod
    def _clocks(server: Server, boards: list[str], seats: list[Seat], before: Plan) -> dict[str, int]:
        """What the server, started again, still has of each writer."""
        places = [[seat.board for seat in seats].index(board) for board in range(len(boards))]
        readers = [seats[place] for place in places]
        if isinstance(server, Etabli):
            for seat, ticket in zip(readers, tickets(server.database_url, places), strict=True):
                seat.ticket = ticket
        server.start()
        plan = server.plan(boards, readers, rate=0, inspect=before.base)
        clocks: dict[str, int] = _event(play(plan), "clocks")["clocks"]
        return clocks

    @staticmethod
    def _count(writers: list[Event], clocks: dict[str, int]) -> Figures:
        known = lost = oldest = 0
        for writer in writers:
            told = max(writer["acknowledged"], writer["seen"])
            kept = clocks.get(str(writer["client"]), 0)
            ends = [end for end in writer["ends"] if end <= told]
            gone = sum(1 for end in ends if end > kept)
            known, lost, oldest = known + len(ends), lost + gone, max(oldest, gone)
        return {"known": known, "lost_edits": lost, "lost_seconds": oldest / 5}


def _measures() -> list[Measure]:
    steady = (*OURS, *OTHERS, "socket.io")
    compared = ("etabli", *OTHERS)
    stored = ("hocuspocus", "y-websocket", "y-websocket-leveldb", "tldraw", "tldraw-sqlite")
    growing = (60, 120, 180, 240, 320, 400, 500, 600, 800, 1000)
    crowding = (100, 200, 300, 400, 600, 800, 1000, 1500, 2000, 2500, 3000)
    shapes = SHAPES
    return [
        Steady("team", shapes["team"].words, (*steady, "tldraw-sqlite"), shapes["team"]),
        Steady("plenary", shapes["plenary"].words, (*steady, "null"), shapes["plenary"]),
        Steady("big", shapes["big"].words, steady, shapes["big"]),
        Steady("cohort", shapes["cohort"].words, steady, shapes["cohort"]),
        JoinStorm("storm", "200 people open a 2,000-note board at once", (*OURS, *OTHERS)),
        Kill("kill", "kill −9 under 60 writers, the clients gone with it", (*OURS, *stored)),
        Steady("crowd", shapes["crowd"].words, ("etabli", "hocuspocus", "null"), shapes["crowd"], 5),
        Saturation(
            "boards",
            "boards of 6 people at 5/s before p99 > 100 ms or an edit is late",
            compared,
            Shape("boards", growing[-1], 6, 6, 5),
            growing,
        ),
        Saturation(
            "people",
            "people on one board, one in ten editing at 10/s, before p99 > 100 ms",
            compared,
            Shape("people", 1, crowding[-1], crowding[-1] // 10, 10),
            crowding,
        ),
        *(
            OpenTime(f"open-{words}", f"a board after {words} edits opens", ("etabli", "hocuspocus"), edits)
            for words, edits in (("1k", 1_000), ("10k", 10_000), ("100k", 100_000), ("1M", 1_000_000))
        ),
        SlowNetwork("slow", "two of 52 people on 400 kbit/s and 400 ms", compared),
        Memory("memory", "boards of 2,000 notes, 400 connections", compared),
    ]


MEASURES = {measure.name: measure for measure in _measures()}
