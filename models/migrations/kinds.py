"""For migrations that bring kinds: the column `kind` of a table takes the kinds that are listed, and no others."""

import re
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


def add(table: str, kinds: Sequence[str]) -> None:
    """Take these kinds too."""
    _take(table, _taken(table) | set(kinds))


def remove(table: str, kinds: Sequence[str]) -> None:
    """Take these kinds no more; the rows that have them go."""
    rows = sa.table(table, sa.column("kind", sa.String()))
    op.execute(sa.delete(rows).where(rows.c.kind.in_(kinds)))
    _take(table, _taken(table) - set(kinds))


def _check(table: str) -> str:
    return f"ck_{table}_{table}kind"


def _taken(table: str) -> set[str]:
    """The kinds that the database takes now."""
    found = sa.inspect(op.get_bind()).get_check_constraints(table)
    (text,) = (one["sqltext"] for one in found if one["name"] == _check(table))
    return set(re.findall(r"'(\w+)'", text))


def _take(table: str, kinds: set[str]) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(_check(table)), type_="check")
        listed = ", ".join(f"'{kind}'" for kind in sorted(kinds))
        batch.create_check_constraint(op.f(_check(table)), f"kind IN ({listed})")
