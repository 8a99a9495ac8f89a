"""One seed, one history: replicas, server processes and the network between them, all in one thread.

The rooms, the flusher, the dispatcher and the database are the real ones. What is decided here, by the seed
alone, is who acts next: which message arrives, which connection breaks, which bell is lost or doubled, where
a process dies or fails, and what else happens while a commit is under way.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import OperationalError

from models import document_append
from models.base import utcnow
from models.document_append import Appending
from models.failpoints import FailpointError
from models.session import reading
from realtime.clients import Client
from realtime.fanout import Bell, DocumentBell
from tests.schedules.network import Connection, Crash, Odds, Outlet, Process, Words
from tests.schedules.replica import Replica
from workspace.jobs import compact, history
from workspace.services.sessions import find_actors_of_sessions

# Where a process waits for the database, so that others act meanwhile.
IN_A_TRANSACTION = frozenset({"appended", "compaction.written", "compaction.dropping"})
BETWEEN_TRANSACTIONS = frozenset(
    {"gathered", "committed", "compaction.encoded", "compaction.stored", "compaction.dropped"}
)
PAGES = 4
MAX_ROUNDS_TO_SETTLE = 400


class Schedule:
    """See the module."""

    def __init__(
        self, seed: int, document_id: int, people: list[tuple[str, int]], *, steps: int = 150
    ) -> None:
        """`people`: names and login sessions, one replica each."""
        self.chance = random.Random(seed)
        self.odds = Odds.draw(self.chance)
        self.document_id = document_id
        self.steps = steps
        self.is_calm = True
        self.passed: set[str] = set()
        self._running: list[Process] = []
        self._worker = self._start(-1)
        self.processes = [self._start(number) for number in range(self.chance.choice((1, 2, 2, 3)))]
        self.cut: set[tuple[int, int]] = set()  # (replica, process) between which nothing arrives
        self.replicas: list[Replica] = []
        self._logins: dict[str, int] = {}
        for number, (person, login) in enumerate(people):
            with reading() as session:
                actor = find_actors_of_sessions(session, [login]).get(login)
            assert actor is not None
            name = f"{person}{number}"
            self._logins[name] = login
            guest = actor.guest_id is not None
            self.replicas.append(Replica(name, number, len(people), actor.key, is_guest=guest))
        self.trace: list[str] = []

    # -- processes ------------------------------------------------------------------------------

    def _start(self, number: int) -> Process:
        return Process.start(number, self._ring)

    def _ring(self, origin: int, bell: Bell) -> None:
        if not isinstance(bell, DocumentBell):
            return
        for process in self.processes:
            if process.number == origin or not process.is_alive or self.chance.random() < self.odds.lost_bell:
                continue
            process.bells.append(bell)
            if self.chance.random() < self.odds.doubled_bell:
                process.bells.append(bell)

    def _crash(self, process: Process) -> None:
        process.is_alive = False
        process.bells.clear()
        for connection in process.connections:
            connection.is_known = False
            connection.is_open = False
        process.connections.clear()

    def _restart(self, process: Process) -> None:
        self.processes[process.number] = self._start(process.number)

    @contextmanager
    def _in(self, process: Process) -> Iterator[None]:
        """What runs in here runs in that process, and may kill it."""
        self._running.append(process)
        try:
            yield
        except Crash:
            self._note("crash")
            self._crash(process)
        finally:
            self._running.pop()

    def at(self, name: str) -> None:
        """A failpoint is passed."""
        self.passed.add(name)
        if not self._running or self.is_calm:
            return
        waits = name in IN_A_TRANSACTION or name in BETWEEN_TRANSACTIONS
        if waits and len(self._running) == 1 and self.chance.random() < self.odds.interlude:
            for _ in range(self.chance.randrange(1, 6)):
                self._meanwhile(self._running[0], may_write=name in BETWEEN_TRANSACTIONS)
        if self.chance.random() < self.odds.crash:
            self._note(f"dies at {name}")
            raise Crash
        if self.chance.random() < self.odds.error:
            self._note(f"fails at {name}")
            raise FailpointError(name)

    def _meanwhile(self, process: Process, *, may_write: bool) -> None:
        """Something else, while this process waits for the database."""
        others = [other for other in self.processes if other is not process and other.is_alive]
        dice = self.chance.random()
        if dice < 0.3:
            self._edit()
        elif dice < 0.6:
            self._arrive(self.chance.choice(process.connections) if process.connections else None)
        elif dice < 0.75:
            self._hear(process)
        elif dice < 0.85:
            self._fill_gaps(process)
        elif dice < 0.95 and others and may_write:
            self._tick(self.chance.choice(others))
        elif may_write:
            self._compact()

    @contextmanager
    def appending(self) -> Iterator[Appending]:
        """The real one; the database may be away before it, or its answer be lost after it."""
        fault = self.chance.random() if not self.is_calm else 1.0
        if fault < self.odds.fault / 2:
            self._note("no database")
            raise OperationalError("BEGIN", {}, Exception("away"))
        with document_append.appending() as transaction:
            yield transaction
        if fault < self.odds.fault:
            self._note("answer to the commit lost")
            raise OperationalError("COMMIT", {}, Exception("connection lost"))

    # -- what may happen ------------------------------------------------------------------------

    def run(self) -> None:
        """Lay out the board, let the history happen, then let everything settle."""
        self._settle()
        self.replicas[0].lay_out(PAGES)
        self._settle()
        self.is_calm = False
        for _ in range(self.steps):
            self._step()
        self.is_calm = True
        self._settle()

    def _note(self, what: str) -> None:
        self.trace.append(what)

    def _step(self) -> None:
        actions: list[tuple[int, Callable[[], None]]] = [
            (30, self._edit),
            (40, lambda: self._arrive(self._some_connection())),
            (14, lambda: self._tick(self._some_process())),
            (8, lambda: self._hear(self._some_process())),
            (3, lambda: self._fill_gaps(self._some_process())),
            (3, lambda: self._break(self._some_connection())),
            (3, self._notice),
            (6, self._connect_somebody),
            (2, self._compact),
            (2, self._partition),
            (2, self.cut.clear),
            (2, self._slow_down),
            (1, self._kill),
            (3, self._restart_somebody),
        ]
        weights = [weight for weight, _action in actions]
        self.chance.choices(actions, weights)[0][1]()

    def _some_process(self) -> Process | None:
        living = [process for process in self.processes if process.is_alive]
        return self.chance.choice(living) if living else None

    def _some_connection(self) -> Connection | None:
        found = [connection for process in self.processes for connection in process.connections]
        found += [r.link for r in self.replicas if isinstance(r.link, Connection) and r.link not in found]
        return self.chance.choice(found) if found else None

    def _edit(self) -> None:
        joined = [replica for replica in self.replicas if f"sheet-{PAGES - 1}" in replica.objects]
        if joined:
            self.chance.choice(joined).edit(self.chance)

    def _connect_somebody(self) -> None:
        away = [replica for replica in self.replicas if replica.link is None]
        process = self._some_process()
        if away and process:
            self._connect(self.chance.choice(away), process)

    def _connect(self, replica: Replica, process: Process) -> None:
        with reading() as session:
            actor = find_actors_of_sessions(session, [self._logins[replica.name]]).get(
                self._logins[replica.name]
            )
        assert actor is not None
        outlet = Outlet()
        sid = f"{replica.name}-{self.chance.getrandbits(40)}"
        client = Client(sid, actor, outlet, Words())  # type: ignore[arg-type]
        connection = outlet.connection = Connection(replica, process, client)
        process.connections.append(connection)
        replica.connected(connection)

    def _break(self, connection: Connection | None) -> None:
        """The client knows at once, the server later; what was on its way up may still arrive, in part."""
        if connection is None or not connection.is_open:
            return
        connection.is_open = False
        connection.down.clear()
        for _ in range(self.chance.randrange(len(connection.up) + 1)):
            connection.up.pop()
        if connection.replica.link is connection:
            connection.replica.disconnected()

    def _notice(self) -> None:
        """One side notices that a connection is gone."""
        for replica in self.replicas:
            if isinstance(replica.link, Connection) and not replica.link.is_open:
                replica.disconnected()
                return
        for process in self.processes:
            for connection in process.connections:
                if not connection.is_open and not connection.up:
                    self._forget(connection)
                    return

    def _forget(self, connection: Connection) -> None:
        connection.process.connections.remove(connection)
        connection.client.is_gone = True
        with self._in(connection.process):
            for member in list(connection.client.members.values()):
                member.room.leave(member)

    def _arrive(self, connection: Connection | None) -> None:
        """The oldest message of one direction arrives; a client may also act on what it knows."""
        if connection is None:
            return
        replica, process = connection.replica, connection.process
        if not self.is_calm and (replica.number, process.number) in self.cut:
            return
        if replica.link is connection and self.chance.random() < 0.3:
            self._act(replica)
        downwards = bool(connection.down) and (not connection.up or self.chance.random() < 0.5)
        if downwards and connection.is_open:
            event, payload = connection.down.popleft()
            self._tell(connection, event, payload)
        elif connection.up and process.is_alive and connection in process.connections:
            room = process.rooms.find(self.document_id)
            if connection.up[0][0] == "join" and room is not None and room.is_committing:
                return  # it waits for the end of the commit
            event, payload = connection.up.popleft()
            self._serve(connection, event, payload)

    def _act(self, replica: Replica) -> None:
        """Get the snapshot of a join from whichever process answers; join again if need be."""
        if replica.fetching is not None:
            process = self._some_process()
            room = process.rooms.find(self.document_id) if process else None
            if process is not None and not (room and room.is_committing):
                with self._in(process):
                    replica.fetched(process.rooms.state(self.document_id).content)
        elif replica.wants_to_join and not replica.is_joining and replica.link is not None:
            replica.join()

    def _tell(self, connection: Connection, event: str, payload: Any) -> None:
        replica = connection.replica
        if replica.link is not connection:
            return
        if event == "close" or (event == "answer" and not payload["ok"]):
            self._break(connection)
        elif event == "answer":
            replica.answered(payload)
        else:
            replica.received(event, payload)

    def _serve(self, connection: Connection, event: str, payload: Any) -> None:
        process, client = connection.process, connection.client
        with self._in(process):
            try:
                if event == "join":
                    wanted = {"doc": self.document_id, "sv": payload}
                    answer, _member = process.dispatcher.join(client, wanted)
                    if connection.is_open:
                        connection.down.append(("answer", answer))
                else:
                    process.dispatcher.update(client, payload)
            except FailpointError:  # as the lane does
                connection.down.append(("close", (1011, "error")))

    def _tick(self, process: Process | None) -> None:
        """One turn of the flusher's loop."""
        if process is None or process in self._running:
            return
        flusher = process.rooms.flusher
        rooms, flusher._dirty = flusher._dirty, set()
        with self._in(process):
            flusher._flush_safely(rooms)

    def _hear(self, process: Process | None) -> None:
        """A bell arrives, in any order, and its rows are looked for."""
        if process is None:
            return
        with self._in(process):
            if process.bells:
                process.rooms.hear(process.bells.pop(self.chance.randrange(len(process.bells))))
            if process.rooms._behind and self.chance.random() < 0.5:
                once = iter((False,))
                process.rooms.follow(lambda: next(once, True))

    def _fill_gaps(self, process: Process | None) -> None:
        if process is not None:
            with self._in(process):
                process.rooms.fill_gaps()

    def _compact(self) -> None:
        """The worker's turn; it keeps its rows for no time at all. It may die or fail like the others."""
        if self._worker in self._running:
            return
        self._running.append(self._worker)
        try:
            now = utcnow() + timedelta(hours=1)
            history.run(self.document_id, now)
            compact.run(self.document_id, now)
        except (Crash, FailpointError):
            self._note("the worker stops")
        finally:
            self._running.pop()

    def _partition(self) -> None:
        """Some replicas and some processes do not reach each other for a while."""
        self.cut = {
            (replica.number, process.number)
            for replica in self.replicas
            for process in self.processes
            if self.chance.random() < 0.4
        }

    def _slow_down(self) -> None:
        connection = self._some_connection()
        if connection is not None:
            connection.is_slow = not connection.is_slow
            if not connection.is_slow:
                connection.client.caught_up()

    def _kill(self) -> None:
        process = self._some_process()
        if process is not None and self.odds.crash:
            self._note("killed")
            self._crash(process)

    def _restart_somebody(self) -> None:
        for process in self.processes:
            if not process.is_alive:
                self._restart(process)
                return

    # -- the end --------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Everything lives, everybody is connected, nobody writes: until nothing moves any more."""
        self.cut.clear()
        for process in self.processes:
            if not process.is_alive:
                self._restart(process)
        for _ in range(MAX_ROUNDS_TO_SETTLE):
            if self._is_quiet():
                return
            self._calm_round()
        raise AssertionError(f"it does not settle: {[self._state_of(replica) for replica in self.replicas]}")

    def _state_of(self, replica: Replica) -> str:
        log = replica.log
        return (
            f"{replica.name}: handle {replica.handle}, joining {replica.is_joining}, again "
            f"{replica.wants_to_join}, waiting {len(log.waiting)}, unsent {len(log.unsent)}"
        )

    def _calm_round(self) -> None:
        for replica in self.replicas:
            self._attend_to(replica)
        for process in self.processes:
            for connection in list(process.connections):
                while connection.up or (connection.is_open and connection.down):
                    self._arrive(connection)
                if not connection.is_open:
                    self._forget(connection)
            self._tick(process)
            while process.bells:
                self._hear(process)
            self._fill_gaps(process)

    def _attend_to(self, replica: Replica) -> None:
        """What a client does by itself: come back, read what waits, get what it misses."""
        connection = replica.link
        if connection is None:
            self._connect(replica, self.chance.choice(self.processes))
        elif isinstance(connection, Connection):
            if not connection.is_open:
                replica.disconnected()
            elif connection.is_slow:
                connection.is_slow = False
                connection.client.caught_up()
            self._act(replica)

    def _is_quiet(self) -> bool:
        for process in self.processes:
            busy = any(c.up or c.down or not c.is_open for c in process.connections)
            if busy or process.bells or process.rooms.flusher._dirty:
                return False
        return all(replica.is_settled for replica in self.replicas)
