"""Networks that block WebSockets, and what travels at the first and the second load, as a proxy sees it."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests import needs
from tests.browser.board_support import DESKTOP, BoardPage, OpenBoard, opener
from tests.browser.proxy import Proxy
from tests.browser.test_board_access import violations
from tests.conftest import CHROMIUM_ARGUMENTS
from tests.live.live_support import LiveServer, eventually
from workspace.web.guard import COOKIE

pytestmark = [pytest.mark.browser, pytest.mark.live]
KEPT = """async () => [
    ...(await indexedDB.databases()).map(({name}) => name),
    ...await caches.keys(), ...Object.keys(localStorage),
].filter((name) => name.startsWith("etabli-board:"))"""


@dataclass
class Doors:
    """A server and two proxies before it: one whose network fails, one whose does not."""

    server: LiveServer
    failing: Proxy
    steady: Proxy


@pytest.fixture(scope="module")
def doors(make_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """For the whole module."""
    failing, steady = Proxy(), Proxy()
    settings = {"ETABLI_ORIGINS": f"{failing.url},{steady.url}"}
    server = LiveServer(tmp_path_factory.mktemp("data"), make_database("sqlite"), **settings).start()
    failing.target = steady.target = server.url
    yield Doors(server, failing, steady)
    failing.close()
    steady.close()
    server.stop()


@pytest.fixture
def proxy(doors: Doors) -> Iterator[Proxy]:
    """The proxy that fails when told, and lets everything through at the end of a test."""
    yield doors.failing
    doors.failing.blocks_websockets = doors.failing.is_down = False


@pytest.fixture
def open_board(chromium: Browser, doors: Doors, proxy: Proxy) -> Iterator[OpenBoard]:
    """Opens a new board through the proxy."""
    yield from opener(chromium, doors.server, proxy.url)


@pytest.fixture
def open_steady_board(chromium: Browser, doors: Doors) -> Iterator[OpenBoard]:
    """Opens another new board through the other proxy."""
    yield from opener(chromium, doors.server, doors.steady.url)


def test_where_websockets_are_blocked_two_people_see_each_other_over_http(
    open_board: OpenBoard, proxy: Proxy
) -> None:
    bob = open_board("bob")
    bob.expect_live()
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
    expect(alice.note("Reçue quand même")).to_be_visible()
    expect(alice.page.locator("[data-notice]")).to_be_visible()

    proxy.blocks_websockets = False
    alice.page.evaluate("dispatchEvent(new Event('online'))")
    expect(alice.page.locator("[data-notice]")).to_be_hidden()
    posts = len(proxy.paths("/sync"))
    alice.write("Par la liaison", 420, 560)
    alice.expect_saved()
    expect(bob.note("Par la liaison")).to_be_visible()
    assert len(proxy.paths("/sync")) == posts


def test_a_change_refused_over_http_lands_in_the_tray(open_board: OpenBoard, proxy: Proxy) -> None:
    proxy.blocks_websockets = True
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("a" * 1200, 420, 300)
    expect(bob.note("aaa")).to_be_visible()
    for someone, letter in ((alice, "b"), (bob, "c")):
        someone.page.context.set_offline(True)
        someone.note("aaa").dblclick()
        someone.press("End")
        someone.page.keyboard.insert_text(letter * 700)
        someone.press("Escape")
        expect(someone.status).to_have_text("Hors ligne, 1 modification en attente")
    alice.page.context.set_offline(False)
    alice.expect_saved()
    assert alice.page.locator("[data-save]").get_attribute("data-state") == "slow", "up to date, but not live"
    bob.page.context.set_offline(False)
    tray = bob.page.get_by_role("region", name="Non enregistré")
    expect(tray).to_contain_text("c" * 700)
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
    eventually(lambda: len(received) > 0, what="messages on the socket")
    assert max(received) < 900, received


def test_closed_laptop_reload_without_network_two_hours_then_everything_arrives(
    chromium: Browser, open_steady_board: OpenBoard, doors: Doors, proxy: Proxy, tmp_path: Path
) -> None:
    bob = open_steady_board("bob")
    bob.write("Commune", 420, 300)
    bob.expect_saved()
    token = doors.server.sign_in("alice").token

    def open_laptop(*, keep_cookie: bool) -> tuple[BrowserContext, BoardPage]:
        context = chromium.browser_type.launch_persistent_context(
            tmp_path / "profile",
            executable_path=needs.chromium(),
            args=CHROMIUM_ARGUMENTS,
            viewport=DESKTOP,
            locale="fr-FR",
        )
        if not keep_cookie:
            later = time.time() + 86_400
            context.add_cookies([{"name": COOKIE, "value": token, "url": proxy.url, "expires": later}])
        page = context.pages[0]
        page.goto(f"{proxy.url}/boards/{bob.board_id}")
        alice = BoardPage(page, doors.server, bob.board_id, bob.document_id)
        alice.wait_ready()
        return context, alice

    context, alice = open_laptop(keep_cookie=False)
    alice.expect_saved()
    kept = "async () => !!(navigator.serviceWorker.controller && await caches.match(location.pathname))"
    eventually(lambda: alice.page.evaluate(kept), what="the page kept in the browser")
    proxy.is_down = True
    proxy.cut()
    alice.page.evaluate("dispatchEvent(new Event('offline'))")  # a busy Chromium may be late to see the cut
    expect(alice.page.locator("[data-notice]")).to_contain_text("Hors ligne")
    alice.write("Dans le train", 700, 560)
    expect(alice.status).to_have_text("Hors ligne, 1 modification en attente")
    alice.reload()
    expect(alice.note("Dans le train")).to_be_visible()
    context.close()

    context, alice = open_laptop(keep_cookie=True)  # no network: the page is this browser's own
    expect(alice.note("Dans le train")).to_be_visible()
    alice.note("Commune").dblclick()
    alice.press("End")
    alice.page.keyboard.type(", revue")
    alice.press("Escape")
    expect(alice.status).to_have_text("Hors ligne, 2 modifications en attente")
    for number in range(3):
        bob.write(f"Nouvelle {number}", 420 + 180 * number, 640)
    bob.note("Commune").dblclick()
    bob.press("Home")
    bob.page.keyboard.type("Note ")
    bob.press("Escape")
    bob.expect_saved()
    alice.page.evaluate(
        "() => { for (const name of Object.keys(localStorage)) if (name.endsWith(':left'))"
        " localStorage.setItem(name, String(Date.now() - 2 * 3600 * 1000)) }"
    )

    proxy.is_down = False
    alice.page.evaluate("dispatchEvent(new Event('online'))")
    expect(alice.status).to_have_text("Tout est à jour")
    expect(bob.note("Dans le train")).to_be_visible()
    expect(bob.note("Note Commune, revue")).to_be_visible()
    news = alice.page.get_by_role("region", name="Pendant votre absence")
    expect(news).to_contain_text("Pendant votre absence : 1 note aussi modifiée par Bob, 3 nouvelles.")
    assert violations(alice.page) == []
    news.get_by_role("button", name="Note Commune, revue").press("Enter")
    expect(alice.note("Note Commune, revue")).to_be_focused()
    expect(news).to_contain_text("Pendant votre absence : 3 nouvelles.")
    expect(alice.note("Nouvelle 1")).to_have_accessible_name(re.compile("nouvelle$"))
    news.get_by_role("button", name="Tout est vu").click()
    expect(news).to_be_hidden()

    assert alice.page.evaluate(KEPT) != []
    other = context.new_page()  # signing out in one tab ends the other, and nothing stays on the device
    other.goto(f"{proxy.url}/account")
    other.evaluate("document.querySelector('form[action=\"/sign-out\"]').requestSubmit()")
    expect(other).to_have_url(re.compile("/sign-in"))
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("Vous êtes déconnecté·e")
    eventually(lambda: not other.evaluate(KEPT), what="nothing of the board on the device")
    context.close()
