"""What a person is told: the list, the count, the sentence of each kind, and the projects they muted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from models.access import MAX_ID, NOT_FOUND, project_options
from models.base import utcnow
from models.errors import Forbidden, NotFound
from models.feedback import Feedback
from models.i18n import N_
from models.notification import (
    AT_ONCE,
    NEVER_MUTED,
    TOASTED,
    Notification,
    NotificationKind,
    ProjectMute,
    kinds_of,
)
from models.policy import Actor, Permission, can, stands
from models.project import Project
from workspace.services.feedback_anchors import anchor_options, places_of

KIND = NotificationKind

# %(who)s did something about %(subject)s: one sentence per kind, translated where it is shown.
SENTENCES = {
    KIND.PROBLEM_SUBMITTED: N_("%(who)s a soumis la problématique « %(subject)s »"),
    KIND.PROBLEM_ACCEPTED: N_("%(who)s a accepté votre problématique « %(subject)s »"),
    KIND.PROBLEM_RETURNED: N_("%(who)s vous demande de reprendre « %(subject)s »"),
    KIND.PROBLEM_JOINED: N_("%(who)s rejoint votre problématique « %(subject)s »"),
    KIND.STEP_REQUESTED: N_("%(who)s demande votre avis sur une étape de « %(subject)s »"),
    KIND.STEP_VALIDATED: N_("%(who)s a validé une étape de « %(subject)s »"),
    KIND.STEP_REOPENED: N_("%(who)s rouvre une étape de « %(subject)s »"),
    KIND.FEEDBACK_RELEASED: N_("%(who)s vous a fait un retour sur « %(subject)s »"),
    KIND.FEEDBACK_ANSWERED: N_("%(who)s a répondu à votre retour sur « %(subject)s »"),
    KIND.ASSESSMENT_RELEASED: N_("%(who)s a publié une évaluation pour vous : « %(subject)s »"),
    KIND.PEER_REVIEW_ASKED: N_("%(who)s demande à votre équipe de relire un projet : « %(subject)s »"),
    KIND.PEER_REVIEW_DUE: N_("Le délai approche pour rendre votre relecture : « %(subject)s »"),
    KIND.PEER_REVIEW_RELEASED: N_("%(who)s vous remet ce que d’autres équipes pensent de « %(subject)s »"),
    KIND.QUESTION_ASKED: N_("%(who)s pose une question sur « %(subject)s »"),
    KIND.QUESTION_ANSWERED: N_("%(who)s a répondu à votre question sur « %(subject)s »"),
    KIND.QUESTION_HANDLED: N_("%(who)s a répondu à une question d’élu·e sur « %(subject)s »"),
    KIND.SUPPORT_OFFERED: N_("%(who)s propose un appui à « %(subject)s »"),
    KIND.SUPPORT_ANSWERED: N_("%(who)s a répondu à l’appui que vous proposez à « %(subject)s »"),
    KIND.SUPPORT_SETTLED: N_("%(who)s a noté ce qu’est devenu votre engagement pour « %(subject)s »"),
    KIND.SUPPORT_HANDLED: N_("%(who)s a répondu à un appui proposé à « %(subject)s »"),
    KIND.SUPPORT_WITHDRAWN: N_("%(who)s retire l’appui proposé à « %(subject)s »"),
    KIND.BRIEF_PUBLISHED: N_("%(who)s a publié un point d’étape sur « %(subject)s »"),
    KIND.GUEST_JOINED: N_("%(who)s a rejoint « %(subject)s » par le lien de partage"),
    KIND.OBSERVER_JOINED: N_("%(who)s a accepté d’observer « %(subject)s »"),
    KIND.GLASS_BROKEN: N_(
        "%(who)s (administration technique) a ouvert « %(subject)s » par un accès exceptionnel"
    ),
    KIND.OBSERVATION_ENDED: N_(
        "%(who)s n’observe plus « %(subject)s » : le projet est porté par sa propre collectivité"
    ),
    KIND.ACCESS_DATES_CHANGED: N_("%(who)s a changé les dates de votre accès à « %(subject)s »"),
    KIND.TALK_PROPOSED: N_("%(who)s vous propose un point sur « %(subject)s »"),
    KIND.SESSION_MOVED: N_("%(who)s a déplacé une séance : %(subject)s"),
    KIND.SESSION_CANCELLED: N_("%(who)s a annulé une séance : %(subject)s"),
    KIND.SESSION_RESTORED: N_("%(who)s a rétabli une séance : %(subject)s"),
    KIND.SERIES_CANCELLED: N_("%(who)s a annulé une séance et toutes les suivantes : %(subject)s"),
    KIND.SERIES_REMOVED: N_("%(who)s a supprimé toute une série de séances : %(subject)s"),
    KIND.SERIES_PUT_BACK: N_("%(who)s a remis au calendrier toute une série de séances : %(subject)s"),
    KIND.COMMENT_MENTION: N_("%(who)s vous mentionne dans un commentaire sur « %(subject)s »"),
    KIND.COMMENT_REPLY: N_("%(who)s a commenté ce que vous suivez sur « %(subject)s »"),
    KIND.SOLUTION_IDEA: N_("%(who)s a fait de votre note une idée de solution : « %(subject)s »"),
    KIND.SOLUTION_RETAINED: N_("%(who)s retient la solution née de votre note : « %(subject)s »"),
    KIND.SOLUTION_DROPPED: N_(
        "%(who)s écarte la solution née de votre note, et dit pourquoi : « %(subject)s »"
    ),
    KIND.MILESTONE_SET: N_("%(who)s a posé un jalon : « %(subject)s »"),
    KIND.MILESTONE_MOVED: N_("%(who)s a changé la date d’un jalon : « %(subject)s »"),
    KIND.MILESTONE_REACHED: N_("%(who)s annonce un jalon atteint : « %(subject)s »"),
    KIND.MILESTONE_TAKEN_BACK: N_("%(who)s retire l’annonce d’un jalon : « %(subject)s »"),
}


# Several of one kind on one project, in a digest.
MANY = {
    KIND.PROBLEM_SUBMITTED: N_("%(num)s problématiques soumises"),
    KIND.PROBLEM_ACCEPTED: N_("%(num)s problématiques acceptées"),
    KIND.PROBLEM_RETURNED: N_("%(num)s problématiques à reprendre"),
    KIND.PROBLEM_JOINED: N_("%(num)s personnes rejoignent vos problématiques"),
    KIND.STEP_REQUESTED: N_("%(num)s demandes d’avis sur une étape"),
    KIND.STEP_VALIDATED: N_("%(num)s étapes validées"),
    KIND.STEP_REOPENED: N_("%(num)s étapes rouvertes"),
    KIND.FEEDBACK_ANSWERED: N_("%(num)s réponses à vos retours"),
    KIND.QUESTION_ASKED: N_("%(num)s questions d’élu·es"),
    KIND.QUESTION_ANSWERED: N_("%(num)s réponses à vos questions"),
    KIND.QUESTION_HANDLED: N_("%(num)s questions d’élu·es qui ont reçu une réponse"),
    KIND.SUPPORT_OFFERED: N_("%(num)s appuis proposés par des élu·es"),
    KIND.SUPPORT_ANSWERED: N_("%(num)s réponses à vos appuis"),
    KIND.SUPPORT_SETTLED: N_("%(num)s nouvelles de vos engagements"),
    KIND.SUPPORT_HANDLED: N_("%(num)s appuis qui ont reçu une réponse"),
    KIND.SUPPORT_WITHDRAWN: N_("%(num)s appuis retirés"),
    KIND.BRIEF_PUBLISHED: N_("%(num)s points d’étape publiés"),
    KIND.GUEST_JOINED: N_("%(num)s personnes venues par le lien de partage"),
    KIND.OBSERVER_JOINED: N_("%(num)s élu·es qui observent désormais"),
    KIND.COMMENT_REPLY: N_("%(num)s commentaires sur ce que vous suivez"),
    KIND.SOLUTION_IDEA: N_("%(num)s idées de solution nées de vos notes"),
    KIND.SOLUTION_RETAINED: N_("%(num)s solutions retenues, nées de vos notes"),
    KIND.SOLUTION_DROPPED: N_("%(num)s solutions écartées, nées de vos notes"),
    KIND.MILESTONE_REACHED: N_("%(num)s jalons atteints"),
    KIND.MILESTONE_TAKEN_BACK: N_("%(num)s annonces de jalon retirées"),
}

ANSWERS = {KIND.FEEDBACK_RELEASED: N_("Lire le retour")}
"""Kinds that lead to what they speak of, and what is called the page where it is read."""

SHOWS: Mapping[str, str] = {
    "all": N_("Tout"),
    "unread": N_("Non lues"),
    "direct": N_("Mentions, retours et dates"),
}


_Other = aliased(Notification)


@dataclass(frozen=True)
class Filter:
    """Which notifications to show: a key of SHOWS, those of one project, those before one."""

    show: str = "all"
    project_id: int | None = None
    before: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """As the database asks it."""
        found: list[ColumnElement[bool]] = []
        if self.show == "unread":
            found.append(Notification.read_at.is_(None))
        if self.show == "direct":
            found.append(Notification.kind.in_(kinds_of(*AT_ONCE)))
        if self.project_id is not None:
            found.append(Notification.project_id == min(self.project_id, MAX_ID))
        if self.before is not None:
            before = min(self.before, MAX_ID)
            at = select(_Other.created_at).where(_Other.id == before).scalar_subquery()
            found.append(
                or_(
                    Notification.created_at < at,
                    and_(Notification.created_at == at, Notification.id < before),
                )
            )
        return found


_UNREAD = (  # built once: every page asks it
    select(func.count())
    .select_from(Notification)
    .where(
        Notification.user_id == bindparam("user"),
        Notification.read_at.is_(None),
        Notification.is_quiet.is_(False),
    )
)


def count_unread(session: Session, actor: Actor) -> int:
    """How many notifications the actor has not read, but those of muted projects."""
    return session.scalar(_UNREAD, {"user": actor.user_id}) or 0


def news_since(session: Session, actor: Actor, after: int | None) -> tuple[int, list[Notification]]:
    """The id of the actor's newest notification (0: none), and those after `after` to be said at once.

    Two queries at most; nothing is to be said to somebody who has just come (`after` is None).
    """
    newest = session.scalar(select(func.max(Notification.id)).where(Notification.user_id == actor.user_id))
    if newest is None or after is None or newest <= after:
        return newest or 0, []
    rows = session.scalars(
        select(Notification)
        .where(
            Notification.user_id == actor.user_id,
            Notification.id > after,
            Notification.read_at.is_(None),
            Notification.is_quiet.is_(False),
            Notification.kind.in_(kinds_of(*TOASTED)),
        )
        .order_by(Notification.id)
        .limit(3)
    )
    return newest, list(rows)


def list_notifications(
    session: Session, actor: Actor, wanted: Filter | None = None, *, limit: int = 50
) -> list[Notification]:
    """The newest notifications of the actor."""
    found = session.scalars(
        select(Notification)
        .where(Notification.user_id == actor.user_id, *(wanted or Filter()).conditions())
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
    )
    return list(found)


def projects_told(session: Session, actor: Actor) -> dict[int, str]:
    """The projects of the actor's notifications that they still meet, by title. One query."""
    told = select(Notification.project_id).where(Notification.user_id == actor.user_id)
    rows = session.scalars(
        select(Project).where(Project.id.in_(told)).options(*project_options()).order_by(Project.title)
    )
    return {project.id: project.title for project in rows if stands(actor, project.where)}


