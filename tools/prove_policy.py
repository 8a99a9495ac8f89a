"""Prove that the policy is tested: take each declaration away and see a test notice. `make prove-policy`

What is taken, one by one: the declaration of each route and of each event that sockets send or are told, each
stand in each row of GRANTS (and its condition), each call that asks for a right (`access_x(…)`, `check(…)`,
`can(…)`). The change is made in memory; then the doors of `tests/matrix/table.md` that depend on it are
knocked at until one answers otherwise than the table says. A word on the command line keeps the changes whose
name contains it;
`--widen` also gives each permission to each stand that lacks it. Ends with 1 if something was not noticed.
"""

import argparse
import ast
import hashlib
import importlib.abc
import importlib.machinery
import json
import logging
import multiprocessing
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ASKING = ("workspace/web", "workspace/services", "models/access.py", "models/board_rights.py", "realtime")
POLICY_FILE = ROOT / "models" / "policy.py"
HOOK = "__ask_for_a_right__"
ALLOWED, REFUSALS = frozenset({"yes"}), frozenset({"no", "-", "over"})
EVERYTHING = ALLOWED | REFUSALS | {"in"}


@dataclass
class Weakness:
    """What is broken now, and what was used since `used` was last emptied."""

    site: str = ""
    is_open: bool = False
    used: set[str] = field(default_factory=set)


now = Weakness()


def ask(site: str, function: Callable[..., Any], *arguments: Any, **values: Any) -> Any:
    """Call through: noted, and without any refusal if it is the site that is broken now."""
    now.used.add(site)
    if site != now.site or now.is_open:
        return function(*arguments, **values)
    now.is_open = True
    try:
        return function(*arguments, **values)
    finally:
        now.is_open = False


def open_if_broken(can: Callable[..., bool]) -> Callable[..., bool]:
    """`can`, which says yes to everything within the call that is broken; notes the permission."""

    def asked(actor: Any, permission: Any, where: Any) -> bool:
        now.used.add(f"permission {permission}")
        return can(actor, permission, where) or (now.is_open and actor is not None)

    return asked


class Sites(ast.NodeTransformer):
    """Leads every call that asks for a right through `ask`, named by its place."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[str] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """See NodeTransformer."""
        self.generic_visit(node)
        named = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        asks = named.startswith("access_") or (isinstance(node.func, ast.Name) and named in ("can", "check"))
        if not asks:
            return node
        site = f"{self.path}:{node.lineno} {named}"
        self.found.append(site)
        call = ast.Call(
            ast.Name(HOOK, ast.Load()), [ast.Constant(site), node.func, *node.args], node.keywords
        )
        return ast.copy_location(call, node)


def sites_of(path: Path) -> tuple[ast.Module, list[str]]:
    """The module with its calls led through `ask`, and their names."""
    sites = Sites(path.relative_to(ROOT).as_posix())
    tree = ast.fix_missing_locations(sites.visit(ast.parse(path.read_text())))
    return tree, sites.found


def is_asking(path: Path) -> bool:
    """Whether this file is one of those that ask for rights."""
    return path.is_relative_to(ROOT) and path.relative_to(ROOT).as_posix().startswith(ASKING)


class Loader(importlib.machinery.SourceFileLoader):
    """Compiles our modules with their calls led through `ask`; nothing is written."""

    def get_code(self, fullname: str) -> CodeType | None:
        """See SourceLoader."""
        path = Path(self.get_filename(fullname))
        if path == POLICY_FILE:
            tree = ast.parse(f"{path.read_text()}\ncan = {HOOK}.open_if_broken(can)\n")
        elif is_asking(path):
            tree, _found = sites_of(path)
        else:
            return super().get_code(fullname)
        return compile(tree, str(path), "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    """Gives `Loader` to the packages of the project."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: object = None) -> Any:  # noqa: ARG002
        """See MetaPathFinder."""
        if fullname.split(".", maxsplit=1)[0] not in ("models", "workspace", "realtime"):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


