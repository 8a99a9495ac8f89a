"""Sessions on the calendar: changed alone or with those that follow, cancelled, restored; who attended."""

from dataclasses import replace
from datetime import date, time, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import utcnow
from models.class_session import Attendance, AttendanceStatus, ClassSession, SessionMode
from models.cohort import Cohort
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.notification import Notification, NotificationKind
from models.occurrences import Occurrence, Said, in_order
from models.policy import Permission, Role
from models.session import reading, transaction
from tests.factories import World, grant, hold, make_user
from tests.queries import counting_queries
from workspace.services import attendance, calendar_feeds, class_sessions
from workspace.services.class_calendar import month_page
from workspace.services.class_sessions import Found, Rhythm, access_occurrence

DAY = date(2030, 1, 8)
SAID = Said("Atelier", DAY, time(18, 30), DAY, time(21), SessionMode.HYBRID, "Europe/Paris", "Paris")
A = AttendanceStatus


def in_2030(world: World) -> None:
    with transaction() as session:
        cohort = session.get_one(Cohort, world.cohort.id)
        cohort.ends_on = date(2030, 12, 31)


def add(world: World, times: int = 5, **values: object) -> int:
    in_2030(world)
    with transaction() as session:
        manager = world.actor(session, "manager")
        said = replace(SAID, **values)
        return class_sessions.add_class_session(session, manager, world.cohort.id, said, Rhythm(times)).id


def find(session: Session, world: World, id_: int, number: int, who: str = "manager") -> Found:
    right = {"manager": Permission.MANAGE_COHORT, "tutor": Permission.NOTE_ATTENDANCE}.get(
        who, Permission.VIEW_COHORT
    )
    return access_occurrence(session, world.actor(session, who), world.cohort.id, id_, number, right)


def shown(world: World) -> list[Occurrence]:
    """Every session of 2030, as the calendar has them."""
    with reading() as session:
        rows = class_sessions.list_series(session, [world.cohort.id])
        return [one for one in in_order(rows) if one.day.year >= 2030]


def told(kind: NotificationKind) -> list[tuple[int, str, str]]:
    with reading() as session:
        rows = session.scalars(select(Notification).where(Notification.kind == kind))
        return sorted((row.user_id, row.subject, row.url) for row in rows)


def edit(
    world: World, id_: int, number: int, said: Said, rhythm: Rhythm | None = None
) -> ClassSession | None:
    with transaction() as session:
        found, manager = find(session, world, id_, number), world.actor(session, "manager")
        if rhythm is None:
            class_sessions.edit_one(session, manager, found, said, seen=found.fingerprint)
            return None
        return class_sessions.edit_following(session, manager, found, said, rhythm, seen=found.fingerprint)


def test_one_session_is_moved_alone_and_its_cohort_is_told(any_world: World) -> None:
    id_ = add(any_world)
    thursday = DAY + timedelta(days=9)
    edit(any_world, id_, 2, replace(SAID, day=thursday, last_day=thursday))
    found = shown(any_world)
    assert [one.day for one in found] == [DAY + timedelta(weeks=week) for week in (0,)] + [
        thursday,
        *(DAY + timedelta(weeks=week) for week in (2, 3, 4)),
    ]
    assert [one.is_moved for one in found] == [False, True, False, False, False]
    cohort = [any_world.people[name].id for name in ("alice", "bob", "paul", "tutor")]
    assert [user_id for user_id, _subject, _url in told(NotificationKind.SESSION_MOVED)] == sorted(cohort)
    edit(any_world, id_, 2, SAID.later(1))
    assert not any(one.is_moved for one in shown(any_world))


def test_change_of_words_is_told_to_nobody(world: World) -> None:
    id_ = add(world)
    edit(world, id_, 2, replace(SAID.later(1), title="Un autre titre", note="À lire"))
    assert [one.title for one in shown(world)].count("Un autre titre") == 1
    assert told(NotificationKind.SESSION_MOVED) == []


