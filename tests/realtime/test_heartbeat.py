"""One heartbeat for all clients: when it pings, whom it ends, and what it does not keep."""

import time
from typing import Any

import engineio
import pytest
from engineio.socket import Socket

from realtime.hardening.heartbeat import Heartbeat
from realtime.hardening.hub import Hub, hub_of

INTERVAL, PATIENCE = 25, 20


@pytest.fixture
def hub() -> Hub:
    hub = hub_of("gevent")
    hub.spawn = lambda _action: None  # type: ignore[method-assign, assignment, return-value] - beats are ours
    return hub


@pytest.fixture
def server() -> engineio.Server:
    return engineio.Server(
        async_mode="gevent", ping_interval=INTERVAL, ping_timeout=PATIENCE, monitor_clients=False
    )


@pytest.fixture
def pinged() -> list[str]:
    return []


@pytest.fixture
def heart(hub: Hub, pinged: list[str]) -> Heartbeat:
    return Heartbeat(hub, lambda engine_socket: pinged.append(engine_socket.sid))


def joined(server: Any, heart: Heartbeat, sid: str) -> Any:
    engine_socket = server.sockets[sid] = Socket(server, sid)
    heart.schedule(engine_socket)
    return engine_socket


def test_client_is_pinged_after_the_interval_and_again_after_its_answer(
    server: Any, heart: Heartbeat, pinged: list[str]
) -> None:
    now = time.monotonic()
    alice = joined(server, heart, "alice")
    heart.beat(now + INTERVAL - 1)
    assert pinged == []
    heart.beat(now + INTERVAL + 1)
    assert pinged == ["alice"]
    heart.schedule(alice)  # her PONG
    heart.beat(now + INTERVAL + PATIENCE + 2)
    assert not alice.closed
    assert pinged == ["alice", "alice"]


def test_client_that_does_not_answer_is_ended_and_told_of(
    server: Any, heart: Heartbeat, pinged: list[str]
) -> None:
    gone: list[tuple[str, str]] = []
    server.on("disconnect", lambda sid, reason: gone.append((sid, reason)))
    now = time.monotonic()
    silent, alive = joined(server, heart, "silent"), joined(server, heart, "alive")
    heart.beat(now + INTERVAL + 1)
    heart.schedule(alive)
    heart.beat(now + INTERVAL + PATIENCE)
    assert not silent.closed
    heart.beat(now + INTERVAL + PATIENCE + 2)
    assert (silent.closed, alive.closed) == (True, False)
    assert gone == [("silent", "ping timeout")]
    assert set(server.sockets) == {"alive"}


def test_answers_nobody_asked_for_bring_no_more_pings(
    server: Any, heart: Heartbeat, pinged: list[str]
) -> None:
    now = time.monotonic()
    alice = joined(server, heart, "alice")
    for _ in range(1000):
        heart.schedule(alice)
    heart.beat(now + INTERVAL + 1)
    assert pinged == ["alice"]


def test_client_that_left_is_neither_pinged_nor_kept(
    server: Any, heart: Heartbeat, pinged: list[str]
) -> None:
    now = time.monotonic()
    joined(server, heart, "left").close(wait=False, abort=True)
    joined(server, heart, "forgotten")
    del server.sockets["forgotten"]
    heart.beat(now + INTERVAL + 1)
    assert pinged == []
    heart.beat(now + INTERVAL + PATIENCE + 2)
    assert (len(heart._to_ping), len(heart._to_answer)) == (0, 0)


def test_failing_client_does_not_stop_the_others(server: Any, hub: Hub) -> None:
    """Should a ping fail, the next beat goes on with who is left."""
    pinged: list[str] = []

    def ping(engine_socket: Any) -> None:
        if engine_socket.sid == "broken":
            raise OSError("broken")
        pinged.append(engine_socket.sid)

    heart = Heartbeat(hub, ping)
    now = time.monotonic()
    joined(server, heart, "broken")
    joined(server, heart, "alice")
    with pytest.raises(OSError, match="broken"):
        heart.beat(now + INTERVAL + 1)
    heart.beat(now + INTERVAL + 2)
    assert pinged == ["alice"]
