"""Support offered by élus; answers shown under a brief; two more parts of a brief."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime
from models.migrations import kinds

revision = "0028"
down_revision = "0030"
branch_labels = None
depends_on = None

STATUSES = ("offered", "accepted", "declined", "withdrawn", "kept", "lapsed")
NEW = {
    "notification": (
        "support_offered",
        "support_answered",
        "support_settled",
        "support_handled",
        "support_withdrawn",
    ),
    "activity": ("support_offered", "support_answered"),
}


def upgrade() -> None:
    for name in ("partners", "support"):
        op.add_column("progress_brief", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "observer_question",
        sa.Column("is_shared", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "support_offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("observer_id", sa.Integer(), nullable=False),
        sa.Column("brief_id", sa.Integer(), nullable=True),
        sa.Column("kind", _enum("supportkind", "room", "contact", "time", "other"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("status", _enum("supportstatus", *STATUSES), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("is_told", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("support_offer", "project_id", "project"),
        _key("support_offer", "observer_id", "user_account"),
        _key("support_offer", "brief_id", "progress_brief", "SET NULL"),
        _key("support_offer", "owner_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_offer")),
    )
    op.create_index(op.f("ix_support_offer_project_id_status"), "support_offer", ["project_id", "status"])
    for name in ("observer_id", "owner_id", "brief_id"):
        op.create_index(op.f(f"ix_support_offer_{name}"), "support_offer", [name])
    op.create_table(
        "support_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("status", _enum("supportstatus", *STATUSES), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        _key("support_change", "offer_id", "support_offer"),
        _key("support_change", "by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_change")),
    )
    for name in ("offer_id", "by_id"):
        op.create_index(op.f(f"ix_support_change_{name}"), "support_change", [name])
    for table, new in NEW.items():
        kinds.add(table, new)


def downgrade() -> None:
    for table, new in NEW.items():
        kinds.remove(table, new)
    for name in ("support_change", "support_offer"):
        op.drop_table(name)
    with op.batch_alter_table("observer_question") as batch:
        batch.drop_column("is_shared")
    with op.batch_alter_table("progress_brief") as batch:
        for name in ("partners", "support"):
            batch.drop_column(name)


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _key(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)
