"""Dates of access: on which day people came last, invitations with a first day, and to run a programme."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
INNER_SCOPES = ("cohort_id", "team_id", "project_id")
NEW_KINDS = ("observation_ended", "access_dates_changed")
USERS = sa.table("user_account", sa.column("id"), sa.column("last_seen_at", TIME), sa.column("seen_on"))
GUESTS = sa.table("guest_contributor", sa.column("last_seen_at", TIME), sa.column("seen_on", sa.Date()))
LOGINS = sa.table("login_session", sa.column("user_id"), sa.column("last_seen_at", TIME))
NOTIFICATIONS = sa.table("notification", sa.column("kind", sa.String()))
INVITATIONS = sa.table("invitation", sa.column("programme_id", sa.Integer()))


def upgrade() -> None:
    for table in (USERS, GUESTS):
        op.add_column(table.name, sa.Column("seen_on", sa.Date(), nullable=True))
        op.execute(sa.update(table).values(seen_on=_day(table.c.last_seen_at)))
    came = sa.select(sa.func.max(_day(LOGINS.c.last_seen_at))).where(LOGINS.c.user_id == USERS.c.id)
    later = sa.or_(USERS.c.seen_on.is_(None), USERS.c.seen_on < came.scalar_subquery())
    op.execute(sa.update(USERS).where(later).values(seen_on=came.scalar_subquery()))
    op.drop_column("guest_contributor", "last_seen_at")
    with op.batch_alter_table("invitation") as batch:
        batch.add_column(sa.Column("access_from", TIME, nullable=True))
        batch.add_column(sa.Column("programme_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_invitation_programme_id"), "programme", ["programme_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index(op.f("ix_invitation_programme_id"), ["programme_id"])
        _check_scopes(batch, ("programme_id", *INNER_SCOPES))
    _check_kinds(_kinds() | set(NEW_KINDS))


def downgrade() -> None:
    op.execute(sa.delete(NOTIFICATIONS).where(NOTIFICATIONS.c.kind.in_(NEW_KINDS)))
    _check_kinds(_kinds() - set(NEW_KINDS))
    op.execute(sa.delete(INVITATIONS).where(INVITATIONS.c.programme_id.is_not(None)))
    with op.batch_alter_table("invitation") as batch:
        _check_scopes(batch, INNER_SCOPES)
        batch.drop_index(op.f("ix_invitation_programme_id"))
        batch.drop_constraint(op.f("fk_invitation_programme_id"), type_="foreignkey")
        batch.drop_column("programme_id")
        batch.drop_column("access_from")
    op.add_column("guest_contributor", sa.Column("last_seen_at", TIME, nullable=True))
    op.execute(sa.update(GUESTS).values(last_seen_at=_midnight(GUESTS.c.seen_on)))
    for table in (GUESTS, USERS):
        op.drop_column(table.name, "seen_on")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _day(moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The day of a moment, in UTC."""
    if _is_sqlite():
        return sa.func.date(moment)
    return sa.cast(sa.func.timezone("UTC", moment), sa.Date())


def _midnight(day: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The beginning of a day, in UTC, as each database stores moments."""
    if _is_sqlite():
        return sa.func.strftime("%Y-%m-%d 00:00:00.000000", day)
    return sa.func.timezone("UTC", sa.cast(day, sa.DateTime()))


def _check_scopes(batch: Any, columns: tuple[str, ...]) -> None:
    filled = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in columns)
    batch.drop_constraint(op.f("ck_invitation_one_scope"), type_="check")
    batch.create_check_constraint(op.f("ck_invitation_one_scope"), f"{filled} = 1")


def _kinds() -> set[str]:
    """The kinds of notification that the database takes now."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("notification")
    (kinds,) = (check["sqltext"] for check in checks if check["name"] == "ck_notification_notificationkind")
    return set(re.findall(r"'(\w+)'", kinds))


def _check_kinds(kinds: set[str]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_notificationkind"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_notificationkind"), f"kind IN ({listed})")
