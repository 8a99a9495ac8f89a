"""No page holds code or styles that its policy would have to trust for standing there."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from models.session import transaction
from tests.canaries import Planted, attempts, plant
from tests.conftest import ClientOf
from tests.factories import World

PEOPLE = ("alice", "tutor", "manager", "observer", "partner", "guest", "reader", "stranger", "anonymous")
ADDRESSES = ("href", "src", "action", "formaction", "srcset", "poster", "data")
DATA_ONLY = "application/json"
OWN_POLICY = {"mails.inside"}
"""A letter as mail programs get it, in a frame that runs nothing; only where no mail leaves the machine."""


def inline(answer: TestResponse) -> Iterator[str]:
    """What would need another policy than the page's."""
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"script-src 'nonce-([^']+)'", policy)
    for element in html.fromstring(answer.get_data()).iter("*"):
        for name, value in element.attrib.items():
            if name.startswith("on") or name == "style":
                yield f"<{element.tag} {name}={value!r}>"
            if name in ADDRESSES and re.match(r"\s*(javascript|vbscript|data:text)", value, re.IGNORECASE):
                yield f"<{element.tag} {name}={value!r}>"
        if element.tag in ("base", "object", "embed", "applet", "frame"):
            yield f"<{element.tag}>"
        if element.tag == "meta" and element.get("http-equiv"):
            yield f"<meta http-equiv={element.get('http-equiv')!r}>"
        is_code = element.tag == "script" and element.get("type") != DATA_ONLY
        if is_code and (not element.get("src", "").startswith("/assets/") or (element.text or "").strip()):
            yield f"<script src={element.get('src')!r}>{element.text}"
        if (is_code or element.tag == "style") and (nonce is None or element.get("nonce") != nonce[1]):
            yield f"<{element.tag} nonce={element.get('nonce')!r}>"


@pytest.fixture
def planted(world: World) -> Planted:
    with transaction() as session:
        return plant(session, world)


def pages(app: Flask, planted: Planted, client: FlaskClient) -> Iterator[tuple[str, TestResponse]]:
    """All pages that can be opened, and those that come back from a form sent empty."""
    for attempt in attempts(app, planted, {"GET", "POST"}):
        if attempt.path in ("/sign-out", "/account/erase") or attempt.rule.endpoint in OWN_POLICY:
            continue
        answer = client.open(
            attempt.path, method=attempt.method, data={} if attempt.method == "POST" else None
        )
        if answer.mimetype == "text/html" and answer.get_data() and answer.status_code not in range(300, 400):
            yield f"{attempt.method} {attempt.path} ({answer.status_code})", answer


@pytest.mark.parametrize("name", PEOPLE)
def test_no_page_holds_code_or_styles_of_its_own(
    planted: Planted, app: Flask, client_of: ClientOf, name: str
) -> None:
    world = planted.world
    client = client_of(world.people.get(name), guest=world.guests.get(name))
    found, seen = [], set()
    for title, answer in pages(app, planted, client):
        found += [f"{title}: {fault}" for fault in inline(answer)]
        seen.add(answer.status_code)
    assert found == []
    assert seen >= {200, 404}


@pytest.mark.parametrize(
    "markup",
    [
        "<p style='color: red'>",
        "<p onclick='x()'>",
        "<a href=' JavaScript:x()'>",
        "<script>x()</script>",
        "<script src='https://evil.example/x.js' nonce='N'></script>",
        "<script type='module' src='/assets/main.js'></script>",
        "<style>p { color: red }</style>",
        "<base href='https://evil.example'>",
    ],
)
def test_this_walk_would_see_it(markup: str) -> None:
    policy = {"Content-Security-Policy": "script-src 'nonce-N'"}
    answer = TestResponse(iter([markup.encode()]), "200 OK", policy, None)  # type: ignore[arg-type]
    assert list(inline(answer))
