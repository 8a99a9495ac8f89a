"""Networks that block WebSockets, and what travels at the first and the second load, as a proxy sees it."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.board_support import BoardPage, OpenBoard, opener
from tests.browser.proxy import Proxy
from tests.live.live_support import LiveServer, eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]
SOON_MS = 15_000


@pytest.fixture(scope="module")
def door(
    make_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Proxy, LiveServer]]:
    """A server, and the proxy through which browsers reach it."""
    proxy = Proxy()
    settings = {"ETABLI_ORIGINS": proxy.url}
    server = LiveServer(tmp_path_factory.mktemp("data"), make_database("sqlite"), **settings).start()
    proxy.target = server.url
    yield proxy, server
    proxy.close()
    server.stop()


@pytest.fixture
def proxy(door: tuple[Proxy, LiveServer]) -> Iterator[Proxy]:
    """The proxy, letting everything through at the start and at the end of a test."""
    yield door[0]
    door[0].blocks_websockets = door[0].is_down = False


@pytest.fixture
def open_board(chromium: Browser, door: tuple[Proxy, LiveServer], proxy: Proxy) -> Iterator[OpenBoard]:
    """Opens a new board through the proxy."""
    yield from opener(chromium, door[1], proxy.url)


def notice(someone: BoardPage) -> str:
    """The sentence over the board."""
    return someone.page.locator("[data-notice]").inner_text()


def test_where_websockets_are_blocked_two_people_see_each_other_over_http(
    open_board: OpenBoard, proxy: Proxy
) -> None:
    bob = open_board("bob")
    proxy.blocks_websockets = True
    alice = open_board("alice")
    expect(alice.page.locator("[data-notice]")).to_have_text(
        "Connexion limitée : les modifications passent toutes les 3 s."
    )
    alice.write("Par la poste", 420, 300)
    alice.expect_saved()
    assert "Par la poste" in alice.words_on_server()
    expect(bob.note("Par la poste")).to_be_visible()
    bob.write("Reçue quand même", 900, 300)
    expect(alice.note("Reçue quand même")).to_be_visible(timeout=SOON_MS)
    expect(alice.page.locator("[data-notice]")).to_be_visible()

    proxy.blocks_websockets = False
    alice.page.evaluate("dispatchEvent(new Event('online'))")
    expect(alice.page.locator("[data-notice]")).to_be_hidden(timeout=SOON_MS)
    posts = len(proxy.paths("/sync"))
    alice.write("Par la liaison", 420, 560)
    alice.expect_saved()
    expect(bob.note("Par la liaison")).to_be_visible()
    assert len(proxy.paths("/sync")) == posts


def test_a_change_refused_over_http_lands_in_the_tray(open_board: OpenBoard, proxy: Proxy) -> None:
    proxy.blocks_websockets = True
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("a" * 1200, 420, 300)
    expect(bob.note("aaa")).to_be_visible(timeout=SOON_MS)
    for someone, letter in ((alice, "b"), (bob, "c")):
        someone.page.context.set_offline(True)
        someone.note("aaa").dblclick()
        someone.press("End")
        someone.page.keyboard.insert_text(letter * 700)
        someone.press("Escape")
        expect(someone.status).to_have_text("Hors ligne, 1 modification en attente")
    alice.page.context.set_offline(False)
    alice.expect_saved()
    bob.page.context.set_offline(False)
    tray = bob.page.get_by_role("region", name="Non enregistré")
    expect(tray).to_contain_text("c" * 700, timeout=SOON_MS)
    expect(tray).to_contain_text("Ce texte est trop long")
    expect(bob.note("a" * 1200 + "b" * 20)).to_be_visible()
    bob.expect_saved()


def test_the_first_load_is_a_compressed_snapshot_and_the_second_is_not_sent_again(
    open_board: OpenBoard, proxy: Proxy
) -> None:
    alice = open_board("alice")
    seen = len(proxy.passed)
    received: list[int] = []
    alice.page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda frame: received.append(len(frame))),
    )
    alice.write("Déjà là au chargement. " * 40, 420, 300)
    alice.expect_saved()
    first = [passed for passed in proxy.passed[:seen] if passed.path.endswith("/snapshot")]
    assert [passed.status for passed in first[-1:]] == [200]
    assert first[-1].answered["content-encoding"] in ("br", "gzip")
    assert re.fullmatch(r'"1\.\d+"', first[-1].answered["etag"])

    # A browser that lost its own copy of the board, but not what HTTP keeps: the content comes back as a 304.
    for _load in range(2):
        alice.page.evaluate(
            "async () => { for (const {name} of await indexedDB.databases()) indexedDB.deleteDatabase(name) }"
        )
        alice.reload()
        alice.expect_saved()
    expect(alice.note("Déjà là")).to_be_visible()
    again = [passed for passed in proxy.passed[seen:] if passed.path.endswith("/snapshot")]
    assert [passed.status for passed in again] == [200, 304]

    # With its copy, it asks for no snapshot at all, and the socket brings differences only.
    count = len(proxy.paths("/snapshot"))
    received.clear()
    alice.reload()
    alice.expect_saved()
    expect(alice.note("Déjà là")).to_be_visible()
    assert len(proxy.paths("/snapshot")) == count
    eventually(lambda: len(received) > 0, 5, "messages on the socket")
    assert max(received) < 900, received
