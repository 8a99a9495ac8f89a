"""When a mail may leave, by the clock on its reader's wall. Pure: no database, no present moment of its own.

An hour that clocks skip is read with the offset before the change, one that they show twice is the first:
the rule of `models/occurrences.py`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """One person's. See `MailChoice`."""

    zone: ZoneInfo
    digest_at: time
    daily: bool
    quiet_from: time
    quiet_until: time
    quiet_weekends: bool

    def is_quiet(self, at: datetime) -> bool:
        """Whether nothing that can wait leaves at that moment."""
        here = at.astimezone(self.zone)
        return self._is_free_day(here.date()) or self._is_night(here.time())

    def leaves_at(self, at: datetime) -> datetime:
        """That moment, or the end (UTC) of the quiet hours in which it falls."""
        while self.is_quiet(at):
            here = at.astimezone(self.zone)
            day = here.date()
            if self._is_free_day(day):
                at = self._instant(day + DAY, time())
            else:
                at = self._instant(day + DAY if here.time() >= self.quiet_until else day, self.quiet_until)
        return at

    def next_digest(self, after: datetime) -> datetime:
        """The first digest (UTC) after that moment."""
        day = after.astimezone(self.zone).date() - DAY
        while not self._has_digest(day) or self._instant(day, self.digest_at) <= after:
            day += DAY
        return self._instant(day, self.digest_at)

    def last_digest(self, at: datetime) -> tuple[date, datetime]:
        """The day and the moment (UTC) of the newest digest that was due by then."""
        day = at.astimezone(self.zone).date() + DAY
        while not self._has_digest(day) or self._instant(day, self.digest_at) > at:
            day -= DAY
        return day, self._instant(day, self.digest_at)

    def _has_digest(self, day: date) -> bool:
        return self.daily or day.weekday() < SATURDAY

    def _is_free_day(self, day: date) -> bool:
        return self.quiet_weekends and day.weekday() >= SATURDAY

    def _is_night(self, hour: time) -> bool:
        start, end = self.quiet_from, self.quiet_until
        return start <= hour < end if start <= end else hour >= start or hour < end

    def _instant(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(UTC)
