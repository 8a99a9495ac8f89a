"""The fast reading of a snapshot and the guard's agree on every struct."""

from typing import Any

import pytest
from pycrdt import Doc

from models.board.export import demo_notes
from models.board.guard import STORED, inspect
from models.board.scan import scan
from models.board.seed import seed_board
from models.board.skeleton import Skeleton
from tests.board import forge
from tests.board.yjs import genuine_traffic


def described(skeleton: Skeleton) -> dict[int, list[tuple[int, int]]]:
    """Place and content of every clock."""
    return {
        client: [
            (skeleton.place(client, clock), skeleton.content(client, clock)) for clock in range(column.end)
        ]
        for client, column in skeleton.columns.items()
    }


def assert_same(snapshot: bytes) -> None:
    fast, careful = scan(snapshot), Skeleton()
    inspect(snapshot, careful, limits=STORED)
    assert fast is not None
    assert described(fast) == described(careful)
    assert fast.state() == careful.state()
    assert {client: cuts for client, cuts in fast.cuts.items() if cuts} == {
        client: cuts for client, cuts in careful.cuts.items() if cuts
    }


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_snapshots_of_genuine_traffic_are_read_alike(seed: int) -> None:
    doc: Doc[Any] = Doc()
    for number, message in enumerate(genuine_traffic(seed, 800).messages):
        doc.apply_update(message.update)
        if number % 20 == 0:
            assert_same(doc.get_update())
    assert_same(doc.get_update())


def test_seeds_are_read_alike() -> None:
    assert_same(seed_board("carte-des-acteurs", "fr"))
    assert_same(seed_board("vierge", "fr"))
    assert_same(demo_notes("defi", [("u1", 1, "jonc", "Une idée 😀")] * 9, connectors=[("u1", 0, 1, "")]))


def test_neighbours_that_come_later_are_found() -> None:
    doc: Doc[Any] = Doc()
    doc.apply_update(forge.update((1, 0, forge.note(1, text="abc"))))
    text = [forge.item("string", "x", left=(1, 14)), forge.item("string", "z", left=(8, 0))]
    doc.apply_update(forge.update((9, 0, text), (8, 0, [forge.item("string", "y", left=(9, 0))])))
    assert_same(doc.get_update())


@pytest.mark.parametrize(
    "snapshot",
    [
        b"",
        b"\x01\x01",
        forge.update((1, 0, [forge.item("embed", "{}", root="objects", key="n")])),
        forge.update((1, 0, [forge.item("string", "x", left=(7, 0))])),
        forge.update((1, 0, [forge.item("type", forge.XML, root="objects", key="n")])),
    ],
)
def test_what_is_unusual_is_left_to_the_guard(snapshot: bytes) -> None:
    assert scan(snapshot) is None
