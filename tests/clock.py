"""A clock that tests move: what `utcnow()` and signed cookies say, in this process."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from itsdangerous import TimestampSigner

STEP_SECONDS = 30


class Clock:
    """Stands still, ten seconds into a time step of one-time codes, until it is moved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        here = int(datetime.now(UTC).timestamp()) // STEP_SECONDS
        self.now = datetime.fromtimestamp((here + 1) * STEP_SECONDS + 10, UTC)
        clock = self

        class Moved(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
                return clock.now.astimezone(tz)

        monkeypatch.setattr("models.base.datetime", Moved)
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _signer: int(clock.now.timestamp()))

    def move(self, **by: float) -> None:
        """By so many `seconds`, `minutes`, `hours` or `days`."""
        self.now += timedelta(**by)
