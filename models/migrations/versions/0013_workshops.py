"""Workshops led on boards, and what boards let novices do meanwhile."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0013"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("board", sa.Column("novices", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("board", sa.Column("inbox", sa.String(160), nullable=False, server_default=""))
    op.create_table(
        "workshop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("actor_key", sa.String(32), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("timer_ends_at", UtcDateTime(), nullable=True),
        sa.Column("timer_left_ms", sa.Integer(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=True),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_workshop_board_id_board"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
    )
    is_open = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_workshop_open",
        "workshop",
        ["board_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_index(op.f("ix_workshop_actor_key"), "workshop", ["actor_key"])


def downgrade() -> None:
    op.drop_table("workshop")
    op.drop_column("board", "inbox")
    op.drop_column("board", "novices")
