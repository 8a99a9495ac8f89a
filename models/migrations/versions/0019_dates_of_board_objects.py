"""When the objects of a board came and changed last, for exports."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0019"
down_revision = "0014"
branch_labels = None
depends_on = None

NAMES = ("created_at", "changed_at")


def upgrade() -> None:
    with op.batch_alter_table("board_object") as table:
        for name in NAMES:
            table.add_column(sa.Column(name, UtcDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("board_object") as table:
        for name in NAMES:
            table.drop_column(name)
