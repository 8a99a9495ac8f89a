"""What a screen reader is told of others: merged into one sentence, at the level that each chose."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.board_support import BoardPage, OpenBoard
from tests.browser.test_board_access import violations
from tests.browser.test_board_keyboard import enter_board
from tests.live.live_support import eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]
POLITE = "[data-polite]"


def ready_to_tell(someone: BoardPage) -> None:
    """Once the part that tells is loaded."""
    loaded = "() => performance.getEntriesByType('resource').some(file => file.name.includes('/telling-'))"
    eventually(lambda: someone.page.evaluate(loaded))


def choose_level(someone: BoardPage, level: str) -> None:
    """In the board's menu, by keyboard."""
    someone.page.get_by_role("button", name="Menu du tableau").press("Enter")
    choice = someone.page.get_by_role("group", name="Annonces aux lecteurs d’écran").get_by_role(
        "radio", name=level
    )
    choice.press("Space")
    expect(choice).to_be_checked()
    expect(someone.page.locator(POLITE)).to_have_text(f"Annonces : {level}")
    someone.press("Escape")


def paste_notes(someone: BoardPage, *words: str) -> None:
    """Several notes in one go."""
    someone.page.evaluate("text => navigator.clipboard.writeText(text)", "\n".join(words))
    enter_board(someone)
    someone.press("Control+v")
    someone.page.get_by_role("button", name=f"Créer {len(words)} notes, une par ligne").press("Enter")


def test_others_are_told_in_one_sentence_and_only_as_much_as_one_chose(open_board: OpenBoard) -> None:
    alice = open_board("alice", permissions=["clipboard-read", "clipboard-write"])
    everything, essential, nothing = open_board("bob"), open_board("tutor"), open_board("guest")
    for someone in (everything, essential, nothing):
        ready_to_tell(someone)
    choose_level(essential, "Essentiel")
    choose_level(nothing, "Rien")
    nothing.page.get_by_role("button", name="Menu du tableau").press("Enter")
    assert violations(nothing.page) == []
    nothing.press("Escape")
    nothing.reload()  # kept on this device
    ready_to_tell(nothing)

    paste_notes(alice, "Un banc", "Un abri", "Un arbre")
    expect(everything.page.locator(POLITE)).to_have_text("Alice a ajouté 3 notes.")
    expect(essential.note("Un arbre")).to_be_attached()
    alice.page.keyboard.press("Control+z")
    expect(everything.page.locator(POLITE)).to_have_text("3 notes supprimées.")

    # A vote concerns the work of all: told from 'essential' on, with what else happened meanwhile.
    alice.write("Une borne", 500, 600)
    alice.page.get_by_role("button", name="Menu du tableau").press("Enter")
    alice.page.get_by_role("button", name="Voter", exact=True).press("Enter")
    alice.page.get_by_label("Question").press("Enter")
    expect(essential.page.locator(POLITE)).to_have_text("Un vote est ouvert.")
    expect(everything.page.locator(POLITE)).to_have_text(re.compile("Un vote est ouvert"))
    for someone in (essential, nothing):
        assert "note" not in someone.page.locator(POLITE).inner_text().split()
    expect(nothing.page.locator(POLITE)).to_have_text("")

    # What must not be missed is always said, at once.
    nothing.page.context.set_offline(True)
    nothing.page.evaluate("dispatchEvent(new Event('offline'))")
    expect(nothing.page.locator("[data-assertive]")).to_contain_text("Connexion perdue")
