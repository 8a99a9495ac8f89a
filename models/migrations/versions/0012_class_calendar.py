"""Class sessions by a wall's clock, in weekly series; attendance; calendar feeds."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from models.base import UtcDateTime, utcnow

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NEW_KINDS = ("session_cancelled", "session_restored", "session_moved")
MODES = ("on_site", "remote", "hybrid", "asynchronous")
ATTENDANCES = ("on_site", "remote", "asynchronous", "excused", "absent")
WALL: dict[str, sa.types.TypeEngine[Any]] = {
    "day": sa.Date(),
    "starts": sa.Time(),
    "last_day": sa.Date(),
    "ends": sa.Time(),
}
NEW = {
    "link": sa.String(500),
    "note": sa.Text(),
    "time_zone": sa.String(64),
    **WALL,
    "every_weeks": sa.Integer(),
    "times": sa.Integer(),
    "sequence": sa.Integer(),
    "changed_at": UtcDateTime(),
}
INSTANTS = {"starts_at": UtcDateTime(), "ends_at": UtcDateTime()}
SESSIONS = sa.table(
    "class_session",
    sa.column("id", sa.Integer()),
    sa.column("cohort_id", sa.Integer()),
    *(sa.column(name, kind) for name, kind in {**NEW, **INSTANTS}.items()),
)
COHORTS = sa.table("cohort", sa.column("id", sa.Integer()), sa.column("time_zone", sa.String()))
NOTIFICATIONS = sa.table("notification", sa.column("kind", sa.String()))
CHECKS = {
    "times_in_order": "last_day > day OR (last_day = day AND ends > starts)",
    "few_times": "times BETWEEN 1 AND 104",
    "few_weeks": "every_weeks BETWEEN 1 AND 52",
}


def upgrade() -> None:
    for name, kind in NEW.items():
        op.add_column("class_session", sa.Column(name, kind, nullable=True))
    _to_walls()
    with op.batch_alter_table("class_session") as batch:
        batch.drop_index(op.f("ix_class_session_cohort_id_starts_at"))
        batch.drop_constraint(op.f("ck_class_session_times_in_order"), type_="check")
        for name, kind in NEW.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
        for name in INSTANTS:
            batch.drop_column(name)
        for name, condition in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_class_session_{name}"), condition)
        batch.create_index(op.f("ix_class_session_cohort_id_day"), ["cohort_id", "day"])
    _create_tables()
    _check_kinds(_kinds() | set(NEW_KINDS))


def downgrade() -> None:
    """A series becomes its first session: the old table has no others."""
    op.execute(sa.delete(NOTIFICATIONS).where(NOTIFICATIONS.c.kind.in_(NEW_KINDS)))
    _check_kinds(_kinds() - set(NEW_KINDS))
    for table in ("calendar_feed", "attendance", "class_session_change"):
        op.drop_table(table)
    for name, kind in INSTANTS.items():
        op.add_column("class_session", sa.Column(name, kind, nullable=True))
    _to_instants()
    with op.batch_alter_table("class_session") as batch:
        batch.drop_index(op.f("ix_class_session_cohort_id_day"))
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_class_session_{name}"), type_="check")
        for name, kind in INSTANTS.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
        for name in NEW:
            batch.drop_column(name)
        batch.create_check_constraint(op.f("ck_class_session_times_in_order"), "ends_at > starts_at")
        batch.create_index(op.f("ix_class_session_cohort_id_starts_at"), ["cohort_id", "starts_at"])


def _rows() -> list[Any]:
    joined = SESSIONS.join(COHORTS, COHORTS.c.id == SESSIONS.c.cohort_id)
    columns = [SESSIONS.c[name] for name in ("id", *WALL, *INSTANTS)]
    zone = sa.func.coalesce(SESSIONS.c.time_zone, COHORTS.c.time_zone).label("time_zone")
    return list(op.get_bind().execute(sa.select(*columns, zone).select_from(joined)))


def _to_walls() -> None:
    """Each session is held in its cohort's zone: its instants become what a clock showed there."""
    for row in _rows():
        zone = ZoneInfo(row.time_zone)
        starts, ends = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
        _update(
            row.id,
            link="",
            note="",
            time_zone=row.time_zone,
            day=starts.date(),
            starts=starts.time(),
            last_day=ends.date(),
            ends=ends.time(),
            every_weeks=1,
            times=1,
            sequence=0,
            changed_at=utcnow(),
        )


def _to_instants() -> None:
    for row in _rows():
        zone = ZoneInfo(row.time_zone)
        starts_at = datetime.combine(row.day, row.starts, zone)
        _update(row.id, starts_at=starts_at, ends_at=datetime.combine(row.last_day, row.ends, zone))


def _update(id_: int, **values: object) -> None:
    op.execute(sa.update(SESSIONS).where(SESSIONS.c.id == id_).values(**values))


def _create_tables() -> None:
    op.create_table(
        "class_session_change",
        sa.Column("id", sa.Integer(), nullable=False),
        _session_key("class_session_change"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(160), nullable=True),
        sa.Column("place", sa.String(200), nullable=True),
        sa.Column("link", sa.String(500), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        _enum("mode", "sessionmode", MODES, nullable=True),
        sa.Column("time_zone", sa.String(64), nullable=True),
        *(sa.Column(name, kind, nullable=True) for name, kind in WALL.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_session_change")),
        sa.UniqueConstraint(
            "class_session_id", "number", name=op.f("uq_class_session_change_class_session_id_number")
        ),
    )
    op.create_table(
        "attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        _session_key("attendance"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), _user_key("attendance", "user_id", "CASCADE"), nullable=False),
        _enum("status", "attendancestatus", ATTENDANCES, nullable=False),
        sa.Column("noted_by_id", sa.Integer(), _user_key("attendance", "noted_by_id", "SET NULL")),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
        sa.UniqueConstraint(
            "class_session_id",
            "number",
            "user_id",
            name=op.f("uq_attendance_class_session_id_number_user_id"),
        ),
    )
    op.create_index(op.f("ix_attendance_user_id"), "attendance", ["user_id"])
    op.create_table(
        "calendar_feed",
        sa.Column("user_id", sa.Integer(), _user_key("calendar_feed", "user_id", "CASCADE"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )


def _session_key(table: str) -> sa.Column[int]:
    name = op.f(f"fk_{table}_class_session_id")
    key = sa.ForeignKey("class_session.id", name=name, ondelete="CASCADE")
    return sa.Column("class_session_id", sa.Integer(), key, nullable=False)


def _user_key(table: str, column: str, ondelete: str) -> sa.ForeignKey:
    return sa.ForeignKey("user_account.id", name=op.f(f"fk_{table}_{column}"), ondelete=ondelete)


def _enum(column: str, name: str, values: tuple[str, ...], *, nullable: bool) -> sa.Column[str]:
    kind = sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)
    return sa.Column(column, kind, nullable=nullable)


def _kinds() -> set[str]:
    """The kinds of notification that the database takes now."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("notification")
    (kinds,) = (check["sqltext"] for check in checks if check["name"] == "ck_notification_notificationkind")
    return set(re.findall(r"'(\w+)'", kinds))


def _check_kinds(kinds: set[str]) -> None:
    listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
    with op.batch_alter_table("notification") as batch:
        batch.drop_constraint(op.f("ck_notification_notificationkind"), type_="check")
        batch.create_check_constraint(op.f("ck_notification_notificationkind"), f"kind IN ({listed})")
