"""When each class session of a series takes place. Pure: no database, no clock.

A wall time becomes an instant by the zone's own rules. An hour that the clocks skip is read with the offset
before the change (02:30 becomes 03:30); one that they show twice is the first of the two: as RFC 5545 says,
and as calendar software does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.class_session import ClassSession, ClassSessionChange, SessionMode


def instant(day: date, at: time, time_zone: str) -> datetime:
    """The moment (UTC) at which a wall in this zone shows this day and hour."""
    return datetime.combine(day, at, ZoneInfo(time_zone)).astimezone(UTC)


@dataclass(frozen=True)
class Said:
    """What is said of one session. `day`, `starts`, `last_day`, `ends`: by a wall's clock in `time_zone`."""

    title: str
    day: date
    starts: time
    last_day: date
    ends: time
    mode: SessionMode
    time_zone: str
    place: str = ""
    link: str = ""
    note: str = ""

    @property
    def starts_at(self) -> datetime:
        """When it begins (UTC)."""
        return instant(self.day, self.starts, self.time_zone)

    @property
    def ends_at(self) -> datetime:
        """When it ends (UTC): after it begins, also where the clocks skip the hour in between."""
        ends_at = instant(self.last_day, self.ends, self.time_zone)
        if ends_at > self.starts_at:
            return ends_at
        shown = datetime.combine(self.last_day, self.ends) - datetime.combine(self.day, self.starts)
        return self.starts_at + shown

    def later(self, weeks: int) -> "Said":
        """The same, so many weeks later, at the same hours on the wall."""
        shift = timedelta(weeks=weeks)
        return replace(self, day=self.day + shift, last_day=self.last_day + shift)


FIELDS = tuple(Said.__dataclass_fields__)


@dataclass(frozen=True)
class Occurrence(Said):
    """One session: `number` of `times` in its series, and what the series would have it be."""

    class_session_id: int = 0
    cohort_id: int = 0
    number: int = 1
    times: int = 1
    is_cancelled: bool = False
    ruled: Said | None = None

    @property
    def is_moved(self) -> bool:
        """Whether it takes place at another moment than the series says."""
        return self.ruled is not None and (self.starts_at, self.ends_at) != (
            self.ruled.starts_at,
            self.ruled.ends_at,
        )


def said_of(row: ClassSession) -> Said:
    """What is said of the first session of a series."""
    return Said(**{name: getattr(row, name) for name in FIELDS})


def ruled(row: ClassSession, number: int) -> Said:
    """What the series says of its session of this number, from 1."""
    return said_of(row).later((number - 1) * row.every_weeks)


def occurrence(row: ClassSession, number: int, change: ClassSessionChange | None = None) -> Occurrence:
    """The session of this number, from 1, with what is otherwise for it."""
    rule = ruled(row, number)
    values = {name: getattr(rule, name) for name in FIELDS}
    if change:
        own = {name: getattr(change, name) for name in FIELDS}
        values |= {name: value for name, value in own.items() if value is not None}
    return Occurrence(
        **values,
        class_session_id=row.id,
        cohort_id=row.cohort_id,
        number=number,
        times=row.times,
        is_cancelled=bool(change and change.is_cancelled),
        ruled=rule,
    )


def occurrences(row: ClassSession) -> list[Occurrence]:
    """Every session of a series, by number. Needs `changes` loaded."""
    changes = {change.number: change for change in row.changes}
    return [occurrence(row, number, changes.get(number)) for number in range(1, row.times + 1)]


def in_order(rows: Iterable[ClassSession]) -> list[Occurrence]:
    """Every session of several series, the first to begin first."""
    found = [one for row in rows for one in occurrences(row)]
    return sorted(found, key=lambda one: (one.starts_at, one.class_session_id, one.number))


def upcoming(rows: Iterable[ClassSession], now: datetime) -> Iterator[Occurrence]:
    """Those that take place and are not over yet, the next first."""
    return (one for one in in_order(rows) if one.ends_at > now and not one.is_cancelled)


def times_until(day: date, until: date, every_weeks: int) -> int:
    """How many sessions a series from `day` has when its last one is on `until` or before; 0 if none."""
    return max(0, (until - day).days // (7 * every_weeks) + 1)


def differences(said: Said, rule: Said) -> dict[str, object]:
    """Each field of `said` that differs from the rule, None for those that do not."""
    pairs = ((name, getattr(said, name), getattr(rule, name)) for name in FIELDS)
    return {name: mine if mine != theirs else None for name, mine, theirs in pairs}


def days_of(one: Occurrence, zone: ZoneInfo) -> Sequence[date]:
    """The days on which it takes place by a clock of this zone; one that ends at midnight ends the day
    before.
    """
    first = one.starts_at.astimezone(zone).date()
    last = (one.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=shift) for shift in range((last - first).days + 1)]