@dataclass(frozen=True)
class Opened:
    """Where a notification leads, and what to say there: the beginning of a feedback, or ''."""

    path: str
    words: str = ""


def open_notification(session: Session, actor: Actor, notification_id: int) -> Opened:
    """Mark one of the actor's notifications as read; gives where it leads."""
    found = session.scalar(
        select(Notification).where(
            Notification.id == min(notification_id, MAX_ID), Notification.user_id == actor.user_id
        )
    )
    if found is None:
        raise NotFound(NOT_FOUND)
    found.read_at = found.read_at or utcnow()
    return _place(session, actor, found) or Opened(found.url)


def _place(session: Session, actor: Actor, row: Notification) -> Opened | None:
    """Where what a feedback speaks of stands: the note, the version, the milestone, the step.

    None for what has no place but its own address, and for a place that is no more.
    """
    _page, _hash, identifier = row.url.partition("#feedback-")
    if row.kind is not KIND.FEEDBACK_RELEASED or not identifier.isdecimal():
        return None
    feedback = session.scalar(
        select(Feedback)
        .where(Feedback.id == int(identifier), Feedback.project_id == row.project_id)
        .options(joinedload(Feedback.project).options(*project_options()), *anchor_options())
    )
    if feedback is None or not can(actor, Permission.VIEW_FEEDBACK, feedback.where):
        return None
    path = places_of(session, actor, [feedback])[feedback.id].path
    return Opened(path, feedback.body) if path else None


