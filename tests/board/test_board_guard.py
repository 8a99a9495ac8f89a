"""What the guard lets through, and what it refuses before anything else sees it."""

import time

import pytest

from models.board.guard import LIVE, STORED, Limits, decode_state_vector, encode_state_vector, forget, inspect
from models.board.skeleton import Skeleton
from models.errors import Refused
from tests.board import forge
from tests.board.forge import MAP, TEXT, collected, item, skipped, update, varint

CLIENT = 7
TEXT_CLOCK = 11
"""Where the text of `forge.note` stands; its characters follow."""


@pytest.fixture
def skeleton() -> Skeleton:
    """A board with one note that says "ab😀c" (clocks 12 to 16), written by client 7."""
    known = Skeleton()
    inspect(update((CLIENT, 0, forge.note(CLIENT, text="ab😀c"))), known)
    return known


def code(data: bytes, known: Skeleton, limits: Limits = LIVE) -> str:
    """Why these bytes are refused; and refusing leaves no trace."""
    before = known.state(), {client: set(cuts) for client, cuts in known.cuts.items()}
    with pytest.raises(Refused) as refused:
        inspect(data, known, limits=limits)
    assert (known.state(), known.cuts) == before
    return refused.value.code


def test_new_note_is_let_through_and_its_client_is_named() -> None:
    known = Skeleton()
    inspection = inspect(update((CLIENT, 0, forge.note(CLIENT, text="bonjour"))), known)
    assert inspection.clients == {CLIENT}
    assert not inspection.deletes
    assert known.state() == {CLIENT: 19}


def test_known_update_brings_no_client(skeleton: Skeleton) -> None:
    again = update((CLIENT, 0, forge.note(CLIENT, text="ab😀c")))
    assert inspect(again, skeleton).clients == frozenset()
    assert skeleton.state() == {CLIENT: 17}


def test_update_that_begins_in_the_known_is_let_through(skeleton: Skeleton) -> None:
    longer = update((CLIENT, 12, [item("string", "ab😀cde", parent=(CLIENT, TEXT_CLOCK))]))
    assert inspect(longer, skeleton).clients == {CLIENT}
    assert skeleton.state() == {CLIENT: 19}


def test_forgetting_an_inspection_takes_back_all_it_added(skeleton: Skeleton) -> None:
    first = inspect(update((9, 0, [item("string", "😀", left=(CLIENT, 16))])), skeleton)
    forget(skeleton, first)
    assert skeleton.state() == {CLIENT: 17}
    assert skeleton.cuts[CLIENT] == {15}
    assert not skeleton.cuts.get(9)
    assert code(update(deleted={9: [(0, 1)]}), skeleton) == "gap"


def test_forgetting_a_repeated_text_keeps_what_was_known(skeleton: Skeleton) -> None:
    again = inspect(update((CLIENT, 0, forge.note(CLIENT, text="ab😀c"))), skeleton)
    forget(skeleton, again)
    assert skeleton.cuts == {CLIENT: {15}}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "malformed"),
        (b"\x00", "malformed"),
        (b"\x00\x00\x00", "malformed"),
        (varint(2**30), "malformed"),
        (b"\x80" * 9 + b"\x00", "malformed"),
        (update((9, 0, [])), "malformed"),
        (update((2**53, 0, [collected(1)])), "malformed"),
        (update((9, 0, [collected(0)])), "malformed"),
        (update((9, 0, [collected(2**31)])), "malformed"),
        (update((9, 0, [collected(2**31 - 2), collected(2)])), "malformed"),
        (update((9, 0, [b"\x20\x01"])), "malformed"),
        (update((9, 0, [skipped(3)])), "content"),
        (update((9, 0, [collected(1)]), (9, 1, [collected(1)])), "malformed"),
        (update((9, 3, [collected(1)])), "gap"),
        (update((CLIENT, 18, [collected(1)])), "gap"),
        (update(deleted={9: [(0, 1)]}), "gap"),
        (update(deleted={CLIENT: [(16, 2)]}), "gap"),
        (update(deleted={CLIENT: [(3, 0)]}), "malformed"),
        (update(deleted={CLIENT: [(3, 1), (2, 1)]}), "malformed"),
        (update(deleted={CLIENT: []}), "malformed"),
        (b"\x00\x02" + 2 * (varint(CLIENT) + b"\x01\x03\x01"), "malformed"),
    ],
)
def test_unsound_frame_is_refused(skeleton: Skeleton, data: bytes, expected: str) -> None:
    assert code(data, skeleton) == expected


