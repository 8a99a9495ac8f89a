"""A live document: rehearse, accept, catch up, and stay what it was when an update is refused."""

import gc
import weakref
from collections.abc import Callable, Sequence

import pytest
from pycrdt import Doc, Map

from models.board.changes import FieldChange, Odd, TextChange
from models.board.guard import SYNC, Limits, decode_state_vector, encode_state_vector
from models.board.messages import refusal
from models.board.rules import BoardActor
from models.board.seed import seed_board
from models.board.shadow import Shadow
from models.board.sync import LiveDocument
from models.errors import CorruptDocument, Refused
from tests.board import forge
from tests.board.people import Objects, Person, note


@pytest.fixture
def board() -> LiveDocument:
    return LiveDocument.open(seed_board("vierge", "fr"), [])


@pytest.fixture
def awa(board: LiveDocument) -> Person:
    person = Person(board, "u1", 101)
    person.edit(lambda objects: objects.update({"n1": note("u1", "bonjour")}))
    return person


def test_proposal_leaves_the_live_copy_alone_until_it_is_accepted(board: LiveDocument, awa: Person) -> None:
    before = board.snapshot()
    proposal = awa.propose(lambda objects: objects["n1"].update({"x": 99}))
    assert board.snapshot() == before
    board.accept(proposal.update)
    assert [found.x for found in board.outline().loose] == [99]


def test_several_proposals_wait_for_one_commit(board: LiveDocument, awa: Person) -> None:
    other = Person(board, "u2", 102)
    proposals = [
        awa.propose(lambda objects: objects["n1"].update({"x": 1})),
        other.propose(lambda objects: objects.update({"n2": note("u2", "à deux")})),
        awa.propose(lambda objects: objects["n1"].update({"y": 2})),
    ]
    for proposal in proposals:
        board.accept(proposal.update)
    assert {found.text: (found.x, found.y) for found in board.outline().notes()} == {
        "bonjour": (1, 2),
        "à deux": (10, 20),
    }


def test_accept_follows_the_order_of_the_proposals(board: LiveDocument, awa: Person) -> None:
    first = awa.propose(lambda objects: objects["n1"].update({"x": 1}))
    second = awa.propose(lambda objects: objects["n1"].update({"x": 2}))
    with pytest.raises(ValueError, match="same order"):
        board.accept(second.update)
    board.accept(first.update)
    board.accept(second.update)
    with pytest.raises(ValueError, match="same order"):
        board.accept(second.update)


def test_failed_commit_forgets_the_proposals(board: LiveDocument, awa: Person) -> None:
    proposal = awa.propose(lambda objects: objects.update({"n2": note("u1")}))
    assert set(board.view.facts) == {"n1", "n2"}
    board.reset_shadow()
    assert set(board.view.facts) == {"n1"}
    again = board.propose(proposal.update, awa.actor)
    board.accept(again.update)
    assert set(board.view.facts) == {"n1", "n2"}


def test_refused_update_leaves_no_trace(board: LiveDocument, awa: Person) -> None:
    waiting = awa.propose(lambda objects: objects["n1"].update({"x": 5}))
    intruder = Person(board, "g9", 103, edits_own_only=True)
    update = intruder.write(lambda objects: objects["n1"].update({"x": 6}))
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            board.propose(update, intruder.actor)
        assert refused.value.code == "not_yours"
    board.accept(waiting.update)
    awa.edit(lambda objects: objects["n1"].update({"y": 7}))
    assert [(found.x, found.y) for found in board.outline().loose] == [(5, 7)]
    assert 103 not in decode_state_vector(board.state_vector())


def test_shadow_that_nobody_needs_is_freed_and_made_anew(board: LiveDocument, awa: Person) -> None:
    waiting = awa.propose(lambda objects: objects["n1"].update({"x": 5}))
    board.free_unused()
    assert board._shadow is not None, "it was needed a moment ago"
    board.free_unused()
    assert board._shadow is None
    further = awa.propose(lambda objects: objects["n1"].update({"colour": "rose"}))
    for proposal in (waiting, further):
        board.accept(proposal.update)
    assert [(found.x, found.colour) for found in board.outline().loose] == [(5, "rose")]
    held = [decode_state_vector(copy.state_vector()) for copy in (board._shadow_now(), board)]
    assert held[0] == held[1]


