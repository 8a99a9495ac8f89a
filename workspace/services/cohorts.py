"""The cohort page: every team at a glance. The number of queries does not depend on the number of teams."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, joinedload

from models.access import cohort_where, project_options
from models.activity import Activity
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import Refused
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.i18n import N_
from models.membership import Membership, is_live
from models.notification import Notification, NotificationKind, notify
from models.occurrences import Occurrence
from models.partner import GuestContributor
from models.people import User
from models.policy import Actor, Permission, Role, can
from models.problem import Problem, ProblemStatus
from models.project import Project, ProjectStep, StepStatus
from models.stages import STEPS
from workspace.i18n import _
from workspace.services.class_sessions import list_occurrences
from workspace.services.journal import JournalLine, recent_lines
from workspace.services.triage import Reason, TeamFacts, first_to_see

WEEKS = 8
SESSIONS_SHOWN = 3
JOURNAL_SHOWN = 6
DOT = {
    StepStatus.DONE: "done",
    StepStatus.CURRENT: "now",
    StepStatus.WAITING: "wait",
    StepStatus.TODO: "todo",
}
TALK_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class TeamRow:
    """One line of 'Avancée des projets'. `states` has one of done, now, wait, todo per step."""

    project: Project
    states: list[str]
    weeks: list[int]
    last_activity_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class CohortPage:
    """Everything the cohort page shows. The fields for those who follow are empty for learners."""

    cohort: Cohort
    rows: list[TeamRow]
    teams_without_project: list[Team]
    first: list[Reason]
    to_decide: list[Problem]
    sessions: list[Occurrence]
    lines: list[JournalLine]
    learner_count: int
    participation: list[tuple[str, list[int]]]
    week_labels: list[str]


def week_starts(now: datetime) -> list[datetime]:
    """The starts of the last eight periods of seven days, oldest first; the last one ends now."""
    return [now - timedelta(weeks=WEEKS - position) for position in range(WEEKS)]


def _bucket(starts: Sequence[datetime]) -> ColumnElement[int]:
    """Which of the weeks an activity lies in, as SQL: 0 is the oldest."""
    newest_first = reversed(list(enumerate(starts)))
    return case(*[(Activity.at >= start, position) for position, start in newest_first], else_=-1)


def cohort_page(session: Session, actor: Actor, cohort: Cohort, *, by_person: bool = False) -> CohortPage:
    """What the page of this cohort shows to this actor."""
    now = utcnow()
    follows = can(actor, Permission.FOLLOW_COHORT, cohort_where(cohort))
    projects = _projects(session, cohort)
    if not follows:
        projects = [project for project in projects if can(actor, Permission.VIEW_PROJECT, project.where)]
    ids = [project.id for project in projects]
    steps = _steps(session, ids)
    weeks = _weeks(session, ids, now)
    moments = _moments(session, ids)
    rows = [
        _row(project, steps[project.id], weeks[project.id], moments.get(project.id)) for project in projects
    ]
    sessions = _next_sessions(session, cohort, now)
    teams_without_project = _teams_without_project(session, cohort, {project.team_id for project in projects})
    learner_count = _learner_count(session, cohort)
    if not follows:
        return CohortPage(cohort, rows, [], [], [], sessions, [], learner_count, [], [])
    contested = _contested(session, ids)
    facts = [
        _facts(project, steps[project.id], moments.get(project.id), contested.get(project.id), now)
        for project in projects
    ]
    return CohortPage(
        cohort=cohort,
        rows=rows,
        teams_without_project=teams_without_project,
        first=first_to_see(facts),
        to_decide=_to_decide(session, cohort),
        sessions=sessions,
        lines=recent_lines(session, Activity.cohort_id == cohort.id, limit=JOURNAL_SHOWN),
        learner_count=learner_count,
        participation=_by_person(session, cohort, now) if by_person else _by_team(rows),
        week_labels=_week_labels(cohort, now),
    )


def _projects(session: Session, cohort: Cohort) -> list[Project]:
    found = session.scalars(
        select(Project)
        .join(Team, Team.id == Project.team_id)
        .where(Team.cohort_id == cohort.id)
        .options(*project_options())
        .order_by(Project.title, Project.id)
    )
    return list(found)


def _steps(session: Session, ids: Sequence[int]) -> Mapping[int, dict[str, ProjectStep]]:
    found: dict[int, dict[str, ProjectStep]] = defaultdict(dict)
    for step in session.scalars(select(ProjectStep).where(ProjectStep.project_id.in_(ids))):
        found[step.project_id][step.step_code] = step
    return found


def _weeks(session: Session, ids: Sequence[int], now: datetime) -> Mapping[int, list[int]]:
    starts = week_starts(now)
    bucket = _bucket(starts).label("bucket")
    found: dict[int, list[int]] = defaultdict(lambda: [0] * WEEKS)
    rows = session.execute(
        select(Activity.project_id, bucket, func.sum(Activity.count))
        .where(Activity.project_id.in_(ids), Activity.at >= starts[0])
        .group_by(Activity.project_id, bucket)
    )
    for project_id, position, total in rows:
        if project_id is not None:
            found[project_id][position] = int(total)
    return found


@dataclass(frozen=True)
class _Moments:
    last_at: datetime | None
    last_guest_at: datetime | None


def _moments(session: Session, ids: Sequence[int]) -> Mapping[int, _Moments]:
    """Last activity of each project, by anybody but its tutors, and by a guest."""
    tutors = (
        select(Membership.user_id)
        .where(Membership.role == Role.TUTOR, is_live())
        .where(Membership.cohort_id == Activity.cohort_id)
    )
    by_team = and_(Activity.user_id.is_not(None), Activity.user_id.not_in(tutors))
    rows = session.execute(
        select(
            Activity.project_id,
            func.max(case((by_team | Activity.guest_id.is_not(None), Activity.at))),
            func.max(case((Activity.guest_id.is_not(None), Activity.at))),
        )
        .where(Activity.project_id.in_(ids))
        .group_by(Activity.project_id)
    )
    return {project_id: _Moments(last, guest) for project_id, last, guest in rows}


def _row(
    project: Project, steps: Mapping[str, ProjectStep], weeks: list[int], moments: _Moments | None
) -> TeamRow:
    states = [DOT[steps[step.code].status] if step.code in steps else "todo" for step in STEPS]
    last = moments.last_at if moments else None
    facts = _facts(project, steps, moments, None, utcnow())
    is_late = any(reason.rule in ("silent", "overdue") for reason in first_to_see([facts]))
    return TeamRow(project, states, weeks, last, is_late)


def _facts(
    project: Project,
    steps: Mapping[str, ProjectStep],
    moments: _Moments | None,
    contested_at: datetime | None,
    now: datetime,
) -> TeamFacts:
    waiting = [step.changed_at for step in steps.values() if step.status is StepStatus.WAITING]
    return TeamFacts(
        project_id=project.id,
        title=project.title,
        now=now,
        today=now.astimezone(ZoneInfo(project.team.cohort.time_zone)).date(),
        started_at=project.created_at,
        last_activity_at=moments.last_at if moments else None,
        last_citizen_at=moments.last_guest_at if moments else None,
        review_asked_at=min(waiting, default=None),
        contested_at=contested_at,
        due_on=project.next_due_on,
        due_label=project.next_due_label or project.step.name,
    )


def _contested(session: Session, ids: Sequence[int]) -> Mapping[int, datetime]:
    """When each project last contested a feedback, unless something was released since."""
    rows = session.execute(
        select(
            Feedback.project_id,
            func.max(case((Feedback.answer == FeedbackAnswer.CONTESTED, Feedback.answered_at))),
            func.max(Feedback.released_at),
        )
        .where(Feedback.project_id.in_(ids), Feedback.status == FeedbackStatus.RELEASED)
        .group_by(Feedback.project_id)
    )
    return {id_: answered for id_, answered, released in rows if answered and answered > released}


def _to_decide(session: Session, cohort: Cohort) -> list[Problem]:
    found = session.scalars(
        select(Problem)
        .where(Problem.cohort_id == cohort.id, Problem.status == ProblemStatus.SUBMITTED)
        .options(joinedload(Problem.author), joinedload(Problem.authority))
        .order_by(Problem.submitted_at)
    )
    return list(found)


def _next_sessions(session: Session, cohort: Cohort, now: datetime) -> list[Occurrence]:
    """The next ones, a cancelled one too: who reads only this page learns it here."""
    found = [one for one in list_occurrences(session, cohort) if one.ends_at > now]
    return found[:SESSIONS_SHOWN]


def _teams_without_project(session: Session, cohort: Cohort, with_project: set[int]) -> list[Team]:
    found = session.scalars(
        select(Team).where(Team.cohort_id == cohort.id, Team.id.not_in(with_project)).order_by(Team.name)
    )
    return list(found)


def _learner_count(session: Session, cohort: Cohort) -> int:
    teams = select(Team.id).where(Team.cohort_id == cohort.id)
    found = session.scalar(
        select(func.count(func.distinct(Membership.user_id))).where(
            Membership.role == Role.LEARNER,
            (Membership.cohort_id == cohort.id) | Membership.team_id.in_(teams),
            is_live(),
        )
    )
    return found or 0


def _week_labels(cohort: Cohort, now: datetime) -> list[str]:
    """The weeks of the training in which the eight periods end: 'S3', 'S4'…"""
    zone = ZoneInfo(cohort.time_zone)
    days = [(start.astimezone(zone).date() - cohort.starts_on).days for start in week_starts(now)]
    return [_("S%(week)s", week=max(0, day // 7 + 1)) for day in days]


def _by_team(rows: Sequence[TeamRow]) -> list[tuple[str, list[int]]]:
    return [(row.project.team.name, row.weeks) for row in rows]


def _by_person(session: Session, cohort: Cohort, now: datetime) -> list[tuple[str, list[int]]]:
    """Learners and guests of the cohort by week, ordered by name: figures to talk about, not a ranking."""
    starts = week_starts(now)
    bucket = _bucket(starts).label("bucket")
    teams = select(Team.id).where(Team.cohort_id == cohort.id)
    learners = session.execute(
        select(User.id, User.name)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.role == Role.LEARNER,
            (Membership.cohort_id == cohort.id) | Membership.team_id.in_(teams),
            is_live(),
        )
        .distinct()
    )
    names: dict[tuple[str, int], str] = {("u", id_): name for id_, name in learners}
    counts: dict[tuple[str, int], list[int]] = {key: [0] * WEEKS for key in names}
    rows = session.execute(
        select(Activity.user_id, Activity.guest_id, GuestContributor.name, bucket, func.sum(Activity.count))
        .outerjoin(GuestContributor, GuestContributor.id == Activity.guest_id)
        .where(Activity.cohort_id == cohort.id, Activity.at >= starts[0])
        .group_by(Activity.user_id, Activity.guest_id, GuestContributor.name, bucket)
    )
    for user_id, guest_id, guest_name, position, total in rows:
        key = ("g", guest_id) if guest_id else ("u", user_id or 0)
        if guest_id:
            names.setdefault(key, guest_name)
            counts.setdefault(key, [0] * WEEKS)
        if key in counts:
            counts[key][position] = int(total)
    return sorted((names[key], weeks) for key, weeks in counts.items())


def propose_talk(session: Session, actor: Actor, project: Project) -> None:
    """Tell a silent team that its tutor proposes a talk; at most once a day."""
    url = f"/projects/{project.id}"
    recent = session.scalar(
        select(Notification.id)
        .where(
            Notification.kind == NotificationKind.TALK_PROPOSED,
            Notification.url == url,
            Notification.created_at > utcnow() - TALK_EVERY,
        )
        .limit(1)
    )
    if recent is not None:
        raise Refused("already_proposed", N_("Un point a déjà été proposé à cette équipe aujourd’hui."))
    team = session.scalars(
        select(Membership.user_id).where(
            Membership.team_id == project.team_id, Membership.role == Role.LEARNER, is_live()
        )
    )
    notify(
        session, list(team), NotificationKind.TALK_PROPOSED, who=actor.name, subject=project.title, url=url
    )
