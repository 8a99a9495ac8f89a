"""The first start: the console's code opens the page that makes the first manager, once."""

import pytest
from sqlalchemy import func, select

from models.people import User
from models.session import reading
from tests.conftest import ClientOf, make_app
from tests.factories import World
from workspace.services.installation import make_setup_code

FORM = {
    "organization_name": "École des territoires",
    "programme_name": "Innovation publique",
    "name": "Marie Responsable",
    "email": "marie@ecole.fr",
    "password": "table de chêne 42",
}


def test_set_up_page_is_not_found_once_there_is_a_manager(world: World, client_of: ClientOf) -> None:
    assert client_of().get("/setup").status_code == 404
    assert client_of().post("/setup", data=FORM).status_code == 404


def test_code_of_the_console_makes_the_first_manager_and_signs_in(
    sqlite_url: str, client_of: ClientOf
) -> None:
    code = make_setup_code()
    client = client_of()
    assert client.get("/setup").status_code == 200
    answer = client.post("/setup", data={**FORM, "code": code})
    assert answer.status_code == 302
    assert answer.location == "/programmes"
    page = client.get("/programmes").text
    assert "Innovation publique" in page
    assert "Créer la première promotion" in page
    assert client.get("/setup").status_code == 404
    assert client_of().post("/setup", data={**FORM, "code": code}).status_code == 404


@pytest.mark.parametrize("code", ["", "0000-0000-0000-0000", "x" * 5000, "\x00", "é"])
def test_wrong_code_makes_nothing_and_keeps_what_was_typed(
    sqlite_url: str, client_of: ClientOf, code: str
) -> None:
    make_setup_code()
    answer = client_of().post("/setup", data={**FORM, "code": code})
    assert answer.status_code == 422
    assert "Marie Responsable" in answer.text
    assert FORM["password"] not in answer.text
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize(
    "values",
    [
        {"email": "marie"},
        {"password": "court"},
        {"password": "marie@ecole.fr"},
        {"name": " "},
        {"organization_name": "x" * 200},
        {"programme_name": "\x00"},
    ],
)
def test_wrong_field_does_not_use_up_the_code(
    sqlite_url: str, client_of: ClientOf, values: dict[str, str]
) -> None:
    code = make_setup_code()
    assert client_of().post("/setup", data={**FORM, "code": code, **values}).status_code == 422
    assert client_of().post("/setup", data={**FORM, "code": code}).status_code == 302


def test_guessing_the_code_is_slow(sqlite_url: str, tmp_path) -> None:
    make_setup_code()
    client = make_app(sqlite_url, tmp_path, rate_limits=True).test_client()
    statuses = [client.post("/setup", data={**FORM, "code": "0"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_set_up_needs_the_form_s_token(sqlite_url: str, tmp_path) -> None:
    app = make_app(sqlite_url, tmp_path)
    app.config["WTF_CSRF_ENABLED"] = True
    assert app.test_client().post("/setup", data=FORM).status_code == 400