@pytest.mark.parametrize(
    ("struct", "expected"),
    [
        (item("string", "x", left=(9, 0)), "dangling"),
        (item("string", "x", left=(9, 5)), "dangling"),
        (item("string", "x", left=(8, 0)), "dangling"),
        (item("string", "x", left=(CLIENT, 17)), "dangling"),
        (item("string", "x", right=(CLIENT, 17)), "dangling"),
        (item("any", ["x"], parent=(CLIENT, 99), key="x"), "dangling"),
        (item("type", MAP, parent=(9, 0), key="x"), "dangling"),
        (item("any", ["x"], root="users", key="x"), "root"),
        (item("string", "x", root="objects"), "root"),
        (item("any", [1], root="objects", key=""), "content"),
        (item("any", [1], root="objects", key="k" * 65), "content"),
        (item("any", [1], root="objects", key="__proto__"), "content"),
        (b"\x28\x02\x01\x6d\x01x\x01\x7e", "malformed"),
        (item("string", "", parent=(CLIENT, TEXT_CLOCK)), "malformed"),
        (item("any", [], left=(CLIENT, 1)), "malformed"),
        (item("deleted", 0, left=(CLIENT, 1)), "malformed"),
        (item("deleted", 2**31, left=(CLIENT, 1)), "malformed"),
        (item("string", b"\xff", parent=(CLIENT, TEXT_CLOCK)), "malformed"),
        (item("string", b"\xed\xa0\x80", parent=(CLIENT, TEXT_CLOCK)), "malformed"),
        (item("string", b"\xc0\x80", parent=(CLIENT, TEXT_CLOCK)), "malformed"),
        (b"\x88\x07\x01\x01\x7a" + bytes(8), "malformed"),
        (item("json", ["1"], left=(CLIENT, 1)), "content"),
        (item("bytes", b"1", left=(CLIENT, 1)), "content"),
        (item("embed", "{}", left=(CLIENT, 12)), "content"),
        (item("format", ("bold", "true"), left=(CLIENT, 12)), "content"),
        (item("doc", ("guid", b"\x7e"), left=(CLIENT, 1)), "content"),
        (item("type", forge.ARRAY, parent=(CLIENT, 0), key="x"), "content"),
        (item("type", forge.XML, parent=(CLIENT, 0), key="x"), "content"),
    ],
)
def test_struct_of_a_kind_or_place_a_board_has_not_is_refused(
    skeleton: Skeleton, struct: bytes, expected: str
) -> None:
    assert code(update((9, 0, [struct])), skeleton) == expected


def test_lie_about_what_is_known_forbids_nothing_later(skeleton: Skeleton) -> None:
    drag = [item("any", [1.0], left=(CLIENT, 5)), item("any", [2.0], left=(CLIENT, 6))]
    inspect(update((9, 0, drag)), skeleton)
    lie = update((9, 0, [item("string", "🧭", left=(CLIENT, 16))]))
    assert not inspect(lie, skeleton).clients
    further = update((9, 2, [item("any", [3.0], left=(9, 0))]), deleted={9: [(0, 1)]})
    assert inspect(further, skeleton).clients == {9}


