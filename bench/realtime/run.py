"""Measure live boards, ours and others, on one load generator.

    python bench/realtime/run.py                       every measure, medians of three
    python bench/realtime/run.py --main                the main ones
    python bench/realtime/run.py --only big,tldraw     some measures, some servers: names of either
    python bench/realtime/run.py --missing             what results/realtime.json does not hold often enough
    python bench/realtime/run.py --quick               some shapes on two servers, once; nothing is written
    python bench/realtime/run.py plenary               one run of ours, printed
    python bench/realtime/run.py plenary hocuspocus    one run of another

Servers are interleaved within each repetition, so that a slow moment of the machine falls on all of them.
Each run is kept as soon as it is done: a run that is broken off loses one figure at most.
"""

import argparse
import fcntl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
import goals
import report
from generator import Failed
from measures import MEASURES, Figures, Measure
from servers import SERVERS, Unavailable

REPETITIONS = 3
MAIN = ("team", "plenary", "big", "cohort", "storm", "kill")
QUICK = ("team", "plenary", "cohort")
QUICK_SERVERS = ("etabli", "hocuspocus")


@contextmanager
def alone(lock: str | None) -> Iterator[None]:
    """Hold a lock file while measuring, for machines that several people use."""
    if lock is None:
        yield
        return
    with Path(lock).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def take(measure: Measure, name: str, lock: str | None = None) -> Figures | None:
    """Run a measure once on a fresh server; None when it could not come to an end, which is said."""
    with alone(lock):
        try:
            with SERVERS[name]() as server:
                figures = measure.run(server)
        except (Failed, Unavailable, OSError, LookupError, ValueError, subprocess.SubprocessError) as error:
            print(f"{measure.name:10} {name:20} failed: {type(error).__name__} {error}", flush=True)
            return None
    print(f"{measure.name:10} {name:20} {report.line(figures)}", flush=True)
    return figures


def _rotated(names: Sequence[str], turn: int) -> list[str]:
    start = turn % len(names)
    return [*names[start:], *names[:start]]


def main() -> int:
    """See the module."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("one", nargs="?", choices=MEASURES, metavar="MEASURE", help=", ".join(MEASURES))
    options.add_argument("server", nargs="?", default="etabli", choices=SERVERS, metavar="SERVER")
    options.add_argument("--only", default="", help="measures and servers, comma-separated")
    options.add_argument("--main", action="store_true", help=f"only {', '.join(MAIN)}")
    options.add_argument("--missing", action="store_true")
    options.add_argument("--quick", action="store_true")
    options.add_argument("--repetitions", type=int, default=REPETITIONS)
    options.add_argument("--lock", help="a lock file held during each run")
    given = options.parse_args()
    if given.one:
        return 0 if take(MEASURES[given.one], given.server, given.lock) else 1
    if given.quick:
        taken = [take(MEASURES[name], server, given.lock) for name in QUICK for server in QUICK_SERVERS]
        return 0 if all(taken) else 1
    only = [name for name in given.only.split(",") if name]
    unknown = [name for name in only if name not in MEASURES and name not in SERVERS]
    if unknown:
        options.error(f"neither a measure nor a server: {', '.join(unknown)}")
    measures = [name for name in only if name in MEASURES] or list(MAIN if given.main else MEASURES)
    servers = [name for name in only if name in SERVERS] or list(SERVERS)
    return run_all(measures, servers, given.repetitions, only_missing=given.missing, lock=given.lock)


def run_all(
    measures: Sequence[str], servers: Sequence[str], repetitions: int, *, only_missing: bool, lock: str | None
) -> int:
    """Every measure on every server, `repetitions` times; what was measured before is replaced."""
    results = report.Results.load()
    failed = 0
    for turn in range(repetitions):
        for name in measures:
            measure = MEASURES[name]
            for server in _rotated(measure.servers, turn):
                if server not in servers or (only_missing and results.count(name, server) > turn):
                    continue
                figures = take(measure, server, lock)
                failed += figures is None
                results.add(name, server, figures, fresh=turn == 0 and not only_missing)
                results.save()
        report.write(results)
        report.put("goals", goals.table(results))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
