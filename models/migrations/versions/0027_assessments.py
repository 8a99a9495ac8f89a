"""Assessments of teams and learners."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime
from models.migrations import kinds

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NEW_KINDS = ("assessment_released",)


def upgrade() -> None:
    status = sa.Enum(
        "draft", "released", name="assessmentstatus", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("learner_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("appreciation", sa.Text(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(team_id IS NULL) <> (learner_id IS NULL)", name=op.f("ck_assessment_one_subject")
        ),
        _key("assessment", "cohort_id", "cohort"),
        _key("assessment", "team_id", "team"),
        _key("assessment", "learner_id", "user_account"),
        _key("assessment", "author_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("cohort_id", "team_id", name=op.f("uq_assessment_cohort_id_team_id")),
        sa.UniqueConstraint("cohort_id", "learner_id", name=op.f("uq_assessment_cohort_id_learner_id")),
    )
    for name in ("team_id", "learner_id", "author_id"):
        op.create_index(op.f(f"ix_assessment_{name}"), "assessment", [name])
    op.create_table(
        "assessment_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _key("assessment_mark", "assessment_id", "assessment"),
        _key("assessment_mark", "criterion_id", "criterion"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_mark")),
        sa.UniqueConstraint(
            "assessment_id", "criterion_id", name=op.f("uq_assessment_mark_assessment_id_criterion_id")
        ),
    )
    op.create_index(op.f("ix_assessment_mark_criterion_id"), "assessment_mark", ["criterion_id"])
    kinds.add("notification", NEW_KINDS)


def downgrade() -> None:
    kinds.remove("notification", NEW_KINDS)
    for table in ("assessment_mark", "assessment"):
        op.drop_table(table)


def _key(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)
