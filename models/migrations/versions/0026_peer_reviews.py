"""Reviews between teams."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime
from models.migrations import kinds

revision = "0026"
down_revision = "0021"
branch_labels = None
depends_on = None

NEW_KINDS = ("peer_review_asked", "peer_review_due", "peer_review_released")


def upgrade() -> None:
    status = sa.Enum(
        "prepared",
        "open",
        "released",
        name="peerroundstatus",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    op.create_table(
        "peer_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("peer_round", "cohort_id", "cohort"),
        _key("peer_round", "created_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_round")),
    )
    op.create_index(op.f("ix_peer_round_cohort_id_due_at"), "peer_round", ["cohort_id", "due_at"])
    op.create_index(op.f("ix_peer_round_created_by_id"), "peer_round", ["created_by_id"])
    op.create_table(
        "peer_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("handed_in_at", UtcDateTime(), nullable=True),
        sa.Column("handed_in_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("peer_review", "round_id", "peer_round"),
        _key("peer_review", "team_id", "team"),
        _key("peer_review", "project_id", "project"),
        _key("peer_review", "handed_in_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_review")),
        sa.UniqueConstraint("round_id", "team_id", name=op.f("uq_peer_review_round_id_team_id")),
    )
    for name in ("team_id", "project_id", "handed_in_by_id"):
        op.create_index(op.f(f"ix_peer_review_{name}"), "peer_review", [name])
    op.create_table(
        "peer_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _key("peer_mark", "review_id", "peer_review"),
        _key("peer_mark", "criterion_id", "criterion"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_mark")),
        sa.UniqueConstraint("review_id", "criterion_id", name=op.f("uq_peer_mark_review_id_criterion_id")),
    )
    op.create_index(op.f("ix_peer_mark_criterion_id"), "peer_mark", ["criterion_id"])
    kinds.add("notification", NEW_KINDS)


def downgrade() -> None:
    kinds.remove("notification", NEW_KINDS)
    for table in ("peer_mark", "peer_review", "peer_round"):
        op.drop_table(table)


def _key(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)