def mark_read(session: Session, actor: Actor, notification_id: int | None = None) -> None:
    """The actor has seen this one, or them all. One that is not theirs is nothing."""
    which = [] if notification_id is None else [Notification.id == min(notification_id, MAX_ID)]
    session.execute(
        update(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None), *which)
        .values(read_at=utcnow())
    )


# -- muted projects -----------------------------------------------------------------------------


def is_muted(session: Session, actor: Actor, project_id: int) -> bool:
    """Whether the actor asked not to be told of this project."""
    return actor.user_id is not None and session.get(ProjectMute, (actor.user_id, project_id)) is not None


def mute_project(session: Session, actor: Actor, project_id: int, *, muted: bool) -> None:
    """Be told of a project no more, or again. Raises: NotFound for outsiders, Forbidden for guests.

    What waits unread goes silent with it. Whoever has no way in any more may still undo it.
    """
    project = session.scalar(
        select(Project).where(Project.id == min(project_id, MAX_ID)).options(*project_options())
    )
    is_there = project is not None and bool(stands(actor, project.where))
    if actor.user_id is None and is_there:
        raise Forbidden(N_("Vous n’avez pas le droit de faire cela ici."))
    if actor.user_id is None or not (is_there or is_muted(session, actor, project_id)):
        raise NotFound(NOT_FOUND)
    set_mute(session, actor.user_id, project_id, muted=muted)


def set_mute(session: Session, user_id: int, project_id: int, *, muted: bool) -> None:
    """The same, for somebody who has proved otherwise who they are. A project that is gone is nothing."""
    row = session.get(ProjectMute, (user_id, project_id))
    if not muted:
        if row is not None:
            session.delete(row)
        return
    if row is None and session.get(Project, project_id) is not None:
        session.add(ProjectMute(user_id=user_id, project_id=project_id))
    session.execute(
        update(Notification)
        .where(
            Notification.user_id == user_id,
            Notification.project_id == project_id,
            Notification.read_at.is_(None),
            Notification.kind.not_in(kinds_of(*NEVER_MUTED)),
        )
        .values(is_quiet=True)
    )


def muted_projects(session: Session, actor: Actor) -> dict[int, str]:
    """The projects that the actor muted, by title; '' for one they do not meet any more. One query."""
    rows: Sequence[Project] = session.scalars(
        select(Project)
        .join(ProjectMute, ProjectMute.project_id == Project.id)
        .where(ProjectMute.user_id == actor.user_id)
        .options(*project_options())
        .order_by(Project.title)
    ).all()
    return {row.id: row.title if stands(actor, row.where) else "" for row in rows}