def test_shadow_that_is_dropped_is_freed_with_its_document() -> None:
    shadow = Shadow(seed_board("defi", "fr"))
    shadow.apply(b"\0\0")
    alive = weakref.ref(shadow), weakref.ref(shadow._doc)
    del shadow
    gc.collect()
    assert [reference() for reference in alive] == [None, None]


def test_repeated_update_is_empty(board: LiveDocument, awa: Person) -> None:
    update = awa.write(lambda objects: objects["n1"].update({"x": 5}))
    board.accept(board.propose(update, awa.actor).update)
    again = board.propose(update, awa.actor)
    assert again.is_empty
    assert again.clients == frozenset()


def test_deleting_what_is_deleted_is_empty(board: LiveDocument, awa: Person) -> None:
    other = Person(board, "u2", 102)
    first = awa.write(lambda objects: objects.pop("n1"))
    second = other.write(lambda objects: objects.pop("n1"))
    board.accept(board.propose(first, awa.actor).update)
    assert board.propose(second, other.actor).is_empty


def test_client_ids_are_asked_for_before_anything_is_applied(board: LiveDocument, awa: Person) -> None:
    asked: list[frozenset[int]] = []

    def nobody(clients: frozenset[int]) -> bool:
        asked.append(clients)
        return False

    update = awa.write(lambda objects: objects["n1"].update({"x": 5}))
    with pytest.raises(Refused) as refused:
        board.propose(update, awa.actor, may_use=nobody)
    assert refused.value.code == "client_id"
    assert asked == [frozenset({101})]
    proposal = board.propose(update, awa.actor, may_use=lambda clients: clients == {101})
    assert proposal.clients == {101}


def test_reader_is_refused_before_the_update_is_read(board: LiveDocument) -> None:
    with pytest.raises(Refused) as refused:
        board.propose(b"nonsense", BoardActor("u1", can_edit=False))
    assert refused.value.code == "read_only"


def test_live_updates_are_smaller_than_what_comes_after_being_offline(
    board: LiveDocument, awa: Person
) -> None:
    many = {f"m{number}": note("u1", "x" * 1_900) for number in range(40)}
    update = awa.write(lambda objects: objects.update(many))
    with pytest.raises(Refused) as refused:
        board.propose(update, awa.actor)
    assert refused.value.code == "too_large"
    board.accept(board.propose(update, awa.actor, limits=SYNC).update)
    assert len(board.view.facts) == 41


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (lambda objects: objects["n1"].update({"x": 3.5}), FieldChange("n1", "x", 10.0, 3.5)),
        (lambda objects: objects["n1"].pop("zone"), FieldChange("n1", "zone", "", Odd.MISSING)),
        (lambda objects: objects["n1"].update({"colour": None}), FieldChange("n1", "colour", "jonc", None)),
        (lambda objects: objects["n1"].update({"w": [1]}), FieldChange("n1", "w", 148.0, Odd.OTHER)),
        (lambda objects: objects["n1"].update({"w": Map({})}), FieldChange("n1", "w", 148.0, Odd.OTHER)),
        (lambda objects: objects["n1"]["text"].insert(0, "é"), TextChange("n1", "text", "ébonjour")),
        (lambda objects: objects["n1"]["text"].clear(), TextChange("n1", "text", "")),
    ],
)
def test_rehearsal_tells_what_changes(
    board: LiveDocument, awa: Person, action: Callable[[Objects], object], expected: FieldChange | TextChange
) -> None:
    changes = board.rehearse(awa.write(action))
    assert (*changes.fields, *changes.texts) == (expected,)
    assert changes.ids() == {"n1"}
    assert board.outline().words() == "bonjour"


def test_rehearsal_tells_creation_deletion_and_replacement(board: LiveDocument, awa: Person) -> None:
    created = board.rehearse(awa.write(lambda objects: objects.update({"n2": note("u1", "neuf")})))
    assert [(made.id, made.texts, made.values["text"]) for made in created.created] == [
        ("n2", {"text": "neuf"}, Odd.TEXT)
    ]
    awa.doc = Doc(client_id=201)
    awa.refresh()
    replaced = board.rehearse(awa.write(lambda objects: objects.update({"n1": note("u1")})))
    assert (replaced.deleted, [made.id for made in replaced.created]) == (("n1",), ["n1"])
    awa.doc = Doc(client_id=202)
    awa.refresh()
    assert board.rehearse(awa.write(lambda objects: objects.pop("n1"))).deleted == ("n1",)


