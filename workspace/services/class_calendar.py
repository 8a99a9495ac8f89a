"""One month of a cohort's calendar in the reader's own zone: by week, and as a picture."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.class_session import AttendanceStatus
from models.cohort import Cohort
from models.occurrences import Occurrence, days_of
from models.policy import Actor
from workspace.services import attendance
from workspace.services.class_sessions import list_occurrences

DAYS = 7
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Item:
    """One session of the list. `own`: what was noted of the reader; `counts`: of everybody, as far as they
    may read.
    """

    one: Occurrence
    day: date
    own: AttendanceStatus | None
    counts: Counter[AttendanceStatus]


@dataclass(frozen=True)
class Week:
    """A week of the list that has a session; `monday` is its first day."""

    monday: date
    items: list[Item]


@dataclass(frozen=True)
class Day:
    """A cell of the picture. `anchor` is the day under which the list has its sessions, if it has any."""

    day: date
    in_month: bool
    sessions: list[Occurrence]
    anchor: date | None


@dataclass(frozen=True)
class MonthPage:
    """A month, from its first day. `following` is the next session after it, when the month has none."""

    month: date
    today: date
    weeks: list[Week]
    grid: list[list[Day]]
    following: Occurrence | None
    is_empty: bool
    """Whether the cohort has no session at all."""

    @property
    def before(self) -> date:
        """The first day of the month before."""
        return (self.month - timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> date:
        """The first day of the month after."""
        return next_month(self.month)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def read_month(text: str, today: date) -> date:
    """The first day of « 2027-03 »; of today's month when the text names none that has a calendar."""
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = today
    return (found if FIRST_YEAR < found.year < LAST_YEAR else today).replace(day=1)


def month_page(
    session: Session, actor: Actor, cohort: Cohort, text: str, *, now: datetime, sees_away: bool
) -> MonthPage:
    """The month that `text` names; who is away is counted for those only who note it. Four queries."""
    zone = ZoneInfo(actor.time_zone)
    today = now.astimezone(zone).date()
    month = read_month(text, today)
    everything = list_occurrences(session, cohort)
    days = {attendance.key_of(one): days_of(one, zone) for one in everything}
    shown = [
        one for one in everything if any(day.replace(day=1) == month for day in days[attendance.key_of(one)])
    ]
    ids = sorted({one.class_session_id for one in shown})
    own, totals = attendance.own(session, actor, ids), attendance.totals(session, ids)
    items = []
    for one in shown:
        key = attendance.key_of(one)
        counts = totals.get(key, Counter())
        first = max(days[key][0], month)
        items.append(Item(one, first, own.get(key), counts if sees_away else attendance.present_only(counts)))
    return MonthPage(
        month=month,
        today=today,
        weeks=_weeks(items),
        grid=_grid(month, [(item, days[attendance.key_of(item.one)]) for item in items]),
        following=None if shown else _following(everything, month, zone),
        is_empty=not everything,
    )


def _weeks(items: Sequence[Item]) -> list[Week]:
    found: dict[date, list[Item]] = defaultdict(list)
    for item in items:
        found[_monday(item.day)].append(item)
    return [Week(monday, found[monday]) for monday in sorted(found)]


def _grid(month: date, items: Sequence[tuple[Item, Sequence[date]]]) -> list[list[Day]]:
    first, last = _monday(month), next_month(month) - timedelta(days=1)
    rows = (_monday(last) - first).days // DAYS + 1
    found: dict[date, list[Item]] = defaultdict(list)
    for item, days in items:
        for day in days:
            found[day].append(item)

    def cell(day: date) -> Day:
        there = found[day]
        return Day(
            day, day.month == month.month, [item.one for item in there], there[0].day if there else None
        )

    return [[cell(first + timedelta(weeks=row, days=day)) for day in range(DAYS)] for row in range(rows)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _following(everything: Sequence[Occurrence], month: date, zone: ZoneInfo) -> Occurrence | None:
    return next((one for one in everything if days_of(one, zone)[0] > month and not one.is_cancelled), None)
