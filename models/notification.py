"""What a person is told in the application. `url` is a path of ours; `subject` a short title."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, WithId, enum_type, utcnow
from models.events import Notified, record


class NotificationKind(enum.StrEnum):
    """What it is about; its sentence is in workspace/services/notifications.py."""

    PROBLEM_SUBMITTED = "problem_submitted"
    PROBLEM_ACCEPTED = "problem_accepted"
    PROBLEM_RETURNED = "problem_returned"
    PROBLEM_JOINED = "problem_joined"
    STEP_REQUESTED = "step_requested"
    STEP_VALIDATED = "step_validated"
    STEP_REOPENED = "step_reopened"
    FEEDBACK_RELEASED = "feedback_released"
    FEEDBACK_ANSWERED = "feedback_answered"
    ASSESSMENT_RELEASED = "assessment_released"
    PEER_REVIEW_ASKED = "peer_review_asked"
    PEER_REVIEW_DUE = "peer_review_due"
    PEER_REVIEW_RELEASED = "peer_review_released"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    QUESTION_HANDLED = "question_handled"
    SUPPORT_OFFERED = "support_offered"
    SUPPORT_ANSWERED = "support_answered"
    SUPPORT_SETTLED = "support_settled"
    SUPPORT_HANDLED = "support_handled"
    SUPPORT_WITHDRAWN = "support_withdrawn"
    BRIEF_PUBLISHED = "brief_published"
    GUEST_JOINED = "guest_joined"
    OBSERVER_JOINED = "observer_joined"
    OBSERVATION_ENDED = "observation_ended"
    ACCESS_DATES_CHANGED = "access_dates_changed"
    TALK_PROPOSED = "talk_proposed"
    GLASS_BROKEN = "glass_broken"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_RESTORED = "session_restored"
    COMMENT_MENTION = "comment_mention"
    COMMENT_REPLY = "comment_reply"
    SOLUTION_IDEA = "solution_idea"
    SOLUTION_RETAINED = "solution_retained"
    SOLUTION_DROPPED = "solution_dropped"
    MILESTONE_SET = "milestone_set"
    MILESTONE_MOVED = "milestone_moved"
    MILESTONE_REACHED = "milestone_reached"
    MILESTONE_TAKEN_BACK = "milestone_taken_back"


class Notification(WithId, Base):
    """One thing to tell one person."""

    __tablename__ = "notification"
    __table_args__ = (Index(None, "user_id", "read_at"), Index(None, "mailed_at", "created_at"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    kind: Mapped[NotificationKind] = mapped_column(enum_type(NotificationKind))
    who: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]


def notify(
    session: Session, user_ids: list[int], kind: NotificationKind, *, who: str, subject: str, url: str
) -> None:
    """Tell each of these people once. The caller's transaction commits it."""
    for user_id in dict.fromkeys(user_ids):
        session.add(Notification(user_id=user_id, kind=kind, who=who[:120], subject=subject[:200], url=url))
        record(session, Notified(user_id))
