"""The servers that are compared, each started afresh on a port of its own with an empty disk."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from generator import Plan, Seat
from installation import Installation, install

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 10.0


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
        """Write what must be there before it starts; the names of the boards. Fills in the seats."""

    @abstractmethod
    def command(self) -> list[str]:
        """How it is started."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """What its environment has on top of the usual."""

    def start(self) -> None:
        """Start, and wait until it listens."""
        out, err = self.folder / "stdout.txt", self.folder / "stderr.txt"
        out.write_bytes(b"")
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
        while not out.read_text().endswith("\n"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.name} did not start:\n{err.read_text()[-2000:]}")
            time.sleep(0.02)
        self.port = self.port_of(out.read_text().splitlines()[-1])

    cwd = ROOT

    @staticmethod
    def port_of(line: str) -> int:
        """The port in the line it prints once it listens."""
        return int(line.rsplit(maxsplit=1)[-1])

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
        """The processes whose time is counted, as lines of a plan."""
        assert self.process is not None
        return [f"pid {self.process.pid}"]

    def plan(self, boards: Sequence[str], seats: Sequence[Seat], **options: object) -> Plan:
        """A plan for this server as it runs now."""
        named = {name.replace("_", "-"): value for name, value in options.items() if value is not None}
        return Plan(self.wire, self.port, boards, seats, named, self.pids())

    def memory(self) -> float:
        """Resident megabytes."""
        assert self.process is not None
        for line in Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no Pss")


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

    @staticmethod
    def port_of(line: str) -> int:
        """See Server."""
        return urlsplit(line.split(" · ")[1].strip()).port or 0


SERVERS: dict[str, type[Server]] = {server.name: server for server in (Etabli,)}
