"""What we set out to reach, and what the kept figures say of it: a table in docs/benchmarks.md."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from report import Results

BUSY = ("plenary", "big", "cohort")
PEERS = ("hocuspocus", "y-websocket", "tldraw")


@dataclass(frozen=True)
class Goal:
    """`figure` gives ours and the bound it is held against; None while something is not measured."""

    words: str
    figure: Callable[[Results], tuple[float, float] | None]
    unit: str
    at_least: bool = False

    def line(self, results: Results) -> str:
        """A row: the goal, our figure, the bound, and whether it holds."""
        found = self.figure(results)
        if found is None:
            return f"| {self.words} | – | – | not measured |"
        ours, bound = found
        holds = ours >= bound if self.at_least else ours <= bound
        return f"| {self.words} | {ours:.3g} {self.unit} | {bound:.3g} | {'yes' if holds else '**no**'} |"


def _ours(measure: str, figure: str, bound: float) -> Callable[[Results], tuple[float, float] | None]:
    def found(results: Results) -> tuple[float, float] | None:
        value = results.median(measure, "etabli", figure)
        return None if value is None else (value, bound)

    return found


def _ratio(measure: str, figure: str, bound: float) -> Callable[[Results], tuple[float, float] | None]:
    def found(results: Results) -> tuple[float, float] | None:
        ratio = results.ratio(measure, "etabli", "hocuspocus", figure)
        return None if ratio is None else (ratio[0], bound)

    return found


def _p99(measure: str) -> Callable[[Results], tuple[float, float] | None]:
    def found(results: Results) -> tuple[float, float] | None:
        ours, theirs = (results.median(measure, server, "p99") for server in ("etabli", "hocuspocus"))
        return None if ours is None or theirs is None else (ours, theirs + 10)

    return found


def _storm(results: Results) -> tuple[float, float] | None:
    ours = results.median("storm", "etabli", "all")
    theirs = [one for server in PEERS if (one := results.median("storm", server, "all")) is not None]
    return None if ours is None or not theirs else (ours / min(theirs), 0.2)


GOALS: Sequence[Goal] = (
    *(
        Goal(f"{name}: CPU per delivery, of Hocuspocus'", _ratio(name, "cpu_per_1000", 0.25), "×")
        for name in BUSY
    ),
    *(Goal(f"{name}: p99, at most Hocuspocus' + 10 ms", _p99(name), "ms") for name in BUSY),
    Goal("team: p50", _ours("team", "p50", 1.5), "ms"),
    Goal("1,500 people on one board", _ours("crowd", "core", 40), "% of a core"),
    Goal("storm: of the best other server", _storm, "×"),
    Goal("boards before saturation, of Hocuspocus'", _ratio("boards", "held", 3), "×", at_least=True),
    Goal("a board of 100,000 edits opens", _ours("open-100k", "first", 300), "ms"),
    Goal("edits lost by kill −9", _ours("kill", "lost_edits", 0), "edits"),
)


def table(results: Results) -> str:
    """All goals, in Markdown."""
    head = "| goal | reached | bound | holds |\n|---|---|---|---|\n"
    return head + "\n".join(goal.line(results) for goal in GOALS) + "\n"
