"""People on a board, each in a browser of their own, against the real server."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from models.board.export import to_outline
from tests.factories import make_board
from tests.live.live_support import LiveServer
from workspace.web.guard import COOKIE

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
OpenBoard = Callable[..., "BoardPage"]
HANG_MS = 30_000
"""Longer than anything takes on a busy machine: it catches hangs."""
KEEP_WHAT_IS_SAID = """
window.said = [];
addEventListener("DOMContentLoaded", () => {
  for (const region of document.querySelectorAll("[data-polite], [data-assertive]")) {
    const keep = () => said.push(region.textContent.replace(/\\s+/g, " "));
    new MutationObserver(keep).observe(region, { childList: true });
  }
});
"""
"""What a person does is told at once, and what others did meanwhile may follow in the same breath."""


@dataclass
class BoardPage:
    """One person's board."""

    page: Page
    server: LiveServer
    board_id: int
    document_id: int

    def note(self, text: str) -> Locator:
        """The drawn note that begins with these words."""
        return self.page.locator("#board").get_by_role("option", name=re.compile("^" + re.escape(text)))

    def row(self, text: str) -> Locator:
        """The row of the plan that begins with these words."""
        return self.page.get_by_role("treeitem", name=re.compile("^" + re.escape(text)))

    @property
    def status(self) -> Locator:
        """What the page says of the saving."""
        return self.page.locator("[data-save-text]")

    def expect_saved(self) -> None:
        """Wait until the page says that all is committed."""
        expect(self.status).to_have_text(re.compile("^(Enregistré|Tout est à jour|Saved)$"), timeout=HANG_MS)

    def expect_live(self) -> None:
        """Wait until all is committed and changes go by the socket: a busy machine begins over HTTP."""
        expect(self.page.locator("[data-save]")).to_have_attribute("data-state", "saved", timeout=HANG_MS)

    def write(self, words: str, x: int = 700, y: int = 500) -> None:
        """Double-click at a free place, write, stop."""
        self.page.mouse.dblclick(x, y)
        expect(self.page.locator(".board-editor")).to_be_focused()
        self.page.keyboard.type(words)
        self.page.keyboard.press("Escape")
        expect(self.note(words)).to_be_focused()

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def expect_place(self, words: str, x: float, y: float) -> None:
        """Wait until a note lies there, in board units: what was done is drawn with the next frame."""
        expect(self.note(words)).to_have_css("left", f"{x:g}px")
        expect(self.note(words)).to_have_css("top", f"{y:g}px")

    def reload(self) -> None:
        """Load the page again and wait for the board."""
        self.page.reload()
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until the content is drawn."""
        self.page.wait_for_selector(".board[data-ready]", timeout=HANG_MS)

    def words_on_server(self) -> str:
        """Everything written on the board, as committed."""
        answer = self.server.sign_in("alice").get(f"/documents/{self.document_id}/snapshot")
        assert answer.status == 200
        return to_outline(answer.body).words()

    def expect_said(self, words: str) -> None:
        """Wait until a live region has said these words, since the last of those that were waited for."""
        self.page.wait_for_function(
            """words => {
              const at = said.findIndex((one) => one.includes(words));
              return at >= 0 && said.splice(0, at + 1).length > 0;
            }""",
            arg=words,
            timeout=HANG_MS,
        )


def opener(chromium: Browser, server: LiveServer, base_url: str = "") -> Iterator[OpenBoard]:
    """Gives `open_board("alice", **options of the browser context)`: everybody opens the same new board.

    `base_url`: where browsers reach the server, when not directly.
    Errors thrown by a page's own scripts, and violations of its content policy, fail the test.
    """
    is_direct = not base_url
    base_url = base_url or server.url
    with server.transaction() as session:
        board = make_board(session, server.world.project, server.world.alice)
        session.expunge_all()
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_board(name: str, *, wait: bool = True, **options: object) -> BoardPage:
        context = chromium.new_context(
            base_url=base_url, **{"viewport": DESKTOP, "locale": "fr-FR", **options}
        )
        contexts.append(context)
        context.add_cookies([{"name": COOKIE, "value": server.sign_in(name).token, "url": base_url}])
        context.add_init_script(KEEP_WHAT_IS_SAID)
        page = context.new_page()
        page.set_default_timeout(HANG_MS)
        page.on("filechooser", lambda _chooser: None)  # it takes the browser a moment to begin to tell
        page.on("pageerror", lambda error: troubles.append(f"{name}: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"{name}: {message.text}")
                if "Content Security Policy" in message.text or "requires 'Trusted" in message.text
                else None
            ),
        )
        page.goto(f"/boards/{board.id}")
        opened = BoardPage(page, server, board.id, board.document_id)
        if wait:
            opened.wait_ready()
            opened.expect_saved()
            if is_direct:
                opened.expect_live()
        return opened

    yield open_board
    for context in contexts:
        context.close()
    assert troubles == [], troubles


@pytest.fixture
def open_board(chromium: Browser, live_server: LiveServer) -> Iterator[OpenBoard]:
    """Opens the board of the module's server as somebody of its world."""
    yield from opener(chromium, live_server)


@pytest.fixture
def open_own_board(chromium: Browser, own_server: LiveServer) -> Iterator[OpenBoard]:
    """Opens the board of the test's own server, which the test may stop."""
    yield from opener(chromium, own_server)
