"""News of a whole series of class sessions: cancelled, removed, put back."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None

KINDS = "ck_notification_notificationkind"
NEW_KINDS = ("series_cancelled", "series_removed", "series_put_back")


def upgrade() -> None:
    _take(_taken() | set(NEW_KINDS))


def downgrade() -> None:
    notifications = sa.table("notification", sa.column("kind", sa.String()))
    op.execute(sa.delete(notifications).where(notifications.c.kind.in_(NEW_KINDS)))
    _take(_taken() - set(NEW_KINDS))


def _taken() -> set[str]:
    """The kinds of notification that the database takes now."""
    found = sa.inspect(op.get_bind()).get_check_constraints("notification")
    (check,) = (one["sqltext"] for one in found if one["name"] == KINDS)
    return set(re.findall(r"'(\w+)'", check))


def _take(kinds: set[str]) -> None:
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f(KINDS), type_="check")
        listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
        batch.create_check_constraint(op.f(KINDS), f"kind IN ({listed})")
