"""What assistive technologies meet, what an observer may see, and the board on a phone."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from models.document import Board
from tests.browser.board_support import DESKTOP, PHONE, BoardPage, OpenBoard
from tests.browser.test_board_tools import await_shift, middle_of, resting_place

pytestmark = [pytest.mark.browser, pytest.mark.live]
AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
TOUCH = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{violation['id']}: {violation['nodes'][0]['html'][:200]}" for violation in found]


def plan(_someone: BoardPage) -> None:
    """The page as it opens."""


def selected(someone: BoardPage) -> None:
    """A note selected on the board, its bar open."""
    if someone.page.viewport_size == PHONE:
        someone.page.get_by_role("button", name="Tableau", exact=True).or_(
            someone.page.get_by_role("button", name="Board", exact=True)
        ).click()
    someone.write("Une note", 200, 400)


def writing(someone: BoardPage) -> None:
    """A note being written."""
    selected(someone)
    someone.press("Enter")


def palette(someone: BoardPage) -> None:
    """The choice of colours."""
    selected(someone)
    someone.page.locator(".board-context [data-act=colour]").click()


def choosing(someone: BoardPage) -> None:
    """The dialog that asks where to move."""
    selected(someone)
    someone.page.locator(".board-context [data-act=move]").click()


def toast(someone: BoardPage) -> None:
    """A note deleted, with the offer to take it back."""
    selected(someone)
    someone.press("Delete")


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": DESKTOP},
        {"viewport": DESKTOP, "color_scheme": "dark", "locale": "en-GB"},
        {"viewport": PHONE, "locale": "en-GB"},
        {"viewport": PHONE, "color_scheme": "dark"},
    ],
    ids=["desktop-fr-light", "desktop-en-dark", "phone-en-light", "phone-fr-dark"],
)
@pytest.mark.parametrize("state", [plan, selected, writing, palette, choosing, toast])
def test_axe_finds_nothing(
    open_board: OpenBoard, state: Callable[[BoardPage], None], options: dict[str, object]
) -> None:
    alice = open_board("alice", **options)
    state(alice)
    assert violations(alice.page) == []


def test_zones_are_groups_of_options_in_reading_order(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("À droite", 380, 340)
    alice.write("À gauche", 180, 340)
    group = alice.page.get_by_role("group", name="Cadre 1, Ce que vivent les personnes, 2 notes")
    owned = (group.get_attribute("aria-owns") or "").split()
    assert [alice.page.locator(f"#{name} .board-note-text").text_content() for name in owned] == [
        "À gauche",
        "À droite",
    ]
    expect(alice.note("À droite")).to_have_accessible_name("À droite note, par Alice, jonc, uni")
    expect(alice.page.get_by_role("application")).to_have_count(0)


def test_page_reads_as_a_list_before_its_script(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Lisible sans script", 700, 400)
    alice.expect_saved()
    reader = open_board("bob", wait=False, java_script_enabled=False)
    tree = reader.page.get_by_role("list", name="Cadres et notes")
    expect(tree).to_contain_text("Ce que vivent les personnes")
    expect(tree).to_contain_text("Lisible sans script")


def test_observer_reads_live_and_has_no_tool(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    with alice.server.transaction() as session:
        board = session.get(Board, alice.board_id)
        assert board is not None
        board.open_to_observers = True
    observer = open_board("observer", wait=False)
    observer.page.goto(f"/boards/{alice.board_id}")
    observer.wait_ready()
    expect(observer.page.locator("[data-notice]")).to_contain_text("Lecture seule")
    expect(observer.page.get_by_role("navigation", name="Outils")).to_be_hidden()
    expect(observer.page.locator("[data-plan-bar]")).to_be_hidden()
    alice.write("Vue par l’élu", 700, 400)
    expect(observer.note("Vue par l’élu")).to_be_visible()
    observer.page.mouse.dblclick(700, 600)
    expect(observer.page.locator(".board-editor")).to_have_count(0)
    observer.note("Vue par l’élu").click()
    observer.press("Delete", "Enter")
    expect(alice.note("Vue par l’élu")).to_be_visible()
    assert violations(observer.page) == []


def test_phone_opens_on_the_plan_and_plus_adds_a_note(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice", **TOUCH), open_board("bob")
    expect(alice.page.get_by_role("tree")).to_be_visible()
    expect(alice.page.locator("#stage")).to_be_hidden()
    alice.page.get_by_role("button", name="Nouvelle note").tap()
    expect(alice.page.locator(".plan-editor")).to_be_focused()
    alice.page.keyboard.type("Du téléphone")
    alice.press("Escape")
    expect(bob.note("Du téléphone")).to_be_visible()
    alice.row("Du téléphone").tap()
    alice.page.locator("[data-plan-act=colour]").tap()
    alice.page.get_by_role("button", name="Ciel, lignes").tap()
    expect(bob.note("Du téléphone")).to_have_attribute("data-colour", "ciel")
    alice.page.get_by_role("button", name="Tableau", exact=True).tap()
    expect(alice.note("Du téléphone")).to_be_visible()
    expect(alice.page.get_by_role("tree")).to_be_hidden()


def test_touch_pans_taps_double_taps_pinches_and_moves_after_a_long_press(open_board: OpenBoard) -> None:
    alice = open_board("alice", **TOUCH)
    alice.page.get_by_role("button", name="Tableau", exact=True).tap()
    alice.page.get_by_role("button", name="Nouvelle note").tap()
    expect(alice.page.locator(".board-editor")).to_be_focused()
    alice.page.keyboard.type("Sous le doigt")
    alice.press("Escape")
    note = alice.note("Sous le doigt")
    expect(note).to_be_focused()
    touch = Touch(alice.page)

    before, start = resting_place(note), upper_left(note)
    touch.swipe(start, (start[0] - 40, start[1] + 70))
    await_shift(note, before, (-40, 70))

    x, y = upper_left(note)
    alice.press("Escape")
    expect(note).to_have_attribute("aria-selected", "false")
    before = middle_of(note)
    touch.down((x, y))
    expect(note).to_have_attribute("aria-selected", "true")  # pressed for long enough
    touch.move((x + 30, y - 60))
    touch.up()
    await_shift(note, before, (30, -60))

    zoom = alice.page.locator("[data-zoom]")
    before_pinch = zoom.text_content() or ""
    touch.pinch((195, round(middle_of(note)[1])), 40, 90)
    expect(zoom).not_to_have_text(before_pinch)

    resting_place(note)
    touch.double_tap(upper_left(note))
    expect(alice.page.locator(".board-editor")).to_be_focused()


def upper_left(note: Locator) -> tuple[float, float]:
    """A place in a note, on screen."""
    box = note.bounding_box()
    assert box is not None
    return max(box["x"], 0) + 40, box["y"] + 50


class Touch:
    """Fingers on the screen, through the browser's own input."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float], at: float | None = None) -> None:
        touches = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(points)]
        moment = {} if at is None else {"timestamp": at}
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches, **moment})

    def down(self, *points: tuple[float, float]) -> None:
        """Fingers down."""
        self._send("touchStart", *points)

    def move(self, *points: tuple[float, float]) -> None:
        """Fingers there now."""
        self._send("touchMove", *points)

    def up(self) -> None:
        """No finger left."""
        self._send("touchEnd")

    def double_tap(self, place: tuple[float, float]) -> None:
        """Twice within a fifth of a second of the screen's clock, however late the browser hears of it."""
        now = time.time()
        for at in (now, now + 0.2):
            self._send("touchStart", place, at=at)
            self._send("touchEnd", at=at)

    def swipe(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """One finger, from one place to another."""
        self.down(start)
        for step in range(1, 9):
            share = step / 8
            self.move((start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share))
        self.up()

    def pinch(self, middle: tuple[float, float], start: float, end: float) -> None:
        """Two fingers, their distance from the middle going from `start` to `end`."""
        x, y = middle
        self.down((x - start, y), (x + start, y))
        for step in range(1, 9):
            spread = start + (end - start) * step / 8
            self.move((x - spread, y), (x + spread, y))
        self.up()
