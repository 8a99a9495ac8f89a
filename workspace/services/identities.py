"""Identities of people at the provider: who they enter as, linked, listed, unlinked.

An identity is linked only to an account whose owner has just proved it is theirs (docs/adr/0019-oidc.md);
callers see to that.
"""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.audit import AuditAction, audit
from models.base import utcnow
from models.errors import NotFound, Refused
from models.i18n import N_
from models.identity import Identity, ProviderSession
from models.people import User
from models.policy import Actor
from workspace.services import rotation
from workspace.services.accounts import DEMO_STAYS

TAKEN = N_("Cette identité ouvre déjà un autre compte : détachez-la d’abord de celui-ci.")
LAST_WAY = N_(
    "C’est votre seule façon d’entrer : choisissez d’abord un mot de passe, ou rattachez une autre identité."
)
UNKNOWN = N_("Cette identité n’est pas rattachée à votre compte.")


def find_identity(session: Session, issuer: str, subject: str) -> Identity | None:
    """The identity, whether or not its account may still enter."""
    return session.scalar(select(Identity).where(Identity.issuer == issuer, Identity.subject == subject))


def use_identity(session: Session, issuer: str, subject: str) -> User | None:
    """Who enters with it now, None if nobody does; notes that it was used."""
    identity = find_identity(session, issuer, subject)
    user = session.get(User, identity.user_id) if identity else None
    if identity is None or user is None or user.disabled_at is not None or user.is_demo:
        return None
    identity.last_used_at = utcnow()
    return user


def link_identity(session: Session, user: User, issuer: str, subject: str) -> None:
    """Let this identity enter as `user`, from now on. Linked already to them, it stays as it is.

    Raises:
        Refused: it is somebody else's, or the person is invented.
    """
    if user.is_demo:
        raise Refused("demo", DEMO_STAYS)
    known = find_identity(session, issuer, subject)
    if known is None:
        try:
            with session.begin_nested():
                session.add(Identity(user_id=user.id, issuer=issuer, subject=subject, last_used_at=utcnow()))
        except IntegrityError as error:
            raise Refused("taken", TAKEN) from error
        audit(session, user, AuditAction.IDENTITY_LINKED)
    elif known.user_id != user.id:
        raise Refused("taken", TAKEN)


def list_identities(session: Session, actor: Actor) -> Sequence[Identity]:
    """The actor's, the oldest first."""
    return session.scalars(
        select(Identity).where(Identity.user_id == actor.user_id).order_by(Identity.linked_at, Identity.id)
    ).all()


def unlink_identity(session: Session, actor: Actor, identity_id: int, *, has_mail: bool) -> None:
    """Let it enter no more. `has_mail`: whether a link by mail is a way in too.

    Raises:
        NotFound: it is not theirs.
        Refused: nothing else would let them in.
    """
    # Locked, so that of two identities unlinked at once one stays.
    user = session.scalar(select(User).where(User.id == actor.user_id).with_for_update())
    identity = session.scalar(
        select(Identity).where(Identity.id == identity_id, Identity.user_id == actor.user_id)
    )
    if user is None or identity is None:
        raise NotFound(UNKNOWN)
    count = session.scalar(select(func.count()).select_from(Identity).where(Identity.user_id == user.id))
    if not has_mail and user.password_hash is None and count == 1:
        raise Refused("last_way", LAST_WAY)
    session.delete(identity)
    audit(session, actor, AuditAction.IDENTITY_UNLINKED)


def remember_provider_session(session: Session, token: str, id_token: str) -> None:
    """That the session of this cookie came by the provider. Without `id_token` nothing can be ended there."""
    login = rotation.session_of_token(session, token)
    if login is not None and id_token:
        session.merge(ProviderSession(login_session_id=login.id, id_token=id_token))


def take_provider_session(session: Session, token: str | None) -> str:
    """The ID token of the live session of this cookie, and forget it; empty when it came otherwise."""
    if not token:
        return ""
    login = rotation.session_of_token(session, token)
    found = session.get(ProviderSession, login.id) if login and login.ended_at is None else None
    if found is None:
        return ""
    session.execute(delete(ProviderSession).where(ProviderSession.login_session_id == found.login_session_id))
    return found.id_token
