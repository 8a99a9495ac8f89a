"""How much one connection may send: a token bucket in bytes, with a charge for each message."""

import time
from collections.abc import Callable


class ByteBudget:
    """A token bucket. A message costs its bytes plus `message_cost`, so a flood of tiny ones counts too."""

    def __init__(
        self, rate: float, burst: float, message_cost: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.message_cost = message_cost
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def spend(self, size: int, messages: int = 0) -> float:
        """Take the cost of what arrived; return the seconds to stop reading for (0 when within budget)."""
        now = self._clock()
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        self._tokens -= size + messages * self.message_cost
        return 0.0 if self._tokens >= 0 else -self._tokens / self.rate
