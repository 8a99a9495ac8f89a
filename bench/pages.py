"""Server time and number of queries of the pages, on SQLite and PostgreSQL.

    python bench/pages.py            everything, written to bench/results/pages.json (half an hour)
    python bench/pages.py --cohort   one cohort of 25 teams × 16 weeks, on PostgreSQL (under six minutes)
    python bench/pages.py --quick    a smaller installation, a few repetitions, nothing written

Each page is asked for by a person who may see it, through the whole application (sign-in included, the
network, eventlet and the check of a form's token excluded). Pages are interleaved over the rounds, so that a
slow moment of the machine falls on all of them. The same pages are first asked on a small installation: a
page whose number of queries differs from the one on the large installation fails the run.
"""

import argparse
import json
import os
import platform
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "tools")]
from dataset import People, fill
from run_tests import postgres_cluster

from models import migrate
from models.session import configure, database, transaction
from realtime.hardening.garbage import collect_seldom
from workspace.app import create_app
from workspace.services.sessions import open_session
from workspace.settings import load
from workspace.web.guard import COOKIE

WARM = 2
"""Rounds that are not counted."""
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
README = Path(__file__).parent / "README.md"
RESULTS = Path(__file__).parent / "results" / "pages.json"

GOAL_MS = 60
"""What the 95th percentile of a page of the large cohort stays within, on PostgreSQL."""


@dataclass(frozen=True)
class Plan:
    """Cohorts of so many teams each: a small and a large installation, and how often each page is asked."""

    small: Sequence[int]
    large: Sequence[int]
    rounds: int


PLANS = {
    "installation": Plan((8,) * 2, (8,) * 50, 60),
    "cohort": Plan((5,) * 2, (8,) * 3 + (25,), 60),
}
QUICK = {"installation": Plan((8,) * 2, (8,) * 6, 12)}


@dataclass(frozen=True)
class Page:
    """One page, who asks for it, where; `form` is what is sent to it, if it is no plain reading."""

    name: str
    who: str
    path: str
    form: Mapping[str, str] | None = None


