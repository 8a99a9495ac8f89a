"""The load generator: built from `generator/` when its sources change, run on a plan, its JSON lines read."""

import json
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WORK = Path(__file__).resolve().parents[1] / ".work"
SOURCES = Path(__file__).resolve().parent / "generator"
PROGRAM = WORK / "generator"

Event = dict[str, Any]


class Failed(Exception):
    """A run did not come to an end that can be counted."""


def build() -> Path:
    """The program, compiled if it must be."""
    newest = max(source.stat().st_mtime for source in SOURCES.rglob("*.rs"))
    if PROGRAM.exists() and PROGRAM.stat().st_mtime > newest:
        return PROGRAM
    compiler = shutil.which("rustc")
    if compiler is None:
        raise SystemExit("rustc est introuvable : installez-le (sudo apt-get install rustc).")
    WORK.mkdir(exist_ok=True)
    subprocess.run(
        [compiler, "--edition", "2021", "-O", "-o", str(PROGRAM), str(SOURCES / "main.rs")], check=True
    )
    return PROGRAM


@dataclass
class Seat:
    """One person of a plan: on which board, whether they write, and who they are for the server."""

    board: int
    writes: bool
    is_slow: bool = False
    key: str = "u1"
    cookie: str = "-"
    ticket: str = "-"

    @property
    def line(self) -> str:
        """As the generator reads it."""
        how = ("w" if self.writes else "r") + ("s" if self.is_slow else "")
        return f"person {self.board} {how} {self.key} {self.cookie} {self.ticket}"


@dataclass
class Plan:
    """What the generator is to do; the names are those of generator/plan.rs."""

    wire: str
    port: int
    boards: Sequence[str]
    seats: Sequence[Seat]
    options: dict[str, object] = field(default_factory=dict)
    pids: Sequence[str] = ()
    base: int = field(default_factory=lambda: (1 << 31) + (random.getrandbits(17) << 13))

    def write(self, path: Path) -> None:
        """Write the file."""
        lines = [f"wire {self.wire}", f"port {self.port}", f"base {self.base}"]
        lines += [f"{name} {value}" for name, value in self.options.items()]
        lines += self.pids
        lines += [f"board {board}" for board in self.boards]
        lines += [seat.line for seat in self.seats]
        path.write_text("\n".join(lines) + "\n")


class Run:
    """A generator at work."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def __iter__(self) -> Iterator[Event]:
        """Its events until it ends."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: Event = json.loads(line)
            if event["event"] == "failed":
                raise Failed(json.dumps(event))
            yield event
        if self.process.wait() != 0:
            raise Failed(f"the generator ended with {self.process.returncode}")

    def await_event(self, name: str) -> Event:
        """The next event of this name."""
        for event in self:
            if event["event"] == name:
                return event
        raise Failed(f"no event {name!r}")

    def release(self) -> None:
        """Let people who only sit there go."""
        assert self.process.stdin is not None
        self.process.stdin.close()


@contextmanager
def running(plan: Plan) -> Iterator[Run]:
    """Run a plan; the process has ended when the block is left."""
    with tempfile.TemporaryDirectory(prefix="etabli-bench-") as folder:
        path = Path(folder) / "plan"
        plan.write(path)
        process = subprocess.Popen(
            [str(build()), "load", str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            yield Run(process)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                assert pipe is not None
                pipe.close()


def play(plan: Plan, on_event: Callable[[Event], None] = lambda _event: None) -> list[Event]:
    """Run a plan to its end; all its events. Raises: Failed."""
    events = []
    with running(plan) as run:
        for event in run:
            on_event(event)
            events.append(event)
    return events
