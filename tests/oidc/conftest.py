"""The application with a real provider, and a browser that goes from one to the other and back."""

import html
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.people import User
from models.session import transaction
from tests.conftest import make_app
from tests.factories import World, make_user
from tests.oidc.server import PEOPLE, OidcServer
from workspace.services.passwords import hash_password
from workspace.services.sessions import open_session
from workspace.web.guard import COOKIE

ORIGIN = "http://localhost"
PHRASE = "une phrase bien à moi"


@pytest.fixture(scope="session")
def running_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcServer]:
    server = OidcServer(tmp_path_factory.mktemp("oidc"), [ORIGIN]).start()
    yield server
    server.stop()


@pytest.fixture
def provider(running_provider: OidcServer) -> Iterator[OidcServer]:
    """The provider of all tests, behaving well at first and again at the end."""
    yield running_provider
    running_provider.alter.clear()
    running_provider.delay_seconds.clear()
    running_provider.flood.clear()
    running_provider.drip.clear()
    running_provider.release()
    running_provider.people.write_text(json.dumps(PEOPLE))


@pytest.fixture
def own_provider(tmp_path: Path) -> Iterator[OidcServer]:
    """One that a test starts, kills and starts again."""
    server = OidcServer(tmp_path, [ORIGIN])
    yield server
    server.stop()


@dataclass
class Person:
    """A browser at the application and at the provider."""

    provider: OidcServer
    client: FlaskClient
    elsewhere: requests.Session = field(default_factory=requests.Session)

    def leave(self, path: str = "/sign-in/oidc", **values: str) -> str:
        """Press the button; gives the address at the provider."""
        return leads_to(self.client.post(path, data=values))

    def at_provider(self, url: str, **person: str) -> str:
        """Sign in there; gives the address one comes back by."""
        back = self.provider.visit(url, browser=self.elsewhere, **person)
        assert back.startswith(ORIGIN)
        return back.removeprefix(ORIGIN)

    def enter(self, login: str, path: str = "/sign-in/oidc", **values: str) -> TestResponse:
        """The whole way, up to the application's first answer."""
        return self.client.get(self.at_provider(self.leave(path, **values), login=login))

    def is_in(self) -> bool:
        return self.client.get("/account").status_code == 200


def leads_to(answer: TestResponse) -> str:
    """Where a page leads on to by itself."""
    assert answer.status_code == 200, (answer.status_code, answer.text[:800])
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
    assert found, answer.text[:800]
    return html.unescape(found[1])


MakePerson = Callable[..., Person]


@pytest.fixture
def oidc_app(world: World, sqlite_url: str, tmp_path: Path, provider: OidcServer) -> Flask:
    return make_app(sqlite_url, tmp_path, ETABLI_ORIGINS=ORIGIN, **provider.settings())


@pytest.fixture
def person(oidc_app: Flask, provider: OidcServer) -> Iterator[MakePerson]:
    """`person(user)`: a browser signed in as this user; else anonymous. `app`: another application."""
    made: list[Person] = []

    def make(user: User | None = None, app: Flask = oidc_app, provider: OidcServer = provider) -> Person:
        client = app.test_client()
        if user is not None:
            with transaction() as session:
                client.set_cookie(COOKIE, open_session(session, user_id=user.id))
        made.append(Person(provider, client))
        return made[-1]

    yield make
    for one in made:
        one.elsewhere.close()


@pytest.fixture
def nina(world: World) -> User:
    with transaction() as session:
        return make_user(session, "Nina", password_hash=hash_password(PHRASE))
