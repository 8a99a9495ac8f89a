"""Frames of a board in Chromium beside other ways to draw it; how soon it is there on a slow network.

    python bench/renderer/run.py             everything, three runs, written to results/board.json and README
    python bench/renderer/run.py --frames    frames only;  --load: loading only;  --runs N
    python bench/renderer/run.py --quick     500 notes, one run, nothing written

It needs Chromium, and the network once for Konva.
"""

import argparse
import json
import statistics
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "realtime")]
import tables
from frames import ACTIVITIES, RENDERERS, SIZES, measure_frames
from loading import measure_loading
from playwright.sync_api import sync_playwright

from tests import needs
from tests.conftest import CHROMIUM_ARGUMENTS

RESULTS = Path(__file__).resolve().parents[1] / "results" / "board.json"

Figures = dict[str, float]


def main() -> None:
    """Measure, interleaved over the runs; keep and show the medians."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--frames", action="store_true")
    options.add_argument("--load", action="store_true")
    options.add_argument("--runs", type=int, default=3)
    chosen = options.parse_args()
    both = chosen.frames == chosen.load
    runs, sizes = (1, SIZES[:1]) if chosen.quick else (chosen.runs, SIZES)
    frames: dict[str, list[Figures]] = defaultdict(list)
    loading: dict[str, list[Figures]] = defaultdict(list)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=needs.chromium(), args=CHROMIUM_ARGUMENTS)
        version = chromium.version
        for run in range(runs):
            for size in sizes if both or chosen.frames else ():
                for renderer in RENDERERS:
                    print(f"run {run + 1}: {renderer}, {size} notes", flush=True)
                    for activity, figures in measure_frames(chromium, renderer, size):
                        frames[f"{renderer}/{size}/{activity}"].append(figures)
                        print(f"    {activity:22} {tables.line(figures)}", flush=True)
            if both or chosen.load:
                for visit, figures in measure_loading(chromium).items():
                    loading[visit].append(figures)
                    print(f"    {visit:14} {tables.line(figures)}", flush=True)
        chromium.close()
    if chosen.quick:
        return
    kept: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept |= {"machine": {"chromium": version, "cores": 2, "date": datetime.now(UTC).date().isoformat()}}
    if frames:
        kept["frames"] = {name: medians(runs_of) for name, runs_of in frames.items()}
    if loading:
        kept["loading"] = {name: medians(runs_of) for name, runs_of in loading.items()}
    RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    tables.write(kept, RENDERERS, SIZES, tuple(ACTIVITIES))


def medians(runs: list[Figures]) -> Figures:
    """Figure by figure."""
    return {name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]}


if __name__ == "__main__":
    main()
