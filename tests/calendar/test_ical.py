"""What calendar software reads in a feed is what the pages show: the same sessions, to the minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from models.class_session import ClassSession, ClassSessionChange, SessionMode
from models.cohort import Cohort
from models.occurrences import in_order
from tests.calendar.reader import read
from tests.models.test_occurrences import CAYENNE, NOUMEA, PARIS, series
from workspace.services import ical

COHORTS = {1: Cohort(id=1, name="Promotion, 2027 ; d’essai")}
LONG = "Élèves, tuteurs ; « à côté »\nprenez\\apportez : " + "été " * 60


def written(*rows: ClassSession) -> bytes:
    for number, row in enumerate(rows, start=1):
        row.id, row.sequence = number, 3
        row.changed_at = datetime(2027, 1, 1, 12, 30, 15, 1234, tzinfo=UTC)
    return ical.write(rows, COHORTS, base_url="https://etabli.exemple.fr")


def awkward() -> list[ClassSession]:
    """Every way in which a rule, a zone or a text may be told wrong."""
    day = date(2027, 3, 16)
    thursday = {"day": date(2027, 4, 1), "last_day": date(2027, 4, 1), "starts": time(17)}
    changes = [
        ClassSessionChange(number=2, is_cancelled=True),
        ClassSessionChange(number=3, is_cancelled=False, **thursday),
        ClassSessionChange(number=4, is_cancelled=False, title=LONG[:150], place="Cayenne, salle ; bleue"),
    ]
    friday = date(2026, 10, 23)
    return [
        series(day, time(18, 30), time(21, 0), times=5, changes=changes, note=LONG),
        series(date(2026, 10, 20), time(18, 30), time(21, 0), CAYENNE, times=3, every_weeks=2),
        series(date(2026, 10, 20), time(17, 30), time(20, 0), NOUMEA, times=2),
        # A window over the change of clocks, then ones that are an hour shorter.
        series(friday, time(9), time(18), last_day=friday + timedelta(days=3), times=3, every_weeks=1),
        # In the hours that Paris skips, shows twice, and just after.
        series(date(2027, 3, 21), time(2, 30), time(4, 0), times=3),
        series(date(2027, 3, 28), time(3, 15), time(4, 0)),
        series(date(2026, 10, 18), time(2, 30), time(3, 30), times=3),
        series(date(2028, 2, 22), time(23, 0), time(0, 30), last_day=date(2028, 2, 23), times=3),
        # Moved into another zone, where its clock shows another day.
        series(
            day,
            time(8),
            time(9),
            times=2,
            changes=[
                ClassSessionChange(
                    number=2,
                    is_cancelled=False,
                    time_zone=NOUMEA,
                    day=date(2027, 3, 24),
                    last_day=date(2027, 3, 24),
                )
            ],
        ),
        series(day, time(10), time(11), changes=[ClassSessionChange(number=1, is_cancelled=True)]),
    ]


def test_calendar_software_reads_the_sessions_that_the_pages_show() -> None:
    rows = awkward()
    zones, found = read(written(*rows))
    expected = sorted(
        (one.starts_at, one.ends_at, one.title, f"class-session-{one.class_session_id}@etabli.exemple.fr")
        for one in in_order(rows)
        if not one.is_cancelled
    )
    held = sorted((one.starts, one.ends, one.summary, one.uid) for one in found if one.status != "CANCELLED")
    assert held == expected
    assert zones == [CAYENNE, PARIS, NOUMEA]
    assert {one.sequence for one in found} == {3}
    (cancelled,) = [one for one in found if one.status == "CANCELLED"]
    assert cancelled.uid.startswith("class-session-10@")
    assert any(one.location == "Cayenne, salle ; bleue" for one in found)
    assert all(LONG in one.description for one in found if one.uid.startswith("class-session-1@"))


@pytest.mark.parametrize("year", [2026, 2027])
@pytest.mark.parametrize("zone", [PARIS, CAYENNE, NOUMEA, "America/Miquelon", "Australia/Lord_Howe"])
def test_zone_is_described_as_its_clocks_go(year: int, zone: str) -> None:
    """A session in each hour of a week around each change begins when the zone's own rules say."""
    changes, at = [], datetime(year, 1, 1, tzinfo=UTC)
    while (
        found := ical.next_change(at, ZoneInfo(zone), until=datetime(year + 1, 1, 1, tzinfo=UTC))
    ) is not None:
        changes.append(found)
        at = found
    assert len(changes) == (0 if zone in (CAYENNE, NOUMEA) else 2)
    moments = changes or [datetime(year, 7, 1, tzinfo=UTC)]
    hours = [
        (at + timedelta(hours=hour)).astimezone(ZoneInfo(zone))
        for at in moments
        for hour in range(-30, 31, 3)
    ]
    rows = [
        series(local.date(), local.time(), (local + timedelta(minutes=20)).time(), zone)
        for local in hours
        if local.time() < time(23, 30)  # an hour shown twice is told by its first one
    ]
    _zones, read_back = read(written(*rows))
    assert [one.starts for one in read_back] == sorted(one.starts_at for one in in_order(rows))


def test_feed_is_written_as_the_standard_asks() -> None:
    body = written(*awkward())
    assert body == written(*awkward())
    lines = body.split(b"\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in b"".join(lines)
    assert max(len(line) for line in lines) <= 75
    for line in lines:
        line.decode()
    events = icalendar.Calendar.from_ical(body).walk("VEVENT")
    assert all({"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "SUMMARY"} <= set(event) for event in events)
    assert all(("DTEND" in event) is not ("DURATION" in event) for event in events)
    assert len({(str(event["UID"]), str(event.get("RECURRENCE-ID"))) for event in events}) == len(events)
    assert b"EXDATE;TZID=Europe/Paris:20270323T183000" in body
    assert b"RECURRENCE-ID;TZID=Europe/Paris:20270330T183000" in body


def test_zone_s_hours_of_a_change_are_those_before_it() -> None:
    """RFC 5545, 3.6.5: in Paris, clocks go forward at 02:00 and back at 03:00."""
    body = ical.time_zone(PARIS, date(2027, 1, 1), date(2027, 12, 31)).to_ical().decode()
    assert "DTSTART:20270328T020000" in body
    assert "DTSTART:20271031T030000" in body


def test_asynchronous_window_leaves_one_free() -> None:
    body = written(series(date(2027, 1, 12), time(9), time(10), mode=SessionMode.ASYNCHRONOUS))
    assert b"TRANSP:TRANSPARENT" in body
