"""Who may do what to a board: each refusal with its code, each right with its limit."""

from collections.abc import Callable, Mapping

import pytest
from pycrdt import Array, Map, Text

from models.board import rules
from models.board.changes import Changes, Created, Fact, FieldChange, View
from models.board.guard import Limits
from models.board.messages import MESSAGES
from models.board.rules import BoardActor, check
from models.board.seed import seed_board
from models.board.sync import LiveDocument
from models.errors import Refused
from tests.board.people import Objects, Person, connector, note

Action = Callable[[Objects], object]
RIGHTS: Mapping[str, Mapping[str, bool]] = {
    "learner": {},
    "guest": {"edits_own_only": True},
    "reader": {"can_edit": False},
    "late": {"frozen": True},
}
KEYS = {"learner": "u1", "guest": "g5", "reader": "u9", "late": "u1"}


@pytest.fixture
def board() -> LiveDocument:
    """The defi template, a note of each person, and a connector of the other learner."""
    board = LiveDocument.open(seed_board("defi", "fr"), [])
    moussa = Person(board, "u2", 102)
    guest = Person(board, "g5", 105, edits_own_only=True)
    awa = Person(board, "u1", 101)
    awa.edit(lambda objects: objects.update({"awa": note("u1", "de Awa", zone="zone-1")}))
    guest.edit(lambda objects: objects.update({"guest": note("g5", "de l’invité")}))
    moussa.edit(lambda objects: objects.update({"link": connector("u2", "awa", "guest")}))
    return board


def person(board: LiveDocument, who: str) -> Person:
    return Person(board, KEYS[who], 200 + len(who), **RIGHTS[who])


def code(board: LiveDocument, who: str, action: Action) -> str:
    """Why somebody may not do this; the board stays as it was."""
    before = board.outline()
    with pytest.raises(Refused) as refused:
        person(board, who).propose(action)
    assert board.outline() == before
    assert refused.value.message == MESSAGES[refused.value.code]
    return refused.value.code


CHANGES: dict[str, Action] = {
    "move": lambda objects: objects["guest"].update({"x": 1.0, "y": 2.0, "zone": "zone-2"}),
    "recolour": lambda objects: objects["guest"].update({"colour": "rose"}),
    "group": lambda objects: objects["guest"].update({"group": "g-1"}),
    "ungroup": lambda objects: objects["guest"].update({"group": ""}),
    "write": lambda objects: objects["guest"]["text"].insert(0, "oui, "),
    "delete": lambda objects: objects.pop("guest"),
}
OTHERS_NOTE: dict[str, Action] = {
    "move": lambda objects: objects["awa"].update({"x": 1.0, "y": 2.0}),
    "recolour": lambda objects: objects["awa"].update({"colour": "rose"}),
    "group": lambda objects: objects["awa"].update({"group": "g-1"}),
    "write": lambda objects: objects["awa"]["text"].insert(0, "oui, "),
    "erase": lambda objects: objects["awa"]["text"].clear(),
    "delete": lambda objects: objects.pop("awa"),
    "replace": lambda objects: objects.update({"awa": note("g5")}),
    "delete a connector": lambda objects: objects.pop("link"),
    "redirect a connector": lambda objects: objects["link"].update({"to": "zone-1"}),
    "name a connector": lambda objects: objects["link"]["label"].insert(0, "va avec"),
}


