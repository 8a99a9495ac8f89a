"""What is sent to the comments of a board: hostile texts, places that are none, a form twice, too much."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.comment import Comment, Thread
from models.session import reading, transaction
from tests.conftest import ClientOf, make_app
from tests.factories import World
from tests.queries import counting_queries
from workspace.services.sessions import open_session
from workspace.web.guard import COOKIE

JSON = {"Accept": "application/json"}
SCRIPT = '<img src=x onerror=alert(1)> {{ 7*7 }} \u202e=HYPERLINK("x")'


@pytest.fixture
def alice(world: World, client_of: ClientOf) -> FlaskClient:
    return client_of(world.alice)


def comments() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Comment.text).order_by(Comment.id)))


def path(world: World) -> str:
    return f"/boards/{world.board.id}/comments"


def test_who_only_reads_is_told_so(world: World, client_of: ClientOf) -> None:
    """Their page shows no field to write in."""
    people = {"alice": "write", "tutor": "write", "partner": "write", "manager": "read"}
    for name, may in people.items():
        answer = client_of(world.people[name]).get(path(world), headers=JSON)
        assert answer.json is not None
        assert answer.json["may"] == may, name
    answer = client_of(guest=world.guests["reader"]).get(path(world), headers=JSON)
    assert answer.json is not None
    assert answer.json["may"] == "read"


def test_hostile_text_is_kept_and_given_back_as_it_is(world: World, alice: FlaskClient) -> None:
    answer = alice.post(path(world), data={"text": SCRIPT}, headers=JSON, follow_redirects=True)
    assert answer.json is not None
    assert answer.json["thread"]["comments"][0]["text"] == SCRIPT
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": "  \n "},
        {"text": "a" * 2001},
        {"text": "un\0deux"},
        {"text": "un\ud800deux".encode("utf-8", "surrogatepass")},
        {"text": "Où ?", "object": "../etc"},
        {"text": "Où ?", "object": "n" * 33},
        {"text": "Où ?", "x": "nan", "y": "0"},
        {"text": "Où ?", "x": "inf", "y": "0"},
        {"text": "Où ?", "x": "1e9", "y": "0"},
        {"text": "Où ?", "x": "1"},
    ],
)
def test_what_cannot_be_a_comment_is_refused_with_a_sentence(
    world: World, alice: FlaskClient, fields: dict[str, str]
) -> None:
    answer = alice.post(path(world), data=fields, headers=JSON)
    assert answer.status_code == 400
    assert answer.json is not None
    assert len(answer.json["error"]) > 10
    assert comments() == []


def test_form_sent_twice_is_one_comment_and_one_reply(world: World, alice: FlaskClient) -> None:
    for _twice in range(2):
        answer = alice.post(path(world), data={"text": "Une fois", "_once": "k1"}, headers=JSON)
        assert answer.status_code in (302, 303)
    with reading() as session:
        thread = session.scalars(select(Thread.id)).one()
    for _twice in range(2):
        alice.post(f"{path(world)}/{thread}/replies", data={"text": "Aussi", "_once": "k2"}, headers=JSON)
    assert comments() == ["Une fois", "Aussi"]


def test_refused_form_can_be_corrected_and_sent_with_its_key(world: World, alice: FlaskClient) -> None:
    assert alice.post(path(world), data={"text": "", "_once": "k"}, headers=JSON).status_code == 400
    alice.post(path(world), data={"text": "Corrigé", "_once": "k"}, headers=JSON)
    assert comments() == ["Corrigé"]


def test_somebody_who_writes_without_end_is_slowed_down(
    world: World, sqlite_url: str, tmp_path: Path
) -> None:
    alice = make_app(sqlite_url, tmp_path, rate_limits=True).test_client()
    with transaction() as session:
        alice.set_cookie(COOKIE, open_session(session, user_id=world.alice.id))
    codes = [
        alice.post(path(world), data={"text": "Encore"}, headers=JSON).status_code for _time in range(31)
    ]
    assert codes[:30] == [303] * 30
    assert codes[30] == 429


def test_list_asks_as_many_queries_for_many_threads_as_for_one(world: World, alice: FlaskClient) -> None:
    def queries() -> int:
        with counting_queries() as counted:
            assert alice.get(path(world)).status_code == 200
        return int(counted)

    alice.post(path(world), data={"text": "Un"})
    first = queries()
    for _more in range(5):
        alice.post(path(world), data={"text": "Un"})
    assert queries() == first
