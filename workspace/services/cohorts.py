"""The cohort page: every team at a glance. The number of queries does not depend on the number of teams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, load_only

from models.access import cohort_where, listed_project_options
from models.activity import Activity
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import Refused
from models.i18n import N_
from models.membership import Membership, is_live
from models.notification import Notification, NotificationKind, notify
from models.occurrences import Occurrence
from models.policy import Actor, Permission, Role, can
from models.problem import Problem, ProblemStatus
from models.project import Project, StepStatus
from models.stages import STEPS
from workspace.i18n import _
from workspace.services import participation, triage
from workspace.services.class_sessions import list_occurrences
from workspace.services.cohort_facts import Moments, Steps, Talks, facts_of, moments_of, steps_of, talks_of
from workspace.services.journal import JournalLine, recent_lines
from workspace.services.milestones import (
    Due,
    Standing,
    cohort_milestones,
    next_due,
    standings_of,
    still_due,
)
from workspace.services.participation import Row
from workspace.services.rules import Settings, settings_of
from workspace.services.triage import Reason, TeamFacts, first_to_see, reason_for, urgency

SESSIONS_SHOWN = 3
JOURNAL_SHOWN = 6
DOT = {
    StepStatus.DONE: "done",
    StepStatus.CURRENT: "now",
    StepStatus.WAITING: "wait",
    StepStatus.TODO: "todo",
}
TALK_EVERY = timedelta(days=1)
YOU = N_("Vous")


@dataclass(frozen=True)
class TeamRow:
    """One line. `states` has one of done, now, wait, todo per step; `reason`: why it needs somebody.

    What only those who follow the cohort may know is None for the others.
    """

    project: Project
    states: list[str]
    weeks: list[int]
    moments: Moments
    unanswered_at: datetime | None = None
    due_on: date | None = None
    is_overdue: bool = False
    reason: Reason | None = None

    @property
    def is_late(self) -> bool:
        """Whether it is the team's silence, or a date that has passed, that makes it need somebody."""
        return self.reason is not None and self.reason.rule in ("long_silent", "silent", "overdue")


@dataclass(frozen=True)
class CohortPage:
    """Everything the cohort page shows. The fields for those who follow are empty for learners."""

    cohort: Cohort
    rows: list[TeamRow]
    teams_without_project: list[Team]
    sessions: list[Occurrence]
    due: list[Due]
    learner_count: int
    week_labels: list[str]
    first: list[Reason] = field(default_factory=list)
    to_decide: Problem | None = None
    lines: list[JournalLine] = field(default_factory=list)
    participation: list[Row] = field(default_factory=list)
    own: list[Row] = field(default_factory=list)


def cohort_page(session: Session, actor: Actor, cohort: Cohort, *, by_person: bool = False) -> CohortPage:
    """What the page of this cohort shows to this actor."""
    now = utcnow()
    follows = can(actor, Permission.FOLLOW_COHORT, cohort_where(cohort))
    projects = projects_of(session, cohort)
    if not follows:
        projects = [project for project in projects if can(actor, Permission.VIEW_PROJECT, project.where)]
    ids = [project.id for project in projects]
    weeks = participation.weeks_of(session, ids, now)
    steps, moments = steps_of(session, ids), moments_of(session, projects)
    rows = [
        TeamRow(project, _states(steps[project.id]), weeks[project.id], moments[project.id])
        for project in projects
    ]
    standings = standings_of(session, projects, now)
    theirs = [one for one in projects if can(actor, Permission.VIEW_MILESTONE, one.where)]
    page = CohortPage(
        cohort=cohort,
        rows=rows,
        teams_without_project=_teams_without_project(
            session, cohort, {project.team_id for project in projects}
        ),
        sessions=_next_sessions(session, cohort, now),
        due=still_due(cohort_milestones(session, cohort), [standings[one.id] for one in theirs]),
        learner_count=_learner_count(session, cohort),
        week_labels=participation.week_labels(cohort, now),
    )
    if not follows:
        return replace(page, own=_own(session, actor, cohort, rows, now))
    talks = talks_of(session, ids)
    facts = _facts(projects, steps, moments, talks, standings, now)
    settings = settings_of(session, cohort.id, triage.RULES)
    rows = sorted((_followed(row, facts[row.project.id], settings) for row in rows), key=_by_need)
    return replace(
        page,
        rows=rows,
        first=first_to_see(row.reason for row in rows),
        to_decide=_to_decide(session, cohort),
        lines=recent_lines(session, Activity.cohort_id == cohort.id, limit=JOURNAL_SHOWN),
        participation=participation.by_person(session, cohort, now)
        if by_person
        else participation.by_team(projects, weeks),
    )


def team_facts(session: Session, projects: Sequence[Project]) -> list[TeamFacts]:
    """What the rules look at, for each of these projects of a cohort: a constant number of queries."""
    now = utcnow()
    ids = [project.id for project in projects]
    steps, moments, talks = steps_of(session, ids), moments_of(session, projects), talks_of(session, ids)
    standings = standings_of(session, projects, now)
    return list(_facts(projects, steps, moments, talks, standings, now).values())


def _facts(
    projects: Sequence[Project],
    steps: Mapping[int, Steps],
    moments: Mapping[int, Moments],
    talks: Mapping[int, Talks],
    standings: Mapping[int, list[Standing]],
    now: datetime,
) -> dict[int, TeamFacts]:
    """By the project's id."""
    return {
        project.id: facts_of(
            project,
            steps[project.id],
            moments[project.id],
            talks.get(project.id, Talks()),
            now,
            next_due(standings[project.id]),
        )
        for project in projects
    }


def projects_of(session: Session, cohort: Cohort) -> list[Project]:
    """The projects of the cohort by title, as `listed_project_options` loads them."""
    found = session.scalars(
        select(Project)
        .join(Team, Team.id == Project.team_id)
        .where(Team.cohort_id == cohort.id)
        .options(*listed_project_options())
        .order_by(Project.title, Project.id)
    )
    return list(found)


def _states(steps: Steps) -> list[str]:
    return [DOT[steps[step.code].status] if step.code in steps else "todo" for step in STEPS]


def _followed(row: TeamRow, facts: TeamFacts, settings: Settings) -> TeamRow:
    return replace(
        row,
        unanswered_at=facts.unanswered_at,
        due_on=facts.due_on,
        is_overdue=facts.due_on is not None and facts.due_on < facts.today,
        reason=reason_for(facts, settings),
    )


def _by_need(row: TeamRow) -> tuple[tuple[int, int], str, int]:
    return urgency(row.reason), row.project.title, row.project.id


def _own(session: Session, actor: Actor, cohort: Cohort, rows: Sequence[TeamRow], now: datetime) -> list[Row]:
    """A learner's own weeks, above those of their team as a whole."""
    teams = actor.scope_ids(Role.LEARNER, "team_id")
    team = [(row.project.team.name, row.weeks) for row in rows if row.project.team_id in teams]
    return [(_(YOU), participation.own_weeks(session, actor, cohort, now)), *team]


def _to_decide(session: Session, cohort: Cohort) -> Problem | None:
    """The problem that has waited longest for a decision."""
    return session.scalar(
        select(Problem)
        .where(Problem.cohort_id == cohort.id, Problem.status == ProblemStatus.SUBMITTED)
        .options(load_only(Problem.title, raiseload=True), joinedload(Problem.author))
        .order_by(Problem.submitted_at)
        .limit(1)
    )


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
        session,
        list(team),
        NotificationKind.TALK_PROPOSED,
        who=actor.name,
        subject=project.title,
        url=url,
        project_id=project.id,
    )
