"""Runs the tests' Node scripts, which speak Yjs: the same library as in browsers."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NODE = (sys.executable, str(ROOT / "tools" / "node.py"), "node")
SCRIPTS = ROOT / "tests" / "board" / "node"


@dataclass(frozen=True)
class Message:
    """What one person sent, as the server receives it."""

    key: str
    kind: str
    update: bytes


@dataclass(frozen=True)
class Traffic:
    """Genuine traffic in the server's order, and what every replica must hold at the end."""

    messages: list[Message]
    objects: dict[str, Any]
    state_vector: bytes


def genuine_traffic(seed: int, steps: int) -> Traffic:
    """Let Yjs people work on a board. Equal seeds give equal traffic."""
    done = subprocess.run(
        [*NODE, str(SCRIPTS / "genuine.mjs"), str(seed), str(steps)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    *lines, last = (json.loads(line) for line in done.stdout.splitlines())
    messages = [Message(line["key"], line["kind"], base64.b64decode(line["update"])) for line in lines]
    return Traffic(messages, last["objects"], base64.b64decode(last["sv"]))


class Opener:
    """A running Node that opens documents."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def open(self, *updates: bytes) -> dict[str, Any]:
        """The document of these updates as Yjs has it: objects, meta, pending, sv, or error."""
        assert self.process.stdin
        assert self.process.stdout
        line = {"updates": [base64.b64encode(update).decode() for update in updates]}
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "Node died"
        opened: dict[str, Any] = json.loads(answer)
        return opened


@contextmanager
def opener() -> Iterator[Opener]:
    """A Node for the time of a test."""
    with subprocess.Popen(
        [*NODE, str(SCRIPTS / "open.mjs")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        yield Opener(process)
        assert process.stdin
        process.stdin.close()


def decoded(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """JSON lines."""
    for line in lines:
        yield json.loads(line)
