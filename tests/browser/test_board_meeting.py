"""Following somebody, answering an invitation, keeping to what a workshop leaves open."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from models.board.export import to_outline
from tests.browser.board_support import PHONE, BoardPage, OpenBoard
from tests.browser.conftest import Enter
from tests.browser.test_accessibility import violations_of
from tests.browser.test_board_workshop import push
from tests.live.live_support import eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]


def begin(someone: BoardPage) -> None:
    push(someone, "Animer")
    push(someone, "Commencer l’atelier")
    expect(someone.page.get_by_role("dialog")).to_be_hidden()
    expect(strip_of(someone)).to_be_visible()


def strip_of(someone: BoardPage) -> Locator:
    return someone.page.get_by_role("region", name="Séance d’atelier")


def go_far(someone: BoardPage, words: str) -> None:
    """Look at a place where nobody else looks, and write there."""
    world = someone.page.locator("[data-world]")
    before = world.get_attribute("style")

    def moved() -> bool:
        someone.page.mouse.move(700, 500)
        someone.page.mouse.wheel(5000, 4000)
        return world.get_attribute("style") != before

    eventually(moved, what="another view")
    someone.write(words)


def test_view_is_followed_until_ones_own_move(open_board: OpenBoard) -> None:
    alice, guest, bob = open_board("alice"), open_board("guest"), open_board("bob")
    search = guest.page.get_by_role("searchbox")
    guest.page.locator(".board-people").focus()
    guest.press("Enter")
    dialog = guest.page.get_by_role("dialog", name="Présents maintenant")
    expect(dialog.get_by_role("listitem")).to_have_count(3)
    assert violations_of(guest.page) == []
    push(guest, "Suivre Alice")
    expect(dialog).to_be_hidden()
    chip = guest.page.get_by_text("Vous suivez Alice", exact=True)
    expect(chip).to_be_visible()
    assert violations_of(guest.page) == []
    search.focus()
    go_far(alice, "Loin d’ici")
    expect(guest.note("Loin d’ici")).to_be_in_viewport()
    expect(search).to_be_focused()
    expect(bob.row("Loin d’ici")).to_be_visible()
    expect(bob.note("Loin d’ici")).not_to_be_in_viewport()
    guest.page.mouse.click(700, 500)
    expect(chip).to_be_hidden()
    guest.expect_said("Vous ne suivez plus Alice")
    guest.page.get_by_role("button", name="Reprendre").focus()  # what offers it stays while it has the focus
    go_far(alice, "Plus loin encore")
    expect(guest.row("Plus loin encore")).to_be_visible()
    expect(guest.note("Plus loin encore")).not_to_be_in_viewport()
    guest.press("Enter")
    expect(guest.note("Plus loin encore")).to_be_in_viewport()
    guest.press("Escape")
    expect(chip).to_be_hidden()


def test_invitation_is_accepted_by_a_key_or_put_off_and_moves_nothing_by_itself(
    open_board: OpenBoard,
) -> None:
    alice, bob = open_board("alice"), open_board("bob", color_scheme="dark")
    guest = open_board("guest", viewport=PHONE)
    begin(alice)
    go_far(alice, "Regardez ici")
    expect(bob.row("Regardez ici")).to_be_visible()
    place = bob.page.locator(".board-people")
    place.focus()
    push(alice, "Rassembler")
    invitations = [one.page.get_by_role("region", name="Invitation") for one in (alice, bob, guest)]
    for invitation in invitations[1:]:
        expect(invitation).to_contain_text("Alice invite tout le monde")
    expect(invitations[0]).to_have_count(0)
    expect(place).to_be_focused()
    expect(bob.note("Regardez ici")).not_to_be_in_viewport()
    assert violations_of(bob.page) == []
    bob.press("j")
    expect(bob.note("Regardez ici")).to_be_in_viewport()
    expect(place).to_be_focused()
    expect(bob.page.get_by_text("Vous suivez Alice", exact=True)).to_be_visible()
    push(guest, "Plus tard")
    expect(invitations[2]).to_have_count(0)
    guest.reload()
    push(guest, "Rejoindre")
    expect(guest.page.get_by_text("Vous suivez Alice", exact=True)).to_be_visible()
    push(guest, "Voir le tableau")
    expect(guest.note("Regardez ici")).to_be_in_viewport()


def test_strip_is_a_stop_of_f6_and_leads_to_the_round_and_the_vote_of_its_step(open_board: OpenBoard) -> None:
    alice, guest = open_board("alice"), open_board("guest")
    begin(alice)
    expect(strip_of(guest)).to_be_visible()
    guest.page.locator("#board").focus()
    guest.press("F6", "F6")
    expect(strip_of(guest).get_by_role("list", name="Étapes")).to_be_focused()
    guest.press("Tab")
    expect(strip_of(guest).get_by_role("button", name="Suivre Alice")).to_be_focused()
    guest.press("Shift+F6", "Shift+F6")
    expect(guest.page.locator("#board:focus, #board :focus")).to_have_count(1)
    push(alice, "Étape suivante")
    expect(strip_of(guest)).to_contain_text("Le tour d’écriture n’est pas encore ouvert.")
    push(alice, "Ouvrir un tour privé")
    push(alice, "Ouvrir le tour")
    push(guest, "Écrire ma note")
    expect(guest.page.get_by_label("Votre note")).to_be_focused()
    guest.page.keyboard.type("Une rampe")
    guest.press("Control+Enter")
    expect(strip_of(alice)).to_contain_text("1 note attend")
    push(alice, "Révéler toutes les notes…")
    alice.press("Tab", "Enter")
    expect(guest.note("Une rampe")).to_be_visible()
    for step in ("Regrouper", "Voter"):
        push(alice, "Étape suivante")
        expect(strip_of(alice).locator("[aria-current=step]")).to_contain_text(step)
    push(alice, "Ouvrir un vote")
    alice.page.get_by_role("checkbox", name=re.compile("invités votent")).check()
    push(alice, "Ouvrir le vote")
    push(guest, "Voter")
    expect(guest.note("Une rampe")).to_be_focused()
    guest.press("Space")
    expect(strip_of(guest)).to_contain_text("Il vous reste 2 voix")
    push(alice, "Clore le vote…")
    alice.press("Tab", "Enter")
    expect(strip_of(guest)).to_contain_text("Vote clos : 1 votant·e")
    expect(strip_of(guest).get_by_role("button", name="Voir les résultats")).to_be_visible()
    assert violations_of(guest.page) == []


def test_novice_is_told_why_and_their_notes_go_to_the_inbox(open_board: OpenBoard) -> None:
    alice, guest = open_board("alice"), open_board("guest")
    guest.write("Ma note", x=700, y=560)
    guest.expect_saved()
    begin(alice)
    push(alice, "Animer")
    alice.page.get_by_role("checkbox", name=re.compile("^Mode simple")).check()
    expect(guest.page.locator('.board-dock [data-do="zone"]')).to_be_hidden()
    expect(guest.page.locator('.board-dock [data-do="note"]')).to_be_visible()
    guest.note("Ma note").focus()
    guest.press("Escape", "c")
    expect(guest.page.locator("[data-toasts]")).to_contain_text("vous pouvez ajouter des notes")
    expect(guest.page.locator("#stage")).to_have_attribute("data-tool", "select")

    inbox = alice.page.get_by_label("Boîte de réception des invités")
    name = inbox.locator("option").nth(1).text_content() or ""
    inbox.select_option(index=1)
    expect(strip_of(guest)).to_contain_text(f"Vos notes arrivent dans « {name} »")
    guest.write("Arrivée", x=700, y=700)
    guest.expect_saved()
    guest.expect_said("Vos notes arrivent")
    content = alice.server.sign_in("alice").get(f"/documents/{alice.document_id}/snapshot").body
    homes = {note.text: zone.title for zone in to_outline(content).zones for note in zone.notes}
    assert homes["Arrivée"] == name
    guest.note("Arrivée").focus()
    guest.press("Escape", "m")
    expect(guest.page.locator("[data-toasts]")).to_contain_text("qui anime les place ensuite")
    guest.expect_saved()
    expect(guest.page.locator("[data-tray] li")).to_have_count(0)  # nothing had to be refused by the server


def test_window_of_hours_is_typed_by_the_cohorts_clock_and_read_by_ones_own(open_board: OpenBoard) -> None:
    paris, cayenne = ZoneInfo("Europe/Paris"), ZoneInfo("America/Cayenne")
    opens = datetime.combine(datetime.now(paris).date() + timedelta(days=2), time(9), paris)
    there = opens.astimezone(cayenne).strftime("%H:%M")
    alice = open_board("alice", timezone_id="America/Cayenne")
    bob = open_board("bob", timezone_id="Europe/Paris")
    push(alice, "Animer")
    alice.page.get_by_label("Ouvre le").fill(opens.strftime("%Y-%m-%dT%H:%M"))
    alice.press("Tab")
    expect(alice.page.get_by_role("dialog")).to_contain_text(f"à {there}")
    closes = opens + timedelta(hours=72)
    expect(alice.page.get_by_label("Se termine le")).to_have_value(f"{closes:%Y-%m-%d}T09:00")
    push(alice, "Commencer l’atelier")
    expect(strip_of(alice)).to_contain_text("09:00 (heure de Paris), chez vous")
    expect(strip_of(alice)).to_contain_text(f"à {there}")
    expect(strip_of(bob)).to_contain_text("L’atelier ouvre")
    expect(strip_of(bob)).to_contain_text("à 09:00")
    expect(strip_of(bob)).not_to_contain_text("chez vous")
    expect(strip_of(bob).get_by_role("button")).to_have_text(["Suivre Alice"])


def test_demonstration_has_a_workshop_to_come_for_both_shores(enter: Enter) -> None:
    page = enter("Teva Kouyouli", timezone_id="America/Cayenne")
    page.get_by_role("link", name="Une seule visite suffit").first.click()
    page.get_by_role("link", name="Idées pour le lundi").first.click()
    strip = page.get_by_role("region", name="Séance d’atelier")
    expect(strip).to_contain_text("09:00 (heure de Paris), chez vous")
    expect(page.get_by_text("qu’est-ce qui éviterait une visite")).to_be_visible()
    expect(page.get_by_role("button", name="Renoncer à ce tour…")).to_be_visible()
    assert violations_of(page) == []
