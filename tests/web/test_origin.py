"""Where a form may come from."""

import pytest

from tests.conftest import ClientOf
from tests.factories import World


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "http://127.0.0.1:8000"}, True),
        ({"Origin": "null"}, True),
        ({"Origin": "https://evil.example"}, False),
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
