"""The craft of the board by mouse, keyboard and finger: arranging, snapping, copying, pasting, searching."""

import re

import pytest
from playwright.sync_api import Locator, expect

from models.document import Board
from tests.browser.board_support import BoardPage, OpenBoard
from tests.browser.test_board_access import TOUCH, Touch, violations
from tests.browser.test_board_tools import Place, await_shift, drag, middle_of
from tests.factories import make_board
from tests.live.live_support import eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}


def menu_of(someone: BoardPage) -> Locator:
    """The menu of the selection."""
    return someone.page.get_by_role("menu", name="Actions")


def choose(someone: BoardPage, item: str) -> None:
    """One item of the menu that is open."""
    menu_of(someone).get_by_role("menuitem", name=re.compile(f"^{re.escape(item)}")).click()
    expect(menu_of(someone)).to_be_hidden()


def selected(someone: BoardPage) -> Locator:
    return someone.page.locator('#board [aria-selected="true"]')


def corner(someone: BoardPage, words: str) -> Place:
    """Where a note lies on screen, once what was done is drawn."""
    someone.page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    box = someone.note(words).bounding_box()
    assert box is not None
    return round(box["x"]), round(box["y"])


def width_of(someone: BoardPage, words: str) -> int:
    """How wide a note is drawn, once what was done is."""
    someone.page.evaluate("() => new Promise(requestAnimationFrame)")
    return int(someone.note(words).evaluate("note => note.offsetWidth"))


def put_on_clipboard(someone: BoardPage, text: str) -> None:
    someone.page.evaluate("text => navigator.clipboard.writeText(text)", text)


def craft(open_board: OpenBoard, name: str = "alice", **options: object) -> BoardPage:
    """A board with what is loaded later, at its real size."""
    someone = open_board(name, **options)
    loaded = "() => performance.getEntriesByType('resource').some(file => file.name.includes('/craft-'))"
    eventually(lambda: someone.page.evaluate(loaded))
    return someone


