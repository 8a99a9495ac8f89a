"""When each session of a series takes place: hours on a wall, around every change of clocks of two years."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from models.class_session import ClassSession, ClassSessionChange, SessionMode
from models.occurrences import days_of, instant, occurrences, times_until, upcoming

PARIS, CAYENNE, REUNION, NOUMEA = "Europe/Paris", "America/Cayenne", "Indian/Reunion", "Pacific/Noumea"
# The Sundays on which clocks change in Paris, and by how much they are ahead of UTC before and after.
CHANGES = [
    (date(2026, 3, 29), 1, 2),
    (date(2026, 10, 25), 2, 1),
    (date(2027, 3, 28), 1, 2),
    (date(2027, 10, 31), 2, 1),
]


def series(day: date, starts: time, ends: time, zone: str = PARIS, **values: object) -> ClassSession:
    changes = values.pop("changes", [])
    filled = {
        "id": 1,
        "cohort_id": 1,
        "title": "Séance",
        "place": "",
        "link": "",
        "note": "",
        "mode": SessionMode.HYBRID,
        "time_zone": zone,
        "day": day,
        "starts": starts,
        "last_day": day,
        "ends": ends,
        "every_weeks": 1,
        "times": 1,
        **values,
    }
    return ClassSession(**filled, changes=changes)


def hours(row: ClassSession, zone: str) -> list[str]:
    """What a clock there shows when each begins."""
    return [f"{one.starts_at.astimezone(ZoneInfo(zone)):%H:%M}" for one in occurrences(row)]


@pytest.mark.parametrize(("sunday", "before", "after"), CHANGES)
def test_session_keeps_its_hour_in_its_own_zone_and_moves_in_the_others(
    sunday: date, before: int, after: int
) -> None:
    row = series(sunday - timedelta(days=5), time(18, 30), time(21, 0), times=2)
    assert hours(row, PARIS) == ["18:30", "18:30"]
    for zone, ahead in ((CAYENNE, -3), (REUNION, 4), (NOUMEA, 11)):
        shown = [f"{(18 - paris + ahead) % 24:02}:30" for paris in (before, after)]
        assert hours(row, zone) == shown
    assert [one.ends_at - one.starts_at for one in occurrences(row)] == [timedelta(hours=2.5)] * 2


@pytest.mark.parametrize("zone", [CAYENNE, REUNION, NOUMEA])
@pytest.mark.parametrize(("sunday", "before", "after"), CHANGES)
def test_session_overseas_keeps_its_hour_there_and_moves_in_paris(
    sunday: date, before: int, after: int, zone: str
) -> None:
    row = series(sunday - timedelta(days=5), time(17, 30), time(20, 0), zone, times=2)
    assert hours(row, zone) == ["17:30", "17:30"]
    first, second = (one.starts_at for one in occurrences(row))
    assert second - first == timedelta(days=7)
    paris = [int(hour[:2]) for hour in hours(row, PARIS)]
    assert (paris[1] - paris[0]) % 24 == (after - before) % 24


@pytest.mark.parametrize("year", [2026, 2027])
def test_every_week_of_a_year_shows_the_same_hour(year: int) -> None:
    row = series(date(year, 1, 5), time(0, 15), time(1, 0), times=52)
    assert set(hours(row, PARIS)) == {"00:15"}
    gaps = [later.starts_at - one.starts_at for one, later in pairwise(occurrences(row))]
    week = timedelta(days=7)
    assert sorted(set(gaps)) == [week - timedelta(hours=1), week, week + timedelta(hours=1)]
    assert (gaps.count(week - timedelta(hours=1)), gaps.count(week + timedelta(hours=1))) == (1, 1)


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2027, 3, 28)])
def test_hour_that_clocks_skip_is_the_next_one_and_lasts_as_long(sunday: date) -> None:
    (one,) = occurrences(series(sunday, time(2, 30), time(4, 0)))
    assert one.starts_at == datetime(sunday.year, sunday.month, sunday.day, 1, 30, tzinfo=UTC)
    assert f"{one.starts_at.astimezone(ZoneInfo(PARIS)):%H:%M}" == "03:30"
    assert one.ends_at - one.starts_at == timedelta(minutes=30)
    (swallowed,) = occurrences(series(sunday, time(2, 30), time(3, 0)))
    assert swallowed.ends_at - swallowed.starts_at == timedelta(minutes=30)


@pytest.mark.parametrize("sunday", [date(2026, 10, 25), date(2027, 10, 31)])
def test_hour_that_clocks_show_twice_is_the_first_one(sunday: date) -> None:
    (one,) = occurrences(series(sunday, time(2, 30), time(3, 30)))
    assert one.starts_at == datetime(sunday.year, sunday.month, sunday.day, 0, 30, tzinfo=UTC)
    assert one.ends_at - one.starts_at == timedelta(hours=2)


def test_leap_day_is_a_day_like_another() -> None:
    row = series(date(2028, 2, 22), time(18, 30), time(20, 0), times=3)
    assert [one.day for one in occurrences(row)] == [date(2028, 2, 22), date(2028, 2, 29), date(2028, 3, 7)]
    (leap,) = occurrences(series(date(2028, 2, 29), time(23, 0), time(1, 0), last_day=date(2028, 3, 1)))
    assert leap.ends_at - leap.starts_at == timedelta(hours=2)


@pytest.mark.parametrize(
    ("every", "until", "times"),
    [
        (1, date(2027, 1, 12), 1),
        (1, date(2027, 1, 18), 1),
        (1, date(2027, 1, 19), 2),
        (2, date(2027, 2, 8), 2),
        (2, date(2027, 2, 9), 3),
        (3, date(2027, 1, 11), 0),
    ],
)
def test_last_day_tells_how_many_sessions_there_are(every: int, until: date, times: int) -> None:
    assert times_until(date(2027, 1, 12), until, every) == times


def test_window_over_a_change_of_clocks_ends_at_the_hour_that_was_said() -> None:
    friday = date(2027, 3, 26)
    (one,) = occurrences(series(friday, time(9), time(18), last_day=friday + timedelta(days=3)))
    assert one.ends_at.astimezone(ZoneInfo(PARIS)).hour == 18
    assert one.ends_at - one.starts_at == timedelta(days=3, hours=8)


def test_change_is_for_one_session_alone_and_keeps_what_it_does_not_say() -> None:
    change = ClassSessionChange(
        number=2, is_cancelled=False, day=date(2027, 1, 21), last_day=date(2027, 1, 21)
    )
    cancelled = ClassSessionChange(number=3, is_cancelled=True)
    row = series(date(2027, 1, 12), time(18, 30), time(20, 0), times=4, changes=[change, cancelled])
    one, moved, off, last = occurrences(row)
    assert [one.is_moved, moved.is_moved, off.is_moved, last.is_moved] == [False, True, False, False]
    assert (moved.starts_at, moved.title) == (instant(date(2027, 1, 21), time(18, 30), PARIS), "Séance")
    assert moved.ruled is not None
    assert moved.ruled.day == date(2027, 1, 19)
    assert (off.is_cancelled, last.day) == (True, date(2027, 2, 2))
    row.starts, row.day, row.last_day = time(17, 0), date(2027, 1, 13), date(2027, 1, 13)
    assert occurrences(row)[1].starts == time(17, 0)
    assert occurrences(row)[1].day == date(2027, 1, 21)


def test_next_session_is_one_that_takes_place_whatever_its_number() -> None:
    back = ClassSessionChange(number=3, is_cancelled=False, day=date(2027, 1, 14), last_day=date(2027, 1, 14))
    off = ClassSessionChange(number=1, is_cancelled=True)
    row = series(date(2027, 1, 12), time(18, 30), time(20, 0), times=3, changes=[back, off])
    found = [one.number for one in upcoming([row], datetime(2027, 1, 1, tzinfo=UTC))]
    assert found == [3, 2]
    assert [one.number for one in upcoming([row], datetime(2027, 1, 14, 19, tzinfo=UTC))] == [2]


def test_days_are_those_of_the_reader() -> None:
    (evening,) = occurrences(series(date(2027, 1, 12), time(18, 30), time(21, 0)))
    assert days_of(evening, ZoneInfo(PARIS)) == [date(2027, 1, 12)]
    assert days_of(evening, ZoneInfo(NOUMEA)) == [date(2027, 1, 13)]
    (night,) = occurrences(series(date(2027, 1, 12), time(20, 0), time(0, 0), last_day=date(2027, 1, 13)))
    assert days_of(night, ZoneInfo(PARIS)) == [date(2027, 1, 12)]
    assert days_of(night, ZoneInfo(CAYENNE)) == [date(2027, 1, 12)]
