"""How evenly frames come while somebody pans, zooms and drags, alone and with others at work.

The same objects, the same gestures: each frame gets one wheel event; a drag is made of real mouse moves.
Frames are those of `requestAnimationFrame`; `busy` is the processor time of the page's main thread per
frame (DevTools' TaskDuration). The page's processor is four times slower than the machine's. Others at
work: 50 people who move a note of theirs ten times a second, 30 of them with a pointer. Ours gets their
edits and pointers over its socket from real clients, decodes and merges them, and pays for its plan, its
names and its connection; for the peers a timer calls the drawing.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

from generator import WORK, Seat
from installation import tickets
from playwright.sync_api import Browser, CDPSession, Page
from pycrdt import Doc, Map
from scene import spread_notes
from servers import ROOT, Etabli

from workspace.web.guard import COOKIE

HERE = Path(__file__).resolve().parent
NODE = [sys.executable, str(ROOT / "tools" / "node.py")]
RENDERERS = ("etabli", "dom", "konva")
SIZES = (500, 2000, 5000)
SLOWER = 4
FRAMES = 150
MOST_MS = 5_000
"""A gesture lasts so many frames, or so long where frames are slow."""
MOVERS, CURSORS = 50, 30
LATE_MS = 25.0
VIEWPORT = {"width": 1440, "height": 900}
SETTLE_MS = 800

RECORD = """
() => {
  const frames = [];
  let on = true;
  const step = (now) => { frames.push(now); if (on) requestAnimationFrame(step); };
  requestAnimationFrame(step);
  window.endRecord = () => { on = false; return frames.slice(1).map((at, index) => at - frames[index]); };
}
"""
WHEEL = """
async ([selector, count, kind, most_ms]) => {
  const target = document.querySelector(selector);
  const at = { clientX: innerWidth / 2, clientY: innerHeight / 2, bubbles: true, cancelable: true };
  const end = performance.now() + most_ms;
  for (let i = 0; i < count && performance.now() < end; i += 1) {
    await new Promise(requestAnimationFrame);
    const turn = (2 * Math.PI * i) / count;
    const zoom = { ctrlKey: true, deltaY: i < count / 2 ? 3.5 : -3.5 };
    const pan = { deltaX: 20 * Math.cos(turn), deltaY: 15 * Math.sin(turn) };
    const how = { ...at, ...(kind === "zoom" ? zoom : pan) };
    if (kind !== "watch") target.dispatchEvent(new WheelEvent("wheel", how));
  }
}
"""
HIT = """
() => {
  const hit = window.hit ?? ((x, y) => document.elementFromPoint(x, y)?.closest(".board-note") != null);
  for (let far = 0; far < 400; far += 20)
    for (let turn = 0; turn < 6.28; turn += 0.5) {
      const [x, y] = [720 + far * Math.cos(turn), 450 + far * Math.sin(turn)];
      if (hit(x, y)) return [x, y];
    }
  return null;
}
"""

Figures = dict[str, float]
Activity = Callable[[Page, str], None]


def _pan(page: Page, target: str) -> None:
    page.evaluate(WHEEL, [target, FRAMES, "pan", MOST_MS])


def _zoom(page: Page, target: str) -> None:
    page.evaluate(WHEEL, [target, FRAMES, "zoom", MOST_MS])


def _watch(page: Page, target: str) -> None:
    page.evaluate(WHEEL, [target, FRAMES, "watch", MOST_MS])


def _drag(page: Page, _target: str) -> None:
    found = page.evaluate(HIT)
    assert found is not None, "no note under the pointer"
    x, y = found
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(FRAMES // 2):
        page.mouse.move(x + 3 * step, y + step)
    page.mouse.up()


# name → from where (the keys of both: whole board, then 100 %), what is done
ACTIVITIES: dict[str, tuple[str, Activity]] = {
    "pan": ("10", _pan),
    "pan, from afar": ("1", _pan),
    "zoom": ("10", _zoom),
    "drag": ("10", _drag),
    "watch": ("10", _watch),
}


def measure_frames(chromium: Browser, renderer: str, size: int) -> Iterator[tuple[str, Figures]]:
    """Every activity, alone and beside the others ("+ others")."""
    opened = _ours if renderer == "etabli" else _peer
    with opened(chromium, renderer, size) as (page, target, begin_others):
        devtools = page.context.new_cdp_session(page)
        devtools.send(
            "Performance.setTimeDomain", {"timeDomain": "threadTicks"}
        )  # what others take is not counted
        devtools.send("Performance.enable")
        for others in ("", " + others"):
            if others:
                begin_others()
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
            for name, (view, act) in ACTIVITIES.items():
                if name == "watch" and not others:
                    continue
                for key in view:
                    page.keyboard.press(key)
                    page.wait_for_timeout(SETTLE_MS)
                yield name + others, _measured(page, devtools, partial(act, page, target))
            devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})


def _measured(page: Page, devtools: CDPSession, act: Callable[[], None]) -> Figures:
    page.evaluate(RECORD)
    busy = _busy(devtools)
    act()
    busy = _busy(devtools) - busy
    frames: list[float] = page.evaluate("() => window.endRecord()")
    ranks = statistics.quantiles(frames, n=20)
    return {
        "p50": statistics.median(frames),
        "p95": ranks[-1],
        "late": 100 * sum(frame > LATE_MS for frame in frames) / len(frames),
        "busy": 1000 * busy / len(frames),
    }


def _busy(devtools: CDPSession) -> float:
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


Opened = Iterator[tuple[Page, str, Callable[[], None]]]


@contextmanager
def _ours(chromium: Browser, _renderer: str, size: int) -> Opened:
    """The real page of a real server; the others are real clients."""
    seats = [Seat(0, True) for _ in range(MOVERS + 1)]
    movers: list[subprocess.Popen[str]] = []
    content = spread_notes(size)
    with Etabli() as server:
        boards = server.prepare(1, seats, content)
        server.start()
        context = chromium.new_context(viewport=VIEWPORT, locale="fr-FR")
        url = f"http://127.0.0.1:{server.port}"
        context.add_cookies([{"name": COOKIE, "value": seats[0].cookie.split("=", 1)[1], "url": url}])
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{url}/boards/1")
        page.wait_for_selector(".board[data-ready]")
        page.wait_for_selector('[data-save][data-state="saved"]')
        page.locator("#board").focus()

        def begin_others() -> None:
            notes = [fields["id"] for fields in _objects(content) if fields["type"] == "note"]
            plan = {
                "url": url,
                "document": int(boards[0]),
                "seats": [
                    {"cookie": seat.cookie, "ticket": ticket}
                    for seat, ticket in zip(
                        seats[1:], tickets(server.database_url, range(1, MOVERS + 1)), strict=True
                    )
                ],
                "notes": [notes[index * len(notes) // MOVERS] for index in range(MOVERS)],
                "cursors": CURSORS,
            }
            process = subprocess.Popen(
                [*NODE, "node", str(HERE / "movers.mjs"), json.dumps(plan)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            movers.append(process)
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise SystemExit("the others could not come in")
            page.wait_for_timeout(SETTLE_MS)

        try:
            yield page, "#stage", begin_others
        finally:
            for process in movers:
                process.terminate()
                process.wait()
            context.close()


@contextmanager
def _peer(chromium: Browser, renderer: str, size: int) -> Opened:
    """A page of `peers/` with the same objects."""
    scene = json.dumps(_objects(spread_notes(size))).replace("<", "\\u003c")
    html = (HERE / "peers" / "page.html").read_text()
    parts = {"scene": scene, "script": "/peer.js"}
    html = re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], html)
    context = chromium.new_context(viewport=VIEWPORT, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(60_000)
    script = _built(renderer)
    page.route("http://peer.test/", lambda route: route.fulfill(content_type="text/html", body=html))
    page.route("http://peer.test/peer.js", lambda route: route.fulfill(path=script))
    page.goto("http://peer.test/")
    page.wait_for_selector("body[data-ready]", state="attached")

    def begin_others() -> None:
        page.evaluate("([movers, cursors]) => { window.others(movers, cursors); }", [MOVERS, CURSORS])

    yield page, "#world", begin_others
    context.close()


def _objects(content: bytes) -> list[dict[str, Any]]:
    doc: Doc[Any] = Doc()
    doc.apply_update(content)
    found = doc.get("objects", type=Map).to_py() or {}
    placed = [{"id": key, **fields} for key, fields in found.items() if "w" in fields]
    placed.sort(key=lambda fields: (fields["type"] != "zone", fields["order"], fields["id"]))
    names = ("id", "type", "x", "y", "w", "h", "colour")
    return [
        {"h": 40}
        | {name: fields[name] for name in names if name in fields}
        | {"text": str(fields.get("title") or fields.get("text") or "")}
        for fields in placed
    ]


@cache
def _built(renderer: str) -> Path:
    """A peer's script, bundled; its packages are installed once, as they are locked."""
    folder = WORK / "renderers"
    folder.mkdir(parents=True, exist_ok=True)
    for source in (HERE / "peers").glob("[!.]*"):
        shutil.copy(source, folder)
    shutil.copy(HERE / "peers" / ".npmrc", folder)
    if not (folder / "node_modules" / "konva").exists():
        subprocess.run([*NODE, "npm", "ci"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    target = folder / f"{renderer}.built.js"
    subprocess.run(
        [
            *NODE,
            "esbuild",
            str(folder / f"{renderer}.mjs"),
            "--bundle",
            "--minify",
            "--format=esm",
            f"--outfile={target}",
            "--log-level=warning",
        ],
        cwd=ROOT,
        check=True,
    )
    return target
