"""Who holds a role in a scope, since when, until when and by whom; those who held one; and how it ends.

Ending a membership records AccessChanged: the person's live sockets ask again at once. Its dates are changed
in membership_dates.py.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from models.access import NOT_FOUND, access_cohort, access_project, access_team, find_or_not_found, team_where
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import NotFound
from models.events import AccessChanged, record
from models.membership import Membership, has_ended, is_not_over
from models.organization import Programme
from models.people import User
from models.policy import Actor, Permission, Role, Where
from models.project import Project
from workspace.services.conflicts import end_conflicting, in_team

MAX_ID = 2**31 - 1
MOST_FORMER = 100
ROLE_OF = {Permission.INVITE_OBSERVER: Role.OBSERVER, Permission.INVITE_PARTNER: Role.PARTNER}


@dataclass(frozen=True)
class Member:
    """Somebody who holds a role, will hold it, or held it (`seen_on` is not told then).

    `team_id` for a learner in a team; `until` None: as long as the role is needed; `seen_on` is the day of
    the last visit, for those only who give and withdraw the role.
    """

    membership_id: int
    user_id: int
    role: Role
    team_id: int | None
    name: str
    title: str
    email: str
    since: datetime
    until: datetime | None
    granted_by: str
    seen_on: date | None

    @property
    def is_to_come(self) -> bool:
        """Whether the role is given, and does not hold yet."""
        return self.since > utcnow()


def list_members(session: Session, role: Role, *, column: str, ids: list[int]) -> list[Member]:
    """Those who hold `role` in these scopes (`column`: 'team_id', …) or will, by name."""
    condition = (Membership.role == role) & getattr(Membership, column).in_(ids) & is_not_over()
    return _members(session, condition, User.name, Membership.id)


def list_former(session: Session, role: Role, *, column: str, ids: list[int]) -> list[Member]:
    """Those whose `role` in these scopes has ended, the last first."""
    return _former(session, (Membership.role == role) & getattr(Membership, column).in_(ids))


def list_former_of_cohort(session: Session, cohort: Cohort) -> list[Member]:
    """The same of a cohort's tutors and learners, in its teams and without one."""
    return _former(session, _within(cohort))


def _former(session: Session, condition: ColumnElement[bool]) -> list[Member]:
    order = (Membership.ends_at.desc(), Membership.id.desc())
    return _members(session, condition & has_ended(), *order, is_former=True, limit=MOST_FORMER)


def _members(
    session: Session,
    condition: ColumnElement[bool],
    *order: Any,
    is_former: bool = False,
    limit: int | None = None,
) -> list[Member]:
    giver = aliased(User)
    rows = session.execute(
        select(Membership, User.name, User.title, User.email, User.seen_on, giver.name.label("giver"))
        .join(User, User.id == Membership.user_id)
        .outerjoin(giver, giver.id == Membership.granted_by_id)
        .where(condition)
        .order_by(*order)
        .limit(limit)
    )
    return [
        Member(
            membership_id=row.Membership.id,
            user_id=row.Membership.user_id,
            role=row.Membership.role,
            team_id=row.Membership.team_id,
            name=row.name,
            title=row.title,
            email=row.email,
            since=row.Membership.starts_at,
            until=row.Membership.ends_at,
            granted_by=row.giver or "",
            seen_on=None if is_former else row.seen_on,
        )
        for row in rows
    ]


def withdraw_from_project(
    session: Session, actor: Actor, project_id: int, membership_id: int, permission: Permission
) -> str:
    """End an élu's or a partner's access to a project; gives the person's name."""
    project = access_project(session, actor, project_id, permission)
    return end_membership(session, actor, membership_of_project(session, project, membership_id, permission))