class Workbench:
    """The application with its calls led through `ask`, and the matrix that knocks at its doors."""

    def __init__(self, folder: Path) -> None:
        from models import migrate  # noqa: PLC0415 - after the finder is in place
        from models.session import configure  # noqa: PLC0415
        from tests.conftest import make_app  # noqa: PLC0415
        from tests.matrix.declared import collected  # noqa: PLC0415
        from tests.matrix.pages import Site  # noqa: PLC0415
        from tests.matrix.sockets import Sockets  # noqa: PLC0415

        template = folder / "template.sqlite3"
        engine = configure(f"sqlite:///{template}").engine
        migrate.upgrade(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        self.app = make_app(f"sqlite:///{template}", folder)
        self.doors = {str(door): (rule, door) for rule in collected() for door in rule.doors}
        self.site = Site(self.app, folder, template)
        self.sockets = Sockets(self.site, folder)

    def differences(self, name: str, only: Container[str] = EVERYTHING) -> Iterator[str]:
        """Knock at one door, as those who expect one of these answers."""
        from realtime import registry  # noqa: PLC0415

        rule, door = self.doors[name]
        with self.site.open():
            if not door.is_live:
                yield from self.site.differences(rule, door, only)
                return
            try:
                yield from self.sockets.differences(rule, door, only)
            finally:
                registry.IDLE_SECONDS = -1.0
                self.sockets.live.rooms.keep_house()

    def uses(self, name: str) -> tuple[str, set[str], list[str]]:
        """The sites and permissions that this door uses; and what is wrong with it before any change."""
        now.used.clear()
        wrong = list(self.differences(name))
        return name, set(now.used), wrong

    def faults(self) -> list[str]:
        """What the comparison at collection says now."""
        from tests.matrix.declared import declarations  # noqa: PLC0415
        from tests.matrix.places import PRINCIPALS  # noqa: PLC0415
        from tests.matrix.table import problems_of, read_table  # noqa: PLC0415

        declared, undeclared = declarations(self.app)
        return problems_of(read_table(), declared, undeclared, PRINCIPALS)


@dataclass(frozen=True)
class Change:
    """One declaration taken away or weakened. `doors`: those that may notice, the quickest first."""

    name: str
    kind: str
    what: tuple[str, ...]
    doors: tuple[str, ...] = ()

    @property
    def may_differ(self) -> Container[str]:
        """The answers that it can change: those allowed without a grant, those refused with one more."""
        if self.kind == "stand":
            return REFUSALS if self.what[2] else ALLOWED
        return REFUSALS if self.kind == "site" else EVERYTHING


@contextmanager
def made(bench: Workbench, change: Change) -> Iterator[None]:
    """The change in force within."""
    from models import policy  # noqa: PLC0415
    from realtime import sockets, telling  # noqa: PLC0415

    if change.kind == "site":
        now.site = change.what[0]
        try:
            yield
        finally:
            now.site = ""
        return
    tables = {"event": sockets.POLICY, "told": telling.TOLD}
    table, key, value = _replaced(bench, change, policy, tables.get(change.kind))
    before = dict(table)
    if value is None:
        del table[key]
    else:
        table[key] = value
    try:
        yield
    finally:
        table.clear()
        table.update(before)


def _replaced(
    bench: Workbench, change: Change, policy: Any, events: dict[str, Any] | None
) -> tuple[dict[Any, Any], Any, Any]:
    """The dictionary in which something is replaced, its key and the new value (None: taken out)."""
    from workspace.web.guard import public, signed_in  # noqa: PLC0415

    if events is not None:
        event, instead = change.what
        return events, event, instead or None
    if change.kind == "stand":
        permission, stand, condition = change.what
        row = policy.GRANTS[policy.Permission(permission)]
        return row, policy.Stand(stand), policy.always if condition else None
    endpoint, instead = change.what
    declared = bench.app.view_functions[endpoint]
    bare = getattr(declared, "__wrapped__", declared)
    if bare is declared:  # a public view is not wrapped
        bare = partial(declared)
    bare.__dict__.pop("__policy__", None)
    new = {"signed_in": signed_in, "public": public}.get(instead, _as_it_is)(bare)
    return bench.app.view_functions, endpoint, new


def _as_it_is(view: Any) -> Any:
    return view


def changes(bench: Workbench, *, widen: bool) -> list[Change]:
    """Everything that can be taken away, without the doors."""
    return [*_of_routes(bench), *_of_events(), *_of_grants(widen=widen), *_of_calls()]


def _of_routes(bench: Workbench) -> Iterator[Change]:
    for endpoint, view in sorted(bench.app.view_functions.items()):
        declared = str(getattr(view, "__policy__", ""))
        if not declared:
            continue
        yield Change(f"route {endpoint}: no declaration", "route", (endpoint, ""))
        weaker = {"public": "", "signed_in": "public"}.get(declared, "signed_in")
        if weaker:
            yield Change(f"route {endpoint}: {declared} → {weaker}", "route", (endpoint, weaker))


def _of_events() -> Iterator[Change]:
    from realtime.sockets import POLICY  # noqa: PLC0415
    from realtime.telling import JOINED, TOLD  # noqa: PLC0415

    for kind, table in (("event", POLICY), ("told", TOLD)):
        for event, declared in table.items():
            yield Change(f"{kind} {event}: no declaration", kind, (event, ""))
            if declared != JOINED:
                yield Change(f"{kind} {event}: {declared} → {JOINED}", kind, (event, JOINED))


def _of_grants(*, widen: bool) -> Iterator[Change]:
    from models.policy import GRANTS, Stand, always  # noqa: PLC0415

    for permission, row in GRANTS.items():
        for stand in Stand:
            what = (str(permission), str(stand))
            if stand in row:
                yield Change(f"grant {permission}: without {stand}", "stand", (*what, ""))
            if row.get(stand, always) is not always:
                yield Change(f"grant {permission}: {stand} always", "stand", (*what, "always"))
            if widen and stand not in row:
                yield Change(f"grant {permission}: {stand} too", "stand", (*what, "always"))


def _of_calls() -> Iterator[Change]:
    for place in map(ROOT.joinpath, ASKING):
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            for site in sites_of(path)[1]:
                yield Change(f"call {site}", "site", (site,))


# What is no door of its own, but more or less on a page: the tests that read those pages.
CLOSER = {
    "permission follow_cohort": ("tests/web/test_cohorts.py", "tests/web/test_problems.py"),
    "permission view_participation": ("tests/web/test_cohorts.py",),
    "permission decide_problem": (
        *("tests/models/test_policy.py", "tests/web/test_problems.py", "tests/services/test_problems.py"),
    ),
    **dict.fromkeys(
        ("permission view_assessment", "permission view_appreciation"),
        ("tests/services/test_assessments.py", "tests/models/test_policy.py"),
    ),
    "permission answer_feedback": ("tests/models/test_policy.py",),
}


def closer_tests(change: Change) -> list[str]:
    """The test files that look closer at what was changed than the doors do."""
    if change.kind == "stand":
        return list(CLOSER.get(f"permission {change.what[0]}", ()))
    place = Path(change.what[0].split(":", 1)[0])
    words = {place.stem, place.stem.split("_")[0], *place.parent.parts} - {
        "workspace",
        "web",
        "services",
        "models",
        "realtime",
        "routes",
        "view",
    }
    files = (ROOT / "tests").glob("*/test_*.py")
    near = [path for path in files if any(word.rstrip("s") in path.stem for word in words)]
    return [str(path) for path in sorted(near) if path.parent.name in ("web", "services", "realtime")]


def fails_closer(change: Change) -> str:
    """Run those tests in a process of their own, changed as this one is; the name of the first that fails."""
    import pytest  # noqa: PLC0415

    files = closer_tests(change)
    if not files:
        return ""
    child = os.fork()
    if child == 0:
        with open(os.devnull, "w") as nothing:  # noqa: PTH123
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        code = 0
        try:
            code = pytest.main(["-x", "-q", "-n", "0", "-W", "ignore", "-k", "not postgres", *files])
        finally:
            os._exit(1 if code == pytest.ExitCode.TESTS_FAILED else 0)
    _pid, status = os.waitpid(child, 0)
    return (
        f"a test of {', '.join(Path(file).name for file in files)}"
        if os.waitstatus_to_exitcode(status)
        else ""
    )


_bench: list[Workbench] = []


def _start(folder: str) -> None:
    """In a process of its own: its own files, its own application."""
    own = Path(folder) / str(os.getpid())
    own.mkdir()
    _bench.append(Workbench(own))


def _uses(name: str) -> tuple[str, set[str], list[str]]:
    return _bench[0].uses(name)


def _noticed(change: Change) -> tuple[Change, str]:
    """What noticed the change, '' if nothing did."""
    bench = _bench[0]
    with made(bench, change):
        faults = bench.faults() if change.kind in ("route", "event", "told") else []
        if faults:
            return change, faults[0]
        for door in change.doors:
            try:
                for difference in bench.differences(door, change.may_differ):
                    return change, difference
            except Exception as error:  # noqa: BLE001 - the code itself says that this cannot be
                return change, f"{door}: {error!r}"
        return change, fails_closer(change) if change.kind in ("stand", "site") else ""


def with_doors(
    found: Sequence[Change], uses: Mapping[str, set[str]], cost: Mapping[str, int]
) -> Iterator[Change]:
    """The changes with the doors that use what is changed."""
    for change in found:
        wanted = f"permission {change.what[0]}" if change.kind == "stand" else change.what[0]
        doors = sorted((door for door, used in uses.items() if wanted in used), key=lambda one: cost[one])
        yield Change(change.name, change.kind, change.what, tuple(doors))


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="*", help="words: the changes whose name contains one of them")
    parser.add_argument("--widen", action="store_true", help="also give each permission to those without it")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    arguments = parser.parse_args()
    started = time.monotonic()
    sys.path.insert(0, str(ROOT))
    sys.meta_path.insert(0, Finder())
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)  # refusals are what this is about
    import builtins  # noqa: PLC0415

    setattr(builtins, HOOK, ask)
    ask.open_if_broken = open_if_broken  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory(prefix="etabli-policy-") as folder:
        _start(folder)
        bench = _bench.pop()
        found = [
            change
            for change in changes(bench, widen=arguments.widen)
            if not arguments.only or any(word in change.name for word in arguments.only)
        ]
        cost = {name: len(rule.cells) for name, (rule, _door) in bench.doors.items()}
        context = multiprocessing.get_context("fork")
        with context.Pool(arguments.jobs, _start, (folder,)) as pool:
            uses = _uses_of(pool, sorted(bench.doors, key=lambda name: -cost[name]), started)
            todo = list(with_doors(found, uses, cost))
            survivors = _report(pool, todo, started)
    print(f"{len(todo)} declarations, {len(todo) - len(survivors)} noticed, {len(survivors)} not.")
    return 1 if survivors else 0


