"""The load generator of the bench: its edits are Yjs edits, every delivery is counted, and a loss is seen."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Map

from tests.needs import program

pytestmark = pytest.mark.slow

BENCH = Path(__file__).resolve().parents[2] / "bench" / "realtime"


@pytest.fixture(scope="module")
def generator() -> Any:
    """bench/realtime/generator.py, with its program built."""
    program("rustc", "rustc")
    sys.path.insert(0, str(BENCH))
    try:
        module = importlib.import_module("generator")
    finally:
        sys.path.remove(str(BENCH))
    module.build()
    return module


@contextmanager
def relay(generator: Any, *arguments: str) -> Iterator[int]:
    """The relay that does nothing else; gives its port."""
    process = subprocess.Popen(
        [str(generator.PROGRAM), "null", *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline().split()[1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def phase(generator: Any, port: int) -> dict[str, Any]:
    """One second of work: two boards of three people, two of whom write."""
    seats = [generator.Seat(board, writes=place < 2) for board in range(2) for place in range(3)]
    options = {"rate": 25, "warm": 0.2, "measure": 1, "drain": 1}
    plan = generator.Plan("y-websocket", port, ["one", "two"], seats, options)
    [measured] = [event for event in generator.play(plan) if event["event"] == "phase"]
    return dict(measured)


def test_every_delivery_is_counted(generator: Any) -> None:
    with relay(generator) as port:
        measured = phase(generator, port)
    assert measured["sent"] > 50
    assert measured["lost"] == 0
    assert measured["latency_ms"]["count"] == 2 * measured["sent"]


def test_a_loss_is_seen(generator: Any) -> None:
    with relay(generator, "20") as port:
        measured = phase(generator, port)
    assert measured["lost"] > 0
    assert measured["latency_ms"]["count"] < 2 * measured["sent"]


def test_its_edits_are_those_of_a_yjs_client(generator: Any) -> None:
    written = subprocess.run(
        [str(generator.PROGRAM), "history", "200"], check=True, capture_output=True
    ).stdout
    doc: Doc[Any] = Doc()
    at = count = 0
    while at < len(written):
        size = int.from_bytes(written[at : at + 4], "little")
        doc.apply_update(written[at + 4 : at + 4 + size])
        at, count = at + 4 + size, count + 1
    notes = doc.get("objects", type=Map).to_py()
    assert notes is not None
    assert count == 200
    assert len(notes) == 20
    for note in notes.values():  # made once, then moved five times, and written in four times
        assert (note["x"], note["y"], note["text"]) == (63, -27, "bcde")
        assert (note["type"], note["w"], note["locked"]) == ("note", 148, False)
