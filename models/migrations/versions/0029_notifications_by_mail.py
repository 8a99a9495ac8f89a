"""Of which project a notification is; what is muted; what is wanted by mail and when; digests that left."""

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

notification = sa.table(
    "notification", sa.column("url", sa.String()), sa.column("project_id", sa.Integer()), sa.column("id")
)
job = sa.table("job", sa.column("kind", sa.String()), sa.column("key", sa.String()))


def upgrade() -> None:
    with op.batch_alter_table("notification") as batch:
        batch.add_column(sa.Column("project_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("is_quiet", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.create_foreign_key(
            op.f("fk_notification_project_id_project"), "project", ["project_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index(op.f("ix_notification_project_id"), "notification", ["project_id"])
    _name_projects()
    op.create_table(
        "project_mute",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        _key("project_mute", "user_id", "user_account"),
        _key("project_mute", "project_id", "project"),
        sa.PrimaryKeyConstraint("user_id", "project_id", name=op.f("pk_project_mute")),
    )
    op.create_index(op.f("ix_project_mute_project_id"), "project_mute", ["project_id"])
    op.create_table(
        "mail_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Boolean(), nullable=False)
            for name in ("mention", "release", "deadline", "access", "digest")
        ),
        sa.Column("digest_at", sa.Time(), nullable=False),
        sa.Column("daily", sa.Boolean(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_until", sa.Time(), nullable=False),
        sa.Column("quiet_weekends", sa.Boolean(), nullable=False),
        _key("mail_choice", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_mail_choice")),
    )
    op.create_table(
        "digest_sent",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        _key("digest_sent", "user_id", "user_account"),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_digest_sent")),
    )
    op.create_index(op.f("ix_digest_sent_at"), "digest_sent", ["at"])
    _forget_jobs("news:%")


def downgrade() -> None:
    _forget_jobs("digest:%", "at_once:%")
    for table in ("digest_sent", "mail_choice", "project_mute"):
        op.drop_table(table)
    op.drop_index(op.f("ix_notification_project_id"), "notification")
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("fk_notification_project_id_project"), type_="foreignkey")
        batch.drop_column("is_quiet")
        batch.drop_column("project_id")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def _name_projects() -> None:
    """What was told before leads to a project, a board or a solution: that is its project."""
    project = sa.table("project", sa.column("id", sa.Integer()))
    known = {f"/projects/{row.id}": row.id for row in op.get_bind().execute(sa.select(project.c.id))}
    known |= {path.replace("/projects/", "/observations/"): id_ for path, id_ in known.items()}
    for name in ("board", "solution"):
        table = sa.table(name, sa.column("id", sa.Integer()), sa.column("project_id", sa.Integer()))
        rows = op.get_bind().execute(sa.select(table.c.id, table.c.project_id))
        known |= {f"/{name}s/{row.id}": row.project_id for row in rows}
    urls = op.get_bind().scalars(sa.select(notification.c.url).distinct()).all()
    for url in urls:
        place = "/".join(url.partition("#")[0].split("/")[:3])
        if place in known:
            told = sa.update(notification).where(notification.c.url == url)
            op.get_bind().execute(told.values(project_id=known[place]))


def _forget_jobs(*keys: str) -> None:
    """The worker of the other version would not know them; what they would tell is planned anew."""
    for key in keys:
        op.execute(sa.delete(job).where(job.c.kind == "send_mail", job.c.key.like(key)))
