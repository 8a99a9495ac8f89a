"""How soon pages are there for a learner in Guiana.

400 kbit/s, a round trip of 400 ms, a phone, a processor four times slower. `lcp`: the largest thing of the
first screen is drawn; `ready`: the board can be used; `live`: the server has said that all is saved.
The browser is new, the server is not: it has answered somebody before.
Seconds from the start of the navigation; bytes as they passed (compressed, headers not counted).
"""

import os
import socket
import subprocess
import time
import urllib.request
from contextlib import closing

from content import many_notes
from generator import Seat
from playwright.sync_api import Browser, BrowserContext
from rig import SlowNetwork
from servers import ROOT, START_SECONDS, Etabli, Unavailable, free_port

from workspace.web.guard import COOKIE

BITS_PER_SECOND = 400_000
ROUND_TRIP_S = 0.4
SLOWER = 4
NOTES = 60
PHONE = {"width": 390, "height": 844}

Figures = dict[str, float]

WATCH = """
window.lcp = 0;
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.lcp = entry.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
const seen = (selector) => new Promise((found) => {
  const look = () => {
    if (document.querySelector(selector)) found(performance.now());
    else setTimeout(look, 20);
  };
  look();
});
window.readyAt = seen(".board[data-ready]");
window.liveAt = seen('[data-save][data-state="saved"]');
"""
FIGURES = """
async (isBoard) => {
  const [page] = performance.getEntriesByType("navigation");
  const files = [page, ...performance.getEntriesByType("resource")].filter((file) => file.transferSize > 0);
  const ready = isBoard ? await window.readyAt : page.domContentLoadedEventEnd;
  const live = isBoard ? await window.liveAt : ready;
  return {
    lcp: window.lcp / 1000,
    ready: ready / 1000,
    live: live / 1000,
    requests: files.length,
    kilobytes: files.reduce((sum, file) => sum + file.encodedBodySize, 0) / 1000,
  };
}
"""


class FarAway(Etabli):
    """Ours behind the Caddy of the deployment, which compresses pages; reached at another address."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self.proxy_port = free_port()
        self._proxy: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """See Server."""
        return {**super().environment(), "ETABLI_ORIGINS": self._url, "ETABLI_TRUSTED_PROXIES": "1"}

    def start(self) -> None:
        """See Server."""
        super().start()
        environment = {
            **os.environ,
            "ETABLI_DOMAIN": f"http://127.0.0.1:{self.proxy_port}",
            "ETABLI_UPSTREAMS": f"127.0.0.1:{self.port}",
            "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
        }
        self._proxy = subprocess.Popen(
            ["caddy", "run", "--config", str(ROOT / "deploy" / "Caddyfile"), "--adapter", "caddyfile"],
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + START_SECONDS
        while socket.socket().connect_ex(("127.0.0.1", self.proxy_port)) != 0:
            if self._proxy.poll() is not None or time.monotonic() > deadline:
                raise Unavailable("Caddy did not start")
            time.sleep(0.05)

    def warm_up(self, cookie: str, *paths: str) -> None:
        """Ask for these pages once, past the slow network."""
        for path in paths:
            address = f"http://127.0.0.1:{self.proxy_port}{path}"
            with urllib.request.urlopen(
                urllib.request.Request(address, headers={"Cookie": cookie})
            ) as answer:
                answer.read()

    def stop(self) -> None:
        """See Server."""
        if self._proxy is not None:
            self._proxy.terminate()
            self._proxy.wait()
        super().stop()


def measure_loading(chromium: Browser) -> dict[str, Figures]:
    """Visits of a board and of a page, the first time and again."""
    seats = [Seat(0, True)]
    found = {}
    with SlowNetwork(BITS_PER_SECOND, ROUND_TRIP_S) as network:
        url = f"http://127.0.0.1:{network.port}"
        with FarAway(url) as server:
            server.prepare(1, seats, many_notes(NOTES))
            server.start()
            network.target_port = server.proxy_port
            server.warm_up(seats[0].cookie, "/projects/1", "/boards/1")
            for name, path in (("page", "/projects/1"), ("board", "/boards/1")):
                with closing(chromium.new_context(viewport=PHONE, locale="fr-FR", has_touch=True)) as context:
                    cookie = seats[0].cookie.split("=", 1)[1]
                    context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
                    context.add_init_script(WATCH)
                    found[f"{name}, first visit"] = _visit(context, url + path, name == "board")
                    found[f"{name}, again"] = _visit(context, url + path, name == "board")
    return found


def _visit(context: BrowserContext, address: str, is_board: bool) -> Figures:
    page = context.new_page()
    page.set_default_timeout(60_000)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load")
    figures: Figures = page.evaluate(FIGURES, is_board)
    page.wait_for_timeout(
        4_000
    )  # what is loaded when nothing else is to be done, and kept for the next visit
    page.close()
    return figures
