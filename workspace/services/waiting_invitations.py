"""Invitations that nobody has accepted yet: listed, given a new link, revoked."""

from datetime import timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from models.access import access_cohort, access_programme, access_project, find_or_not_found
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Team
from models.errors import Refused
from models.i18n import N_
from models.invitation import Invitation
from models.mail import MailKind
from models.policy import Actor, Permission, Role
from workspace.mail.asking import ask_for_mail
from workspace.services.invitations import DEFAULT_DAYS, NewInvitation, place_of
from workspace.services.tokens import new_token, token_hash

MAX_ID = 2**31 - 1
OVER = N_("Les dates de cet accès sont passées : retirez l’invitation, puis invitez de nouveau.")


def list_waiting(session: Session, role: Role, *, column: str, ids: list[int]) -> list[Invitation]:
    """Invitations to `role` in these scopes that nobody accepted or revoked, the newest first."""
    found = session.scalars(
        select(Invitation)
        .where(
            Invitation.role == role,
            getattr(Invitation, column).in_(ids),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .options(joinedload(Invitation.invited_by))
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
    )
    return list(found)


def revoke_project_invitation(
    session: Session, actor: Actor, project_id: int, invitation_id: int, permission: Permission
) -> None:
    """Close a project's invitation; its link stops working at once."""
    _close(session, actor, _of_project(session, actor, project_id, invitation_id, permission))


def renew_project_invitation(
    session: Session, actor: Actor, project_id: int, invitation_id: int, permission: Permission
) -> NewInvitation:
    """A new link for a project's invitation; the old one stops working."""
    return _renew(session, actor, _of_project(session, actor, project_id, invitation_id, permission))


def revoke_cohort_invitation(session: Session, actor: Actor, cohort_id: int, invitation_id: int) -> None:
    """Close the invitation of a cohort's tutor or learner."""
    _close(session, actor, _of_cohort(session, actor, cohort_id, invitation_id))


def renew_cohort_invitation(
    session: Session, actor: Actor, cohort_id: int, invitation_id: int
) -> NewInvitation:
    """A new link for the invitation of a cohort's tutor or learner."""
    return _renew(session, actor, _of_cohort(session, actor, cohort_id, invitation_id))


def revoke_programme_invitation(
    session: Session, actor: Actor, programme_id: int, invitation_id: int
) -> None:
    """Close the invitation of a programme's manager."""
    _close(session, actor, _of_programme(session, actor, programme_id, invitation_id))


def renew_programme_invitation(
    session: Session, actor: Actor, programme_id: int, invitation_id: int
) -> NewInvitation:
    """A new link for the invitation of a programme's manager."""
    return _renew(session, actor, _of_programme(session, actor, programme_id, invitation_id))


def _close(session: Session, actor: Actor, row: Invitation) -> None:
    row.revoked_at = utcnow()
    _note(session, actor, AuditAction.INVITATION_REVOKED, row)


def _note(session: Session, actor: Actor, action: AuditAction, row: Invitation) -> None:
    subject = (SubjectKind.INVITATION, row.id)
    audit(session, actor, action, where=place_of(row), subject=subject, role=row.role)


def _renew(session: Session, actor: Actor, row: Invitation) -> NewInvitation:
    if row.is_over():
        raise Refused("over", OVER)
    token = new_token()
    _note(session, actor, AuditAction.INVITATION_RENEWED, row)
    row.token_hash, row.expires_at = token_hash(token), utcnow() + timedelta(days=DEFAULT_DAYS)
    row.mailed_token_hash = row.mailed_at = row.undeliverable_at = None
    ask_for_mail(session, MailKind.INVITATION, row.id)
    return NewInvitation(row.id, token)


def _of_project(
    session: Session, actor: Actor, project_id: int, invitation_id: int, permission: Permission
) -> Invitation:
    role = {Permission.INVITE_OBSERVER: Role.OBSERVER, Permission.INVITE_PARTNER: Role.PARTNER}[permission]
    project = access_project(session, actor, project_id, permission)
    condition = (Invitation.project_id == project.id) & (Invitation.role == role)
    return _waiting(session, invitation_id, condition)


def _of_cohort(session: Session, actor: Actor, cohort_id: int, invitation_id: int) -> Invitation:
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    teams = select(Team.id).where(Team.cohort_id == cohort.id)
    condition = (Invitation.cohort_id == cohort.id) | Invitation.team_id.in_(teams)
    return _waiting(session, invitation_id, condition)


def _of_programme(session: Session, actor: Actor, programme_id: int, invitation_id: int) -> Invitation:
    programme = access_programme(session, actor, programme_id)
    return _waiting(session, invitation_id, Invitation.programme_id == programme.id)


def _waiting(session: Session, invitation_id: int, condition: ColumnElement[bool]) -> Invitation:
    """The row, locked against somebody accepting it meanwhile."""
    return find_or_not_found(
        session,
        select(Invitation)
        .where(
            Invitation.id == min(invitation_id, MAX_ID),
            condition,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .with_for_update(),
    )
