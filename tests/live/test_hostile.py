"""Broken frames, floods, readers that do not read, half handshakes: each has its bound and its answer."""

import base64
import resource
import socket
from collections.abc import Callable
from contextlib import ExitStack

import psutil
import pytest

from realtime.hardening.limits import MAX_OPENING_PER_ADDRESS
from tests.live.live_support import HANG_SECONDS, Driver, LiveServer, eventually
from tests.live.raw_socket import BINARY, CLOSE, PING, PONG, TEXT, RawSocket, event, join, make_frame

pytestmark = pytest.mark.live


def _two_texts(raw: RawSocket) -> None:
    raw.frame(TEXT, b"4", final=False)
    raw.frame(TEXT, b"x")


def _repeat(raw: RawSocket, text: str, times: int) -> None:
    for _ in range(times):
        raw.send_text(text)


def _fragments(raw: RawSocket, count: int, part: bytes) -> None:
    raw.frame(TEXT, part, final=False)
    for _ in range(count):
        raw.frame(0, part, final=False)


def _placeholder(raw: RawSocket, number: int) -> None:
    raw.send_text(f'451-["join",{{"_placeholder":true,"num":{number}}}]')
    raw.frame(BINARY, b"x")


def _text_after_header(raw: RawSocket) -> None:
    raw.send_text('451-["u",{"_placeholder":true,"num":0}]')
    raw.send_text("2")


BROKEN: list[tuple[str, Callable[[RawSocket], None], int]] = [
    ("reserved bit", lambda raw: raw.frame(TEXT, b"2", rsv=4), 1002),
    ("unmasked", lambda raw: raw.frame(TEXT, b"2", masked=False), 1002),
    ("unknown opcode", lambda raw: raw.frame(5, b""), 1002),
    ("long ping", lambda raw: raw.frame(PING, b"x" * 126), 1002),
    ("fragmented ping", lambda raw: raw.frame(PING, b"", final=False), 1002),
    ("continuation first", lambda raw: raw.frame(0, b"x"), 1002),
    (
        "text within text",
        _two_texts,
        1002,
    ),
    ("not UTF-8", lambda raw: raw.frame(TEXT, b"4\xff\xfe"), 1007),
    ("too long", lambda raw: raw.socket.sendall(make_frame(BINARY, b"")[:1] + b"\xff" + b"\x7f" * 8), 1009),
    ("too many fragments", lambda raw: _fragments(raw, 40, b"x"), 1009),
    ("too long in fragments", lambda raw: _fragments(raw, 20, b"x" * 8000), 1009),
    ("unknown Engine.IO packet", lambda raw: raw.send_text("9"), 1008),
    ("not JSON", lambda raw: raw.send_text('42["join",'), 1008),
    ("not Socket.IO", lambda raw: raw.send_text("4x"), 1008),
    ("binary from nowhere", lambda raw: raw.frame(BINARY, b"\x00\x01"), 1008),
    ("many attachments", lambda raw: raw.send_text('459-["u"]'), 1008),
    ("placeholder of another", lambda raw: _placeholder(raw, 7), 1008),
    ("deep JSON", lambda raw: raw.send_text('42["join",' + "[" * 20000), 1008),
    ("endless CONNECT", lambda raw: _repeat(raw, "40", 9), 1008),
    ("text where bytes belong", _text_after_header, 1008),
]


