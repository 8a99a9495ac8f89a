"""The frame reader: whole messages however they are cut, and nothing beyond its bounds."""

import contextlib
import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import frames
from realtime.frames import BINARY, CLOSE, CONTINUATION, PING, TEXT, Closed, FrameError, FrameReader
from tests.live.raw_socket import make_frame

Sent = list[tuple[int, bytes]]


def _read_all(reader: FrameReader, received: bytes, cuts: list[int]) -> list[tuple[int, str | bytes]]:
    found = []
    places = [0, *sorted(cut % (len(received) + 1) for cut in cuts), len(received)]
    for start, end in itertools.pairwise(places):
        reader.receive(received[start:end])
        while (message := reader.next_message()) is not None:
            found.append(message)
    return found


@given(
    messages=st.lists(st.tuples(st.sampled_from([BINARY, PING]), st.binary(max_size=120)), max_size=6),
    texts=st.lists(st.text(max_size=90), max_size=4),
    cuts=st.lists(st.integers(min_value=0), max_size=8),
)
def test_messages_are_read_whole_however_they_are_cut(
    messages: Sent, texts: list[str], cuts: list[int]
) -> None:
    received = b"".join(make_frame(opcode, payload) for opcode, payload in messages)
    received += b"".join(make_frame(TEXT, text.encode()) for text in texts)
    expected = [*messages, *((TEXT, text) for text in texts)]
    assert _read_all(FrameReader(100_000, 8), received, cuts) == expected


@given(payload=st.binary(max_size=400), fragments=st.integers(min_value=1, max_value=8))
def test_fragments_are_joined_and_control_frames_may_come_between(payload: bytes, fragments: int) -> None:
    size = len(payload) // fragments + 1
    parts = [payload[at : at + size] for at in range(0, max(len(payload), 1), size)]
    received = b""
    for number, part in enumerate(parts):
        opcode = BINARY if number == 0 else CONTINUATION
        received += make_frame(opcode, part, final=number == len(parts) - 1) + make_frame(PING, b"!")
    found = _read_all(FrameReader(1000, 10), received, [])
    assert [message for message in found if message[0] == BINARY] == [(BINARY, payload)]


@given(noise=st.binary(max_size=300))
def test_noise_ends_in_an_answer(noise: bytes) -> None:
    reader = FrameReader(1000, 4)
    with contextlib.suppress(FrameError, Closed):
        _read_all(reader, noise, [3, 7, 50])
    assert len(reader._buffer) <= len(noise)


@pytest.mark.parametrize(
    ("received", "code"),
    [
        (make_frame(TEXT, b"x", rsv=4), 1002),
        (make_frame(TEXT, b"x", masked=False), 1002),
        (make_frame(3, b""), 1002),
        (make_frame(PING, b"x" * 126), 1002),
        (make_frame(PING, b"", final=False), 1002),
        (make_frame(CONTINUATION, b"x"), 1002),
        (make_frame(TEXT, b"x", final=False) + make_frame(TEXT, b"x"), 1002),
        (make_frame(TEXT, b"\xc3"), 1007),
        (make_frame(BINARY, b"x" * 1001), 1009),
        (make_frame(BINARY, b"x" * 600, final=False) + make_frame(CONTINUATION, b"x" * 600), 1009),
        (make_frame(BINARY, b"", final=False) + make_frame(CONTINUATION, b"", final=False) * 4, 1009),
    ],
    ids=itertools.count(),
)
def test_broken_rule_has_its_close_code(received: bytes, code: int) -> None:
    with pytest.raises(FrameError) as caught:
        _read_all(FrameReader(1000, 4), received, [])
    assert caught.value.code == code


def test_declared_length_is_refused_before_anything_is_kept() -> None:
    reader = FrameReader(1000, 4)
    reader.receive(b"\x82\xff" + (2**40).to_bytes(8, "big"))
    with pytest.raises(FrameError):
        reader.next_message()


def test_close_frame_is_a_goodbye() -> None:
    reader = FrameReader(1000, 4)
    reader.receive(make_frame(CLOSE, b"\x03\xe8"))
    with pytest.raises(Closed):
        reader.next_message()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 70000])
def test_built_frames_have_the_shortest_header(size: int) -> None:
    payload = random.Random(size).randbytes(size)
    built = frames.build(BINARY, payload)
    assert built.endswith(payload)
    assert len(built) - size == (2 if size < 126 else 4 if size < 65536 else 10)
    assert frames.unmask(frames.unmask(payload, b"\x01\x02\x03\x04"), b"\x01\x02\x03\x04") == payload
