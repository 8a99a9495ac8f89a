"""Somebody lost what makes their codes, and their recovery codes: who may help, as for a lost password."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import COMMAND, AuditAction, SubjectKind, audit
from models.errors import Refused
from models.i18n import N_
from models.people import User
from models.policy import Actor
from workspace.services import second_factors, sessions
from workspace.services.accounts import clean_email
from workspace.services.password_resets import member_to_reset

IS_OFF = N_("Cette personne n’utilise pas la connexion en deux étapes.")


def remove_lost_factor(session: Session, actor: Actor, cohort_id: int, membership_id: int) -> User:
    """Ask somebody of the manager's cohort for no code any more; every session of theirs ends.

    Raises:
        Refused: they hold a role outside the manager's programmes, or have no second factor.
    """
    return _remove(session, actor, member_to_reset(session, actor, cohort_id, membership_id))


def remove_factor_of(session: Session, email: str) -> User:
    """The same for whoever runs the installation, who reaches everybody.

    Raises:
        Refused: nobody has that address, or they have no second factor.
    """
    user = session.scalar(select(User).where(User.email == clean_email(email)))
    if user is None:
        raise Refused("second_factor", IS_OFF)
    return _remove(session, COMMAND, user)


def _remove(session: Session, actor: Actor | str, user: User) -> User:
    if not second_factors.turn_off(session, user.id):
        raise Refused("second_factor", IS_OFF)
    ended = sessions.end_all_sessions(session, user_id=user.id)
    subject = (SubjectKind.USER, user.id)
    audit(session, actor, AuditAction.SECOND_FACTOR_REMOVED, subject=subject, count=ended)
    return user