def test_mouse_arranges_groups_snaps_sizes_and_carries_whole_objects_to_another_board(
    open_board: OpenBoard,
) -> None:
    alice, bob = craft(open_board, **CLIPBOARD), open_board("bob")
    alice.press("0")
    for words, x, y in (("Une", 300, 690), ("Deux", 520, 700), ("Trois", 900, 715)):
        alice.write(words, x, y)

    # Aligned and spread out, from the bar of the selection.
    drag(alice, (190, 600), (1000, 800))
    expect(selected(alice)).to_have_count(3)
    arrange = alice.page.get_by_role("button", name="Aligner, espacer, grouper")
    arrange.click()
    expect(menu_of(alice).get_by_role("menuitem", name="Couper")).to_be_hidden()
    assert violations(alice.page) == []
    choose(alice, "Aligner en haut")
    (left, top), (right, _) = corner(alice, "Une"), corner(alice, "Trois")
    assert corner(alice, "Deux")[1] == corner(alice, "Trois")[1] == top
    arrange.click()
    choose(alice, "Espacer en largeur")
    assert abs(corner(alice, "Deux")[0] - (left + right) / 2) <= 1
    alice.expect_said("3 éléments espacés régulièrement")

    # A group is picked, moved and told as one; a second press goes into it.
    alice.press("Control+g", "Escape")
    expect(selected(alice)).to_have_count(0)
    alice.note("Deux").click()
    expect(selected(alice)).to_have_count(3)
    expect(alice.note("Deux")).to_have_accessible_name(re.compile("groupe de 3"))
    before = corner(alice, "Une")
    drag(alice, middle_of(alice.note("Deux")), (600, 640), exactly=True)
    assert corner(alice, "Une") != before
    alice.press("Control+z")
    assert corner(alice, "Une") == before
    alice.note("Une").click()
    expect(selected(alice)).to_have_count(1)
    alice.note("Trois").click(button="right")
    expect(selected(alice)).to_have_count(3)
    choose(alice, "Dissocier")
    alice.press("Escape")
    alice.note("Deux").click()
    expect(selected(alice)).to_have_count(1)

    # Dragged near the line of a neighbour it takes it; not with Alt.
    x, y = middle_of(alice.note("Deux"))
    drag(alice, (x, y), (x + 9, y - 4), release=False)
    expect(alice.page.locator(".board-guides > i").first).to_be_attached()
    alice.page.mouse.up()
    expect(alice.page.locator(".board-guides")).to_have_count(0)
    assert corner(alice, "Deux")[1] == top
    drag(alice, (x + 9, y), (x + 9, y - 4), exactly=True)
    assert corner(alice, "Deux")[1] == top - 4

    # Its corner makes it larger; Escape takes a drag back; the menu does the same in steps.
    width = width_of(alice, "Deux")
    handle = middle_of(alice.page.locator(".board-handle"))
    drag(alice, handle, (handle[0] + 62, handle[1] + 30))
    eventually(lambda: width_of(alice, "Deux") > width + 50, what="a larger note")
    larger = width_of(alice, "Deux")
    handle = middle_of(alice.page.locator(".board-handle"))
    drag(alice, handle, (handle[0] + 90, handle[1]), release=False)
    alice.press("Escape")
    alice.page.mouse.up()
    eventually(lambda: width_of(alice, "Deux") == larger, what="the width of before")
    alice.note("Deux").click(button="right")
    choose(alice, "Réduire")
    eventually(lambda: width_of(alice, "Deux") == larger - 24, what="a smaller note")
    expect(bob.note("Deux")).to_be_visible()

    # Whole objects go to another board, the arrow between them too; the words go anywhere.
    alice.press("l", "ArrowLeft", "Enter", "Shift+ArrowRight")
    expect(alice.page.locator(".board-connector")).to_have_count(1)
    expect(selected(alice)).to_have_count(2)
    alice.press("Control+g", "Control+c")
    alice.expect_said("3 éléments copiés")
    assert alice.page.evaluate("navigator.clipboard.readText()").splitlines() == ["Deux", "Une"]
    with alice.server.transaction() as session:
        other = make_board(session, alice.server.world.project, alice.server.world.alice).id
        session.expunge_all()
    alice.expect_saved()
    alice.page.goto(f"/boards/{other}")
    alice.wait_ready()
    alice.page.mouse.move(1000, 760)
    alice.page.get_by_role("link", name="Aller au tableau").focus()
    alice.press("Enter")
    alice.page.mouse.move(1010, 760)
    alice.press("Control+v")
    alice.expect_said("3 éléments collés")
    expect(selected(alice)).to_have_count(2)
    expect(alice.page.locator(".board-connector")).to_have_count(1)
    expect(alice.note("Une")).to_have_accessible_name(re.compile("groupe de 2"))
    alice.press("Control+v")
    expect(alice.note("Une")).to_have_count(2)
    alice.press("Control+x")
    expect(alice.note("Une")).to_have_count(1)
    alice.expect_saved()
    alice.page.mouse.click(600, 620, button="right")
    choose(alice, "Coller ici")
    expect(alice.note("Une")).to_have_count(2)
    alice.press("Control+z", "Control+z", "Control+z", "Control+z")
    expect(alice.note("Une")).to_have_count(0)
    alice.press("Control+Shift+z")
    expect(alice.note("Une")).to_have_count(1)
    alice.expect_saved()


