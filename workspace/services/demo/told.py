"""What people of the demonstration were told besides, and a project that its tutor has muted for a while."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.class_session import ClassSession
from models.comment import Thread
from models.document import Board
from models.milestone import Milestone
from models.notification import Notification, NotificationKind, ProjectMute
from models.people import User
from models.project import Project

KIND = NotificationKind
REPLIES = (("Dolorès Pinto", 0.3), ("Nadia Ferrand", 0.9), ("Dolorès Pinto", 1.2))
GUESTS = (("Mireille", 0.4), ("Ousmane", 1.1))
MUTED, MUTED_DAYS = "Hautes Terres de l’Aubrac", 3


def write_told(
    session: Session, projects: Mapping[str, Project], users: Mapping[str, User], now: datetime
) -> None:
    """For one of Paris a few of each class; the tutor has muted the team that is silent."""
    paris, learner = projects["Paris 9e"], users["jean_marc"]
    row = select(Board.id, Board.title, Thread.id).join(Thread, Thread.board_id == Board.id)
    board_id, title, thread_id = session.execute(
        row.where(Board.project_id == paris.id).order_by(Thread.id).limit(1)
    ).one()
    milestone = session.scalars(select(Milestone).where(Milestone.project_id == paris.id).limit(1)).one()
    course = session.scalars(
        select(ClassSession).where(ClassSession.cohort_id == paris.team.cohort_id).order_by(ClassSession.id)
    ).first()

    def tell(
        user: User,
        kind: NotificationKind,
        days: float,
        who: str,
        subject: str,
        url: str,
        project: Project | None = paris,
        *,
        is_quiet: bool = False,
    ) -> None:
        session.add(
            Notification(
                user_id=user.id,
                kind=kind,
                who=who,
                subject=subject,
                url=url,
                project_id=project.id if project else None,
                is_quiet=is_quiet,
                created_at=now - timedelta(days=days),
            )
        )

    for who, days in REPLIES:
        tell(learner, KIND.COMMENT_REPLY, days, who, title, f"/boards/{board_id}#comments-{thread_id}")
    for who, days in GUESTS:
        tell(learner, KIND.GUEST_JOINED, days, who, paris.title, f"/projects/{paris.id}")
    moved = f"/projects/{paris.id}/milestones/{milestone.id}"
    tell(learner, KIND.MILESTONE_MOVED, 1.5, "Nadia Ferrand", milestone.title, moved)
    if course is not None:
        url = f"/cohorts/{course.cohort_id}/sessions/{course.id}/1"
        tell(learner, KIND.SESSION_MOVED, 2, "Nadia Ferrand", course.title, url, None)
    muted, tutor = projects[MUTED], users["tutor"]
    session.add(ProjectMute(user_id=tutor.id, project_id=muted.id, since=now - timedelta(days=MUTED_DAYS)))
    url = f"/projects/{muted.id}"
    tell(tutor, KIND.STEP_REQUESTED, 2, "Aurélie Rouvière", muted.title, url, muted, is_quiet=True)
