"""The limits of the explainable rules in each cohort, and a team's contacts with its partners."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

SECTORS = ("public", "private", "association", "citizen")
KINDS = ("wrote", "call", "met", "thanked", "refused")


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "cohort_rule",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.CheckConstraint("threshold BETWEEN 0 AND 365", name=op.f("ck_cohort_rule_plausible_threshold")),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_rule_cohort_id_cohort"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("cohort_id", "rule", name=op.f("pk_cohort_rule")),
    )
    op.create_table(
        "partner_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("sector", _words("sector", SECTORS), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("kind", _words("contactkind", KINDS), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
            name=op.f("fk_partner_contact_project_id_project"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["user_account.id"],
            name=op.f("fk_partner_contact_by_id_user_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_contact")),
    )
    op.create_index(op.f("ix_partner_contact_project_id_at"), "partner_contact", ["project_id", "at"])
    op.create_index(op.f("ix_partner_contact_by_id"), "partner_contact", ["by_id"])


def downgrade() -> None:
    op.drop_table("partner_contact")
    op.drop_table("cohort_rule")
