"""What hostile clients do to the server, each for as long as it is told to: see `test_siege`."""

import http.client
import json
import random
import resource
import select
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from typing import Any

from tests.board import forge
from tests.live.live_support import HANG_SECONDS, LiveServer
from tests.live.raw_socket import BINARY, PING, TEXT, RawSocket, event, join, make_frame

IsOn = Callable[[], bool]
Attack = Callable[[LiveServer, IsOn], None]

CROWD = 1300
"""More than one address may have waiting at once."""
BREATH = 0.002
"""Seconds between two blows: a hostile machine elsewhere would not take our own cores either."""
U_HEADER = make_frame(TEXT, b'451-["u",{"_placeholder":true,"num":0}]')
P_HEADER = make_frame(TEXT, b'451-["p",{"_placeholder":true,"num":0}]')
_client_ids = count(5_000_000)


# -- connections ------------------------------------------------------------------------------------


@contextmanager
def attackers(server: LiveServer, names: Iterable[str], *, joined: bool = True) -> Iterator[list[RawSocket]]:
    """Connected sockets of these people, each on a login session of its own."""
    with ExitStack() as stack:
        sockets = []
        for name in names:
            raw = stack.enter_context(RawSocket(server))
            raw.connect(server.sign_in(name))
            if joined:
                raw.send_text(join(server.document_id, ack=1))
                raw.text()
            sockets.append(raw)
        yield sockets


def push(sockets: list[RawSocket], data: Callable[[], bytes], is_on: IsOn) -> None:
    """Send without end, as fast as the server reads, and read what comes back."""
    rest: dict[RawSocket, bytes] = {}
    for raw in sockets:
        raw.socket.setblocking(False)
    by_file = {raw.socket.fileno(): raw for raw in sockets}
    while is_on() and by_file:
        readable, writable, _ = select.select(list(by_file), list(by_file), [], 0.05)
        for number in readable:
            with suppress(BlockingIOError):
                if not _read(by_file[number]):
                    del by_file[number]
        for number in writable:
            if number in by_file:
                raw = by_file[number]
                left = rest.get(raw) or data()
                try:
                    rest[raw] = left[raw.socket.send(left) :]
                except BlockingIOError:
                    rest[raw] = left
                except OSError:
                    del by_file[number]
        time.sleep(BREATH)


def _read(raw: RawSocket) -> bytes:
    try:
        return raw.socket.recv(1 << 18)
    except ConnectionError:
        return b""


# -- broken messages --------------------------------------------------------------------------------


def malformed_frames(server: LiveServer, is_on: IsOn) -> None:
    """Thousands of frames that break the rules of WebSockets, and noise."""
    chooser = random.Random(20261122)
    cookie = server.sign_in("guest").cookie
    while is_on():
        with RawSocket(server) as raw, suppress(OSError):
            raw.upgrade(cookie)
            for _ in range(20):
                raw.socket.sendall(_noise(chooser))
        time.sleep(BREATH)


def _noise(chooser: random.Random) -> bytes:
    body = chooser.randbytes(chooser.randint(0, 300))
    match chooser.randint(0, 5):
        case 0:
            return body
        case 1:
            return make_frame(chooser.randint(0, 15), body, final=chooser.random() < 0.8)
        case 2:
            return make_frame(TEXT, b"4" + bytes([chooser.randint(48, 57)]) + body)
        case 3:
            return make_frame(TEXT, b"2"[: chooser.randint(0, 1)])
        case 4:
            return make_frame(chooser.choice((TEXT, BINARY)), body, rsv=chooser.randint(1, 7))
        case _:
            return make_frame(BINARY, body, masked=chooser.random() < 0.5)


PACKETS = (
    *("", "0", "1", "2", "3", "4", "5", "6", "7", "9", "2probe", "b", "bAAAA"),
    *("40", "41", "42", "43", "44", "45", "46", "40{", "40[]", "40/x,{}", "40{}40{}", "41/x,"),
    *(
        "42[]",
        '42["',
        '42[""]',
        "42[1]",
        '42["join"',
        "42{}",
        '42999["join"]',
        "42[1e999]",
        "42[9" + "9" * 5000,
    ),
    *("43[]", "431[]", "43" + "9" * 400 + "[]", "44{}"),
    *("451-", '451-["u"]', "450-[]", '45999999999-["u"]', '461-1["u"]'),
    *("4\u00b2", "42\0", '42["\\ud800"]', '42["' + "x" * 5000 + '"]', "4" * 900, "42" + "9" * 5000),
    *("42" + "[" * 9000, "42" + '{"a":' * 9000),
)


