"""The class sessions of a cohort: added, changed, cancelled by its manager.

A manager gives days and hours as the cohort's own clock shows them; instants are stored.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import access_cohort, find_or_not_found
from models.base import utcnow
from models.cohort import ClassSession, Cohort, SessionMode
from models.errors import Conflict, Invalid
from models.i18n import N_
from models.policy import Actor, Permission
from workspace.services.programmes import STALE
from workspace.services.tokens import token_hash

TITLE_LIMIT, PLACE_LIMIT = 160, 200
MAX_ID = 2**31 - 1
MODE_LABELS = {
    SessionMode.ON_SITE: N_("Sur place"),
    SessionMode.REMOTE: N_("À distance"),
    SessionMode.HYBRID: N_("Sur place et à distance"),
    SessionMode.ASYNCHRONOUS: N_("Chacun à son heure, dans une fenêtre de temps"),
}


@dataclass(frozen=True)
class SessionText:
    """What a manager says of a class session, by the cohort's clock. `last_day` is `day` unless it lasts."""

    title: str
    day: date
    starts: time
    ends: time
    last_day: date
    mode: SessionMode
    place: str = ""

    @property
    def fingerprint(self) -> str:
        """Changes when any of it does: a form carries the one it was read at."""
        return token_hash(repr(self))[:16]


def text_of(row: ClassSession, cohort: Cohort) -> SessionText:
    """What is said of the session now."""
    zone = ZoneInfo(cohort.time_zone)
    starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    return SessionText(
        row.title,
        starts.date(),
        starts.time().replace(tzinfo=None),
        ends.time().replace(tzinfo=None),
        ends.date(),
        row.mode,
        row.place,
    )


def list_upcoming(session: Session, cohort: Cohort) -> list[ClassSession]:
    """Those not over yet, the next first; the caller has checked the cohort."""
    return list(
        session.scalars(
            select(ClassSession)
            .where(ClassSession.cohort_id == cohort.id, ClassSession.ends_at > utcnow())
            .order_by(ClassSession.starts_at, ClassSession.id)
        )
    )


def list_past(session: Session, cohort: Cohort) -> list[ClassSession]:
    """Those that are over, the last first; the caller has checked the cohort."""
    return list(
        session.scalars(
            select(ClassSession)
            .where(ClassSession.cohort_id == cohort.id, ClassSession.ends_at <= utcnow())
            .order_by(ClassSession.starts_at.desc(), ClassSession.id)
        )
    )


def access_class_session(
    session: Session, actor: Actor, cohort_id: int, class_session_id: int
) -> tuple[Cohort, ClassSession]:
    """A session of a cohort that the actor manages."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    row = find_or_not_found(
        session,
        select(ClassSession).where(
            ClassSession.id == min(class_session_id, MAX_ID), ClassSession.cohort_id == cohort.id
        ),
    )
    return cohort, row


def add_class_session(session: Session, actor: Actor, cohort_id: int, text: SessionText) -> ClassSession:
    """Put a session on the cohort's agenda.

    Raises:
        Invalid: on its days or hours.
    """
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    row = ClassSession(cohort_id=cohort.id)
    _write(row, cohort, text)
    session.add(row)
    session.flush()
    return row


def edit_class_session(
    session: Session, actor: Actor, cohort_id: int, class_session_id: int, text: SessionText, *, seen: str
) -> ClassSession:
    """Change a session; `seen` is the fingerprint of what was edited.

    Raises:
        Invalid: on its days or hours.
        Conflict: it changed meanwhile; with the current values.
    """
    cohort, row = access_class_session(session, actor, cohort_id, class_session_id)
    current = text_of(row, cohort)
    if seen != current.fingerprint:
        raise Conflict(STALE, {**asdict(current), "seen": current.fingerprint})
    _write(row, cohort, text)
    return row


def cancel_class_session(session: Session, actor: Actor, cohort_id: int, class_session_id: int) -> None:
    """Take a session off the agenda."""
    _cohort, row = access_class_session(session, actor, cohort_id, class_session_id)
    session.delete(row)


def _write(row: ClassSession, cohort: Cohort, text: SessionText) -> None:
    zone = ZoneInfo(cohort.time_zone)
    starts_at = datetime.combine(text.day, text.starts, zone).astimezone(UTC)
    ends_at = datetime.combine(text.last_day, text.ends, zone).astimezone(UTC)
    fields: dict[str, str] = {}
    if not cohort.starts_on <= text.day <= cohort.ends_on:
        fields["day"] = N_("Ce jour est hors des dates de la promotion.")
    if text.last_day < text.day:
        fields["last_day"] = N_("La fin vient avant le début.")
    elif ends_at <= starts_at:
        fields["ends"] = N_("La fin vient avant le début.")
    if fields:
        raise Invalid(fields=fields)
    row.title, row.place, row.mode = text.title, text.place, text.mode
    row.starts_at, row.ends_at = starts_at, ends_at
