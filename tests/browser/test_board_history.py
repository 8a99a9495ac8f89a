"""The board's past in the browser: what is new since one's last visit, the panel, restoring a part."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Response, expect
from sqlalchemy import select, update

from models.base import utcnow
from models.board.sync import LiveDocument
from models.board_visit import PAUSE, BoardVisit
from models.document_log import load_document
from models.session import reading, transaction
from tests.browser.board_support import PHONE, BoardPage, OpenBoard
from tests.live.live_support import LiveServer, eventually
from workspace.jobs import history, project

pytestmark = [pytest.mark.browser, pytest.mark.live]


def go_away(somebody: BoardPage) -> None:
    """Leave the board, so long ago that coming back is another visit."""
    key = somebody.server.world.people["alice"].key
    mine = (BoardVisit.board_id == somebody.board_id) & (BoardVisit.actor_key == key)

    def seen_after(moment: datetime) -> bool:
        with reading() as session:
            at = session.scalar(select(BoardVisit.last_at).where(mine))
        return at is not None and at >= moment

    somebody.expect_saved()
    eventually(lambda: seen_after(utcnow() - timedelta(hours=1)), what="the page said that it was opened")
    project.run(somebody.document_id, utcnow())  # what a job does some seconds after an edit
    leaving = utcnow()
    # Told while the page is there, and once: what it says while it goes comes when the browser likes.
    somebody.page.evaluate(
        "() => { dispatchEvent(new Event('pagehide')); window.fetch = () => new Promise(() => {}); }"
    )
    eventually(lambda: seen_after(leaving), what="the page said that it was left")
    somebody.page.goto("/")
    with transaction() as session:
        session.execute(update(BoardVisit).where(mine).values(last_at=leaving - PAUSE - timedelta(minutes=5)))


def come_back(somebody: BoardPage) -> None:
    project.run(somebody.document_id, utcnow())
    somebody.page.goto(f"/boards/{somebody.board_id}")
    somebody.wait_ready()


def is_arrival(answer: Response) -> bool:
    return answer.url.endswith("/visit") and "what=arrive" in (answer.request.post_data or "")


def test_what_others_did_since_ones_visit_is_marked_walked_through_and_over(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("La mienne", 420, 640)
    bob.write("Ancienne", 700, 640)
    expect(alice.note("Ancienne")).to_be_visible()
    bob.expect_saved()
    go_away(alice)
    bob.write("Arrivée après", 420, 420)
    bob.write("Encore une", 980, 420)
    bob.note("Ancienne").click()
    bob.press("Delete")
    bob.expect_saved()

    come_back(alice)
    line = alice.page.locator("[data-news]")
    expect(line).to_contain_text(re.compile(r"Depuis .+\s:\s2 notes nouvelles, 1 enlevée"))
    expect(alice.note("Arrivée après")).to_have_accessible_name(re.compile("nouvelle"))
    expect(alice.note("Arrivée après")).to_have_attribute("data-fresh", "")
    expect(alice.row("Encore une")).to_have_accessible_name(re.compile("nouvelle"))
    expect(alice.note("La mienne")).not_to_have_accessible_name(re.compile("nouvelle"))
    wanted = alice.page.get_by_role("button", name=re.compile("Nouveau \\(2\\)"))
    wanted.click()
    expect(wanted).to_have_attribute("aria-pressed", "true")
    expect(alice.row("La mienne")).to_have_count(0)
    expect(alice.row("Arrivée après")).to_be_visible()

    alice.page.get_by_role("button", name="Les voir une à une").click()
    expect(line).to_contain_text("1 sur 2")
    expect(alice.note("Encore une")).to_be_focused()
    alice.press("Alt+ArrowDown")
    expect(line).to_contain_text("2 sur 2")
    expect(alice.note("Arrivée après")).to_be_focused()
    alice.press("Alt+ArrowUp")
    expect(line).to_contain_text("1 sur 2")
    expect(alice.note("Encore une")).to_be_focused()
    expect(alice.page.locator("[data-fresh]")).to_have_count(0)
    with alice.page.expect_response(lambda answer: "what=seen" in (answer.request.post_data or "")):
        alice.page.get_by_role("button", name="Marquer comme vu").click()
    expect(line).to_be_hidden()
    expect(wanted).to_be_hidden()
    expect(alice.row("La mienne")).to_be_visible()
    with alice.page.expect_response(is_arrival) as told:
        alice.reload()
    assert told.value.json()["notes"] == {}


def test_on_a_phone_the_line_leads_through_the_plan(open_board: OpenBoard, live_server: LiveServer) -> None:
    alice, bob = open_board("alice", viewport=PHONE, has_touch=True), open_board("bob")
    go_away(alice)
    bob.write("Pendant ce temps", 700, 640)
    bob.expect_saved()
    come_back(alice)
    line = alice.page.locator("[data-news]")
    expect(line).to_contain_text(re.compile(r"Depuis .+\s:\s1 note nouvelle"))
    alice.page.get_by_role("button", name="Les voir une à une").tap()
    expect(alice.row("Pendant ce temps")).to_be_focused()
    width = alice.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def keep_moment(somebody: BoardPage) -> None:
    """End the period of work now: what a job does some minutes later."""
    with transaction() as session:
        stored = load_document(session, somebody.document_id)
        content = LiveDocument.open(stored.snapshot, stored.updates).snapshot()
        history.note_moment(session, somebody.document_id, stored.seq, content, utcnow())


def open_panel(somebody: BoardPage) -> Locator:
    somebody.page.get_by_role("button", name="Menu du tableau").click()
    somebody.page.get_by_role("link", name="Historique").click()
    panel = somebody.page.get_by_role("dialog", name="Historique")
    expect(panel.locator("[data-picture] svg")).to_be_visible()
    return panel


def with_a_past(alice: BoardPage, bob: BoardPage) -> None:
    """Two notes of Bob's, then neither."""
    bob.write("À gauche", 420, 640)
    bob.write("À droite", 980, 640)
    bob.expect_saved()
    keep_moment(bob)
    for words in ("À gauche", "À droite"):
        bob.note(words).click()
        bob.press("Delete")
        expect(alice.note(words)).to_have_count(0)
    bob.expect_saved()


