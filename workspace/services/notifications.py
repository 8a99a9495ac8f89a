"""What a person is told: the list, the count, the sentence of each kind."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.access import NOT_FOUND
from models.base import utcnow
from models.errors import NotFound
from models.i18n import N_
from models.notification import Notification, NotificationKind
from models.policy import Actor

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


def count_unread(session: Session, actor: Actor) -> int:
    """How many notifications the actor has not read."""
    found = session.scalar(
        select(func.count())
        .select_from(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    )
    return found or 0


def list_notifications(session: Session, actor: Actor, *, limit: int = 50) -> list[Notification]:
    """The newest notifications of the actor."""
    found = session.scalars(
        select(Notification)
        .where(Notification.user_id == actor.user_id)
        .order_by(Notification.created_at.desc(), Notification.id.desc())
        .limit(limit)
    )
    return list(found)


def open_notification(session: Session, actor: Actor, notification_id: int) -> str:
    """Mark one of the actor's notifications as read; gives the path it leads to."""
    found = session.scalar(
        select(Notification).where(Notification.id == notification_id, Notification.user_id == actor.user_id)
    )
    if found is None:
        raise NotFound(NOT_FOUND)
    found.read_at = found.read_at or utcnow()
    return found.url


def mark_all_read(session: Session, actor: Actor) -> None:
    """The actor has seen them all."""
    session.execute(
        update(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
        .values(read_at=utcnow())
    )
