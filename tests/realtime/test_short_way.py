"""Who may take the short way to a whole document, and that it is the same document."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.test import Client as WebClient
from werkzeug.test import TestResponse

from realtime.clients import Clients
from realtime.fanout import SingleProcess
from realtime.registry import Rooms
from realtime.short_way import ShortWay
from tests.factories import World
from tests.realtime.test_rooms import Writer
from workspace.services.tokens import token_hash

TOKEN = "the-cookie-of-alice"  # noqa: S105 - of nobody
LONG_WAY = 418


class Site:
    """Alice has joined the board; whoever goes the long way is answered 418."""

    def __init__(self, world: World) -> None:
        self.clients = Clients()
        self.alice = Writer(world, Rooms(SingleProcess()), "alice")
        self.alice.client.actor = replace(self.alice.actor, login_session_id=1)
        self.alice.client.token_hash = token_hash(TOKEN)
        self.clients.add(self.alice.client)
        self.web = WebClient(ShortWay(self._long_way, self.clients, frozenset({"localhost"}), "etabli"))

    @staticmethod
    def _long_way(_environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response(f"{LONG_WAY} LONG WAY", [])
        return []

    def get(self, path: str = "", *, token: str | None = TOKEN, **headers: str) -> TestResponse:
        """GET the board's document, or `path`."""
        if token is not None:
            self.web.set_cookie("etabli", token)
        path = path or f"/documents/{self.alice.room.document_id}/snapshot"
        return self.web.get(path, headers=headers)


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def test_who_has_joined_gets_the_document_from_memory(site: Site) -> None:
    answer = site.get()
    seq, content = site.alice.room.whole()
    assert (answer.status_code, answer.data) == (200, content)
    assert answer.headers["ETag"] == f'"1.{seq}"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]
    again = site.get(**{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("token", [None, "", "another"])
def test_without_the_cookie_of_one_who_joined_it_is_the_long_way(site: Site, token: str | None) -> None:
    assert site.get(token=token).status_code == LONG_WAY


@pytest.mark.parametrize("path", ["/documents/999/snapshot", "/documents/x/snapshot", "/", "/documents/1"])
def test_other_paths_are_the_application_s(site: Site, path: str) -> None:
    assert site.get(path).status_code == LONG_WAY


def test_another_host_is_not_answered_from_memory(site: Site) -> None:
    assert site.get(Host="elsewhere.example").status_code == LONG_WAY


def test_who_left_or_was_put_out_goes_the_long_way(site: Site) -> None:
    site.alice.client.kick("revoked")
    assert site.get().status_code == LONG_WAY
    site.alice.client.is_kicked = False
    assert site.get().status_code == 200
    site.alice.room.leave(site.alice.member)
    assert site.get().status_code == LONG_WAY


def test_who_has_gone_goes_the_long_way(site: Site) -> None:
    site.clients.remove(site.alice.client.sid)
    assert site.get().status_code == LONG_WAY


def test_a_document_that_broke_here_is_not_shown(site: Site) -> None:
    site.alice.room.is_broken = True
    assert site.get().status_code == LONG_WAY