LINES = [f"Personne {n};n{n}@ville.example;Équipe {n % 25}" for n in range(100)]
ROSTER = {"people": "\n".join(["Nom;E-mail;Équipe", *LINES]), "valid_days": "14"}
PAGES = (
    Page("home (learner)", "learner", "/"),
    Page("programmes (manager)", "manager", "/programmes"),
    Page("people of a cohort (manager)", "manager", "/programmes/cohorts/{cohort}"),
    Page("person of a cohort (manager)", "manager", "/programmes/cohorts/{cohort}/members/{membership}"),
    Page("cohort, its dates (manager)", "manager", "/programmes/cohorts/{cohort}/edit"),
    Page("cohort, copied (manager)", "manager", "/programmes/cohorts/{cohort}/copy"),
    Page("team, invite (manager)", "manager", "/programmes/teams/{team}/invite"),
    Page("roster, dry run (manager)", "manager", "/programmes/cohorts/{cohort}/import/preview", ROSTER),
    Page("calendar (learner)", "learner", "/cohorts/{cohort}/calendar"),
    Page("calendar (tutor)", "tutor", "/cohorts/{cohort}/calendar"),
    Page("calendar (manager)", "manager", "/cohorts/{cohort}/calendar"),
    Page("session (manager)", "manager", "/cohorts/{cohort}/sessions/{class_session}/2"),
    Page("session, change (manager)", "manager", "/cohorts/{cohort}/sessions/{class_session}/2/edit"),
    Page("series, remove (manager)", "manager", "/cohorts/{cohort}/sessions/{class_session}/2/remove"),
    Page("attendance (tutor)", "tutor", "/cohorts/{cohort}/sessions/{class_session}/1/attendance"),
    Page("secret feed", "nobody", "/calendar/{feed}.ics"),
    Page("cohort (tutor)", "tutor", "/cohorts/{cohort}"),
    Page("cohort by person (tutor)", "tutor", "/cohorts/{cohort}?grid=people"),
    Page("cohort, what is new (tutor)", "tutor", "/cohorts/{cohort}/live"),
    Page("cohort, its rules (tutor)", "tutor", "/cohorts/{cohort}/rules"),
    Page("cohort, its rules (manager)", "manager", "/cohorts/{cohort}/rules"),
    Page("cohort (learner)", "learner", "/cohorts/{cohort}"),
    Page("milestones (tutor)", "tutor", "/cohorts/{cohort}/milestones"),
    Page("milestone (team)", "learner", "/projects/{project}/milestones/{milestone}"),
    Page("snapshot of a board", "tutor", "/snapshots/{snapshot}"),
    Page("snapshot of a text", "tutor", "/snapshots/{text_snapshot}"),
    Page("snapshot, pin (team)", "learner", "/boards/{board}/snapshots/new"),
    Page("feedback", "learner", "/projects/{project}/feedback"),
    Page("feedback (tutor)", "tutor", "/projects/{project}/feedback"),
    Page("feedback of a cohort (tutor)", "tutor", "/cohorts/{cohort}/feedback"),
    Page("feedback, write (tutor)", "tutor", "/projects/{project}/feedback/new"),
    Page("feedback, change (tutor)", "tutor", "/feedback/{feedback}/edit"),
    Page("phrases (tutor)", "tutor", "/cohorts/{cohort}/phrases"),
    Page("rubric (tutor)", "tutor", "/cohorts/{cohort}/rubric"),
    Page("peer reviews (tutor)", "tutor", "/cohorts/{cohort}/peer-reviews"),
    Page("peer reviews, a round (tutor)", "tutor", "/cohorts/{cohort}/peer-reviews/{peer_round}"),
    Page("peer review, write (team)", "learner", "/peer-reviews/{review}"),
    Page("assessments (tutor)", "tutor", "/cohorts/{cohort}/assessments"),
    Page("assessment, write (tutor)", "tutor", "/cohorts/{cohort}/assessments/teams/{team}"),
    Page("assessments, one's own", "learner", "/assessments"),
    Page("accompaniment (tutor)", "tutor", "/cohorts/{cohort}/accompaniment"),
    Page("problems (tutor)", "tutor", "/problems"),
    Page("problem", "learner", "/problems/{problem}"),
    Page("projects (manager)", "manager", "/projects"),
    Page("project (team)", "learner", "/projects/{project}"),
    Page("project, what is new (tutor)", "tutor", "/projects/{project}"),
    Page("project (guest)", "guest", "/projects/{project}"),
    Page("journal", "tutor", "/projects/{project}/journal"),
    Page("solutions", "learner", "/projects/{project}/solutions"),
    Page("solution", "learner", "/solutions/{solution}"),
    Page("board", "learner", "/boards/{board}"),
    Page("involvement, voices (team)", "learner", "/projects/{project}/involvement"),
    Page("involvement, write (team)", "learner", "/projects/{project}/involvement/write?sector=public"),
    Page("brief (team)", "learner", "/projects/{project}/brief"),
    Page("brief, review (team)", "learner", "/projects/{project}/brief/review"),
    Page("brief, as published (élu)", "observer", "/briefs/{brief}"),
    Page("élus of a project (team)", "learner", "/projects/{project}/observers"),
    Page("support (team)", "learner", "/projects/{project}/support"),
    Page("as the élu sees it (team)", "learner", "/projects/{project}/as-observer"),
    Page("observations (élu)", "observer", "/observations"),
    Page("observation (élu)", "observer", "/observations/{project}"),
    Page("board (élu)", "observer", "/boards/{board}"),
    Page("notifications (learner)", "learner", "/notifications"),
    Page("notifications (tutor)", "tutor", "/notifications"),
    Page("notifications, choices", "tutor", "/notifications/choices"),
    Page("notifications, how many", "tutor", "/notifications/count"),
)


class Counter:
    """Counts the statements that the database executes."""

    def __init__(self) -> None:
        self.count = 0
        event.listen(database().engine, "before_cursor_execute", self._note)

    def _note(self, *_arguments: object) -> None:
        self.count += 1