def test_keyboard_opens_the_menu_pastes_tables_and_thousands_searches_and_knows_azerty(
    open_board: OpenBoard,
) -> None:
    alice = craft(open_board, **CLIPBOARD)
    alice.write("Première note", 700, 700)

    # The menu follows its pattern and gives the focus back.
    alice.press("Shift+F10")
    items = menu_of(alice).get_by_role("menuitem")
    expect(items.first).to_be_focused()
    alice.press("End")
    expect(menu_of(alice).get_by_role("menuitem", name="Supprimer")).to_be_focused()
    alice.press("ArrowDown")
    expect(items.first).to_be_focused()
    alice.press("d")
    expect(menu_of(alice).get_by_role("menuitem", name="Déplacer vers")).to_be_focused()
    assert violations(alice.page) == []
    alice.press("Escape")
    expect(menu_of(alice)).to_be_hidden()
    expect(alice.note("Première")).to_be_focused()
    alice.press("Control+d")
    expect(alice.note("Première")).to_have_count(2)
    alice.press("Control+z")
    expect(alice.note("Première")).to_have_count(1)

    # A table keeps its rows and columns.
    put_on_clipboard(alice, "Lieu\tHeure\nGare\t9 h\n\tmidi")
    alice.press("Control+v")
    dialog = alice.page.get_by_role("dialog", name="Coller un tableau : 3 lignes, 2 colonnes")
    dialog.get_by_role("button", name="Créer 5 notes, une par case").click()
    (x, y), (x2, y2) = corner(alice, "Lieu"), corner(alice, "midi")
    assert (corner(alice, "Heure")[1], corner(alice, "Gare")[0]) == (y, x)
    assert x2 == corner(alice, "9 h")[0] > x
    assert y2 > y
    alice.press("Control+z")
    expect(alice.note("midi")).to_have_count(0)

    # The keys of a French keyboard: à, é, & are where 0, 2, 1 are.
    zoom = alice.page.locator("[data-zoom]")
    keys = alice.page.context.new_cdp_session(alice.page)
    for key, code, shown in (("&", "Digit1", "57 %"), ("à", "Digit0", "100 %"), ("+", "Equal", "125 %")):
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, "code": code, "text": key})
        keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, "code": code})
        expect(zoom).to_have_text(shown)
    alice.page.locator(".board-back").focus()  # and elsewhere on the page too
    keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "à", "code": "Digit0", "text": "à"})
    expect(zoom).to_have_text("100 %")
    expect(alice.page.locator(".board-editor")).to_have_count(0)

    # Thousands ask first, come in steps, and go at once.
    alice.page.get_by_role("link", name="Aller au tableau").focus()
    alice.press("Enter")
    put_on_clipboard(alice, "\n".join(f"- Idée numéro {n}" for n in range(1, 5001)))
    alice.press("Control+v")
    dialog = alice.page.get_by_role("dialog", name="Coller 5000 lignes")
    expect(dialog).to_be_visible()
    alice.press("Escape")
    expect(dialog).to_be_hidden()
    expect(alice.note("Idée")).to_have_count(0)
    alice.press("Control+v")
    dialog.get_by_role(
        "button", name=re.compile(r"^Créer \d+ notes, une par ligne.*n’en tient pas plus")
    ).click()
    expect(alice.page.locator("[data-polite]")).to_have_text(
        re.compile(r"^4\d\d\d éléments collés$"), timeout=60_000
    )
    expect(alice.row("Hors cadre").locator(".plan-aside")).to_have_text(
        re.compile(r"^4\d\d\d$"), timeout=20_000
    )
    expect(alice.status).to_have_text("Enregistré", timeout=120_000)

    # Searching: how many, the next and the one before, close enough to read, marked on the board.
    alice.press("Control+f")
    field = alice.page.get_by_role("searchbox", name="Chercher dans le tableau")
    expect(field).to_be_focused()
    alice.page.keyboard.type("numero 498")
    alice.press("Enter")
    expect(alice.page.locator("[data-search-count]")).to_have_text("1 sur 11")
    expect(
        alice.page.locator("#board .board-note.is-selected", has_text="Idée numéro 498")
    ).to_be_in_viewport()
    expect(zoom).to_have_text("100 %")
    alice.press("Enter", "Shift+Enter", "Shift+Enter")
    expect(alice.page.locator("[data-search-count]")).to_have_text("11 sur 11")
    alice.expect_said("Idée numéro 4989")
    expect(alice.page.locator("#board [data-found]").first).to_be_attached()
    assert violations(alice.page) == []
    alice.press("Escape")
    expect(alice.page.locator("#board [data-found]")).to_have_count(0)

    alice.page.get_by_role("link", name="Aller au tableau").focus()
    alice.press("Enter", "Control+z")
    expect(alice.row("Idée")).to_have_count(0, timeout=30_000)
    expect(alice.row("Première")).to_have_count(1)
    expect(alice.status).to_have_text("Enregistré", timeout=120_000)
    assert "Idée" not in alice.words_on_server()


