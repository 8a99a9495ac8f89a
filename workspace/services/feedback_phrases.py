"""A tutor's own phrases, to use them again in feedback. Nobody else reads them. The caller commits."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models.access import NOT_FOUND
from models.errors import NotFound, Refused
from models.feedback import FeedbackPhrase
from models.i18n import N_
from models.policy import Actor
from models.session import affected

MOST_PHRASES = 60
FULL = N_("Vous gardez déjà soixante phrases : retirez-en une d’abord.")


def phrases_of(session: Session, actor: Actor) -> list[FeedbackPhrase]:
    """The actor's phrases, in the order of the alphabet."""
    found = session.scalars(
        select(FeedbackPhrase)
        .where(FeedbackPhrase.user_id == actor.user_id)
        .order_by(FeedbackPhrase.text, FeedbackPhrase.id)
    )
    return list(found)


def keep_phrase(session: Session, actor: Actor, text: str) -> None:
    """Keep it; one that is kept already stays as it is. Raises: Refused."""
    mine = FeedbackPhrase.user_id == actor.user_id
    count = session.scalar(select(func.count()).select_from(FeedbackPhrase).where(mine)) or 0
    if session.scalar(select(FeedbackPhrase.id).where(mine, FeedbackPhrase.text == text).limit(1)):
        return
    if count >= MOST_PHRASES:
        raise Refused("full", FULL)
    session.add(FeedbackPhrase(user_id=actor.user_id, text=text))
    session.flush()


def forget_phrase(session: Session, actor: Actor, phrase_id: int) -> None:
    """Keep it no more. Raises: NotFound for another's."""
    mine = (FeedbackPhrase.user_id == actor.user_id, FeedbackPhrase.id == phrase_id)
    if not affected(session.execute(delete(FeedbackPhrase).where(*mine))):
        raise NotFound(NOT_FOUND)
