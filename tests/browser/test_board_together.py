"""Several people on one board at the same time: what one does, the others see, and 'saved' is true."""

import signal
from typing import Any

import pytest
from playwright.sync_api import expect
from pycrdt import Doc

from models.board.objects.spec import COLOURS
from models.board.seed import add_objects, order_key, seed_board
from models.board.shadow import apply_updates
from models.document import DocumentUpdate
from tests.browser.board_support import OpenBoard
from tests.browser.test_board_tools import await_shift, drag, resting_place
from tests.factories import make_board
from tests.live.live_support import LiveServer, eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]


def test_two_learners_and_a_guest_write_and_see_each_other(open_board: OpenBoard) -> None:
    alice, bob, guest = open_board("alice"), open_board("bob"), open_board("guest")
    expect(alice.page.locator(".board-people .avatar")).to_have_count(3)
    alice.write("Une borne à la mairie", 400, 420)
    bob.write("Un accueil au marché", 700, 420)
    guest.write("Des bénévoles traduisent", 1000, 420)
    for somebody in (alice, bob, guest):
        for words in ("Une borne à la mairie", "Un accueil au marché", "Des bénévoles traduisent"):
            expect(somebody.note(words)).to_be_visible()
            expect(somebody.row(words)).to_be_attached()
        somebody.expect_saved()
    assert "Des bénévoles traduisent" in alice.words_on_server()


