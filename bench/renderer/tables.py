"""What was measured, as the tables of bench/README.md."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[1] / "README.md"
BUDGETS = {
    "page, first visit": "1.8 · – · –",
    "page, again": "– · – · –",
    "board, first visit": "1.8 · 3.8 · 5",
    "board, again": "0.8 · 1.3 · 3",
}


def line(figures: dict[str, float]) -> str:
    """One measure, to be read while it runs."""
    return "  ".join(f"{name} {value:.1f}" for name, value in figures.items())


def write(
    kept: dict[str, Any], renderers: Sequence[str], sizes: Sequence[int], activities: Sequence[str]
) -> None:
    """Put the tables between the page's markers."""
    frames, loading = kept.get("frames", {}), kept.get("loading", {})
    lines = [
        "Chromium {chromium}, two cores, {date}; medians.".format_map(kept["machine"]),
        "",
    ]
    if frames:
        lines += [
            "p95 of the time between two frames, ms (in brackets: the main thread's processor time).",
            "",
            "| notes | activity | " + " | ".join(renderers) + " | ours to the best |",
            "|---|---|" + "---|" * (len(renderers) + 1),
        ]
        for size in sizes:
            for name in [*activities, *(f"{activity} + others" for activity in activities)]:
                row = [frames.get(f"{renderer}/{size}/{name}") for renderer in renderers]
                if not all(row):
                    continue
                cells = [f"{figures['p95']:.1f} ({figures['busy']:.1f})" for figures in row]
                ratio = row[0]["p95"] / min(figures["p95"] for figures in row[1:])
                lines.append(f"| {size} | {name} | " + " | ".join(cells) + f" | {ratio:.2f} |")
        lines.append("")
    if loading:
        lines += [
            "| visit | drawn (LCP) s | usable s | live s | budget | requests | kB |",
            "|---|---|---|---|---|---|---|",
        ]
        for visit, figures in loading.items():
            times = " | ".join(f"{figures[name]:.1f}" for name in ("lcp", "ready", "live"))
            amount = f"{figures['requests']:.0f} | {figures['kilobytes']:.0f}"
            lines.append(f"| {visit} | {times} | {BUDGETS[visit]} | {amount} |")
        lines.append("")
    text = PAGE.read_text()
    made = "<!-- board: begin -->\n\n" + "\n".join(lines) + "\n<!-- board: end -->"
    PAGE.write_text(
        re.sub(r"<!-- board: begin -->.*<!-- board: end -->", lambda _: made, text, flags=re.DOTALL)
    )
