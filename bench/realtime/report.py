"""What was measured: kept in bench/results/realtime.json, shown as tables in docs/benchmarks.md."""

import json
import os
import platform
import statistics
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measures import MEASURES, Figures, Measure
from servers import versions

ROOT = Path(__file__).resolve().parents[2]
JSON = ROOT / "bench" / "results" / "realtime.json"
PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass
class Results:
    """measure → server → the runs, oldest first."""

    measures: dict[str, dict[str, list[Figures]]]
    machine: dict[str, Any]

    @classmethod
    def load(cls) -> "Results":
        """What is kept so far."""
        if not JSON.exists():
            return cls({}, {})
        kept = json.loads(JSON.read_text())
        return cls(kept["measures"], kept["machine"])

    def runs(self, measure: str, server: str) -> list[Figures]:
        """The runs that came to an end."""
        return self.measures.get(measure, {}).get(server, [])

    def count(self, measure: str, server: str) -> int:
        """How many there are."""
        return len(self.runs(measure, server))

    def add(self, measure: str, server: str, figures: Figures | None, *, fresh: bool) -> None:
        """Keep a run; `fresh` forgets the earlier ones."""
        of_measure = self.measures.setdefault(measure, {})
        runs = [] if fresh else of_measure.get(server, [])
        if figures is not None:
            rounded = {name: round(value, 4) for name, value in figures.items()}
            runs = [*runs, rounded]
        of_measure[server] = runs

    def save(self) -> None:
        """Write the file, whole or not at all."""
        self.machine = _machine()
        JSON.parent.mkdir(exist_ok=True)
        text = json.dumps({"machine": self.machine, "measures": self.measures}, indent=1)
        partial = JSON.with_suffix(".partial")
        partial.write_text(text + "\n")
        partial.replace(JSON)

    def median(self, measure: str, server: str, figure: str) -> float | None:
        """The median over the runs, None without any."""
        values = [run[figure] for run in self.runs(measure, server) if figure in run]
        return statistics.median(values) if values else None

    def ratio(self, measure: str, ours: str, theirs: str, figure: str) -> tuple[float, float, float] | None:
        """Ours divided by theirs, run by run: median, least, most."""
        pairs = zip(self.runs(measure, ours), self.runs(measure, theirs), strict=False)
        ratios = [one[figure] / other[figure] for one, other in pairs if other.get(figure)]
        return (statistics.median(ratios), min(ratios), max(ratios)) if ratios else None


def _machine() -> dict[str, Any]:
    model = "unknown"
    for text in Path("/proc/cpuinfo").read_text().splitlines():
        if text.startswith("model name"):
            model = text.split(":", 1)[1].strip()
            break
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": model,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[2], 1),
        "python": platform.python_version(),
        "revision": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip(),
        "packages": versions(),
    }


def line(figures: Figures) -> str:
    """Figures on one line."""
    return " · ".join(f"{name} {value:.4g}" for name, value in figures.items())


COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "Steady": (
        ("CPU per 1,000 deliveries, ms", "cpu_per_1000"),
        ("% of a core", "core"),
        ("p50, ms", "p50"),
        ("p99, ms", "p99"),
        ("acknowledged p50, ms", "ack_p50"),
        ("lost", "lost"),
        ("of it the worker", "worker_core"),
        ("database, % of a core", "database_core"),
        ("generator, % of a core", "generator_core"),
        ("its lag p99, ms", "generator_lag_p99"),
    ),
    "JoinStorm": (
        ("all joined, ms", "all"),
        ("p50, ms", "p50"),
        ("p99, ms", "p99"),
        ("KiB each", "kilobytes"),
    ),
    "Kill": (
        ("edits seen or acknowledged", "known"),
        ("of them lost", "lost_edits"),
        ("up to, seconds of work", "lost_seconds"),
    ),
    "Saturation": (("held", "held"), ("p99 there, ms", "p99"), ("% of a core there", "core")),
    "OpenTime": (("first person, ms", "first"), ("second person, ms", "second"), ("KiB", "kilobytes")),
    "SlowNetwork": (
        ("first board, ms", "first_board"),
        ("edits to and from them p50, ms", "slow_p50"),
        ("p99, ms", "slow_p99"),
        ("others' p99 before, ms", "others_p99_before"),
        ("others' p99 with them, ms", "others_p99"),
        ("lost", "lost"),
    ),
    "Memory": (
        ("at the start, MiB", "start"),
        ("per connection, KiB", "per_connection_kb"),
        ("per open document, MiB", "per_live_document"),
        ("per document everybody left, MiB", "left_per_document"),
    ),
}
RATIOS = {"Steady": "cpu_per_1000", "JoinStorm": "all", "Saturation": "held", "OpenTime": "first"}


def write(results: Results) -> None:
    """Put the tables into the page."""
    put("figures", tables(results))


def put(name: str, content: str) -> None:
    """Put what was measured between the page's marks of this name."""
    text = PAGE.read_text()
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    start, stop = text.index(begin) + len(begin), text.index(end)
    PAGE.write_text(f"{text[:start]}\n\n{content}\n{text[stop:]}")


def tables(results: Results) -> str:
    """All tables, in Markdown."""
    machine = results.machine
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    where = (
        f"{machine['cores']} cores of {machine['processor']}, Python {machine['python']}, {machine['date']}"
    )
    parts = [f"{where}, revision {machine['revision']}. Others: {packages}.\n"]
    for name, measure in MEASURES.items():
        rows = [server for server in measure.servers if results.runs(name, server)]
        if rows:
            parts.append(_table(results, name, measure, rows))
    return "\n".join(parts)


def _table(results: Results, name: str, measure: Measure, rows: list[str]) -> str:
    kind = type(measure).__name__
    columns = [
        (title, figure)
        for title, figure in COLUMNS[kind]
        if any(figure in run for server in rows for run in results.runs(name, server))
    ]
    compared = RATIOS.get(kind)
    titles = ["server", *(title for title, _figure in columns), *(["ours to it"] if compared else []), "runs"]
    lines = [f"### {name}: {measure.words}\n", f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for server in rows:
        cells = [_shown(results.median(name, server, figure)) for _title, figure in columns]
        if compared:
            ratio = None if server == "etabli" else results.ratio(name, "etabli", server, compared)
            cells.append(f"× {ratio[0]:.2f} ({ratio[1]:.2f}–{ratio[2]:.2f})" if ratio else "")
        lines.append(f"| {server} | {' | '.join(cells)} | {results.count(name, server)} |")
    return "\n".join(lines) + "\n"


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
