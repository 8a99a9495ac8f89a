"""Tools and gestures of the mouse: selecting, moving, texts, frames, words on arrows, panning, zooming."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.board_support import BoardPage, OpenBoard
from tests.live.live_support import eventually

pytestmark = [pytest.mark.browser, pytest.mark.live]
Place = tuple[float, float]


def middle_of(thing: Locator) -> Place:
    """Its centre on screen."""
    box = thing.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def resting_place(thing: Locator) -> Place:
    """Its centre, once it has come to rest."""
    places = [middle_of(thing)]

    def rests() -> bool:
        thing.page.wait_for_timeout(100)
        places.append(middle_of(thing))
        return places[-1] == places[-2]

    eventually(rests, what="rest")
    return places[-1]


def drag(
    someone: BoardPage, start: Place, end: Place, *, release: bool = True, exactly: bool = False
) -> None:
    """Press, move, release. `exactly`: with the key that lets nothing attract what moves."""
    mouse = someone.page.mouse
    if exactly:
        someone.page.keyboard.down("Alt")
    mouse.move(*start)
    mouse.down()
    mouse.move(*end, steps=10)
    if release:
        mouse.up()
    if exactly:
        someone.page.keyboard.up("Alt")


def shifted(before: Place, after: Place) -> tuple[int, int]:
    """How far something moved."""
    return round(after[0] - before[0]), round(after[1] - before[1])


def await_shift(thing: Locator, before: Place, by: tuple[int, int]) -> None:
    """Wait until it has moved so far: what the mouse did is drawn with the next frame."""
    moves: list[tuple[int, int]] = []

    def moved() -> bool:
        moves.append(shifted(before, middle_of(thing)))
        return moves[-1] == by

    try:
        eventually(moved)
    except AssertionError as late:
        raise AssertionError(f"moved by {list(dict.fromkeys(moves))}, not {by}") from late


def test_marquee_selects_what_it_surrounds_and_the_selection_moves_together(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    for words, x in (("Une", 250), ("Deux", 400), ("Trois", 900)):
        alice.write(words, x, 700)
    drag(alice, (190, 630), (480, 780))
    expect(alice.page.locator('#board [aria-selected="true"]')).to_have_count(2)
    alice.page.keyboard.down("Shift")
    alice.note("Trois").click()
    alice.page.keyboard.up("Shift")
    expect(alice.page.locator('#board [aria-selected="true"]')).to_have_count(3)
    before = {words: middle_of(alice.note(words)) for words in ("Une", "Deux", "Trois")}
    drag(alice, before["Deux"], (before["Deux"][0] + 50, before["Deux"][1] - 60), exactly=True)
    for words, place in before.items():
        await_shift(alice.note(words), place, (50, -60))
    alice.press("Control+z")
    for words, place in before.items():
        await_shift(alice.note(words), place, (0, 0))
    alice.press("Control+d")
    expect(bob.page.locator("#board .board-note")).to_have_count(6)


def test_escape_during_a_drag_puts_the_note_back(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("Hésitante", 500, 640)
    before, seen = middle_of(alice.note("Hésitante")), middle_of(bob.note("Hésitante"))
    drag(alice, before, (before[0] + 200, before[1]), release=False)
    alice.press("Escape")
    alice.page.mouse.up()
    alice.expect_saved()
    await_shift(alice.note("Hésitante"), before, (0, 0))
    await_shift(bob.note("Hésitante"), seen, (0, 0))


def test_dropping_a_note_in_a_frame_puts_it_there_in_the_plan(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Voyageuse", 250, 340)
    row = alice.row("Ce que vivent les personnes")
    expect(row.locator(".plan-aside")).to_have_text("1")
    drag(alice, middle_of(alice.note("Voyageuse")), (600, 400))
    alice.expect_said("Ce qui gêne aujourd’hui")
    expect(row.locator(".plan-aside")).to_have_text("0")
    expect(alice.row("Ce qui gêne").locator(".plan-aside")).to_have_text("1")


def test_text_is_written_straight_on_the_board(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.page.get_by_role("button", name="Texte (T)").click()
    alice.page.mouse.click(600, 160)
    expect(alice.page.locator(".board-editor-text")).to_be_focused()
    alice.page.keyboard.type("À retenir")
    alice.press("Escape")
    expect(bob.page.locator("#board .board-text", has_text="À retenir")).to_be_visible()


def test_frame_moves_with_its_notes_and_leaves_them_when_deleted(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.page.get_by_role("button", name="Cadre (C)").click()
    drag(alice, (120, 790), (520, 880))
    expect(alice.page.locator(".board-editor-zone")).to_be_focused()
    alice.page.keyboard.type("À creuser")
    alice.press("Enter")
    frame = bob.page.get_by_role("group", name=re.compile("À creuser"))
    expect(frame).to_be_visible()
    alice.write("Dedans", 300, 840)
    expect(alice.page.get_by_role("group", name="À creuser, 1 note")).to_be_attached()
    before = middle_of(alice.note("Dedans"))
    head = alice.page.locator(".board-zone", has_text="À creuser").locator(".board-zone-head")
    box = head.bounding_box()
    assert box is not None
    x, y = box["x"] + 20, box["y"] + 12  # its left end: the note covers the middle
    drag(alice, (x, y), (x + 40, y - 30), exactly=True)
    await_shift(alice.note("Dedans"), before, (40, -30))
    alice.press("Delete")
    expect(frame).to_have_count(0)
    expect(bob.note("Dedans")).to_be_visible()


def test_arrow_is_drawn_from_note_to_note_and_takes_words(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    alice.write("Cause", 250, 340)
    alice.write("Effet", 900, 340)
    alice.page.get_by_role("button", name="Lien (L)").click()
    alice.page.mouse.click(600, 850)  # an empty place: the tool is put down
    alice.page.get_by_role("button", name="Sélection (V)").click()
    alice.note("Cause").click()
    alice.page.get_by_role("button", name="Lien (L)").click()
    alice.note("Effet").click()
    expect(bob.page.locator(".board-connector")).to_have_count(1)
    alice.page.locator(".board-context [data-act=write]").click()
    alice.page.keyboard.type("donc")
    alice.press("Escape")
    expect(bob.page.locator(".board-connector-label")).to_have_text("donc")
    expect(bob.row("donc : Effet")).to_be_attached()


def test_wheel_space_and_keys_pan_and_zoom_at_the_pointer(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.write("Repère", 600, 400)
    zoom = alice.page.locator("[data-zoom]")
    alice.press("0")
    expect(zoom).to_have_text("100 %")
    alice.page.mouse.move(*middle_of(alice.note("Repère")))
    before = middle_of(alice.note("Repère"))
    alice.page.mouse.wheel(30, 50)
    await_shift(alice.note("Repère"), before, (-30, -50))

    after = middle_of(alice.note("Repère"))
    alice.page.mouse.move(*after)
    alice.page.keyboard.down("Control")
    alice.page.mouse.wheel(0, -120)
    alice.page.keyboard.up("Control")
    expect(zoom).not_to_have_text("100 %")
    await_shift(alice.note("Repère"), after, (0, 0))

    alice.press("1")
    expect(zoom).to_have_text("57 %")
    alice.press("2")
    expect(zoom).to_have_text("150 %")
    alice.page.get_by_role("button", name="Tout voir").click()
    expect(zoom).to_have_text("57 %")

    before = resting_place(alice.note("Repère"))
    alice.page.evaluate("document.activeElement.blur()")
    alice.page.keyboard.down("Space")
    drag(alice, (900, 700), (860, 650))
    alice.page.keyboard.up("Space")
    await_shift(alice.note("Repère"), before, (-40, -50))
