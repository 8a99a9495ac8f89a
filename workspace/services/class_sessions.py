"""The class sessions of a cohort: its manager adds, changes, cancels, restores, removes and puts them back.

A manager gives days and hours as the clock of a named zone shows them, and changes one session of a series
alone or with all that follow it. The cohort is told of what is moved, cancelled or removed. A session whose
attendance was noted is never removed: proofs and figures rest on it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session, aliased, selectinload

from models.access import access_cohort, cohort_where, find_or_not_found
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.class_session import MOST_TIMES, Attendance, ClassSession, ClassSessionChange, SessionMode
from models.cohort import Cohort, Team
from models.errors import Conflict, Invalid, NotFound, Refused
from models.i18n import N_
from models.membership import Membership, is_live
from models.notification import NotificationKind, notify
from models.occurrences import FIELDS, Occurrence, Said, differences, in_order, occurrence, upcoming
from models.policy import Actor, Permission, Role
from workspace.i18n.reader import zone_names
from workspace.services.programmes import STALE
from workspace.services.tokens import token_hash

TITLE_LIMIT, PLACE_LIMIT, LINK_LIMIT, NOTE_LIMIT = 160, 200, 500, 2000
MAX_ID = 2**31 - 1
MODE_LABELS = {
    SessionMode.ON_SITE: N_("Sur place"),
    SessionMode.REMOTE: N_("À distance"),
    SessionMode.HYBRID: N_("Sur place et à distance"),
    SessionMode.ASYNCHRONOUS: N_("Chacun à son heure, dans une fenêtre de temps"),
}


@dataclass(frozen=True)
class Rhythm:
    """How often a session is repeated: `times` sessions in all, one every `every_weeks` weeks."""

    times: int = 1
    every_weeks: int = 1


@dataclass(frozen=True)
class Found:
    """An occurrence with its series (and its changes) and its cohort (and its programme)."""

    cohort: Cohort
    row: ClassSession
    one: Occurrence

    @property
    def fingerprint(self) -> str:
        """Changes when any of it does: a form carries the one it was read at."""
        return token_hash(f"{self.one!r} {self.row.every_weeks}")[:16]

    @property
    def left(self) -> int:
        """How many sessions of the series there are from this one on."""
        return self.row.times - self.one.number + 1


@dataclass(frozen=True)
class Removal:
    """What goes with a series: its sessions in order, how many of them are still to come, were changed for
    themselves, have their attendance noted.
    """

    sessions: list[Occurrence]
    to_come: int
    changed: int
    noted: int


def list_series(
    session: Session, cohort_ids: Iterable[int], *, with_removed: bool = False
) -> list[ClassSession]:
    """Every series of these cohorts, with its changes; the caller has checked the cohorts. Two queries."""
    statement = select(ClassSession).where(ClassSession.cohort_id.in_(list(cohort_ids)))
    if not with_removed:
        statement = statement.where(ClassSession.removed_at.is_(None))
    return list(session.scalars(statement.options(selectinload(ClassSession.changes))))


def list_removed(session: Session, cohort: Cohort) -> list[ClassSession]:
    """The series that were removed lately, the last one first; the caller has checked the cohort."""
    statement = select(ClassSession).where(
        ClassSession.cohort_id == cohort.id, ClassSession.removed_at.is_not(None)
    )
    return list(session.scalars(statement.order_by(ClassSession.removed_at.desc(), ClassSession.id)))


def list_occurrences(session: Session, cohort: Cohort) -> list[Occurrence]:
    """Every session of the cohort, cancelled ones too, in order; the caller has checked the cohort."""
    return in_order(list_series(session, [cohort.id]))


def access_occurrence(
    session: Session,
    actor: Actor,
    cohort_id: int,
    class_session_id: int,
    number: int,
    permission: Permission = Permission.VIEW_COHORT,
    *,
    with_removed: bool = False,
) -> Found:
    """One session of a cohort in which the actor may do this."""
    cohort = access_cohort(session, actor, cohort_id, permission)
    row = find_or_not_found(
        session,
        select(ClassSession)
        .where(ClassSession.id == min(class_session_id, MAX_ID), ClassSession.cohort_id == cohort.id)
        .options(selectinload(ClassSession.changes)),
    )
    if not 1 <= number <= row.times or (row.removed_at is not None and not with_removed):
        raise NotFound
    return Found(cohort, row, occurrence(row, number, _change_of(row, number)))


def add_class_session(
    session: Session, actor: Actor, cohort_id: int, said: Said, rhythm: Rhythm = Rhythm()
) -> ClassSession:
    """Put a session, or a series of them, on the cohort's calendar.

    Raises:
        Invalid: on its days, hours or rhythm.
    """
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    _check(cohort, said, rhythm)
    row = ClassSession(cohort_id=cohort.id, **asdict(said), **asdict(rhythm))
    session.add(row)
    session.flush()
    _note(session, actor, AuditAction.CLASS_SESSION_ADDED, cohort, row, 1)
    return row


def edit_one(session: Session, actor: Actor, found: Found, said: Said, *, seen: str) -> None:
    """Change this session alone; `found` was accessed to manage, `seen` is the fingerprint of the form.

    Raises:
        Invalid: on its days or hours.
        Conflict: it changed meanwhile; with the current values.
    """
    _check_seen(found, seen)
    _check(found.cohort, said, Rhythm())
    _change(found, **differences(said, found.one.ruled or found.one))
    _touch(found.row)
    number = found.one.number
    now = occurrence(found.row, number, _change_of(found.row, number))
    _after_edit(session, actor, found, Found(found.cohort, found.row, now))


def edit_following(
    session: Session, actor: Actor, found: Found, said: Said, rhythm: Rhythm, *, seen: str
) -> ClassSession:
    """Change this session and all that follow it; what was changed for one of them alone stays.

    When others come before it, those that follow become a series of their own. Gives the series whose first
    session it is now.

    Raises:
        Invalid: on its days, hours or rhythm.
        Conflict: it changed meanwhile; with the current values.
    """
    _check_seen(found, seen)
    _check(found.cohort, said, rhythm)
    _check_attendance(session, found, rhythm)
    row, first = found.row, found.one.number
    _touch(row)
    if first > 1:
        row.times = first - 1
        row = ClassSession(cohort_id=found.cohort.id, changes=[], **asdict(said), **asdict(rhythm))
        session.add(row)
        session.flush()
        _move(session, found.row, row, first)
    else:
        for name, value in {**asdict(said), **asdict(rhythm)}.items():
            setattr(row, name, value)
    row.changes[:] = [change for change in row.changes if change.number <= rhythm.times]
    now = Found(found.cohort, row, occurrence(row, 1))
    _change(now, **dict.fromkeys(FIELDS))
    session.flush()
    _after_edit(session, actor, found, now)
    return row


def cancel(session: Session, actor: Actor, found: Found, *, following: bool) -> None:
    """Cancel this session, or it and all that follow it; they stay on the calendar as cancelled."""
    numbers = range(found.one.number, found.row.times + 1 if following else found.one.number + 1)
    for number in numbers:
        _change_at(found.row, number).is_cancelled = True
    _touch(found.row)
    _note_of(session, actor, AuditAction.CLASS_SESSION_CANCELLED, found)
    if found.one.ends_at > utcnow() and not found.one.is_cancelled:
        kinds = NotificationKind
        _tell(session, actor, found, kinds.SERIES_CANCELLED if len(numbers) > 1 else kinds.SESSION_CANCELLED)


def restore(session: Session, actor: Actor, found: Found) -> None:
    """Let a cancelled session take place after all."""
    if not found.one.is_cancelled:
        return
    _change(found, is_cancelled=False)
    _touch(found.row)
    _note_of(session, actor, AuditAction.CLASS_SESSION_RESTORED, found)
    if found.one.ends_at > utcnow():
        _tell(session, actor, found, NotificationKind.SESSION_RESTORED)


def what_goes(session: Session, found: Found) -> Removal:
    """What removing the series would take away."""
    sessions = in_order([found.row])
    noted = select(func.count(Attendance.number.distinct()))
    return Removal(
        sessions=sessions,
        to_come=len(list(upcoming([found.row], utcnow()))),
        changed=len(found.row.changes),
        noted=session.scalar(noted.where(Attendance.class_session_id == found.row.id)) or 0,
    )


def remove(session: Session, actor: Actor, found: Found) -> None:
    """Take the whole series off the calendar and out of everybody's feed.

    Raises:
        Refused: the attendance of one of its sessions was noted.
    """
    session.execute(select(ClassSession.id).where(ClassSession.id == found.row.id).with_for_update())
    if what_goes(session, found).noted:
        raise Refused("attended", N_("Des présences sont notées : cette série ne se supprime pas."))
    found.row.removed_at = utcnow()
    _touch(found.row)
    _note_of(session, actor, AuditAction.CLASS_SESSION_REMOVED, found)
    _tell_of_series(
        session, actor, found, NotificationKind.SESSION_CANCELLED, NotificationKind.SERIES_REMOVED
    )


def put_back(session: Session, actor: Actor, found: Found) -> None:
    """Put a removed series on the calendar again, as it was."""
    if found.row.removed_at is None:
        return
    found.row.removed_at = None
    _touch(found.row)
    _note_of(session, actor, AuditAction.CLASS_SESSION_PUT_BACK, found)
    _tell_of_series(
        session, actor, found, NotificationKind.SESSION_RESTORED, NotificationKind.SERIES_PUT_BACK
    )


def people_of(cohort_id: int, *roles: Role) -> tuple[ColumnElement[bool], ...]:
    """The SQL conditions that a membership is of one of these roles in the cohort or in a team of it."""
    inside = aliased(Team)  # the caller may name teams of its own
    teams = select(inside.id).where(inside.cohort_id == cohort_id)
    return (
        Membership.role.in_(roles),
        or_(Membership.cohort_id == cohort_id, Membership.team_id.in_(teams)),
    )


def _change_of(row: ClassSession, number: int) -> ClassSessionChange | None:
    return next((change for change in row.changes if change.number == number), None)


def _change_at(row: ClassSession, number: int) -> ClassSessionChange:
    change = _change_of(row, number)
    if change is None:
        change = ClassSessionChange(number=number, is_cancelled=False)
        row.changes.append(change)
    return change


def _change(found: Found, **values: object) -> None:
    """Note what is otherwise for this one; a change that says nothing any more goes."""
    change = _change_at(found.row, found.one.number)
    for name, value in values.items():
        setattr(change, name, value)
    if not change.is_cancelled and all(getattr(change, name) is None for name in FIELDS):
        found.row.changes.remove(change)


def _move(session: Session, old: ClassSession, new: ClassSession, first: int) -> None:
    """Hand what is known of the sessions from `first` on to the new series."""
    later = [change for change in old.changes if change.number >= first]
    for change in later:
        values = {name: getattr(change, name) for name in (*FIELDS, "is_cancelled")}
        new.changes.append(ClassSessionChange(number=change.number - first + 1, **values))
        old.changes.remove(change)
    session.execute(
        update(Attendance)
        .where(Attendance.class_session_id == old.id, Attendance.number >= first)
        .values(class_session_id=new.id, number=Attendance.number - first + 1)
    )


def _touch(row: ClassSession) -> None:
    row.sequence += 1
    row.changed_at = utcnow()


def _check_seen(found: Found, seen: str) -> None:
    if seen != found.fingerprint:
        raise Conflict(STALE, {**asdict(found.one), "seen": found.fingerprint})


def _check_attendance(session: Session, found: Found, rhythm: Rhythm) -> None:
    """No session is taken away whose attendance has been noted."""
    last = session.scalar(
        select(func.max(Attendance.number)).where(Attendance.class_session_id == found.row.id)
    )
    needed = (last or 0) - found.one.number + 1
    if rhythm.times < needed:
        raise Invalid(fields={"times": N_("Des présences sont déjà notées plus loin dans cette série.")})


def _check(cohort: Cohort, said: Said, rhythm: Rhythm) -> None:
    fields: dict[str, str] = {}
    if not cohort.starts_on <= said.day <= cohort.ends_on:
        fields["day"] = N_("Ce jour est hors des dates de la promotion.")
    elif said.day + timedelta(weeks=(rhythm.times - 1) * rhythm.every_weeks) > cohort.ends_on:
        fields["times"] = N_("La dernière séance viendrait après la fin de la promotion.")
    if said.last_day < said.day:
        fields["last_day"] = N_("La fin vient avant le début.")
    elif (said.last_day, said.ends) <= (said.day, said.starts):
        fields["ends"] = N_("La fin vient avant le début.")
    if said.time_zone not in zone_names():
        fields["time_zone"] = N_("Choisissez un fuseau de la liste.")
    if not 1 <= rhythm.times <= MOST_TIMES:
        fields["times"] = N_("Une série compte au plus 104 séances.")
    if fields:
        raise Invalid(fields=fields)


def _note_of(session: Session, actor: Actor, action: AuditAction, found: Found) -> None:
    _note(session, actor, action, found.cohort, found.row, found.one.number)


def _note(
    session: Session, actor: Actor, action: AuditAction, cohort: Cohort, row: ClassSession, number: int
) -> None:
    subject = (SubjectKind.COHORT, cohort.id)
    audit(session, actor, action, where=cohort_where(cohort), subject=subject, series=row.id, number=number)


def _after_edit(session: Session, actor: Actor, before: Found, after: Found) -> None:
    was, now = before.one, after.one
    is_moved = (was.starts_at, was.ends_at) != (now.starts_at, now.ends_at)
    action = AuditAction.CLASS_SESSION_MOVED if is_moved else AuditAction.CLASS_SESSION_CHANGED
    _note_of(session, actor, action, after)
    if is_moved and max(was.ends_at, now.ends_at) > utcnow() and not was.is_cancelled:
        _tell(session, actor, after, NotificationKind.SESSION_MOVED)


def _tell_of_series(
    session: Session, actor: Actor, found: Found, one: NotificationKind, many: NotificationKind
) -> None:
    """Tell of a series, of `one` session or of `many`, if one is to come; its page may be no more."""
    if any(upcoming([found.row], utcnow())):
        kind = many if found.row.times > 1 else one
        _tell(session, actor, found, kind, url=f"/cohorts/{found.cohort.id}/calendar")


def _tell(
    session: Session, actor: Actor, found: Found, kind: NotificationKind, *, url: str | None = None
) -> None:
    """Tell the learners and tutors of the cohort, but not who did it."""
    people = session.scalars(
        select(Membership.user_id).where(*people_of(found.cohort.id, Role.LEARNER, Role.TUTOR), is_live())
    )
    told = [user_id for user_id in people if user_id != actor.user_id]
    page = f"/cohorts/{found.cohort.id}/sessions/{found.row.id}/{found.one.number}"
    notify(session, told, kind, who=actor.name, subject=found.one.title, url=url or page)
