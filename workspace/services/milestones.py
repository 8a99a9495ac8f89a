"""Milestones: set for a cohort or for one project, changed, withdrawn and put back; how each project stands.

Tutors and managers set those of a cohort, which every team has; a team sets its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.access import (
    access_cohort,
    access_cohort_milestone,
    access_milestone,
    access_project,
    cohort_where,
)
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Cohort
from models.errors import Conflict, Invalid
from models.i18n import N_
from models.membership import Membership, is_live
from models.milestone import (
    MOST_CRITERIA,
    Milestone,
    MilestoneReach,
    MilestoneState,
    day_in,
    state_of,
)
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission, Role
from models.project import Project
from models.stages import STEP_BY_CODE
from workspace.services.class_sessions import people_of
from workspace.services.projects import STALE

DUE_SHOWN = 3
TOO_MANY = N_("Huit critères au plus, un par ligne.")
NO_SUCH_STEP = N_("Cette étape n’existe pas.")


@dataclass(frozen=True)
class Said:
    """What is written of a milestone."""

    title: str
    due_on: date
    step_code: str
    criteria: str

    def check(self) -> None:
        """Raises: Invalid."""
        if self.step_code and self.step_code not in STEP_BY_CODE:
            raise Invalid(fields={"step_code": NO_SUCH_STEP})
        if len([line for line in self.criteria.splitlines() if line.strip()]) > MOST_CRITERIA:
            raise Invalid(fields={"criteria": TOO_MANY})


@dataclass(frozen=True)
class Standing:
    """How a project stands to one of its milestones. `days`: until it is due, below nought once it is late.

    Of a milestone that was reached, `days` are those left of it then.
    """

    milestone: Milestone
    state: MilestoneState
    days: int
    reach: MilestoneReach | None = None

    @property
    def is_open(self) -> bool:
        """Not reached yet."""
        return self.reach is None


@dataclass(frozen=True)
class Due:
    """A milestone of a cohort, and how many of the teams that one follows are where."""

    milestone: Milestone
    counts: Mapping[MilestoneState, int]

    @property
    def stamp(self) -> str:
        """What of it may change while somebody looks at the page."""
        return " ".join(f"{state}:{count}" for state, count in sorted(self.counts.items()))

    @property
    def state(self) -> MilestoneState:
        """The most pressing among the teams."""
        order = (MilestoneState.LATE, MilestoneState.SOON, MilestoneState.UPCOMING, MilestoneState.REACHED)
        return next((state for state in order if self.counts.get(state)), MilestoneState.UPCOMING)


def standings_of(
    session: Session, projects: Sequence[Project], now: datetime
) -> Mapping[int, list[Standing]]:
    """For each project, by its id, its milestones by day. Two queries. Needs `team.cohort` loaded.

    Today is the day in the cohort's zone, wherever the reader is.
    """
    ids = [project.id for project in projects]
    milestones = session.scalars(
        select(Milestone)
        .where(
            Milestone.cohort_id.in_({project.team.cohort_id for project in projects}),
            or_(Milestone.project_id.is_(None), Milestone.project_id.in_(ids)),
            Milestone.withdrawn_at.is_(None),
        )
        .order_by(Milestone.due_on, Milestone.id)
    ).all()
    reaches = {
        (reach.project_id, reach.milestone_id): reach
        for reach in session.scalars(
            select(MilestoneReach)
            .where(MilestoneReach.project_id.in_(ids), MilestoneReach.taken_back_at.is_(None))
            .options(joinedload(MilestoneReach.reached_by))
        )
    }
    found: dict[int, list[Standing]] = defaultdict(list)
    for project in projects:
        for one in milestones:
            if one.cohort_id == project.team.cohort_id and one.project_id in (None, project.id):
                reach = reaches.get((project.id, one.id))
                found[project.id].append(standing(one, reach, project.team.cohort.time_zone, now))
    return found


def standing(one: Milestone, reach: MilestoneReach | None, zone: str, now: datetime) -> Standing:
    """How it stands, seen from the cohort's `zone`."""
    today = day_in(zone, reach.reached_at if reach else now)
    state = state_of(one.due_on, today, reached=reach is not None)
    return Standing(one, state, (one.due_on - today).days, reach)


def next_due(standings: Sequence[Standing]) -> Standing | None:
    """The first that is not reached."""
    return next((one for one in standings if one.is_open), None)


def next_date(project: Project, standings: Sequence[Standing], today: date) -> tuple[date | None, str]:
    """The day a project goes towards, and what for: its first milestone to come, else the day its team noted.

    The one answer of what others are told of a project's next date. A day that is over is none.
    """
    due = next((one for one in standings if one.is_open and one.days >= 0), None)
    if due is not None:
        return due.milestone.due_on, due.milestone.title
    if project.next_due_on is not None and project.next_due_on >= today:
        return project.next_due_on, project.next_due_label
    return None, ""


def still_due(milestones: Sequence[Milestone], standings: Iterable[Sequence[Standing]]) -> list[Due]:
    """Those that some team has not reached, or that are to come, the first first."""
    counts: dict[int, Counter[MilestoneState]] = defaultdict(Counter)
    for one in (one for theirs in standings for one in theirs):
        counts[one.milestone.id][one.state] += 1
    found = [Due(one, counts[one.id]) for one in milestones]
    return [due for due in found if due.state is not MilestoneState.REACHED][:DUE_SHOWN]


