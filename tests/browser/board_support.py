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
        expect(self.status).to_have_text(re.compile("^(Enregistré|Tout est à jour|Saved)$"), timeout=15_000)

    def expect_live(self) -> None:
        """Wait until all is committed and changes go by the socket: a busy machine begins over HTTP."""
        expect(self.page.locator("[data-save]")).to_have_attribute("data-state", "saved", timeout=30_000)

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

    def focused_text(self) -> str:
        """The words of what has the focus."""
        return str(self.page.evaluate("document.activeElement?.textContent?.trim() ?? ''"))

    def reload(self) -> None:
        """Load the page again and wait for the board."""
        self.page.reload()
        self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until the content is drawn."""
        self.page.wait_for_selector(".board[data-ready]", timeout=15_000)

    def words_on_server(self) -> str:
        """Everything written on the board, as committed."""
        answer = self.server.sign_in("alice").get(f"/documents/{self.document_id}/snapshot")
        assert answer.status == 200
        return to_outline(answer.body).words()

    def announced(self) -> str:
        """What the live regions said last."""
        return " ".join(self.page.locator("[data-polite], [data-assertive]").all_text_contents())


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
        page = context.new_page()
        page.set_default_timeout(15_000)
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
