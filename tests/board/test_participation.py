"""Novices, the inbox and locks of zones: what each may do, whatever their client sends."""

from collections.abc import Callable

import pytest
from pycrdt import Map, Text

from models.board.objects.spec import WORLD
from models.board.participation import Inbox
from models.board.seed import seed_board
from models.board.sync import LiveDocument
from models.errors import Refused
from tests.board.people import Objects, Person, connector, note

Action = Callable[[Objects], object]
GUEST = {"edits_own_only": True}


@pytest.fixture
def board() -> LiveDocument:
    """The defi template, with a note of Awa and one of a guest."""
    board = LiveDocument.open(seed_board("defi", "fr"), [])
    Person(board, "u1", 101).edit(lambda objects: objects.update({"awa": note("u1", "de Awa")}))
    Person(board, "g5", 105, **GUEST).edit(lambda objects: objects.update({"mine": note("g5", "à moi")}))
    return board


def refusal(board: LiveDocument, who: Person, action: Action) -> str:
    before = board.outline()
    with pytest.raises(Refused) as refused:
        who.propose(action)
    assert board.outline() == before
    return refused.value.code


def zone(author: str) -> Map[object]:
    values = {"type": "zone", "author": author, "order": "a", "x": 0.0, "y": 0.0, "title": Text("")}
    return Map(values)


NOVICE_MAY: dict[str, Action] = {
    "add": lambda objects: objects.update({"new": note("g5", "une idée", colour="rose")}),
    "move": lambda objects: objects["mine"].update({"x": 300.0, "y": 40.0, "zone": "zone-1"}),
    "write": lambda objects: objects["mine"]["text"].insert(0, "oui, "),
    "take back": lambda objects: objects.pop("mine"),
}
NOVICE_MAY_NOT: dict[str, Action] = {
    "recolour": lambda objects: objects["mine"].update({"colour": "rose"}),
    "resize": lambda objects: objects["mine"].update({"w": 300.0}),
    "draw a zone": lambda objects: objects.update({"new": zone("g5")}),
    "connect": lambda objects: objects.update({"new": connector("g5", "mine", "awa")}),
    "a move and a colour": lambda objects: objects["mine"].update({"x": 1.0, "colour": "rose"}),
}


@pytest.mark.parametrize("action", NOVICE_MAY.values(), ids=NOVICE_MAY)
def test_novice_adds_moves_and_writes_their_own(board: LiveDocument, action: Action) -> None:
    assert Person(board, "g5", 205, **GUEST, is_novice=True).propose(action).changes


@pytest.mark.parametrize("action", NOVICE_MAY_NOT.values(), ids=NOVICE_MAY_NOT)
def test_novice_does_nothing_else(board: LiveDocument, action: Action) -> None:
    assert refusal(board, Person(board, "g5", 205, **GUEST, is_novice=True), action) == "novice"
    assert Person(board, "g5", 206, **GUEST).propose(action).changes, "it is the mode that forbids it"


def test_novice_is_still_kept_from_others_notes(board: LiveDocument) -> None:
    novice = Person(board, "g5", 205, **GUEST, is_novice=True)
    assert refusal(board, novice, lambda objects: objects["awa"].update({"x": 1.0})) == "not_yours"


INBOX = Inbox("zone-1", 1000.0, 2000.0, 600.0, 420.0)
INSIDE = {"zone": "zone-1", "x": 1040.0, "y": 2060.0}
LEAVES: dict[str, Action] = {
    "beside": lambda objects: objects.update({"new": note("g5")}),
    "says so, lies elsewhere": lambda objects: objects.update({"new": note("g5", **{**INSIDE, "x": 10.0})}),
    "lies there, says another": lambda objects: objects.update(
        {"new": note("g5", **{**INSIDE, "zone": "zone-2"})}
    ),
    "far": lambda objects: objects.update({"new": note("g5", **{**INSIDE, "x": float(WORLD)})}),
    "a zone": lambda objects: objects.update({"new": zone("g5")}),
    "move": lambda objects: objects["mine"].update({"x": 1040.0}),
    "into a zone": lambda objects: objects["mine"].update({"zone": "zone-2"}),
    "replace": lambda objects: objects.update({"mine": note("g5", "ailleurs")}),
}


