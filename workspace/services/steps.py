"""A project's way through the stages: criteria ticked, a view asked for, steps validated and reopened.

Steps go one after the other. The team asks for its tutor's view (current → waiting); the tutor validates
(→ done, and the next one is current) or gives it back with a word. Only the last validated step can be
reopened. A step's `request` is the last word said on it: the team's while it waits, the tutor's once given
back.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.errors import Conflict, Invalid, NotFound
from models.i18n import N_
from models.membership import members
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission, Role
from models.project import Project, ProjectCriterion, ProjectStep, StepStatus
from models.stages import STEP_BY_CODE, STEP_CODES, STEPS, Step, next_step
from workspace.services.projects import lock_project

WORD_LIMIT = 1_000
MOVED = N_("Cette étape a changé d’état entre-temps : la page montre où elle en est.")
WORD_NEEDED = N_("Dites en un mot à l’équipe ce qui manque.")
CRITERIA = frozenset(criterion.code for step in STEPS for criterion in step.criteria)

# The four shapes of a step on a page.
SHAPES = {
    StepStatus.DONE: "done",
    StepStatus.CURRENT: "now",
    StepStatus.WAITING: "wait",
    StepStatus.TODO: "todo",
}


@dataclass(frozen=True)
class StepState:
    """A step of a project as it stands. `word` is the last word on it, said by `by` at `at`."""

    step: Step
    status: StepStatus
    word: str = ""
    by: str = ""
    at: datetime | None = None

    @property
    def shape(self) -> str:
        """done, now, wait or todo."""
        return SHAPES[self.status]


def step_states(session: Session, project_id: int) -> list[StepState]:
    """Every step in order: one query."""
    rows = session.scalars(
        select(ProjectStep)
        .where(ProjectStep.project_id == project_id)
        .options(joinedload(ProjectStep.changed_by))
    )
    known = {row.step_code: row for row in rows}
    return [_state(step, known.get(step.code)) for step in STEPS]


def _state(step: Step, row: ProjectStep | None) -> StepState:
    if row is None:
        return StepState(step, StepStatus.TODO)
    by = row.changed_by.name if row.changed_by else ""
    return StepState(step, row.status, row.request, by, row.changed_at)


def met_criteria(session: Session, project_id: int) -> set[str]:
    """The codes of the criteria that the team has ticked."""
    found = session.scalars(
        select(ProjectCriterion.criterion_code).where(ProjectCriterion.project_id == project_id)
    )
    return set(found)


def tick_criterion(session: Session, actor: Actor, project_id: int, code: str, *, met: bool) -> None:
    """Say that a criterion is met, or no longer. Doing it twice changes nothing."""
    project = lock_project(session, actor, project_id, Permission.EDIT_PROJECT)
    if code not in CRITERIA:
        raise NotFound
    ticked = ProjectCriterion.project_id == project.id, ProjectCriterion.criterion_code == code
    if not met:
        session.execute(delete(ProjectCriterion).where(*ticked))
        return
    if session.scalar(select(ProjectCriterion.id).where(*ticked)) is None:
        session.add(ProjectCriterion(project_id=project.id, criterion_code=code, met_by_id=actor.user_id))
        text = next(c.text for step in STEPS for c in step.criteria if c.code == code)
        _record(session, actor, project, ActivityKind.CRITERION_MET, text)


def request_review(session: Session, actor: Actor, project_id: int, step_code: str, word: str) -> None:
    """The team asks its tutor's view on the step it is at. Raises: Conflict if it is no longer there."""
    project = lock_project(session, actor, project_id, Permission.EDIT_PROJECT)
    row = _row_in(session, project, step_code, StepStatus.CURRENT)
    _set(row, actor, StepStatus.WAITING, word)
    _record(session, actor, project, ActivityKind.STEP_REQUESTED, project.step.name)
    tutors = members(session, Role.TUTOR, cohort_id=project.team.cohort_id)
    _notify(session, actor, project, NotificationKind.STEP_REQUESTED, [tutor.id for tutor in tutors])


def withdraw_request(session: Session, actor: Actor, project_id: int, step_code: str) -> None:
    """The team takes its request back."""
    project = lock_project(session, actor, project_id, Permission.EDIT_PROJECT)
    _set(_row_in(session, project, step_code, StepStatus.WAITING), actor, StepStatus.CURRENT, "")


