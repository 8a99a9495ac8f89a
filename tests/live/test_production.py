"""The real server in production mode, behind one proxy: what it answers to, and what every answer says."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.live.live_support import HttpAnswer, LiveServer, Person
from tests.live.raw_socket import RawSocket, join
from workspace.web.security import USUAL_HEADERS

pytestmark = pytest.mark.live

OURS = "etabli.example"
PROXIED = {"Host": OURS, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


@pytest.fixture(scope="module")
def production(
    make_database: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, async_mode: str
) -> Iterator[LiveServer]:
    server = LiveServer(
        tmp_path_factory.mktemp("production"),
        make_database("sqlite"),
        ETABLI_ENV="production",
        ETABLI_ORIGINS=f"https://{OURS}",
        ETABLI_TRUSTED_PROXIES="1",
        ETABLI_SECRET_KEY="un-secret-de-production-assez-long-0123456789",  # noqa: S106
        ETABLI_ASYNC_MODE=async_mode,
    ).start()
    yield server
    server.stop()


def _faults(answer: HttpAnswer) -> list[str]:
    wanted = [*USUAL_HEADERS, "Strict-Transport-Security"]
    return [name for name in wanted if not answer.headers.get(name.title())]


@pytest.mark.both_modes
@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/sign-in", {}, 200),
        ("/nowhere", {}, 404),
        ("/healthz", {}, 200),
        ("/assets/nothing.css", {}, 404),
        ("/boards/offline.js", {}, 200),
        ("/socket.io/", {}, 400),
        ("/socket.io/?EIO=4&transport=polling", {}, 400),
        ("/socket.io/?EIO=3&transport=websocket", UPGRADE, 400),
        ("/socket.io/?EIO=4&transport=websocket", {**UPGRADE, "Origin": "https://evil.example"}, 400),
        ("/sign-in", {"Host": "evil.example"}, 400),
        ("/socket.io/", {"Host": "evil.example"}, 400),
    ],
)
def test_every_answer_carries_the_usual_headers(
    production: LiveServer, path: str, headers: dict[str, str], status: int
) -> None:
    answer = production.request("GET", path, headers=PROXIED | headers)
    assert answer.status == status
    assert _faults(answer) == []


def test_a_board_taken_from_memory_carries_them_too(production: LiveServer) -> None:
    person = production.sign_in("alice")
    path = f"/documents/{production.document_id}/snapshot"
    from_the_route = person.get(path, **PROXIED)
    with RawSocket(production) as raw:
        _open(raw, person)
        raw.send_text(join(production.document_id, ack=1))
        raw.text()
        answer = person.get(path, **PROXIED)
    assert answer.status == from_the_route.status == 200
    assert _faults(answer) == []
    for name in USUAL_HEADERS:
        assert answer.headers[name.title()] == from_the_route.headers[name.title()], name


def _open(raw: RawSocket, person: Person, **headers: str) -> str:
    sent = {"Host": OURS, "X_Forwarded_Proto": "https", "Origin": f"https://{OURS}", **headers}
    assert raw.upgrade(person.cookie, **sent) == 101
    raw.text()
    raw.send_text("40" + json.dumps({"ticket": person.ticket(), "v": 1}))
    return raw.text()


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", f"{OURS}.evil.example", f"{OURS}:8443", f"www.{OURS}"],
)
def test_no_other_name_opens_a_page_or_a_socket(production: LiveServer, host: str) -> None:
    person = production.sign_in("alice")
    assert person.get("/", **PROXIED | {"Host": host}).status == 400
    assert person.get("/", **PROXIED | {"X-Forwarded-Host": host}).status == 400
    with RawSocket(production) as raw:
        answer = _open(raw, person, Host=host, Origin="")
        assert answer.startswith("44")
        assert json.loads(answer[2:])["data"]["code"] == "origin"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        f"http://{OURS}",
        f"https://{OURS}:8443",
        f"https://{OURS}.evil.example",
        "null",
    ],
)
def test_no_other_sites_page_opens_a_socket(production: LiveServer, origin: str) -> None:
    person = production.sign_in("alice")
    with RawSocket(production) as raw:
        sent = {"Host": OURS, "X_Forwarded_Proto": "https", "Origin": origin}
        assert raw.upgrade(person.cookie, **sent) == 400


def test_our_own_page_opens_one_with_the_cookie_of_this_address_only(production: LiveServer) -> None:
    person = production.sign_in("alice")
    with RawSocket(production) as raw:
        assert _open(raw, person).startswith("40")
    with RawSocket(production) as raw:
        planted = person.cookie.removeprefix("__Host-")
        assert raw.upgrade(planted, Host=OURS, X_Forwarded_Proto="https") == 101
        raw.text()
        raw.send_text("40" + json.dumps({"ticket": person.ticket(), "v": 1}))
        assert json.loads(raw.text()[2:])["data"]["code"] == "sign_in"
