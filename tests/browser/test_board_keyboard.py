"""A whole workshop without a mouse: on the board, and in the plan, which is its equal."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.board_support import BoardPage, OpenBoard

pytestmark = [pytest.mark.browser, pytest.mark.live]


def enter_board(someone: BoardPage) -> None:
    """Tab to the board: one stop."""
    someone.page.get_by_role("link", name="Aller au tableau").focus()
    someone.press("Enter")
    expect(someone.page.locator("#board [role=option]:focus, #board:focus")).to_have_count(1)


def test_board_is_one_tab_stop_and_the_skip_link_leads_to_it(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    enter_board(alice)
    assert alice.page.locator('#board [role=option][tabindex="0"]').count() <= 1
    alice.press("Tab")
    assert not alice.page.evaluate("document.getElementById('board').contains(document.activeElement)")
    alice.press("Shift+Tab")
    assert alice.page.evaluate("document.getElementById('board').contains(document.activeElement)")


def test_write_siblings_then_walk_with_arrows(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    enter_board(alice)
    alice.press("n")
    alice.page.keyboard.type("Première")
    alice.press("Control+Enter")
    alice.page.keyboard.type("Deuxième")
    alice.press("Control+Enter")
    alice.page.keyboard.type("Troisième")
    alice.press("Escape")
    expect(alice.note("Troisième")).to_be_focused()
    alice.press("ArrowLeft")
    expect(alice.note("Deuxième")).to_be_focused()
    expect(alice.note("Deuxième")).to_have_attribute("aria-selected", "true")
    alice.press("ArrowLeft")
    expect(alice.note("Première")).to_be_focused()
    alice.press("End")
    expect(alice.note("Troisième")).to_be_focused()
    alice.press("Home")
    expect(alice.note("Première")).to_be_focused()
    alice.press("Control+ArrowRight", "Space")
    expect(alice.page.locator('#board [aria-selected="true"]')).to_have_count(2)
    alice.press("Escape")
    expect(alice.page.locator('#board [aria-selected="true"]')).to_have_count(0)


def test_typing_replaces_the_text_and_enter_writes_at_the_end(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Ancien texte", 420, 300)
    alice.page.keyboard.type("Bonjour")
    alice.press("Escape")
    expect(alice.note("Bonjour note")).to_be_focused()
    alice.press("Enter")
    alice.page.keyboard.type(" à tous")
    alice.press("Escape")
    expect(alice.note("Bonjour à tous note")).to_be_focused()
    # A word that begins with the letter of a shortcut is a word all the same.
    alice.page.keyboard.type("Merci")
    alice.press("Escape")
    expect(alice.note("Merci note")).to_be_focused()
    alice.press("Control+z", "Control+z", "Control+z")
    expect(alice.note("Ancien texte")).to_be_visible()


def place_of(someone: BoardPage, words: str) -> tuple[float, float]:
    """Where a note lies, in board units."""
    x, y = someone.note(words).evaluate("note => [note.offsetLeft, note.offsetTop]")
    return x, y


def test_move_mode_moves_and_escape_puts_back(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Voyageuse", 700, 400)
    x, y = place_of(alice, "Voyageuse")
    alice.press("m", "ArrowRight", "ArrowRight", "ArrowDown", "Enter")
    alice.expect_said("Déplacé")
    alice.expect_place("Voyageuse", x + 48, y + 24)
    alice.press("m", "Shift+ArrowLeft", "ArrowUp", "Escape")
    alice.expect_said("Remis à sa place")
    alice.expect_place("Voyageuse", x + 48, y + 24)


def test_connector_is_drawn_by_keyboard(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Cause", 420, 760)
    alice.write("Effet", 700, 760)
    expect(alice.page.locator(".board-connector")).to_have_count(0)
    alice.press("ArrowLeft", "l", "ArrowRight", "Enter")
    expect(alice.page.locator(".board-connector")).to_have_count(1)
    alice.expect_said("Lien ajouté")
    expect(alice.note("Effet")).to_have_accessible_name(re.compile("1 lien"))


def test_delete_moves_the_focus_to_the_nearest_note_and_can_be_undone(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Voisine", 900, 300)
    alice.write("À supprimer", 1000, 480)
    alice.press("Delete")
    expect(alice.note("À supprimer")).to_have_count(0)
    expect(alice.page.locator("#board [role=option]:focus")).to_have_count(1)
    alice.press("Control+z")
    expect(alice.note("À supprimer")).to_be_visible()
    alice.press("Control+Shift+z")
    expect(alice.note("À supprimer")).to_have_count(0)


def test_several_pasted_lines_offer_as_many_notes(open_board: OpenBoard) -> None:
    alice = open_board("alice", permissions=["clipboard-read", "clipboard-write"])
    alice.page.evaluate("navigator.clipboard.writeText('Ligne un\\nLigne deux\\n\\nLigne trois')")
    enter_board(alice)
    alice.press("Control+v")
    alice.page.get_by_role("button", name="Créer 3 notes, une par ligne").click()
    for words in ("Ligne un", "Ligne deux", "Ligne trois"):
        expect(alice.note(words)).to_have_count(1)
    alice.press("Control+z")
    for words in ("Ligne un", "Ligne deux", "Ligne trois"):
        expect(alice.note(words)).to_have_count(0)


def test_f6_goes_round_the_regions_and_question_mark_shows_the_shortcuts(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    enter_board(alice)
    seen = []
    for _region in range(4):
        alice.press("F6")
        seen.append(
            alice.page.evaluate(
                "document.activeElement.closest('.board-dock, #stage, #plan, .board-header')?.className"
                ".split(' ')[0]"
            )
        )
    assert seen == ["board-plan", "board-header", "board-dock", "board-stage"]
    alice.press("?")
    expect(alice.page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    alice.page.get_by_role("checkbox", name="Raccourcis à une seule lettre").uncheck()
    alice.press("Escape")
    alice.press("n")
    expect(alice.page.locator(".board-editor")).to_have_count(0)


def test_the_plan_alone_is_enough(open_board: OpenBoard) -> None:
    """Add, write, colour, move, connect, delete: by keyboard in the tree, seen by somebody on the board."""
    alice, bob = open_board("alice"), open_board("bob")
    tree = alice.page.get_by_role("tree")
    first = tree.get_by_role("treeitem").first
    first.focus()
    expect(first).to_have_attribute("aria-expanded", "true")
    alice.press("n")
    alice.page.keyboard.type("Depuis le plan")
    alice.press("Enter")
    expect(alice.row("Depuis le plan")).to_be_focused()
    expect(bob.note("Depuis le plan")).to_be_visible()
    alice.press("n")
    alice.page.keyboard.type("Autre note")
    alice.press("Enter", "ArrowUp")
    expect(alice.row("Depuis le plan")).to_be_focused()

    alice.press("Enter", "End")
    alice.page.keyboard.type(", corrigée")
    alice.press("Enter")
    expect(bob.note("Depuis le plan, corrigée")).to_be_visible()

    alice.press("c", "ArrowRight", "Enter")
    expect(bob.note("Depuis le plan")).to_have_attribute("data-colour", "abricot")
    expect(alice.row("Depuis le plan")).to_be_focused()

    alice.press("l")
    alice.page.get_by_role("dialog", name="Relier à").get_by_role("button", name="Autre note").press("Enter")
    expect(bob.page.locator(".board-connector")).to_have_count(1)
    expect(alice.row("Depuis le plan, corrigée note")).to_be_focused()
    expect(alice.row("Autre note lien")).to_have_attribute("aria-level", "3")
    # The arrow is read from its other end too, and the notes change places.
    received = alice.row("Depuis le plan, corrigée lien reçu")
    expect(received).to_have_attribute("aria-level", "3")
    notes = tree.locator(".plan-note .plan-words")
    expect(notes.first).to_have_text("Depuis le plan, corrigée")
    alice.press("Alt+ArrowDown")
    expect(notes.first).to_have_text("Autre note")
    alice.expect_said("Placée après « Autre note »")
    expect(alice.row("Depuis le plan, corrigée note")).to_be_focused()
    alice.press("Alt+ArrowDown")
    alice.expect_said("C’est déjà la dernière.")
    alice.press("Alt+ArrowUp")
    expect(notes.first).to_have_text("Depuis le plan, corrigée")

    zone = tree.get_by_role("treeitem", level=1).nth(1)
    title = zone.locator(".plan-words").text_content() or ""
    alice.press("m")
    alice.page.get_by_role("dialog", name="Déplacer vers").get_by_role("button", name=title).press("Enter")
    alice.expect_said("Déplacé dans")
    expect(alice.row("Depuis le plan, corrigée note")).to_be_focused()
    expect(zone.locator(".plan-aside")).to_have_text("1")

    alice.press("Delete")
    expect(bob.note("Depuis le plan")).to_have_count(0)
    expect(bob.page.locator(".board-connector")).to_have_count(0)
    expect(alice.page.locator("#plan-tree :focus")).to_have_count(1)
    alice.press("Control+z")
    expect(bob.note("Depuis le plan")).to_be_visible()
    alice.expect_saved()


def test_plan_follows_the_board_and_f2_goes_there(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Retrouvez-moi", 700, 300)
    expect(alice.row("Retrouvez-moi")).to_have_attribute("aria-selected", "true")
    alice.row("Retrouvez-moi").focus()
    alice.press("F2")
    expect(alice.note("Retrouvez-moi")).to_be_focused()
    alice.press("Control+f")
    alice.page.keyboard.type("retrouvez")
    expect(alice.page.get_by_role("treeitem", level=2)).to_have_count(1)
    alice.press("ArrowDown")
    expect(alice.row("Retrouvez-moi")).to_be_focused()
