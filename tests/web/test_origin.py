"""Where a form may come from."""

from pathlib import Path

import pytest

from models.session import transaction
from tests.conftest import ClientOf, make_app
from tests.factories import World
from workspace.services.sessions import open_session


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://localhost.evil.example"}, False),
        ({"Origin": "http://localhost:8001"}, False),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
    ],
)
def test_form_from_another_site_is_refused(
    world: World, client_of: ClientOf, headers: dict[str, str], is_let_in: bool
) -> None:
    answer = client_of(world.alice).post("/notifications/read", headers=headers)
    assert answer.status_code == (302 if is_let_in else 403)


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        ("https://etabli.example", True),
        ("http://etabli.example", False),
        ("https://etabli.example:8443", False),
        ("https://www.etabli.example", False),
        ("https://etabli.example.evil.example", False),
        ("https://evil.example", False),
    ],
)
def test_in_production_only_our_own_address_is_our_own(
    world: World, sqlite_url: str, tmp_path: Path, origin: str, is_let_in: bool
) -> None:
    production = {"ETABLI_ENV": "production", "ETABLI_ORIGINS": "https://etabli.example"}
    app = make_app(sqlite_url, tmp_path, ETABLI_TRUSTED_PROXIES="0", **production)
    client = app.test_client()
    with transaction() as session:
        token = open_session(session, user_id=world.alice.id)
    client.set_cookie("__Host-etabli", token, domain="etabli.example")
    answer = client.post("/notifications/read", base_url="https://etabli.example", headers={"Origin": origin})
    assert answer.status_code == (302 if is_let_in else 403)
