"""Who attended a class session, and how: noted by tutors and managers, read by each for themselves.

Others read how many came and in which way, never who was away.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.orm import Session

from models.base import utcnow
from models.class_session import PRESENT, Attendance, AttendanceStatus, ClassSession
from models.cohort import Team
from models.errors import NotFound, Refused
from models.i18n import N_
from models.membership import Membership, is_live
from models.occurrences import Occurrence
from models.people import User
from models.policy import Actor, Role
from models.upsert import upsert
from workspace.services.class_sessions import Found, people_of

STATUS_LABELS = {
    AttendanceStatus.ON_SITE: N_("Sur place"),
    AttendanceStatus.REMOTE: N_("À distance"),
    AttendanceStatus.ASYNCHRONOUS: N_("En différé"),
    AttendanceStatus.EXCUSED: N_("Excusé·e"),
    AttendanceStatus.ABSENT: N_("Absent·e"),
}
Key = tuple[int, int]
"""A series and a number in it: one session."""
Noted = Mapping[int, AttendanceStatus | None]
"""A status, or none yet, by the id of an account."""


@dataclass(frozen=True)
class SheetLine:
    """One learner of the sheet; `team` is empty for who is in none."""

    user_id: int
    name: str
    team: str
    status: AttendanceStatus | None


def key_of(one: Occurrence) -> Key:
    """By which its attendance is known."""
    return one.class_session_id, one.number


def sheet(session: Session, found: Found) -> list[SheetLine]:
    """The cohort's learners on that day, and whoever was noted, by team and name; the caller has checked."""
    noted = _noted(session, found.one)
    learners = (*people_of(found.cohort.id, Role.LEARNER), is_live(_on(found.one)))
    rows = session.execute(
        select(User.id, User.name, Team.name)
        .select_from(User)
        .outerjoin(Membership, (Membership.user_id == User.id) & and_(*learners))
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(or_(Membership.id.is_not(None), User.id.in_(noted)))
        .order_by(Team.name.is_(None), Team.name, User.name, User.id)
    )
    lines = {
        id_: SheetLine(id_, name, team or "", noted.get(id_)) for id_, name, team in reversed(rows.all())
    }
    return list(reversed(lines.values()))


def note(session: Session, actor: Actor, found: Found, was: Noted, now: Noted) -> int:
    """Note what differs between the sheet as it was read and as it is sent; gives how many lines do.

    So two people who note at once lose nothing of each other's. Only those on the sheet are noted.

    Raises:
        Refused: it has not begun, or it is cancelled.
        NotFound: it was removed meanwhile.
    """
    if session.scalar(select(ClassSession.removed_at).filter_by(id=found.row.id).with_for_update(read=True)):
        raise NotFound
    if found.one.is_cancelled:
        raise Refused("cancelled", N_("Cette séance est annulée : il n’y a pas de présences à noter."))
    if found.one.starts_at > utcnow():
        raise Refused("too_early", N_("Les présences se notent dès que la séance commence."))
    known = {line.user_id for line in sheet(session, found)}
    changed = {id_: status for id_, status in now.items() if id_ in known and status != was.get(id_)}
    for user_id, status in changed.items():
        _write(session, actor, found.one, user_id, status)
    return len(changed)


def own(session: Session, actor: Actor, class_session_ids: list[int]) -> dict[Key, AttendanceStatus]:
    """What was noted of the actor, by session."""
    rows = session.execute(
        select(Attendance.class_session_id, Attendance.number, Attendance.status).where(
            Attendance.user_id == actor.user_id, Attendance.class_session_id.in_(class_session_ids)
        )
    )
    return {(id_, number): status for id_, number, status in rows}


def totals(session: Session, class_session_ids: list[int]) -> dict[Key, Counter[AttendanceStatus]]:
    """How many were noted in each way, by session."""
    rows = session.execute(
        select(Attendance.class_session_id, Attendance.number, Attendance.status).where(
            Attendance.class_session_id.in_(class_session_ids)
        )
    )
    found: dict[Key, Counter[AttendanceStatus]] = {}
    for id_, number, status in rows:
        found.setdefault((id_, number), Counter())[status] += 1
    return found


def present_only(counts: Counter[AttendanceStatus]) -> Counter[AttendanceStatus]:
    """What everybody in the cohort may read: how many came and how, not how many were away."""
    return Counter({status: counts[status] for status in PRESENT if counts[status]})


def _on(one: Occurrence) -> datetime:
    """When one had to be a learner of the cohort; a window is for those who come before it shuts."""
    return min(one.ends_at, max(one.starts_at, utcnow()))


def _noted(session: Session, one: Occurrence) -> dict[int, AttendanceStatus]:
    rows = session.execute(select(Attendance.user_id, Attendance.status).where(_is_of(one)))
    return dict(rows.all())


def _is_of(one: Occurrence) -> ColumnElement[bool]:
    return (Attendance.class_session_id == one.class_session_id) & (Attendance.number == one.number)


def _write(
    session: Session, actor: Actor, one: Occurrence, user_id: int, status: AttendanceStatus | None
) -> None:
    key = {"class_session_id": one.class_session_id, "number": one.number, "user_id": user_id}
    if status is None:
        session.execute(delete(Attendance).filter_by(**key))
        return
    values = {"status": status, "noted_by_id": actor.user_id, "noted_at": utcnow()}
    statement = upsert(session, Attendance).values(**key, **values)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
