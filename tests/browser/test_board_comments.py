"""Comments on a board, by two people in two browsers: by keyboard, without a network, read by axe."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from models.document import Board
from models.notification import Notification
from tests.browser.board_support import HANG_MS, PHONE, OpenBoard
from tests.live.live_support import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.live]
AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def panel_of(page: Page) -> Locator:
    """The panel of comments."""
    return page.get_by_role("complementary", name="Commentaires")


def test_two_people_talk_about_a_note_by_keyboard(open_board: OpenBoard, live_server: LiveServer) -> None:
    alice = open_board("alice")
    alice.write("Une borne à la mairie", 450, 560)
    alice.expect_saved()
    bob = open_board("bob", viewport=PHONE)
    panel = panel_of(alice.page)
    alice.press("k")
    expect(panel.get_by_label("Commenter « Une borne à la mairie »")).to_be_focused()
    alice.page.keyboard.type("Qu’en dis-tu, @bo")
    expect(panel.get_by_role("option", name="Bob")).to_be_visible()
    assert panel.get_by_role("option", name="Observer").count() == 0
    alice.press("Enter")
    alice.page.keyboard.type("? <b>gras</b>")
    alice.press("Control+Enter")
    said = panel.get_by_text("Qu’en dis-tu, @Bob ? <b>gras</b>")
    expect(said).to_be_visible()
    expect(alice.note("Une borne à la mairie")).to_have_accessible_name(re.compile("1 commentaire"))
    expect(alice.page.get_by_role("button", name="1 commentaire")).to_be_visible()

    # Bob, on a telephone, is told at once; his answer is written without a network and leaves by itself.
    expect(bob.page.locator("[data-toasts]")).to_contain_text("Alice vous mentionne")
    bob.page.get_by_role("button", name="Voir", exact=True).click()
    expect(bob.row("Une borne à la mairie")).to_contain_text("1 commentaire")
    assert violations(alice.page) == []
    expect(
        panel_of(bob.page)
        .get_by_label("Votre réponse")
        .or_(panel_of(bob.page).get_by_role("button", name="Répondre"))
    ).to_be_visible()
    assert violations(bob.page) == []
    panel_of(bob.page).get_by_role("button", name="Répondre").click()
    bob.page.context.set_offline(True)
    bob.page.keyboard.type("Oui, samedi.")
    bob.press("Control+Enter")
    expect(panel_of(bob.page)).to_contain_text("En attente du réseau")
    bob.page.context.set_offline(False)
    bob.page.evaluate("dispatchEvent(new Event('online'))")
    expect(panel.get_by_text("Oui, samedi.")).to_be_visible(timeout=HANG_MS)
    expect(panel_of(bob.page)).not_to_contain_text("En attente du réseau")

    # Resolved, it leaves the board; the filter finds it, and it can be opened again.
    panel.get_by_role("button", name="Résoudre").click()
    expect(alice.page.get_by_role("button", name=re.compile("^[12] commentaires?$"))).to_have_count(0)
    panel.get_by_role("button", name=re.compile("^Résolus")).click()
    expect(panel).to_contain_text("Résolu par Alice")
    panel.get_by_role("button", name="Rouvrir").click()
    alice.press("Escape")
    expect(panel).to_be_hidden()

    # Its note deleted, the words stay, with what they were about; a draft outlives the page.
    alice.note("Une borne à la mairie").click()
    alice.press("Delete", "Escape")
    alice.page.get_by_role("navigation", name="Outils").get_by_role("button", name="Commenter (K)").click()
    expect(panel).to_contain_text("Sur une note supprimée : « Une borne à la mairie »")
    panel.get_by_label("Commenter le tableau").fill("À finir")
    alice.reload()
    alice.expect_saved()
    alice.page.get_by_role("navigation", name="Outils").get_by_role("button", name="Commenter (K)").click()
    expect(panel.get_by_label("Commenter le tableau")).to_have_value("À finir")
    with live_server.reading() as session:
        told = session.query(Notification).filter_by(user_id=live_server.world.bob.id).all()
    assert [row.url for row in told] == [f"/boards/{alice.board_id}#comments-1"]


def test_elu_is_shown_no_way_to_comments(open_board: OpenBoard, live_server: LiveServer) -> None:
    alice = open_board("alice")
    with live_server.transaction() as session:
        session.get_one(Board, alice.board_id).open_to_observers = True
    seen = open_board("observer")
    expect(seen.page.get_by_role("button", name=re.compile("Comment"))).to_have_count(0)
    assert "commentaire" not in seen.page.locator("main").inner_text().lower()


def test_guest_who_is_mentioned_is_told_on_the_board(open_board: OpenBoard, live_server: LiveServer) -> None:
    alice, guest = open_board("alice"), open_board("guest", viewport=PHONE)
    name = live_server.world.guests["guest"].name
    alice.write("Une borne au marché", 450, 560)
    alice.expect_saved()
    expect(guest.row("Une borne au marché")).to_be_visible()
    alice.press("k")
    panel = panel_of(alice.page)
    expect(panel.get_by_role("textbox")).to_be_focused()
    alice.page.keyboard.type(f"Votre avis, @{name[:3].lower()}")
    expect(panel.get_by_role("option", name=name)).to_be_visible()
    alice.press("Enter")
    alice.press("Control+Enter")
    expect(panel.get_by_text(f"Votre avis, @{name}")).to_be_visible()

    expect(guest.page.locator("[data-toasts]")).to_contain_text("Alice vous mentionne")
    guest.expect_said("Alice vous mentionne")
    guest.page.get_by_role("button", name="Voir", exact=True).press("Enter")
    answer = panel_of(guest.page)
    expect(answer).to_contain_text(f"Votre avis, @{name}")
    expect(answer).to_contain_text("Une borne au marché")
    answer.get_by_role("button", name="Répondre").press("Enter")
    guest.page.keyboard.type("Plutôt samedi.")
    guest.press("Control+Enter")
    expect(panel.get_by_text("Plutôt samedi.")).to_be_visible()
    alice.expect_said(f"{name} a commenté")
