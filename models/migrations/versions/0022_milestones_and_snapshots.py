"""Milestones, and snapshots of boards and texts: triggers let nothing of what was kept be changed."""

import re
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0022"
down_revision = "0013"
branch_labels = None
depends_on = None

# Whoever took it may be forgotten, never replaced. REPLACE would remove a row without a DELETE.
SQLITE = """
CREATE TRIGGER snapshot_fixed BEFORE UPDATE OF project_id, reach_id, kind, board_id, source_id, title, content,
checksum, taken_at, redacted_at ON snapshot
BEGIN SELECT RAISE(ABORT, 'a snapshot stays as it was taken'); END;
CREATE TRIGGER snapshot_taken_by BEFORE UPDATE OF taken_by_id ON snapshot
WHEN NEW.taken_by_id IS NOT NULL AND NEW.taken_by_id IS NOT OLD.taken_by_id
BEGIN SELECT RAISE(ABORT, 'a snapshot stays as it was taken'); END;
CREATE TRIGGER snapshot_replace BEFORE INSERT ON snapshot
WHEN EXISTS (SELECT 1 FROM snapshot WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'a snapshot stays as it was taken'); END;
"""
POSTGRESQL = """
CREATE FUNCTION snapshot_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a snapshot stays as it was taken'; END $$;
CREATE TRIGGER snapshot_fixed BEFORE UPDATE OF project_id, reach_id, kind, board_id, source_id, title, content,
checksum, taken_at, redacted_at ON snapshot
FOR EACH ROW EXECUTE FUNCTION snapshot_refuse();
CREATE TRIGGER snapshot_taken_by BEFORE UPDATE OF taken_by_id ON snapshot FOR EACH ROW
WHEN (NEW.taken_by_id IS NOT NULL AND NEW.taken_by_id IS DISTINCT FROM OLD.taken_by_id)
EXECUTE FUNCTION snapshot_refuse();
"""
NEW_KINDS = {
    "notification": ("milestone_set", "milestone_moved", "milestone_reached", "milestone_taken_back"),
    "activity": ("snapshot_pinned", "milestone_reached", "milestone_taken_back"),
}
KINDS = ("board", "problem", "solution", "brief", "brief_draft")


def upgrade() -> None:
    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("step_code", sa.String(32), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("milestone", "cohort_id", "cohort"),
        _key("milestone", "project_id", "project"),
        _key("milestone", "created_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    op.create_index(op.f("ix_milestone_cohort_id_due_on"), "milestone", ["cohort_id", "due_on"])
    op.create_index(op.f("ix_milestone_project_id"), "milestone", ["project_id"])
    op.create_table(
        "milestone_reach",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("reached_at", UtcDateTime(), nullable=False),
        sa.Column("reached_by_id", sa.Integer(), nullable=True),
        sa.Column("taken_back_at", UtcDateTime(), nullable=True),
        sa.Column("taken_back_by_id", sa.Integer(), nullable=True),
        _key("milestone_reach", "milestone_id", "milestone"),
        _key("milestone_reach", "project_id", "project"),
        _key("milestone_reach", "reached_by_id", "user_account", "SET NULL"),
        _key("milestone_reach", "taken_back_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_reach")),
    )
    op.create_index(op.f("ix_milestone_reach_project_id"), "milestone_reach", ["project_id"])
    holds = sa.text("taken_back_at IS NULL")
    op.create_index(
        "uq_milestone_reach_now",
        "milestone_reach",
        ["milestone_id", "project_id"],
        unique=True,
        sqlite_where=holds,
        postgresql_where=holds,
    )
    kind = sa.Enum(*KINDS, name="snapshotkind", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("reach_id", sa.Integer(), nullable=True),
        sa.Column("kind", kind, nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(160), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by_id", sa.Integer(), nullable=True),
        sa.Column("redacted_at", UtcDateTime(), nullable=True),
        sa.Column("open_to_observers", sa.Boolean(), nullable=False),
        sa.Column("unpinned_at", UtcDateTime(), nullable=True),
        _key("snapshot", "project_id", "project"),
        _key("snapshot", "reach_id", "milestone_reach"),
        _key("snapshot", "board_id", "board"),
        _key("snapshot", "taken_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
    )
    op.create_index(op.f("ix_snapshot_project_id_taken_at"), "snapshot", ["project_id", "taken_at"])
    op.create_index(op.f("ix_snapshot_reach_id"), "snapshot", ["reach_id"])
    op.create_index(op.f("ix_snapshot_board_id"), "snapshot", ["board_id"])
    if op.get_bind().dialect.name == "sqlite":
        for statement in SQLITE.strip().split("END;\n"):
            op.execute(statement if statement.endswith("END;") else f"{statement}END;")
    else:
        op.execute(POSTGRESQL)
    for table, kinds in NEW_KINDS.items():
        _check_kinds(table, _kinds(table) | set(kinds))


def downgrade() -> None:
    for table, kinds in NEW_KINDS.items():
        rows = sa.table(table, sa.column("kind", sa.String()))
        op.execute(sa.delete(rows).where(rows.c.kind.in_(kinds)))
        _check_kinds(table, _kinds(table) - set(kinds))
    for table in ("snapshot", "milestone_reach", "milestone"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION snapshot_refuse()")


def _key(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)


def _constraint(table: str) -> str:
    return f"ck_{table}_{table}kind"


def _kinds(table: str) -> set[str]:
    """The kinds that the database takes now."""
    checks = sa.inspect(op.get_bind()).get_check_constraints(table)
    (kinds,) = (check["sqltext"] for check in checks if check["name"] == _constraint(table))
    return set(re.findall(r"'(\w+)'", kinds))


def _check_kinds(table: str, kinds: Iterable[str]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(_constraint(table)), type_="check")
        batch.create_check_constraint(op.f(_constraint(table)), f"kind IN ({listed})")
