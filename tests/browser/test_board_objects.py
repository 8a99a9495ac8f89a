"""Drawings, cards that point elsewhere, pictures without description, and what cannot be read."""

import math
import re
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, expect
from pycrdt import Doc, Map
from sqlalchemy import func, select

from models.document import DocumentUpdate
from tests.browser.board_support import PHONE, BoardPage, OpenBoard
from tests.browser.test_board_access import violations
from tests.browser.test_board_gestures import choose, menu_of, selected
from tests.browser.test_board_images import picture
from tests.live.live_support import LiveServer, eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]


def draw(someone: BoardPage, x: float, y: float, radius: float = 60) -> None:
    """A circle by mouse."""
    mouse = someone.page.mouse
    mouse.move(x + radius, y)
    mouse.down()
    for step in range(1, 25):
        angle = 2 * math.pi * step / 24
        mouse.move(x + radius * math.cos(angle), y + radius * math.sin(angle))
    mouse.up()


def strokes(someone: BoardPage) -> Locator:
    return someone.page.locator("#board .board-stroke")


def box_of(thing: Locator) -> FloatRect:
    box = thing.bounding_box()
    assert box is not None
    return box


def take_pen(someone: BoardPage) -> None:
    someone.page.locator("#board").focus()
    someone.press("d")
    expect(someone.page.get_by_role("toolbar", name="Dessin")).to_be_visible()


