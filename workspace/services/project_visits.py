"""'Depuis votre dernière visite' of a project, for its team and its tutors. Kept by the server, per person.

A visit is pages of one project that follow each other within half an hour. The caller commits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from models.activity import Activity
from models.base import utcnow
from models.policy import Actor, Stand, stands
from models.project import Project
from models.project_visit import ProjectVisit
from models.upsert import upsert
from workspace.services.journal import JournalLine, recent_lines

ONE_VISIT = timedelta(minutes=30)
WRITTEN_EVERY = timedelta(minutes=1)
SHOWN = 6


@dataclass(frozen=True)
class News:
    """What others did since the visit that ended at `since`: the newest lines of `count`."""

    since: datetime
    lines: Sequence[JournalLine]
    count: int


def is_told(actor: Actor, project: Project) -> bool:
    """Whether the actor's visits are kept: those of the team and of its tutors."""
    return actor.user_id is not None and bool(stands(actor, project.where) & {Stand.TEAM, Stand.TUTOR})


def is_visit_due(session: Session, actor: Actor, project: Project) -> bool:
    """Whether there is something to write: not more than once a minute."""
    if not is_told(actor, project):
        return False
    found = session.get(ProjectVisit, (actor.user_id, project.id))
    return found is None or utcnow() - found.seen_at > WRITTEN_EVERY


def note_visit(session: Session, actor: Actor, project: Project) -> None:
    """The actor is on this project's page now."""
    now = utcnow()
    found = session.get(ProjectVisit, (actor.user_id, project.id), with_for_update=True)
    if found is None:
        session.execute(
            upsert(session, ProjectVisit)
            .values(user_id=actor.user_id, project_id=project.id, seen_at=now)
            .on_conflict_do_nothing()
        )
        return
    if now - found.seen_at > ONE_VISIT:
        found.before_at = found.seen_at
    found.seen_at = max(now, found.seen_at)


def news_of(session: Session, actor: Actor, project: Project) -> News | None:
    """What changed since the visit before this one; None for a first visit. Three queries at most."""
    if not is_told(actor, project):
        return None
    found = session.get(ProjectVisit, (actor.user_id, project.id))
    if found is None:
        return None
    since = found.seen_at if utcnow() - found.seen_at > ONE_VISIT else found.before_at
    if since is None:
        return None
    by_others = or_(Activity.user_id.is_(None), Activity.user_id != actor.user_id)
    conditions = (Activity.project_id == project.id, Activity.at > since, by_others)
    lines = recent_lines(session, *conditions, limit=SHOWN)
    count = len(lines)
    if count == SHOWN:
        count = session.scalar(select(func.count()).select_from(Activity).where(*conditions)) or 0
    return News(since, lines, count)
