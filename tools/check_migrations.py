"""Migrations: they must give exactly the tables of the code, and go down and up again, on both databases.

Each revision is undone and made again under a populated database, whose rows must all still be there.
PostgreSQL is the cluster named by ETABLI_TEST_POSTGRES, or a temporary one (see run_tests.py).
"""

import os
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from run_tests import postgres_cluster
from sqlalchemy import Connection, Engine, create_engine, inspect, text

from models import migrate
from models.session import configure, transaction
from tests.factories import make_world


def check(url: str) -> None:
    """Up, compare; populate; down and up revision by revision; down to nothing and up."""
    engine = configure(url).engine
    migrate.upgrade(engine)
    migrate.check(engine)
    with transaction() as session:
        make_world(session)
    for below, revision in reversed(list(pairwise(migrate.revisions()))):
        migrate.upgrade(engine)
        before = rows(engine)
        migrate.downgrade(engine, below)
        kept = rows(engine)
        lost = {name: (before[name], count) for name, count in kept.items() if count != before[name]}
        if lost:
            raise SystemExit(f"going below {revision} loses rows: {lost}")
        migrate.upgrade(engine)
        again = rows(engine)
        lost = {name: (count, again[name]) for name, count in kept.items() if count != again[name]}
        if lost or sum(kept.values()) == 0:
            raise SystemExit(f"going up to {revision} loses rows: {lost}")
    migrate.check(engine)
    migrate.downgrade(engine, "base")
    migrate.upgrade(engine)
    migrate.check(engine)
    engine.dispose()


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table holds."""
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names()) - {"alembic_version"}
        return {name: count(connection, name) for name in names}


def count(connection: Connection, table: str) -> int:
    """The rows of a table."""
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())  # noqa: S608


def main() -> int:
    """Check on SQLite, then on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        check(f"sqlite:///{Path(folder) / 'migrations.sqlite3'}")
    with postgres_cluster() as server:
        if server is None:
            print("PostgreSQL est introuvable : les migrations n'y ont pas été vérifiées.")
            return 1 if os.environ.get("CI") else 0
        name = f"etabli_migrations_{os.getpid()}"
        admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        try:
            check(f"{server}/{name}")
        finally:
            with admin.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
            admin.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
