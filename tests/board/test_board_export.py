"""A board as plain data, and demonstration boards."""

import pytest

from models.board.export import demo_notes, to_outline
from models.board.objects.spec import COLOURS
from models.board.seed import seed_board
from models.board.sync import LiveDocument
from models.board.templates import BOARD_TEMPLATES
from models.errors import Refused
from tests.board import forge
from tests.board.people import Person, connector, note


def test_notes_are_read_zone_by_zone_and_row_by_row() -> None:
    board = LiveDocument.open(seed_board("defi", "fr"), [])
    awa = Person(board, "u1", 101)
    awa.edit(
        lambda objects: objects.update(
            {
                "d": note("u1", "loin", x=5_000, y=0),
                "c": note("u1", "dessous", x=24, y=480, zone="zone-1"),
                "b": note("u1", "à droite", x=192, y=245, zone="zone-1"),
                "a": note("u1", "à gauche", x=24, y=290, zone="zone-1"),
                "e": note("u1", "ailleurs", x=0, y=0, zone="zone-2"),
                "f": note("u1", "perdue", x=6_000, y=0, zone="gone"),
            }
        )
    )
    outline = board.outline()
    assert [zone.number for zone in outline.zones] == [1, 2, 3, 4, 5, 6]
    assert [found.text for found in outline.zones[0].notes] == ["à gauche", "à droite", "dessous"]
    assert outline.words().splitlines() == [
        "à gauche",
        "à droite",
        "dessous",
        "ailleurs",
        "loin",
        "perdue",
    ]
    assert outline == to_outline(board.snapshot())


def test_zones_without_number_are_read_last() -> None:
    outline = to_outline(seed_board("impact-effort", "fr"))
    assert [zone.number for zone in outline.zones] == [1, 2, 3, 4, 5, 0]


def test_connectors_need_both_ends() -> None:
    board = LiveDocument.open(seed_board("vierge", "fr"), [])
    awa = Person(board, "u1", 101)
    awa.edit(
        lambda objects: objects.update(
            {
                "a": note("u1", "cause"),
                "b": note("u1", "effet"),
                "good": connector("u1", "a", "b"),
                "loose": connector("u1", "a", "gone"),
            }
        )
    )
    assert [(found.start, found.end) for found in board.outline().connectors] == [("a", "b")]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"colour": "noir"}, ("jonc", 1.5)),
        ({"x": "left"}, ("jonc", 0)),
        ({"colour": 3.0, "x": None}, ("jonc", 0)),
    ],
)
def test_unsound_field_reads_as_its_default(fields: dict[str, object], expected: tuple[str, float]) -> None:
    stored = forge.update((7, 0, forge.note(7, text="abc", **fields)))
    (found,) = to_outline(stored).loose
    assert (found.colour, found.x) == expected
    assert found.text == "abc"


def test_object_of_an_unknown_type_is_passed_over() -> None:
    stored = forge.update((7, 0, forge.note(7, type="sticker")))
    assert list(to_outline(stored).notes()) == []


def test_bytes_that_are_no_board_are_refused() -> None:
    with pytest.raises(Refused):
        to_outline(b"\xff\xff")


def test_demo_notes_stand_side_by_side_in_their_zones() -> None:
    notes = [
        (f"u{number % 3 + 1}", number % 4 + 1, COLOURS[number % 8], f"Idée n° {number}")
        for number in range(16)
    ]
    content = demo_notes("carte-des-acteurs", notes, connectors=[("u1", 0, 1, "va avec"), ("u2", 2, 0, "")])
    outline = to_outline(content)
    assert len(outline.zones) == len(BOARD_TEMPLATES["carte-des-acteurs"].zones)
    by_number = {zone.number: zone for zone in outline.zones}
    for number in range(1, 5):
        zone = by_number[number]
        assert [found.text for found in zone.notes] == [
            text for _author, wanted, _colour, text in notes if wanted == number
        ]
        places = {(found.x, found.y) for found in zone.notes}
        assert len(places) == len(zone.notes)
        assert all(zone.x < found.x < found.x + found.w < zone.x + zone.w for found in zone.notes)
    assert [(found.label, found.author) for found in outline.connectors] == [("va avec", "u1"), ("", "u2")]


def test_demo_notes_beyond_the_slots_stay_visible() -> None:
    room = len(list(BOARD_TEMPLATES["defi"].zone(1).slots()))
    outline = to_outline(demo_notes("defi", [("u1", 1, "jonc", f"{number}") for number in range(room + 2)]))
    places = {(found.x, found.y) for found in outline.zones[0].notes}
    assert len(places) == room + 2


def test_demo_board_can_be_worked_on_at_once() -> None:
    content = demo_notes("defi", [("u1", 1, "jonc", "Une idée"), ("g5", 2, "rose", "La mienne")])
    board = LiveDocument.open(content, [])
    guest = Person(board, "g5", 105, edits_own_only=True)
    guest.edit(lambda objects: objects["demo-1"].update({"x": 700.0}))
    with pytest.raises(Refused):
        guest.propose(lambda objects: objects["demo-0"].update({"x": 1.0}))


@pytest.mark.parametrize(
    ("notes", "error"),
    [
        ([("u1", 1, "noir", "x")], ValueError),
        ([("u1", 1, "jonc", "x" * 2_001)], ValueError),
        ([("nobody", 1, "jonc", "x")], ValueError),
        ([("u1", 42, "jonc", "x")], KeyError),
    ],
)
def test_demo_note_that_no_client_could_send_is_an_error(
    notes: list[tuple[str, int, str, str]], error: type[Exception]
) -> None:
    with pytest.raises(error):
        demo_notes("defi", notes)


def test_demo_notes_are_the_same_each_time() -> None:
    notes = [("u1", 1, "jonc", "Une idée")]
    assert demo_notes("defi", notes) == demo_notes("defi", notes)


def test_demo_notes_speak_english_on_demand() -> None:
    outline = to_outline(demo_notes("defi", [], locale="en"))
    assert outline.zones[2].title == "The ideal situation"