def test_others_cursor_name_selection_and_writing_are_shown(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("À montrer", 450, 640)
    alice.page.mouse.move(500, 300)
    alice.page.mouse.move(520, 320, steps=4)
    cursor = bob.page.locator(".board-cursor")
    expect(cursor).to_have_count(1)
    expect(cursor).to_have_text("Alice")
    colour = alice.page.locator(".board-people .avatar").first.get_attribute("data-colour") or ""
    expect(bob.note("À montrer")).to_have_attribute("data-remote", colour)
    alice.press("Enter")
    expect(bob.note("À montrer")).to_have_attribute("data-writer", "Alice")
    expect(cursor).to_have_text("Alice écrit…")
    expect(bob.row("À montrer")).to_contain_text("Alice écrit")
    alice.press("Escape")
    expect(bob.page.locator("[data-writer]")).to_have_count(0)
    alice.page.context.close()
    expect(bob.page.locator(".board-cursor")).to_have_count(0)
    expect(bob.page.locator(f'[data-remote="{colour}"]')).to_have_count(0)


def test_two_people_writing_in_one_note_merge_letter_by_letter(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("milieu", 900, 640)
    expect(bob.note("milieu")).to_be_visible()
    alice.press("Enter", "Home")
    bob.note("milieu").dblclick()
    for somebody in (alice, bob):
        expect(somebody.page.locator(".board-editor")).to_be_focused()
    bob.press("End")
    for left, right in zip("avant ", " après", strict=True):
        alice.page.keyboard.type(left)
        bob.page.keyboard.type(right)
    for somebody in (alice, bob):
        expect(somebody.page.locator(".board-editor")).to_have_value("avant milieu après")
    alice.page.keyboard.type("!")
    expect(bob.page.locator(".board-editor")).to_have_value("avant !milieu après")


def test_moving_colouring_connecting_and_deleting_reach_the_others(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("Départ", 420, 760)
    alice.write("Arrivée", 760, 760)
    before, box = resting_place(alice.note("Départ")), alice.note("Départ").bounding_box()
    assert box is not None
    x, y = box["x"] + 20, box["y"] + 30
    drag(alice, (x, y), (x + 60, y - 70))
    await_shift(alice.note("Départ"), before, (60, -70))
    alice.page.locator(".board-context [data-act=colour]").click()
    alice.page.get_by_role("button", name="Lilas, croisillons").click()
    expect(bob.note("Départ")).to_have_attribute("data-colour", "lilas")
    alice.press("Escape", "l", "ArrowRight", "Enter")
    expect(bob.page.locator(".board-connector")).to_have_count(1)
    alice.note("Arrivée").click()
    alice.press("Delete")
    expect(bob.note("Arrivée")).to_have_count(0)
    expect(bob.page.locator(".board-connector")).to_have_count(0)
    alice.page.get_by_role("button", name="Annuler", exact=True).last.click()
    expect(bob.note("Arrivée")).to_be_visible()
    expect(bob.page.locator(".board-connector")).to_have_count(1)
    alice.expect_saved()
    expect(alice.page.locator("[data-tray]")).to_be_hidden()


def test_deleting_a_teammates_note_can_be_undone(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("Écrite par Alice", 400, 300)
    bob.note("Écrite par Alice").click()
    bob.press("Delete")
    expect(alice.note("Écrite par Alice")).to_have_count(0)
    bob.press("Control+z")
    expect(alice.note("Écrite par Alice")).to_be_visible()
    expect(alice.note("Écrite par Alice")).to_have_accessible_name(
        "Écrite par Alice note, par Alice, jonc, uni"
    )
    bob.expect_saved()


def test_guest_cannot_change_the_note_of_somebody_else(open_board: OpenBoard) -> None:
    alice, guest = open_board("alice"), open_board("guest")
    alice.write("De l’équipe", 1000, 300)
    guest.note("De l’équipe").click()
    expect(guest.page.locator(".board-context [data-act=remove]")).to_be_hidden()
    guest.press("Delete")
    expect(guest.page.locator(".board-toast")).to_contain_text("vos propres notes")
    guest.press("Enter")
    expect(guest.page.locator(".board-editor")).to_have_count(0)
    expect(alice.note("De l’équipe")).to_be_visible()
    guest.write("Du partenaire", 1000, 700)
    guest.press("Delete")
    expect(alice.note("Du partenaire")).to_have_count(0)


def test_saved_is_said_only_once_the_server_has_committed(
    open_own_board: OpenBoard, own_server: LiveServer
) -> None:
    alice = open_own_board("alice")
    own_server.send(signal.SIGSTOP)
    try:
        alice.write("Pas encore", 700, 500)
        expect(alice.status).to_have_text("Enregistrement…")
        with pytest.raises(AssertionError):
            expect(alice.status).not_to_have_text("Enregistrement…", timeout=900)
    finally:
        own_server.send(signal.SIGCONT)
    alice.expect_saved()
    assert "Pas encore" in alice.words_on_server()


def test_reload_and_killed_server_show_the_same_board(
    open_own_board: OpenBoard, own_server: LiveServer
) -> None:
    alice = open_own_board("alice")
    alice.write("Reste après la panne", 700, 500)
    alice.expect_saved()
    own_server.kill()
    alice.write("Écrite pendant la panne", 400, 640)
    expect(alice.status).to_have_text("Hors ligne, 1 modification en attente")
    own_server.start()
    alice.expect_saved()
    alice.reload()
    for words in ("Reste après la panne", "Écrite pendant la panne"):
        expect(alice.note(words)).to_be_visible()
    bob = open_own_board("bob")
    expect(bob.note("Écrite pendant la panne")).to_be_visible()


def test_hundreds_of_notes_are_drawn_from_afar_and_can_be_picked(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    with live_server.transaction() as session:
        board = make_board(session, live_server.world.project, live_server.world.alice, "Grand tableau")
        doc = board_with_many_notes(f"u{live_server.world.alice.id}")
        row = session.get(DocumentUpdate, (board.document_id, 1))
        assert row is not None
        row.update, row.checksum = doc.get_update(), None
        path = f"/boards/{board.id}"
    alice = open_board("alice")
    alice.page.goto(path)
    alice.wait_ready()
    alice.page.get_by_role("button", name="Tout voir").click()
    expect(alice.page.locator("#board [data-object]")).to_have_count(0)
    colours = """() => {
        const canvas = document.querySelector('[data-far-layer]');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const seen = new Set();
        for (let i = 0; i < data.length; i += 4) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
        return [...seen];
    }"""
    drawn = {"254,222,108", "156,200,178", "168,225,255"}
    eventually(lambda: drawn <= set(alice.page.evaluate(colours)), what="the notes, painted")
    alice.page.get_by_role("searchbox", name="Chercher dans le tableau").fill("Note 777 ")
    alice.row("Note 777").click()
    expect(alice.note("Note 777")).to_have_attribute("aria-selected", "true")
    middle = resting_place(alice.note("Note 777"))
    alice.press("Escape")
    alice.page.mouse.click(700, 120)
    alice.page.mouse.click(*middle)
    expect(alice.note("Note 777")).to_be_focused()


def board_with_many_notes(author: str) -> "Doc[Any]":
    """A thousand notes side by side, below the template."""
    doc: Doc[Any] = Doc(client_id=2)
    apply_updates(doc, (seed_board("defi", "fr"),))
    with doc.transaction():
        for i in range(1000):
            place = {"x": i % 40 * 168, "y": 1400 + i // 40 * 168, "zone": "", "order": order_key(100 + i)}
            values = {"colour": COLOURS[i % 8], "text": f"Note {i} parmi d’autres", "author": author}
            add_objects(doc, [(f"many-{i}", "note", place | values)])
    return doc
