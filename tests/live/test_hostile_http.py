"""Hostile requests to the fallback's endpoints: a plain refusal each time, and the document as it was."""

import json
import random
from collections import Counter

import pytest

from models.board.guard import decode_state_vector
from models.board.skeleton import Skeleton
from tests.board import forge
from tests.board.grammar import Grammar
from tests.live.live_support import HttpAnswer, LiveServer, Person
from tests.live.plain_client import read_sync, write_sync

pytestmark = pytest.mark.live

SEED, COUNT = 20261122, 220  # below the 240 a minute that one person may send
REFUSALS = {400, 403, 409, 413}
JSON = {"Accept": "application/json"}


@pytest.fixture
def path(live_server: LiveServer) -> str:
    return f"/documents/{live_server.document_id}"


def _code(answer: HttpAnswer) -> str:
    said = json.loads(answer.body)
    assert said["message"]
    return str(said["code"])


def test_hostile_syncs_are_refused_or_taken_whole(live_server: LiveServer, path: str) -> None:
    chance = random.Random(SEED)
    person = live_server.sign_in("alice")
    grammar = Grammar(chance, Skeleton(), f"u{live_server.world.alice.id}")
    statuses: Counter[int] = Counter()
    snapshot = person.get(f"{path}/snapshot")
    for number in range(COUNT):
        body = write_sync(chance.choice((b"\0", chance.randbytes(5))), grammar.update())
        if chance.random() < 0.3:
            at = chance.randrange(len(body))
            body = body[:at] + chance.randbytes(chance.randrange(4)) + body[at + chance.randrange(4) :]
        answer = person.post(f"{path}/sync", body, **JSON)
        statuses[answer.status] += 1
        told = f"seed {SEED}, number {number}: {body.hex()}"
        assert answer.status in {200, *REFUSALS}, f"{told}\n{answer.status}"
        after = person.get(f"{path}/snapshot")
        if answer.status == 200:
            assert after.headers["Etag"].endswith(f'.{read_sync(answer.body)["seq"]}"'), told
        else:
            assert _code(answer), told
            assert (after.headers["Etag"], after.body) == (snapshot.headers["Etag"], snapshot.body), told
        snapshot = after
    assert statuses[200] > 5
    assert statuses[409] > 50
    assert "Traceback" not in live_server.errors()


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"", "malformed", 400),
        (b"\x80", "malformed", 400),
        (b"\xff" * 12, "malformed", 400),
        (b"\x05\x00", "malformed", 400),
        (b"\x01\x01", "malformed", 400),
        (b"\x02\x01\x01", "malformed", 400),
        (write_sync(b"\0", b"\0"), "malformed", 400),
        (write_sync(b"\0", b"\0\0\0"), "malformed", 400),
        (write_sync(b"\0", forge.update((7, 9, [forge.collected(1)]))), "gap", 409),
        (
            write_sync(b"\0", forge.update((7, 0, [forge.item("any", [1], root="users", key="a")]))),
            "root",
            409,
        ),
    ],
)
def test_what_is_wrong_is_named(
    live_server: LiveServer, path: str, body: bytes, code: str, status: int
) -> None:
    answer = live_server.sign_in("bob").post(f"{path}/sync", body, **JSON)
    assert (answer.status, _code(answer)) == (status, code)


def test_body_past_the_bound_is_refused_before_it_is_read(live_server: LiveServer, path: str) -> None:
    person = live_server.sign_in("bob")
    assert person.post(f"{path}/sync", b"\x01\x00" + b"\0" * 1_000_000, **JSON).status == 413
    assert person.post(f"{path}/sync", b"\x01\x00" + b"\0" * 400_000, **JSON).status in REFUSALS


@pytest.mark.parametrize("name", ["observer", "tutor", "paul", "zoe", "stranger"])
def test_who_may_not_write_writes_nothing(live_server: LiveServer, path: str, name: str) -> None:
    before = live_server.rows()
    update = forge.update((99, 0, forge.note(99, key="by-http", author=f"u{live_server.world.alice.id}")))
    answer = live_server.sign_in(name).post(f"{path}/sync", write_sync(b"\0", update), **JSON)
    assert answer.status in {403, 404, 409}
    assert len(live_server.rows()) == len(before)


def test_tickets_are_limited_person_by_person(live_server: LiveServer) -> None:
    flooder, other = live_server.sign_in("guest"), live_server.sign_in("bob")
    statuses = Counter(flooder.post("/socket-ticket", **JSON).status for _ in range(260))
    assert statuses.keys() == {200, 429}
    assert statuses[200] <= 240
    assert other.post("/socket-ticket", **JSON).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing(live_server: LiveServer, path: str, method: str) -> None:
    person: Person = live_server.sign_in("alice")
    answer = live_server.request(method, f"{path}/sync", headers={"Cookie": person.cookie})
    assert answer.status in {403, 404, 405, 400}


def test_etag_tells_whether_anything_changed(live_server: LiveServer, path: str) -> None:
    person = live_server.sign_in("alice")
    first = person.get(f"{path}/snapshot")
    tag = first.headers["Etag"]
    for known in (tag, f"W/{tag}", f'"0.0", {tag}', "*"):
        again = person.get(f"{path}/snapshot", **{"If-None-Match": known})
        assert (again.status, again.body) == (304, b""), known
    for unknown in ('"0.0"', tag.strip('"')[:-1] or "x", '"', "", "\x7f", tag.replace(".", "_"), '"' * 5000):
        again = person.get(f"{path}/snapshot", **{"If-None-Match": unknown})
        assert (again.status, again.body) == (200, first.body), unknown
    update = forge.update((98, 0, forge.note(98, key="etag", author=f"u{live_server.world.alice.id}")))
    answered = person.post(f"{path}/sync", write_sync(b"\0", update), **JSON)
    assert answered.status == 200
    changed = person.get(f"{path}/snapshot", **{"If-None-Match": tag})
    assert changed.status == 200
    assert changed.headers["Etag"].endswith(f'.{read_sync(answered.body)["seq"]}"')


def test_missing_part_is_what_the_vector_misses(live_server: LiveServer, path: str) -> None:
    person = live_server.sign_in("alice")
    nothing = read_sync(person.post(f"{path}/sync", write_sync(b"\0", b""), **JSON).body)
    assert len(nothing["missing"]) > 100
    for vector in (
        b"\x01\x01\x00",
        b"\x01\xff\xff\xff\xff\xff\xff\x0f\x05",
    ):  # clients that are unknown or empty
        decode_state_vector(vector)
        answer = person.post(f"{path}/sync", write_sync(vector, b""), **JSON)
        assert len(read_sync(answer.body)["missing"]) > 100
