"""Private rounds and secret ballots."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "private_round",
        _id(),
        _key("private_round", "board_id", "board.id"),
        sa.Column("actor_key", sa.String(32), nullable=False),
        sa.Column("zone", sa.String(32), nullable=False),
        sa.Column("prompt", sa.String(300), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column("revealed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_round")),
    )
    _one_open("private_round", "revealed_at IS NULL")
    op.create_index(op.f("ix_private_round_actor_key"), "private_round", ["actor_key"])
    op.create_table(
        "private_note",
        _id(),
        _key("private_note", "round_id", "private_round.id"),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("colour", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_note")),
        sa.UniqueConstraint("round_id", "author", "key", name=op.f("uq_private_note_round_id_author_key")),
    )
    op.create_index(op.f("ix_private_note_author"), "private_note", ["author"])
    _create_ballots()


def _create_ballots() -> None:
    op.create_table(
        "ballot",
        _id(),
        _key("ballot", "board_id", "board.id"),
        sa.Column("actor_key", sa.String(32), nullable=False),
        sa.Column("question", sa.String(200), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=True),
        sa.Column("with_partners", sa.Boolean(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("voters", sa.Integer(), nullable=True),
        sa.CheckConstraint("points BETWEEN 1 AND 20", name=op.f("ck_ballot_few_points")),
        sa.CheckConstraint("cap BETWEEN 1 AND points", name=op.f("ck_ballot_cap_within_points")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    _one_open("ballot", "closed_at IS NULL")
    op.create_index(op.f("ix_ballot_board_id_closed_at"), "ballot", ["board_id", "closed_at"])
    op.create_index(op.f("ix_ballot_actor_key"), "ballot", ["actor_key"])
    op.create_table(
        "ballot_choice",
        _id(),
        _key("ballot_choice", "ballot_id", "ballot.id"),
        sa.Column("object_id", sa.String(32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_choice")),
        sa.UniqueConstraint("ballot_id", "object_id", name=op.f("uq_ballot_choice_ballot_id_object_id")),
    )
    op.create_index(op.f("ix_ballot_choice_author"), "ballot_choice", ["author"])
    op.create_table(
        "ballot_point",
        _key("ballot_point", "ballot_id", "ballot.id"),
        sa.Column("actor_key", sa.String(32), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        _key("ballot_point", "choice_id", "ballot_choice.id"),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("slot BETWEEN 1 AND 20", name=op.f("ck_ballot_point_few_slots")),
        sa.CheckConstraint("rank BETWEEN 1 AND 20", name=op.f("ck_ballot_point_few_ranks")),
        sa.PrimaryKeyConstraint("ballot_id", "actor_key", "slot", name=op.f("pk_ballot_point")),
        sa.UniqueConstraint(
            "choice_id", "actor_key", "rank", name=op.f("uq_ballot_point_choice_id_actor_key_rank")
        ),
    )
    op.create_index(op.f("ix_ballot_point_actor_key"), "ballot_point", ["actor_key"])


def downgrade() -> None:
    for table in ("ballot_point", "ballot_choice", "ballot", "private_note", "private_round"):
        op.drop_table(table)


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _key(table: str, column: str, target: str) -> sa.Column[int]:
    key = sa.ForeignKey(target, name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
    return sa.Column(column, sa.Integer(), key, nullable=False)


def _one_open(table: str, condition: str) -> None:
    is_open = sa.text(condition)
    op.create_index(
        f"uq_{table}_open",
        table,
        ["board_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