def test_rehearsal_sees_writes_that_do_not_show(board: LiveDocument, awa: Person) -> None:
    def set_and_unset(objects: Objects) -> None:
        objects["n1"]["spare"] = 1
        del objects["n1"]["spare"]

    assert board.rehearse(awa.write(set_and_unset)).touched == {"n1"}


@pytest.mark.parametrize(
    "action",
    [
        lambda doc: doc.get("meta", type=Map).update({"template": "x"}),
        lambda doc: doc.get("objects", type=Map).update({"n2": "just words"}),
        lambda doc: doc.get("objects", type=Map)["n1"].update({"deep": Map({"k": 1})}),
    ],
)
def test_rehearsal_sees_what_is_no_object(
    board: LiveDocument, awa: Person, action: Callable[[Doc[Map[object]]], object]
) -> None:
    changes = board.rehearse(awa.write(lambda _objects: action(awa.doc)))
    assert changes.stray or changes.fields[0].new is Odd.OTHER


def test_newcomer_gets_what_is_missing_and_no_more(board: LiveDocument, awa: Person) -> None:
    newcomer: Doc[Map[object]] = Doc()
    newcomer.apply_update(board.diff(None))
    before = newcomer.get_state()
    assert len(board.diff(before)) < 10
    awa.edit(lambda objects: objects["n1"].update({"x": 77}))
    missing = board.diff(before)
    assert len(missing) < 60
    newcomer.apply_update(missing)
    assert decode_state_vector(newcomer.get_state()) == decode_state_vector(board.state_vector())


@pytest.mark.parametrize("boast", [{101: 2**31 - 1}, {424242: 7}, {}])
def test_state_vector_ahead_of_the_server_does_no_harm(
    board: LiveDocument, awa: Person, boast: dict[int, int]
) -> None:
    newcomer: Doc[Map[object]] = Doc()
    newcomer.apply_update(board.diff(encode_state_vector(boast)))


