"""Break-glass: why a technical administrator opened a project, and the message that tells of it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = (
    "problem_submitted",
    "problem_accepted",
    "problem_returned",
    "problem_joined",
    "step_requested",
    "step_validated",
    "step_reopened",
    "feedback_released",
    "feedback_answered",
    "question_asked",
    "question_answered",
    "question_handled",
    "brief_published",
    "guest_joined",
    "observer_joined",
    "talk_proposed",
)
NEW_KIND = "glass_broken"


def upgrade() -> None:
    op.create_table(
        "break_glass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
            name=op.f("fk_break_glass_membership_id_membership"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_glass")),
        sa.UniqueConstraint("membership_id", name=op.f("uq_break_glass_membership_id")),
    )
    _allow((*KINDS, NEW_KIND))


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM notification WHERE kind = :kind").bindparams(kind=NEW_KIND))
    _allow(KINDS)
    op.drop_table("break_glass")


def _allow(kinds: tuple[str, ...]) -> None:
    """The kinds of notification that the database takes."""
    values = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_notificationkind"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_notificationkind"), f"kind IN ({values})")
