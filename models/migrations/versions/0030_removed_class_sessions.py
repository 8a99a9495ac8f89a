"""Series of class sessions that were removed from their calendar, and may be put back."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0030"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("class_session", sa.Column("removed_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM class_session WHERE removed_at IS NOT NULL")
    with op.batch_alter_table("class_session") as batch:
        batch.drop_column("removed_at")
