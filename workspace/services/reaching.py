"""A team says that it reached a milestone: its boards and texts are frozen with it. It may take that back.

What was frozen stays, and who took it back, when: a promise that was withdrawn leaves a trace.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.access import access_milestone
from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.document import Board
from models.errors import Refused
from models.i18n import N_
from models.milestone import Milestone, MilestoneReach
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission
from models.project import Project
from models.snapshot import SnapshotKind
from workspace.services.milestones import team_and_tutors
from workspace.services.projects import lock_project
from workspace.services.snapshots import Draft, keep, texts_of

ALREADY = N_("Ce jalon est déjà annoncé comme atteint.")
UNMET = N_("Cochez chaque critère : c’est ce qui fait le jalon. S’il en manque un, gardez-le pour plus tard.")
WITHDRAWN = N_("Ce jalon a été retiré.")


def what_freezes(
    session: Session, project: Project, boards: Sequence[Board], contents: Mapping[int, bytes]
) -> list[Draft]:
    """Boards whose `contents` could be read, by their id, then the texts."""
    kept = [
        Draft(SnapshotKind.BOARD, board.title, contents[board.id], board_id=board.id)
        for board in boards
        if board.id in contents
    ]
    return kept + texts_of(session, project)


def reach(
    session: Session,
    actor: Actor,
    project_id: int,
    milestone_id: int,
    *,
    boards: Sequence[Board],
    contents: Mapping[int, bytes],
    met: int,
    word: str,
) -> MilestoneReach:
    """Say that it is reached, and freeze. `met`: how many of its criteria were ticked.

    Raises: Refused when it was said before, was withdrawn, or a criterion is left.
    """
    project = lock_project(session, actor, project_id, Permission.EDIT_PROJECT)
    _project, milestone = access_milestone(session, actor, project_id, milestone_id, Permission.EDIT_PROJECT)
    if milestone.withdrawn_at is not None:
        raise Refused("withdrawn", WITHDRAWN)
    if reach_of(session, project.id, milestone.id) is not None:
        raise Refused("already", ALREADY)
    if met < len(milestone.wanted):
        raise Refused("unmet", UNMET)
    found = MilestoneReach(
        milestone_id=milestone.id, project_id=project.id, word=word, reached_by_id=actor.user_id
    )
    session.add(found)
    session.flush()
    for draft in what_freezes(session, project, boards, contents):
        keep(session, actor, project, draft, found.id)
    _told(session, actor, project, milestone, is_back=False)
    return found


def take_back(session: Session, actor: Actor, project_id: int, milestone_id: int) -> None:
    """It is not reached after all. Doing it twice changes nothing."""
    project = lock_project(session, actor, project_id, Permission.EDIT_PROJECT)
    _project, milestone = access_milestone(session, actor, project_id, milestone_id, Permission.EDIT_PROJECT)
    found = reach_of(session, project.id, milestone.id)
    if found is None:
        return
    found.taken_back_at, found.taken_back_by_id = utcnow(), actor.user_id
    _told(session, actor, project, milestone, is_back=True)


def reach_of(session: Session, project_id: int, milestone_id: int) -> MilestoneReach | None:
    """That it is reached, if it is."""
    return session.scalar(
        select(MilestoneReach).where(
            MilestoneReach.project_id == project_id,
            MilestoneReach.milestone_id == milestone_id,
            MilestoneReach.taken_back_at.is_(None),
        )
    )


def all_reaches(session: Session, project_id: int, milestone_id: int) -> list[MilestoneReach]:
    """Each time that it was said, newest first, those taken back too; with who did it."""
    return list(
        session.scalars(
            select(MilestoneReach)
            .where(MilestoneReach.project_id == project_id, MilestoneReach.milestone_id == milestone_id)
            .options(joinedload(MilestoneReach.reached_by), joinedload(MilestoneReach.taken_back_by))
            .order_by(MilestoneReach.id.desc())
        )
    )


def _told(session: Session, actor: Actor, project: Project, milestone: Milestone, *, is_back: bool) -> None:
    """The journal, the log, the rest of the team and its tutors."""
    record_activity(
        session,
        actor,
        ActivityKind.MILESTONE_TAKEN_BACK if is_back else ActivityKind.MILESTONE_REACHED,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
        subject=milestone.title,
    )
    action = AuditAction.MILESTONE_TAKEN_BACK if is_back else AuditAction.MILESTONE_REACHED
    subject = (SubjectKind.PROJECT, project.id)
    audit(session, actor, action, where=project.where, subject=subject, milestone=milestone.id)
    told = [user_id for user_id in team_and_tutors(session, project) if user_id != actor.user_id]
    kind = NotificationKind.MILESTONE_TAKEN_BACK if is_back else NotificationKind.MILESTONE_REACHED
    url = f"/projects/{project.id}/milestones/{milestone.id}"
    notify(session, told, kind, who=actor.name, subject=milestone.title, url=url, project_id=project.id)
