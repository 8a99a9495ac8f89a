"""A learner's home: what to go on with, what waits, what changed, when the next class is, who with.

Every list is of the actor's own teams, cohorts and problems. The number of queries does not depend on the
number of rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.access import visible_problems, visible_projects
from models.activity import Activity
from models.base import utcnow
from models.brief import ObserverQuestion
from models.cohort import Cohort, Team
from models.feedback import Feedback, FeedbackStatus
from models.membership import Membership, is_live
from models.occurrences import Occurrence, upcoming
from models.people import User
from models.policy import Actor, Role
from models.problem import Problem, ProblemStatus, ProblemSupporter
from models.project import Project
from models.stages import STAGE_LABELS, STEPS, Stage
from models.support import SupportOffer, SupportStatus
from workspace.services.class_sessions import list_series
from workspace.services.journal import JournalLine, activity_rows, journal_lines
from workspace.services.milestones import DUE_SHOWN, Standing, standings_of
from workspace.services.resume import Resume, find_resume, is_own

CHANGES_READ = 60
CHANGES_SHOWN = 6


@dataclass(frozen=True)
class Changes:
    """What others did on one project since the last visit; `more` lines are not shown."""

    project: Project
    lines: list[JournalLine]
    more: int


@dataclass(frozen=True)
class NextClass:
    """The next class session that takes place, or the one under way."""

    session: Occurrence
    cohort: Cohort
    is_now: bool


@dataclass(frozen=True)
class TeamCard:
    """A team of the learner, with its members (its lead first) and the cohort's tutors."""

    team: Team
    members: list[User]
    tutors: list[User]


@dataclass(frozen=True)
class ProjectCard:
    """A project and its stages: (label, state, name of the step under way)."""

    project: Project
    stages: list[tuple[str, str, str]]


@dataclass(frozen=True)
class LearnerHome:
    """Everything a learner's home shows."""

    resume: Resume | None
    returned: list[Problem]
    feedback: list[Feedback]
    questions: list[ObserverQuestion]
    offers: list[SupportOffer]
    changes: list[Changes]
    next_class: NextClass | None
    teams: list[TeamCard]
    due: list[tuple[Project, Standing]]
    problems: list[Problem]
    projects: list[ProjectCard]

    @property
    def is_new(self) -> bool:
        """Whether nothing has been begun yet."""
        return not (self.problems or self.projects)


def learner_home(session: Session, actor: Actor, since: datetime) -> LearnerHome:
    """What a learner's home shows. Nineteen queries at most."""
    projects = _own_projects(session, actor)
    problems = _own_problems(session, actor)
    ids = [project.id for project in projects]
    standings = standings_of(session, projects, utcnow())
    due = [(project, one) for project in projects for one in standings[project.id] if one.is_open]
    return LearnerHome(
        resume=find_resume(session, actor, projects, problems),
        returned=[problem for problem in problems if is_own(problem, actor, ProblemStatus.RETURNED)],
        feedback=_waiting_feedback(session, actor, ids),
        questions=_waiting_questions(session, ids),
        offers=_waiting_offers(session, ids),
        changes=_changes(session, actor, projects, since),
        next_class=_next_class(session, actor.scope_ids(Role.LEARNER, "cohort_id")),
        teams=_teams(session, actor),
        due=sorted(due, key=lambda pair: pair[1].days)[:DUE_SHOWN],
        problems=problems,
        projects=[ProjectCard(project, stage_states(project)) for project in projects],
    )


def _own_projects(session: Session, actor: Actor) -> list[Project]:
    own = Project.team_id.in_(actor.scope_ids(Role.LEARNER, "team_id"))
    return list(session.scalars(visible_projects(actor).where(own).options(selectinload(Project.steps))))


def _own_problems(session: Session, actor: Actor) -> list[Problem]:
    """One's own, and those one joined, the latest change first."""
    joined = exists().where(
        ProblemSupporter.problem_id == Problem.id, ProblemSupporter.user_id == actor.user_id
    )
    mine = or_(Problem.author_id == actor.user_id, joined)
    statement = visible_problems(actor).where(mine).options(joinedload(Problem.decided_by))
    return list(session.scalars(statement))


