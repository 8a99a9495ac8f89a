"""What a lane asks of its hub holds on both async libraries, without monkey patching."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from realtime.hardening.hub import READ, WRITE, Hub, hub_of

pytestmark = pytest.mark.parametrize("mode", ["eventlet", "gevent"])
HANG_SECONDS = 10.0
Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def hub(mode: str) -> Hub:
    return hub_of(mode)


@pytest.fixture
def pair() -> Iterator[Pair]:
    near, far = socket.socketpair()
    near.setblocking(False)
    with near, far:
        yield near, far


def until(hub: Hub, condition: Callable[[], Any]) -> None:
    with hub.deadline(HANG_SECONDS / 2):
        while not condition():
            hub.pause()


def test_reads_whenever_there_is_something_and_only_while_it_listens(hub: Hub, pair: Pair) -> None:
    near, far = pair
    got: list[bytes] = []
    watches = hub.watches(near.fileno(), lambda: None)
    watches.listen(READ, lambda: got.append(near.recv(1)))
    assert watches.listens(READ)
    assert not watches.listens(WRITE)
    far.sendall(b"ab")
    until(hub, lambda: got == [b"a", b"b"])
    watches.unlisten(READ)
    assert not watches.listens(READ)
    far.sendall(b"c")
    fired: list[bool] = []
    watches.after(0.02, lambda: fired.append(True))
    until(hub, lambda: fired)
    assert got == [b"a", b"b"]
    watches.listen(READ, lambda: got.append(near.recv(1)))
    until(hub, lambda: got == [b"a", b"b", b"c"])
    watches.forget()


def test_watch_may_end_itself_and_both_directions_are_apart(hub: Hub, pair: Pair) -> None:
    near, far = pair
    told: list[str] = []
    watches = hub.watches(near.fileno(), lambda: None)

    def writable() -> None:
        told.append("writable")
        watches.unlisten(WRITE)

    watches.listen(READ, lambda: told.append(near.recv(9).decode()))
    watches.listen(WRITE, writable)
    until(hub, lambda: told == ["writable"])
    far.sendall(b"later")
    until(hub, lambda: told == ["writable", "later"])
    watches.forget()


def test_nothing_is_called_after_forget(hub: Hub, pair: Pair) -> None:
    near, far = pair
    called: list[str] = []
    watches = hub.watches(near.fileno(), lambda: None)
    watches.listen(READ, lambda: called.append("read"))
    watches.after(0.01, lambda: called.append("timer"))
    far.sendall(b"x")
    watches.forget()
    assert not watches.listens(READ)
    later = hub.watches(near.fileno(), lambda: None)
    done: list[bool] = []
    later.after(0.05, lambda: done.append(True))
    until(hub, lambda: done)
    later.forget()
    assert called == []


def test_callback_that_fails_does_not_end_the_hub(hub: Hub, pair: Pair) -> None:
    near, _far = pair
    done: list[bool] = []
    watches = hub.watches(near.fileno(), lambda: None)
    watches.after(0.0, lambda: 1 // 0)  # type: ignore[arg-type, return-value]
    watches.after(0.02, lambda: done.append(True))
    until(hub, lambda: done)
    watches.forget()


def test_signal_wakes_the_waiting_and_one_that_comes_later(hub: Hub) -> None:
    first, second, woken = hub.signal(), hub.signal(), []

    def wait() -> None:
        first.wait()
        woken.append("first")
        second.wait()
        woken.append("second")

    second.send()
    hub.spawn(wait)
    hub.pause()
    assert woken == []
    first.send()
    until(hub, lambda: woken == ["first", "second"])


def test_offloaded_work_runs_elsewhere_and_others_go_on(hub: Hub) -> None:
    turns: list[int] = []
    gate = threading.Event()

    def count() -> None:
        while len(turns) < 3:
            turns.append(len(turns))
            hub.pause()
        gate.set()

    hub.spawn(count)
    here = threading.get_ident()
    assert hub.offload(lambda: gate.wait(HANG_SECONDS) and threading.get_ident()) not in (here, False)
    assert turns == [0, 1, 2], "the hub went on while the thread waited for it"
    assert hub.offload(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        hub.offload(divmod, 7, 0)


def test_deadline_ends_a_wait_and_spares_what_is_in_time(hub: Hub) -> None:
    with hub.deadline(HANG_SECONDS):
        hub.pause()
    started = time.monotonic()
    with pytest.raises(TimeoutError), hub.deadline(0.02):
        hub.signal().wait()
    assert time.monotonic() - started < HANG_SECONDS / 2


def test_pool_waits_for_all_and_lets_in_no_more_than_its_size(hub: Hub) -> None:
    pool, running, most = hub.pool(2), [0], [0]

    def work() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        hub.pause()
        running[0] -= 1

    for _ in range(6):
        pool.spawn(work)
    pool.wait_all()
    assert (running[0], most[0]) == (0, 2)
