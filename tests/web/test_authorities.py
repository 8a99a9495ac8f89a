"""GET /authorities/search: what the combobox gets, and who gets it."""

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from models.session import configure, transaction
from tests.conftest import ClientOf
from tests.factories import make_user


@pytest.fixture
def sqlite_url(register_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "etabli.sqlite3"
    shutil.copy(register_template, path)
    configure(f"sqlite:///{path}")
    return f"sqlite:///{path}"


@pytest.fixture
def alice(client_of: ClientOf) -> FlaskClient:
    with transaction() as session:
        user = make_user(session, "alice")
    return client_of(user)


def test_answer_is_value_label_hint(alice: FlaskClient) -> None:
    answer = alice.get("/authorities/search", query_string={"q": "cayenne"})
    assert answer.status_code == 200
    assert answer.json == [{"value": "commune-97302", "label": "Cayenne", "hint": "Commune · Guyane (973)"}]
    assert "private" in answer.headers["Cache-Control"]


def test_hint_is_in_the_readers_language(client_of: ClientOf) -> None:
    with transaction() as session:
        bob = make_user(session, "bob", locale="en")
    (choice,) = client_of(bob).get("/authorities/search?q=cayenne").json or []
    assert choice["hint"] == "Municipality · Guyane (973)"


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=xyzzyq", "?other=1", "?q=%FF%FE", "?q=%C3"])
def test_nothing_found_is_an_empty_list(alice: FlaskClient, query: str) -> None:
    answer = alice.get(f"/authorities/search{query}")
    assert (answer.status_code, answer.json) == (200, [])


@pytest.mark.parametrize("query", ["caye%00nne", "x" * 101, "%EF%BF%BD"])
def test_unreadable_or_overlong_text_is_refused_in_json(alice: FlaskClient, query: str) -> None:
    answer = alice.get(f"/authorities/search?q={query}")
    assert answer.status_code == 400
    assert set(answer.json) == {"error"}
    assert answer.json["error"].startswith("Ce nom ")


def test_refusal_is_in_the_readers_language(client_of: ClientOf) -> None:
    with transaction() as session:
        bob = make_user(session, "bob", locale="en")
    answer = client_of(bob).get("/authorities/search?q=%00")
    assert answer.json == {"error": "This name contains unreadable characters: type it again."}


def test_anonymous_person_searches_nothing(client_of: ClientOf) -> None:
    answer = client_of().get("/authorities/search?q=cayenne", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert "commune-97302" not in answer.get_data(as_text=True)