def _waiting_feedback(session: Session, actor: Actor, project_ids: Sequence[int]) -> list[Feedback]:
    """To the team or to the actor alone, released and not answered yet, the oldest first."""
    statement = (
        select(Feedback)
        .where(
            Feedback.project_id.in_(project_ids),
            Feedback.status == FeedbackStatus.RELEASED,
            Feedback.answered_at.is_(None),
            or_(Feedback.learner_id.is_(None), Feedback.learner_id == actor.user_id),
        )
        .options(joinedload(Feedback.author), joinedload(Feedback.project))
        .order_by(Feedback.released_at, Feedback.id)
    )
    return list(session.scalars(statement))


def _waiting_questions(session: Session, project_ids: Sequence[int]) -> list[ObserverQuestion]:
    statement = (
        select(ObserverQuestion)
        .where(ObserverQuestion.project_id.in_(project_ids), ObserverQuestion.answered_at.is_(None))
        .options(joinedload(ObserverQuestion.observer), joinedload(ObserverQuestion.project))
        .order_by(ObserverQuestion.asked_at, ObserverQuestion.id)
    )
    return list(session.scalars(statement))


def _waiting_offers(session: Session, project_ids: Sequence[int]) -> list[SupportOffer]:
    statement = (
        select(SupportOffer)
        .where(SupportOffer.project_id.in_(project_ids), SupportOffer.status == SupportStatus.OFFERED)
        .options(joinedload(SupportOffer.observer), joinedload(SupportOffer.project))
        .order_by(SupportOffer.offered_at, SupportOffer.id)
    )
    return list(session.scalars(statement))


def _changes(session: Session, actor: Actor, projects: Sequence[Project], since: datetime) -> list[Changes]:
    """What others did, by project, the project with the newest change first."""
    by_others = or_(Activity.user_id.is_(None), Activity.user_id != actor.user_id)
    ids = [project.id for project in projects]
    rows = session.scalars(
        activity_rows(Activity.project_id.in_(ids), Activity.at > since, by_others).limit(CHANGES_READ)
    )
    lines = journal_lines(rows)
    known = {project.id: project for project in projects}
    order = dict.fromkeys(line.project_id for line in lines if line.project_id)
    groups = [(known[key], [line for line in lines if line.project_id == key]) for key in order]
    return [
        Changes(project, found[:CHANGES_SHOWN], len(found) - len(found[:CHANGES_SHOWN]))
        for project, found in groups
    ]


def _next_class(session: Session, cohort_ids: Sequence[int]) -> NextClass | None:
    now = utcnow()
    one = next(upcoming(list_series(session, cohort_ids), now), None)
    return NextClass(one, session.get_one(Cohort, one.cohort_id), one.starts_at <= now) if one else None


def _teams(session: Session, actor: Actor) -> list[TeamCard]:
    statement = (
        select(Team)
        .where(Team.id.in_(actor.scope_ids(Role.LEARNER, "team_id")))
        .options(joinedload(Team.cohort))
        .order_by(Team.name)
    )
    teams = list(session.scalars(statement))
    cohort_ids = [team.cohort_id for team in teams]
    people = session.execute(
        select(User, Membership.team_id, Membership.cohort_id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            is_live(),
            or_(
                (Membership.role == Role.LEARNER) & Membership.team_id.in_([team.id for team in teams]),
                (Membership.role == Role.TUTOR) & Membership.cohort_id.in_(cohort_ids),
            ),
        )
        .order_by(User.name)
    ).all()
    return [
        TeamCard(
            team,
            _lead_first(team, [one for one, team_id, _cohort in people if team_id == team.id]),
            [one for one, team_id, cohort_id in people if not team_id and cohort_id == team.cohort_id],
        )
        for team in teams
    ]


def _lead_first(team: Team, members: list[User]) -> list[User]:
    return sorted(members, key=lambda person: person.id != team.lead_id)


def stage_states(project: Project) -> list[tuple[str, str, str]]:
    """The three stages as a rail shows them: done, wait, now or todo. Needs `steps` loaded."""
    statuses = {row.step_code: row.status.value for row in project.steps}
    return [_stage_state(stage, statuses) for stage in Stage]


def _stage_state(stage: Stage, statuses: dict[str, str]) -> tuple[str, str, str]:
    steps = [step for step in STEPS if step.stage is stage]
    found = [statuses.get(step.code, "todo") for step in steps]
    label = STAGE_LABELS[stage]
    if all(status == "done" for status in found):
        return label, "done", ""
    for step, status in zip(steps, found, strict=True):
        if status in ("current", "waiting"):
            return label, "now" if status == "current" else "wait", step.name
    return label, "todo", ""
