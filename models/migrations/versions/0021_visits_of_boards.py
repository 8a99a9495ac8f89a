"""When people were on a board last, and which objects went from boards."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0021"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("actor_key", sa.String(32), nullable=False),
        sa.Column("since_seq", sa.Integer(), nullable=False),
        sa.Column("since_at", UtcDateTime(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_board_visit_board_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_visit")),
        sa.UniqueConstraint("board_id", "actor_key", name=op.f("uq_board_visit_board_id_actor_key")),
    )
    op.create_index(op.f("ix_board_visit_actor_key"), "board_visit", ["actor_key"])
    op.create_index(op.f("ix_board_visit_last_at"), "board_visit", ["last_at"])
    op.create_table(
        "board_removal",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["shared_document.id"],
            name=op.f("fk_board_removal_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "object_id", name=op.f("pk_board_removal")),
    )


def downgrade() -> None:
    op.drop_table("board_removal")
    op.drop_table("board_visit")
