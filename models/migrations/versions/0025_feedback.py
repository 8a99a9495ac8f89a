"""Feedback that is released at an hour, anchored, to one learner, with a rubric; phrases; visits of projects."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

ANCHORS = ("project", "problem", "note", "solution", "milestone")
INDEXED = ("learner_id", "board_id", "object_author", "release_at")
KEYS = (
    ("learner_id", "user_account", "CASCADE"),
    ("board_id", "board", "SET NULL"),
    ("solution_version_id", "solution_version", "SET NULL"),
    ("milestone_id", "milestone", "SET NULL"),
)


def upgrade() -> None:
    kind = sa.Enum(*ANCHORS, name="anchorkind", native_enum=False, create_constraint=False, length=32)
    with op.batch_alter_table("feedback") as batch:
        batch.add_column(sa.Column("anchor", kind, nullable=False, server_default="project"))
        for name, length in (("object_id", 32), ("object_text", 300), ("object_author", 32)):
            batch.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
        batch.add_column(sa.Column("release_at", UtcDateTime(), nullable=True))
        for name, _target, _ondelete in KEYS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
        for name, target, ondelete in KEYS:
            key = op.f(f"fk_feedback_{name}_{target}")
            batch.create_foreign_key(key, target, [name], ["id"], ondelete=ondelete)
        listed = ", ".join(f"'{one}'" for one in ANCHORS)
        batch.create_check_constraint(op.f("ck_feedback_anchorkind"), f"anchor IN ({listed})")
    with op.batch_alter_table("feedback") as batch:
        for name in ("anchor", "object_id", "object_text", "object_author"):
            batch.alter_column(name, server_default=None)
    for name in INDEXED:
        op.create_index(op.f(f"ix_feedback_{name}"), "feedback", [name])
    _rubric()
    op.create_table(
        "feedback_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feedback_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        _key("feedback_mark", "feedback_id", "feedback"),
        _key("feedback_mark", "criterion_id", "criterion"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_mark")),
        sa.UniqueConstraint(
            "feedback_id", "criterion_id", name=op.f("uq_feedback_mark_feedback_id_criterion_id")
        ),
    )
    op.create_index(op.f("ix_feedback_mark_criterion_id"), "feedback_mark", ["criterion_id"])
    op.create_table(
        "feedback_phrase",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _key("feedback_phrase", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_phrase")),
    )
    op.create_index(op.f("ix_feedback_phrase_user_id"), "feedback_phrase", ["user_id"])
    op.create_table(
        "project_visit",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("before_at", UtcDateTime(), nullable=True),
        _key("project_visit", "user_id", "user_account"),
        _key("project_visit", "project_id", "project"),
        sa.PrimaryKeyConstraint("user_id", "project_id", name=op.f("pk_project_visit")),
    )
    op.create_index(op.f("ix_project_visit_project_id"), "project_visit", ["project_id"])


def downgrade() -> None:
    for table in (
        "project_visit",
        "feedback_phrase",
        "feedback_mark",
        "criterion_level",
        "criterion",
        "rubric",
    ):
        op.drop_table(table)
    op.execute("DELETE FROM feedback WHERE learner_id IS NOT NULL")  # it would become the whole team's
    for name in INDEXED:
        op.drop_index(op.f(f"ix_feedback_{name}"), "feedback")
    with op.batch_alter_table("feedback") as batch:
        batch.drop_constraint(op.f("ck_feedback_anchorkind"), type_="check")
        for name, target, _ondelete in KEYS:
            batch.drop_constraint(op.f(f"fk_feedback_{name}_{target}"), type_="foreignkey")
            batch.drop_column(name)
        for name in ("anchor", "object_id", "object_text", "object_author", "release_at"):
            batch.drop_column(name)


def _rubric() -> None:
    op.create_table(
        "rubric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _key("rubric", "cohort_id", "cohort"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric")),
        sa.UniqueConstraint("cohort_id", name=op.f("uq_rubric_cohort_id")),
    )
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rubric_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        _key("criterion", "rubric_id", "rubric"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
    )
    op.create_index(op.f("ix_criterion_rubric_id_place"), "criterion", ["rubric_id", "place"])
    op.create_table(
        "criterion_level",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(400), nullable=False),
        sa.CheckConstraint("rank >= 1 AND rank <= 4", name=op.f("ck_criterion_level_one_of_four")),
        _key("criterion_level", "criterion_id", "criterion"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion_level")),
        sa.UniqueConstraint("criterion_id", "rank", name=op.f("uq_criterion_level_criterion_id_rank")),
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")
