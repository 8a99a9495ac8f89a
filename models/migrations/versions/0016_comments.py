"""Comments on boards."""

import re

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0016"
down_revision = "0019"
branch_labels = None
depends_on = None

NEW_KINDS = ("comment_mention", "comment_reply")
NOTIFICATIONS = sa.table("notification", sa.column("kind", sa.String()))
NOTIFICATION_KINDS = "notificationkind"


def upgrade() -> None:
    op.create_table(
        "comment_thread",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.String(32), nullable=False),
        sa.Column("object_text", sa.String(300), nullable=False),
        sa.Column("object_author", sa.String(32), nullable=False),
        sa.Column("x", sa.Float(), nullable=True),
        sa.Column("y", sa.Float(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.String(32), nullable=False),
        sa.CheckConstraint("(x IS NULL) = (y IS NULL)", name=op.f("ck_comment_thread_whole_point")),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_comment_thread_board_id_board"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_thread")),
    )
    op.create_index(
        op.f("ix_comment_thread_board_id_resolved_at"), "comment_thread", ["board_id", "resolved_at"]
    )
    op.create_index(op.f("ix_comment_thread_object_author"), "comment_thread", ["object_author"])
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thread_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["comment_thread.id"],
            name=op.f("fk_comment_thread_id_comment_thread"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_thread_id"), "comment", ["thread_id"])
    op.create_index(op.f("ix_comment_author_created_at"), "comment", ["author", "created_at"])
    op.create_table(
        "comment_mute",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_comment_mute_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_comment_mute_board_id_board"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "board_id", name=op.f("pk_comment_mute")),
    )
    _check_kinds(_kinds() | set(NEW_KINDS))


def downgrade() -> None:
    op.execute(sa.delete(NOTIFICATIONS).where(NOTIFICATIONS.c.kind.in_(NEW_KINDS)))
    _check_kinds(_kinds() - set(NEW_KINDS))
    for table in ("comment_mute", "comment", "comment_thread"):
        op.drop_table(table)


def _kinds() -> set[str]:
    """The kinds of notification that the database takes now."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("notification")
    (kinds,) = (
        check["sqltext"] for check in checks if check["name"] == f"ck_notification_{NOTIFICATION_KINDS}"
    )
    return set(re.findall(r"'(\w+)'", kinds))


def _check_kinds(kinds: set[str]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    name = op.f(f"ck_notification_{NOTIFICATION_KINDS}")
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({listed})")