def test_finger_opens_the_menu_and_moves_without_dragging(open_board: OpenBoard) -> None:
    alice = craft(open_board, **TOUCH, color_scheme="dark")
    alice.page.get_by_role("button", name="Tableau", exact=True).tap()
    alice.page.get_by_role("button", name="Nouvelle note").tap()
    expect(alice.page.locator(".board-editor")).to_be_focused()
    alice.page.keyboard.type("Sous le doigt")
    alice.press("Escape")
    touch = Touch(alice.page)
    note = alice.note("Sous le doigt")
    expect(note).to_be_focused()

    def press_long(place: Place) -> None:
        touch.down(place)
        alice.page.evaluate("() => new Promise(done => setTimeout(done, 480))")  # the press is what is tested
        touch.up()

    press_long(middle_of(note))
    expect(menu_of(alice)).to_be_visible()
    box = menu_of(alice).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844
    assert violations(alice.page) == []
    menu_of(alice).get_by_role("menuitem", name="Prendre, puis toucher la destination").tap()
    expect(alice.page.locator(".board-toasts")).to_contain_text("Touchez l’endroit")
    touch.down((120, 560))
    touch.up()
    expect(alice.page.locator(".board-toasts")).to_have_text("")
    await_shift(note, (120, 560), (0, 0))

    # On an empty place, the board's own menu; a press elsewhere closes it.
    press_long((300, 600))
    expect(menu_of(alice).get_by_role("menuitem", name="Tout sélectionner")).to_be_visible()
    expect(menu_of(alice).get_by_role("menuitem", name="Supprimer")).to_be_hidden()
    touch.down((30, 200))
    touch.up()
    expect(menu_of(alice)).to_be_hidden()
    press_long((300, 600))
    menu_of(alice).get_by_role("menuitem", name="Nouvelle note ici").tap()
    expect(alice.page.locator(".board-editor")).to_be_focused()
    alice.page.keyboard.type("Ici")
    alice.press("Escape")
    expect(alice.note("Ici")).to_be_visible()


def test_observer_copies_and_is_told_why_nothing_is_pasted(open_board: OpenBoard) -> None:
    alice = craft(open_board)
    alice.write("À lire", 700, 700)
    alice.expect_saved()
    with alice.server.transaction() as session:
        board = session.get(Board, alice.board_id)
        assert board is not None
        board.open_to_observers = True
    reader = craft(open_board, "observer", wait=False, **CLIPBOARD)
    reader.wait_ready()
    reader.note("À lire").click()
    reader.press("Control+c")
    reader.expect_said("1 élément copié")
    reader.press("Control+v")
    expect(reader.page.locator(".board-toasts")).to_contain_text("Ce tableau est en lecture seule pour vous.")
    expect(reader.note("À lire")).to_have_count(1)
    reader.note("À lire").click(button="right")
    expect(menu_of(reader).get_by_role("menuitem", name="Copier")).to_be_visible()
    for item in ("Couper", "Coller ici", "Dupliquer", "Supprimer"):
        expect(menu_of(reader).get_by_role("menuitem", name=item)).to_be_hidden()
