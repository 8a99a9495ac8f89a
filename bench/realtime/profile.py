"""Where the time of our server goes under a shape of work: a sampled profile for speedscope, and a summary.

python bench/realtime/profile.py plenary cohort

Writes bench/results/profile-<shape>.speedscope.json (open it on speedscope.app or with any viewer of that
format) and the table in docs/benchmarks.md.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]
import report
from generator import running
from servers import Etabli
from shapes import SHAPES

SECONDS = 8
RATE = 250
KEPT = 0.995
"""The share of the samples that the file keeps: the rarest stacks are left out."""
LEFT_OUT = ("encodings/", "threading.py", "_bootstrap")

# The first that a stack meets, from where it is upwards, says what it was doing.
AREAS = (
    ("waiting: for the disk, or for something to do", ("hardening/native.py", "Hub.do_poll")),
    ("guard, rehearsal and rules", ("models/board/",)),
    ("commit: SQLAlchemy and SQLite", ("sqlalchemy/", "models/document_log.py", "models/session.py")),
    ("journal of who edited", ("realtime/journal.py", "models/activity.py")),
    (
        "sockets: reading and writing frames",
        ("realtime/hardening/", "realtime/frames.py", "realtime/budget.py"),
    ),
    ("broadcast and acknowledgements", ("realtime/rooms.py", "realtime/outbound.py", "realtime/protocol.py")),
    ("gathering and the tick", ("realtime/",)),
    ("eventlet's hub", ("eventlet/", "greenlet")),
)

Stacks = Counter[tuple[str, ...]]


def record(shape_name: str) -> Stacks:
    """Sample the server under the shape; how often each stack was seen, outermost frame first."""
    shape = SHAPES[shape_name]
    with Etabli() as server, tempfile.TemporaryDirectory() as folder:
        seats = shape.seats()
        boards = server.prepare(shape.boards, seats)
        server.start()
        assert server.process is not None
        raw = Path(folder) / "raw"
        plan = server.plan(boards, seats, rate=shape.rate, warm=2, measure=SECONDS + 2)
        with running(plan) as run:
            run.await_event("measuring")
            command = [str(Path(sys.executable).parent / "py-spy"), "record", "-p", str(server.process.pid)]
            options = ["-d", str(SECONDS), "-r", str(RATE), "-f", "raw", "-o", str(raw), "--nonblocking"]
            subprocess.run([*command, *options], check=True, capture_output=True)
            run.await_event("phase")
        stacks: Stacks = Counter()
        for line in raw.read_text().splitlines():
            text, _, count = line.rpartition(" ")
            frames = tuple(frame for frame in text.split(";") if not any(part in frame for part in LEFT_OUT))
            stacks[_shortened(frames)] += int(count)
        return stacks


def _shortened(frames: tuple[str, ...]) -> tuple[str, ...]:
    root = f"{report.ROOT}/"
    return tuple(frame.replace(root, "").split("site-packages/")[-1] for frame in frames)


def write_speedscope(name: str, stacks: Stacks) -> None:
    """Write the profile, without the rarest stacks."""
    total, kept = sum(stacks.values()), 0
    frames: dict[str, int] = {}
    samples, weights = [], []
    for stack, count in stacks.most_common():
        if kept > KEPT * total:
            break
        kept += count
        samples.append([frames.setdefault(frame, len(frames)) for frame in stack])
        weights.append(count)
    profile = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "shared": {"frames": [{"name": frame} for frame in frames]},
        "profiles": [
            {
                "type": "sampled",
                "name": name,
                "unit": "none",
                "startValue": 0,
                "endValue": sum(weights),
                "samples": samples,
                "weights": weights,
            }
        ],
    }
    path = report.JSON.with_name(f"profile-{name}.speedscope.json")
    path.write_text(json.dumps(profile, separators=(",", ":")) + "\n")


def area_of(stack: tuple[str, ...]) -> str:
    """What a stack was doing."""
    for frame in reversed(stack):
        for area, parts in AREAS:
            if any(part in frame for part in parts):
                return area
    return "the rest"


def table(profiles: dict[str, Stacks]) -> str:
    """The share of each area, and the functions that take most themselves, in Markdown."""
    titles = ["share of the samples, %", *profiles]
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for area in (*(name for name, _parts in AREAS), "the rest"):
        cells = []
        for stacks in profiles.values():
            seen = sum(count for stack, count in stacks.items() if area_of(stack) == area)
            cells.append(f"{100 * seen / max(1, sum(stacks.values())):.0f}")
        lines.append(f"| {area} | {' | '.join(cells)} |")
    for name, stacks in profiles.items():
        own: Counter[str] = Counter()
        for stack, count in stacks.items():
            own[stack[-1] if stack else "?"] += count
        most = ", ".join(
            f"`{frame}` {100 * count / max(1, sum(stacks.values())):.0f} %"
            for frame, count in own.most_common(8)
        )
        lines.append(f"\nMost in themselves under {name}: {most}.")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Profile the shapes named."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("shapes", nargs="*", default=["plenary", "cohort"])
    profiles = {name: record(name) for name in options.parse_args().shapes}
    for name, stacks in profiles.items():
        write_speedscope(name, stacks)
    report.put("profile", table(profiles))
    print(table(profiles))
    return 0


if __name__ == "__main__":
    sys.exit(main())