def validate_step(session: Session, actor: Actor, project_id: int, step_code: str) -> None:
    """The tutor validates the step the project is at; the next one becomes current."""
    project = lock_project(session, actor, project_id, Permission.VALIDATE_STEP)
    row = _row_in(session, project, step_code, StepStatus.CURRENT, StepStatus.WAITING)
    _set(row, actor, StepStatus.DONE, "")
    _record(session, actor, project, ActivityKind.STEP_VALIDATED, project.step.name)
    _audit(session, actor, project, AuditAction.STEP_VALIDATED, step_code)
    following = next_step(step_code)
    if following is not None:
        project.current_step = following.code
        session.add(
            ProjectStep(
                project_id=project.id,
                step_code=following.code,
                status=StepStatus.CURRENT,
                changed_by_id=actor.user_id,
            )
        )
    _tell_team(session, actor, project, NotificationKind.STEP_VALIDATED)


def reopen_step(session: Session, actor: Actor, project_id: int, step_code: str, word: str) -> None:
    """The tutor gives the step back with a word: the one that waits, or the last one validated.

    Raises: Invalid without a word; Conflict when the step is neither.
    """
    project = lock_project(session, actor, project_id, Permission.VALIDATE_STEP)
    if not word.strip():
        raise Invalid(fields={"word": WORD_NEEDED})
    row = _find_row(session, project, step_code)
    if row is not None and row.status is StepStatus.DONE and step_code == last_done(session, project):
        following = next_step(step_code)
        if following is not None:
            session.execute(
                delete(ProjectStep).where(
                    ProjectStep.project_id == project.id, ProjectStep.step_code == following.code
                )
            )
    elif row is None or row.status is not StepStatus.WAITING:
        raise Conflict(MOVED)
    project.current_step = step_code
    _set(row, actor, StepStatus.CURRENT, word)
    _record(session, actor, project, ActivityKind.STEP_REOPENED, STEP_BY_CODE[step_code].name)
    _audit(session, actor, project, AuditAction.STEP_REOPENED, step_code)
    _tell_team(session, actor, project, NotificationKind.STEP_REOPENED)


def last_done(session: Session, project: Project) -> str | None:
    """The code of the last validated step: the one that can be reopened."""
    done = set(
        session.scalars(
            select(ProjectStep.step_code).where(
                ProjectStep.project_id == project.id, ProjectStep.status == StepStatus.DONE
            )
        )
    )
    return next((code for code in reversed(STEP_CODES) if code in done), None)


def _find_row(session: Session, project: Project, step_code: str) -> ProjectStep | None:
    return session.scalar(
        select(ProjectStep).where(ProjectStep.project_id == project.id, ProjectStep.step_code == step_code)
    )


def _row_in(session: Session, project: Project, step_code: str, *wanted: StepStatus) -> ProjectStep:
    row = _find_row(session, project, step_code)
    if step_code != project.current_step or row is None or row.status not in wanted:
        raise Conflict(MOVED)
    return row


def _set(row: ProjectStep, actor: Actor, status: StepStatus, word: str) -> None:
    row.status, row.request = status, word
    row.changed_at, row.changed_by_id = utcnow(), actor.user_id


def _record(session: Session, actor: Actor, project: Project, kind: ActivityKind, subject: str) -> None:
    record_activity(
        session, actor, kind, cohort_id=project.team.cohort_id, project_id=project.id, subject=subject
    )


def _audit(session: Session, actor: Actor, project: Project, action: AuditAction, step_code: str) -> None:
    number = STEP_CODES.index(step_code) + 1
    subject = (SubjectKind.PROJECT, project.id)
    audit(session, actor, action, where=project.where, subject=subject, step=number)


def _tell_team(session: Session, actor: Actor, project: Project, kind: NotificationKind) -> None:
    learners = members(session, Role.LEARNER, team_id=project.team_id)
    _notify(session, actor, project, kind, [learner.id for learner in learners])


def _notify(
    session: Session, actor: Actor, project: Project, kind: NotificationKind, user_ids: list[int]
) -> None:
    others = [user_id for user_id in user_ids if user_id != actor.user_id]
    notify(
        session,
        others,
        kind,
        who=actor.name,
        subject=project.title,
        url=f"/projects/{project.id}",
        project_id=project.id,
    )
