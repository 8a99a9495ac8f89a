"""The board's past in the browser: what is new since one's last visit, the panel, restoring a part."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from models.base import utcnow
from models.board_visit import PAUSE, BoardVisit
from models.session import reading, transaction
from tests.browser.board_support import PHONE, BoardPage, OpenBoard
from tests.live.live_support import LiveServer, eventually
from workspace.jobs import project

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
    eventually(lambda: seen_after(utcnow() - timedelta(hours=1)), 15, "the page said that it was opened")
    project.run(somebody.document_id, utcnow())  # what a job does some seconds after an edit
    leaving = utcnow()
    somebody.page.goto("/")
    eventually(lambda: seen_after(leaving), 15, "the page said that it was left")
    with transaction() as session:
        session.execute(update(BoardVisit).where(mine).values(last_at=leaving - PAUSE - timedelta(minutes=5)))


def come_back(somebody: BoardPage) -> None:
    project.run(somebody.document_id, utcnow())
    somebody.page.goto(f"/boards/{somebody.board_id}")
    somebody.wait_ready()


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
    first = alice.focused_text()
    alice.press("Alt+ArrowDown")
    expect(line).to_contain_text("2 sur 2")
    assert alice.focused_text() != first
    alice.press("Alt+ArrowUp")
    expect(line).to_contain_text("1 sur 2")
    assert alice.focused_text() == first
    expect(alice.page.locator("[data-fresh]")).to_have_count(0)
    with alice.page.expect_request(lambda request: "what=seen" in (request.post_data or "")):
        alice.page.get_by_role("button", name="Marquer comme vu").click()
    expect(line).to_be_hidden()
    expect(wanted).to_be_hidden()
    expect(alice.row("La mienne")).to_be_visible()
    with alice.page.expect_response(re.compile("/visit$")) as told:
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
