"""« Reprendre »: the one thing that a learner most likely wants to go on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from models.activity import Activity
from models.document import Board
from models.policy import Actor, Role
from models.problem import Problem, ProblemStatus
from models.project import Project


@dataclass(frozen=True)
class Resume:
    """What the learner goes on with: the board, project or problem (a draft) touched last.

    Failing that, what comes next: `accepted`, a problem to make a project of, or `reading`, one to follow.
    `place` says where it belongs.
    """

    kind: str
    id: int
    title: str
    place: str
    at: datetime


def find_resume(
    session: Session, actor: Actor, projects: Sequence[Project], problems: Sequence[Problem]
) -> Resume | None:
    """The board or project last worked on, or the text last written, whichever is newer; else what is next.

    `projects` and `problems` are the actor's own. One query.
    """
    found = [_last_touched(session, actor, projects), _last_written(actor, problems)]
    touched = [one for one in found if one is not None]
    if touched:
        return max(touched, key=lambda one: one.at)
    if projects:
        project = max(projects, key=lambda one: one.created_at)
        return Resume("project", project.id, project.title, project.team.name, project.created_at)
    return _next_problem(actor, problems)


def _next_problem(actor: Actor, problems: Sequence[Problem]) -> Resume | None:
    """An accepted problem that the actor's team can take up, else one to follow, one's own first."""
    cohorts = {grant.cohort_id for grant in actor.grants if grant.role is Role.LEARNER and grant.team_id}
    ranked = sorted(
        (one for one in problems if one.status is not ProblemStatus.RETURNED),
        key=lambda one: (one.status is not ProblemStatus.ACCEPTED, one.author_id != actor.user_id),
    )
    if not ranked:
        return None
    first = ranked[0]
    can_begin = first.status is ProblemStatus.ACCEPTED and first.cohort_id in cohorts
    kind = "accepted" if can_begin else "reading"
    return Resume(kind, first.id, first.title, _place(first), first.updated_at)


def _place(problem: Problem) -> str:
    return problem.authority.name if problem.authority else ""


def _last_touched(session: Session, actor: Actor, projects: Sequence[Project]) -> Resume | None:
    ids = [project.id for project in projects]
    found = session.execute(
        select(Activity, Board)
        .outerjoin(Board, and_(Board.id == Activity.board_id, Board.archived_at.is_(None)))
        .where(Activity.user_id == actor.user_id, Activity.project_id.in_(ids))
        .order_by(Activity.at.desc(), Activity.id.desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    activity, board = found
    project = next(one for one in projects if one.id == activity.project_id)
    if board is not None:
        return Resume("board", board.id, board.title, project.title, activity.at)
    return Resume("project", project.id, project.title, project.team.name, activity.at)


def _last_written(actor: Actor, problems: Sequence[Problem]) -> Resume | None:
    drafts = [one for one in problems if is_own(one, actor, ProblemStatus.DRAFT)]
    if not drafts:
        return None
    draft = max(drafts, key=lambda one: one.updated_at)
    return Resume("problem", draft.id, draft.title, _place(draft), draft.updated_at)


def is_own(problem: Problem, actor: Actor, status: ProblemStatus) -> bool:
    """Whether the actor wrote this problem and it is in this state."""
    return problem.author_id == actor.user_id and problem.status is status
