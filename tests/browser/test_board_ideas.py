"""Notes that become ideas for a solution in one action, from the board and the plan; and the way back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.board_support import PHONE, OpenBoard
from tests.browser.test_board_access import violations
from tests.browser.test_board_gestures import menu_of, selected

pytestmark = [pytest.mark.browser, pytest.mark.live]
MAKE = "En faire une idée de solution"


def test_a_note_becomes_an_idea_and_each_leads_to_the_other(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob", viewport=PHONE)
    alice.write("Un banc à l’ombre", 450, 640)
    alice.expect_saved()
    alice.press("Shift+F10")
    item = menu_of(alice).get_by_role("menuitem", name=MAKE)
    expect(item).to_be_visible()
    item.press("Enter")
    toast = alice.page.locator(".board-toast")
    expect(toast).to_contain_text("Une idée de solution est née")
    alice.expect_said("Une idée de solution est née")
    expect(alice.note("Un banc à l’ombre")).to_have_accessible_name(
        re.compile("devenue une idée de solution")
    )
    expect(alice.row("Un banc à l’ombre")).to_contain_text("devenue une idée")
    assert violations(alice.page) == []

    # Asked again it is not made twice: it is shown.
    alice.note("Un banc à l’ombre").click()
    alice.press("Shift+F10")
    item.press("Enter")
    expect(toast).to_contain_text("déjà devenue une idée : « Un banc à l’ombre »")
    alice.page.get_by_role("button", name="Voir l’idée").press("Enter")
    alice.page.wait_for_url(re.compile(r"/solutions/\d+"))
    expect(alice.page.get_by_role("heading", level=1)).to_contain_text("Un banc à l’ombre")

    # And the way back, to the note itself, on the board or where a telephone shows it.
    alice.page.get_by_role("link", name=re.compile("Voir sur le tableau")).press("Enter")
    alice.wait_ready()
    expect(alice.note("Un banc à l’ombre")).to_be_focused()
    expect(selected(alice)).to_contain_text("Un banc à l’ombre")

    bob.reload()
    expect(bob.row("Un banc à l’ombre")).to_contain_text("devenue une idée")
    bob.row("Un banc à l’ombre").locator(".plan-idea").click()
    bob.page.wait_for_url(re.compile(r"/solutions/\d+"))


def test_a_group_becomes_one_idea_from_the_plan_and_guests_are_not_offered_it(open_board: OpenBoard) -> None:
    alice, guest = open_board("alice"), open_board("guest")
    for words, x in (("Un abri", 450), ("Un tilleul", 700)):
        alice.write(words, x, 640)
    alice.press("Shift+ArrowLeft", "Control+g")
    expect(alice.note("Un abri")).to_have_accessible_name(re.compile("groupe de 2"))
    alice.expect_saved()
    alice.row("Un abri").focus()
    idea = alice.page.locator("[data-plan-bar]").get_by_role("button", name="Idée")
    expect(idea).to_be_visible()
    idea.press("Enter")
    toast = alice.page.locator(".board-toast")
    expect(toast).to_contain_text("Une idée de solution est née")
    toast.get_by_role("button", name="Voir l’idée").focus()  # it stays while it has the focus
    for words in ("Un abri", "Un tilleul"):
        expect(alice.row(words)).to_contain_text("devenue une idée")
    alice.press("Enter")
    alice.page.wait_for_url(re.compile(r"/solutions/\d+"))
    sources = alice.page.get_by_role("link", name=re.compile("Voir sur le tableau"))
    expect(sources).to_have_count(2)
    expect(alice.page.get_by_role("main")).to_contain_text("Un abri")
    expect(alice.page.get_by_role("main")).to_contain_text("Un tilleul")

    guest.write("D’une invitée", 1000, 640)
    expect(guest.page.get_by_role("button", name="Idée")).to_have_count(0)
    guest.press("Shift+F10")
    expect(menu_of(guest)).to_be_visible()
    expect(menu_of(guest).get_by_role("menuitem", name=MAKE)).to_be_hidden()
