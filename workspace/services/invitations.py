"""Inviting somebody to a role: in a programme, a cohort, a team or a project, from a day, until a day.

The link's token is given once; only its hash is stored. What becomes of an invitation afterwards is in
waiting_invitations.py (list, new link, revocation) and acceptance.py.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.access import access_cohort, access_programme, access_project, access_team
from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Team
from models.errors import Invalid
from models.i18n import N_
from models.invitation import Invitation
from models.mail import MailKind
from models.membership import Membership, is_not_over
from models.people import User
from models.policy import Actor, Permission, Role, Where
from models.project import Project
from workspace.mail.asking import ask_for_mail
from workspace.services.access_days import Days
from workspace.services.accounts import clean_email, is_email
from workspace.services.conflicts import ON_THE_TEAM, refuse_own_authority
from workspace.services.tokens import new_token, token_hash

VALID_DAYS = (3, 7, 14, 30)
DEFAULT_DAYS = 14
MESSAGE_LIMIT = 600

BAD_EMAIL = N_("Cette adresse e-mail n’est pas complète, par exemple prenom.nom@ville.fr.")
BAD_DAYS = N_("Choisissez l’une des durées proposées.")
ALREADY_WAITING = N_("Une invitation attend déjà cette personne : vous pouvez en refaire le lien plus bas.")
ALREADY_THERE = {
    Role.OBSERVER: N_("Cette personne observe déjà le projet."),
    Role.PARTNER: N_("Cette personne est déjà partenaire du projet."),
    Role.LEARNER: N_("Cette personne est déjà dans une équipe de la promotion."),
    Role.TUTOR: N_("Cette personne suit déjà la promotion."),
    Role.MANAGER: N_("Cette personne gère déjà la formation."),
}


@dataclass(frozen=True)
class Invitee:
    """Who is invited, as the inviter knows them."""

    email: str
    name: str = ""
    title: str = ""


@dataclass(frozen=True)
class Terms:
    """How long the link may be used, the days of the access, and a word to go with them."""

    valid_days: int = DEFAULT_DAYS
    days: Days = field(default_factory=Days)
    message: str = ""


class NewInvitation(NamedTuple):
    """An invitation just made, or whose link was made again. The token is known only now."""

    invitation_id: int
    token: str


class Scope(NamedTuple):
    """To what: one column of Invitation and Membership, its value, and by whose clock its days go."""

    column: str
    id: int
    zone: str = "Europe/Paris"


def invite_observer(
    session: Session, actor: Actor, project_id: int, invitee: Invitee, terms: Terms
) -> NewInvitation:
    """Invite an élu to observe a project.

    Raises:
        Invalid: on the address, the dates, or because of the conflict rule (field `email`).
    """
    project = access_project(session, actor, project_id, Permission.INVITE_OBSERVER)
    known = _find_user(session, invitee.email)
    if known is not None:
        if _is_on_team(session, known, project.team):
            raise Invalid(fields={"email": ON_THE_TEAM})
        refuse_own_authority(session, actor, project, known, field="email")
    made = _invite(session, actor, Role.OBSERVER, _of_project(project), invitee, terms)
    record_activity(
        session,
        actor,
        ActivityKind.OBSERVER_INVITED,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
        subject=invitee.name,
    )
    return made


def invite_partner(
    session: Session, actor: Actor, project_id: int, invitee: Invitee, terms: Terms
) -> NewInvitation:
    """Invite a partner to a project, with an account."""
    project = access_project(session, actor, project_id, Permission.INVITE_PARTNER)
    return _invite(session, actor, Role.PARTNER, _of_project(project), invitee, terms)


def invite_learner(
    session: Session, actor: Actor, team_id: int, invitee: Invitee, terms: Terms
) -> NewInvitation:
    """Invite a learner to a team."""
    team = access_team(session, actor, team_id, Permission.MANAGE_COHORT)
    known = _find_user(session, invitee.email)
    if known is not None and learns_in(session, known, team.cohort_id):
        raise Invalid(fields={"email": ALREADY_THERE[Role.LEARNER]})
    scope = Scope("team_id", team.id, team.cohort.time_zone)
    return _invite(session, actor, Role.LEARNER, scope, invitee, terms)


def invite_tutor(
    session: Session, actor: Actor, cohort_id: int, invitee: Invitee, terms: Terms
) -> NewInvitation:
    """Invite a tutor to follow a cohort."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    scope = Scope("cohort_id", cohort.id, cohort.time_zone)
    return _invite(session, actor, Role.TUTOR, scope, invitee, terms)


