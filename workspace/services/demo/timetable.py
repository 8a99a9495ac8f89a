"""The demonstration's calendar: past sessions with who attended, one cancelled, one moved, a window, overseas."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.class_session import Attendance, AttendanceStatus, ClassSession, ClassSessionChange, SessionMode
from models.cohort import Cohort, Team
from models.membership import Membership
from models.occurrences import in_order
from models.organization import Programme
from models.people import User
from models.policy import Role
from workspace.services.demo.others import CLASS_TITLES

WEEKS_BEFORE, WEEKS_AFTER = 9, 7
TUESDAY, FRIDAY = 1, 4
MODES = (SessionMode.HYBRID, SessionMode.REMOTE, SessionMode.HYBRID, SessionMode.ON_SITE)
PLACE = "Paris, salle des Arpenteurs"
LINK = "https://visio.exemple.fr/innovation-territoires"
NOTE = "Venez avec une question de votre terrain, et ce que vos partenaires en disent."
CANCELLED_BEFORE, CANCELLED_AFTER, MOVED = 5, 4, 2  # weeks from the next session
USUAL = (
    AttendanceStatus.ON_SITE,
    AttendanceStatus.ON_SITE,
    AttendanceStatus.REMOTE,
    AttendanceStatus.ON_SITE,
    AttendanceStatus.REMOTE,
    AttendanceStatus.EXCUSED,
    AttendanceStatus.ON_SITE,
    AttendanceStatus.ABSENT,
    AttendanceStatus.REMOTE,
)
IN_A_WINDOW = (AttendanceStatus.ASYNCHRONOUS, AttendanceStatus.ASYNCHRONOUS, AttendanceStatus.EXCUSED)


def add_sessions(session: Session, cohort: Cohort, now: datetime) -> None:
    """One every Tuesday at 18:30 in Paris, whatever the clocks do there; a window, told by Cayenne's clock."""
    today = now.astimezone(ZoneInfo(cohort.time_zone)).date()
    first = _weekday_before(today, TUESDAY) - timedelta(weeks=WEEKS_BEFORE)
    weekly = ClassSession(
        cohort_id=cohort.id,
        title=CLASS_TITLES[0],
        place=PLACE,
        link=LINK,
        note=NOTE,
        mode=MODES[0],
        time_zone=cohort.time_zone,
        day=first,
        starts=time(18, 30),
        last_day=first,
        ends=time(21, 0),
        times=WEEKS_BEFORE + WEEKS_AFTER + 1,
    )
    weekly.changes = [_change(weekly, number) for number in range(2, weekly.times + 1)]
    friday = _weekday_before(today, FRIDAY) - timedelta(weeks=4)
    window = ClassSession(
        cohort_id=cohort.id,
        title="Relire le travail d’une autre équipe",
        note="Deux heures suffisent, à l’heure qui vous convient. Notez trois forces et une question.",
        mode=SessionMode.ASYNCHRONOUS,
        time_zone="America/Cayenne",
        day=friday,
        starts=time(8, 0),
        last_day=friday + timedelta(days=3),
        ends=time(18, 0),
        every_weeks=5,
        times=3,
    )
    session.add_all([weekly, window])
    session.flush()


def add_overseas(session: Session, programme: Programme, now: datetime) -> None:
    """A cohort that is about to begin in Nouméa, ten hours ahead of Paris or nine."""
    today = now.date()
    cohort = Cohort(
        programme_id=programme.id,
        name="Service public en Nouvelle-Calédonie",
        time_zone="Pacific/Noumea",
        other_time_zone="Europe/Paris",
        starts_on=today,
        ends_on=today + timedelta(days=180),
        created_at=now - timedelta(days=8),
    )
    session.add(cohort)
    session.flush()
    first = _weekday_before(today, TUESDAY) + timedelta(weeks=2)
    session.add(
        ClassSession(
            cohort_id=cohort.id,
            title="Ouverture : se connaître, choisir un terrain",
            place="Nouméa, maison des associations",
            mode=SessionMode.HYBRID,
            time_zone=cohort.time_zone,
            day=first,
            starts=time(17, 30),
            last_day=first,
            ends=time(20, 0),
            every_weeks=2,
            times=10,
        )
    )
    session.flush()


def note_attendance(session: Session, cohort: Cohort, tutor: User, now: datetime) -> None:
    """What the tutor noted of every session but the last one."""
    learners = session.scalars(
        select(Membership.user_id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(
            Membership.role == Role.LEARNER,
            (Membership.cohort_id == cohort.id) | (Team.cohort_id == cohort.id),
        )
        .order_by(Membership.user_id)
    ).all()
    rows = session.scalars(select(ClassSession).where(ClassSession.cohort_id == cohort.id)).all()
    for row in rows:
        session.refresh(row, ["changes"])
    held = [one for one in in_order(rows) if one.ends_at <= now and not one.is_cancelled]
    for one in held[:-1]:
        pattern = IN_A_WINDOW if one.mode is SessionMode.ASYNCHRONOUS else USUAL
        for position, user_id in enumerate(learners):
            status = pattern[(position * 2 + one.number) % len(pattern)]
            if one.mode is SessionMode.REMOTE and status is AttendanceStatus.ON_SITE:
                status = AttendanceStatus.REMOTE
            session.add(
                Attendance(
                    class_session_id=one.class_session_id,
                    number=one.number,
                    user_id=user_id,
                    status=status,
                    noted_by_id=tutor.id,
                    noted_at=one.ends_at,
                )
            )
    session.flush()


def _change(row: ClassSession, number: int) -> ClassSessionChange:
    """Each has its own title and mode; one is moved to the Thursday, two are cancelled."""
    title, mode = CLASS_TITLES[(number - 1) % len(CLASS_TITLES)], MODES[(number - 1) % len(MODES)]
    weeks = number - 1 - WEEKS_BEFORE
    thursday = row.day + timedelta(weeks=number - 1, days=2)
    moved = {"day": thursday, "last_day": thursday, "starts": time(17, 0), "ends": time(19, 30)}
    return ClassSessionChange(
        number=number,
        title=title if title != row.title else None,
        mode=mode if mode is not row.mode else None,
        place="" if mode is SessionMode.REMOTE else None,
        link="" if mode is SessionMode.ON_SITE else None,
        is_cancelled=weeks in (-CANCELLED_BEFORE, CANCELLED_AFTER),
        **(moved if weeks == MOVED else {}),
    )


def _weekday_before(day: date, weekday: int) -> date:
    """The day itself, or the one before it that is this day of the week."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)
