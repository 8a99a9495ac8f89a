"""A real Chromium, and a real server with the demonstration content, for whole sessions of tests."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.board_support import open_board, open_own_board  # noqa: F401 (fixtures)
from tests.conftest import EXPECTED_MS
from tests.live.conftest import async_mode, live_server, make_database, own_server  # noqa: F401 (fixtures)
from tests.live.live_support import eventually

ROOT = Path(__file__).resolve().parents[2]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
START_SECONDS = 90.0


@pytest.fixture(scope="session")
def demo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`etabli serve` with the demonstration content, on a free port: its address."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ETABLI_")}
    environment |= {"ETABLI_DEMO": "1", "ETABLI_DATA": str(folder / "data"), "PORT": "0", "HOST": "127.0.0.1"}
    output = folder / "out.txt"
    with output.open("wb") as out, (folder / "err.txt").open("wb") as err:
        server = subprocess.Popen(
            [Path(sys.executable).parent / "etabli", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=err,
        )

    def address() -> str:
        assert server.poll() is None, (folder / "err.txt").read_text()
        lines = [line for line in output.read_text().splitlines() if line.startswith("L'Établi · ")]
        return lines[0].split(" · ")[1].rstrip("/") if lines else ""

    yield eventually(address, START_SECONDS, "the start of the demonstration")
    server.terminate()
    server.wait(30)


Enter = Callable[..., Page]


@pytest.fixture
def enter(chromium: Browser, demo_url: str) -> Iterator[Enter]:
    """`enter("Awa Diallo")`: a fresh browser, gone through the demonstration's door as that person.

    Keywords go to the browser context (viewport, color_scheme, locale…); `name` None stays at the door.
    Errors thrown by a page's own scripts, and violations of its content policy, fail the test.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def enter(name: str | None = None, **options: object) -> Page:
        context = chromium.new_context(
            base_url=demo_url, **{"viewport": DESKTOP, "locale": "fr-FR", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(EXPECTED_MS)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"{page.url}: {message.text}")
                if "Content Security Policy" in message.text or "requires 'Trusted" in message.text
                else None
            ),
        )
        if name is not None:
            page.goto("/demo")
            page.get_by_role("button", name=name).first.click()
            page.wait_for_url(lambda url: "/demo" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert troubles == []