@pytest.mark.parametrize(
    "struct",
    [
        item("any", ["x"], parent=(CLIENT, TEXT_CLOCK), key="colour"),  # a key on a text
        item("string", "x", parent=(CLIENT, 0)),  # characters in a map
        item("string", "x", parent=(CLIENT, 0), key="colour"),  # characters as a field
        item("any", ["x"], parent=(CLIENT, 1), key="colour"),  # inside a plain value
        item("any", ["x"], parent=(CLIENT, 12), key="colour"),  # inside characters
        item("string", "rose", left=(CLIENT, 1)),  # characters after a field's value
        item("any", ["x"], left=(CLIENT, 12)),  # a value among characters
        item("type", MAP, left=(CLIENT, 12)),  # a map among characters
        item("type", MAP, parent=(CLIENT, 0), key="colour"),  # an object inside an object
        item("type", MAP, left=(CLIENT, 1)),
        item("type", TEXT, root="objects", key="n2"),  # a text instead of an object
        item("string", "x", left=(CLIENT, 12), right=(CLIENT, 1)),  # between two places
        item("any", ["x"], left=(CLIENT, 1), right=(CLIENT, 2)),  # between two fields
        item("any", ["x"], right=(CLIENT, 1)),  # before the value of a field
    ],
)
def test_struct_that_browsers_and_server_would_read_apart_is_refused(
    skeleton: Skeleton, struct: bytes
) -> None:
    assert code(update((9, 0, [struct])), skeleton) == "content"


@pytest.mark.parametrize(
    "data",
    [
        update((9, 0, [item("string", "x", left=(CLIENT, 14))])),
        update((9, 0, [item("string", "x", right=(CLIENT, 15))])),
        update((9, 0, [item("string", "x", left=(CLIENT, 14), right=(CLIENT, 15))])),
        update(deleted={CLIENT: [(14, 1)]}),
        update(deleted={CLIENT: [(15, 1)]}),
        update(deleted={CLIENT: [(12, 3)]}),
        update((9, 0, [item("string", "é🧭", left=(CLIENT, 16)), item("string", "x", left=(9, 1))])),
    ],
)
def test_half_of_a_surrogate_pair_is_never_named(skeleton: Skeleton, data: bytes) -> None:
    assert code(data, skeleton) == "surrogate"


def test_whole_surrogate_pair_may_be_deleted_and_stepped_over(skeleton: Skeleton) -> None:
    beside = item("string", "x", left=(CLIENT, 15), right=(CLIENT, 16))
    inspection = inspect(update((9, 0, [beside]), deleted={CLIENT: [(14, 2)]}), skeleton)
    assert inspection.deletes


def test_write_into_a_deleted_object_is_let_through() -> None:
    known = Skeleton()
    inspect(update((CLIENT, 0, [collected(12)])), known)
    late = [
        item("string", "x", parent=(CLIENT, 11)),
        item("any", ["x"], parent=(CLIENT, 0), key="colour"),
        item("string", "y", left=(CLIENT, 11)),
    ]
    assert inspect(update((9, 0, late)), known).clients == {9}


def test_clients_may_wait_for_one_another(skeleton: Skeleton) -> None:
    update_of_two = update(
        (9, 0, [item("string", "x", left=(CLIENT, 16)), item("string", "z", left=(8, 0))]),
        (8, 0, [item("string", "y", left=(9, 0))]),
    )
    assert inspect(update_of_two, skeleton).clients == {8, 9}


def test_clients_that_wait_in_a_circle_are_refused(skeleton: Skeleton) -> None:
    circle = update(
        (9, 0, [item("string", "x", left=(8, 0))]),
        (8, 0, [item("string", "y", left=(9, 0))]),
    )
    assert code(circle, skeleton) == "dangling"


def test_right_that_repeats_the_left_is_left_out(skeleton: Skeleton) -> None:
    after, own = (CLIENT, 13), (9, 0)
    deleted = {CLIENT: [(12, 1)]}
    doubled = [item("string", "x", left=after, right=after), item("string", "y", left=own, right=own)]
    single = [item("string", "x", left=after), item("string", "y", left=own)]
    inspection = inspect(update((9, 0, doubled), deleted=deleted), skeleton)
    assert inspection.update == update((9, 0, single), deleted=deleted)


