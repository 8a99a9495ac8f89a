"""Memberships: a person holds a role in one scope, from a date, until a date. A role is nowhere else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, CheckConstraint, ForeignKey, Index, bindparam, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from sqlalchemy.sql.elements import ColumnElement

from models.base import Base, WithId, enum_type, utcnow
from models.cohort import Team
from models.people import User
from models.policy import Grant, Role


class Membership(WithId, Base):
    """`role` of a user in exactly one scope: organisation, programme, cohort, team or project."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN organization_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN programme_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN cohort_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN team_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN project_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_scope",
        ),
        Index(None, "user_id"),
        Index(None, "cohort_id"),
        Index(None, "team_id"),
        Index(None, "project_id"),
        Index(None, "programme_id"),
        Index(None, "guest_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    guest_id: Mapped[int | None]
    """The guest without account that this person was in the project before: what they wrote stays theirs.

    No foreign key, like the author keys in documents: both go with the project.
    """
    starts_at: Mapped[datetime] = mapped_column(default=utcnow)
    ends_at: Mapped[datetime | None]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    user: Mapped[User] = relationship(foreign_keys=[user_id], lazy="raise_on_sql")


Moment = datetime | BindParameter[Any]


def is_live(at: Moment | None = None) -> ColumnElement[bool]:
    """The SQL condition that a membership holds at `at` (now by default)."""
    at = utcnow() if at is None else at
    return (Membership.starts_at <= at) & is_not_over(at)


def is_not_over(at: Moment | None = None, *, of: type[Membership] = Membership) -> ColumnElement[bool]:
    """The SQL condition that a membership holds at `at`, or will: it is given, and may be changed."""
    return or_(of.ends_at.is_(None), of.ends_at > (utcnow() if at is None else at))


def has_ended() -> ColumnElement[bool]:
    """The SQL condition that a membership held, and holds no more. One that never began is not among them."""
    return (Membership.ends_at <= utcnow()) & (Membership.ends_at > Membership.starts_at)


# Built once: every request asks it.
_LIVE_GRANTS = (
    select(
        Membership.user_id,
        Membership.role,
        Membership.organization_id,
        Membership.programme_id,
        Membership.cohort_id,
        Team.cohort_id,
        Membership.team_id,
        Membership.project_id,
        Membership.guest_id,
    )
    .outerjoin(Team, Team.id == Membership.team_id)
    .where(Membership.user_id.in_(bindparam("users", expanding=True)), is_live(bindparam("now")))
)


def grants_of_user(session: Session, user_id: int) -> frozenset[Grant]:
    """The live grants of a user."""
    return grants_of_users(session, [user_id])[user_id]


def grants_of_users(session: Session, user_ids: Iterable[int]) -> dict[int, frozenset[Grant]]:
    """The live grants of each user, with the scopes each lies in (a team's cohort, a cohort's programme)."""
    found: dict[int, set[Grant]] = {user_id: set() for user_id in user_ids}
    rows = session.execute(_LIVE_GRANTS, {"users": list(found), "now": utcnow()})
    for user_id, role, organization_id, programme_id, cohort_id, team_cohort_id, *inner in rows:
        team_id, project_id, guest_id = inner
        found[user_id].add(
            Grant(
                role=role,
                organization_id=organization_id,
                programme_id=programme_id,
                cohort_id=cohort_id or team_cohort_id,
                team_id=team_id,
                project_id=project_id,
                guest_id=guest_id,
            )
        )
    return {user_id: frozenset(grants) for user_id, grants in found.items()}


def members(session: Session, role: Role, **scope: int) -> list[User]:
    """The users who hold `role` now in the scope given as one keyword: `team_id=3`. Ordered by name."""
    ((column, value),) = scope.items()
    found = session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.role == role, getattr(Membership, column) == value, is_live())
        .order_by(User.name)
    )
    return list(found)
