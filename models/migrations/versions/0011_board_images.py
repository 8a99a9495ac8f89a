"""Pictures on boards."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "board_image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(33), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("actor_key", sa.String(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("unused_since", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["shared_document.id"],
            name=op.f("fk_board_image_document_id_shared_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_image")),
        sa.UniqueConstraint("name", name=op.f("uq_board_image_name")),
    )
    op.create_index(op.f("ix_board_image_document_id"), "board_image", ["document_id"])
    op.create_index(op.f("ix_board_image_actor_key_created_at"), "board_image", ["actor_key", "created_at"])


def downgrade() -> None:
    op.drop_table("board_image")