@pytest.mark.parametrize("data", [b"", b"\xff\xff\xff\xff\xff", b"\x01\x01", b"\x00\x00"])
def test_unsound_state_vector_is_refused(board: LiveDocument, data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        board.diff(data)
    assert refused.value.code == "malformed"


def test_update_of_another_process_is_absorbed(board: LiveDocument, awa: Person) -> None:
    there = LiveDocument.open(board.snapshot(), [])
    moussa = Person(there, "u2", 102)
    waiting = awa.propose(lambda objects: objects["n1"].update({"x": 1}))
    theirs = moussa.propose(lambda objects: objects.update({"n2": note("u2", "d’ailleurs")}))
    there.accept(theirs.update)
    board.absorb(theirs.update)
    assert set(board.view.facts) == {"n1", "n2"}
    board.accept(waiting.update)
    there.absorb(waiting.update)
    assert board.outline() == there.outline()
    awa.refresh()
    awa.edit(lambda objects: objects["n2"].update({"x": 3}))


def test_absorbing_after_a_gap_is_refused(board: LiveDocument) -> None:
    there = LiveDocument.open(board.snapshot(), [])
    moussa = Person(there, "u2", 102)
    rows = [moussa.propose(lambda objects, name=name: objects.update({name: note("u2")})) for name in "ab"]
    with pytest.raises(Refused) as refused:
        board.absorb(rows[1].update)
    assert refused.value.code == "gap"
    for row in rows:
        board.absorb(row.update)
    assert set(board.view.facts) == {"a", "b"}


def test_corrupt_rows_are_told_apart(board: LiveDocument) -> None:
    with pytest.raises(CorruptDocument):
        LiveDocument.open(b"\x01\x02\x03", [])
    with pytest.raises(CorruptDocument):
        LiveDocument.open(board.snapshot(), [b"\xff"])
    assert LiveDocument.open(None, []).outline().zones == ()


def test_panic_in_yrs_is_a_refusal_and_the_document_lives_on(
    board: LiveDocument, awa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        """Named as pyo3 names it."""

    def panic(*_args: object) -> None:
        raise PanicException

    update = awa.write(lambda objects: objects["n1"].update({"x": 5, "colour": "rose"}))
    with monkeypatch.context() as patch:
        patch.setattr(Doc, "apply_update", panic)
        with pytest.raises(Refused) as refused:
            board.propose(update, awa.actor)
    assert refused.value.code == "panic"
    board.accept(board.propose(update, awa.actor).update)
    assert [found.x for found in board.outline().loose] == [5]


def test_shadow_that_cannot_follow_is_made_anew(
    board: LiveDocument, awa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    awa.edit(lambda objects: objects["n1"].update({"x": 4}))
    waiting = awa.propose(lambda objects: objects["n1"].update({"x": 5}))
    seen: list[int] = []

    def panic(_shadow: Shadow, updates: Sequence[bytes]) -> None:
        seen.append(len(updates))
        monkeypatch.undo()
        raise refusal("panic")

    monkeypatch.setattr(Shadow, "follow", panic)
    further = awa.propose(lambda objects: objects["n1"].update({"colour": "rose"}))
    assert seen == [2]
    assert [change.new for change in further.changes.fields] == ["rose"]
    for proposal in (waiting, further):
        board.accept(proposal.update)
    assert [found.x for found in board.outline().loose] == [5]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interruption_is_not_taken_for_a_panic(
    board: LiveDocument, awa: Person, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def interrupt(*_args: object) -> None:
        raise error

    update = awa.write(lambda objects: objects["n1"].update({"colour": "rose"}))
    monkeypatch.setattr(Doc, "apply_update", interrupt)
    with pytest.raises(error):
        board.propose(update, awa.actor)


def test_hidden_content_in_a_text_is_seen() -> None:
    """The guard refuses it; should it ever pass, the rehearsal sees it."""
    base = forge.update((7, 0, forge.note(7, text="abc")))
    shadow = Shadow(base)
    hidden = forge.update((9, 0, [forge.item("any", ["x"], left=(7, 14))]))
    assert [text.sound for text in shadow.apply(hidden).texts] == [False]


def test_warning_comes_past_the_soft_limit(board: LiveDocument, awa: Person) -> None:
    assert board.warning() is None
    many = {f"m{number}": note("u1") for number in range(2_000)}
    update = awa.write(lambda objects: objects.update(many))
    roomy = Limits(update_bytes=2**20, structs=50_000)
    board.accept(board.propose(update, awa.actor, limits=roomy).update)
    assert board.warning() == "nearly_full"
    assert refusal("nearly_full").message


def test_warming_up_changes_nothing_that_shows(board: LiveDocument, awa: Person) -> None:
    again = LiveDocument.open(board.snapshot(), [])
    assert len(list(again.warm_up())) == 3
    again.accept(again.propose(awa.write(lambda objects: objects.pop("n1")), awa.actor).update)
    assert again.view.facts == {}


@pytest.mark.parametrize("at", range(6))
def test_edit_between_two_steps_of_warming_up_is_not_forgotten(
    board: LiveDocument, awa: Person, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.board.scan.STEP_STRUCTS", 4)
    again = LiveDocument.open(board.snapshot(), [])
    steps = again.warm_up()
    for _ in range(at):
        next(steps)
    added = awa.write(lambda objects: objects.update({"n9": note("u1", "entre deux")}))
    again.accept(again.propose(added, awa.actor).update)
    list(steps)
    after = awa.write(lambda objects: objects["n9"]["text"].insert(0, "pas "))
    again.accept(again.propose(after, awa.actor).update)
    assert again.is_same(LiveDocument.open(again.snapshot(), []))
    (told,) = [one for one in again.outline().notes() if one.id == "n9"]
    assert told.text == "pas entre deux"


def test_size_follows_the_document(board: LiveDocument, awa: Person) -> None:
    before = board.size_bytes
    awa.edit(lambda objects: objects["n1"]["text"].insert(0, "y" * 1_000))
    assert before + 1_000 < board.size_bytes < before + 1_100
    assert abs(len(board.snapshot()) - board.size_bytes) < 50


def test_texts_count_as_browsers_count(board: LiveDocument, awa: Person) -> None:
    awa.edit(lambda objects: objects.update({"n2": note("u1", "é😀" * 600)}))
    with pytest.raises(Refused) as refused:
        awa.propose(lambda objects: objects["n2"]["text"].insert(0, "😀" * 101))
    assert refused.value.code == "text_too_long"


def test_shadow_is_freed_when_it_is_dropped(board: LiveDocument, awa: Person) -> None:
    shadow = Shadow(board.snapshot())
    shadow.apply(awa.write(lambda objects: objects["n1"].update({"x": 7})))
    alive = weakref.ref(shadow)
    del shadow
    gc.collect()
    assert alive() is None