@pytest.mark.parametrize("action", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("who", ["learner", "guest"])
def test_unlocked_note_is_changed_by_learners_and_by_its_author(
    board: LiveDocument, who: str, action: Action
) -> None:
    person(board, who).edit(action)


@pytest.mark.parametrize("action", OTHERS_NOTE.values(), ids=OTHERS_NOTE)
def test_guest_changes_nothing_of_others(board: LiveDocument, action: Action) -> None:
    assert code(board, "guest", action) == "not_yours"


@pytest.mark.parametrize("action", [action for name, action in OTHERS_NOTE.items() if name != "replace"])
def test_learner_changes_what_others_made(board: LiveDocument, action: Action) -> None:
    person(board, "learner").edit(action)


@pytest.mark.parametrize(("who", "expected"), [("reader", "read_only"), ("late", "frozen")])
@pytest.mark.parametrize("action", [*CHANGES.values(), lambda objects: objects.update({"new": note("u1")})])
def test_reader_and_frozen_board_take_nothing(
    board: LiveDocument, who: str, expected: str, action: Action
) -> None:
    assert code(board, who, action) == expected


@pytest.mark.parametrize(
    "action",
    [
        lambda objects: objects["zone-1"].update({"x": 5.0}),
        lambda objects: objects["zone-1"].update({"group": "g-1"}),
        lambda objects: objects["zone-1"].update({"prompt": "autre chose"}),
        lambda objects: objects["zone-1"].update({"locked": False}),
        lambda objects: objects["zone-1"]["title"].insert(0, "Non "),
        lambda objects: objects["text-1"]["text"].clear(),
        lambda objects: objects.pop("zone-6"),
        lambda objects: objects.update({"zone-1": note("u1")}),
    ],
)
@pytest.mark.parametrize("who", ["learner", "guest"])
def test_scaffolding_of_the_template_stands_fast(board: LiveDocument, who: str, action: Action) -> None:
    assert code(board, who, action) == "locked"


def test_writing_without_effect_counts_as_writing(board: LiveDocument) -> None:
    def set_and_unset(objects: Objects) -> None:
        objects["zone-1"]["spare"] = 1
        del objects["zone-1"]["spare"]

    assert code(board, "learner", set_and_unset) == "locked"


def whole(kind: str, **fields: object) -> Map[object]:
    """A new object signed by the learner."""
    own: dict[str, dict[str, object]] = {
        "text": {"size": "m", "w": 240.0, "text": Text("")},
        "zone": {"w": 600.0, "h": 400.0, "title": Text(""), "number": 7.0, "prompt": "", "tone": "plain"},
    }
    base = {"type": kind, "author": "u1", "order": "a", "x": 0.0, "y": 0.0, "zone": "", "locked": False}
    return Map({**base, **own[kind], **fields})


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: note("u2"), "author"),
        (lambda: note("template"), "author"),
        (lambda: note("g5"), "author"),
        (lambda: note("u1", locked=True), "lock_reserved"),
        (lambda: note("u1", type="sticker"), "unknown_type"),
        (lambda: note("u1", type=Text("note")), "unknown_type"),
        (lambda: note("u1", type=...), "unknown_type"),
        (lambda: note("u1", author=...), "missing_field"),
        (lambda: note("u1", text=...), "missing_field"),
        (lambda: note("u1", x=...), "missing_field"),
        (lambda: note("u1", order=...), "missing_field"),
        (lambda: note("u1", votes=3), "unknown_field"),
        (lambda: note("u1", prompt="x"), "unknown_field"),
        (lambda: note("u1", text="plain words"), "bad_value"),
        (lambda: note("u1", colour=Text("rose")), "bad_value"),
        (lambda: note("u1", colour="noir"), "bad_value"),
        (lambda: note("u1", x=1_000_001), "bad_value"),
        (lambda: note("u1", x=float("nan")), "bad_value"),
        (lambda: note("u1", y=float("-inf")), "bad_value"),
        (lambda: note("u1", x="12"), "bad_value"),
        (lambda: note("u1", x=True), "bad_value"),
        (lambda: note("u1", x=None), "bad_value"),
        (lambda: note("u1", w=79), "bad_value"),
        (lambda: note("u1", h=601), "bad_value"),
        (lambda: note("u1", order=""), "bad_value"),
        (lambda: note("u1", order="a" * 65), "bad_value"),
        (lambda: note("u1", order="a-b"), "bad_value"),
        (lambda: note("u1", zone="no such id!"), "bad_value"),
        (lambda: note("u1", zone="z" * 33), "bad_value"),
        (lambda: note("u1", group="no such id!"), "bad_value"),
        (lambda: note("u1", group="g" * 33), "bad_value"),
        (lambda: connector("u1", "awa", "guest", group="g-1"), "unknown_field"),
        (lambda: note("u1", locked=1), "bad_value"),
        (lambda: note("u1", x={"deep": [1]}), "bad_value"),
        (lambda: note("u1", "x" * 2_001), "text_too_long"),
        (lambda: note("u1", "a\0b"), "bad_text"),
        (lambda: connector("u1", "awa", ""), "bad_value"),
        (lambda: connector("u1", "a b", "guest"), "bad_value"),
        (lambda: connector("u1", "awa", "guest", x=1), "unknown_field"),
        (lambda: connector("u1", "awa", "guest", label=Text("x" * 121)), "text_too_long"),
        (lambda: whole("zone", number=1.5), "bad_value"),
        (lambda: whole("zone", number=100), "bad_value"),
        (lambda: whole("zone", prompt="x" * 601), "bad_value"),
        (lambda: whole("zone", prompt="a\0b"), "bad_value"),
        (lambda: whole("zone", tone="loud"), "bad_value"),
        (lambda: whole("zone", title=Text("x" * 121)), "text_too_long"),
        (lambda: whole("text", size="xxl"), "bad_value"),
        (lambda: whole("text", w=39), "bad_value"),
    ],
)
def test_unsound_object_is_refused(
    board: LiveDocument, made: Callable[[], Map[object]], expected: str
) -> None:
    assert code(board, "learner", lambda objects: objects.update({"new": made()})) == expected


