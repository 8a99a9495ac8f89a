"""A provider and the running server, on both async modes: the whole way; a slow one holds nobody up."""

import html
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.live.live_support import LiveServer, eventually
from tests.mail.server import free_port
from tests.oidc.server import OidcServer
from workspace.oidc.calls import CALL_SECONDS, CALLS_AT_ONCE, WAIT_SECONDS

pytestmark = [pytest.mark.live, pytest.mark.both_modes]
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def pair(
    make_database: Callable[[str], str], tmp_path: Path, async_mode: str
) -> Iterator[tuple[LiveServer, OidcServer]]:
    """The server, and the provider it knows."""
    port = free_port()
    provider = OidcServer(tmp_path, [f"http://127.0.0.1:{port}"]).start()
    server = LiveServer(
        tmp_path, make_database("sqlite"), ETABLI_ASYNC_MODE=async_mode, **provider.settings()
    )
    server.port = port
    try:
        yield server.start(), provider
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()
        provider.stop()


def leave(server: LiveServer, browser: requests.Session) -> requests.Response:
    """Press the button of the sign-in page."""
    browser.trust_env = False
    page = browser.get(f"{server.url}/sign-in", timeout=20).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return browser.post(f"{server.url}/sign-in/oidc", data={"csrf_token": token[1]}, timeout=30)


def arrives(server: LiveServer, provider: OidcServer) -> bool:
    """Whether somebody nobody knows gets as far as being told so."""
    with requests.Session() as browser:
        found = re.search(r"0;url=([^\"]+)", leave(server, browser).text)
        if not found:
            return False
        back = provider.visit(html.unescape(found[1]), login="s-new")
        page = browser.get(back, timeout=30)
    return "On y entre sur invitation" in page.text


def test_person_goes_to_the_provider_and_back(pair: tuple[LiveServer, OidcServer]) -> None:
    server, provider = pair
    assert arrives(server, provider)
    assert "s-new" not in server.errors()


@pytest.mark.parametrize("way", ["delay", "drip"])
def test_slow_provider_holds_nobody_up(pair: tuple[LiveServer, OidcServer], way: str) -> None:
    server, provider = pair
    if way == "delay":
        provider.delay_seconds[DISCOVERY] = 60
    else:
        provider.drip.add(DISCOVERY)
    page_seconds = []

    def press(_number: int) -> tuple[int, float]:
        with requests.Session() as browser:
            started = time.monotonic()
            return leave(server, browser).status_code, time.monotonic() - started

    many = CALLS_AT_ONCE + 4
    with ThreadPoolExecutor(many) as crowd:
        waiting = [crowd.submit(press, number) for number in range(many)]
        eventually(lambda: provider.asked.count(DISCOVERY) >= CALLS_AT_ONCE, 20, "calls that wait")
        began = time.monotonic()
        while time.monotonic() - began < 2:
            started = time.monotonic()
            assert server.request("GET", "/sign-in").status == 200
            page_seconds.append(time.monotonic() - started)
        assert sum(not one.done() for one in waiting) >= CALLS_AT_ONCE
        answers = [one.result() for one in waiting]
    assert {status for status, _seconds in answers} == {502}
    assert max(seconds for _status, seconds in answers) < CALL_SECONDS + 10
    # A call that blocked the hub would block it until it is given up.
    assert max(page_seconds) < WAIT_SECONDS / 2, page_seconds
    assert provider.asked.count(DISCOVERY) == CALLS_AT_ONCE  # the others were told at once
    provider.delay_seconds.clear()
    provider.drip.clear()
    provider.release()
    eventually(lambda: arrives(server, provider), 30, "the next sign-in")
