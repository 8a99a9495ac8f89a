"""The examples and tables of docs/protocol.md are true: of the server, and of a client written from it."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from models.board.guard import encode_state_vector
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import Field, Kind
from models.board.rules import HARD_BYTES, HARD_OBJECTS, MESSAGES, BoardActor
from models.board.seed import seed_board
from models.board.sync import LiveDocument
from realtime import protocol
from realtime.messages import MESSAGES as SENTENCES
from realtime.protocol import ClientUpdate, Cursor, read_varint, write_varint
from tests.board.yjs import ROOT
from tests.live import plain_client
from workspace.web.documents.wire import split_sync_request, sync_answer

DOCUMENT = (ROOT / "docs" / "protocol.md").read_text()


def _rows(columns: int) -> list[list[str]]:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in DOCUMENT.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]
    return [row for row in rows if len(row) == columns]


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text)


def _hex(data: bytes) -> str:
    return data.hex(" ")


EXAMPLES = [
    (layout, _bytes(data.strip("`")), json.loads(said))
    for layout, data, said in _rows(3)
    if re.fullmatch(r"`(?:[0-9a-f]{2} ?)+`", data)
]


def _cursor(said: dict[str, Any]) -> Cursor:
    return Cursor(said["x"], said["y"], said["zoomstep"], said["flags"])


WRITES: dict[str, Callable[[Any], bytes]] = {
    "varint": write_varint,
    "state vector": lambda said: encode_state_vector({int(client): clock for client, clock in said.items()}),
    "`u` to the server": lambda said: ClientUpdate(
        said["handle"], said["n"], _bytes(said["update"])
    ).encode(),
    "`u` to a client": lambda said: (
        write_varint(said["handle"]) + protocol.encode_updates(said["seq"], [*map(_bytes, said["updates"])])
    ),
    "`p` to the server": lambda said: plain_client.write_p(**said),
    "`p` to a client": lambda said: (
        write_varint(said["handle"])
        + protocol.encode_cursors((one["peer"], _cursor(one)) for one in said["cursors"])
    ),
    "`POST …/sync`": lambda said: plain_client.write_sync(_bytes(said["vector"]), _bytes(said["update"])),
    "its answer": lambda said: sync_answer(said["seq"], _bytes(said["missing"])),
}


def _read_update(data: bytes) -> dict[str, Any]:
    sent = ClientUpdate.decode(data)
    return {"handle": sent.handle, "n": sent.number, "update": _hex(sent.update)}


def _read_updates(data: bytes) -> dict[str, Any]:
    said = plain_client.read_u(data)
    return {**said, "updates": [*map(_hex, said["updates"])]}


def _read_presence(data: bytes) -> dict[str, Any]:
    handle, cursor = protocol.decode_presence(data)
    return {
        "handle": handle,
        "x": cursor.x,
        "y": cursor.y,
        "zoomstep": cursor.zoom_step,
        "flags": cursor.flags,
    }


def _read_sync(data: bytes) -> dict[str, Any]:
    vector, update = split_sync_request(data)
    return {"vector": _hex(vector), "update": _hex(update)}


def _read_answer(data: bytes) -> dict[str, Any]:
    said = plain_client.read_sync(data)
    return {**said, "missing": _hex(said["missing"])}


READS: dict[str, Callable[[bytes], Any]] = {
    "varint": lambda data: read_varint(data)[0],
    "state vector": lambda data: {str(client): at for client, at in plain_client.read_vector(data).items()},
    "`u` to the server": _read_update,
    "`u` to a client": _read_updates,
    "`p` to the server": _read_presence,
    "`p` to a client": plain_client.read_p,
    "`POST …/sync`": _read_sync,
    "its answer": _read_answer,
}


def test_every_layout_has_an_example() -> None:
    assert {layout for layout, _data, _said in EXAMPLES} == WRITES.keys() == READS.keys()


@pytest.mark.parametrize(("layout", "data", "said"), EXAMPLES, ids=[str(row[0]) for row in EXAMPLES])
def test_example_is_what_is_written_and_read(layout: str, data: bytes, said: Any) -> None:
    assert _hex(WRITES[layout](said)) == _hex(data)
    assert READS[layout](data) == said


def test_text_that_announces_an_attachment() -> None:
    text = re.search(r"`(451-\[.*?\])`", DOCUMENT)
    assert text
    from socketio.packet import EVENT, Packet  # noqa: PLC0415

    first, second = Packet(EVENT, data=["u", b"\x01"]).encode()
    assert (f"4{first}", second) == (text[1], b"\x01")


def test_whole_update_is_a_note() -> None:
    update = _bytes(re.findall(r"```hex\n(.*?)```", DOCUMENT, re.DOTALL)[0].replace("\n", " "))
    said = json.loads(re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)[0])
    board = LiveDocument.open(seed_board("vierge", "fr"), [])
    board.accept(board.propose(update, BoardActor("u1", can_edit=True)).update)
    reader = plain_client.PlainClient("", "")
    reader.doc.apply_update(board.snapshot())
    objects = reader.doc.get("objects", type=plain_client.Map)
    assert {"n1": objects["n1"].to_py()} == said


def _limits(field: Field) -> str:
    """What the table must say of a field."""
    match field.kind:
        case Kind.NUMBER | Kind.INTEGER:
            return f"{field.kind.value}, {field.minimum:.0f} to {field.maximum:.0f}"
        case Kind.CHOICE:
            return ", ".join(field.choices[:-1]) + f" or {field.choices[-1]}"
        case Kind.TEXT:
            return f"text, at most {field.size}"
        case Kind.STRING if not field.pattern and not field.fixed:
            return f"string, at most {field.size}"
    return ""


def test_fields_of_objects_are_all_there() -> None:
    documented = {
        (kind, name.strip("`")): (holds, None if default == "–" else json.loads(default))
        for kinds, name, holds, default in _rows(4)
        if re.fullmatch(r"`\w+`", name)
        for kind in (OBJECT_SPECS if kinds == "any" else kinds.split(", "))
    }
    expected = {
        (kind, name): field for kind, spec in OBJECT_SPECS.items() for name, field in spec.fields.items()
    }
    assert documented.keys() == expected.keys()
    for place, field in expected.items():
        holds, default = documented[place]
        assert default == (None if field.required else field.default), place
        assert holds.startswith(_limits(field)), place
        assert ("said once" in holds) == field.fixed, place


def test_bounds_of_a_board_are_those_it_says() -> None:
    assert f"takes {HARD_OBJECTS:,} objects and {HARD_BYTES // 2**20} MiB" in DOCUMENT


def test_every_code_of_a_refusal_is_listed() -> None:
    listed = set(re.findall(r"`([a-z_]+)`", DOCUMENT))
    assert {code for code in MESSAGES if code not in {"panic", "nearly_full"}} <= listed
    assert SENTENCES.keys() - {"error", "signed_out"} <= listed
