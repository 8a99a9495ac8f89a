"""What somebody wrote as a guest stays theirs once they have an account."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("guest_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_membership_guest_id"), "membership", ["guest_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_membership_guest_id"), table_name="membership")
    op.drop_column("membership", "guest_id")
