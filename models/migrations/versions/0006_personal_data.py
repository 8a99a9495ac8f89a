"""Personal data: when an account's data goes, whether it has gone, and what its owner was told before."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("user_account", sa.Column("erase_at", TIME, nullable=True))
    op.add_column(
        "user_account", sa.Column("erase_texts", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("user_account", sa.Column("erased_at", TIME, nullable=True))
    op.add_column("user_account", sa.Column("warned_at", TIME, nullable=True))
    op.add_column("user_account", sa.Column("warnings", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("guest_contributor", sa.Column("erased_at", TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("guest_contributor", "erased_at")
    for name in ("warnings", "warned_at", "erased_at", "erase_texts", "erase_at"):
        op.drop_column("user_account", name)
