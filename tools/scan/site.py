"""What is scanned: the whole deployment as it is meant to run, in production mode behind TLS, with people.

Production has no door to the demonstration, so people sign in before it starts: through the cards of a
demonstration server on the same database, which ends then.
"""

import contextlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

import models.tables  # noqa: F401 - all tables, for the administrator's row
from models.membership import Membership
from models.organization import Organization
from models.people import User
from models.policy import Role
from models.session import configure, database, transaction
from tools.run_tests import free_port
from tools.scale import ETABLI, Process, Stack, await_answer, stack
from tools.scan.browser import Browser
from workspace.services import sessions
from workspace.services.passwords import hash_password

COOKIE = "etabli"
PRODUCTION_COOKIE = "__Host-etabli"
CARDS = {
    "learner": "Awa Diallo",
    "tutor": "Nadia Ferrand",
    "manager": "Hélène Marchetti",
    "élu": "Philippe Anelli",
    "partner": "Dolorès Pinto",
}
ROLES = ("anonymous", "guest", "partner", "élu", "learner", "tutor", "manager", "admin")
"""In the order of what they may do: who comes later may end the visit of who comes before."""


@dataclass
class Site:
    """A running site: its address, the authority that its certificate comes from, the token of each role."""

    url: str
    plain_url: str
    authority: Path
    tokens: dict[str, str]

    def browser(self, role: str) -> Browser:
        """A browser in which somebody of this role is signed in."""
        found = Browser(self.url, self.authority)
        if role in self.tokens:
            found.keep_cookie(self.cookie, self.tokens[role])
        return found

    def cookie_of(self, role: str) -> str:
        """The header of a signed-in browser's cookies; "" for nobody's."""
        return f"{self.cookie}={self.tokens[role]}" if role in self.tokens else ""

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return PRODUCTION_COOKIE


class Production(Stack):
    """The stack as it is deployed: Caddy with TLS and its own authority, one address, production mode."""

    def __init__(self, folder: Path, *, demo: bool = True, **settings: str) -> None:
        super().__init__(folder, demo=demo, **settings)
        self.site = "localhost"
        self.url = f"https://localhost:{self.port}"
        self.plain_port = free_port()
        self.authority = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        self.tokens: dict[str, str] = {}

    def environment(self, name: str) -> dict[str, str]:
        """The web processes and the worker are in production; what fills the database is not."""
        found = super().environment(name)
        if name in self.web or name in self.workers:
            found |= {"ETABLI_ENV": "production", "ETABLI_DEMO": "0", "ETABLI_ORIGINS": self.url}
        return found

    def adjust_proxy(self, settings: dict[str, Any]) -> None:
        """Ports of our own, and an authority that this machine is not told to trust."""
        settings["apps"]["http"]["http_port"] = self.plain_port
        settings["apps"]["pki"] = {"certificate_authorities": {"local": {"install_trust": False}}}

    def answers(self) -> bool:
        """Whether the proxy answers, TLS and all."""
        with contextlib.suppress(OSError, requests.RequestException):
            return requests.get(f"{self.url}/healthz", verify=self.authority, timeout=5).ok
        return False

    def sign_everybody_in(self) -> None:
        """Through the cards, by a link, and as the administrator that the demonstration does not have."""
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        door = Process("door", self.folder)
        settings = {"PORT": str(port), "ETABLI_ORIGINS": url, "ETABLI_TRUSTED_PROXIES": "0"}
        door.start([str(ETABLI), "serve"], self.environment("migrate") | settings)
        try:
            await_answer(port, door)
            browsers = {role: _enter(url, name) for role, name in CARDS.items()}
            browsers["guest"] = _join(url, browsers["learner"])
        finally:
            door.terminate()
            door.wait()
        self.tokens = {role: browser.cookie(COOKIE) for role, browser in browsers.items()}
        self.tokens["admin"] = self._administrator()

    def _administrator(self) -> str:
        configure(self.database_url)
        with transaction() as session:
            user = User(
                email="administration@etabli.example",
                name="Alix Garnier",
                password_hash=hash_password(secrets.token_urlsafe()),
            )
            session.add(user)
            session.flush()
            organization = session.scalars(select(Organization.id)).first()
            session.add(Membership(user_id=user.id, role=Role.ADMIN, organization_id=organization))
            token = sessions.open_session(session, user_id=user.id)
        database().dispose()
        return token


def _enter(url: str, name: str) -> Browser:
    """Somebody of the demonstration, entered by the card that has their name."""
    browser = Browser(url)
    page = browser.get("/demo")
    card = next(form for form in page.forms if name in form.button)
    browser.send(page, card)
    return browser


def _join(url: str, learner: Browser) -> Browser:
    """Somebody who came by a link that the learner made for their project."""
    home = learner.get("/")
    project = re.search(r"/projects/\d+", home.text)
    if project is None:
        raise RuntimeError("the learner's home names no project")
    page = learner.get(f"{project[0]}/links/new")
    shown = learner.send(page, page.form_to(page.path))
    address = re.search(r"/join/[\w-]+", shown.text)
    if address is None:
        raise RuntimeError("the page of a new link does not show its address")
    guest = Browser(url)
    door = guest.get(address[0])
    guest.send(door, door.form_to(address[0]), name="Malika", sector="association")
    return guest


@contextlib.contextmanager
def running_site() -> Iterator[Site]:
    """Start it, sign everybody in, and end it. Raises: tools.scale.Missing."""
    with stack(kind=Production, prepare=lambda made: made.sign_everybody_in()) as made:
        yield Site(made.url, f"http://localhost:{made.plain_port}", made.authority, made.tokens)
