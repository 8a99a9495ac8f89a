"""Who may open a socket: a session, a ticket used once, our own origin and host, the version we speak."""

import json
import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from realtime.hardening.limits import Limits
from tests.live.live_support import HANG_SECONDS, Driver, LiveServer, Person
from tests.live.raw_socket import TEXT, RawSocket, event, join

pytestmark = pytest.mark.live


def _connect_with(server: LiveServer, person: Person | None, auth: object) -> str:
    with RawSocket(server) as raw:
        assert raw.upgrade(person.cookie if person else "") == 101
        raw.text()
        raw.send_text("40" + json.dumps(auth))
        return raw.text()


def _code(answer: str) -> str:
    assert answer.startswith("44"), answer
    return str(json.loads(answer[2:])["data"]["code"])


Auth = Callable[[Person], object]


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        (lambda person: {"ticket": person.ticket(), "v": 2}, "version"),
        (lambda person: {"ticket": person.ticket()}, "version"),
        (lambda _person: None, "version"),
        (lambda _person: [], "version"),
        (lambda _person: {"v": 1}, "ticket"),
        (lambda _person: {"ticket": "wrong", "v": 1}, "ticket"),
        (lambda _person: {"ticket": 7, "v": 1}, "ticket"),
        (lambda person: {"ticket": person.server.sign_in("bob").ticket(), "v": 1}, "ticket"),
    ],
)
def test_connection_without_the_right_words_is_refused(
    live_server: LiveServer, auth: Auth, code: str
) -> None:
    person = live_server.sign_in("alice")
    assert _code(_connect_with(live_server, person, auth(person))) == code


def test_anonymous_is_refused(live_server: LiveServer) -> None:
    ticket = live_server.sign_in("alice").ticket()
    assert _code(_connect_with(live_server, None, {"ticket": ticket, "v": 1})) == "sign_in"


def test_guest_whose_link_was_revoked_is_refused(live_server: LiveServer) -> None:
    person = live_server.sign_in("gone")
    assert _code(_connect_with(live_server, person, {"ticket": "any", "v": 1})) == "sign_in"


def test_ticket_opens_one_socket(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("alice")
    ticket = person.ticket()
    assert driver.client().connect(person, ticket=ticket)["ok"]
    second = driver.client().connect(person, ticket=ticket)
    assert not second["ok"]
    assert second["data"]["code"] == "ticket"


def test_ticket_is_given_to_the_signed_in_with_a_csrf_token_only(
    live_server: LiveServer, driver: Driver
) -> None:
    person = live_server.sign_in("alice")
    answer = person.post("/socket-ticket", Accept="application/json")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert driver.client().connect(person, ticket=json.loads(answer.body)["ticket"])["ok"]
    assert person.post("/socket-ticket", csrf=False, Accept="application/json").status == 400
    anonymous = Person(live_server, "nobody", "", 0)
    assert anonymous.post("/socket-ticket", Accept="application/json").status == 401
    assert (
        person.post("/socket-ticket", Origin="https://evil.example", Accept="application/json").status == 403
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://127.0.0.1"}, 400),
        ({"Origin": "http://127.0.0.1.evil.example"}, 400),
        ({"Origin": "{own} https://evil.example"}, 400),
        ({"Origin": "{own}/"}, 400),
        ({"Origin": "{own}.evil.example"}, 400),
        ({"Origin": "{own}", "Host": "evil.example"}, 101),
        ({"Origin": "http://evil.example", "Host": "evil.example"}, 400),
        ({"Origin": "http://evil.example", "Host": "evil.example", "X_Forwarded_Host": "evil.example"}, 400),
        ({"Origin": "HTTPS://{host}"}, 400),
        ({"Origin": "file://"}, 400),
        ({"Origin": "\u00e9"}, 400),
        ({"Sec_WebSocket_Version": "8"}, 400),
        ({"Sec_WebSocket_Key": "short"}, 400),
        ({"Sec_WebSocket_Key": ""}, 400),
        ({"Upgrade": ""}, 400),
        ({"Origin": ""}, 101),
    ],
)
def test_handshake_is_for_our_own_pages_and_version_13(
    live_server: LiveServer, headers: dict[str, str], status: int
) -> None:
    own = {"own": live_server.url, "host": live_server.url.removeprefix("http://")}
    with RawSocket(live_server) as raw:
        sent = {name: value.format(**own) for name, value in headers.items()}
        assert raw.upgrade(live_server.sign_in("alice").cookie, **sent) == status


