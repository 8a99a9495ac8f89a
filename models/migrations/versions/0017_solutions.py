"""Solutions, their versions and the notes that they come from."""

import re

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0017"
down_revision = "0015"
branch_labels = None
depends_on = None

NEW_KINDS = ("solution_idea", "solution_retained", "solution_dropped")
NOTIFICATIONS = sa.table("notification", sa.column("kind", sa.String()))
STATES = ("idea", "retained", "dropped")


def upgrade() -> None:
    op.create_table(
        "solution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _state(),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("solution", "project_id", "project"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution")),
    )
    op.create_index(op.f("ix_solution_project_id_state"), "solution", ["project_id", "state"])
    op.create_table(
        "solution_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _state(),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        _key("solution_version", "solution_id", "solution"),
        _key("solution_version", "saved_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_version")),
        sa.UniqueConstraint("solution_id", "number", name=op.f("uq_solution_version_solution_id_number")),
    )
    op.create_index(op.f("ix_solution_version_saved_by_id"), "solution_version", ["saved_by_id"])
    op.create_table(
        "solution_source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("solution_id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.String(32), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        _key("solution_source", "solution_id", "solution"),
        _key("solution_source", "board_id", "board"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solution_source")),
        sa.UniqueConstraint(
            "solution_id",
            "board_id",
            "object_id",
            name=op.f("uq_solution_source_solution_id_board_id_object_id"),
        ),
    )
    op.create_index(op.f("ix_solution_source_board_id"), "solution_source", ["board_id"])
    op.create_index(op.f("ix_solution_source_author"), "solution_source", ["author"])
    _check_kinds(_kinds() | set(NEW_KINDS))


def downgrade() -> None:
    op.execute(sa.delete(NOTIFICATIONS).where(NOTIFICATIONS.c.kind.in_(NEW_KINDS)))
    _check_kinds(_kinds() - set(NEW_KINDS))
    for table in ("solution_source", "solution_version", "solution"):
        op.drop_table(table)


def _state() -> sa.Column[str]:
    kind = sa.Enum(*STATES, name="solutionstate", native_enum=False, create_constraint=True, length=32)
    return sa.Column("state", kind, nullable=False)


def _key(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


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
