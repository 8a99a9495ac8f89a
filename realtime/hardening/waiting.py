"""Connections that take room before anybody knows whose they are: bounded per address and in all.

Nobody is turned away at the door. When there are too many, the one that has waited longest is cut: an honest
client says what it wants within a moment, so that even behind the address of a flood it gets in.
"""

import ipaddress
import logging
import time
from collections.abc import Callable

log = logging.getLogger("etabli.server")

LOG_EVERY_SECONDS = 60.0


class Place:
    """One connection that waits. `cut` ends it."""

    __slots__ = ("_waiting", "address", "cut")

    def __init__(self, waiting: "Waiting", address: str, cut: Callable[[], None]) -> None:
        self._waiting: Waiting | None = waiting
        self.address = address
        self.cut = cut

    def leave(self) -> None:
        """It waits no longer; harmless a second time."""
        waiting, self._waiting = self._waiting, None
        self.cut = _nothing  # the connection holds this place, and should not hold itself through it
        if waiting is not None:
            waiting.remove(self)


def _nothing() -> None:
    pass


class Waiting:
    """Those who wait for one thing, `what`, in the order in which they came."""

    def __init__(self, what: str, per_address: int, in_all: int) -> None:
        self.what = what
        self.per_address = per_address
        self.in_all = in_all
        self.cut_count = 0
        self._places: dict[Place, None] = {}
        self._by_address: dict[str, dict[Place, None]] = {}
        self._logged = -LOG_EVERY_SECONDS

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, address: str, cut: Callable[[], None]) -> Place:
        """Let a connection wait; `cut` is called, once, if it must make room for a later one."""
        address = network_of(address)
        same = self._by_address.get(address)
        if same is not None and len(same) >= self.per_address:
            self._cut(next(iter(same)))
        elif len(self._places) >= self.in_all:
            self._cut(next(iter(self._places)))
        place = Place(self, address, cut)
        self._places[place] = None
        self._by_address.setdefault(address, {})[place] = None
        return place

    def remove(self, place: Place) -> None:
        """See Place.leave."""
        del self._places[place]
        same = self._by_address[place.address]
        del same[place]
        if not same:
            del self._by_address[place.address]

    def _cut(self, place: Place) -> None:
        cut = place.cut
        place.leave()
        self.cut_count += 1
        now = time.monotonic()
        if now - self._logged >= LOG_EVERY_SECONDS:
            self._logged = now
            log.warning("too many connections wait for %s: %d cut so far", self.what, self.cut_count)
        cut()


def network_of(address: str) -> str:
    """What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 one."""
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or ipaddress.IPv6Address(int(parsed) >> 64 << 64))
