"""Projects: a team makes one of an accepted problem, and says what it is and what is due next."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.access import MAX_ID, NOT_FOUND, access_problem, access_project, access_team, visible_problems
from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.cohort import Team
from models.errors import Conflict, Forbidden, NotFound, Refused
from models.i18n import N_
from models.policy import Actor, Permission, Role, Where, can
from models.problem import Problem, ProblemStatus
from models.project import Project, ProjectStep, StepStatus
from models.stages import STEPS

TITLE_LIMIT = 160
SUMMARY_LIMIT = 2_000
STALE = N_("Quelqu’un a enregistré une autre version pendant que vous écriviez.")
NOT_ACCEPTED = N_(
    "Cette problématique n’est pas encore acceptée : un projet s’ouvre quand le tuteur l’a acceptée."
)
NOT_YOURS = N_("Rejoignez d’abord cette problématique : elle est celle d’une autre équipe.")
EXISTS = N_("Votre équipe a déjà un projet sur cette problématique.")
EDITABLE = ("title", "summary", "next_due_on", "next_due_label")


def valid_id(id_: int) -> int:
    """The id, if a database can hold it. Raises: NotFound."""
    if not 0 < id_ <= MAX_ID:
        raise NotFound(NOT_FOUND)
    return id_


def lock_project(session: Session, actor: Actor, project_id: int, permission: Permission) -> Project:
    """The project as `access_project` gives it, its row locked: of two changes, one waits for the other."""
    access_project(session, actor, project_id, permission)
    session.execute(select(Project.id).where(Project.id == project_id).with_for_update())
    session.expire_all()
    return access_project(session, actor, project_id, permission)


def own_teams(session: Session, actor: Actor, cohort_id: int | None = None) -> list[Team]:
    """The actor's teams, of one cohort or of all."""
    statement = select(Team).where(Team.id.in_(actor.scope_ids(Role.LEARNER, "team_id"))).order_by(Team.name)
    if cohort_id is not None:
        statement = statement.where(Team.cohort_id == cohort_id)
    return list(session.scalars(statement))


def find_project(session: Session, problem_id: int, team_ids: list[int]) -> Project | None:
    """The project that one of these teams has on this problem."""
    return session.scalar(
        select(Project).where(Project.problem_id == problem_id, Project.team_id.in_(team_ids)).limit(1)
    )


def problems_to_take(session: Session, actor: Actor) -> list[Problem]:
    """Accepted problems of which a team of the actor could make a project, and has not yet."""
    team_ids = actor.scope_ids(Role.LEARNER, "team_id")
    taken = select(Project.problem_id).where(Project.team_id.in_(team_ids))
    cohorts = actor.scope_ids(Role.LEARNER, "cohort_id")
    statement = visible_problems(actor).where(
        Problem.status == ProblemStatus.ACCEPTED, Problem.cohort_id.in_(cohorts), Problem.id.not_in(taken)
    )
    return [problem for problem in session.scalars(statement) if may_take(actor, problem)]


def may_take(actor: Actor, problem: Problem) -> bool:
    """Whether the actor may make their team a project of this problem: theirs, or one they may join."""
    return problem.author_id == actor.user_id or can(actor, Permission.JOIN_PROBLEM, problem.where)


def create_project(
    session: Session, actor: Actor, problem_id: int, *, team_id: int, title: str, summary: str
) -> Project:
    """Open the team's project on an accepted problem; it stands at the first step.

    Raises: Refused 'not_accepted' or 'exists'; Forbidden for a problem of another team or cohort.
    """
    problem = access_problem(session, actor, problem_id)
    team = access_team(session, actor, team_id, Permission.CREATE_PROJECT)
    if problem.status is not ProblemStatus.ACCEPTED:
        raise Refused("not_accepted", NOT_ACCEPTED)
    if team.cohort_id != problem.cohort_id or not may_take(actor, problem):
        raise Forbidden(NOT_YOURS)
    if find_project(session, problem.id, [team.id]) is not None:
        raise Refused("exists", EXISTS)
    project = Project(team_id=team.id, problem_id=problem.id, title=title, summary=summary)
    project.steps = [
        ProjectStep(step_code=STEPS[0].code, status=StepStatus.CURRENT, changed_by_id=actor.user_id)
    ]
    session.add(project)
    try:
        session.flush()
    except IntegrityError as error:
        raise Refused("exists", EXISTS) from error
    record_activity(
        session,
        actor,
        ActivityKind.PROJECT_CREATED,
        cohort_id=team.cohort_id,
        project_id=project.id,
        problem_id=problem.id,
        subject=project.title,
    )
    subject = (SubjectKind.PROJECT, project.id)
    place = Where(team_id=team.id, project_id=project.id)
    audit(session, actor, AuditAction.PROJECT_CREATED, where=place, subject=subject)
    return project


def update_project(
    session: Session,
    actor: Actor,
    project_id: int,
    *,
    version: int,
    title: str,
    summary: str,
    next_due_on: date | None,
    next_due_label: str,
) -> Project:
    """Change what the project is called, what it is, and what is due next.

    Raises: Conflict with the current values when it was changed since `version`.
    """
    project = lock_project(session, actor, project_id, Permission.EDIT_PROJECT)
    if project.version != version:
        current = {name: getattr(project, name) for name in EDITABLE}
        raise Conflict(STALE, {**current, "version": project.version})
    project.title, project.summary = title, summary
    project.next_due_on, project.next_due_label = next_due_on, next_due_label
    project.version += 1
    return project
