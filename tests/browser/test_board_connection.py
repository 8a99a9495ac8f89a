"""The network fails, the server says no, rights change: nothing written is lost, what is said is true."""

import re

import pytest
from playwright.sync_api import Route, expect

from models.base import utcnow
from models.document import Board, DocumentUpdate, SharedDocument
from models.partner import GuestContributor, LinkRole, ShareLink
from tests.browser.board_support import BoardPage, OpenBoard
from tests.browser.test_board_access import violations
from tests.factories import make_board
from tests.live.live_support import LiveServer, eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]


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
    alice.expect_said("Connexion perdue")
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
    expect(alice.status).to_have_text("Tout est à jour")
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


def test_refused_words_stay_in_the_tray_with_the_reason_and_can_be_tried_again(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.page.context.set_offline(True)
    expect(alice.status).to_have_text("Hors ligne")
    alice.write("Écrite trop tard", 700, 420)
    set_frozen(alice, frozen=True)
    expect(bob.page.locator("[data-notice]")).to_contain_text("figé")
    alice.page.context.set_offline(False)
    tray = alice.page.get_by_role("region", name="Non enregistré")
    expect(tray).to_contain_text("Écrite trop tard")
    expect(tray).to_contain_text("figé")
    expect(alice.note("Écrite trop tard")).to_have_count(0)
    assert "Écrite trop tard" not in alice.words_on_server()
    alice.reload()
    expect(tray).to_contain_text("Écrite trop tard")
    window = alice.page.context.new_page()  # another window of the same person has the same tray
    window.goto(f"/boards/{alice.board_id}")
    elsewhere = window.get_by_role("region", name="Non enregistré")
    expect(elsewhere).to_contain_text("Écrite trop tard")
    elsewhere.get_by_role("button", name="Jeter").click()
    expect(tray).to_be_hidden()
    window.locator(".board-toast").get_by_role("button", name="Annuler").click()
    expect(tray).to_contain_text("Écrite trop tard")
    window.close()
    assert violations(alice.page) == []
    set_frozen(alice, frozen=False)
    expect(alice.page.locator("[data-notice]")).to_be_hidden()
    tray.get_by_role("button", name="Réessayer").click()
    expect(tray).to_be_hidden()
    expect(bob.note("Écrite trop tard")).to_be_visible()
    alice.expect_saved()


def test_frozen_board_is_read_only_at_once(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Déjà là", 700, 420)
    set_frozen(alice, frozen=True)
    expect(alice.page.locator("[data-notice]")).to_contain_text("figé")
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
    expect(guest.page.get_by_role("heading", level=1)).to_have_text("Vous n’avez plus accès à ce tableau")
    expect(guest.page.locator("body")).not_to_contain_text("Confidentiel")
    kept = (
        "async () => (await indexedDB.databases()).filter(({name}) => /etabli-board:g/.test(name)).length"
        " + Object.keys(localStorage).filter(name => /etabli-board:g/.test(name)).length"
    )
    eventually(lambda: guest.page.evaluate(kept) == 0, what="nothing of the board on the device")


def test_ended_session_keeps_what_was_written_and_offers_to_sign_in(
    open_own_board: OpenBoard, own_server: LiveServer
) -> None:
    alice = open_own_board("alice")
    alice.page.context.set_offline(True)
    expect(alice.status).to_have_text("Hors ligne")
    alice.write("Gardée", 700, 420)
    expect(alice.status).to_have_text("Hors ligne, 1 modification en attente")
    alice.page.context.clear_cookies()
    alice.page.context.set_offline(False)
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("Votre session est terminée")
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


def test_freezing_ends_the_writing_and_loses_no_word_of_it(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.page.mouse.dblclick(700, 420)
    expect(alice.page.locator(".board-editor")).to_be_focused()
    alice.page.keyboard.type("Écrite avant")
    alice.expect_saved()
    set_frozen(alice, frozen=True)
    alice.expect_said("figé")
    expect(alice.page.locator(".board-editor")).to_have_count(0)
    expect(alice.note("Écrite avant")).to_be_focused()
    alice.page.keyboard.type("trop tard")
    assert "Écrite avant" in alice.words_on_server()
    set_frozen(alice, frozen=False)
    expect(alice.page.locator("[data-notice]")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "script", "honest", "forged", "sentence"),
    [
        (
            "guest",
            "",
            '"ownOnly": true',
            '"ownOnly": false',
            "Vous pouvez modifier vos propres notes seulement.",
        ),
        ("alice", ".js", 'locked:{kind:"flag"', 'locked:{kind:"string"', "Cet élément fait partie du modèle"),
    ],
)
def test_the_server_refuses_what_a_forged_page_tries_and_the_words_are_given_back(
    open_board: OpenBoard, name: str, script: str, honest: str, forged: str, sentence: str
) -> None:
    bob = open_board("bob")
    bob.write("Celle de Bob", 900, 640)
    bob.expect_saved()
    someone = open_board(
        name, wait=False
    )  # last: a page that had time to be kept would not ask for its files again
    forgeries: list[int] = []

    def forge(route: Route) -> None:
        page = route.fetch()
        body = page.text()
        if honest in body:
            forgeries.append(body.count(honest))
        route.fulfill(response=page, body=body.replace(honest, forged))

    someone.page.route(re.compile(r"/assets/board-.*\.js$" if script else r"/boards/\d+$"), forge)
    someone.reload()
    someone.expect_saved()
    someone.page.unroute_all(
        behavior="wait"
    )  # the page is fetched again to be kept, perhaps while the test ends
    assert forgeries
    target = "Notre défi" if name == "alice" else "Celle de Bob"
    someone.note(target).dblclick()
    expect(someone.page.locator(".board-editor")).to_be_focused()
    someone.page.keyboard.type(" à ma façon")
    someone.press("Escape")
    tray = someone.page.get_by_role("region", name="Non enregistré")
    expect(tray).to_contain_text("à ma façon")
    expect(tray).to_contain_text(sentence)
    expect(someone.note(f"{target} à")).to_have_count(0)
    assert "à ma façon" not in bob.words_on_server()


def test_rights_that_change_are_told(open_board: OpenBoard, live_server: LiveServer) -> None:
    guest = open_board("guest")

    def set_role(role: LinkRole) -> None:
        with live_server.transaction() as session:
            row = session.get(GuestContributor, live_server.world.guests["guest"].id)
            assert row is not None
            link = session.get(ShareLink, row.link_id)
            assert link is not None
            link.role = role

    set_role(LinkRole.READ)
    expect(guest.page.locator("[data-notice]")).to_contain_text("Lecture seule")
    expect(guest.page.locator(".board-toast")).to_contain_text("Vos droits sur ce tableau ont changé")
    expect(guest.page.get_by_role("navigation", name="Outils")).to_be_hidden()
    set_role(LinkRole.CONTRIBUTE)
    expect(guest.page.locator("[data-notice]")).to_be_hidden()
    guest.write("De nouveau", 700, 420)
    guest.expect_saved()


def test_a_restart_is_told_calmly_and_what_is_written_meanwhile_arrives(
    open_own_board: OpenBoard, own_server: LiveServer
) -> None:
    alice = open_own_board("alice")
    own_server.stop()
    expect(alice.page.locator("[data-notice]")).to_contain_text("L’Établi redémarre")
    alice.write("Pendant le redémarrage", 700, 420)
    expect(alice.page.locator("[data-assertive]")).not_to_contain_text("Connexion perdue")
    own_server.start()
    expect(alice.page.locator("[data-notice]")).to_be_hidden(timeout=30_000)
    alice.expect_saved()
    assert "Pendant le redémarrage" in alice.words_on_server()


def test_light_mode_is_chosen_asked_of_the_server_and_remembered(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    sent: list[str] = []
    alice.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    alice.page.get_by_role("button", name="Menu du tableau").click()
    box = alice.page.get_by_role("checkbox", name="Mode léger")
    expect(box).not_to_be_checked()
    box.check()
    assert violations(alice.page) == []
    alice.press("Escape")
    expect(alice.page.locator(".board")).to_have_attribute("data-light", "")

    def has_joined_lightly() -> bool:
        alice.page.wait_for_timeout(50)  # frames are told while the browser is listened to
        return any('"light":true' in frame for frame in sent)

    eventually(has_joined_lightly, what="a join in light mode")
    alice.expect_saved()
    alice.write("Rien n’attend", 700, 420)
    expect(bob.note("Rien n’attend")).to_be_visible()
    alice.reload()
    expect(alice.page.locator(".board")).to_have_attribute("data-light", "")


def test_a_damaged_board_shows_its_last_good_state_and_goes_on_from_it(
    open_board: OpenBoard, live_server: LiveServer
) -> None:
    world = live_server.world
    with live_server.transaction() as session:
        board = make_board(session, world.project, world.alice, "Abîmé")
        session.add(DocumentUpdate(document_id=board.document_id, seq=2, update=b"\xff\xff", actor_keys="u1"))
        document = session.get(SharedDocument, board.document_id)
        assert document is not None
        document.last_seq = 2
        path = f"/boards/{board.id}"
    alice, guest = open_board("alice"), open_board("guest")
    for someone in (alice, guest):
        someone.page.goto(path)
        expect(someone.page.get_by_role("heading", level=1)).to_have_text(
            "Ce tableau ne peut pas être ouvert"
        )
        expect(someone.page.get_by_role("main")).to_contain_text("Ce que vivent les personnes")
        expect(someone.page.get_by_role("main")).to_contain_text("1 enregistrement fait ensuite n’y est pas")
        assert violations(someone.page) == []
    expect(guest.page.get_by_role("button", name="Reprendre à partir de cet état")).to_have_count(0)
    with alice.page.expect_download() as download:
        alice.page.get_by_role("link", name="Télécharger le texte").click()
    assert "1. Ce que vivent les personnes" in download.value.path().read_text()
    alice.page.get_by_role("button", name="Reprendre à partir de cet état").click()
    alice.page.get_by_role("dialog").get_by_role("button", name="Reprendre").click()
    alice.wait_ready()
    alice.expect_saved()
    alice.write("On repart", 700, 420)
    alice.expect_saved()
    guest.page.get_by_role("link", name="Réessayer").click()
    guest.wait_ready()
    expect(guest.note("On repart")).to_be_visible()