def invite_manager(
    session: Session, actor: Actor, programme_id: int, invitee: Invitee, terms: Terms
) -> NewInvitation:
    """Invite somebody to run a programme. Its days are those of the inviter's clock."""
    programme = access_programme(session, actor, programme_id)
    whole = Scope("organization_id", programme.organization_id)
    if holds(session, clean_email(invitee.email), Role.MANAGER, whole):
        raise Invalid(fields={"email": ALREADY_THERE[Role.MANAGER]})
    scope = Scope("programme_id", programme.id, actor.time_zone)
    return _invite(session, actor, Role.MANAGER, scope, invitee, terms)


def _of_project(project: Project) -> Scope:
    return Scope("project_id", project.id, project.team.cohort.time_zone)


def _invite(
    session: Session, actor: Actor, role: Role, scope: Scope, invitee: Invitee, terms: Terms
) -> NewInvitation:
    now = utcnow()
    email = clean_email(invitee.email)
    fields: dict[str, str] = {}
    if not is_email(email):
        fields["email"] = BAD_EMAIL
    elif holds(session, email, role, scope):
        fields["email"] = ALREADY_THERE[role]
    elif _waits(session, email, role, scope):
        fields["email"] = ALREADY_WAITING
    if terms.valid_days not in VALID_DAYS:
        fields["valid_days"] = BAD_DAYS
    fields |= terms.days.errors(scope.zone, needs_end=role is Role.OBSERVER)
    if fields:
        raise Invalid(fields=fields)
    token, days = new_token(), terms.days
    row = Invitation(
        token_hash=token_hash(token),
        email=email,
        name=invitee.name,
        title=invitee.title,
        role=role,
        message=terms.message,
        invited_by_id=actor.user_id,
        expires_at=now + timedelta(days=terms.valid_days),
        access_from=days.starts_at(scope.zone) if days.first else None,
        access_until=days.ends_at(scope.zone),
        **{scope.column: scope.id},
    )
    session.add(row)
    session.flush()
    ask_for_mail(session, MailKind.INVITATION, row.id)
    audit(
        session,
        actor,
        AuditAction.INVITATION_MADE,
        where=place_of(row),
        subject=(SubjectKind.INVITATION, row.id),
        role=role,
        since=row.access_from,
        until=row.access_until,
    )
    return NewInvitation(row.id, token)


def place_of(row: Invitation) -> Where:
    """Where what is offered lies."""
    return Where(
        programme_id=row.programme_id,
        cohort_id=row.cohort_id,
        team_id=row.team_id,
        project_id=row.project_id,
    )


def _find_user(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == clean_email(email)))


def holds(session: Session, email: str, role: Role, scope: Scope) -> bool:
    """Whether the account of this address holds the role there, or will."""
    found = session.scalar(
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            User.email == email,
            Membership.role == role,
            getattr(Membership, scope.column) == scope.id,
            is_not_over(),
        )
        .limit(1)
    )
    return found is not None


def _waits(session: Session, email: str, role: Role, scope: Scope) -> bool:
    found = session.scalar(
        select(Invitation.id)
        .where(
            Invitation.email == email,
            Invitation.role == role,
            getattr(Invitation, scope.column) == scope.id,
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > utcnow(),
            or_(Invitation.access_until.is_(None), Invitation.access_until > utcnow()),
        )
        .limit(1)
    )
    return found is not None


def _is_on_team(session: Session, user: User, team: Team) -> bool:
    return holds(session, user.email, Role.LEARNER, Scope("team_id", team.id))


def learns_in(session: Session, user: User, cohort_id: int) -> bool:
    """Whether they are in one of the cohort's teams; a learner without a team may still be invited."""
    found = session.scalar(
        select(Membership.id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.user_id == user.id,
            Membership.role == Role.LEARNER,
            Team.cohort_id == cohort_id,
            is_not_over(),
        )
        .limit(1)
    )
    return found is not None