def withdraw_from_cohort(session: Session, actor: Actor, cohort_id: int, membership_id: int) -> str:
    """End a tutor's or a learner's membership of a cohort; gives the person's name."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    return end_membership(session, actor, membership_of_cohort(session, cohort, membership_id))


def place_in_team(session: Session, actor: Actor, cohort_id: int, membership_id: int, team_id: int) -> str:
    """Put a learner of the cohort into one of its teams, from none or another; gives the name."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    team = access_team(session, actor, team_id, Permission.MANAGE_COHORT)
    if team.cohort_id != cohort.id:
        raise NotFound(NOT_FOUND)
    old = learner_of_cohort(session, cohort, membership_id)
    if old.team_id == team.id:
        return old.user.name
    since, until = max(old.starts_at, utcnow()), old.ends_at
    name = _end(session, old)
    session.add(
        Membership(
            user_id=old.user_id,
            role=Role.LEARNER,
            team_id=team.id,
            starts_at=since,
            ends_at=until,
            granted_by_id=actor.user_id,
        )
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
    end_conflicting(session, actor, in_team(team.id))
    return name


def membership_of_project(
    session: Session, project: Project, membership_id: int, permission: Permission
) -> Membership:
    """An élu's or a partner's membership, by which of them `permission` invites, with its user."""
    condition = (Membership.project_id == project.id) & (Membership.role == ROLE_OF[permission])
    return _find(session, membership_id, condition)


def membership_of_cohort(session: Session, cohort: Cohort, membership_id: int) -> Membership:
    """A tutor's or a learner's membership, with its user."""
    return _find(session, membership_id, _within(cohort))


def member_of_cohort(session: Session, cohort: Cohort, membership_id: int) -> Member:
    """A tutor or a learner, as the lists show them."""
    condition = (Membership.id == min(membership_id, MAX_ID)) & _within(cohort) & is_not_over()
    for found in _members(session, condition):
        return found
    raise NotFound(NOT_FOUND)


def learner_of_cohort(session: Session, cohort: Cohort, membership_id: int) -> Membership:
    """A learner's membership, with its user."""
    return _find(session, membership_id, _within(cohort) & (Membership.role == Role.LEARNER))


def membership_of_programme(session: Session, programme: Programme, membership_id: int) -> Membership:
    """A manager's membership of the programme, with its user."""
    condition = (Membership.programme_id == programme.id) & (Membership.role == Role.MANAGER)
    return _find(session, membership_id, condition)


def place_of_membership(membership: Membership) -> Where:
    """Where the role is held: the innermost scope is enough."""
    return Where(
        organization_id=membership.organization_id,
        programme_id=membership.programme_id,
        cohort_id=membership.cohort_id,
        team_id=membership.team_id,
        project_id=membership.project_id,
    )


def _within(cohort: Cohort) -> ColumnElement[bool]:
    teams = select(Team.id).where(Team.cohort_id == cohort.id)
    return (Membership.cohort_id == cohort.id) | Membership.team_id.in_(teams)


def _find(session: Session, membership_id: int, condition: ColumnElement[bool]) -> Membership:
    """One that holds, or will."""
    return find_or_not_found(
        session,
        select(Membership)
        .where(Membership.id == min(membership_id, MAX_ID), condition, is_not_over())
        .options(joinedload(Membership.user)),
    )


def end_membership(session: Session, actor: Actor, membership: Membership) -> str:
    """End it now; gives the person's name. Needs `user` loaded; the caller has checked that it may end."""
    audit(
        session,
        actor,
        AuditAction.MEMBERSHIP_ENDED,
        where=place_of_membership(membership),
        subject=(SubjectKind.USER, membership.user_id),
        role=membership.role,
    )
    return _end(session, membership)


def _end(session: Session, membership: Membership) -> str:
    """A team loses its lead when the lead leaves. What had not begun has never been."""
    now = utcnow()
    membership.starts_at, membership.ends_at = min(membership.starts_at, now), now
    if membership.team_id is not None:
        session.execute(
            update(Team)
            .where(Team.id == membership.team_id, Team.lead_id == membership.user_id)
            .values(lead_id=None)
        )
    record(session, AccessChanged(user_id=membership.user_id))
    return membership.user.name
