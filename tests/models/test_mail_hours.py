"""When a mail may leave, by the clock on its reader's wall, and around the changes of clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.mail_hours import Hours

PARIS, CAYENNE = "Europe/Paris", "America/Cayenne"


def hours(zone: str = PARIS, **others: object) -> Hours:
    usual = {
        "digest_at": time(8),
        "daily": False,
        "quiet_from": time(20),
        "quiet_until": time(7, 30),
        "quiet_weekends": True,
    }
    return Hours(ZoneInfo(zone), **{**usual, **others})  # type: ignore[arg-type]


def at(text: str, zone: str = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ("2026-03-10T12:00", "2026-03-10T12:00"),
        ("2026-03-10T19:59", "2026-03-10T19:59"),
        ("2026-03-10T20:00", "2026-03-11T07:30"),
        ("2026-03-11T03:00", "2026-03-11T07:30"),
        ("2026-03-11T07:30", "2026-03-11T07:30"),
        ("2026-03-13T21:00", "2026-03-16T07:30"),  # a Friday evening, to Monday
        ("2026-03-14T12:00", "2026-03-16T07:30"),
        ("2026-03-28T12:00", "2026-03-30T07:30"),  # clocks go forward on the 29th
        ("2026-10-24T23:00", "2026-10-26T07:30"),  # and back on the 25th
    ],
)
def test_mail_waits_for_the_end_of_quiet_hours(asked: str, leaves: str) -> None:
    assert hours().leaves_at(at(asked)) == at(leaves)


def test_one_moment_is_day_in_cayenne_and_night_in_paris() -> None:
    evening = datetime(2026, 7, 1, 19, 0, tzinfo=UTC)  # 21:00 in Paris, 16:00 in Cayenne
    assert hours(PARIS).leaves_at(evening) == at("2026-07-02T07:30")
    assert hours(CAYENNE).leaves_at(evening) == evening
    assert hours(CAYENNE).next_digest(evening) == datetime(2026, 7, 2, 11, 0, tzinfo=UTC)
    assert hours(PARIS).next_digest(evening) == datetime(2026, 7, 2, 6, 0, tzinfo=UTC)


def test_same_hour_twice_is_no_quiet() -> None:
    none = hours(quiet_from=time(9), quiet_until=time(9), quiet_weekends=False)
    night = at("2026-03-14T03:00")
    assert none.leaves_at(night) == night


def test_quiet_hours_of_one_day_are_not_a_night() -> None:
    lunch = hours(quiet_from=time(12), quiet_until=time(14))
    assert lunch.leaves_at(at("2026-03-10T13:00")) == at("2026-03-10T14:00")
    assert lunch.leaves_at(at("2026-03-10T23:00")) == at("2026-03-10T23:00")


@pytest.mark.parametrize(
    ("daily", "after", "expected"),
    [
        (False, "2026-03-10T07:59", "2026-03-10T08:00"),
        (False, "2026-03-10T08:00", "2026-03-11T08:00"),
        (False, "2026-03-13T09:00", "2026-03-16T08:00"),
        (True, "2026-03-13T09:00", "2026-03-14T08:00"),
        (True, "2026-03-28T09:00", "2026-03-29T08:00"),  # the day has 23 hours
        (True, "2026-10-24T09:00", "2026-10-25T08:00"),  # and 25
    ],
)
def test_digest_comes_at_the_hour_of_the_wall(daily: bool, after: str, expected: str) -> None:
    found = hours(daily=daily)
    moment = at(expected)
    assert found.next_digest(at(after)) == moment
    assert found.last_digest(moment) == (moment.astimezone(ZoneInfo(PARIS)).date(), moment)
    assert found.last_digest(moment - timedelta(seconds=1))[1] < moment


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # 2:30 is skipped: it is 3:30
        (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # 2:30 comes twice: the first
    ],
)
def test_hour_that_clocks_skip_or_repeat_gives_one_digest(day: date, moment: datetime) -> None:
    found = hours(daily=True, digest_at=time(2, 30))
    assert found.next_digest(moment - timedelta(minutes=1)) == moment
    assert found.last_digest(moment) == (day, moment)
    assert found.next_digest(moment) - moment > timedelta(hours=22)


@pytest.mark.parametrize("zone", [PARIS, CAYENNE, "Pacific/Noumea", "America/Miquelon"])
def test_every_hour_of_two_years_ends_outside_the_quiet_hours(zone: str) -> None:
    found = hours(zone)
    moment = datetime(2026, 1, 1, 0, 20, tzinfo=UTC)
    for _hour in range(2 * 366 * 24 // 5):
        leaves = found.leaves_at(moment)
        assert leaves >= moment
        assert not found.is_quiet(leaves)
        moment += timedelta(hours=5)
