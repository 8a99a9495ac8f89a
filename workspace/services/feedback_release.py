"""Giving feedback: at once or at an hour, one or all that a tutor has prepared. The caller commits.

A draft that waits for its hour is a draft until then: nobody but the tutors knows of it, and it can be held
back. What is due at one hour in one cohort is released in one transaction: all teams learn of it at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, joinedload

from models.access import project_options
from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import Invalid
from models.feedback import Feedback, FeedbackStatus
from models.i18n import N_
from models.job import JobKind
from models.membership import Membership, is_live
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission, Role, can
from models.project import Project
from models.session import transaction
from workspace.jobs.queue import enqueue
from workspace.services.feedback import must_be_author, must_be_draft
from workspace.services.sessions import actor_of_user

FARTHEST = timedelta(days=366)
IS_PAST = N_("Cette heure est déjà passée.")
IS_FAR = N_("Choisissez une heure dans l’année qui vient.")


def release(session: Session, actor: Actor, feedback: Feedback) -> None:
    """Give a draft to the team, or to its learner, who are told at once. Twice changes nothing.

    Raises: Forbidden, when it is another tutor's.
    """
    must_be_author(actor, feedback)
    if feedback.status is FeedbackStatus.DRAFT:
        _release(session, actor, [feedback])


def schedule(session: Session, actor: Actor, feedback: Feedback, at: datetime) -> None:
    """Let a draft be released at this hour, whichever it had. Raises: Forbidden, Refused, Invalid."""
    must_be_author(actor, feedback)
    must_be_draft(feedback)
    check_hour(at)
    _schedule(session, actor, [feedback], at)


def hold_back(session: Session, actor: Actor, feedback: Feedback) -> None:
    """Let it be a draft without an hour again. Raises: Forbidden, Refused when it has been released."""
    must_be_author(actor, feedback)
    must_be_draft(feedback)
    if feedback.release_at is not None:
        feedback.release_at = None
        subject = (SubjectKind.FEEDBACK, feedback.id)
        audit(session, actor, AuditAction.FEEDBACK_HELD_BACK, where=feedback.project.where, subject=subject)


def release_prepared(session: Session, actor: Actor, cohort: Cohort, at: datetime | None) -> int:
    """Release every draft of this tutor in the cohort, at once or at an hour; gives how many."""
    rows = session.scalars(_drafts(Team.cohort_id == cohort.id, Feedback.author_id == actor.user_id)).all()
    if at is None:
        _release(session, actor, rows)
    else:
        check_hour(at)
        _schedule(session, actor, rows, at)
    return len(rows)


def check_hour(at: datetime) -> None:
    """Raise Invalid on the field `hour` unless the hour is to come, within a year."""
    now = utcnow()
    if not now < at <= now + FARTHEST:
        raise Invalid(fields={"hour": IS_PAST if at <= now else IS_FAR})


def run(key: str, now: datetime) -> None:
    """The worker's turn: release what is due in the cohort that the job's key names. Commits.

    What a tutor has written who follows the cohort no more stays a draft.
    """
    cohort_id = int(key.partition("-")[0])
    with transaction() as session:
        due = session.scalars(
            _drafts(Team.cohort_id == cohort_id, Feedback.release_at <= now)
            .options(joinedload(Feedback.author))
            .with_for_update(of=Feedback)
        )
        by_author: dict[int, list[Feedback]] = defaultdict(list)
        for feedback in due:
            by_author[feedback.author_id].append(feedback)
        for rows in by_author.values():
            author = actor_of_user(session, rows[0].author)
            if can(author, Permission.WRITE_FEEDBACK, rows[0].project.where):
                _release(session, author, rows)
            else:
                for feedback in rows:
                    feedback.release_at = None


def _drafts(*conditions: ColumnElement[bool]) -> Select[Feedback]:
    return (
        select(Feedback)
        .join(Project, Project.id == Feedback.project_id)
        .join(Team, Team.id == Project.team_id)
        .where(Feedback.status == FeedbackStatus.DRAFT, *conditions)
        .options(joinedload(Feedback.project).options(*project_options()))
        .order_by(Feedback.id)
    )


def _schedule(session: Session, actor: Actor, rows: Sequence[Feedback], at: datetime) -> None:
    for feedback in rows:
        feedback.release_at = at
        subject = (SubjectKind.FEEDBACK, feedback.id)
        where = feedback.project.where
        audit(session, actor, AuditAction.FEEDBACK_SCHEDULED, where=where, subject=subject)
    for cohort_id in {feedback.project.team.cohort_id for feedback in rows}:
        enqueue(session, JobKind.RELEASE_FEEDBACK, f"{cohort_id}-{int(at.timestamp())}", run_at=at)


def _release(session: Session, actor: Actor, rows: Sequence[Feedback]) -> None:
    """All of them, of one author: drafts, each with its project."""
    learners = learners_of(session, {feedback.project.team_id for feedback in rows})
    for feedback in rows:
        feedback.status, feedback.release_at = FeedbackStatus.RELEASED, None
        feedback.released_at = utcnow()
        feedback.version += 1
        project = feedback.project
        if feedback.learner_id is None:  # what is for one learner is in no journal
            record_activity(
                session,
                actor,
                ActivityKind.FEEDBACK_RELEASED,
                cohort_id=project.team.cohort_id,
                project_id=project.id,
                subject=project.title,
            )
        subject = (SubjectKind.FEEDBACK, feedback.id)
        audit(session, actor, AuditAction.FEEDBACK_RELEASED, where=project.where, subject=subject)
        team = learners[project.team_id]
        told = team if feedback.learner_id is None else [one for one in team if one == feedback.learner_id]
        notify(
            session,
            told,
            NotificationKind.FEEDBACK_RELEASED,
            who=actor.name,
            subject=project.title,
            url=f"/projects/{project.id}/feedback#feedback-{feedback.id}",
            project_id=project.id,
        )


def learners_of(session: Session, team_ids: Iterable[int]) -> dict[int, list[int]]:
    """The learners of each team now. One query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Membership.team_id, Membership.user_id)
        .where(Membership.team_id.in_(list(team_ids)), Membership.role == Role.LEARNER, is_live())
        .order_by(Membership.id)
    )
    for team_id, user_id in rows:
        if team_id is not None:
            found[team_id].append(user_id)
    return found