def test_crowding_one_place_is_refused() -> None:
    known = Skeleton()
    inspect(update((CLIENT, 0, forge.note(CLIENT))), known)
    text = (CLIENT, TEXT_CLOCK)
    crowd = [item("string", "x", parent=text) for _ in range(1_000)]
    assert inspect(update((8, 0, crowd)), known).clients == {8}
    assert code(update((9, 0, crowd)), known) == "too_many"
    assert code(update((9, 0, [item("any", [1], root="objects", key="n1")] * 2_000)), known) == "too_many"
    field = item("any", ["rose"], parent=(CLIENT, 0), key="colour")
    assert code(update((9, 0, [field] * 2_000)), known) == "too_many"


def test_deletions_that_crumble_a_text_count_as_crowding() -> None:
    known = Skeleton()
    inspect(update((CLIENT, 0, forge.note(CLIENT, text="x" * 8_000))), known)
    crumbs = update(deleted={CLIENT: [(12 + 2 * number, 1) for number in range(4_000)]})
    assert inspect(crumbs, known).deletes
    late = [item("string", "y", left=(CLIENT, 12)) for _ in range(300)]
    assert code(update((9, 0, late)), known) == "too_many"


def test_long_typing_and_long_dragging_are_no_crowd(skeleton: Skeleton) -> None:
    last, clock = (CLIENT, 16), 0
    for _ in range(1_200):
        typed = [item("string", "x", left=last if not n else (9, clock + n - 1)) for n in range(5)]
        inspect(update((9, clock, typed)), skeleton)
        clock += 5
        last = (9, clock - 1)
    x, clock = (CLIENT, 5), 0
    for _ in range(4_000):
        inspect(update((10, clock, [item("any", [float(clock)], left=x)])), skeleton)
        x, clock = (10, clock), clock + 1


def test_limits_hold(skeleton: Skeleton) -> None:
    crowd = [(100 + number, 0, [collected(1)]) for number in range(65)]
    assert code(update(*crowd), skeleton) == "too_many"
    assert inspect(update(*crowd[:64]), Skeleton()).clients
    assert code(update((9, 0, [collected(1)] * 20_001)), skeleton) == "too_many"
    assert code(update((9, 0, [item("any", ["x" * 65_536], left=(CLIENT, 1))])), skeleton) == "too_large"
    few = Limits(update_bytes=1_000, ranges=2)
    assert code(update(deleted={CLIENT: [(0, 1), (2, 1), (4, 1)]}), skeleton, few) == "too_many"


@pytest.mark.parametrize(("depth", "fits"), [(32, True), (33, False)])
def test_values_nest_so_deep_and_no_deeper(skeleton: Skeleton, depth: int, *, fits: bool) -> None:
    value: object = 1
    for level in range(depth):
        value = [value] if level % 2 else {"k": value}
    data = update((9, 0, [item("any", [value], left=(CLIENT, 1))]))
    if fits:
        assert inspect(data, skeleton).clients == {9}
    else:
        assert code(data, skeleton) == "malformed"


def test_deep_nesting_in_few_bytes_costs_nothing(skeleton: Skeleton) -> None:
    tower = b"\x88" + varint(CLIENT) + b"\x01\x01" + b"\x75\x01" * 30_000
    began = time.process_time()
    assert code(b"\x01\x01\x09\x00" + tower, skeleton) == "malformed"
    assert time.process_time() - began < 0.05


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff\x0f", b"\x01\xff\xff\xff\xff\x0f\x07\x00"])
def test_declared_counts_allocate_nothing(skeleton: Skeleton, data: bytes) -> None:
    assert code(data, skeleton) == "malformed"


def test_stored_rows_are_taken_as_they_are(skeleton: Skeleton) -> None:
    crossing = update((9, 0, [item("any", ["x"], left=(CLIENT, 12))]))
    assert inspect(crossing, skeleton, limits=STORED).clients == {9}


@pytest.mark.parametrize(
    "data", [b"", b"\x01", b"\x01\x07", b"\x00\x00", b"\x02\x07\x01\x07\x01", b"\x01\x07" + varint(2**31)]
)
def test_unsound_state_vector_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        decode_state_vector(data)
    assert refused.value.code == "malformed"


def test_state_vector_survives_the_round_trip() -> None:
    state = {7: 3, 2**32 - 1: 2**31 - 1, 2**53 - 1: 0}
    assert decode_state_vector(encode_state_vector(state)) == state
