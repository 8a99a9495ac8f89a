"""A heavy edit sent over HTTP waits for its turn; what its sender may do is asked when it comes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from pycrdt import Doc, Map
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from models.base import utcnow
from models.document import Board, DocumentUpdate
from models.membership import Membership
from models.people import LoginSession
from models.session import reading, transaction
from realtime.budget import HEAVY_BYTES, Passage, Turnstile
from realtime.fanout import SingleProcess
from realtime.registry import Rooms
from tests.conftest import ClientOf
from tests.factories import World
from workspace.web.documents.host import EXTENSION


class Meanwhile(Turnstile):
    """Something happens while the edit waits."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._happens = happens

    @contextmanager
    def passing(self) -> Iterator[Passage]:
        """Wait until it has happened."""
        self._happens()
        with super().passing() as passage:
            yield passage


@pytest.fixture
def rooms(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Rooms:
    found = Rooms(SingleProcess())
    monkeypatch.setitem(app.extensions, EXTENSION, found)  # the application is the other tests' too
    return found


def _sync(rooms: Rooms, client_of: ClientOf, world: World, happens: Callable[[], None]) -> TestResponse:
    rooms.turnstile = Meanwhile(happens)
    doc: Doc[Map] = Doc()
    doc.apply_update(rooms.state(world.board.document_id).content)
    before = doc.get_state()
    with doc.transaction():
        doc.get("heavy", type=Map)["x"] = "x" * HEAVY_BYTES
    body = b"\x01\x00" + doc.get_update(before)
    path = f"/documents/{world.board.document_id}/sync"
    answer = client_of(world.alice).post(path, data=body, headers={"Accept": "application/json"})
    assert not any(room.pending for room in rooms), "what is refused waits for no commit"
    with reading() as session:
        rows = session.scalars(select(DocumentUpdate.update).where(DocumentUpdate.update.contains(b"heavy")))
        assert rows.all() == []
    return answer


def _freeze() -> None:
    with transaction() as session:
        session.execute(update(Board).values(frozen=True))


def _end_membership() -> None:
    with transaction() as session:
        session.execute(update(Membership).values(ends_at=utcnow()))


def _sign_out() -> None:
    with transaction() as session:
        session.execute(update(LoginSession).values(ended_at=utcnow()))


@pytest.mark.parametrize(
    ("happens", "status"),
    [(_freeze, 403), (_end_membership, 404), (_sign_out, 401)],
    ids=["frozen", "member no more", "signed out"],
)
def test_what_changed_while_an_edit_waited_holds_for_it(
    rooms: Rooms, client_of: ClientOf, world: World, happens: Callable[[], None], status: int
) -> None:
    assert _sync(rooms, client_of, world, happens).status_code == status


def test_heavy_edit_is_judged_by_what_it_holds_when_nothing_changed(
    rooms: Rooms, client_of: ClientOf, world: World
) -> None:
    answer = _sync(rooms, client_of, world, lambda: None)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "root")
