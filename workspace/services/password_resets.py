"""A forgotten password: a manager makes a link for somebody of a cohort, who chooses a new one.

A manager reaches nobody beyond their own programmes this way: people who also hold a role elsewhere, and
other managers, must ask whoever runs the installation.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import access_cohort, cohort_where, managed_cohorts
from models.audit import AuditAction, SubjectKind, audit
from models.cohort import Cohort, Team
from models.errors import Refused
from models.i18n import N_
from models.mail import MailKind
from models.membership import Membership, is_not_over
from models.people import User
from models.policy import Actor, Permission, Role
from models.project import Project
from workspace.mail.asking import ask_for_mail
from workspace.services import sessions
from workspace.services.accounts import LINK_OVER, Credentials, hold_account
from workspace.services.memberships import membership_of_cohort

ELSEWHERE = N_(
    "Cette personne a aussi un rôle ailleurs : la personne qui administre L’Établi peut lui rendre l’accès."
)
DEMO = N_("Les personnes de la démonstration n’ont pas de mot de passe.")


def member_to_reset(session: Session, actor: Actor, cohort_id: int, membership_id: int) -> User:
    """The account that the manager may make a link for; the audit log keeps that one is made.

    Raises:
        Refused: it holds a role outside the manager's programmes.
    """
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    user = membership_of_cohort(session, cohort, membership_id).user
    if user.is_demo:
        raise Refused("demo", DEMO)
    mine = select(Cohort.id).where(managed_cohorts(actor))
    my_teams = select(Team.id).where(Team.cohort_id.in_(mine))
    my_projects = select(Project.id).where(Project.team_id.in_(my_teams))
    inside = (
        Membership.cohort_id.in_(mine)
        | Membership.team_id.in_(my_teams)
        | Membership.project_id.in_(my_projects)
    ) & Membership.role.not_in([Role.MANAGER, Role.ADMIN])
    outside = select(Membership.id).where(
        Membership.user_id == user.id,
        is_not_over(),
        Membership.id.not_in(select(Membership.id).where(inside)),
    )
    if session.scalar(outside.limit(1)) is not None:
        raise Refused("elsewhere", ELSEWHERE)
    audit(
        session,
        actor,
        AuditAction.PASSWORD_LINK_MADE,
        where=cohort_where(cohort),
        subject=(SubjectKind.USER, user.id),
    )
    return user


def reset_password(session: Session, credentials: Credentials, new_hash: str) -> User:
    """Replace the password that the link was made for; every session of the account ends.

    Raises:
        Refused: the password changed since, or the account was closed.
    """
    user = hold_account(session, credentials.user_id)
    if user is None or user.disabled_at is not None or user.password_hash != credentials.password_hash:
        raise Refused("over", LINK_OVER)
    user.password_hash = new_hash
    ask_for_mail(session, MailKind.PASSWORD_CHANGED, user.id)
    ended = sessions.end_all_sessions(session, user_id=user.id)
    audit(session, user, AuditAction.PASSWORD_RESET, count=ended)
    return user
