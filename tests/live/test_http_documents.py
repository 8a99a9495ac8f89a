"""Documents over HTTP: the first load, and the fallback where WebSockets are blocked."""

import base64
import gzip
import json

import brotli
import pytest

from tests.live.live_support import Driver, LiveServer, Person, YjsClient, eventually

pytestmark = pytest.mark.live
JSON = {"Accept": "application/json"}


def _snapshot_path(server: LiveServer) -> str:
    return f"/documents/{server.document_id}/snapshot"


def _sync(person: Person, vector: bytes, update: bytes = b"") -> tuple[int, bytes]:
    body = _varint(len(vector)) + vector + update
    answer = person.post(f"/documents/{person.server.document_id}/sync", body, **JSON)
    assert answer.status == 200, answer
    assert answer.headers["Cache-Control"] == "no-store"
    seq, offset, shift = 0, 0, 0
    while True:
        byte = answer.body[offset]
        seq |= (byte & 0x7F) << shift
        offset, shift = offset + 1, shift + 7
        if byte < 0x80:
            return seq, answer.body[offset:]


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _vector(client: YjsClient) -> bytes:
    return base64.b64decode(client("state")["vector"])


def test_snapshot_is_compressed_and_known_by_its_etag(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("alice")
    alice = driver.client().enter(person)
    alice("note", id="long", text="mot " * 400)
    alice.await_acks()
    plain = person.get(_snapshot_path(live_server))
    squeezed = person.get(_snapshot_path(live_server), **{"Accept-Encoding": "gzip, br"})
    zipped = person.get(_snapshot_path(live_server), **{"Accept-Encoding": "gzip"})
    assert driver.open_in_yjs(plain.body) == alice.objects()
    assert squeezed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(squeezed.body) == plain.body
    assert gzip.decompress(zipped.body) == plain.body
    assert plain.headers["Etag"] == f'"1.{live_server.rows()[-1].seq}"'
    assert "private" in plain.headers["Cache-Control"]
    again = person.get(_snapshot_path(live_server), **{"If-None-Match": plain.headers["Etag"]})
    assert (again.status, again.body) == (304, b"")
    alice("note", id="newer", text="")
    alice.await_acks()
    changed = person.get(_snapshot_path(live_server), **{"If-None-Match": plain.headers["Etag"]})
    assert changed.status == 200


def test_edit_sent_over_http_reaches_those_on_sockets_and_back(
    live_server: LiveServer, driver: Driver
) -> None:
    bob = driver.client().enter(live_server.sign_in("bob"))
    person = live_server.sign_in("alice")
    alice = driver.client()
    assert alice.connect(person)["ok"]
    assert alice.join(person)["ok"]
    alice("leave")
    update = base64.b64decode(alice("craft", id="over-http", text="sans WebSocket"))
    seq, _ = _sync(person, _vector(alice), update)
    row = next(row for row in live_server.rows() if row.seq == seq)
    assert b"over-http" in row.update
    eventually(lambda: "over-http" in bob.objects())
    bob("note", id="answer", text="bien reçu")
    bob.await_acks()
    _, missing = _sync(person, _vector(alice))
    alice("apply", update=base64.b64encode(missing).decode())
    assert alice.objects() == bob.objects()


def test_same_edit_sent_twice_over_http_is_stored_once(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("alice")
    alice = driver.client().enter(person)
    update = base64.b64decode(alice("craft", id="once-only", text="une fois"))
    first, _ = _sync(person, b"\x00", update)
    second, _ = _sync(person, b"\x00", update)
    assert second == first


def test_large_offline_difference_is_taken_over_http(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("alice")
    alice = driver.client().enter(person)
    before = _vector(alice)
    alice("disconnect")
    eventually(lambda: not alice.is_connected())
    for number in range(60):
        alice("note", id=f"offline-{number}", text="x" * 1990)
    update = base64.b64decode(alice("since", vector=base64.b64encode(before).decode()))
    assert len(update) > 100_000
    _sync(person, before, update)
    bob = driver.client().enter(live_server.sign_in("bob"))
    assert {f"offline-{number}" for number in range(60)} <= bob.objects().keys()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff" * 12,
        b"\x05\x00",
        b"\x02\xff\xff",
        b"\x01\x00" + b"\xff" * 20,
        b"\x01\x00" + b"\x00" * 900_000,
    ],
    ids=["empty", "endless varint", "short", "bad vector", "bad update", "long update"],
)
def test_sync_of_nonsense_is_refused_with_a_code(live_server: LiveServer, body: bytes) -> None:
    answer = live_server.sign_in("alice").post(f"/documents/{live_server.document_id}/sync", body, **JSON)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "malformed")
    assert json.loads(answer.body)["message"]


def test_sync_needs_a_csrf_token_and_a_bounded_body(live_server: LiveServer) -> None:
    person = live_server.sign_in("alice")
    path = f"/documents/{live_server.document_id}/sync"
    assert person.post(path, b"\x01\x00", csrf=False, **JSON).status == 400
    assert person.post(path, b"\x01\x00" + b"\x00" * 1_100_000, **JSON).status == 413


def test_anonymous_gets_no_document(live_server: LiveServer) -> None:
    anonymous = Person(live_server, "nobody", "", 0)
    assert anonymous.get(_snapshot_path(live_server), **JSON).status == 401
    assert anonymous.post(f"/documents/{live_server.document_id}/sync", b"\x01\x00", **JSON).status == 401


def test_refusal_over_http_is_said_in_the_readers_language(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("guest")
    guest = driver.client().enter(person)
    update = base64.b64decode(guest("craft", id="forged", text="", author=f"u{live_server.world.alice.id}"))
    answer = person.post(f"/documents/{live_server.document_id}/sync", b"\x01\x00" + update, **JSON)
    assert answer.status == 409
    assert json.loads(answer.body) == json.loads(answer.body) | {
        "code": "author",
        "message": "Une note ne peut pas être écrite au nom d’une autre personne.",
    }
