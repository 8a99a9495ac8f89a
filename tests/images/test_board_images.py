"""Pictures of boards: who puts them there, who sees them, how many, and when they go."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pycrdt import Doc, Map, Text
from sqlalchemy import select, update

from models.base import utcnow
from models.board.marks import new_name
from models.board.rules import BoardActor
from models.board.seed import seed_board
from models.board.sync import LiveDocument
from models.board_image import BoardImage
from models.document import Board, DocumentUpdate, SharedDocument
from models.errors import Refused
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import WEBP, World, make_board, make_image
from workspace.jobs import images
from workspace.services import board_images, links

JSON = {"Accept": "application/json"}


def put(client: FlaskClient, document_id: int, data: bytes = WEBP, **headers: str) -> Any:
    return client.post(
        f"/documents/{document_id}/images", data=data, content_type="image/png", headers={**JSON, **headers}
    )


def test_picture_is_put_and_shown_with_guarded_headers(any_world: World, any_client_of: ClientOf) -> None:
    alice = any_client_of(any_world.alice)
    made = put(alice, any_world.board.document_id)
    assert made.status_code == 201
    assert (made.json["width"], made.json["height"]) == (1, 1)
    shown = any_client_of(any_world.bob).get(made.json["url"])
    assert shown.status_code == 200
    assert shown.mimetype == "image/webp"
    assert shown.data[:4] == b"RIFF"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert shown.headers["Content-Disposition"] == "attachment; filename=image.webp"
    assert shown.headers["Cache-Control"] == "private, no-cache"
    again = alice.get(made.json["url"], headers={"If-None-Match": shown.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"", "empty", 422),
        (b"<svg onload='x'/>", "not_an_image", 422),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 11_000_000, "413", 413),
    ],
)
def test_refusal_is_a_sentence(
    world: World, client_of: ClientOf, data: bytes, code: str, status: int
) -> None:
    answer = put(client_of(world.alice), world.board.document_id, data)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["error"].endswith(".")
    english = put(client_of(world.alice), world.board.document_id, data, **{"Accept-Language": "en"})
    assert english.json["code"] == code
    with reading() as session:
        assert session.scalar(select(BoardImage.id)) is None


def test_other_kinds_of_requests_stay_small(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.alice).post(f"/documents/{world.board.document_id}/sync", data=b"\0" * 2_000_000)
    assert answer.status_code == 413


def test_revoked_guest_loses_the_picture(world: World, client_of: ClientOf) -> None:
    guest = client_of(guest=world.guests["guest"])
    url = put(guest, world.board.document_id).json["url"]
    assert guest.get(url).status_code == 200
    with transaction() as session:
        link_id = world.guests["guest"].link_id
        links.revoke_link(session, world.actor(session, "alice"), world.project.id, link_id)
    assert guest.get(url, headers=JSON).status_code == 401


def test_picture_is_found_through_its_own_board_only(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        other = make_board(session, world.project, world.alice, "Un autre").document_id
        name = make_image(session, world.board.document_id, world.alice).name
    alice = client_of(world.alice)
    assert alice.get(f"/documents/{world.board.document_id}/images/{name}").status_code == 200
    assert alice.get(f"/documents/{other}/images/{name}").status_code == 404
    assert client_of(world.zoe).get(f"/documents/{world.board.document_id}/images/{name}").status_code == 404


@pytest.mark.parametrize(
    ("limit", "value", "code"),
    [("MAX_ON_BOARD", 1, "full"), ("MAX_BYTES_ON_BOARD", 10, "full"), ("MAX_IN_A_DAY", 1, "enough_today")],
)
def test_there_are_bounds(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, code: str
) -> None:
    monkeypatch.setattr(board_images, limit, value)
    alice = client_of(world.alice)
    assert put(alice, world.board.document_id).status_code == 201
    refused = put(alice, world.board.document_id)
    assert (refused.status_code, refused.json["code"]) == (422, code)
    with transaction() as session:
        session.execute(update(BoardImage).values(created_at=utcnow() - timedelta(days=2)))
    assert put(alice, world.board.document_id).status_code == (201 if code == "enough_today" else 422)


# -- on the board ---------------------------------------------------------------------------------


def picture_of(name: str, author: str = "u1") -> Map[Any]:
    fields = {"x": 0.0, "y": 0.0, "w": 320.0, "h": 240.0, "locked": False}
    words = {"type": "image", "order": "a0", "zone": "", "author": author, "image": name}
    return Map({**fields, **words, "text": Text("Le plan de la cour")})


def putting(name: str) -> Callable[[Map[Any]], None]:
    return lambda objects: objects.update({"p1": picture_of(name)})


def written(content: bytes, change: Callable[[Map[Any]], None]) -> bytes:
    doc: Doc[Any] = Doc()
    doc.apply_update(content)
    before = doc.get_state()
    with doc.transaction():
        change(doc.get("objects", type=Map))
    return doc.get_update(before)


def test_board_takes_its_own_pictures_only() -> None:
    board = LiveDocument.open(seed_board("defi", "fr"), [])
    actor = BoardActor("u1", can_edit=True, document_id=7)
    own, foreign = new_name(7), new_name(8)
    forged = own[:-1] + ("A" if own[-1] != "A" else "B")
    for name in (foreign, forged, "x", "", f"../{own}"[:33]):
        update_ = written(
            board.snapshot(), lambda objects, name=name: objects.update({"p1": picture_of(name)})
        )
        with pytest.raises(Refused) as refused:
            board.propose(update_, actor)
        assert refused.value.code in {"foreign_image", "bad_value"}, name
    board.accept(
        board.propose(written(board.snapshot(), lambda o: o.update({"p1": picture_of(own)})), actor).update
    )

    def rename(objects: Map[Any]) -> None:
        objects["p1"]["image"] = new_name(7)

    with pytest.raises(Refused) as refused:
        board.propose(written(board.snapshot(), rename), actor)
    assert refused.value.code == "fixed_field"
    (note,) = [note for note in board.outline().notes() if note.type == "image"]
    assert (note.image, note.text) == (own, "Le plan de la cour")


def test_picture_that_no_board_shows_goes_after_a_month(any_world: World) -> None:
    now = utcnow()
    with transaction() as session:
        board = session.get_one(Board, any_world.board.id)
        shown = make_image(session, board.document_id, any_world.alice).name
        unused = make_image(session, board.document_id, any_world.alice).name
        content = written(seed_board("defi", "fr"), putting(shown))
        session.add(DocumentUpdate(document_id=board.document_id, seq=2, update=content, actor_keys="u1"))
        session.get_one(SharedDocument, board.document_id).last_seq = 2
    images.run(now + timedelta(days=29))
    assert names() == {shown, unused}
    images.run(now + timedelta(days=31))
    assert names() == {shown}


def names() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(BoardImage.name)))
