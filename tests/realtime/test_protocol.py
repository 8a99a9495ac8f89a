"""The byte layouts of docs/protocol.md, both ways, and what is no payload at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import protocol
from realtime.protocol import (
    ClientUpdate,
    Cursor,
    Join,
    Leave,
    Malformed,
    Selection,
    read_varint,
    write_varint,
)
from workspace.web.documents.wire import split_sync_request, sync_answer


@given(st.integers(min_value=0, max_value=2**56 - 1))
def test_varint_reads_what_it_wrote(value: int) -> None:
    assert read_varint(b"\x00" + write_varint(value) + b"\xff", 1)[0] == value


def test_varint_is_unsigned_leb128() -> None:
    assert write_varint(0) == b"\x00"
    assert write_varint(127) == b"\x7f"
    assert write_varint(300) == b"\xac\x02"


@pytest.mark.parametrize("buffer", [b"", b"\x80", b"\xff" * 9, b"\x80" * 8])
def test_endless_or_cut_varint_is_malformed(buffer: bytes) -> None:
    with pytest.raises(Malformed):
        read_varint(buffer)


@given(handle=st.integers(0, 10_000), number=st.integers(0, 2**40), update=st.binary(max_size=50))
def test_update_reads_what_it_wrote(handle: int, number: int, update: bytes) -> None:
    sent = ClientUpdate(handle, number, update)
    assert ClientUpdate.decode(sent.encode()) == sent


def test_layouts_are_those_of_the_document() -> None:
    assert ClientUpdate(1, 300, b"U").encode() == b"\x01\xac\x02U"
    assert protocol.encode_updates(5, [b"ab", b"c"]) == b"\x05\x02ab\x01c"
    assert protocol.encode_cursors([(3, Cursor(-1, 2, 4, 1))]) == b"\x03\xff\xff\x00\x02\x04\x01"
    assert protocol.decode_presence(b"\x07\xff\xff\x00\x02\x04\x01") == (7, Cursor(-1, 2, 4, 1))
    assert split_sync_request(b"\x02SVupdate") == (b"SV", b"update")
    assert sync_answer(300, b"M") == b"\xac\x02M"


@pytest.mark.parametrize(
    "payload", [None, "text", {}, b"", b"\x01", b"\x01\x00\x00\x00\x00\x04\x01\x00", b"\x01" * 6]
)
def test_presence_of_another_length_is_malformed(payload: object) -> None:
    with pytest.raises(Malformed):
        protocol.decode_presence(payload)


def test_presence_beyond_the_zoom_steps_is_malformed() -> None:
    with pytest.raises(Malformed):
        protocol.decode_presence(b"\x01\x00\x00\x00\x00\xff\x00")


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "1",
        {},
        {"doc": "1"},
        {"doc": True},
        {"doc": 0},
        {"doc": 2**31},
        {"doc": 1, "sv": "x"},
        {"doc": 1.0},
    ],
)
def test_join_of_another_shape_is_malformed(payload: object) -> None:
    with pytest.raises(Malformed):
        Join.decode(payload)


@pytest.mark.parametrize(
    "payload",
    [
        {"h": 1, "ids": "a"},
        {"h": 1, "ids": ["a"] * 51},
        {"h": 1, "ids": [1]},
        {"h": 1, "ids": ["x" * 33]},
        {"h": 1, "ids": ["é"]},
        {"h": 1, "ids": [], "editing": ""},
        {"h": "1", "ids": []},
    ],
)
def test_selection_of_another_shape_is_malformed(payload: object) -> None:
    with pytest.raises(Malformed):
        Selection.decode(payload)


def test_whole_messages_are_read() -> None:
    assert Join.decode({"doc": 4, "sv": b"\x00"}) == Join(4, b"\x00")
    assert Leave.decode({"handle": 2}) == Leave(2)
    assert Selection.decode({"h": 1, "ids": ["a"], "editing": "a"}) == Selection(1, ("a",), "a")
