"""Lanes are read when the intake is drained, by whoever commits or, while they are away, by the hub."""

import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from realtime.hardening.hub import Hub, hub_of
from realtime.hardening.intake import AT_ONCE, AWAY_SECONDS, DRAIN_SECONDS, Intake

pytestmark = pytest.mark.parametrize("mode", ["eventlet", "gevent"])
HANG_SECONDS = 10.0


@pytest.fixture
def hub(mode: str) -> Hub:
    return hub_of(mode)


@pytest.fixture
def intake(hub: Hub) -> Intake:
    return Intake(hub)


class Peer:
    """A connection whose near end the intake reads, a byte at a time."""

    def __init__(self, intake: Intake) -> None:
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.got = b""
        self.intake = intake
        intake.add(self.near.fileno(), self.read)

    def read(self) -> None:
        self.got += self.near.recv(1)

    def close(self) -> None:
        self.intake.remove(self.near.fileno())
        self.near.close()
        self.far.close()


@pytest.fixture
def connect(intake: Intake) -> Iterator[Callable[[], Peer]]:
    peers: list[Peer] = []

    def make() -> Peer:
        peers.append(Peer(intake))
        return peers[-1]

    yield make
    for peer in peers:
        peer.close()


def until(hub: Hub, condition: Callable[[], Any]) -> None:
    with hub.deadline(HANG_SECONDS / 2):
        while not condition():
            hub.pause()


def test_nothing_is_read_before_it_is_asked_for(
    hub: Hub, intake: Intake, connect: Callable[[], Peer]
) -> None:
    peer = connect()
    peer.far.sendall(b"ab")
    for _ in range(20):
        hub.pause()
    assert peer.got == b""
    assert intake.drain() == 1
    assert peer.got == b"a"
    intake.remove(peer.near.fileno())
    assert not intake.has(peer.near.fileno())
    assert (intake.drain(), peer.got) == (0, b"a")
    intake.add(peer.near.fileno(), peer.read)
    assert (intake.drain(), intake.drain(), peer.got) == (1, 0, b"ab")


def test_everybody_is_read_in_one_drain(intake: Intake, connect: Callable[[], Peer]) -> None:
    peers = [connect() for _ in range(AT_ONCE + 3)]
    for peer in peers:
        peer.far.sendall(b"x")
    assert intake.drain() >= len(peers)
    assert {peer.got for peer in peers} == {b"x"}


def test_a_drain_that_takes_long_leaves_the_rest_to_the_next(
    intake: Intake, connect: Callable[[], Peer]
) -> None:
    peers = [connect() for _ in range(AT_ONCE + 3)]

    def slowly(peer: Peer) -> None:
        time.sleep(2 * DRAIN_SECONDS / AT_ONCE)
        peer.read()

    for peer in peers:
        intake.remove(peer.near.fileno())
        intake.add(peer.near.fileno(), lambda peer=peer: slowly(peer))
        peer.far.sendall(b"x")
    assert intake.drain() == AT_ONCE
    assert intake.has_more
    assert intake.drain() >= 3
    assert not intake.has_more
    assert {peer.got for peer in peers} == {b"x"}


def test_who_was_ended_by_another_is_not_read(intake: Intake, connect: Callable[[], Peer]) -> None:
    one, other = connect(), connect()
    for peer, victim in ((one, other), (other, one)):
        intake.remove(peer.near.fileno())
        intake.add(peer.near.fileno(), lambda peer=peer, victim=victim: (peer.read(), victim.close()))
        peer.far.sendall(b"x")
    intake.drain()
    assert sorted((one.got, other.got)) == [b"", b"x"]


def test_a_reader_that_fails_fails_alone(intake: Intake, connect: Callable[[], Peer]) -> None:
    one, other = connect(), connect()

    def fail() -> None:
        raise RuntimeError

    intake.remove(one.near.fileno())
    intake.add(one.near.fileno(), fail)
    for peer in (one, other):
        peer.far.sendall(b"x")
    assert intake.drain() == 2
    assert other.got == b"x"
    assert not intake.has(one.near.fileno())


def test_a_wait_ends_with_what_comes_and_with_a_wake(
    hub: Hub, intake: Intake, connect: Callable[[], Peer]
) -> None:
    peer = connect()
    ended: list[int] = []

    def follow() -> None:
        for number in range(3):
            intake.wait()
            ended.append(number)
            intake.drain()

    hub.spawn(follow)
    hub.pause()
    peer.far.sendall(b"x")
    until(hub, lambda: ended == [0])
    intake.wake()
    until(hub, lambda: ended == [0, 1])
    intake.wake()
    intake.wake()
    until(hub, lambda: ended == [0, 1, 2])
    intake.wake()
    intake.wait()  # a wake that came before


def test_the_hub_reads_while_nobody_drains(hub: Hub, intake: Intake, connect: Callable[[], Peer]) -> None:
    peer = connect()
    peer.far.sendall(b"abc")
    intake.stay_attended()
    started = time.monotonic()
    until(hub, lambda: peer.got == b"abc")
    assert time.monotonic() - started >= AWAY_SECONDS
