"""A whole workshop by keyboard alone, from the board and from the plan, as a screen reader is given it.

No pointer, and no focus that a key did not bring: Tab, F6, arrows, letters.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.board_support import PHONE, BoardPage, OpenBoard
from tests.browser.test_accessibility import violations_of
from tests.browser.test_board_comments import panel_of

pytestmark = [pytest.mark.browser, pytest.mark.live]
MOST_TABS = 80


def tab_to(someone: BoardPage, thing: Locator) -> None:
    """Tab until it has the focus."""
    expect(thing).to_be_visible()
    for _step in range(MOST_TABS):
        if thing.evaluate("thing => thing === document.activeElement"):
            return
        someone.press("Tab")
    raise AssertionError(f"Tab does not lead to {thing}")


def push(someone: BoardPage, name: str) -> None:
    """Tab to the button, or link, of this name, and press it."""
    thing = someone.page.get_by_role("button", name=name, exact=True).or_(
        someone.page.get_by_role("link", name=name, exact=True)
    )
    tab_to(someone, thing.filter(visible=True).first)
    someone.press("Enter")


def from_menu(someone: BoardPage, name: str) -> None:
    """An item of the board's menu."""
    push(someone, "Menu du tableau")
    push(someone, name)


def to_board(someone: BoardPage) -> None:
    """F6 until the focus is on the board."""
    for _region in range(5):
        if someone.page.evaluate("document.getElementById('board').contains(document.activeElement)"):
            return
        someone.press("F6")
    raise AssertionError("F6 does not lead to the board")


def to_plan(someone: BoardPage) -> None:
    """F6 until the focus is in the plan."""
    for _region in range(5):
        if someone.page.evaluate("document.getElementById('plan-tree').contains(document.activeElement)"):
            return
        someone.press("F6")
    raise AssertionError("F6 does not lead to the plan")


def go_to_row(someone: BoardPage, words: str) -> Locator:
    """Arrows in the plan, to the row of a note."""
    to_plan(someone)
    row = someone.page.locator("#plan-tree .plan-note").filter(has_text=words)
    expect(row).to_have_count(1)
    someone.press("Home")
    for _step in range(MOST_TABS):
        if row.evaluate("row => row === document.activeElement"):
            return row
        someone.press("ArrowDown")
    raise AssertionError(f"arrows do not lead to {words}")


def go_to_note(someone: BoardPage, words: str) -> Locator:
    """F2 leads from the row of a note to the note."""
    go_to_row(someone, words)
    someone.press("F2")
    expect(someone.note(words)).to_be_focused()
    return someone.note(words)


def choose(someone: BoardPage, name: str) -> None:
    """An option of the dialog that asks, by arrows."""
    wanted = someone.page.locator("#choice").get_by_role("button", name=re.compile(rf"^(\d )?{name}$"))
    expect(wanted).to_be_visible()
    for _step in range(MOST_TABS):
        if wanted.evaluate("wanted => wanted === document.activeElement"):
            break
        someone.press("ArrowDown")
    expect(wanted).to_be_focused()
    someone.press("Enter")


def more(someone: BoardPage) -> None:
    """The last button of the plan's toolbar: Shift+F10 leads into it, End to its end."""
    someone.press("Shift+F10", "End")
    expect(someone.page.get_by_role("button", name="Autres actions").filter(visible=True)).to_be_focused()
    someone.press("Enter")