def test_a_drawing_is_seen_by_others_described_moved_copied_erased_and_undone(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("Dans le cercle", 700, 500)
    take_pen(alice)
    alice.expect_said("Au clavier, une note")
    draw(alice, 700, 500, 140)
    pens = alice.page.get_by_role("toolbar", name="Dessin")
    pens.get_by_role("button", name="Brique").click()
    pens.get_by_role("button", name="Trait large").click()
    draw(alice, 1000, 300)
    expect(strokes(bob)).to_have_count(2)
    expect(bob.row("Dessin de Alice")).to_have_count(2)
    expect(bob.page.locator('.board-stroke[data-ink="brique"][data-nib="broad"]')).to_have_count(1)
    assert violations(alice.page) == []
    alice.press("Control+z")
    expect(strokes(bob)).to_have_count(1)
    alice.press("Control+Shift+z")
    expect(strokes(bob)).to_have_count(2)

    pens.get_by_role("button", name="Gomme").click()
    alice.page.mouse.move(940, 240)
    alice.page.mouse.down()
    alice.page.mouse.move(1000, 245, steps=6)
    alice.page.mouse.up()
    expect(strokes(bob)).to_have_count(1)
    alice.press("Escape")
    expect(pens).to_be_hidden()

    # What lies inside the circle is within reach; the line is what holds it.
    alice.page.mouse.click(700, 500)
    expect(selected(alice)).to_contain_text("Dans le cercle")
    alice.page.mouse.click(840, 500)
    expect(selected(alice)).to_contain_text("Dessin de Alice")
    before = box_of(strokes(alice))
    alice.press("Enter")
    expect(alice.page.get_by_role("textbox", name="Ce que montre le dessin")).to_be_focused()
    alice.page.keyboard.type("Un cercle autour de la note")
    alice.press("Escape", "m", "ArrowRight", "ArrowRight", "Enter")
    expect(bob.row("Un cercle autour de la note")).to_be_visible()
    eventually(lambda: box_of(strokes(alice))["x"] > before["x"] + 10, what="the drawing, moved")
    alice.press("Control+d")
    expect(strokes(bob)).to_have_count(2)
    alice.press("Control+g", "Shift+F10")
    choose(alice, "Agrandir")
    eventually(lambda: box_of(strokes(alice).last)["width"] > before["width"], what="a larger drawing")
    alice.press("Delete")
    expect(strokes(bob)).to_have_count(1)

    # In the plan alone: its words, then away.
    expect(bob.row("Un cercle")).to_have_count(1)
    bob.row("Un cercle").focus()
    bob.press("Enter", "Control+a")
    bob.page.keyboard.type("La note entourée")
    bob.press("Enter")
    expect(alice.note("La note entourée")).to_be_visible()
    bob.press("Delete")
    expect(strokes(alice)).to_have_count(0)


def test_cards_are_chosen_by_keyboard_pasted_followed_and_told_by_each_readers_rights(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    world = live_server.world
    alice, bob = open_board("alice"), open_board("bob")
    alice.page.locator("#board").focus()
    alice.press("r")
    dialog = alice.page.get_by_role("dialog", name="Renvoi vers")
    field = dialog.get_by_role("searchbox")
    expect(field).to_be_focused()
    alice.page.keyboard.type("introuvable")
    expect(dialog.get_by_role("status")).to_have_text("Rien de ce que vous pouvez voir ne correspond.")
    assert violations(alice.page) == []
    field.fill(world.problem.title.split()[0])
    expect(dialog.get_by_role("button", name=re.compile("Problème ·"))).to_have_count(1)
    alice.press("ArrowDown", "Enter")
    expect(dialog).to_be_hidden()
    expect(alice.note(world.problem.title)).to_be_focused()
    expect(bob.row(world.problem.title)).to_be_visible()
    expect(bob.page.locator(".board-link")).to_contain_text("Problème · ")
    assert world.problem.title not in alice.words_on_server()

    with alice.page.expect_popup() as opened:
        alice.press("Enter")
    expect(opened.value).to_have_url(re.compile(rf"/problems/{world.problem.id}$"))
    opened.value.close()
    with bob.page.expect_popup() as opened:
        bob.row(world.problem.title).focus()
        bob.press("Enter")
    opened.value.close()
    bob.page.locator("[data-plan-act=write]").click()
    bob.page.keyboard.type("À relire avant jeudi")
    bob.press("Escape")
    expect(alice.page.locator(".board-link")).to_contain_text("À relire avant jeudi")

    address = f"{live_server.url}/boards/{alice.board_id}"
    alice.page.locator("#board").focus()
    paste(alice, address)
    alice.page.get_by_role("button", name="Ajouter un renvoi vers").click()
    expect(alice.page.locator(".board-link")).to_have_count(2)
    alice.expect_saved()
    with live_server.transaction() as session:
        session.get_one(type(world.problem), world.problem.id).title = "Un titre changé"
    bob.reload()
    expect(bob.note("Un titre changé")).to_be_visible()


def paste(someone: BoardPage, text: str) -> None:
    someone.page.evaluate(
        """text => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
        }""",
        text,
    )


def test_what_cannot_be_read_is_a_box_that_can_be_selected_named_and_deleted(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    add_unread(live_server)
    alice = open_board("alice")
    box = alice.note("Élément illisible")
    expect(box).to_have_count(2)
    expect(alice.row("Élément illisible")).to_have_count(2)
    expect(alice.note("Élément non accessible")).to_be_visible()
    assert violations(alice.page) == []
    box.first.click()
    alice.press("x")  # nothing to write in
    expect(alice.page.locator(".board-editor")).to_have_count(0)
    expect(selected(alice)).to_have_count(1)
    alice.press("Delete")
    expect(box).to_have_count(1)
    expect(alice.row("Élément illisible")).to_have_count(1)
    alice.row("Élément illisible").focus()
    alice.press("Delete")
    expect(box).to_have_count(0)
    alice.expect_saved()


def add_unread(server: LiveServer) -> None:
    """On the newest board, which nobody has opened: what no server of today takes, and a card to nothing."""
    shared: dict[str, Any] = {"author": "u1", "order": "a", "zone": ""}
    odd = {
        "later": {**shared, "type": "hologram", "x": 500.0, "y": -400.0, "w": 1e300},
        "broken": {**shared, "type": "stroke", "x": 900.0, "y": -400.0, "points": 7.0},
        "nowhere": {
            **shared,
            "type": "link",
            "x": 1300.0,
            "y": -400.0,
            "kind": "problem",
            "target": 999_999.0,
        },
    }
    with server.transaction() as session:
        newest = select(func.max(DocumentUpdate.document_id)).scalar_subquery()
        row = session.scalars(select(DocumentUpdate).where(DocumentUpdate.document_id == newest)).one()
        doc: Doc[Any] = Doc(client_id=99)
        doc.apply_update(row.update)
        objects = doc.get("objects", type=Map)
        with doc.transaction():
            for name, values in odd.items():
                objects[name] = Map(values)
        row.update, row.checksum = doc.get_update(), None


def test_phone_adds_a_picture_and_a_card_from_the_plan_and_says_that_one_is_decorative(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    alice = open_board("alice", viewport=PHONE, has_touch=True)
    more = alice.page.locator("[data-plan-act=more]")
    more.click()
    with alice.page.expect_file_chooser() as chooser:
        menu_of(alice).get_by_role("menuitem", name="Image").click()
    chooser.value.set_files(picture())
    editor = alice.page.locator(".plan-editor")
    expect(editor).to_be_focused()
    alice.page.keyboard.type("La cour")
    alice.press("Enter")
    row = alice.row("La cour")
    expect(row).to_be_focused()
    more.click()
    choose(alice, "Image décorative")
    expect(alice.row("Image décorative")).to_have_attribute("aria-selected", "true")
    more.click()
    choose(alice, "Image à décrire")
    expect(alice.row("Image sans description")).to_be_visible()
    more.click()
    menu_of(alice).get_by_role("menuitem", name="Renvoi vers").click()
    alice.page.get_by_role("dialog", name="Renvoi vers").get_by_role("button", name="Problème").first.click()
    expect(alice.page.locator(".plan-note[data-link]")).to_have_count(1)
    assert violations(alice.page) == []
