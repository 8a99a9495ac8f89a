"""What a person is told in the application and by mail, and when a mail may tell it.

`url` is a path of ours; `subject` a short title. Each kind has one line in DELIVERY.
"""

import enum
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select
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
    SERIES_CANCELLED = "series_cancelled"
    SERIES_REMOVED = "series_removed"
    SERIES_PUT_BACK = "series_put_back"
    COMMENT_MENTION = "comment_mention"
    COMMENT_REPLY = "comment_reply"
    SOLUTION_IDEA = "solution_idea"
    SOLUTION_RETAINED = "solution_retained"
    SOLUTION_DROPPED = "solution_dropped"
    MILESTONE_SET = "milestone_set"
    MILESTONE_MOVED = "milestone_moved"
    MILESTONE_REACHED = "milestone_reached"
    MILESTONE_TAKEN_BACK = "milestone_taken_back"


class Delivery(enum.StrEnum):
    """When a mail tells what was not read in the application: at once, or once a day with the rest."""

    MENTION = "mention"
    RELEASE = "release"
    DEADLINE = "deadline"
    ACCESS = "access"
    DIGEST = "digest"
    LETTER = "letter"
    """It has a letter of its own, which nobody refuses: no other mail tells it again."""


_K, _D = NotificationKind, Delivery

# One line per kind.
DELIVERY: Mapping[NotificationKind, Delivery] = {
    # Somebody speaks to the person.
    _K.COMMENT_MENTION: _D.MENTION,
    # What a tutor or a cohort gives.
    _K.FEEDBACK_RELEASED: _D.RELEASE,
    _K.PEER_REVIEW_RELEASED: _D.RELEASE,
    _K.ASSESSMENT_RELEASED: _D.RELEASE,
    # What has a day or an hour.
    _K.SESSION_MOVED: _D.DEADLINE,
    _K.SESSION_CANCELLED: _D.DEADLINE,
    _K.SESSION_RESTORED: _D.DEADLINE,
    _K.SERIES_CANCELLED: _D.DEADLINE,
    _K.SERIES_REMOVED: _D.DEADLINE,
    _K.SERIES_PUT_BACK: _D.DEADLINE,
    _K.TALK_PROPOSED: _D.DEADLINE,
    _K.PEER_REVIEW_ASKED: _D.DEADLINE,
    _K.PEER_REVIEW_DUE: _D.DEADLINE,
    _K.MILESTONE_SET: _D.DEADLINE,
    _K.MILESTONE_MOVED: _D.DEADLINE,
    # One's own access, and that of others to one's work.
    _K.ACCESS_DATES_CHANGED: _D.ACCESS,
    _K.OBSERVATION_ENDED: _D.ACCESS,
    _K.GLASS_BROKEN: _D.LETTER,
    # The rest waits for the digest.
    _K.PROBLEM_SUBMITTED: _D.DIGEST,
    _K.PROBLEM_ACCEPTED: _D.DIGEST,
    _K.PROBLEM_RETURNED: _D.DIGEST,
    _K.PROBLEM_JOINED: _D.DIGEST,
    _K.STEP_REQUESTED: _D.DIGEST,
    _K.STEP_VALIDATED: _D.DIGEST,
    _K.STEP_REOPENED: _D.DIGEST,
    _K.FEEDBACK_ANSWERED: _D.DIGEST,
    _K.QUESTION_ASKED: _D.DIGEST,
    _K.QUESTION_ANSWERED: _D.DIGEST,
    _K.QUESTION_HANDLED: _D.DIGEST,
    _K.SUPPORT_OFFERED: _D.DIGEST,
    _K.SUPPORT_ANSWERED: _D.DIGEST,
    _K.SUPPORT_SETTLED: _D.DIGEST,
    _K.SUPPORT_HANDLED: _D.DIGEST,
    _K.SUPPORT_WITHDRAWN: _D.DIGEST,
    _K.BRIEF_PUBLISHED: _D.DIGEST,
    _K.GUEST_JOINED: _D.DIGEST,
    _K.OBSERVER_JOINED: _D.DIGEST,
    _K.COMMENT_REPLY: _D.DIGEST,
    _K.SOLUTION_IDEA: _D.DIGEST,
    _K.SOLUTION_RETAINED: _D.DIGEST,
    _K.SOLUTION_DROPPED: _D.DIGEST,
    _K.MILESTONE_REACHED: _D.DIGEST,
    _K.MILESTONE_TAKEN_BACK: _D.DIGEST,
}
AT_ONCE = (Delivery.MENTION, Delivery.RELEASE, Delivery.DEADLINE, Delivery.ACCESS)
TOASTED = (Delivery.MENTION, Delivery.RELEASE)
"""Said on the page one is on, as they come; the others only add to the count."""
NEVER_MUTED = (Delivery.MENTION, Delivery.ACCESS)
"""What a muted project still tells: one is spoken to, or one's access changes."""


def kinds_of(*deliveries: Delivery) -> list[NotificationKind]:
    """The kinds that are delivered in one of these ways."""
    return [kind for kind, delivery in DELIVERY.items() if delivery in deliveries]


class Notification(WithId, Base):
    """One thing to tell one person. `project_id`: what it is about, None for a cohort or an account.

    `mailed_at`: since when a mail has told it, or none will any more. `is_quiet`: of a muted project: it
    stands in the list only, it is neither counted nor mailed.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index(None, "user_id", "read_at"),
        Index(None, "mailed_at", "created_at"),
        Index(None, "project_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    kind: Mapped[NotificationKind] = mapped_column(enum_type(NotificationKind))
    who: Mapped[str] = mapped_column(String(120), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(200))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    is_quiet: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    read_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]


class ProjectMute(Base):
    """Somebody does not want to be told of a project, but of what NEVER_MUTED says."""

    __tablename__ = "project_mute"
    __table_args__ = (Index(None, "project_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(default=utcnow)


def notify(
    session: Session,
    user_ids: list[int],
    kind: NotificationKind,
    *,
    who: str,
    subject: str,
    url: str,
    project_id: int | None = None,
) -> None:
    """Tell each of these people once. The caller's transaction commits it."""
    told = list(dict.fromkeys(user_ids))
    quiet = _muted(session, told, kind, project_id)
    for user_id in told:
        session.add(
            Notification(
                user_id=user_id,
                kind=kind,
                who=who[:120],
                subject=subject[:200],
                url=url,
                project_id=project_id,
                is_quiet=user_id in quiet,
            )
        )
        record(session, Notified(user_id))


def _muted(session: Session, user_ids: list[int], kind: NotificationKind, project_id: int | None) -> set[int]:
    """Those who have muted the project, when that silences this kind."""
    if project_id is None or DELIVERY[kind] in NEVER_MUTED:
        return set()
    return set(
        session.scalars(
            select(ProjectMute.user_id).where(
                ProjectMute.project_id == project_id, ProjectMute.user_id.in_(user_ids)
            )
        )
    )
