"""Server time and number of queries of the main pages, on SQLite and PostgreSQL.

    python bench/pages.py            50 cohorts × 8 teams, written to bench/results/pages.json
    python bench/pages.py --quick    6 cohorts × 8 teams, a few repetitions, nothing written

Each page is asked for by a person who may see it, through the whole application (sign-in included, the
network and eventlet excluded). Pages are interleaved over the rounds, so that a slow moment of the machine
falls on all of them. The same pages are first asked on a small installation: a page whose number of
queries differs from the one on the large installation fails the run.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tools")]
from dataset import People, fill
from run_tests import postgres_cluster

from models import migrate
from models.session import configure, database, transaction
from workspace.app import create_app
from workspace.services.sessions import open_session
from workspace.settings import load
from workspace.web.guard import COOKIE

RESULTS = Path(__file__).parent / "results" / "pages.json"

# name, who, address
PAGES = (
    ("home (learner)", "learner", "/"),
    ("cohort (tutor)", "tutor", "/cohorts/{cohort}"),
    ("cohort by person (tutor)", "tutor", "/cohorts/{cohort}?grid=people"),
    ("cohort, its rules (tutor)", "tutor", "/cohorts/{cohort}/rules"),
    ("cohort (learner)", "learner", "/cohorts/{cohort}"),
    ("calendar (learner)", "learner", "/cohorts/{cohort}/calendar"),
    ("calendar (tutor)", "tutor", "/cohorts/{cohort}/calendar"),
    ("attendance (tutor)", "tutor", "/cohorts/{cohort}/sessions/{class_session}/1/attendance"),
    ("problems (tutor)", "tutor", "/problems"),
    ("problem", "learner", "/problems/{problem}"),
    ("projects (manager)", "manager", "/projects"),
    ("project (team)", "learner", "/projects/{project}"),
    ("involvement (team)", "learner", "/projects/{project}/involvement"),
    ("project (guest)", "guest", "/projects/{project}"),
    ("board", "learner", "/boards/{board}"),
    ("feedback", "learner", "/projects/{project}/feedback"),
    ("journal", "tutor", "/projects/{project}/journal"),
    ("brief (team)", "learner", "/projects/{project}/brief"),
    ("observation (élu)", "observer", "/observations/{project}"),
    ("notifications", "learner", "/notifications"),
)


class Counter:
    """Counts the statements that the database executes."""

    def __init__(self) -> None:
        self.count = 0
        event.listen(database().engine, "before_cursor_execute", self._note)

    def _note(self, *_arguments: object) -> None:
        self.count += 1


def make_app(url: str, folder: str) -> Flask:
    """The application, rate limits off."""
    app = create_app(load({"ETABLI_DATA": folder, "ETABLI_DATABASE_URL": url}))
    app.config["RATELIMIT_ENABLED"] = False
    return app


def sign_in(app: Flask, people: People, who: str) -> FlaskClient:
    """A client signed in as this person."""
    client = app.test_client()
    with transaction() as session:
        person = {"guest_id": people.guest} if who == "guest" else {"user_id": getattr(people, who)}
        client.set_cookie(COOKIE, open_session(session, **person))
    return client


def measure(url: str, cohorts: int, rounds: int) -> dict[str, dict[str, float]]:
    """Fill the database at `url` and ask for every page `rounds` times."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(url, folder)
        migrate.upgrade(database().engine)
        started = time.perf_counter()
        with transaction() as session:
            people = fill(session, cohorts, 8)
        if not database().is_sqlite:
            _reset_sequences()
        print(f"  {cohorts} cohorts written in {time.perf_counter() - started:.0f} s", flush=True)
        with database().engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
        clients = {who: sign_in(app, people, who) for who in {who for _name, who, _path in PAGES}}
        counter = Counter()
        times: dict[str, list[float]] = {name: [] for name, _who, _path in PAGES}
        queries: dict[str, int] = {}
        for turn in range(rounds + 2):
            for name, who, path in PAGES:
                counter.count = 0
                begun = time.perf_counter()
                answer = clients[who].get(path.format(**people.__dict__))
                spent = time.perf_counter() - begun
                if answer.status_code != 200:
                    raise SystemExit(
                        f"{name}: {path.format(**people.__dict__)} answered {answer.status_code}"
                    )
                if turn >= 2:
                    times[name].append(spent * 1000)
                    queries[name] = counter.count
        database().engine.dispose()
    return {
        name: {
            "p50_ms": round(statistics.median(values), 2),
            "p95_ms": round(statistics.quantiles(values, n=20)[-1], 2),
            "queries": queries[name],
        }
        for name, values in times.items()
    }


def _reset_sequences() -> None:
    """Rows were written with ids of their own: move PostgreSQL's counters past them."""
    with database().engine.begin() as connection:
        tables = connection.execute(
            text("SELECT table_name FROM information_schema.columns WHERE column_default LIKE 'nextval%'")
        )
        for (table,) in tables.all():
            newest = f'SELECT COALESCE(MAX(id), 1) FROM "{table}"'
            sequence = f"pg_get_serial_sequence('\"{table}\"', 'id')"
            connection.execute(text(f"SELECT setval({sequence}, ({newest}))"))


@contextmanager
def fresh_database(server: str | None, name: str) -> Iterator[str]:
    """An empty database: a SQLite file, or one of this PostgreSQL server."""
    if server is None:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.sqlite3"
        return
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield f"{server}/{name}"
    finally:
        configure("sqlite://")
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()


def main() -> int:
    """Measure on both databases; 1 when a page's number of queries grows with the rows."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    quick = options.parse_args().quick
    cohorts, rounds = (6, 12) if quick else (50, 60)
    results, grown = {}, []
    with postgres_cluster() as server:
        for kind, where in (("sqlite", None), ("postgresql", server)):
            if kind == "postgresql" and where is None:
                print("PostgreSQL est introuvable : seul SQLite est mesuré.")
                continue
            print(kind)
            with fresh_database(where, "etabli_bench_small") as url:
                small = measure(url, 2, 3)
            with fresh_database(where, "etabli_bench") as url:
                large = measure(url, cohorts, rounds)
            results[kind] = large
            for name, figures in large.items():
                same = figures["queries"] == small[name]["queries"]
                note = "" if same else f"  grew from {small[name]['queries']}"
                grown += [] if same else [f"{kind}: {name}"]
                print(
                    f"  {name:28} p50 {figures['p50_ms']:7.2f} ms  p95 {figures['p95_ms']:7.2f} ms"
                    f"  {figures['queries']:3} queries{note}"
                )
    if not quick:
        RESULTS.parent.mkdir(exist_ok=True)
        machine = {"python": platform.python_version(), "date": datetime.now(UTC).date().isoformat()}
        RESULTS.write_text(
            json.dumps({"cohorts": cohorts, "teams": 8, "machine": machine, "pages": results}, indent=2)
            + "\n"
        )
    if grown:
        print("the number of queries grows with the rows: " + ", ".join(grown))
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
