"""A round and a ballot by keyboard alone: on the board, and in the plan of a phone."""

import re

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import func, select

from models.ballot import BallotPoint
from tests.browser.board_support import PHONE, BoardPage, OpenBoard
from tests.browser.test_accessibility import violations_of
from tests.live.live_support import eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]


def push(someone: BoardPage, name: str) -> None:
    """Press the button of this name by keyboard."""
    someone.page.get_by_role("button", name=name, exact=True).focus()
    someone.press("Enter")


def from_menu(someone: BoardPage, name: str) -> None:
    push(someone, "Menu du tableau")
    push(someone, name)


def points_given(someone: BoardPage) -> int:
    """How many points the server has."""
    with someone.server.transaction() as session:
        return session.scalar(select(func.count()).select_from(BallotPoint)) or 0


def test_round_and_ballot_by_keyboard_alone(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    bob = open_board("bob", viewport=PHONE, color_scheme="dark")
    # In silence: each writes for themselves.
    from_menu(alice, "Écrire en silence")
    expect(alice.page.get_by_label("Consigne")).to_be_focused()
    alice.page.keyboard.type("Une idée par note")
    alice.press("Enter")
    own = alice.page.get_by_label("Votre note")
    expect(own).to_be_focused()
    for words in ("Un banc", "Un abri"):
        alice.page.keyboard.type(words)
        alice.press("Control+Enter")
        expect(own).to_have_value("")
    expect(bob.page.get_by_text("Une idée par note")).to_be_visible()
    change = alice.page.get_by_role("button", name="Modifier : Un banc")
    change.focus()
    bob.page.get_by_label("Votre note").focus()
    bob.page.keyboard.type("Un arbre")
    bob.press("Control+Enter")
    expect(bob.page.get_by_role("list", name="Vos notes, lues par vous")).to_contain_text("Un arbre")
    expect(alice.page.get_by_text("3 notes attendent")).to_be_visible()
    expect(change).to_be_focused()
    for someone, theirs in ((alice, "Un arbre"), (bob, "Un abri")):
        expect(someone.page.get_by_text(theirs)).to_have_count(0)
    bob.reload()
    expect(bob.page.get_by_role("list", name="Vos notes, lues par vous")).to_contain_text("Un arbre")
    assert violations_of(bob.page) == []
    push(alice, "Révéler toutes les notes…")
    alice.press("Tab", "Enter")
    expect(alice.note("Un arbre")).to_be_visible()
    expect(bob.row("Un abri")).to_be_visible()
    expect(bob.page.get_by_label("Votre note")).to_have_count(0)

    # The vote: Space gives, Backspace takes back, and nothing is deleted.
    from_menu(alice, "Voter")
    expect(alice.page.get_by_label("Question")).to_be_focused()
    alice.page.keyboard.type("Que garder ?")
    alice.press("Enter")
    expect(alice.note("Un banc")).to_be_focused()
    left = alice.page.locator(".vote-left")
    alice.press("Space", "Space", "Space", "Space")
    expect(left).to_contain_text("Il vous reste 0 voix")
    expect(alice.note("Un banc")).to_have_accessible_name(re.compile("3 voix de vous"))
    alice.expect_said("toutes vos voix")
    alice.press("Backspace")
    expect(left).to_contain_text("Il vous reste 1 voix")
    alice.press("ArrowRight", "Space")
    expect(alice.note("Un abri")).to_have_accessible_name(re.compile("1 voix de vous"))
    expect(bob.page.locator(".vote-left")).to_contain_text("Il vous reste 3 voix")
    bob.row("Un abri").focus()
    bob.press("Space")
    expect(bob.row("Un abri")).to_contain_text("1 voix de vous")
    bob.page.get_by_role("button", name="Une voix de plus").first.click()
    expect(bob.page.locator(".vote-left")).to_contain_text("Il vous reste 1 voix")
    expect(bob.row("Un banc")).not_to_contain_text("2 voix")
    assert violations_of(alice.page) == []
    eventually(lambda: points_given(alice) == 5, what="the server to have every vote")

    # Closed: totals for all, sorted in the plan, in a table.
    push(alice, "Clore le vote…")
    alice.press("Tab", "Enter")
    expect(alice.note("Un abri")).to_have_accessible_name(re.compile("3 voix"))
    expect(bob.row("Un banc")).to_contain_text("2 voix")
    push(bob, "Voix")
    for place, words in enumerate(("Un abri", "Un banc", "Un arbre")):
        expect(bob.page.locator("#plan-tree > .plan-note .plan-words").nth(place)).to_have_text(words)
    from_menu(alice, "Résultats des votes")
    rows = alice.page.get_by_role("dialog").get_by_role("row")
    expect(rows).to_have_text(
        [re.compile(t) for t in ("Place", "1.*Un abri.*3", "2.*Un banc.*2", "3.*Un arbre.*0")]
    )
    assert violations_of(alice.page) + violations_of(bob.page) == []


def test_late_answers_leave_the_focus_where_one_has_gone(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    from_menu(alice, "Écrire en silence")
    expect(alice.page.get_by_label("Consigne")).to_be_focused()
    alice.press("Enter")
    own = alice.page.get_by_label("Votre note")
    expect(own).to_be_focused()
    alice.page.keyboard.type("Un banc")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    alice.page.route("**/rounds/*", hold)
    frame = alice.page.locator("#plan-tree .plan-zone").first

    def gone_elsewhere() -> None:
        """To the plan, before the server has answered."""
        eventually(lambda: alice.page.evaluate("1") == len(held), what="the request to be sent")
        frame.focus()
        held.pop().continue_()

    alice.press("Control+Enter")
    gone_elsewhere()
    expect(own).to_have_value("")
    expect(frame).to_be_focused()
    push(alice, "Révéler toutes les notes…")
    alice.press("Tab", "Enter")
    gone_elsewhere()
    expect(alice.note("Un banc")).to_be_attached()
    expect(own).to_have_count(0)
    expect(frame).to_be_focused()
