"""Much work and many comings and goings leave nothing behind: memory and greenlets are as before.

The work neither grows the document nor the number of people, so that whatever stays is a leak. With
`ETABLI_LONG=1` it is a million messages and twenty thousand connections.
"""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.fleet import sign_in_writer
from tests.live.live_support import Driver, LiveServer, Person, eventually

pytestmark = [pytest.mark.live, pytest.mark.both_modes]

IS_LONG = os.environ.get("ETABLI_LONG") == "1"
CONNECTIONS = 20_000 if IS_LONG else 100
MESSAGES_EACH = 50
BLOCKS_TO_WARM_UP = 2
CONNECTIONS_PER_BLOCK = 500 if IS_LONG else 50
SETTLE_SECONDS = 30
GROWTH = 0.03
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def counted_server(
    make_database: Callable[[str], str], tmp_path: Path, async_mode: str
) -> Iterator[LiveServer]:
    """A server that says how many greenlets it holds when asked."""
    wish = {"ETABLI_FAILPOINT": "told:0:note", "ETABLI_WORKER": "separate", "ETABLI_ASYNC_MODE": async_mode}
    server = LiveServer(tmp_path, make_database("sqlite"), **wish).start()
    yield server
    server.stop()


class Footprint:
    """What the process holds."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server
        assert server.process is not None
        self._proc = Path("/proc") / str(server.process.pid)

    def resident(self) -> int:
        """Bytes."""
        return int((self._proc / "statm").read_text().split()[1]) * PAGE_BYTES

    def greenlets(self) -> int:
        known = self.server.errors().count("census ")
        self.server.send(signal.SIGUSR1)
        eventually(lambda: self.server.errors().count("census ") > known, what="a census")
        return int(self.server.errors().rpartition("census ")[2].split()[0])


@pytest.mark.timeout(7200 if IS_LONG else 240)
def test_comings_goings_and_refusals_leave_nothing_behind(counted_server: LiveServer, driver: Driver) -> None:
    server, footprint = counted_server, Footprint(counted_server)
    people = [sign_in_writer(server, number) for number in range(30) if number % 3 != 2]  # guests move less
    owner = driver.client().enter(people[0])
    owner("note", id="moved", text="toujours la même")
    owner.await_acks()
    for _ in range(BLOCKS_TO_WARM_UP):
        _work(driver, people, CONNECTIONS_PER_BLOCK)
    before = _settled(footprint, footprint.server.descriptors() + 50, 10**9)
    for _ in range(CONNECTIONS // CONNECTIONS_PER_BLOCK):
        _work(driver, people, CONNECTIONS_PER_BLOCK)
    descriptors, greenlets, resident = _settled(footprint, before[0], before[1])
    assert descriptors <= before[0], "descriptors leak"
    assert greenlets <= before[1], "greenlets leak"
    assert resident <= before[2] * (1 + GROWTH), f"memory grew from {before[2]} to {resident} bytes"


def _settled(footprint: Footprint, descriptors: int, greenlets: int) -> tuple[int, int, int]:
    """Wait until no more than these are held; gives what is held."""
    eventually(lambda: footprint.server.descriptors() <= descriptors, SETTLE_SECONDS, "closed descriptors")
    eventually(lambda: footprint.greenlets() <= greenlets, SETTLE_SECONDS, "ended greenlets")
    return footprint.server.descriptors(), footprint.greenlets(), footprint.resident()


def _work(driver: Driver, people: list[Person], connections: int) -> None:
    """People come, move a note and their pointers, are refused an edit, and go."""
    for number in range(connections):
        client = driver.client().enter(people[number % len(people)])
        client("churn", count=MESSAGES_EACH, id="moved")
        forged = client("craft", id=f"forged{number}", text="x", author="u999999")
        client("push", update=forged)
        client.await_event("r", code="author")
        client("drop")
