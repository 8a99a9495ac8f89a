"""What is kept too long goes, on a clock that the test moves; what is not yet over stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from models.base import utcnow
from models.board_visit import BoardVisit
from models.class_session import ClassSession
from models.invitation import Invitation
from models.job import Job, JobKind
from models.mail import CaughtMail, MailKind
from models.mail_choice import DigestSent
from models.notification import Notification, NotificationKind
from models.partner import GuestContributor, ShareLink
from models.people import LoginSession, SignInLink, SocketTicket, User
from models.personal_data import PERSON_LEFT
from models.policy import Role
from models.private_round import PrivateNote, PrivateRound
from models.project_visit import ProjectVisit
from models.retention import PERIODS
from models.session import reading, transaction
from models.submission import Submission
from tests.factories import World
from workspace.jobs import retention
from workspace.jobs.planner import plan_night
from workspace.jobs.worker import Worker

DAY = timedelta(days=1)
NOW = utcnow()
KEYS = iter(range(1000))


def key() -> str:
    return f"{next(KEYS):064d}"


def a_round(world: World) -> int:
    with transaction() as session:
        row = PrivateRound(board_id=world.board.id, actor_key=world.alice.key, revealed_at=utcnow())
        session.add(row)
        session.flush()
        return row.id


def removed_session(world: World, at: datetime) -> ClassSession:
    world.class_session.removed_at = at
    return world.class_session


def rows_at_age(world: World, at: datetime) -> dict[str, object]:
    """One row of each kind for which time began at `at`."""
    person = {"user_id": world.alice.id}
    where = {"project_id": world.project.id, "role": Role.OBSERVER}
    return {
        "session": LoginSession(token_hash=key(), **person, expires_at=NOW + 999 * DAY, ended_at=at),
        "sign-in link": SignInLink(token_hash=key(), **person, expires_at=at),
        "form key": Submission(key=key(), actor_key="u1", created_at=at),
        "invitation": Invitation(token_hash=key(), email="n@ville.fr", created_at=at, expires_at=at, **where),
        "notification": Notification(kind=NotificationKind.STEP_REQUESTED, url="/", created_at=at, **person),
        "digest sent": DigestSent(day=at.date(), at=at, **person),
        "failed job": Job(kind=JobKind.SEND_MAIL, key=key(), failed_at=at),
        "private note": PrivateNote(
            round_id=a_round(world), author=world.alice.key, key="a", text="x", written_at=at
        ),
        "board visit": BoardVisit(
            board_id=world.board.id,
            actor_key=world.alice.key,
            since_seq=0,
            since_at=at,
            last_seq=0,
            last_at=at,
        ),
        "project visit": ProjectVisit(project_id=world.project.id, seen_at=at, **person),
        "caught mail": CaughtMail(to="n@ville.fr", subject="", text="", html="", at=at),
        "removed session": removed_session(world, at),
    }


def count(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize("kind", sorted(set(retention.RULES) - {"ticket"}))
def test_row_goes_when_its_period_is_over_and_not_before(any_world: World, kind: str) -> None:
    row = rows_at_age(any_world, NOW)[kind]
    with transaction() as session:
        session.add(row)
    period = PERIODS[kind].kept_for
    retention.run(NOW + period - timedelta(minutes=1), with_mail=False)
    assert count(type(row)) == 1
    retention.run(NOW + period + timedelta(minutes=1), with_mail=False)
    assert count(type(row)) == 0


def test_ticket_goes_when_it_is_over(world: World) -> None:
    with transaction() as session:
        login = LoginSession(token_hash=key(), user_id=world.alice.id, expires_at=NOW + DAY)
        session.add(login)
        session.flush()
        session.add(SocketTicket(token_hash=key(), login_session_id=login.id, expires_at=NOW))
    retention.run(NOW + DAY / 2, with_mail=False)
    assert (count(SocketTicket), count(LoginSession)) == (0, 1)


def test_open_invitation_and_waiting_job_stay_however_old(world: World) -> None:
    with transaction() as session:
        session.add(
            Invitation(
                token_hash=key(),
                email="n@ville.fr",
                role=Role.OBSERVER,
                project_id=world.project.id,
                created_at=NOW - 900 * DAY,
                expires_at=NOW + DAY,
            )
        )
        session.add(Job(kind=JobKind.SEND_MAIL, key="news:1", created_at=NOW - 900 * DAY))
    retention.run(NOW, with_mail=False)
    assert (count(Invitation), count(Job)) == (1, 1)


def test_large_heap_goes_in_small_transactions_and_a_stop_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 5)
    monkeypatch.setattr(retention, "BATCHES", 2)
    old = [rows_at_age(world, NOW - 999 * DAY)["notification"] for _ in range(23)]
    with transaction() as session:
        session.add_all(old)
    again = retention.run(NOW, with_mail=False)
    assert count(Notification) == 13
    assert again == NOW + retention.SHORTLY
    retention.run(NOW, with_mail=False)
    again = retention.run(NOW, with_mail=False)
    assert count(Notification) == 0
    assert again == retention.night_after(NOW)


def test_guest_is_erased_a_year_after_their_link(any_world: World) -> None:
    world = any_world
    link_id = world.guests["guest"].link_id
    with transaction() as session:
        session.execute(update(ShareLink).where(ShareLink.id != link_id).values(expires_at=NOW + 999 * DAY))
        session.execute(update(ShareLink).values(revoked_at=None))
        session.execute(update(ShareLink).where(ShareLink.id == link_id).values(revoked_at=NOW))

    def names() -> list[str]:
        with reading() as session:
            return sorted(session.scalars(select(GuestContributor.name)))

    retention.run(NOW + 364 * DAY, with_mail=False)
    assert names() == ["Gone", "Guest", "Reader"]
    retention.run(NOW + 366 * DAY, with_mail=False)
    assert names() == ["Gone", PERSON_LEFT, "Reader"]


def test_who_asked_is_erased_at_the_time_told_and_not_before(any_world: World) -> None:
    with transaction() as session:
        session.get_one(User, any_world.alice.id).erase_at = NOW + 7 * DAY
        session.get_one(User, any_world.alice.id).erase_texts = True
    retention.run(NOW + 6 * DAY, with_mail=False)
    assert stored(any_world, "alice").name == "Alice"
    retention.run(NOW + 7 * DAY, with_mail=False)
    assert stored(any_world, "alice").name == PERSON_LEFT
    with reading() as session:
        assert session.scalars(select(Job.key).where(Job.kind == JobKind.ERASE_TEXTS)).all() == ["u1"]


def stored(world: World, name: str) -> User:
    with reading() as session:
        return session.get_one(User, world.people[name].id)


def only(world: World, name: str, seen: datetime) -> None:
    """Everybody came today, but for this one."""
    with transaction() as session:
        session.execute(update(User).values(last_seen_at=NOW + 9999 * DAY))
        session.execute(update(User).where(User.id == world.people[name].id).values(last_seen_at=seen))


def letters() -> list[str]:
    with transaction() as session:
        found = list(session.scalars(select(Job).where(Job.kind == JobKind.SEND_MAIL)))
        for job in found:
            session.delete(job)
        return [job.key for job in found]


def test_unused_account_is_warned_twice_then_erased(any_world: World) -> None:
    world = any_world
    only(world, "alice", NOW)
    letter = [f"{MailKind.UNUSED_ACCOUNT}:{world.alice.id}"]
    told = {}
    for day in range(690, 735):
        retention.run(NOW + day * DAY, with_mail=True)
        if found := letters():
            assert found == letter
            told[day] = stored(world, "alice").warnings
        if stored(world, "alice").erased_at is not None:
            break
    assert told == {700: 1, 723: 2}
    assert day == 730
    assert stored(world, "bob").erased_at is None


def test_visit_after_a_warning_starts_the_time_anew(world: World) -> None:
    only(world, "alice", NOW)
    for day in (700, 723):
        retention.run(NOW + day * DAY, with_mail=True)
    only(world, "alice", NOW + 724 * DAY)
    letters()
    for day in (731, 800, 1400):
        retention.run(NOW + day * DAY, with_mail=True)
    assert stored(world, "alice").erased_at is None
    assert letters() == []
    retention.run(NOW + (724 + 700) * DAY, with_mail=True)
    assert (stored(world, "alice").warnings, len(letters())) == (1, 1)


def test_nobody_is_erased_who_was_not_warned_in_time(world: World) -> None:
    only(world, "alice", NOW)
    late = NOW + 1000 * DAY
    retention.run(late, with_mail=True)
    retention.run(late + 22 * DAY, with_mail=True)
    assert stored(world, "alice").warnings == 1
    retention.run(late + 23 * DAY, with_mail=True)
    retention.run(late + 29 * DAY, with_mail=True)
    assert stored(world, "alice").erased_at is None
    retention.run(late + 30 * DAY, with_mail=True)
    assert stored(world, "alice").erased_at is not None


def test_without_mail_no_unused_account_ends(world: World) -> None:
    only(world, "alice", NOW)
    for day in (700, 723, 730, 2000):
        retention.run(NOW + day * DAY, with_mail=False)
    assert (stored(world, "alice").erased_at, letters()) == (None, [])


def test_who_runs_a_programme_and_the_invented_stay(world: World) -> None:
    only(world, "manager", NOW)
    with transaction() as session:
        demo = session.get_one(User, world.alice.id)
        demo.is_demo, demo.last_seen_at = True, NOW
    for day in (700, 723, 730, 2000):
        retention.run(NOW + day * DAY, with_mail=True)
    assert letters() == []
    assert stored(world, "manager").erased_at is stored(world, "alice").erased_at is None


def test_disabled_account_is_erased_after_two_years(world: World) -> None:
    with transaction() as session:
        session.get_one(User, world.paul.id).disabled_at = NOW
    retention.run(NOW + 729 * DAY, with_mail=False)
    assert stored(world, "paul").erased_at is None
    retention.run(NOW + 731 * DAY, with_mail=False)
    assert stored(world, "paul").erased_at is not None


def test_it_is_planned_once_for_each_night(world: World) -> None:
    for _turn in range(3):
        plan_night()
    with reading() as session:
        (job,) = session.scalars(select(Job).where(Job.kind == JobKind.RETENTION))
    assert (job.run_at.hour, job.run_at.minute) == (2, 30)
    assert timedelta(0) < job.run_at - utcnow() <= DAY


def test_worker_runs_it_and_plans_the_next_night(world: World) -> None:
    plan_night()
    old = rows_at_age(world, NOW - 999 * DAY)["notification"]
    with transaction() as session:
        session.add(old)
        session.execute(update(Job).values(run_at=NOW - DAY))
    Worker().turn()
    assert count(Notification) == 0
    with reading() as session:
        (job,) = session.scalars(select(Job).where(Job.kind == JobKind.RETENTION))
    assert (job.failed_at, job.attempts) == (None, 0)
    assert job.run_at > utcnow()


def test_night_that_failed_for_good_is_asked_for_again_the_day_after(world: World) -> None:
    plan_night()
    with transaction() as session:
        session.execute(update(Job).values(failed_at=utcnow()))
    plan_night()
    with reading() as session:
        assert session.scalars(select(Job.failed_at)).one() is not None
    with transaction() as session:
        session.execute(update(Job).values(failed_at=utcnow() - 2 * DAY))
    plan_night()
    with reading() as session:
        assert session.scalars(select(Job.failed_at)).one() is None
