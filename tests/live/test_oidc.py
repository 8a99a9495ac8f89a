"""A provider and the running server, on both async modes: the whole way; a slow one holds nobody up."""

import html
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from tests.live.live_support import HANG_SECONDS, LiveServer, eventually
from tests.mail.server import free_port
from tests.oidc.server import OidcServer
from workspace.oidc.calls import CALLS_AT_ONCE

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


def sign_in_page(server: LiveServer, browser: requests.Session) -> dict[str, str]:
    """Open the page; gives what its button sends."""
    browser.trust_env = False
    page = browser.get(f"{server.url}/sign-in", timeout=HANG_SECONDS).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return {"csrf_token": token[1]}


def leave(server: LiveServer, browser: requests.Session, sent: dict[str, str]) -> requests.Response:
    """Press the button of the sign-in page."""
    return browser.post(f"{server.url}/sign-in/oidc", data=sent, timeout=HANG_SECONDS)


def arrives(server: LiveServer, provider: OidcServer) -> bool:
    """Whether somebody nobody knows gets as far as being told so."""
    with requests.Session() as browser:
        found = re.search(r"0;url=([^\"]+)", leave(server, browser, sign_in_page(server, browser)).text)
        if not found:
            return False
        back = provider.visit(html.unescape(found[1]), login="s-new")
        page = browser.get(back, timeout=HANG_SECONDS)
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
    many = CALLS_AT_ONCE + 4
    with ExitStack() as stack, ThreadPoolExecutor(many) as crowd:
        browsers = [stack.enter_context(requests.Session()) for _number in range(many)]
        ready = [(browser, sign_in_page(server, browser)) for browser in browsers]
        waiting = [crowd.submit(leave, server, *one) for one in ready]
        eventually(lambda: provider.asked.count(DISCOVERY) >= CALLS_AT_ONCE, what="calls that wait")
        for _page in range(5):
            assert server.request("GET", "/sign-in").status == 200
        # A call that blocked the hub would have blocked it until it was given up.
        assert sum(not one.done() for one in waiting) >= CALLS_AT_ONCE
        answers = [one.result() for one in waiting]
    assert {answer.status_code for answer in answers} == {502}
    assert provider.asked.count(DISCOVERY) == CALLS_AT_ONCE  # the others were told at once
    provider.delay_seconds.clear()
    provider.drip.clear()
    provider.release()
    eventually(lambda: arrives(server, provider), what="the next sign-in")
