"""How often a password or a code may be tried. Figures and reasons: docs/adr/0016.

Three counts, so that a town hall behind one address is never locked out by one of its people:

- an account from one address: some tries are free, then each waits longer than the last;
- an account from everywhere together: the same, with more free tries; an address where the person has
  signed in before does not count here and is not slowed by it;
- an address: how many accounts were tried there without success yet. Past the bound, only people who have
  signed in there before get in.

No store holds an account or a mail address: keys are hashed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NoReturn

from flask import current_app
from flask_limiter.util import get_remote_address
from werkzeug.exceptions import TooManyRequests

from workspace.extensions import limiter
from workspace.services.accounts import clean_email
from workspace.web.auth.counters import Counters
from workspace.web.auth.limits import hashed

HOUR, DAY = 3600, 86400
KNOWN_SECONDS = 30 * DAY
# Accounts without success yet, within so many seconds, from one address.
ADDRESS_BOUNDS = ((300, 300), (1000, HOUR))


@dataclass(frozen=True)
class Figures:
    """`name` is the counts' own; after the free tries a wait of 2 s doubles up to `longest_wait_seconds`."""

    name: str
    free_here: int
    free_everywhere: int
    longest_wait_seconds: int
    window_seconds: int

    def wait_seconds(self, over: int) -> int:
        """How long the next try waits when this one is the `over`-th past the free ones."""
        return int(min(2.0 ** min(over, 30), self.longest_wait_seconds))


PASSWORD = Figures("password", 6, 20, 60, HOUR)
# Of a million codes three are good at any time: so slowed, somebody with the password needs years.
CODE = Figures("code", 5, 10, 900, DAY)


@dataclass
class Attempt:
    """A try under way. `undo` takes back what it counted, should it be refused."""

    counters: Counters | None
    figures: Figures
    account: str = ""
    here: str = ""
    is_known: bool = False
    undo: list[Callable[[], object]] = field(default_factory=list)

    def succeeded(self) -> None:
        """They are who they say: their tries here are forgotten, and this address is known to be theirs."""
        if self.counters is None:
            return
        tried = self.counters.get(self.here)
        self.counters.forget(self.here)
        self.counters.forget(f"{self.here}|wait")
        if not self.is_known:
            self.counters.add(self.account, -tried, self.figures.window_seconds)
            for key, _bound, seconds in _address_counts(self.figures):
                self.counters.add(key, -1, seconds)
        self.counters.forget(_known(self))
        self.counters.add(_known(self), 1, KNOWN_SECONDS)

    def count(self, key: str, seconds: int) -> int:
        """Count one more, to be taken back by `refuse`."""
        assert self.counters is not None  # noqa: S101 - only counted when limits are on
        counters = self.counters
        self.undo.append(lambda: counters.add(key, -1, seconds))
        return counters.add(key, 1, seconds)

    def refuse(self, key: str) -> NoReturn:
        """This try does not take place. Raises: TooManyRequests, with the seconds left of `key`."""
        assert self.counters is not None  # noqa: S101 - only refused when limits are on
        for back in self.undo:
            back()
        raise TooManyRequests(retry_after=max(1, math.ceil(self.counters.seconds_left(key))))


def begin(figures: Figures, account: str) -> Attempt:
    """Count a try of `account` (a mail address, or the key of a person) from the request's address.

    Raises:
        TooManyRequests: not now. Nothing was counted.
    """
    if not limiter.enabled:
        return Attempt(None, figures)
    counters: Counters = current_app.extensions["tries"]
    who = hashed(clean_email(account))
    attempt = Attempt(
        counters,
        figures,
        account=f"tries|{figures.name}|{who}",
        here=f"tries|{figures.name}|{who}|{hashed(_place())}",
    )
    attempt.is_known = counters.get(_known(attempt)) > 0
    tried = attempt.count(attempt.here, figures.window_seconds)
    if tried == 1 and not attempt.is_known:
        _bound_address(attempt)
    _slow(attempt, attempt.here, tried - figures.free_here)
    if not attempt.is_known:
        everywhere = attempt.count(attempt.account, figures.window_seconds)
        _slow(attempt, attempt.account, everywhere - figures.free_everywhere)
    return attempt


def _slow(attempt: Attempt, key: str, over: int) -> None:
    """Let one try by, then none for a while that grows with `over`, the tries past the free ones."""
    if over <= 0 or attempt.counters is None:
        return
    wait = f"{key}|wait"
    if attempt.counters.add(wait, 1, attempt.figures.wait_seconds(over)) > 1:
        attempt.refuse(wait)


def _bound_address(attempt: Attempt) -> None:
    for key, bound, seconds in _address_counts(attempt.figures):
        if attempt.count(key, seconds) > bound:
            attempt.refuse(key)


def _address_counts(figures: Figures) -> list[tuple[str, int, int]]:
    address = hashed(_place())
    return [
        (f"tries|{figures.name}|address|{address}|{seconds}", bound, seconds)
        for bound, seconds in ADDRESS_BOUNDS
    ]


def _place() -> str:
    """Where the request comes from: an address, or the /64 that one IPv6 subscriber has to themselves."""
    written = get_remote_address()
    try:
        address = ip_address(written)
    except ValueError:
        return written
    is_wide = isinstance(address, IPv6Address) and address.ipv4_mapped is None
    return str(ip_network((address, 64), strict=False)) if is_wide else written


def _known(attempt: Attempt) -> str:
    return f"{attempt.here}|known"
