"""Mail: links to sign in, invitations and news that were sent, messages caught in development."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "caught_mail",
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("unsubscribe_url", sa.String(length=500), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caught_mail")),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_sign_in_link_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    op.create_index(op.f("ix_sign_in_link_user_id"), "sign_in_link", ["user_id"], unique=False)
    op.add_column(
        "user_account", sa.Column("wants_news", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column("notification", sa.Column("mailed_at", TIME, nullable=True))
    op.create_index(
        op.f("ix_notification_mailed_at_created_at"),
        "notification",
        ["mailed_at", "created_at"],
        unique=False,
    )
    op.add_column("invitation", sa.Column("mailed_token_hash", sa.String(length=64), nullable=True))
    op.add_column("invitation", sa.Column("mailed_at", TIME, nullable=True))
    op.add_column("invitation", sa.Column("undeliverable_at", TIME, nullable=True))
    op.create_index(op.f("ix_invitation_mailed_token_hash"), "invitation", ["mailed_token_hash"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_invitation_mailed_token_hash"), table_name="invitation")
    op.drop_column("invitation", "undeliverable_at")
    op.drop_column("invitation", "mailed_at")
    op.drop_column("invitation", "mailed_token_hash")
    op.drop_index(op.f("ix_notification_mailed_at_created_at"), table_name="notification")
    op.drop_column("notification", "mailed_at")
    op.drop_column("user_account", "wants_news")
    op.drop_index(op.f("ix_sign_in_link_user_id"), table_name="sign_in_link")
    op.drop_table("sign_in_link")
    op.drop_table("caught_mail")
