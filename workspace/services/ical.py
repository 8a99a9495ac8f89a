"""Class sessions as calendar software reads them (RFC 5545), written with `icalendar`.

A series is one event with its rule; a session that the rule does not tell is an event of its own beside it.
A series that was removed is told as cancelled, without what was said of it, until it is forgotten.
Each zone that is named is described, so that nobody has to know it. Knows no person and no database.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from models.class_session import ClassSession, SessionMode
from models.cohort import Cohort
from models.milestone import Milestone
from models.occurrences import FIELDS, Occurrence, Said, occurrences
from workspace.i18n import _
from workspace.services.class_sessions import MODE_LABELS

PRODUCT = "-//L'Établi//Séances//FR"
READ_AGAIN = timedelta(hours=1)


def write(
    rows: Iterable[ClassSession],
    cohorts: Mapping[int, Cohort],
    *,
    base_url: str,
    milestones: Iterable[Milestone] = (),
) -> bytes:
    """These series and milestones as one calendar; the same bytes as long as nothing changes."""
    rows = sorted(rows, key=lambda row: row.id)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("L’Établi : vos séances"))
    calendar.add("refresh-interval", READ_AGAIN, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", READ_AGAIN)
    events = [event for row in rows for event in _events(row, cohorts[row.cohort_id], base_url)]
    for zone, (first, last) in _spans(rows).items():
        calendar.add_component(time_zone(zone, first, last))
    events += [_milestone(one, cohorts[one.cohort_id], base_url) for one in milestones]
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def time_zone(name: str, first: date, last: date) -> Timezone:
    """The VTIMEZONE that holds from `first` to `last`: each change of clocks at the hour that they leave.

    The hours of a change are those shown before it (RFC 5545, 3.6.5).
    """
    zone = ZoneInfo(name)
    component = Timezone()
    component.add("tzid", name)
    at = datetime(first.year, 1, 1, tzinfo=UTC)
    component.add_component(_observance(at, zone))
    while (change := next_change(at, zone, until=datetime(last.year + 1, 1, 1, tzinfo=UTC))) is not None:
        component.add_component(_observance(change, zone))
        at = change
    return component


def next_change(after: datetime, zone: ZoneInfo, *, until: datetime) -> datetime | None:
    """The first moment (UTC, to the second) after which the zone's clocks are set otherwise than before."""
    while after < until:
        later = min(after + timedelta(days=7), until)
        if _offset(later, zone) != _offset(after, zone):
            while later - after > timedelta(seconds=1):
                middle = after + timedelta(seconds=(later - after) // timedelta(seconds=2))
                after, later = (
                    (middle, later) if _offset(middle, zone) == _offset(after, zone) else (after, middle)
                )
            return later
        after = later
    return None


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # noqa: S101 — a zone has one
    return offset


def _observance(at: datetime, zone: ZoneInfo) -> TimezoneStandard | TimezoneDaylight:
    """What the clocks are set to from this moment on."""
    local = at.astimezone(zone)
    before = _offset(at - timedelta(seconds=1), zone)
    component = TimezoneDaylight() if local.dst() else TimezoneStandard()
    component.add("dtstart", (at + before).replace(tzinfo=None))
    component.add("tzoffsetfrom", before)
    component.add("tzoffsetto", _offset(at, zone))
    component.add("tzname", local.tzname() or "")
    return component


def _spans(rows: Iterable[ClassSession]) -> dict[str, tuple[date, date]]:
    """The first and the last day of each zone, by name, whatever a session alone was moved to."""
    days: dict[str, list[date]] = {}
    for row in rows:
        for one in occurrences(row):
            for said in (one, one.ruled or one):
                days.setdefault(said.time_zone, []).extend((said.day, said.last_day))
    return {name: (min(found), max(found)) for name, found in sorted(days.items())}


def _events(row: ClassSession, cohort: Cohort, base_url: str) -> list[Event]:
    """The series, then each session that a rule alone does not tell."""
    found = occurrences(row)
    if row.removed_at is not None:
        found = [replace(one, is_cancelled=True) for one in found]
    first = found[0].ruled or found[0]
    all_cancelled = all(one.is_cancelled for one in found)
    master = _event(row, found[0] if row.times == 1 else first, cohort, _address(base_url, found[0]))
    if all_cancelled:
        master.add("status", "CANCELLED")
    if row.times > 1:
        master.add("rrule", vRecur(freq="WEEKLY", interval=row.every_weeks, count=row.times))
        if _meets_change(first) or not _is_plain(first):  # it has an event of its own: this is of the others
            del master["dtstart"], master["dtend"]
            master.add("dtstart", _wall(first))
            master.add("duration", _shown(first))
    for one in found:
        if one.is_cancelled and not all_cancelled:
            master.add("exdate", _wall(one.ruled or one))
    apart = [one for one in found if not one.is_cancelled and _is_apart(one)]
    return [master, *(_override(row, one, cohort, base_url) for one in apart)]


def _is_apart(one: Occurrence) -> bool:
    """Whether the rule does not tell this one: it was changed, or clocks change about it.

    Programs disagree on what a rule repeats then (the hour at which it ends, or how long it lasts), and on
    which of two equal hours is meant.
    """
    rule = one.ruled or one
    as_ruled = all(getattr(one, name) == getattr(rule, name) for name in FIELDS)
    return one.times > 1 and (not as_ruled or _meets_change(rule) or not _is_plain(rule))


def _meets_change(said: Said) -> bool:
    zone = ZoneInfo(said.time_zone)
    return _offset(said.starts_at, zone) != _offset(said.ends_at, zone)


def _is_plain(said: Said) -> bool:
    """Whether clocks show its hours once: neither twice nor never."""
    walls = (_wall(said), datetime.combine(said.last_day, said.ends, ZoneInfo(said.time_zone)))
    return all(wall.utcoffset() == wall.replace(fold=1).utcoffset() for wall in walls)


def _override(row: ClassSession, one: Occurrence, cohort: Cohort, base_url: str) -> Event:
    event = _event(row, one, cohort, _address(base_url, one))
    event.add("recurrence-id", _wall(one.ruled or one))
    return event


def _event(row: ClassSession, said: Said, cohort: Cohort, address: str) -> Event:
    event = Event()
    event.add("uid", f"class-session-{row.id}@{urlsplit(address).hostname}")
    event.add("dtstamp", row.changed_at.replace(microsecond=0))
    event.add("last-modified", row.changed_at.replace(microsecond=0))
    event.add("sequence", row.sequence)
    starts, ends = said.starts_at, said.ends_at
    if _is_plain(said):
        zone = ZoneInfo(said.time_zone)
        starts, ends = starts.astimezone(zone), ends.astimezone(zone)
    event.add("dtstart", starts)
    event.add("dtend", ends)
    event.add("summary", said.title)
    if row.removed_at is not None:
        return event
    event.add("description", _description(said, cohort, address))
    if said.place or said.link:
        event.add("location", said.place or said.link)
    event.add("url", address)
    event.add("categories", [cohort.name])
    if said.mode is SessionMode.ASYNCHRONOUS:
        event.add("transp", "TRANSPARENT")
    return event


def _milestone(one: Milestone, cohort: Cohort, base_url: str) -> Event:
    """A day without hours, which keeps nobody busy."""
    place = f"projects/{one.project_id}" if one.project_id else f"cohorts/{one.cohort_id}"
    address = f"{base_url}/{place}/milestones" + (f"/{one.id}" if one.project_id else "")
    event = Event()
    event.add("uid", f"milestone-{one.id}@{urlsplit(base_url).hostname}")
    event.add("dtstamp", one.created_at.replace(microsecond=0))
    event.add("sequence", one.version)
    event.add("dtstart", one.due_on)
    event.add("dtend", one.due_on + timedelta(days=1))
    event.add("summary", _("Jalon : %(title)s", title=one.title))
    event.add("description", "\n".join([cohort.name, *one.wanted, address]))
    event.add("url", address)
    event.add("categories", [cohort.name])
    event.add("transp", "TRANSPARENT")
    return event


def _description(said: Said, cohort: Cohort, address: str) -> str:
    parts = (cohort.name, _(MODE_LABELS[said.mode]), said.link, said.note, address)
    return "\n".join(part for part in parts if part)


def _wall(said: Said) -> datetime:
    """When it begins, as the rule says it: calendar software finds a session of a series by this hour."""
    return datetime.combine(said.day, said.starts, ZoneInfo(said.time_zone))


def _shown(said: Said) -> timedelta:
    """How long it lasts by a wall's clock."""
    return datetime.combine(said.last_day, said.ends) - datetime.combine(said.day, said.starts)


def _address(base_url: str, one: Occurrence) -> str:
    return f"{base_url}/cohorts/{one.cohort_id}/sessions/{one.class_session_id}/{one.number}"