def test_a_part_framed_in_the_panel_comes_back_for_both_and_ctrl_z_takes_it_back(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    with_a_past(alice, bob)
    panel = open_panel(alice)
    expect(panel.locator(".pic-gone")).to_have_count(2)
    panel.get_by_role("button", name="Choisir une partie du dessin").click()
    gone = panel.locator(".pic-gone").first.bounding_box()
    assert gone is not None
    mouse = alice.page.mouse
    mouse.move(gone["x"] - 6, gone["y"] - 6)
    mouse.down()
    mouse.move(gone["x"] + gone["width"] + 6, gone["y"] + gone["height"] + 6, steps=4)
    mouse.up()
    expect(panel).to_contain_text("Seule la partie encadrée reviendra.")
    panel.get_by_role("button", name="Voir ce qui changera").click()
    said = alice.page.get_by_role("dialog", name="Ce qui changera")
    expect(said).to_contain_text("1 élément revient")
    said.get_by_role("button", name="Rétablir ce moment").click()
    for somebody in (alice, bob):
        expect(somebody.note("À ")).to_have_count(1)
    alice.press("Control+z")
    for somebody in (alice, bob):
        expect(somebody.note("À ")).to_have_count(0)


def test_by_keyboard_a_ticked_note_comes_back_and_own_later_steps_are_undone_first(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    bob.write("À retirer", 700, 300)
    with_a_past(alice, bob)
    panel = open_panel(alice)
    tick = panel.get_by_role("checkbox", name=re.compile("À gauche"))
    tick.focus()
    alice.press("Space")
    panel.get_by_role("button", name="Voir ce qui changera").focus()
    alice.press("Enter")
    said = alice.page.get_by_role("dialog", name="Ce qui changera")
    said.get_by_role("button", name="Rétablir ce moment").focus()
    alice.press("Enter")
    expect(bob.note("À gauche")).to_be_visible()
    expect(bob.note("À droite")).to_have_count(0)
    expect(alice.note("À gauche")).to_be_visible()
    alice.note("À retirer").click()
    alice.press("Delete")
    expect(alice.note("À retirer")).to_have_count(0)
    alice.press("Control+z")
    expect(alice.note("À retirer")).to_be_visible()
    expect(alice.note("À gauche")).to_be_visible()
    alice.press("Control+z")
    for somebody in (alice, bob):
        expect(somebody.note("À gauche")).to_have_count(0)


def test_on_a_phone_the_panel_fits_and_its_slider_says_each_moment(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    alice, bob = open_board("alice", viewport=PHONE, has_touch=True), open_board("bob")
    for words, x in (("Une", 420), ("Deux", 980)):
        bob.write(words, x, 640)
        bob.expect_saved()
        keep_moment(bob)
    panel = open_panel(alice)
    slider = panel.get_by_role("slider")
    expect(slider).to_have_value("2")
    slider.focus()
    alice.press("ArrowLeft")
    expect(panel.locator(".pic-came")).to_have_count(1)
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", re.compile("avec .*Bob"))
    box = panel.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth")
