"""The doorbell over a real Redis: bells arrive, garbage is dropped, and it comes back by itself."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from models.events import BoardChanged, SessionEnded
from realtime import doorbell
from realtime.doorbell import RedisDoorbell
from realtime.fanout import Bell, ByeBell, DocumentBell
from tests.redis_server import RedisServer
from workspace.bells import Ringer, connect

CHANNEL = "etabli:test"


class Process:
    """A doorbell with a listener that keeps what it hears."""

    def __init__(self, url: str) -> None:
        self.heard: list[Bell] = []
        self.connections = 0
        self.is_stopped = False
        self.bell = RedisDoorbell(url, CHANNEL)
        self.bell.start(self, self._run, lambda: self.is_stopped)

    @staticmethod
    def _run(target: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=target, args=arguments, daemon=True).start()

    def hear(self, origin: bytes, bell: Bell) -> None:  # noqa: ARG002
        self.heard.append(bell)

    def heard_from(self, origin: bytes) -> None:
        pass

    def connected(self) -> None:
        self.connections += 1


def _eventually(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis")).start()
    yield server
    server.kill()


@pytest.fixture
def two(redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Process, Process]]:
    monkeypatch.setattr(doorbell, "LONGEST_PAUSE_SECONDS", 0.2)
    here, there = Process(redis_server.url), Process(redis_server.url)
    _eventually(lambda: here.bell.is_up and there.bell.is_up)
    yield here, there
    here.is_stopped = there.is_stopped = True


def test_bells_arrive_in_order_and_not_at_home(two: tuple[Process, Process]) -> None:
    here, there = two
    rung = [DocumentBell(1, 1, seq, b"x" * seq) for seq in range(200)]
    for bell in rung:
        here.bell.ring(bell)
    _eventually(lambda: len(there.heard) == 200)
    assert there.heard == rung
    there.bell.ring(SessionEnded(3))
    _eventually(lambda: here.heard)
    assert here.heard == [SessionEnded(3)]


def test_garbage_on_the_channel_is_dropped(two: tuple[Process, Process], redis_server: RedisServer) -> None:
    here, there = two
    with Redis.from_url(redis_server.url) as stranger:
        for content in (b"", b"hello", b"\x01" + bytes(8) + b"S\x02{}", b"\x01" + bytes(8) + b"D\xff\xff"):
            stranger.publish(CHANNEL, content)
    here.bell.ring(BoardChanged(1, 2))
    _eventually(lambda: there.heard)
    assert there.heard == [BoardChanged(1, 2)]


def test_command_without_sockets_rings_too(two: tuple[Process, Process], redis_server: RedisServer) -> None:
    Ringer(connect(redis_server.url), CHANNEL, b"12345678").ring(SessionEnded(4))
    for process in two:
        _eventually(lambda heard=process.heard: heard == [SessionEnded(4)])


def test_redis_gone_blocks_nobody_and_is_found_again(
    two: tuple[Process, Process], redis_server: RedisServer
) -> None:
    here, there = two
    redis_server.kill()
    _eventually(lambda: not here.bell.is_up and not there.bell.is_up)
    here.bell.ring(SessionEnded(5))
    redis_server.start()
    _eventually(lambda: here.bell.is_up and there.bell.is_up)
    assert there.connections == 2, "told to look for what was missed"
    here.bell.ring(SessionEnded(6))
    _eventually(lambda: there.heard)
    assert there.heard == [SessionEnded(6)], "what was rung while it was away is not rung late"


def test_goodbye_is_heard(two: tuple[Process, Process]) -> None:
    here, there = two
    here.bell.stop()
    _eventually(lambda: there.heard == [ByeBell()])


def test_no_redis_at_all_is_survived(tmp_path: Path) -> None:
    alone = Process("redis://127.0.0.1:9/0")
    alone.bell.ring(SessionEnded(1))
    started = time.monotonic()
    alone.bell.stop()
    assert time.monotonic() - started < 5
    alone.is_stopped = True