@pytest.mark.parametrize(
    "made",
    [
        lambda: note("u1"),
        lambda: note("u1", "é" * 2_000, zone="zone-2", x=-1_000_000, y=1_000_000, w=80, h=600),
        lambda: note("u1", w=..., h=..., colour=..., zone=..., locked=...),
        lambda: whole("text"),
        lambda: note("u1", group="g" * 32),
        lambda: whole("text", group="g-1"),
        lambda: whole("zone", number=0, tone="keep", prompt="p" * 600),
        lambda: connector("u1", "awa", "gone-meanwhile"),
    ],
)
def test_sound_object_is_taken(board: LiveDocument, made: Callable[[], Map[object]]) -> None:
    person(board, "learner").edit(lambda objects: objects.update({"new": made()}))
    assert "new" in board.view.facts


@pytest.mark.parametrize("name", ["a b", "é", "x" * 33, "../x", "a.b"])
def test_unsound_id_is_refused(board: LiveDocument, name: str) -> None:
    assert code(board, "learner", lambda objects: objects.update({name: note("u1")})) == "bad_id"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (lambda objects: objects["awa"].update({"author": "u2"}), "fixed_field"),
        (lambda objects: objects["awa"].update({"type": "zone"}), "fixed_field"),
        (lambda objects: objects["awa"].update({"locked": True}), "fixed_field"),
        (lambda objects: objects["awa"].update({"likes": 1}), "unknown_field"),
        (lambda objects: objects["awa"].update({"x": "left"}), "bad_value"),
        (lambda objects: objects["awa"].update({"text": Text("other")}), "bad_value"),
        (lambda objects: objects["awa"].update({"text": "other"}), "bad_value"),
        (lambda objects: objects["awa"].pop("colour"), "removed_field"),
        (lambda objects: objects["awa"].pop("text"), "removed_field"),
        (lambda objects: objects["awa"].pop("author"), "fixed_field"),
        (lambda objects: objects["awa"]["text"].insert(0, "x" * 2_000), "text_too_long"),
        (lambda objects: objects["awa"]["text"].insert(0, "\0"), "bad_text"),
    ],
)
def test_unsound_change_is_refused(board: LiveDocument, action: Action, expected: str) -> None:
    assert code(board, "learner", action) == expected


@pytest.mark.parametrize(
    "made", [lambda: "words", lambda: 12, lambda: Text("words"), lambda: Array([1]), lambda: None]
)
def test_what_is_no_object_is_refused(board: LiveDocument, made: Callable[[], object]) -> None:
    refused = code(board, "learner", lambda objects: objects.update({"new": made()}))
    assert refused in {"structure", "content"}


def test_meta_belongs_to_the_server(board: LiveDocument) -> None:
    awa = person(board, "learner")
    with pytest.raises(Refused) as refused:
        awa.propose(lambda _objects: awa.doc.get("meta", type=Map).update({"version": 2}))
    assert refused.value.code == "structure"


