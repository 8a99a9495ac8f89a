"""The board's letters on two keyboards; strokes by pen and finger; undo beside others who come and go."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.board_support import DESKTOP, BoardPage, OpenBoard
from tests.browser.test_board_access import Touch
from tests.browser.test_board_comments import panel_of
from tests.browser.test_board_gestures import selected
from tests.browser.test_board_images import picture
from tests.browser.test_board_keyboard import enter_board, place_of
from tests.browser.test_board_tools import await_shift, resting_place
from tests.live.live_support import eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]
QWERTY = {letter: f"Key{letter.upper()}" for letter in "abcdefghijklmnopqrstuvwxyz"}
AZERTY = {**QWERTY, "a": "KeyQ", "q": "KeyA", "z": "KeyW", "w": "KeyZ", "m": "Semicolon"}


def strike(someone: BoardPage, letter: str, keyboard: dict[str, str]) -> None:
    """A letter, where it lies on that keyboard."""
    session = someone.page.context.new_cdp_session(someone.page)
    key = {"key": letter, "code": keyboard[letter]}
    session.send("Input.dispatchKeyEvent", {"type": "keyDown", **key, "text": letter})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    session.detach()


def expect_in_hand(someone: BoardPage, name: str) -> None:
    """The tool that the dock shows as taken."""
    tool = someone.page.get_by_role("navigation", name="Outils").get_by_role("button", name=name)
    expect(tool).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("keyboard", [QWERTY, AZERTY], ids=["qwerty", "azerty"])
def test_letters_take_their_tools_and_each_is_used_without_a_pointer(
    open_board: OpenBoard, keyboard: dict[str, str]
) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    enter_board(alice)
    strike(alice, "t", keyboard)
    expect_in_hand(alice, "Texte (T)")
    strike(alice, "v", keyboard)
    expect_in_hand(alice, "Sélection (V)")

    strike(alice, "t", keyboard)
    alice.expect_said("Entrée pour l’écrire ici")
    alice.press("Enter")
    expect(alice.page.locator(".board-editor-text")).to_be_focused()
    alice.page.keyboard.type("À retenir")
    alice.press("Escape")
    expect(alice.note("À retenir")).to_be_focused()
    expect_in_hand(alice, "Sélection (V)")
    expect(bob.note("À retenir")).to_have_accessible_name(re.compile("texte, par Alice"))

    alice.press("Escape")
    strike(alice, "c", keyboard)
    expect_in_hand(alice, "Cadre (C)")
    alice.press("Enter")
    expect(alice.page.locator(".board-editor-zone")).to_be_focused()
    alice.page.keyboard.type("À creuser")
    alice.press("Enter")
    expect(bob.page.get_by_role("group", name="À creuser, 0 note")).to_be_attached()
    expect(bob.row("À creuser")).to_be_attached()

    enter_board(alice)
    with alice.page.expect_file_chooser() as chooser:
        strike(alice, "i", keyboard)
    chooser.value.set_files(picture())
    expect(alice.page.get_by_role("textbox", name="Ce que montre l’image")).to_be_focused()
    alice.page.keyboard.type("La cour")
    alice.press("Escape")
    expect(bob.note("La cour")).to_be_attached()

    strike(alice, "m", keyboard)
    alice.expect_said("flèches")
    alice.press("Escape")
    strike(alice, "l", keyboard)
    expect_in_hand(alice, "Lien (L)")
    alice.press("ArrowLeft", "Enter")
    expect(bob.page.locator(".board-connector")).to_have_count(1)

    strike(alice, "k", keyboard)
    expect(panel_of(alice.page).get_by_role("textbox")).to_be_focused()


def test_a_stroke_is_drawn_by_pen_and_by_finger(open_board: OpenBoard) -> None:
    alice = open_board("alice", viewport=DESKTOP, has_touch=True)
    bob = open_board("bob")
    strokes = bob.page.locator("#board .board-stroke")
    alice.page.get_by_role("button", name="Dessin (D)").click()
    expect(alice.page.get_by_role("toolbar", name="Dessin")).to_be_visible()
    pen = alice.page.context.new_cdp_session(alice.page)

    def at(kind: str, x: float, y: float) -> None:
        down = {"button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen", "force": 0.5}
        pen.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **down})

    at("mousePressed", 500, 300)
    for step in range(1, 12):
        at("mouseMoved", 500 + 20 * step, 300 + 6 * step)
    at("mouseReleased", 740, 372)
    expect(strokes).to_have_count(1)

    # The finger draws, and does not pan: the drawing stays where it was.
    before = resting_place(alice.page.locator("#board .board-stroke"))
    Touch(alice.page).swipe((500, 500), (760, 560))
    expect(strokes).to_have_count(2)
    await_shift(alice.page.locator("#board .board-stroke").first, before, (0, 0))
    second = alice.page.locator("#board .board-stroke").last
    eventually(lambda: second.evaluate("stroke => stroke.getBoundingClientRect().width") > 150)
    alice.press("Control+z")
    expect(strokes).to_have_count(1)


def test_undo_takes_back_ones_own_changes_only_while_others_reload(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("D’Alice", 450, 640)
    alice.press("m", "ArrowRight", "ArrowRight", "Enter")
    expect(bob.note("D’Alice")).to_be_visible()
    bob.write("De Bob", 800, 640)
    bob.note("D’Alice").click()
    bob.press("Enter", "End")
    bob.page.keyboard.type(", relue")
    bob.press("Escape")
    expect(alice.note("D’Alice, relue")).to_be_visible()
    x, y = place_of(alice, "D’Alice")

    bob.expect_saved()
    bob.reload()
    alice.note("De Bob").click()
    alice.press("Control+z")  # the move, not what Bob did since
    expect(alice.note("D’Alice, relue")).to_be_visible()
    expect(alice.note("De Bob")).to_be_visible()
    alice.expect_place("D’Alice", x - 48, y)
    alice.press("Control+Shift+z")
    alice.expect_place("D’Alice", x, y)

    # Bob's own undo ends with his page: he takes back nothing of Alice's, nor what he did before.
    bob.note("De Bob").click()
    bob.press("Control+z")
    bob.expect_said("Rien à annuler")
    expect(bob.note("D’Alice, relue")).to_be_visible()
    bob.press("Delete")
    expect(alice.note("De Bob")).to_have_count(0)
    alice.press("Control+z", "Control+z", "Control+z", "Control+z")
    expect(alice.note("De Bob")).to_have_count(0)
    bob.press("Control+z")
    expect(alice.note("De Bob")).to_be_visible()
    assert selected(bob).count() <= 1
