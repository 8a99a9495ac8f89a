"""Documents without a live server: opened from the database for each request, under the same checks."""

from typing import Any

import pytest
from pycrdt import Doc, Map, Text
from sqlalchemy import select

from models.board.rules import BoardActor
from models.document import DocumentClient, DocumentUpdate
from models.errors import NotFound, Refused
from models.session import reading
from tests.factories import World
from workspace.web.documents.host import StoredDocuments


def alice() -> BoardActor:
    return BoardActor(key="u1", can_edit=True)


def bob() -> BoardActor:
    return BoardActor(key="u2", can_edit=True)


def _note(doc: Doc[Any], key: str, author: str) -> bytes:
    before = doc.get_state()
    fields = {"x": 0.0, "y": 0.0, "w": 148.0, "h": 148.0, "locked": False}
    words = {"type": "note", "order": "a0", "zone": "", "colour": "jonc", "author": author}
    with doc.transaction():
        doc.get("objects", type=Map)[key] = Map({**fields, **words, "text": Text(key)})
    return doc.get_update(before)


def _opened(host: StoredDocuments, document_id: int) -> Doc[Any]:
    doc: Doc[Any] = Doc()
    doc.apply_update(host.state(document_id).content)
    return doc


def test_update_is_committed_and_read_back(any_world: World) -> None:
    host, document_id = StoredDocuments(), any_world.board.document_id
    before = host.state(document_id)
    doc = _opened(host, document_id)
    seq, missing = host.sync(document_id, alice, doc.get_state(), _note(doc, "n1", "u1"))
    after = host.state(document_id)
    assert (before.seq + 1, after.seq, after.epoch) == (seq, seq, 1)
    assert "n1" in set(_opened(host, document_id).get("objects", type=Map))
    assert len(missing) < 400, "what was missed, not the board"
    with reading() as session:
        row = session.scalars(select(DocumentUpdate).where(DocumentUpdate.seq == seq)).one()
        owner = session.scalars(select(DocumentClient)).one()
    assert row.actor_keys == "u1"
    assert (owner.client_id, owner.actor_key) == (doc.client_id, "u1")


def test_same_update_twice_is_stored_once(world: World) -> None:
    host, document_id = StoredDocuments(), world.board.document_id
    doc = _opened(host, document_id)
    update = _note(doc, "n1", "u1")
    first, _ = host.sync(document_id, alice, b"\x00", update)
    second, _ = host.sync(document_id, alice, b"\x00", update)
    assert first == second


def test_client_id_of_somebody_else_is_refused(world: World) -> None:
    host, document_id = StoredDocuments(), world.board.document_id
    doc = _opened(host, document_id)
    host.sync(document_id, alice, b"\x00", _note(doc, "n1", "u1"))
    with pytest.raises(Refused) as caught:
        host.sync(document_id, bob, b"\x00", _note(doc, "n2", "u2"))
    assert caught.value.code == "client_id"


def test_refused_update_leaves_no_row(world: World) -> None:
    host, document_id = StoredDocuments(), world.board.document_id
    before = host.state(document_id)
    doc = _opened(host, document_id)
    with pytest.raises(Refused) as caught:
        host.sync(document_id, alice, b"\x00", _note(doc, "n1", "u2"))
    assert caught.value.code == "author"
    assert host.state(document_id) == before


def test_unknown_document_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        StoredDocuments().state(999)