def _say(started: float, what: str) -> None:
    print(f"[{time.monotonic() - started:4.0f} s] {what}", flush=True)


def _sources() -> str:
    """A fingerprint of everything that decides which door uses what."""
    found = hashlib.sha256()
    for folder in ("models", "workspace", "realtime", "tests/matrix", "tools", "templates"):
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.suffix in (".py", ".md", ".html"):
                found.update(path.read_bytes())
    return found.hexdigest()


def _uses_of(pool: Any, doors: Sequence[str], started: float) -> dict[str, set[str]]:
    file = Path(tempfile.gettempdir()) / f"etabli-policy-{_sources()}.json"
    if file.exists():
        return {name: set(used) for name, used in json.loads(file.read_text()).items()}
    uses = _look_at(pool, doors, started)
    file.write_text(json.dumps({name: sorted(used) for name, used in uses.items()}))
    return uses


def _look_at(pool: Any, doors: Sequence[str], started: float) -> dict[str, set[str]]:
    uses = {}
    for number, (name, used, wrong) in enumerate(pool.imap_unordered(_uses, doors), 1):
        uses[name] = used
        if wrong:
            sys.exit(f"{wrong[0]}: mend the matrix first")
        if number % 20 == 0:
            print(
                f"[{time.monotonic() - started:4.0f} s] {number}/{len(doors)} doors seen as they are",
                flush=True,
            )
    return uses


def _report(pool: Any, todo: Sequence[Change], started: float) -> list[Change]:
    survivors = []
    for number, (change, noticed) in enumerate(pool.imap_unordered(_noticed, todo), 1):
        if not noticed:
            survivors.append(change)
            reason = f"{len(change.doors)} doors say nothing" if change.doors else "no door comes here"
            print(f"NOT NOTICED  {change.name} ({reason})", flush=True)
        elif number % 25 == 0:
            print(
                f"[{time.monotonic() - started:4.0f} s] {number}/{len(todo)}: {change.name}\n    {noticed}",
                flush=True,
            )
    return survivors


if __name__ == "__main__":
    sys.exit(main())
