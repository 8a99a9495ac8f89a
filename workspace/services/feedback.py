"""Feedback of a tutor: draft and answer. A draft is the tutors' alone; see `feedback_release`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, joinedload

from models.access import access_project, check, project_options
from models.activity import ActivityKind, record_activity
from models.base import utcnow
from models.errors import Conflict, Forbidden, Invalid, Refused
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.i18n import N_
from models.membership import members
from models.notification import NotificationKind, notify
from models.people import User
from models.policy import Actor, Permission, Role, Stand, can, stands
from models.project import Project
from workspace.services.feedback_anchors import about_of, anchor_options, anchor_values
from workspace.services.rubrics import set_marks

NEEDED = N_("Ce champ est nécessaire.")


@dataclass(frozen=True)
class FeedbackText:
    """What the form holds: the body, what it is about (see `feedback_anchors`), for whom, and what it found.

    `learner_id`: for this learner alone, else for the team. `levels`: by the criterion's key.
    """

    body: str
    about: str = ""
    learner_id: int | None = None
    levels: Mapping[str, int] = field(default_factory=dict)


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
        .options(
            joinedload(Feedback.author),
            joinedload(Feedback.learner),
            joinedload(Feedback.answered_by),
            *anchor_options(),
        )
        .order_by(Feedback.released_at.desc().nulls_first(), Feedback.id.desc())
    )
    place = project.where
    return [row for row in rows if can(actor, Permission.VIEW_FEEDBACK, row.where_in(place))]


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
            or_(Feedback.learner_id.is_(None), Feedback.learner_id == actor.user_id),
        )
        .values(read_at=utcnow())
    )


def write_draft(session: Session, actor: Actor, project: Project, text: FeedbackText) -> Feedback:
    """A new draft of this tutor. Raises: Invalid."""
    _check_text(text)
    assert actor.user_id is not None  # noqa: S101 - only users hold WRITE_FEEDBACK
    feedback = Feedback(project_id=project.id, author_id=actor.user_id, body=text.body)
    feedback.project = project
    _write(session, actor, feedback, text)
    session.add(feedback)
    session.flush()
    set_marks(session, project.team.cohort_id, feedback.id, text.levels)
    return feedback


def edit_draft(session: Session, actor: Actor, feedback: Feedback, text: FeedbackText, version: int) -> None:
    """Change a draft; refused once released, or if it was changed since `version`."""
    must_be_draft(feedback)
    must_be_author(actor, feedback)
    if feedback.version != version:
        raise Conflict(
            N_("Ce brouillon a été modifié entre-temps, peut-être par vous dans un autre onglet."),
            current={"body": feedback.body, "about": about_of(feedback)},
        )
    _check_text(text)
    feedback.body = text.body
    _write(session, actor, feedback, text)
    feedback.version += 1
    set_marks(session, feedback.project.team.cohort_id, feedback.id, text.levels)
    session.flush()


def discard_draft(session: Session, actor: Actor, feedback: Feedback) -> None:
    """Throw a draft away."""
    must_be_draft(feedback)
    must_be_author(actor, feedback)
    session.delete(feedback)


def answer(session: Session, actor: Actor, feedback: Feedback, kind: FeedbackAnswer, text: str) -> None:
    """The team says what it made of it; contesting needs a reason. A later answer replaces the former."""
    if kind is FeedbackAnswer.CONTESTED and not text.strip():
        raise Invalid(fields={"answer_text": N_("Dites pourquoi vous contestez ce retour.")})
    feedback.answer, feedback.answer_text = kind, text
    feedback.answered_at, feedback.answered_by_id = utcnow(), actor.user_id
    feedback.read_at = feedback.read_at or utcnow()
    project = feedback.project
    if feedback.learner_id is None:  # what is for one learner is in no journal
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
        project_id=project.id,
    )


def _check_text(text: FeedbackText) -> None:
    if not text.body.strip():
        raise Invalid(fields={"body": NEEDED})


def _write(session: Session, actor: Actor, feedback: Feedback, text: FeedbackText) -> None:
    """What it is about and for whom; the place of what is left as it was is left alone."""
    if feedback.id is None or text.about != about_of(feedback):
        for name, value in anchor_values(session, actor, feedback.project, text.about).items():
            setattr(feedback, name, value)
    learners = {learner.id for learner in team_of(session, feedback.project)}
    if text.learner_id is not None and text.learner_id not in {*learners, feedback.learner_id}:
        raise Invalid(fields={"learner": N_("Choisissez une personne de l’équipe.")})
    feedback.learner_id = text.learner_id


def team_of(session: Session, project: Project) -> list[User]:
    """The learners of the project's team, to whom one may write alone."""
    return members(session, Role.LEARNER, team_id=project.team_id)


def must_be_draft(feedback: Feedback) -> None:
    """Raise Refused once it is released."""
    if feedback.status is not FeedbackStatus.DRAFT:
        raise Refused("released", N_("Ce retour est déjà publié : écrivez-en un nouveau."))


def must_be_author(actor: Actor, feedback: Feedback) -> None:
    """Raise Forbidden unless it is the actor's own."""
    if feedback.author_id != actor.user_id:
        raise Forbidden(N_("Ce brouillon est celui d’une autre personne."))
