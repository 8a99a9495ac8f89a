"""A workshop as who facilitates and a guest see it: the same step and time, by keyboard, on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.board_support import PHONE, BoardPage, OpenBoard
from tests.browser.test_accessibility import violations_of

pytestmark = [pytest.mark.browser, pytest.mark.live]


def push(someone: BoardPage, name: str) -> None:
    """Press the button of this name by keyboard."""
    someone.page.get_by_role("button", name=name, exact=True).focus()
    someone.press("Enter")


def test_facilitator_leads_and_guest_follows_by_keyboard(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    guest = open_board("guest", viewport=PHONE, color_scheme="dark")
    push(alice, "Menu du tableau")
    push(alice, "Animer un atelier")
    dialog = alice.page.get_by_role("dialog", name="Animer un atelier")
    expect(dialog).to_be_visible()
    assert violations_of(alice.page) == []
    push(alice, "Commencer l’atelier")
    strips = [one.page.get_by_role("region", name="Séance d’atelier") for one in (alice, guest)]
    for strip in strips:
        expect(strip.locator("[aria-current=step]")).to_contain_text("Lire")
    expect(strips[1].get_by_role("button")).to_have_text(["Suivre Alice"])
    push(alice, "Étape suivante")
    expect(strips[1].locator("[aria-current=step]")).to_contain_text("Écrire en silence")
    push(alice, "Lancer le minuteur")
    expect(strips[1].get_by_role("timer")).to_have_text(re.compile(r"^[67]:\d\d$"))
    push(alice, "Pause")
    expect(strips[0].get_by_role("button", name="Reprendre")).to_be_focused()
    left = strips[0].get_by_role("timer").text_content() or ""
    following = strips[0].get_by_role("button", name="Étape suivante")
    following.evaluate("button => { button.dataset.same = 'yes'; }")
    guest.reload()
    expect(guest.page.get_by_role("region", name="Séance d’atelier").get_by_role("timer")).to_have_text(left)
    assert violations_of(guest.page) == []
    expect(following).to_have_attribute(
        "data-same", "yes"
    )  # who comes and goes takes no button from under the hand
    push(alice, "Menu du tableau")
    push(alice, "Animer un atelier")
    dialog.get_by_role("checkbox", name=re.compile("^Mode simple")).focus()
    alice.press("Space")
    expect(guest.page.locator(".board[data-novice]")).to_be_attached()
    expect(dialog.get_by_role("checkbox", name=re.compile("^Mode simple"))).to_be_focused()
    push(alice, "Terminer l’atelier")
    for strip in strips:
        expect(strip).to_have_count(0)
