"""Knocks at every door of the site: one world, a browser for each person; what changes is put back."""

import re
import shutil
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from pycrdt import Doc, Map, Text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from models.session import configure, database, transaction
from tests.factories import World, make_world
from tests.matrix.bodies import knock
from tests.matrix.places import PRINCIPALS, WORLDS, Places, build
from tests.matrix.table import ANSWERS, Door, Rule
from workspace.web.guard import COOKIE
from workspace.web.mails.unsubscribing import mute_url, unsubscribe_url

METHODS_OF_ALL = {"HEAD", "OPTIONS"}
STATUS = {401: "in", 403: "no", 404: "-", 410: "over"}
REFUSED = {401, 403, 404, 410}
BROKEN = {400, 405, 413, 429}
"""What no honest visitor meets: the row does not knock as it should."""


class Site:
    """The worlds as files, and the one on which the application works now."""

    def __init__(self, app: Flask, folder: Path, template: Path) -> None:
        self.app = app
        self.path = folder / "matrix.sqlite3"
        self._worlds = {name: folder / f"world-{name.rstrip(': ')}.sqlite3" for name in ("", *WORLDS)}
        self._world = ""
        self.places = self._build(template)
        self.places.ids[""]["name"] = app.config["ASSETS"]["main.css"]
        with app.test_request_context():
            message = unsubscribe_url(self.places.world.bob.id)
            mute = mute_url(self.places.world.bob.id, self.places.world.project.id)
        self.places.ids["link of a message"] = {"token": message.rsplit("/", 1)[1]}
        self.places.ids["link to a mute"] = {"token": mute.rsplit("/", 1)[1]}
        self._routes = {route.endpoint: list(app.url_map.iter_rules(route.endpoint)) for route in routes(app)}
        self._notes: dict[str, bytes] = {}

    def _build(self, template: Path) -> Places:
        shutil.copy(template, self._worlds[""])
        with _changing(self._worlds[""]) as session:
            made: World = make_world(session)
            places = build(session, made)
        for name, change in WORLDS.items():
            shutil.copy(self._worlds[""], self._worlds[name])
            with _changing(self._worlds[name]) as session:
                change(session, made)
        return places

    # -- the database ------------------------------------------------------------------------------

    def enter(self, state: str) -> None:
        """Be in the world of this state."""
        world = next((name for name in WORLDS if state.startswith(name)), "")
        if world != self._world:
            self._world = world
            self.restore()

    @contextmanager
    def open(self) -> Iterator[None]:
        """The application works on this world within."""
        configure(f"sqlite:///{self.path}")
        self.restore()
        try:
            yield
        finally:
            database().dispose()

    def restore(self) -> None:
        """Put the world back as it was made. The engine stays: it keeps the statements that it compiled."""
        database().dispose()
        for former in self.path.parent.glob("matrix.sqlite3-*"):
            former.unlink()
        shutil.copy(self._worlds[self._world], self.path)

    def _written_bytes(self) -> int:
        """How much was committed since the world was put back: SQLite's log begins empty then."""
        log = Path(f"{self.path}-wal")
        return log.stat().st_size if log.exists() else 0

    # -- people ------------------------------------------------------------------------------------

    def client(self, principal: str) -> FlaskClient:
        """The browser of this person."""
        client = self.app.test_client()
        cookie = self.places.cookies.get(principal)
        if cookie:
            client.set_cookie(COOKIE, cookie)
        return client

    def _note(self, principal: str) -> bytes:
        """An update that adds a note signed by this person, once for all documents: they begin alike."""
        if principal not in self._notes:
            world, name = self.places.world, PRINCIPALS[principal]
            person = world.guests.get(name) or world.people.get(name)
            self._notes[principal] = new_note(person.key if person else "u0")
        return self._notes[principal]

    # -- doors -------------------------------------------------------------------------------------

    def ask(self, client: FlaskClient, door: Door, state: str, principal: str) -> TestResponse:
        """Knock once."""
        ids = self.places.of(state, principal)
        path = address(self._routes[door.name], door, ids)
        return knock(client, door, path, ids, self._note(principal))

    def differences(self, rule: Rule, door: Door, only: Container[str] = ANSWERS) -> Iterator[str]:
        """Knock in every state as all who expect one of these answers: each line a cell that differs."""
        for state in rule.cells:
            self.enter(state)
            for principal in rule.who_expects(state, only):
                answer = self.ask(self.client(principal), door, state, principal)
                answer.close()
                if self._written_bytes():
                    self.restore()
                got, wanted = word_of(answer), rule.expected(state, principal)
                if got != wanted:
                    yield f"{door}, {state}, {principal}: {got}, the table says {wanted}"


@contextmanager
def _changing(file: Path) -> Iterator[Session]:
    """A transaction on this file, all of which is in the file afterwards."""
    configure(f"sqlite:///{file}")
    with transaction() as session:
        yield session
    with database().engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database().dispose()


def word_of(answer: TestResponse) -> str:
    """The answer in the words of the table; a status that fits none is itself."""
    status = answer.status_code
    if status in STATUS:
        return STATUS[status]
    if status == 302 and answer.location.startswith("/sign-in?next="):
        return "in"
    if status in BROKEN or status >= 500:
        return f"{status}: {answer.get_data(as_text=True)[:200]!r}"
    return "yes"


def routes(app: Flask) -> list[Route]:
    """Every route but Flask's own."""
    return [route for route in app.url_map.iter_rules() if route.endpoint != "static"]


def address(found: Iterable[Route], door: Door, ids: Any) -> str:
    """The path of this door with these ids."""
    route = next(route for route in found if door.verb in (route.methods or ()))

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name not in ids:
            raise AssertionError(f"{door}: say in places.py which {name} its states stand for")
        return str(ids[name])

    return re.sub(r"<(?:[^:<>]+:)?(\w+)>", value, route.rule)


def new_note(key: str) -> bytes:
    """A Yjs update that adds a note signed `key` to any board."""
    doc: Doc[Any] = Doc()
    fields = {"x": 0.0, "y": 0.0, "w": 148.0, "h": 148.0, "locked": False}
    words = {"type": "note", "order": "a0", "zone": "", "colour": "jonc", "author": key}
    doc.get("objects", type=Map)[f"n{key}"] = Map({**fields, **words, "text": Text("Une idée")})
    return doc.get_update()
