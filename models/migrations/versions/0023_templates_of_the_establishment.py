"""Board templates that a manager opened to every cohort of the establishment."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "board_template",
        sa.Column("open_to_organization", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("board_template", "open_to_organization")
