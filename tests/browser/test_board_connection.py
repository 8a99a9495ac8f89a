"""The network fails, the server says no, rights change: nothing written is lost, what is said is true."""

import re

import pytest
from playwright.sync_api import expect

from models.base import utcnow
from models.document import Board
from models.partner import GuestContributor
from tests.browser.board_support import BoardPage, OpenBoard
from tests.live.live_support import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.live]
SOON_MS = 15_000


def set_frozen(someone: BoardPage, *, frozen: bool) -> None:
    """Freeze or unfreeze the board behind the server's back: it notices by itself within seconds."""
    with someone.server.transaction() as session:
        board = session.get(Board, someone.board_id)
        assert board is not None
        board.frozen = frozen


def test_work_goes_on_offline_and_goes_up_on_return(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("Avant la coupure", 420, 300)
    alice.expect_saved()
    alice.page.context.set_offline(True)
    expect(alice.page.locator("[data-notice]")).to_contain_text("Hors ligne")
    expect(alice.page.locator("[data-assertive]")).to_contain_text("Connexion perdue")
    alice.write("Un", 420, 420)
    alice.write("Deux", 700, 420)
    alice.note("Avant la coupure").dblclick()
    alice.page.keyboard.type(", complétée")
    alice.press("Escape")
    expect(alice.status).to_have_text("Hors ligne, 3 modifications en attente")
    bob.note("Avant la coupure").dblclick()
    bob.press("Home")
    bob.page.keyboard.type("Juste ")
    bob.press("Escape")
    alice.page.context.set_offline(False)
    expect(alice.status).to_have_text("Tout est à jour", timeout=SOON_MS)
    expect(alice.page.locator("[data-notice]")).to_be_hidden()
    for someone in (alice, bob):
        for words in ("Un note", "Deux note", "Juste Avant la coupure, complétée"):
            expect(someone.note(words)).to_be_visible()


def test_closing_the_browser_offline_loses_nothing(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.page.context.set_offline(True)
    expect(alice.status).to_have_text("Hors ligne")
    alice.write("Écrite dans le train", 700, 420)
    expect(alice.status).to_have_text("Hors ligne, 1 modification en attente")
    alice.page.close()
    alice.page.context.set_offline(False)
    alice.page = alice.page.context.new_page()
    alice.page.goto(f"/boards/{alice.board_id}")
    alice.wait_ready()
    expect(alice.note("Écrite dans le train")).to_be_visible()
    alice.expect_saved()
    assert "Écrite dans le train" in alice.words_on_server()


def test_without_websocket_the_board_syncs_over_http_and_says_so(open_board: OpenBoard) -> None:
    alice = open_board("alice", wait=False)
    alice.page.context.route_web_socket(re.compile(".*"), lambda socket: socket.close())
    alice.page.goto(f"/boards/{alice.board_id}")
    alice.wait_ready()
    expect(alice.page.locator("[data-notice]")).to_contain_text("Connexion limitée", timeout=SOON_MS)
    bob = open_board("bob")
    alice.write("Par la poste", 420, 300)
    expect(bob.note("Par la poste")).to_be_visible(timeout=SOON_MS)
    bob.write("Reçue quand même", 900, 300)
    expect(alice.note("Reçue quand même")).to_be_visible(timeout=SOON_MS)
    alice.expect_saved()


def test_refused_words_stay_in_the_tray_with_the_reason_and_can_be_tried_again(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.page.context.set_offline(True)
    expect(alice.status).to_have_text("Hors ligne")
    alice.write("Écrite trop tard", 700, 420)
    set_frozen(alice, frozen=True)
    expect(bob.page.locator("[data-notice]")).to_contain_text("figé", timeout=SOON_MS)
    alice.page.context.set_offline(False)
    tray = alice.page.get_by_role("region", name="Non enregistré")
    expect(tray).to_contain_text("Écrite trop tard", timeout=SOON_MS)
    expect(tray).to_contain_text("figé")
    expect(alice.note("Écrite trop tard")).to_have_count(0)
    assert "Écrite trop tard" not in alice.words_on_server()
    alice.reload()
    expect(tray).to_contain_text("Écrite trop tard")
    set_frozen(alice, frozen=False)
    expect(alice.page.locator("[data-notice]")).to_be_hidden(timeout=SOON_MS)
    tray.get_by_role("button", name="Réessayer").click()
    expect(tray).to_be_hidden()
    expect(bob.note("Écrite trop tard")).to_be_visible()
    alice.expect_saved()


def test_frozen_board_is_read_only_at_once(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Déjà là", 700, 420)
    set_frozen(alice, frozen=True)
    expect(alice.page.locator("[data-notice]")).to_contain_text("figé", timeout=SOON_MS)
    expect(alice.page.get_by_role("navigation", name="Outils")).to_be_hidden()
    alice.page.mouse.dblclick(900, 640)
    expect(alice.page.locator(".board-editor")).to_have_count(0)
    alice.note("Déjà là").click()
    alice.press("Delete")
    expect(alice.page.locator(".board-toast")).to_contain_text("lecture seule")
    expect(alice.note("Déjà là")).to_be_visible()


def test_revoked_guest_sees_nothing_of_the_board_any_more(
    open_own_board: OpenBoard, own_server: LiveServer
) -> None:
    alice, guest = open_own_board("alice"), open_own_board("guest")
    alice.write("Confidentiel", 700, 420)
    expect(guest.note("Confidentiel")).to_be_visible()
    with own_server.transaction() as session:
        row = session.get(GuestContributor, own_server.world.guests["guest"].id)
        assert row is not None
        row.revoked_at = utcnow()
    expect(guest.page.get_by_role("heading", level=1)).to_have_text(
        "Vous n’avez plus accès à ce tableau", timeout=SOON_MS
    )
    expect(guest.page.locator("body")).not_to_contain_text("Confidentiel")
    kept = guest.page.evaluate(
        "async () => (await indexedDB.databases()).filter(({name}) => /etabli-board:g/.test(name)).length"
        " + Object.keys(localStorage).filter(name => /etabli-board:g/.test(name)).length"
    )
    assert kept == 0


def test_ended_session_keeps_what_was_written_and_offers_to_sign_in(
    open_own_board: OpenBoard, own_server: LiveServer
) -> None:
    alice = open_own_board("alice")
    alice.page.context.set_offline(True)
    alice.write("Gardée", 700, 420)
    alice.page.context.clear_cookies()
    alice.page.context.set_offline(False)
    expect(alice.page.get_by_role("heading", level=1)).to_have_text(
        "Votre session est terminée", timeout=SOON_MS
    )
    expect(alice.page.get_by_role("link", name="Se connecter")).to_have_attribute(
        "href", re.compile(r"^/sign-in\?next=")
    )
    alice.page.context.add_cookies(
        [{"name": "etabli", "value": own_server.sign_in("alice").token, "url": own_server.url}]
    )
    alice.page.goto(f"/boards/{alice.board_id}")
    alice.wait_ready()
    expect(alice.note("Gardée")).to_be_visible()
    alice.expect_saved()
