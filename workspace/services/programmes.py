"""A manager's programmes and cohorts: figures, opening a cohort, changing its dates and zones.

Lists cost a constant number of queries, whatever the number of cohorts. Teams and class sessions have
their own modules (teams.py, class_sessions.py).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.access import (
    access_cohort,
    access_programme,
    check,
    cohort_where,
    managed_cohorts,
    programme_where,
)
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.class_session import ClassSession
from models.cohort import Cohort, Team
from models.errors import Conflict, Forbidden, Invalid
from models.i18n import N_
from models.invitation import Invitation
from models.membership import Membership, is_live
from models.occurrences import upcoming
from models.organization import Programme
from models.policy import Actor, Permission, Role, Where, can
from models.project import Project
from workspace.i18n.reader import zone_names
from workspace.services.rules import copy_rules
from workspace.services.tokens import token_hash

NAME_LIMIT = 160
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
COPIED = ("title", "place", "link", "note", "mode", "time_zone", "starts", "ends", "every_weeks", "times")
"""Of a class session, when its cohort is the model of another; its days move."""
STALE = N_("Quelqu’un a modifié cela pendant que vous écriviez. Relisez les deux versions, puis renvoyez.")


@dataclass(frozen=True)
class CohortText:
    """What a manager says of a cohort."""

    name: str
    time_zone: str
    other_time_zone: str | None
    starts_on: date
    ends_on: date

    @property
    def fingerprint(self) -> str:
        """Changes when any of it does: a form carries the one it was read at."""
        return token_hash(repr(self))[:16]


@dataclass(frozen=True)
class CohortFigures:
    """One cohort of the list, in figures. `waiting` counts invitations not accepted yet."""

    cohort: Cohort
    teams: int
    learners: int
    tutors: int
    projects: int
    waiting: int
    next_session: datetime | None


@dataclass(frozen=True)
class ProgrammeCard:
    """A programme with its cohorts, the newest first."""

    programme: Programme
    cohorts: list[CohortFigures]


def text_of(cohort: Cohort) -> CohortText:
    """What is said of the cohort now."""
    return CohortText(cohort.name, cohort.time_zone, cohort.other_time_zone, cohort.starts_on, cohort.ends_on)


def list_programmes(session: Session, actor: Actor) -> list[ProgrammeCard]:
    """The programmes that the actor manages.

    Raises:
        Forbidden: they manage none.
    """
    found = session.scalars(
        select(Programme)
        .where(
            or_(
                Programme.id.in_(actor.scope_ids(Role.MANAGER, "programme_id")),
                Programme.organization_id.in_(actor.scope_ids(Role.MANAGER, "organization_id")),
            )
        )
        .options(joinedload(Programme.organization))
        .order_by(Programme.name, Programme.id)
    ).all()
    programmes = [row for row in found if can(actor, Permission.MANAGE_PROGRAMME, programme_where(row))]
    if not programmes:
        check(actor, Permission.MANAGE_PROGRAMME, Where())
        raise Forbidden
    figures = _figures(session, actor)
    return [ProgrammeCard(programme, figures[programme.id]) for programme in programmes]


def create_programme(session: Session, actor: Actor, beside_id: int, name: str) -> Programme:
    """Open another programme in the establishment of one that the actor manages; they manage it too.

    Raises:
        Invalid: the establishment has a programme of that name.
    """
    beside = access_programme(session, actor, beside_id)
    same_name = select(Programme.id).where(
        Programme.organization_id == beside.organization_id, Programme.name == name
    )
    if session.scalar(same_name) is not None:
        raise Invalid(fields={"name": N_("Cet établissement a déjà une formation de ce nom.")})
    programme = Programme(organization_id=beside.organization_id, name=name)
    session.add(programme)
    session.flush()
    session.add(
        Membership(
            user_id=actor.user_id,
            role=Role.MANAGER,
            programme_id=programme.id,
            granted_by_id=actor.user_id,
        )
    )
    place, subject = programme_where(programme), (SubjectKind.PROGRAMME, programme.id)
    audit(session, actor, AuditAction.PROGRAMME_CREATED, where=place, subject=subject)
    audit(
        session,
        actor,
        AuditAction.MEMBERSHIP_GRANTED,
        where=place,
        subject=(SubjectKind.USER, actor.user_id or 0),
        role=Role.MANAGER,
    )
    return programme


def create_cohort(session: Session, actor: Actor, programme_id: int, text: CohortText) -> Cohort:
    """Open a cohort in a programme.

    Raises:
        Invalid: on the dates or the zones.
    """
    programme = access_programme(session, actor, programme_id)
    _check(text)
    cohort = Cohort(programme_id=programme.id, **asdict(text))
    session.add(cohort)
    session.flush()
    subject = (SubjectKind.COHORT, cohort.id)
    audit(session, actor, AuditAction.COHORT_CREATED, where=cohort_where(cohort), subject=subject)
    return cohort


@dataclass(frozen=True)
class Model:
    """What a new cohort may take over from an earlier one: all but its people and their work."""

    cohort: Cohort
    series: int
    """How many class sessions and series of them."""

    @property
    def text(self) -> CohortText:
        """The same length, from the first day after it that falls on the same day of the week."""
        cohort = self.cohort
        weeks = -(-((cohort.ends_on - cohort.starts_on).days + 1) // 7)
        later = timedelta(weeks=weeks)
        dates = (cohort.starts_on + later, cohort.ends_on + later)
        return CohortText("", cohort.time_zone, cohort.other_time_zone, *dates)


def model_cohort(session: Session, actor: Actor, cohort_id: int) -> Model:
    """A cohort that the actor manages, as the model of another."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    count = (
        select(func.count())
        .select_from(ClassSession)
        .where(ClassSession.cohort_id == cohort.id, ClassSession.removed_at.is_(None))
    )
    return Model(cohort, session.scalar(count) or 0)


