"""Migrations: they must give exactly the tables of the code, and go down and up again, on both databases.

PostgreSQL is the cluster named by ETABLI_TEST_POSTGRES, or a temporary one (see run_tests.py).
"""

import os
import sys
import tempfile
from pathlib import Path

from run_tests import postgres_cluster
from sqlalchemy import create_engine, text

from models import migrate
from models.session import configure


def check(url: str) -> None:
    """Up, compare, down, up."""
    engine = configure(url).engine
    migrate.upgrade(engine)
    migrate.check(engine)
    migrate.downgrade(engine, "base")
    migrate.upgrade(engine)
    migrate.check(engine)
    engine.dispose()


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