@pytest.mark.parametrize("origin", ["", "{own}"])
def test_cookie_alone_opens_nothing_whatever_the_origin(live_server: LiveServer, origin: str) -> None:
    person = live_server.sign_in("alice")
    with RawSocket(live_server) as raw:
        assert raw.upgrade(person.cookie, Origin=origin.format(own=live_server.url)) == 101
        raw.text()
        raw.send_text("40" + json.dumps({"v": 1}))
        assert _code(raw.text()) == "ticket"


def test_our_own_origin_is_accepted(live_server: LiveServer) -> None:
    with RawSocket(live_server) as raw:
        assert raw.upgrade(live_server.sign_in("alice").cookie, Origin=live_server.url) == 101


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1.rebound.example"},
        {"Host": "{host}", "X_Forwarded_Host": "rebound.example"},
        {"Host": "rebound.example", "X_Forwarded_Host": "{host}"},
    ],
)
def test_host_is_what_the_connection_was_made_to(live_server: LiveServer, headers: dict[str, str]) -> None:
    person = live_server.sign_in("alice")
    sent = {name: value.format(host=f"127.0.0.1:{live_server.port}") for name, value in headers.items()}
    with RawSocket(live_server) as raw:
        assert raw.upgrade(person.cookie, **sent) == 101
        raw.text()
        if sent["Host"].endswith(f"1:{live_server.port}"):  # no proxy is trusted: its word does not count
            raw.send_text("40" + json.dumps({"ticket": person.ticket(), "v": 1}))
            assert raw.text().startswith("40")
            return
        raw.send_text("40" + json.dumps({"ticket": person.ticket(), "v": 1}))
        assert _code(raw.text()) == "origin"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_polling_is_not_offered(live_server: LiveServer, method: str) -> None:
    answer = live_server.request(
        method, "/socket.io/?EIO=4&transport=polling", body=b"x" if method == "POST" else None
    )
    assert answer.status == 400


def test_messages_before_connect_are_not_heard(live_server: LiveServer) -> None:
    with RawSocket(live_server) as raw:
        assert raw.upgrade(live_server.sign_in("alice").cookie) == 101
        raw.text()
        raw.send_text(event("join", {"doc": live_server.document_id}))
        raw.send_text('451-["u",{"_placeholder":true,"num":0}]')
        raw.frame(2, b"\x01\x01\x00\x00")
        assert raw.close_code() == 1008


@pytest.mark.parametrize("live_server", ["postgresql"], indirect=True)
def test_who_said_connect_in_time_is_not_cut_because_the_database_is_slow(live_server: LiveServer) -> None:
    person = live_server.sign_in("alice")
    with RawSocket(live_server) as raw:
        raw.socket.settimeout(HANG_SECONDS)
        assert raw.upgrade(person.cookie) == 101
        raw.text()
        ticket = person.ticket()
        with live_server.transaction() as session:
            session.execute(text("LOCK TABLE socket_ticket IN ACCESS EXCLUSIVE MODE"))
            raw.send_text("40" + json.dumps({"ticket": ticket, "v": 1}))
            time.sleep(Limits().connect_seconds + 0.5)
        assert raw.text().startswith("40{")


def test_silent_connection_is_cut_after_five_seconds(live_server: LiveServer) -> None:
    with RawSocket(live_server) as raw:
        assert raw.upgrade(live_server.sign_in("alice").cookie) == 101
        raw.socket.settimeout(HANG_SECONDS)
        assert raw.close_code() == 1008


@pytest.mark.slow
@pytest.mark.both_modes
def test_only_who_answers_pings_stays(live_server: LiveServer) -> None:
    """Pings come every 25 s; an answer must come within 20 s."""

    def ping(raw: RawSocket) -> None:
        """The next one, after what the bell says."""
        while raw.receive() != (TEXT, b"2"):
            continue

    with RawSocket(live_server) as answering, RawSocket(live_server) as silent:
        for raw, name in ((answering, "alice"), (silent, "bob")):
            raw.connect(live_server.sign_in(name))
            raw.socket.settimeout(60)
        ping(silent)
        ping(answering)
        answering.send_text("3")
        assert silent.close_code() == 1000
        ping(answering)  # again, so still there


def test_events_named_like_the_connections_own_change_nothing(live_server: LiveServer) -> None:
    with RawSocket(live_server) as raw:
        raw.connect(live_server.sign_in("alice"))
        for name in ("connect", "disconnect"):
            raw.send_text(event(name, {"ticket": "x", "v": 1}))
        raw.send_text(join(live_server.document_id, ack=1))
        assert raw.text().startswith(("431", "461", "462")), "still the same connection"