class AccessibilityTree:
    """What the browser gives to assistive technologies."""

    def __init__(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        self.nodes: dict[str, dict[str, Any]] = {
            node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]
        }
        session.detach()

    def named(self, role: str, inside: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
        """The nodes of a role by name: of the page, or inside one."""
        among = self.nodes.values() if inside is None else list(self._below(inside))
        return {
            node.get("name", {}).get("value", ""): node
            for node in among
            if not node.get("ignored") and node.get("role", {}).get("value") == role
        }

    def _below(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        found = []
        for child in node.get("childIds", []):
            if child in self.nodes:
                found += [self.nodes[child], *self._below(self.nodes[child])]
        return found

    def is_on(self, node: dict[str, Any], quality: str) -> bool:
        """Whether a property is true."""
        return any(one["name"] == quality and one["value"].get("value") for one in node["properties"])


def test_from_the_board(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")

    # The prompt is read in the plan, where each frame says what to do in it.
    to_plan(alice)
    alice.press("Home")
    expect(alice.page.locator("#plan-tree :focus")).to_have_accessible_name(
        re.compile("^Ce que vivent les personnes cadre 1, 0 note .+")
    )

    # In silence, then shown to all.
    from_menu(alice, "Écrire en silence")
    expect(alice.page.get_by_label("Consigne")).to_be_focused()
    alice.page.keyboard.type("Une idée par note")
    alice.press("Enter")
    expect(alice.page.get_by_label("Votre note")).to_be_focused()
    for words in ("Un banc à l’ombre", "Un abri vélos"):
        alice.page.keyboard.type(words)
        alice.press("Control+Enter")
        expect(alice.page.get_by_label("Votre note")).to_have_value("")
    tab_to(bob, bob.page.get_by_label("Votre note"))
    bob.page.keyboard.type("Un tilleul")
    bob.press("Control+Enter")
    expect(alice.page.get_by_text("3 notes attendent")).to_be_visible()
    push(alice, "Révéler toutes les notes…")
    push(alice, "Révéler")
    for someone in (alice, bob):
        for words in ("Un banc à l’ombre", "Un abri vélos", "Un tilleul"):
            expect(someone.note(words)).to_be_attached()

    # Sorted into a frame, grouped, joined.
    go_to_note(alice, "Un banc à l’ombre")
    alice.press("Shift+F10")
    expect(alice.page.get_by_role("menu", name="Actions")).to_be_visible()
    alice.press("d")
    expect(alice.page.get_by_role("menuitem", name="Déplacer vers…")).to_be_focused()
    alice.press("Enter")
    choose(alice, "Ce qui gêne aujourd’hui")
    expect(bob.page.get_by_role("group", name="Cadre 2, Ce qui gêne aujourd’hui, 1 note")).to_be_attached()
    expect(
        bob.page.get_by_role("group", name="Cadre 1, Ce que vivent les personnes, 2 notes")
    ).to_be_attached()
    go_to_note(alice, "Un tilleul")
    alice.press("l", "PageDown", "Enter")
    alice.expect_said("Lien ajouté : « Un tilleul » vers")
    expect(bob.page.locator(".board-connector")).to_have_count(1)

    # A vote, closed: the totals are in the names.
    from_menu(alice, "Voter")
    expect(alice.page.get_by_label("Question")).to_be_focused()
    alice.page.keyboard.type("Que garder ?")
    alice.press("Enter")
    expect(alice.page.locator("#board [role=option]:focus")).to_have_count(1)
    go_to_note(alice, "Un banc à l’ombre")
    alice.press("Space", "Space")
    expect(alice.note("Un banc à l’ombre")).to_have_accessible_name(re.compile("2 voix de vous"))
    go_to_note(bob, "Un banc à l’ombre")
    bob.press("Space")
    expect(bob.note("Un banc à l’ombre")).to_have_accessible_name(re.compile("1 voix de vous"))
    push(alice, "Clore le vote…")
    push(alice, "Clore")
    expect(alice.note("Un banc à l’ombre")).to_have_accessible_name(re.compile("3 voix"))

    # A comment, and the journal, which leads back to the note.
    go_to_note(alice, "Un banc à l’ombre")
    alice.press("k")
    expect(panel_of(alice.page).get_by_role("textbox")).to_be_focused()
    alice.page.keyboard.type("On commence par là")
    alice.press("Control+Enter")
    expect(alice.note("Un banc à l’ombre")).to_have_accessible_name(re.compile("1 commentaire"))
    alice.press("Escape")

    go_to_note(bob, "Un tilleul")
    bob.press("Enter", "End")
    bob.page.keyboard.type(" de plus")
    expect(alice.note("Un tilleul de plus")).to_have_accessible_name(re.compile("Bob écrit$"))
    tree = AccessibilityTree(alice.page)
    (main,) = tree.named("main").values()
    (board,) = tree.named("listbox", main).values()
    assert tree.is_on(board, "multiselectable")
    zone = tree.named("group", board)["Cadre 2, Ce qui gêne aujourd’hui, 1 note"]
    assert list(tree.named("option", zone)) == [
        "Un banc à l’ombre note, par Alice, jonc, uni, 1 lien, 3 voix, 1 commentaire"
    ]
    options = tree.named("option", board)
    assert "Un tilleul de plus note, par Bob, jonc, uni, 1 lien, Bob écrit" in options
    assert sum(tree.is_on(option, "focusable") for option in options.values()) == len(options)
    assert tree.named("application") == {}
    bob.press("Escape")
    assert violations_of(alice.page) == []

    alice.expect_saved()
    from_menu(alice, "Journal du tableau")
    journal = alice.page.get_by_role("dialog", name="Journal du tableau")
    for sentence in (
        "Alice a ouvert un tour d’écriture en silence : Une idée par note",
        "Les notes écrites en silence ont été révélées",
        "Alice a ouvert un vote : Que garder ?",
        "Le vote est clos, 2 personnes y ont pris part",
        "Alice a commenté",
        "Alice a tracé 1 lien",
    ):
        expect(journal).to_contain_text(sentence)
    assert violations_of(alice.page) == []
    link = journal.get_by_role("link", name=re.compile(r"^«\s?Un tilleul de plus\s?»$"))
    tab_to(alice, link)
    alice.press("Enter")
    expect(journal).to_be_hidden()
    expect(alice.note("Un tilleul de plus")).to_be_focused()


def test_from_the_plan_of_a_telephone(open_board: OpenBoard) -> None:
    alice = open_board("alice", viewport=PHONE, color_scheme="dark")
    bob = open_board("bob")
    expect(alice.page.get_by_role("tree", name="Cadres et notes")).to_be_visible()

    from_menu(alice, "Écrire en silence")
    expect(alice.page.get_by_label("Consigne")).to_be_focused()
    alice.page.keyboard.type("Une idée par note")
    alice.press("Enter")
    expect(alice.page.get_by_label("Votre note")).to_be_focused()
    for words in ("Un banc à l’ombre", "Un abri vélos"):
        alice.page.keyboard.type(words)
        alice.press("Control+Enter")
        expect(alice.page.get_by_label("Votre note")).to_have_value("")
    push(alice, "Révéler toutes les notes…")
    push(alice, "Révéler")
    expect(alice.row("Un banc à l’ombre")).to_be_visible()
    expect(bob.note("Un abri vélos")).to_be_attached()

    # Added, edited, coloured, moved, joined, grouped: all in the tree, and by its buttons.
    go_to_row(alice, "Un abri vélos")
    alice.press("n")
    alice.page.keyboard.type("Un tilleul")
    alice.press("Enter")
    expect(alice.row("Un tilleul")).to_be_focused()
    alice.press("Enter", "End")
    alice.page.keyboard.type(" de plus")
    alice.press("Enter")
    expect(bob.note("Un tilleul de plus")).to_be_attached()
    alice.press("c", "ArrowRight", "Enter")
    expect(bob.note("Un tilleul de plus")).to_have_attribute("data-colour", "abricot")
    go_to_row(alice, "Un banc à l’ombre")
    alice.press("m")
    choose(alice, "Ce qui gêne aujourd’hui")
    expect(bob.page.get_by_role("group", name="Cadre 2, Ce qui gêne aujourd’hui, 1 note")).to_be_attached()
    go_to_row(alice, "Un tilleul de plus")
    alice.press("l")
    choose(alice, "Un banc à l’ombre")
    expect(bob.page.locator(".board-connector")).to_have_count(1)
    go_to_row(alice, "Un tilleul de plus")
    more(alice)
    menu = alice.page.get_by_role("menu", name="Actions")
    expect(menu).to_be_visible()
    assert violations_of(alice.page) == []
    alice.press("g")
    expect(menu.get_by_role("menuitem", name="Grouper avec…")).to_be_focused()
    alice.press("Enter")
    choose(alice, "Un abri vélos")
    expect(bob.note("Un abri vélos")).to_have_accessible_name(re.compile("groupe de 2"))
    go_to_row(alice, "Un tilleul de plus")
    more(alice)
    alice.press("n")
    expect(menu.get_by_role("menuitem", name="Nouveau cadre")).to_be_focused()
    alice.press("Enter")
    expect(alice.page.locator("#plan-tree textarea")).to_be_focused()
    alice.page.keyboard.type("À creuser")
    alice.press("Enter")
    expect(bob.page.get_by_role("group", name="À creuser, 0 note")).to_be_attached()

    go_to_row(alice, "Un banc à l’ombre")  # the new frame holds nothing to vote on
    from_menu(alice, "Voter")
    expect(alice.page.get_by_label("Question")).to_be_focused()
    alice.page.keyboard.type("Que garder ?")
    alice.press("Enter")
    expect(alice.page.locator("#plan-tree .plan-note:focus")).to_have_count(1)
    go_to_row(alice, "Un banc à l’ombre")
    alice.press("Space", "Space", "Backspace")
    expect(alice.row("Un banc à l’ombre note")).to_contain_text("1 voix de vous")
    push(alice, "Clore le vote…")
    push(alice, "Clore")
    expect(alice.row("Un banc à l’ombre note")).to_have_accessible_name(re.compile("1 voix"))
    push(alice, "Voix")
    expect(alice.page.locator("#plan-tree > .plan-note .plan-words").first).to_have_text("Un banc à l’ombre")
    push(alice, "Récent")
    expect(alice.page.locator("#plan-tree > .plan-note .plan-words").first).to_have_text("Un tilleul de plus")
    push(alice, "Cadres")

    go_to_row(alice, "Un banc à l’ombre")
    alice.press("k")
    expect(panel_of(alice.page).get_by_role("textbox")).to_be_focused()
    alice.page.keyboard.type("On commence par là")
    alice.press("Control+Enter")
    expect(panel_of(alice.page).get_by_text("On commence par là")).to_be_visible()
    alice.press("Escape")
    go_to_row(alice, "Un tilleul de plus")
    tree = AccessibilityTree(alice.page)
    (plan,) = tree.named("tree").values()
    rows = list(tree.named("treeitem", plan))
    first = rows.index("Un banc à l’ombre note, par Alice, jonc, uni, 1 lien, 1 voix, 1 commentaire")
    assert rows[first - 1].startswith("Ce qui gêne aujourd’hui cadre 2, 1 note")
    assert rows[first + 1] == "Un tilleul de plus lien reçu"
    assert violations_of(alice.page) == []
    alice.press("Delete")
    expect(bob.note("Un tilleul de plus")).to_have_count(0)
    alice.expect_saved()

    from_menu(alice, "Journal du tableau")
    journal = alice.page.get_by_role("dialog", name="Journal du tableau")
    expect(journal).to_contain_text("Alice a ajouté 1 cadre")
    expect(journal).to_contain_text("Le vote est clos, 1 personne y a pris part")
    assert violations_of(alice.page) == []
