"""Gestures and keys that no other test goes through: wheels, buttons, zones, letters off, AZERTY."""

import pytest
from playwright.sync_api import expect

from tests.browser.board_support import OpenBoard
from tests.browser.test_board_gestures import selected
from tests.browser.test_board_tools import await_shift, middle_of, resting_place

pytestmark = [pytest.mark.browser, pytest.mark.live]


def test_wheel_buttons_zones_letters_and_a_french_keyboard(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Repère", 700, 800)
    mouse, keyboard = alice.page.mouse, alice.page.keyboard
    note = alice.note("Repère")

    # The middle button pans; Shift and the wheel pan sideways.
    before = resting_place(note)
    mouse.move(900, 820)
    mouse.down(button="middle")
    mouse.move(860, 790, steps=5)
    mouse.up(button="middle")
    await_shift(note, before, (-40, -30))
    before = middle_of(note)
    keyboard.down("Shift")
    mouse.wheel(0, 60)
    keyboard.up("Shift")
    await_shift(note, before, (-60, 0))

    # From zone to zone, empty ones told.
    note.click()
    alice.press("PageDown")
    alice.expect_said("Cadre 1")
    alice.press("PageDown")
    alice.expect_said("Cadre 2")
    alice.press("PageUp", "PageUp")
    alice.expect_said("Cadre 6")

    # Shift+click adds to the selection; Ctrl+A takes all that lies outside of zones.
    alice.write("Seconde", 900, 820)
    note.click(modifiers=["Shift"])
    expect(selected(alice)).to_have_count(2)
    alice.press("Escape", "Control+a")
    expect(selected(alice)).to_have_count(4)  # with the two texts of the template

    # Letters are matched by what they write (AZERTY has M where QWERTY has ;), digits by where they are.
    note.click()
    keys = alice.page.context.new_cdp_session(alice.page)
    keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "m", "code": "Semicolon", "text": "m"})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": "m", "code": "Semicolon"})
    before = middle_of(note)
    alice.press("ArrowRight", "Enter")
    await_shift(note, before, (14, 0))  # a step of the grid, at the zoom of this window

    # Single letters can be switched off: then they begin a text.
    alice.press("?")
    dialog = alice.page.get_by_role("dialog", name="Raccourcis clavier")
    dialog.get_by_role("checkbox", name="Raccourcis à une seule lettre").uncheck()
    dialog.get_by_role("button", name="Fermer").click()
    note.click()
    alice.press("d")
    expect(alice.page.locator(".board-editor")).to_have_value("d")
    alice.press("Escape")
    expect(alice.page.get_by_role("toolbar", name="Dessin")).to_have_count(0)
    expect(alice.note("d")).to_be_focused()
    alice.expect_said("Raccourcis à une lettre désactivés")
