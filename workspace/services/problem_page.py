"""What the page of one problem shows beside its text, for whom: the history, who joined, what may be done."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import cohort_where, visible_projects
from models.activity import Activity, ActivityKind
from models.cohort import Team
from models.people import User
from models.policy import Actor, Permission, Role, can
from models.problem import Problem, ProblemStatus, ProblemSupporter
from models.project import Project
from workspace.services.journal import JournalLine, recent_lines
from workspace.services.projects import may_take

HISTORY = (
    ActivityKind.PROBLEM_SUBMITTED,
    ActivityKind.PROBLEM_ACCEPTED,
    ActivityKind.PROBLEM_RETURNED,
)


@dataclass(frozen=True)
class ProblemPage:
    """The problem and its surroundings. `history` and the decision's reason are for those who `follow` it."""

    problem: Problem
    team_name: str
    supporters: list[User]
    projects: list[Project]
    history: list[JournalLine]
    is_author: bool
    follows: bool
    may_edit: bool
    may_decide: bool
    may_join: bool
    has_joined: bool
    may_make_project: bool


def problem_page(session: Session, actor: Actor, problem: Problem) -> ProblemPage:
    """Needs `problem` as `access_problem` gives it. Five queries at most, whatever the rows."""
    is_author = problem.author_id == actor.user_id and actor.user_id is not None
    follows = is_author or can(actor, Permission.FOLLOW_COHORT, cohort_where(problem.cohort))
    projects = list(session.scalars(visible_projects(actor).where(Project.problem_id == problem.id)))
    joined = any(supporter.user_id == actor.user_id for supporter in problem.supporters)
    may_join = not is_author and can(actor, Permission.JOIN_PROBLEM, problem.where)
    return ProblemPage(
        problem=problem,
        team_name=_team_name(session, problem),
        supporters=_supporters(session, problem),
        projects=projects,
        history=_history(session, problem) if follows else [],
        is_author=is_author,
        follows=follows,
        may_edit=can(actor, Permission.EDIT_PROBLEM, problem.where),
        may_decide=can(actor, Permission.DECIDE_PROBLEM, problem.where),
        may_join=may_join and not joined and not has_own_problem(session, actor, problem.cohort_id),
        has_joined=joined,
        may_make_project=_may_make_project(actor, problem, projects),
    )


def has_own_problem(session: Session, actor: Actor, cohort_id: int) -> bool:
    """Whether the actor has sent a problem of their own in this cohort."""
    own = select(Problem.id).where(
        Problem.author_id == actor.user_id,
        Problem.cohort_id == cohort_id,
        Problem.status != ProblemStatus.DRAFT,
    )
    return session.scalar(own.limit(1)) is not None


def _team_name(session: Session, problem: Problem) -> str:
    if problem.team_id is None:
        return ""
    return session.scalar(select(Team.name).where(Team.id == problem.team_id)) or ""


def _supporters(session: Session, problem: Problem) -> list[User]:
    if not problem.supporters:
        return []
    statement = (
        select(User)
        .join(ProblemSupporter, ProblemSupporter.user_id == User.id)
        .where(ProblemSupporter.problem_id == problem.id)
        .order_by(User.name)
    )
    return list(session.scalars(statement))


def _history(session: Session, problem: Problem) -> list[JournalLine]:
    return recent_lines(session, Activity.problem_id == problem.id, Activity.kind.in_(HISTORY), limit=20)


def _may_make_project(actor: Actor, problem: Problem, projects: list[Project]) -> bool:
    teams = {
        grant.team_id
        for grant in actor.grants
        if grant.role is Role.LEARNER and grant.cohort_id == problem.cohort_id and grant.team_id
    }
    has_one = any(project.team_id in teams for project in projects)
    accepted = problem.status is ProblemStatus.ACCEPTED
    return bool(teams) and accepted and not has_one and may_take(actor, problem)
