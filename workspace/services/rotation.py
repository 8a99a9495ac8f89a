"""A session's token is replaced while the session, and its sockets, go on.

It happens at every change of privilege and after 24 hours of use. The replaced token is good for one minute
more, for requests under way. Presented later it was copied: nobody can say which of the two is the thief,
so the session ends for both, and its owner is told.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audit import NOBODY, AuditAction, SubjectKind, audit
from models.base import utcnow
from models.people import LoginSession, RetiredToken
from models.policy import Actor
from workspace.services import sessions
from workspace.services.tokens import new_token, token_hash

EVERY = timedelta(hours=24)
TOLD_FOR = timedelta(days=30)


def rotate(session: Session, login_session_id: int | None, *, presented: str | None = None) -> str | None:
    """Give the session a new token; None when it is over.

    With `presented`, only if that is still its token: of requests in parallel one replaces it.
    """
    login = session.scalar(
        select(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.ended_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if login is None or (presented is not None and login.token_hash != token_hash(presented)):
        return None
    now, token = utcnow(), new_token()
    session.add(RetiredToken(token_hash=login.token_hash, login_session_id=login.id, retired_at=now))
    login.token_hash, login.rotated_at = token_hash(token), now
    session.flush()
    return token


def is_due(actor: Actor) -> bool:
    """Whether the token that the actor presented is in use for long enough to be replaced."""
    return actor.token_since is not None and actor.token_since <= utcnow() - EVERY


def find_replayed(session: Session, tokens: Iterable[str]) -> list[int]:
    """The live sessions whose token was replaced more than a minute ago by another than one of these."""
    hashes = [token_hash(token) for token in tokens]
    found = session.scalars(
        select(LoginSession.id)
        .join(RetiredToken, RetiredToken.login_session_id == LoginSession.id)
        .where(
            RetiredToken.token_hash.in_(hashes),
            RetiredToken.retired_at <= utcnow() - sessions.GRACE,
            LoginSession.ended_at.is_(None),
        )
        .distinct()
    )
    return list(found)


def end_stolen(session: Session, login_session_ids: Iterable[int]) -> None:
    """End sessions of which a replaced token was presented, and remember why."""
    for login_session_id in login_session_ids:
        session.execute(
            update(LoginSession).where(LoginSession.id == login_session_id).values(stolen_at=utcnow())
        )
        sessions.end_session(session, login_session_id)
        owner = session.scalar(select(LoginSession.user_id).where(LoginSession.id == login_session_id))
        subject = None if owner is None else (SubjectKind.USER, owner)
        audit(session, NOBODY, AuditAction.STOLEN_SESSION_ENDED, subject=subject)


def session_of_token(session: Session, token: str) -> LoginSession | None:
    """The session, live or over, whose token this is or was."""
    hash_ = token_hash(token)
    retired = select(RetiredToken.login_session_id).where(RetiredToken.token_hash == hash_)
    return session.scalar(
        select(LoginSession).where((LoginSession.token_hash == hash_) | LoginSession.id.in_(retired)).limit(1)
    )


def list_stolen(session: Session, actor: Actor) -> Sequence[LoginSession]:
    """The actor's sessions that ended for such a reason within 30 days, newest first."""
    if actor.is_demo:
        return []
    found = session.scalars(
        select(LoginSession)
        .where(LoginSession.user_id == actor.user_id, LoginSession.stolen_at > utcnow() - TOLD_FOR)
        .order_by(LoginSession.stolen_at.desc())
        .limit(10)
    )
    return found.all()