def cohort_milestones(session: Session, cohort: Cohort) -> list[Milestone]:
    """Those that every team has, by day."""
    statement = select(Milestone).where(
        Milestone.cohort_id == cohort.id, Milestone.project_id.is_(None), Milestone.withdrawn_at.is_(None)
    )
    return list(session.scalars(statement.order_by(Milestone.due_on, Milestone.id)))


def milestones_of(session: Session, actor: Actor, cohort_ids: Iterable[int]) -> list[Milestone]:
    """Those of these cohorts, which the actor may read, and those of the teams they are in, by day."""
    own = select(Project.id).where(Project.team_id.in_(actor.scope_ids(Role.LEARNER, "team_id")))
    statement = select(Milestone).where(
        Milestone.cohort_id.in_(set(cohort_ids)),
        or_(Milestone.project_id.is_(None), Milestone.project_id.in_(own)),
        Milestone.withdrawn_at.is_(None),
    )
    return list(session.scalars(statement.order_by(Milestone.due_on, Milestone.id)))


def set_for_cohort(session: Session, actor: Actor, cohort_id: int, said: Said) -> Milestone:
    """One that every team of the cohort has; its learners are told. Raises: Invalid."""
    cohort = access_cohort(session, actor, cohort_id, Permission.SET_MILESTONES)
    return _set(session, actor, Milestone(cohort_id=cohort.id), said)


def set_for_project(session: Session, actor: Actor, project_id: int, said: Said) -> Milestone:
    """A team's own; the rest of it and its tutors are told. Raises: Invalid."""
    project = access_project(session, actor, project_id, Permission.EDIT_PROJECT)
    milestone = Milestone(cohort_id=project.team.cohort_id, project_id=project.id)
    return _set(session, actor, milestone, said)


def find_to_change(session: Session, actor: Actor, place: Mapping[str, int], milestone_id: int) -> Milestone:
    """The milestone of a cohort (`place`: cohort_id) or of a project's own team (project_id)."""
    if "cohort_id" in place:
        return access_cohort_milestone(session, actor, place["cohort_id"], milestone_id)[1]
    return access_milestone(
        session, actor, place["project_id"], milestone_id, Permission.EDIT_PROJECT, own=True
    )[1]


def change(session: Session, actor: Actor, milestone: Milestone, said: Said, *, version: int) -> None:
    """Say something else of it; those concerned are told of another day. Raises: Conflict, Invalid."""
    said.check()
    if milestone.version != version:
        raise Conflict(STALE, {"title": milestone.title, "version": milestone.version})
    is_moved = milestone.due_on != said.due_on
    for name, value in vars(said).items():
        setattr(milestone, name, value)
    milestone.version += 1
    _note(session, actor, AuditAction.MILESTONE_CHANGED, milestone)
    if is_moved:
        _tell(session, actor, milestone, NotificationKind.MILESTONE_MOVED)


def withdraw(session: Session, actor: Actor, milestone: Milestone) -> None:
    """Ask for it no more. What was frozen with it stays."""
    if milestone.withdrawn_at is None:
        milestone.withdrawn_at = utcnow()
        _note(session, actor, AuditAction.MILESTONE_WITHDRAWN, milestone)


def put_back(session: Session, actor: Actor, milestone: Milestone) -> None:
    """Ask for it again."""
    if milestone.withdrawn_at is not None:
        milestone.withdrawn_at = None
        _note(session, actor, AuditAction.MILESTONE_PUT_BACK, milestone)


def _set(session: Session, actor: Actor, milestone: Milestone, said: Said) -> Milestone:
    said.check()
    for name, value in vars(said).items():
        setattr(milestone, name, value)
    milestone.created_by_id = actor.user_id
    session.add(milestone)
    session.flush()
    _note(session, actor, AuditAction.MILESTONE_SET, milestone)
    _tell(session, actor, milestone, NotificationKind.MILESTONE_SET)
    return milestone


def _tell(session: Session, actor: Actor, milestone: Milestone, kind: NotificationKind) -> None:
    """The learners of the cohort; of a team's own, the team and its tutors. Never who did it."""
    if milestone.project_id is None:
        told = session.scalars(
            select(Membership.user_id).where(*people_of(milestone.cohort_id, Role.LEARNER), is_live())
        ).all()
        url = f"/cohorts/{milestone.cohort_id}/milestones"
    else:
        project = access_project(session, actor, milestone.project_id, Permission.EDIT_PROJECT)
        told = team_and_tutors(session, project)
        url = f"/projects/{project.id}/milestones/{milestone.id}"
    ids = [user_id for user_id in told if user_id != actor.user_id]
    notify(
        session,
        ids,
        kind,
        who=actor.name,
        subject=milestone.title,
        url=url,
        project_id=milestone.project_id,
    )


def team_and_tutors(session: Session, project: Project) -> Sequence[int]:
    """The ids of a project's team and of its cohort's tutors."""
    is_theirs = or_(
        (Membership.role == Role.LEARNER) & (Membership.team_id == project.team_id),
        (Membership.role == Role.TUTOR) & (Membership.cohort_id == project.team.cohort_id),
    )
    return session.scalars(select(Membership.user_id).where(is_theirs, is_live())).all()


def _note(session: Session, actor: Actor, action: AuditAction, milestone: Milestone) -> None:
    if milestone.project_id is None:
        cohort = session.get_one(Cohort, milestone.cohort_id)
        where, subject = cohort_where(cohort), (SubjectKind.COHORT, cohort.id)
    else:
        project = access_project(session, actor, milestone.project_id, Permission.EDIT_PROJECT)
        where, subject = project.where, (SubjectKind.PROJECT, project.id)
    audit(session, actor, action, where=where, subject=subject, milestone=milestone.id)
