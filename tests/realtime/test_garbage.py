"""Full collections are as rare as they are costly, and what ends leaves no cycles for them to find."""

import gc
import weakref

from realtime.hardening.garbage import LEAST_ROUNDS, SHARE, Garbage
from realtime.hardening.waiting import Waiting


class Machine:
    """A clock, and a collector that takes `cost` seconds."""

    def __init__(self) -> None:
        self.now = 100.0
        self.cost = 0.1
        self.rounds = LEAST_ROUNDS
        self.collected: list[float] = []
        self.garbage = Garbage(self.collect, lambda: self.rounds, lambda: self.now)

    def collect(self) -> None:
        self.collected.append(self.now)
        self.now += self.cost


def test_full_collections_take_their_share_of_the_time_and_no_more() -> None:
    machine = Machine()
    for _ in range(1000):
        machine.garbage.look()
        machine.now += 1.0
    spent = len(machine.collected) * machine.cost
    assert 0.8 * SHARE < spent / (machine.now - 100) < 1.2 * SHARE


def test_nothing_is_looked_for_where_little_has_come() -> None:
    machine = Machine()
    machine.rounds = LEAST_ROUNDS - 1
    machine.garbage.look()
    assert machine.collected == []


class _Connection:
    def __init__(self, waiting: Waiting) -> None:
        self.place = waiting.enter("10.0.0.1", self.shut)

    def shut(self) -> None:
        pass


def test_a_place_that_was_left_or_cut_holds_its_connection_no_more() -> None:
    waiting = Waiting("a test", 1, 1)
    connections: list[weakref.ref[_Connection]] = []
    gc.disable()  # what goes now goes by its count of references: it was in no cycle
    try:
        for _ in range(3):  # the first two are cut, the last one leaves
            connection = _Connection(waiting)
            connections.append(weakref.ref(connection))
        connection.place.leave()
        del connection
        assert [alive for alive in connections if alive() is not None] == []
    finally:
        gc.enable()
