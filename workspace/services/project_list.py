"""The list of projects that somebody may open: filtered, counted, paged, with the last activity of each."""

from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from models.access import visible_projects
from models.activity import Activity
from models.authority import Authority
from models.cohort import Team
from models.policy import Actor, Role
from models.problem import Problem
from models.project import Project
from models.search_text import fold
from models.stages import STEPS, Stage


def count_projects(session: Session, actor: Actor, words: str = "", stage: Stage | None = None) -> int:
    """How many of the projects that the actor may open fit the words and the stage."""
    statement = _found(actor, words, stage).with_only_columns(Project.id).order_by(None)
    return session.scalar(select(func.count()).select_from(statement.subquery())) or 0


def list_projects(
    session: Session,
    actor: Actor,
    words: str = "",
    stage: Stage | None = None,
    *,
    limit: int,
    offset: int = 0,
) -> list[Project]:
    """The projects that the actor may open, loaded as `access_project` does; those of their teams first."""
    mine = Project.team_id.in_(actor.scope_ids(Role.LEARNER, "team_id"))
    statement = _found(actor, words, stage).order_by(None).order_by(mine.desc(), Project.title, Project.id)
    return list(session.scalars(statement.limit(limit).offset(offset)))


def _found(actor: Actor, words: str, stage: Stage | None) -> Select[Project]:
    statement = visible_projects(actor)
    if stage is not None:
        codes = [step.code for step in STEPS if step.stage is stage]
        statement = statement.where(Project.current_step.in_(codes))
    for word in words.split()[:8]:
        statement = statement.where(
            or_(
                Project.title.icontains(word, autoescape=True),
                Team.name.icontains(word, autoescape=True),
                Problem.authority_code.in_(
                    select(Authority.code).where(
                        Authority.search_key.contains(fold(word) or word, autoescape=True)
                    )
                ),
            )
        )
    return statement


def last_activity(session: Session, project_ids: list[int]) -> dict[int, datetime]:
    """When something last happened on each of these projects: one query."""
    found = session.execute(
        select(Activity.project_id, func.max(Activity.at))
        .where(Activity.project_id.in_(project_ids))
        .group_by(Activity.project_id)
    )
    return {project_id: at for project_id, at in found if project_id is not None}