@pytest.mark.both_modes
@pytest.mark.parametrize(
    ("break_it", "code"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_broken_message_ends_that_connection(
    live_server: LiveServer, break_it: Callable[[RawSocket], None], code: int
) -> None:
    with RawSocket(live_server) as raw:
        raw.connect(live_server.sign_in("bob"))
        break_it(raw)
        assert raw.close_code() == code


@pytest.mark.both_modes
def test_goodbye_is_answered_and_pings_are(live_server: LiveServer) -> None:
    with RawSocket(live_server) as raw:
        raw.connect(live_server.sign_in("bob"))
        raw.frame(PING, b"are you there")
        assert raw.receive() == (PONG, b"are you there")
        raw.frame(PONG, b"unasked")
        raw.frame(CLOSE, b"\x03\xe8")
        assert raw.close_code() == 1000
        assert raw.is_cut()


@pytest.mark.both_modes
def test_repeated_malformed_edits_end_the_connection(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("bob")
    client = driver.client().enter(person)
    handle = client("state")["handle"]
    for number in range(1, 8):
        client("raw", event="u", payload=_b64(bytes([handle, number]) + b"\xff" * 40))
    eventually(lambda: not client.is_connected(), what="disconnection")
    assert {entry["code"] for entry in client.events("r")} == {"malformed"}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.both_modes
def test_flood_is_held_back(live_server: LiveServer) -> None:
    burst = make_frame(TEXT, b"3") * 2000 + make_frame(PING, b"") * 2000
    sent = held_back = 0
    with RawSocket(live_server) as raw:
        raw.connect(live_server.sign_in("bob"))
        raw.socket.settimeout(0.1)
        while held_back < 3 and sent < 20_000_000:
            try:
                sent += raw.socket.send(burst)
            except TimeoutError:
                held_back += 1  # the server stopped reading: that is the point
    assert held_back == 3


def test_reader_that_does_not_read_is_bounded_and_told_to_catch_up(
    live_server: LiveServer, driver: Driver
) -> None:
    assert live_server.process is not None
    process = psutil.Process(live_server.process.pid)
    alice = driver.client().enter(live_server.sign_in("alice"))
    with RawSocket(live_server, receive_buffer=4096) as slow:
        slow.connect(live_server.sign_in("bob"))
        slow.send_text(join(live_server.document_id))
        eventually(lambda: any(e["joined"] for e in alice.events("peers")))
        before = process.memory_info().rss
        for number in range(900):
            alice("note", id=f"much-{number % 30}-{number}", text="x" * 1900)
            if number % 100 == 99:
                alice.await_acks()
        alice.await_acks()
        grown = process.memory_info().rss - before
        seen = ""
        slow.socket.settimeout(HANG_SECONDS)
        while '"resync"' not in seen:
            seen = slow.text()
            assert seen, "cut before it was told"
    assert grown < 60 * 1024 * 1024, f"{grown / 1e6:.0f} MB"


@pytest.mark.both_modes
def test_those_who_wait_longest_make_room(live_server: LiveServer) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    half = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
    with ExitStack() as stack:
        crowd = []
        for _ in range(MAX_OPENING_PER_ADDRESS + 30):
            crowd.append(stack.enter_context(RawSocket(live_server)))
            crowd[-1].socket.sendall(half)
        honest = stack.enter_context(RawSocket(live_server))
        honest.connect(live_server.sign_in("bob"))
        assert all(raw.is_cut() for raw in crowd[:30])
        crowd[-1].socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            crowd[-1].is_cut()


@pytest.mark.parametrize(
    "head",
    [
        "GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\r\n",
        "GET {path}&sid=abc HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        "POST {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_what_is_nearly_a_handshake_is_refused(live_server: LiveServer, head: str) -> None:
    with RawSocket(live_server) as raw:
        raw.socket.sendall(head.format(path="/socket.io/?EIO=4&transport=websocket").encode())
        assert raw.socket.recv(100).startswith(b"HTTP/1.1 400")
    assert "Traceback" not in live_server.errors()


def test_request_whose_headers_break_off_is_not_one(live_server: LiveServer) -> None:
    with RawSocket(live_server) as raw:
        raw.socket.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n")
        raw.socket.shutdown(socket.SHUT_WR)
        assert raw.socket.recv(100) == b""


def test_unknown_events_flooded_end_the_connection(live_server: LiveServer) -> None:
    with RawSocket(live_server) as raw:
        raw.connect(live_server.sign_in("bob"))
        for _ in range(10):
            raw.send_text(event("drop table", {}))
        assert raw.close_code() == 1008
