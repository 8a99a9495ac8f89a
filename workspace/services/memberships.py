"""Who holds a role in a project or a cohort, since when and by whom; and how it ends.

Ending a membership records AccessChanged: the person's live sockets ask again at once.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from models.access import access_cohort, access_project, access_team, find_or_not_found, team_where
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import Invalid
from models.events import AccessChanged, record
from models.i18n import N_
from models.membership import Membership, is_live
from models.people import User
from models.policy import Actor, Permission, Role, Where

MAX_ID = 2**31 - 1
ROLE_OF = {Permission.INVITE_OBSERVER: Role.OBSERVER, Permission.INVITE_PARTNER: Role.PARTNER}


@dataclass(frozen=True)
class Member:
    """Somebody who holds a role now. `scope_id` is the id of the team, cohort or project."""

    membership_id: int
    scope_id: int
    user_id: int
    name: str
    title: str
    email: str
    since: datetime
    until: datetime | None
    granted_by: str


def list_members(session: Session, role: Role, *, column: str, ids: list[int]) -> list[Member]:
    """Those who hold `role` now in these scopes (`column`: 'team_id', …), by name."""
    giver = aliased(User)
    scope = getattr(Membership, column)
    rows = session.execute(
        select(
            Membership.id,
            scope,
            User.id,
            User.name,
            User.title,
            User.email,
            Membership.starts_at,
            Membership.ends_at,
            giver.name,
        )
        .join(User, User.id == Membership.user_id)
        .outerjoin(giver, giver.id == Membership.granted_by_id)
        .where(Membership.role == role, scope.in_(ids), is_live())
        .order_by(User.name, Membership.id)
    )
    return [
        Member(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8] or "") for row in rows
    ]


def withdraw_from_project(
    session: Session, actor: Actor, project_id: int, membership_id: int, permission: Permission
) -> str:
    """End an élu's or a partner's access to a project; gives the person's name."""
    project = access_project(session, actor, project_id, permission)
    condition = (Membership.project_id == project.id) & (Membership.role == ROLE_OF[permission])
    return _withdraw(session, actor, _live(session, membership_id, condition))


def withdraw_from_cohort(session: Session, actor: Actor, cohort_id: int, membership_id: int) -> str:
    """End a tutor's or a learner's membership of a cohort; gives the person's name."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    return _withdraw(session, actor, _live(session, membership_id, _within(cohort)))


def place_in_team(session: Session, actor: Actor, cohort_id: int, membership_id: int, team_id: int) -> str:
    """Put a learner of the cohort into one of its teams, from none or another; gives the name."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    team = access_team(session, actor, team_id, Permission.MANAGE_COHORT)
    if team.cohort_id != cohort.id:
        raise Invalid(N_("Cette équipe est dans une autre promotion."))
    condition = _within(cohort) & (Membership.role == Role.LEARNER)
    old = _live(session, membership_id, condition)
    if old.team_id == team.id:
        return old.user.name
    name = _end(session, old)
    session.add(
        Membership(user_id=old.user_id, role=Role.LEARNER, team_id=team.id, granted_by_id=actor.user_id)
    )
    audit(
        session,
        actor,
        AuditAction.MEMBERSHIP_MOVED,
        where=team_where(team),
        subject=(SubjectKind.USER, old.user_id),
        role=Role.LEARNER,
        from_team=old.team_id,
    )
    return name


def live_membership_of_cohort(session: Session, cohort: Cohort, membership_id: int) -> Membership:
    """A tutor's or a learner's membership, with its user; the caller has checked the cohort."""
    return _live(session, membership_id, _within(cohort))


def _within(cohort: Cohort) -> ColumnElement[bool]:
    teams = select(Team.id).where(Team.cohort_id == cohort.id)
    return (Membership.cohort_id == cohort.id) | Membership.team_id.in_(teams)


def _live(session: Session, membership_id: int, condition: ColumnElement[bool]) -> Membership:
    return find_or_not_found(
        session,
        select(Membership)
        .where(Membership.id == min(membership_id, MAX_ID), condition, is_live())
        .options(joinedload(Membership.user)),
    )


def _withdraw(session: Session, actor: Actor, membership: Membership) -> str:
    audit(
        session,
        actor,
        AuditAction.MEMBERSHIP_ENDED,
        where=Where(
            cohort_id=membership.cohort_id, team_id=membership.team_id, project_id=membership.project_id
        ),
        subject=(SubjectKind.USER, membership.user_id),
        role=membership.role,
    )
    return _end(session, membership)


def _end(session: Session, membership: Membership) -> str:
    """A team loses its lead when the lead leaves."""
    membership.ends_at = utcnow()
    if membership.team_id is not None:
        session.execute(
            update(Team)
            .where(Team.id == membership.team_id, Team.lead_id == membership.user_id)
            .values(lead_id=None)
        )
    record(session, AccessChanged(user_id=membership.user_id))
    return membership.user.name
