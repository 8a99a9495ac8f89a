"""Feedback of a tutor to a team: draft, release, answer. A draft is the tutors' alone."""

from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from models.access import access_project, check, project_options
from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.errors import Conflict, Forbidden, Invalid, Refused
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.i18n import N_
from models.membership import Membership, is_live
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission, Role, Stand, can, stands
from models.project import Project
from models.stages import STEP_BY_CODE

NEEDED = N_("Ce champ est nécessaire.")


@dataclass(frozen=True)
class FeedbackText:
    """What the form holds: the body, and the step it is about ('' for the whole project)."""

    body: str
    step_code: str


def access_project_feedback(session: Session, actor: Actor, project_id: int) -> Project:
    """The project, for somebody who may read its released feedback."""
    released = frozenset({FeedbackStatus.RELEASED.value})
    statement = select(Project).where(Project.id == project_id).options(*project_options())
    project = session.scalar(statement)
    if project is None:
        return access_project(session, actor, project_id, Permission.VIEW_FEEDBACK)
    check(actor, Permission.VIEW_FEEDBACK, replace(project.where, states=released))
    return project


def feedback_of(session: Session, actor: Actor, project: Project) -> list[Feedback]:
    """What the actor may read of this project's feedback, newest first, drafts at the top."""
    rows = session.scalars(
        select(Feedback)
        .where(Feedback.project_id == project.id)
        .options(joinedload(Feedback.author), joinedload(Feedback.answered_by))
        .order_by(Feedback.released_at.desc().nulls_first(), Feedback.id.desc())
    )
    place = project.where
    return [
        row
        for row in rows
        if can(
            actor,
            Permission.VIEW_FEEDBACK,
            replace(place, author_id=row.author_id, states=frozenset({row.status.value})),
        )
    ]


def mark_read(session: Session, actor: Actor, project: Project) -> None:
    """The team has opened its feedback: the tutor sees that it was read."""
    if Stand.TEAM not in stands(actor, project.where):
        return
    session.execute(
        update(Feedback)
        .where(
            Feedback.project_id == project.id,
            Feedback.status == FeedbackStatus.RELEASED,
            Feedback.read_at.is_(None),
        )
        .values(read_at=utcnow())
    )


def write_draft(session: Session, actor: Actor, project: Project, text: FeedbackText) -> Feedback:
    """A new draft of this tutor."""
    _check_text(text)
    assert actor.user_id is not None  # noqa: S101 - only users hold WRITE_FEEDBACK
    feedback = Feedback(
        project_id=project.id, author_id=actor.user_id, body=text.body, step_code=text.step_code
    )
    session.add(feedback)
    session.flush()
    return feedback


def edit_draft(session: Session, actor: Actor, feedback: Feedback, text: FeedbackText, version: int) -> None:
    """Change a draft; refused once released, or if it was changed since `version`."""
    _must_be_draft(feedback)
    _must_be_author(actor, feedback)
    if feedback.version != version:
        raise Conflict(
            N_("Ce brouillon a été modifié entre-temps, peut-être par vous dans un autre onglet."),
            current={"body": feedback.body, "step_code": feedback.step_code},
        )
    _check_text(text)
    feedback.body, feedback.step_code = text.body, text.step_code
    feedback.version += 1
    session.flush()


def discard_draft(session: Session, actor: Actor, feedback: Feedback) -> None:
    """Throw a draft away."""
    _must_be_draft(feedback)
    _must_be_author(actor, feedback)
    session.delete(feedback)


def release(session: Session, actor: Actor, feedback: Feedback) -> None:
    """Give a draft to the team, who are told at once. Releasing twice changes nothing."""
    _must_be_author(actor, feedback)
    if feedback.status is FeedbackStatus.RELEASED:
        return
    feedback.status = FeedbackStatus.RELEASED
    feedback.released_at = utcnow()
    feedback.version += 1
    project = feedback.project
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
    team = session.scalars(
        select(Membership.user_id).where(
            Membership.team_id == project.team_id, Membership.role == Role.LEARNER, is_live()
        )
    )
    notify(
        session,
        list(team),
        NotificationKind.FEEDBACK_RELEASED,
        who=actor.name,
        subject=project.title,
        url=f"/projects/{project.id}/feedback#feedback-{feedback.id}",
    )


def answer(session: Session, actor: Actor, feedback: Feedback, kind: FeedbackAnswer, text: str) -> None:
    """The team says what it made of it; contesting needs a reason. A later answer replaces the former."""
    if kind is FeedbackAnswer.CONTESTED and not text.strip():
        raise Invalid(fields={"answer_text": N_("Dites pourquoi vous contestez ce retour.")})
    feedback.answer, feedback.answer_text = kind, text
    feedback.answered_at, feedback.answered_by_id = utcnow(), actor.user_id
    feedback.read_at = feedback.read_at or utcnow()
    project = feedback.project
    record_activity(
        session,
        actor,
        ActivityKind.FEEDBACK_ANSWERED,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
        subject=project.title,
    )
    notify(
        session,
        [feedback.author_id],
        NotificationKind.FEEDBACK_ANSWERED,
        who=actor.name,
        subject=project.title,
        url=f"/projects/{project.id}/feedback#feedback-{feedback.id}",
    )


def _check_text(text: FeedbackText) -> None:
    fields = {}
    if not text.body.strip():
        fields["body"] = NEEDED
    if text.step_code and text.step_code not in STEP_BY_CODE:
        fields["step_code"] = N_("Choisissez une étape de la liste.")
    if fields:
        raise Invalid(fields=fields)


def _must_be_draft(feedback: Feedback) -> None:
    if feedback.status is not FeedbackStatus.DRAFT:
        raise Refused("released", N_("Ce retour est déjà publié : écrivez-en un nouveau."))


def _must_be_author(actor: Actor, feedback: Feedback) -> None:
    if feedback.author_id != actor.user_id:
        raise Forbidden(N_("Ce brouillon est celui d’une autre personne."))
