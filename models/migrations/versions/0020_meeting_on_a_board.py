"""Who invites all to join them on a board; rounds and votes that open at an hour."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0020"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workshop", sa.Column("gatherer", sa.String(32), nullable=False, server_default=""))
    op.add_column("workshop", sa.Column("gathered_at", UtcDateTime(), nullable=True))
    op.add_column("workshop", sa.Column("gathering_place", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_workshop_gatherer"), "workshop", ["gatherer"])
    op.add_column("private_round", sa.Column("opens_at", UtcDateTime(), nullable=True))
    op.add_column("ballot", sa.Column("opens_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("ballot", "opens_at")
    op.drop_column("private_round", "opens_at")
    op.drop_index(op.f("ix_workshop_gatherer"), "workshop")
    for column in ("gathering_place", "gathered_at", "gatherer"):
        op.drop_column("workshop", column)
