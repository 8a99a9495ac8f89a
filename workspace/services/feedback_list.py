"""A tutor's view of a cohort's feedback: what is prepared; what was released, by what waits for whom."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.access import listed_project_options
from models.cohort import Cohort, Team
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.people import User
from models.policy import Actor, Permission, can
from models.project import Project
from workspace.services.feedback_anchors import anchor_options

MOST_READ = 200
SETTLED_SHOWN = 30
PEOPLE = (Feedback.author, Feedback.learner, Feedback.answered_by)


class Waiting(enum.IntEnum):
    """For what a released feedback waits, the most pressing for its tutor first."""

    CONTESTED = 0
    UNREAD = 1
    UNANSWERED = 2
    NOTHING = 3


@dataclass(frozen=True)
class Released:
    """A released feedback, and for what it waits since when."""

    feedback: Feedback
    waiting: Waiting
    since: datetime


@dataclass(frozen=True)
class CohortFeedback:
    """`mine` are the actor's drafts, those with an hour first; `others` are those of the other tutors.

    `released` are all that wait for something, then the last that do not; `left_out` counts the rest.
    """

    mine: list[Feedback]
    others: list[Feedback]
    released: list[Released]
    left_out: int = 0

    @property
    def waiting(self) -> int:
        """How many released ones wait for something."""
        return sum(one.waiting is not Waiting.NOTHING for one in self.released)


def cohort_feedback(session: Session, actor: Actor, cohort: Cohort) -> CohortFeedback:
    """What the actor may read of it: the newest two hundred. Five queries."""
    found = session.scalars(
        select(Feedback)
        .join(Project, Project.id == Feedback.project_id)
        .join(Team, Team.id == Project.team_id)
        .where(Team.cohort_id == cohort.id)
        .options(
            selectinload(Feedback.project).options(*listed_project_options()),
            *(selectinload(who).load_only(User.name) for who in PEOPLE),
            *anchor_options(),
        )
        .order_by(Feedback.released_at.desc().nulls_first(), Feedback.id.desc())
        .limit(MOST_READ)
    )
    rows = [row for row in found if can(actor, Permission.VIEW_FEEDBACK, row.where)]
    drafts = [row for row in rows if row.status is FeedbackStatus.DRAFT]
    drafts.sort(key=lambda row: (row.release_at is None, row.release_at or row.updated_at, row.id))
    released = [_released(row, rows) for row in rows if row.status is FeedbackStatus.RELEASED]
    is_settled = Waiting.NOTHING
    open_ones = sorted(
        (one for one in released if one.waiting is not is_settled), key=lambda one: (one.waiting, one.since)
    )
    settled = [one for one in released if one.waiting is is_settled]
    return CohortFeedback(
        mine=[row for row in drafts if row.author_id == actor.user_id],
        others=[row for row in drafts if row.author_id != actor.user_id],
        released=[*open_ones, *settled[:SETTLED_SHOWN]],
        left_out=len(settled[SETTLED_SHOWN:]),
    )


def _released(row: Feedback, rows: Sequence[Feedback]) -> Released:
    assert row.released_at is not None  # noqa: S101 - set with the status
    if row.answer is FeedbackAnswer.CONTESTED and row.answered_at and not _was_followed(row, rows):
        return Released(row, Waiting.CONTESTED, row.answered_at)
    if row.answered_at is not None:
        return Released(row, Waiting.NOTHING, row.answered_at)
    if row.read_at is None:
        return Released(row, Waiting.UNREAD, row.released_at)
    return Released(row, Waiting.UNANSWERED, row.read_at)


def _was_followed(contested: Feedback, rows: Sequence[Feedback]) -> bool:
    """Whether the same people were given another feedback since they contested this one."""
    return any(
        row.released_at is not None
        and contested.answered_at is not None
        and row.released_at > contested.answered_at
        and (row.project_id, row.learner_id) == (contested.project_id, contested.learner_id)
        for row in rows
    )