def malformed_packets(server: LiveServer, is_on: IsOn) -> None:
    """Engine.IO and Socket.IO packets that are none, before the CONNECT and after."""
    chooser = random.Random(7)
    people = [server.sign_in("guest") for _ in range(8)]
    tickets = [(person, person.ticket()) for person in people for _ in range(5)]
    while is_on():
        person, ticket = tickets.pop() if tickets else (people[0], "")
        with RawSocket(server) as raw, suppress(OSError):
            raw.upgrade(person.cookie)
            if ticket:
                raw.send_text("40" + json.dumps({"ticket": ticket, "v": 1}))
            for _ in range(chooser.randrange(1, 6)):
                raw.send_text(chooser.choice(PACKETS))
                if chooser.random() < 0.2:
                    raw.frame(BINARY, chooser.randbytes(chooser.randrange(20)))
        time.sleep(BREATH)


# -- floods -----------------------------------------------------------------------------------------


def flood_of_bytes(server: LiveServer, is_on: IsOn) -> None:
    """Large messages without end."""
    large = make_frame(
        TEXT, event("sel", {"h": 10**6, "ids": [], "editing": None, "pad": "x" * 100_000}).encode()
    )
    with attackers(server, ["guest"] * 4) as sockets:
        push(sockets, lambda: large, is_on)


def flood_of_tiny_messages(server: LiveServer, is_on: IsOn) -> None:
    """Pongs, pings and answers to questions nobody asked, without end."""
    burst = (make_frame(TEXT, b"3") + make_frame(PING, b"") + make_frame(TEXT, b"437[]")) * 500
    with attackers(server, ["guest"] * 4) as sockets:
        push(sockets, lambda: burst, is_on)


def flood_of_joins(server: LiveServer, is_on: IsOn) -> None:
    """Joins without end, with and without a state vector."""
    known = make_frame(TEXT, join(server.document_id, ack=7).encode())
    unknown = make_frame(TEXT, join(10**6, ack=8).encode())
    with attackers(server, ["guest", "guest", "tutor", "manager"]) as sockets:
        push(sockets, lambda: (known + unknown) * 20, is_on)


def flood_of_presence(server: LiveServer, is_on: IsOn) -> None:
    """Pointers and selections without end."""
    pointer = P_HEADER + make_frame(BINARY, b"\x01\x00\x01\x00\x01\x00\x01")
    select_some = make_frame(TEXT, event("sel", {"h": 1, "ids": ["a", "b"], "editing": None}).encode())
    with attackers(server, ["guest", "guest", "tutor", "manager"]) as sockets:
        push(sockets, lambda: (pointer * 9 + select_some) * 20, is_on)


def flood_of_requests(server: LiveServer, is_on: IsOn) -> None:
    """Tickets, snapshots and broken syncs over HTTP, as fast as they are answered."""
    person = server.sign_in("guest")
    token, form_cookie = server.csrf()
    headers = {
        "Cookie": f"{person.cookie}; {form_cookie}",
        "X-CSRFToken": token,
        "Content-Type": "application/octet-stream",
    }
    path = f"/documents/{server.document_id}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANG_SECONDS)
    for number in count():
        if not is_on():
            break
        method, where, body = (
            ("POST", "/socket-ticket", b""),
            ("POST", f"{path}/sync", b"\x01\x00" + b"\xff" * 20_000),
            ("GET", f"{path}/snapshot", None),
            ("POST", f"{path}/sync", b"\xff" * 900_000),
        )[number % 4]
        connection.request(method, where, body=body, headers=headers)
        connection.getresponse().read()
        time.sleep(BREATH)
    connection.close()


# -- edits ------------------------------------------------------------------------------------------


def _edit(number: int, update: bytes) -> bytes:
    return U_HEADER + make_frame(BINARY, b"\x01" + forge.varint(number) + update)