def copy_cohort(session: Session, actor: Actor, cohort_id: int, text: CohortText) -> Cohort:
    """Open a cohort like another one of the same programme, without its people and their work.

    Its class sessions fall on the same days of the week, as many weeks later as its first day is; what was
    otherwise for one session alone (moved, cancelled) is not taken over.

    Raises:
        Invalid: on the dates or the zones.
    """
    model = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    cohort = create_cohort(session, actor, model.programme_id, text)
    copy_rules(session, model.id, cohort.id)
    later = timedelta(weeks=round((cohort.starts_on - model.starts_on).days / 7))
    kept = ClassSession.removed_at.is_(None)
    for series in session.scalars(select(ClassSession).where(ClassSession.cohort_id == model.id, kept)):
        said = {name: getattr(series, name) for name in COPIED}
        session.add(
            ClassSession(
                cohort_id=cohort.id, day=series.day + later, last_day=series.last_day + later, **said
            )
        )
    return cohort


def edit_cohort(session: Session, actor: Actor, cohort_id: int, text: CohortText, *, seen: str) -> Cohort:
    """Change what is said of a cohort; `seen` is the fingerprint of what was edited.

    Raises:
        Invalid: on the dates or the zones.
        Conflict: it changed meanwhile; with the current values.
    """
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    current = text_of(cohort)
    if seen != current.fingerprint:
        raise Conflict(STALE, {**asdict(current), "seen": current.fingerprint})
    _check(text)
    for column, value in asdict(text).items():
        setattr(cohort, column, value)
    if text != current:
        subject = (SubjectKind.COHORT, cohort.id)
        audit(session, actor, AuditAction.COHORT_CHANGED, where=cohort_where(cohort), subject=subject)
    return cohort


def _check(text: CohortText) -> None:
    fields: dict[str, str] = {}
    if not FIRST_DAY <= text.starts_on <= LAST_DAY:
        fields["starts_on"] = N_("Cette date n’est pas plausible.")
    if not FIRST_DAY <= text.ends_on <= LAST_DAY:
        fields["ends_on"] = N_("Cette date n’est pas plausible.")
    elif text.ends_on < text.starts_on:
        fields["ends_on"] = N_("La fin vient avant le début.")
    if text.time_zone not in zone_names():
        fields["time_zone"] = N_("Choisissez un fuseau de la liste.")
    if text.other_time_zone is not None and text.other_time_zone not in zone_names():
        fields["other_time_zone"] = N_("Choisissez un fuseau de la liste.")
    if fields:
        raise Invalid(fields=fields)


def _figures(session: Session, actor: Actor) -> Mapping[int, list[CohortFigures]]:
    cohorts = session.scalars(
        select(Cohort).where(managed_cohorts(actor)).order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    ).all()
    ids = [cohort.id for cohort in cohorts]
    teams = _grouped(session, Team.cohort_id, ids, select(Team.cohort_id, func.count()))
    projects = _grouped(
        session,
        Team.cohort_id,
        ids,
        select(Team.cohort_id, func.count()).join(Project, Project.team_id == Team.id),
    )
    next_sessions = _next_sessions(session, ids)
    learners, tutors = _people(session, Role.LEARNER, ids), _people(session, Role.TUTOR, ids)
    waiting = _waiting(session, ids)
    found: dict[int, list[CohortFigures]] = defaultdict(list)
    for cohort in cohorts:
        figures = CohortFigures(
            cohort,
            teams.get(cohort.id, 0),
            learners.get(cohort.id, 0),
            tutors.get(cohort.id, 0),
            projects.get(cohort.id, 0),
            waiting.get(cohort.id, 0),
            next_sessions.get(cohort.id),
        )
        found[cohort.programme_id].append(figures)
    return found


def _next_sessions(session: Session, ids: list[int]) -> dict[int, datetime]:
    rows = session.scalars(
        select(ClassSession)
        .where(ClassSession.cohort_id.in_(ids), ClassSession.removed_at.is_(None))
        .options(selectinload(ClassSession.changes))
    )
    found: dict[int, datetime] = {}
    for one in upcoming(rows, utcnow()):
        found.setdefault(one.cohort_id, one.starts_at)
    return found


def _people(session: Session, role: Role, ids: list[int]) -> dict[int, Any]:
    cohort_id = func.coalesce(Membership.cohort_id, Team.cohort_id)
    statement = (
        select(cohort_id, func.count(Membership.user_id.distinct()))
        .outerjoin(Team, Team.id == Membership.team_id)
        .where(Membership.role == role, is_live())
    )
    return _grouped(session, cohort_id, ids, statement)


def _waiting(session: Session, ids: list[int]) -> dict[int, Any]:
    cohort_id = func.coalesce(Invitation.cohort_id, Team.cohort_id)
    statement = (
        select(cohort_id, func.count())
        .select_from(Invitation)
        .outerjoin(Team, Team.id == Invitation.team_id)
        .where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    )
    return _grouped(session, cohort_id, ids, statement)


def _grouped(session: Session, cohort_id: Any, ids: list[int], statement: Any) -> dict[int, Any]:
    """The second column of `statement` for each of these cohorts."""
    rows = session.execute(statement.where(cohort_id.in_(ids)).group_by(cohort_id))
    return {row[0]: row[1] for row in rows}