def make_app(url: str, folder: str) -> Flask:
    """The application, without rate limits and tokens of forms."""
    app = create_app(load({"ETABLI_DATA": folder, "ETABLI_DATABASE_URL": url}))
    app.config.update(RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    return app


def sign_in(app: Flask, people: People, who: str) -> FlaskClient:
    """A client signed in as this person."""
    client = app.test_client()
    if who == "nobody":
        return client
    with transaction() as session:
        person = {"guest_id": people.guest} if who == "guest" else {"user_id": getattr(people, who)}
        client.set_cookie(COOKIE, open_session(session, **person))
    return client


def measure(url: str, sizes: Sequence[int], rounds: int) -> dict[str, dict[str, float]]:
    """Fill the database at `url` and ask for every page `rounds` times.

    `cpu_ms` is the work of this process in the median: it hardly changes with what else the machine does.
    """
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(url, folder)
        migrate.upgrade(database().engine)
        started = time.perf_counter()
        with transaction() as session:
            people = fill(session, sizes)
        if not database().is_sqlite:
            _reset_sequences()
        print(f"  {len(sizes)} cohorts written in {time.perf_counter() - started:.0f} s", flush=True)
        with database().engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
        clients = {who: sign_in(app, people, who) for who in {page.who for page in PAGES}}
        collect_seldom()  # as the server does
        counter = Counter()
        samples: dict[str, list[tuple[float, float, int]]] = {page.name: [] for page in PAGES}
        for turn in range(rounds + WARM):
            for page in PAGES:
                sample = _ask(clients[page.who], page, page.path.format(**people.__dict__), counter)
                if turn >= WARM:
                    samples[page.name].append(sample)
        database().engine.dispose()
    return {name: _figures(found) for name, found in samples.items()}


def _ask(client: FlaskClient, page: Page, path: str, counter: Counter) -> tuple[float, float, int]:
    """How long one answer took, how much of it this process worked (ms), and its queries."""
    counter.count = 0
    begun, worked = time.perf_counter(), time.process_time()
    answer = client.get(path) if page.form is None else client.post(path, data=page.form)
    spent, work = time.perf_counter() - begun, time.process_time() - worked
    if answer.status_code != 200:
        raise SystemExit(f"{page.name}: {path} answered {answer.status_code}")
    return spent * 1000, work * 1000, counter.count


def _figures(samples: Sequence[tuple[float, float, int]]) -> dict[str, float]:
    spent, work, queries = zip(*samples, strict=True)
    return {
        "p50_ms": round(statistics.median(spent), 2),
        "p95_ms": round(statistics.quantiles(spent, n=20)[-1], 2),
        "cpu_ms": round(statistics.median(work), 2),
        "queries": statistics.mode(queries),  # a visit is written down once in a while
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
    """Measure; 1 when a page's number of queries grows with the rows."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--cohort", action="store_true")
    chosen = options.parse_args()
    plans = QUICK if chosen.quick else {"cohort": PLANS["cohort"]} if chosen.cohort else PLANS
    results: dict[str, dict[str, Any]] = {}
    grown: list[str] = []
    with postgres_cluster() as server:
        if server is None:
            print("PostgreSQL est introuvable : seul SQLite est mesuré.")
        kinds = {"postgresql": server} if chosen.cohort else {"sqlite": None, "postgresql": server}
        for plan_name, plan in plans.items():
            for kind, where in kinds.items():
                if kind == "sqlite" or where is not None:
                    print(f"{plan_name}, {kind}")
                    results.setdefault(plan_name, {})[kind] = _compare(plan, where, grown)
    if not chosen.quick:
        _write(results)
    if grown:
        print("the number of queries grows with the rows: " + ", ".join(grown))
    return 1 if grown else 0


def _compare(plan: Plan, where: str | None, grown: list[str]) -> dict[str, dict[str, float]]:
    """The figures of the large installation; pages with other queries than on the small one are added."""
    with fresh_database(where, "etabli_bench_small") as url:
        small = measure(url, plan.small, 3)
    with fresh_database(where, "etabli_bench") as url:
        large = measure(url, plan.large, plan.rounds)
    for name, figures in large.items():
        same = figures["queries"] == small[name]["queries"]
        note = "" if same else f"  grew from {small[name]['queries']}"
        grown += [] if same else [name]
        late = "  over the goal" if figures["p95_ms"] > GOAL_MS else ""
        print(
            f"  {name:30} p50 {figures['p50_ms']:7.2f} ms  p95 {figures['p95_ms']:7.2f} ms"
            f"  cpu {figures['cpu_ms']:7.2f} ms  {figures['queries']:3} queries{note}{late}"
        )
    print(f"  load of the machine in the last minute: {os.getloadavg()[0]:.1f}", flush=True)
    return large


def _write(results: dict[str, dict[str, Any]]) -> None:
    """Keep the figures, beside those of plans that were not measured now."""
    RESULTS.parent.mkdir(exist_ok=True)
    machine = {
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name, found in results.items():
        kept[name] = {"teams": PLANS[name].large, "machine": machine, "pages": found}
    kept = {name: kept[name] for name in PLANS if name in kept}
    RESULTS.write_text(json.dumps(kept, indent=2) + "\n")
    told = README.read_text()
    for name, found in kept.items():
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        made = "\n".join([begin, "", *_table(found), "", end])
        told = re.sub(f"{begin}.*{end}", made.replace("\\", "\\\\"), told, flags=re.DOTALL)
    README.write_text(told)


def _table(found: dict[str, Any]) -> Iterator[str]:
    """The lines of a table in Markdown."""
    kinds, machine = found["pages"], found["machine"]
    yield "{date}, Python {python}, {cores} cores, load {load}. Milliseconds.".format_map(machine)
    yield ""
    heads = [f"{KINDS[kind]} {name}" for kind in kinds for name in ("p50", "p95", "cpu", "queries")]
    yield "| page | " + " | ".join(heads) + " |"
    yield "|---" * (len(heads) + 1) + "|"
    for name in next(iter(kinds.values())):
        cells = [
            f"{figures[name]['queries']}" if key == "queries" else f"{figures[name][key]:.1f}"
            for figures in kinds.values()
            for key in ("p50_ms", "p95_ms", "cpu_ms", "queries")
        ]
        yield f"| {name} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    sys.exit(main())