def refused_edits(server: LiveServer, is_on: IsOn) -> None:
    """Sound edits that the rules refuse, one after the other: each costs a rehearsal."""
    numbers = count(1)

    def forged() -> bytes:
        client = next(_client_ids)
        return _edit(
            next(numbers), forge.update((client, 0, forge.note(client, key="forged", author="u999")))
        )

    with attackers(server, ["guest", "guest", "partner"]) as sockets:
        push(sockets, forged, is_on)


def costly_edits(server: LiveServer, is_on: IsOn) -> None:
    """Edits of 60 KB: some are accepted and hold ten thousand structs, others are refused at the last."""
    numbers = count(1)

    def costly() -> bytes:
        client = next(_client_ids)
        if client % 2:
            return _edit(next(numbers), forge.update((client, 0, [forge.collected(1)] * 10_000)))
        structs: list[bytes] = []
        for number in range(320):
            structs += forge.note(client, len(structs), key=f"c{number}", author="u999")
        return _edit(next(numbers), forge.update((client, 0, structs)))

    with attackers(server, ["guest", "guest", "partner"]) as sockets:
        push(sockets, costly, is_on)


def costly_syncs(server: LiveServer, is_on: IsOn) -> None:
    """What somebody wrote offline, 100 KB of it, over HTTP and as two people at once: refused at the last."""

    def offline() -> bytes:
        client = next(_client_ids)
        structs: list[bytes] = []
        for number in range(500):
            structs += forge.note(client, len(structs), key=f"s{number}", author="u999")
        return b"\x01\x00" + forge.update((client, 0, structs))

    bodies = [offline() for _ in range(4)]  # making one takes longer than judging it

    def send(name: str) -> None:
        person = server.sign_in(name)
        token, form_cookie = server.csrf()
        headers = {"Cookie": f"{person.cookie}; {form_cookie}", "X-CSRFToken": token}
        headers["Content-Type"] = "application/octet-stream"
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANG_SECONDS)
        for number in count():
            if not is_on():
                break
            path = f"/documents/{server.document_id}/sync"
            connection.request("POST", path, body=bodies[number % 4], headers=headers)
            answer = connection.getresponse()
            assert (answer.status, b'"author"' in answer.read()) == (409, True)
        connection.close()

    with ThreadPoolExecutor() as pool:
        list(pool.map(send, ("guest", "partner")))


# -- silence ----------------------------------------------------------------------------------------


def slow_readers(server: LiveServer, is_on: IsOn) -> None:
    """They answer pings and read nothing."""
    with ExitStack() as stack:
        silent = []
        for _ in range(20):
            raw = stack.enter_context(RawSocket(server, receive_buffer=4096))
            raw.connect(server.sign_in("guest"))
            raw.send_text(join(server.document_id))
            silent.append(raw)
        while is_on():
            for raw in silent:
                with suppress(OSError):
                    raw.send_text("3")
            time.sleep(0.05)


def _crowd(server: LiveServer, is_on: IsOn, approach: Callable[[RawSocket], Any]) -> None:
    """Connections that begin and do not go on: more than may wait, and new ones for those that were cut."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd: list[RawSocket] = []
    try:
        while is_on():
            if len(crowd) == CROWD:
                crowd.pop(0).socket.close()
            crowd.append(RawSocket(server))
            with suppress(OSError):
                approach(crowd[-1])
            time.sleep(BREATH / 2)
    finally:
        for raw in crowd:
            raw.socket.close()
            time.sleep(BREATH / 10)


def silent_connections(server: LiveServer, is_on: IsOn) -> None:
    """They send nothing."""
    _crowd(server, is_on, lambda _raw: None)


def half_requests(server: LiveServer, is_on: IsOn) -> None:
    """They never finish their headers."""
    half = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    _crowd(server, is_on, lambda raw: raw.socket.sendall(half))


def upgrades_without_connect(server: LiveServer, is_on: IsOn) -> None:
    """They shake hands and never say who they are."""
    cookie = server.sign_in("guest").cookie
    _crowd(server, is_on, lambda raw: raw.upgrade(cookie))


ALL: tuple[Attack, ...] = (
    malformed_frames,
    malformed_packets,
    flood_of_bytes,
    flood_of_tiny_messages,
    flood_of_joins,
    flood_of_presence,
    flood_of_requests,
    refused_edits,
    costly_edits,
    costly_syncs,
    slow_readers,
    silent_connections,
    half_requests,
    upgrades_without_connect,
)