@pytest.mark.parametrize("action", LEAVES.values(), ids=LEAVES)
def test_guest_adds_to_the_inbox_only_and_moves_nothing_out(board: LiveDocument, action: Action) -> None:
    assert refusal(board, Person(board, "g5", 205, **GUEST, inbox=INBOX), action) == "inbox"
    assert Person(board, "g5", 206, **GUEST).propose(action).changes, "it is the inbox that forbids it"


def test_who_facilitates_places_what_came_in(board: LiveDocument) -> None:
    guest = Person(board, "g5", 205, **GUEST, inbox=INBOX)
    guest.edit(lambda objects: objects.update({"new": note("g5", "une idée", **INSIDE)}))
    guest.edit(lambda objects: objects["new"]["text"].insert(0, "encore "))
    awa = Person(board, "u1", 201, facilitates=True, inbox=INBOX)
    awa.edit(lambda objects: objects["new"].update({"x": 0.0, "y": 0.0, "zone": "zone-2"}))
    guest.refresh()
    assert refusal(board, guest, lambda objects: objects["new"].update({"x": 5.0})) == "inbox"


def test_inbox_stays_in_place_for_everybody(board: LiveDocument) -> None:
    awa = Person(board, "u1", 201, facilitates=True)
    awa.edit(lambda objects: objects.update({"box": zone("u1")}))
    inbox = Inbox("box", 0.0, 0.0, 600.0, 420.0)
    for number, action in enumerate(
        (
            lambda objects: objects["box"].update({"x": 5.0}),
            lambda objects: objects["box"].update({"w": 900.0}),
            lambda objects: objects.pop("box"),
        )
    ):
        leads = Person(board, "u1", 300 + number, facilitates=True, inbox=inbox)
        assert refusal(board, leads, action) == "inbox_stays"
    awa.edit(lambda objects: objects["box"]["title"].insert(0, "Boîte"))


def test_inbox_is_kept_as_text() -> None:
    box = Inbox("zone-1", -10.5, 20.0, 600.0, 96.25)
    assert Inbox.read(box.stored()) == box
    assert Inbox.read("") is None


def test_facilitators_lock_and_unlock_zones(board: LiveDocument) -> None:
    awa = Person(board, "u1", 201, facilitates=True)
    awa.edit(lambda objects: objects.update({"box": zone("u1")}))
    awa.edit(lambda objects: objects["box"].update({"locked": True}))
    moussa = Person(board, "u2", 202, facilitates=True)
    move: Action = lambda objects: objects["box"].update({"x": 50.0})  # noqa: E731
    assert refusal(board, moussa, move) == "locked"
    both: Action = lambda objects: objects["box"].update({"locked": False, "x": 50.0})  # noqa: E731
    assert refusal(board, Person(board, "u2", 203, facilitates=True), both) == "locked"
    unlocks = Person(board, "u2", 204, facilitates=True)
    unlocks.edit(lambda objects: objects["box"].update({"locked": False}))
    unlocks.edit(move)
    assert board.outline() == LiveDocument.open(board.snapshot(), []).outline()
    template = Person(board, "u2", 206, facilitates=True)
    template.edit(lambda objects: objects["zone-1"].update({"locked": False}))
    template.edit(lambda objects: objects["zone-1"].update({"x": 50.0}))


LOCKS: dict[str, Action] = {
    "a template's zone": lambda objects: objects["zone-1"].update({"locked": False}),
    "one's own note": lambda objects: objects["mine"].update({"locked": True}),
}


@pytest.mark.parametrize("action", LOCKS.values(), ids=LOCKS)
def test_others_turn_no_lock_and_nobody_locks_a_note(board: LiveDocument, action: Action) -> None:
    assert refusal(board, Person(board, "g5", 205, **GUEST), action) in {"locked", "fixed_field"}
    note_locked: Action = lambda objects: objects["awa"].update({"locked": True})  # noqa: E731
    assert refusal(board, Person(board, "u1", 206, facilitates=True), note_locked) == "fixed_field"