def test_those_that_follow_become_a_series_with_what_was_said_of_each(any_world: World) -> None:
    id_ = add(any_world)
    with transaction() as session:
        class_sessions.cancel(
            session, any_world.actor(session, "manager"), find(session, any_world, id_, 4), following=False
        )
        session.add(Attendance(class_session_id=id_, number=3, user_id=any_world.bob.id, status=A.ON_SITE))
    later = replace(SAID.later(2), starts=time(17), ends=time(19), title="Plus tôt")
    row = edit(any_world, id_, 3, later, Rhythm(4, 2))
    assert row is not None
    found = shown(any_world)
    assert [(one.class_session_id == id_, one.number) for one in found] == [
        (True, 1),
        (True, 2),
        (False, 1),
        (False, 2),
        (False, 3),
        (False, 4),
    ]
    assert [one.starts.hour for one in found] == [18, 18, 17, 17, 17, 17]
    assert [(one.day - DAY).days // 7 for one in found] == [0, 1, 2, 4, 6, 8]
    assert [one.is_cancelled for one in found] == [False, False, False, True, False, False]
    with reading() as session:
        (noted,) = session.scalars(select(Attendance))
        assert (noted.class_session_id, noted.number) == (row.id, 1)


def test_whole_series_is_changed_in_place_from_its_first_session(world: World) -> None:
    id_ = add(world)
    edit(world, id_, 2, replace(SAID.later(1), title="À part"))
    row = edit(world, id_, 1, replace(SAID, starts=time(17), title="Autrement"), Rhythm(3))
    assert row is not None
    assert row.id == id_
    assert [(one.title, one.starts.hour) for one in shown(world)] == [
        ("Autrement", 17),
        ("À part", 17),
        ("Autrement", 17),
    ]


def test_session_whose_attendance_is_noted_is_not_taken_away(world: World) -> None:
    id_ = add(world)
    with transaction() as session:
        session.add(Attendance(class_session_id=id_, number=4, user_id=world.bob.id, status=A.ABSENT))
    with pytest.raises(Invalid) as refusal:
        edit(world, id_, 2, SAID.later(1), Rhythm(2))
    assert list(refusal.value.fields) == ["times"]
    edit(world, id_, 2, SAID.later(1), Rhythm(3))


@pytest.mark.parametrize(
    ("values", "rhythm", "field"),
    [
        ({"ends": time(18, 0)}, Rhythm(), "ends"),
        ({"ends": time(18, 30)}, Rhythm(), "ends"),
        ({"day": date(2031, 1, 1), "last_day": date(2031, 1, 1)}, Rhythm(), "day"),
        ({"last_day": date(2030, 1, 7)}, Rhythm(), "last_day"),
        ({"time_zone": "Mars/Olympus"}, Rhythm(), "time_zone"),
        ({}, Rhythm(53), "times"),
        ({}, Rhythm(0), "times"),
        ({}, Rhythm(105), "times"),
    ],
)
def test_session_with_impossible_times_is_refused(
    world: World, values: dict[str, object], rhythm: Rhythm, field: str
) -> None:
    in_2030(world)
    with transaction() as session, pytest.raises(Invalid) as refusal:
        class_sessions.add_class_session(
            session, world.actor(session, "manager"), world.cohort.id, replace(SAID, **values), rhythm
        )
    assert list(refusal.value.fields) == [field]


def test_session_changed_meanwhile_is_a_conflict(world: World) -> None:
    id_ = add(world)
    with reading() as session:
        seen = find(session, world, id_, 2).fingerprint
    edit(world, id_, 2, replace(SAID.later(1), title="La leur"))
    with transaction() as session:
        found, manager = find(session, world, id_, 2), world.actor(session, "manager")
        with pytest.raises(Conflict) as refusal:
            class_sessions.edit_one(session, manager, found, SAID, seen=seen)
        assert refusal.value.current["title"] == "La leur"
        with pytest.raises(Conflict):
            class_sessions.edit_following(session, manager, found, SAID, Rhythm(2), seen=seen)


def test_cancelled_sessions_stay_on_the_calendar_and_come_back_one_by_one(any_world: World) -> None:
    id_ = add(any_world)
    with transaction() as session:
        manager = any_world.actor(session, "manager")
        class_sessions.cancel(session, manager, find(session, any_world, id_, 3), following=True)
    assert [one.is_cancelled for one in shown(any_world)] == [False, False, True, True, True]
    assert told(NotificationKind.SESSION_CANCELLED) == []
    assert len(told(NotificationKind.SERIES_CANCELLED)) == 4
    with transaction() as session:
        manager = any_world.actor(session, "manager")
        class_sessions.restore(session, manager, find(session, any_world, id_, 4))
        class_sessions.restore(session, manager, find(session, any_world, id_, 4))
    assert [one.is_cancelled for one in shown(any_world)] == [False, False, True, False, True]
    assert len(told(NotificationKind.SESSION_RESTORED)) == 4


def test_whole_series_is_told_of_once_to_each(any_world: World) -> None:
    id_ = add(any_world)
    with transaction() as session:
        manager = any_world.actor(session, "manager")
        class_sessions.remove(session, manager, find(session, any_world, id_, 2))
    assert len({user_id for user_id, *_ in told(NotificationKind.SERIES_REMOVED)}) == 4
    assert len(told(NotificationKind.SERIES_REMOVED)) == 4
    with transaction() as session:
        manager, right = any_world.actor(session, "manager"), Permission.MANAGE_COHORT
        found = access_occurrence(session, manager, any_world.cohort.id, id_, 1, right, with_removed=True)
        class_sessions.put_back(session, manager, found)
    assert len(told(NotificationKind.SERIES_PUT_BACK)) == 4
    assert told(NotificationKind.SESSION_CANCELLED) == told(NotificationKind.SESSION_RESTORED) == []


def test_session_of_another_cohort_or_without_such_a_number_is_not_found(world: World) -> None:
    id_ = add(world)
    with reading() as session:
        manager = world.actor(session, "manager")
        for cohort_id, class_session_id, number in (
            (world.other_cohort.id, id_, 1),
            (world.cohort.id, id_, 0),
            (world.cohort.id, id_, 6),
            (world.cohort.id, 10**12, 1),
        ):
            with pytest.raises(NotFound):
                access_occurrence(session, manager, cohort_id, class_session_id, number)


def held(world: World) -> int:
    """The world's own session, as if it had begun an hour ago."""
    with transaction() as session:
        hold(session.get_one(ClassSession, world.class_session.id), utcnow() - timedelta(hours=1))
    return world.class_session.id


def note(world: World, was: attendance.Noted, now: attendance.Noted, who: str = "tutor") -> int:
    with transaction() as session:
        found = find(session, world, world.class_session.id, 1, who)
        return attendance.note(session, world.actor(session, who), found, was, now)


def sheet(world: World) -> dict[str, AttendanceStatus | None]:
    with reading() as session:
        found = find(session, world, world.class_session.id, 1, "tutor")
        return {line.name: line.status for line in attendance.sheet(session, found)}


def test_two_who_note_at_once_lose_nothing_of_each_other_s(any_world: World) -> None:
    held(any_world)
    alice, bob, paul = any_world.alice.id, any_world.bob.id, any_world.paul.id
    unseen = dict.fromkeys((alice, bob, paul))
    assert sheet(any_world) == {"Alice": None, "Bob": None, "Paul": None}
    assert note(any_world, unseen, {alice: A.ON_SITE, bob: A.REMOTE, paul: None}) == 2
    assert note(any_world, unseen, {alice: None, bob: None, paul: A.EXCUSED}, "manager") == 1
    assert sheet(any_world) == {"Alice": A.ON_SITE, "Bob": A.REMOTE, "Paul": A.EXCUSED}
    was = {alice: A.ON_SITE, bob: A.REMOTE}
    assert note(any_world, was, {alice: A.ASYNCHRONOUS, bob: None}) == 2
    assert sheet(any_world) == {"Alice": A.ASYNCHRONOUS, "Bob": None, "Paul": A.EXCUSED}
    with reading() as session:
        totals = attendance.totals(session, [any_world.class_session.id])
        counts = totals[any_world.class_session.id, 1]
        assert attendance.present_only(counts) == {A.ASYNCHRONOUS: 1}
        mine = attendance.own(session, any_world.actor(session, "paul"), [any_world.class_session.id])
        assert mine == {(any_world.class_session.id, 1): A.EXCUSED}


def test_only_learners_of_the_cohort_on_that_day_are_noted(world: World) -> None:
    held(world)
    with transaction() as session:
        late = make_user(session, "tard")
        grant(session, late, Role.LEARNER, team_id=world.team.id).starts_at = utcnow() + timedelta(days=2)
        gone = make_user(session, "parti")
        before = grant(session, gone, Role.LEARNER, team_id=world.team.id)
        before.starts_at, before.ends_at = utcnow() - timedelta(days=9), utcnow() - timedelta(days=2)
        ids = [late.id, gone.id, world.zoe.id, world.tutor.id]
    assert note(world, {}, dict.fromkeys(ids, A.ON_SITE)) == 0
    assert set(sheet(world)) == {"Alice", "Bob", "Paul"}


def test_nothing_is_noted_before_it_begins_or_when_it_is_cancelled(world: World) -> None:
    with pytest.raises(Refused):
        note(world, {}, {world.bob.id: A.ON_SITE})
    held(world)
    with transaction() as session:
        found = find(session, world, world.class_session.id, 1)
        class_sessions.cancel(session, world.actor(session, "manager"), found, following=False)
    with pytest.raises(Refused):
        note(world, {}, {world.bob.id: A.ON_SITE})


@pytest.mark.parametrize(("who", "refusal"), [("bob", Forbidden), ("zoe", NotFound), ("observer", NotFound)])
def test_sheet_is_for_those_who_follow_the_cohort(world: World, who: str, refusal: type[Exception]) -> None:
    right, id_ = Permission.NOTE_ATTENDANCE, world.class_session.id
    with reading() as session:
        actor = world.actor(session, who)
        with pytest.raises(refusal):
            access_occurrence(session, actor, world.cohort.id, id_, 1, right)


def test_month_costs_the_same_whatever_its_sessions_and_a_feed_too(world: World) -> None:
    def cost() -> tuple[int, int]:
        with reading() as session:
            actor = world.actor(session, "bob")
            cohort = session.get_one(Cohort, world.cohort.id)
            with counting_queries() as page:
                month_page(session, actor, cohort, "2030-01", now=utcnow(), sees_away=False)
            with counting_queries() as feed:
                calendar_feeds.feed_of(session, actor, base_url="https://etabli.exemple.fr")
            return int(page), int(feed)

    add(world)
    before = cost()
    for _more in range(3):
        edit(world, add(world), 2, replace(SAID, title="Un autre"))
    assert cost() == before
    assert max(before) <= 4


def test_of_who_removes_and_who_notes_at_once_one_is_refused(any_world: World) -> None:
    """Attendance that was noted never lies in a series that is gone."""
    with transaction() as session:
        hold(session.get_one(ClassSession, any_world.class_session.id), utcnow() - timedelta(hours=1))
    id_, user = any_world.class_session.id, any_world.bob.id
    start, refused = Barrier(2), []

    def run(who: str) -> None:
        start.wait()
        try:
            with transaction() as session:
                found, actor = find(session, any_world, id_, 1, who), any_world.actor(session, who)
                if who == "tutor":
                    attendance.note(session, actor, found, {}, {user: A.ON_SITE})
                else:
                    class_sessions.remove(session, actor, found)
        except (NotFound, Refused):
            refused.append(who)

    threads = [Thread(target=run, args=(who,)) for who in ("manager", "tutor")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    with reading() as session:
        row = session.get_one(ClassSession, id_)
        noted = session.scalars(select(Attendance)).all()
    assert (row.removed_at is None, len(noted)) == ((True, 1) if refused == ["manager"] else (False, 0))
