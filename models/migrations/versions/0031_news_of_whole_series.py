"""News of a whole series of class sessions: cancelled, removed, put back."""

from models.migrations import kinds

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None

NEW_KINDS = ("series_cancelled", "series_removed", "series_put_back")


def upgrade() -> None:
    kinds.add("notification", NEW_KINDS)


def downgrade() -> None:
    kinds.remove("notification", NEW_KINDS)
