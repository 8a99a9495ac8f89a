"""What happened on a project, for journals, 'what changed', last activity and the eight-week bars.

A row tells who (a user, or a guest with a sector), what (`kind`) and on what (`subject`, a short title
that its readers may see). It holds no content. Edits on a board are counted per person, board and hour.
"""

import enum
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base, WithId, enum_type, utcnow
from models.partner import GuestContributor
from models.people import User
from models.policy import Actor


class ActivityKind(enum.StrEnum):
    """What was done."""

    PROBLEM_SUBMITTED = "problem_submitted"
    PROBLEM_ACCEPTED = "problem_accepted"
    PROBLEM_RETURNED = "problem_returned"
    PROJECT_CREATED = "project_created"
    STEP_REQUESTED = "step_requested"
    STEP_VALIDATED = "step_validated"
    STEP_REOPENED = "step_reopened"
    CRITERION_MET = "criterion_met"
    PARTNER_ADDED = "partner_added"
    GUEST_JOINED = "guest_joined"
    BOARD_OPENED = "board_opened"
    BOARD_EDITED = "board_edited"
    FEEDBACK_RELEASED = "feedback_released"
    FEEDBACK_ANSWERED = "feedback_answered"
    BRIEF_PUBLISHED = "brief_published"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    SUPPORT_OFFERED = "support_offered"
    SUPPORT_ANSWERED = "support_answered"
    OBSERVER_INVITED = "observer_invited"
    OBSERVER_JOINED = "observer_joined"
    SNAPSHOT_PINNED = "snapshot_pinned"
    MILESTONE_REACHED = "milestone_reached"
    MILESTONE_TAKEN_BACK = "milestone_taken_back"


class Activity(WithId, Base):
    """One thing that happened. `count` is the number of edits for BOARD_EDITED, else 1."""

    __tablename__ = "activity"
    __table_args__ = (
        Index(None, "project_id", "at"),
        Index(None, "cohort_id", "at"),
        Index(None, "user_id", "at"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problem.id", ondelete="CASCADE"))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    guest_id: Mapped[int | None] = mapped_column(ForeignKey("guest_contributor.id", ondelete="SET NULL"))
    kind: Mapped[ActivityKind] = mapped_column(enum_type(ActivityKind))
    subject: Mapped[str] = mapped_column(String(200), default="")
    count: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    user: Mapped[User | None] = relationship(lazy="raise_on_sql")
    guest: Mapped[GuestContributor | None] = relationship(lazy="raise_on_sql")


def record_activity(
    session: Session,
    actor: Actor,
    kind: ActivityKind,
    *,
    cohort_id: int,
    project_id: int | None = None,
    problem_id: int | None = None,
    board_id: int | None = None,
    subject: str = "",
) -> Activity:
    """Note that the actor did `kind`. The caller's transaction commits it."""
    row = Activity(
        cohort_id=cohort_id,
        project_id=project_id,
        problem_id=problem_id,
        board_id=board_id,
        user_id=actor.user_id,
        guest_id=actor.guest_id,
        kind=kind,
        subject=subject[:200],
    )
    session.add(row)
    return row


def record_board_edits(
    session: Session,
    *,
    user_id: int | None,
    guest_id: int | None,
    cohort_id: int,
    project_id: int,
    board_id: int,
    title: str,
    count: int,
) -> None:
    """Add `count` edits of one person on one board to this hour's row."""
    now = utcnow()
    hour = now - timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    row = session.scalar(
        select(Activity).where(
            Activity.kind == ActivityKind.BOARD_EDITED,
            Activity.board_id == board_id,
            Activity.user_id.is_(None) if user_id is None else Activity.user_id == user_id,
            Activity.guest_id.is_(None) if guest_id is None else Activity.guest_id == guest_id,
            Activity.at >= hour,
            Activity.project_id == project_id,
        )
    )
    if row is None:
        row = Activity(
            cohort_id=cohort_id,
            project_id=project_id,
            board_id=board_id,
            user_id=user_id,
            guest_id=guest_id,
            kind=ActivityKind.BOARD_EDITED,
            subject=title[:200],
            count=0,
        )
        session.add(row)
    row.count += count
    row.at = now