def test_undo_brings_back_a_deleted_note_under_its_author(board: LiveDocument) -> None:
    awa = person(board, "learner")
    awa.edit(lambda objects: objects.pop("guest"))
    awa.edit(lambda objects: objects.update({"guest": note("g5", "de l’invité")}))
    assert board.view.facts["guest"] == Fact("note", "g5", locked=False)


def test_undo_is_no_way_to_write_in_somebodys_name(board: LiveDocument) -> None:
    awa = person(board, "learner")
    awa.edit(lambda objects: objects.pop("guest"))
    assert code(board, "learner", lambda objects: objects.update({"other": note("g5")})) == "author"
    retyped = connector("g5", "awa", "awa")
    assert code(board, "learner", lambda objects: objects.update({"guest": retyped})) == "author"
    assert code(board, "guest", lambda objects: objects.update({"guest": note("u1")})) == "author"


def test_deleted_notes_are_remembered_but_not_for_ever() -> None:
    view = View({f"n{number}": Fact("note", "u1", locked=False) for number in range(10)})
    view.settle(Changes(deleted=tuple(view.facts)), departed_limit=4)
    assert set(view.departed) == {"n6", "n7", "n8", "n9"}


def test_several_changes_are_judged_one_by_one(board: LiveDocument) -> None:
    def own_and_others(objects: Objects) -> None:
        objects["guest"]["x"] = 1.0
        objects["awa"]["x"] = 1.0

    assert code(board, "guest", own_and_others) == "not_yours"


def new_notes(count: int) -> Changes:
    values = {**dict.fromkeys(("x", "y"), 0.0), "type": "note", "author": "u1", "order": "a"}
    made = {**values, "text": rules.Odd.TEXT}
    return Changes(created=tuple(Created(f"n{number}", made, {"text": ""}) for number in range(count)))


def test_full_board_takes_deletions_and_moves_only() -> None:
    facts = {f"f{number}": Fact("note", "u1", locked=False) for number in range(rules.HARD_OBJECTS)}
    view, awa = View(facts), BoardActor("u1", can_edit=True)
    with pytest.raises(Refused) as refused:
        check(new_notes(1), awa, view)
    assert refused.value.code == "full"
    check(Changes(deleted=("f1",)), awa, view)
    check(Changes(fields=(FieldChange("f1", "x", 0.0, 1.0),)), awa, view)
    swap = Changes(created=new_notes(1).created, deleted=("f1",))
    check(swap, awa, view)


def test_heavy_board_takes_deletions_only() -> None:
    facts = {"f1": Fact("note", "u1", locked=False)}
    view, awa = View(facts, size_bytes=rules.HARD_BYTES + 1), BoardActor("u1", can_edit=True)
    for changes in (new_notes(1), Changes(fields=(FieldChange("f1", "x", 0.0, 1.0),))):
        with pytest.raises(Refused) as refused:
            check(changes, awa, view)
        assert refused.value.code == "full"
    check(Changes(deleted=("f1",)), awa, view)
    assert rules.warning(view) == "nearly_full"


def test_board_fills_up_to_its_limit_through_the_front_door() -> None:
    board = LiveDocument.open(seed_board("vierge", "fr"), [])
    awa = Person(board, "u1", 101)
    roomy = Limits(update_bytes=2**22, structs=2**20)
    update = awa.write(lambda objects: objects.update({f"n{number}": note("u1") for number in range(5_001)}))
    with pytest.raises(Refused) as refused:
        board.propose(update, awa.actor, limits=roomy)
    assert refused.value.code == "full"


def test_every_code_has_a_sentence_and_every_sentence_a_use() -> None:
    tables = (rules.ACTOR_RULES, rules.BOARD_RULES, rules.OBJECT_RULES, rules.FIELD_RULES, rules.TEXT_RULES)
    codes = {name for table in (*tables, rules.CREATION_RULES) for name, *_rule in table}
    assert codes <= MESSAGES.keys()
    assert all(sentence.endswith(".") for sentence in MESSAGES.values())
