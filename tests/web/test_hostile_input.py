"""Whatever is sent to whatever form by whoever may open it: a clear refusal, never a server error."""

import inspect
import re
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from tests.conftest import ClientOf
from tests.factories import World
from tests.routes import path_of

MUTATING = ("POST", "PUT", "PATCH", "DELETE")
# A refusal of the whole request is a page too: too large, not understood, too often.
SERVER_ERROR = 500
USUAL_FIELDS = (
    *("title", "body", "name", "email", "password", "label", "summary", "question", "answer", "answer_text"),
    *("step_code", "sector", "role", "days", "max_uses", "version", "reason", "message", "locale", "theme"),
    *("time_zone", "next", "due_on", "starts_on", "ends_on", "then", "template", "cohort_id", "team_id"),
    *("user_id", "authority", "authority_value", "challenge", "precedents", "drivers", "domain"),
    *("confidentiality", "_once"),
)
HOSTILE_VALUES = {
    "empty": "",
    "NUL": "avec un \x00 au milieu",
    "very long": "é" + "x" * 20_000,  # all fields together stay below what a request may hold
    "not a number": "douze",
    "huge number": "9" * 40,
    "negative": "-1",
    "markup": "<script>alert(1)</script>{{ 7 * 7 }}",
    "lone surrogate escape": "\\ud800 \u202e\u2066",
    "path": "//evil.example/%2e%2e/",
}


def targets(app: Flask, world: World) -> Iterator[tuple[str, str]]:
    for rule in app.url_map.iter_rules():
        for method in MUTATING:
            if method in (rule.methods or ()) and rule.endpoint not in ("auth.sign_out", "demo.enter"):
                yield method, path_of(rule, world)


def clients(client_of: ClientOf, world: World) -> dict[str, FlaskClient]:
    people = ("alice", "tutor", "manager")
    return {name: client_of(world.people[name]) for name in people} | {
        "guest": client_of(guest=world.guests["guest"]),
    }


@pytest.mark.parametrize(
    ("kind", "any_database_url"),
    [*((kind, "sqlite") for kind in HOSTILE_VALUES), ("NUL", "postgresql")],  # which takes it in no text
    indirect=["any_database_url"],
)
def test_no_form_value_makes_a_server_error(
    any_world: World, any_app: Flask, any_client_of: ClientOf, kind: str
) -> None:
    world, app, client_of = any_world, any_app, any_client_of
    form = urlencode(dict.fromkeys(USUAL_FIELDS, HOSTILE_VALUES[kind])).encode()
    assert len(form) < app.config["MAX_CONTENT_LENGTH"]
    form_type = "application/x-www-form-urlencoded"
    errors = []
    for name, client in clients(client_of, world).items():
        for method, path in targets(app, world):
            if "sign-out" in path:
                continue
            answer = client.open(path, method=method, data=form, content_type=form_type)
            if answer.status_code >= SERVER_ERROR:
                errors.append((name, method, path, answer.status_code))
    assert errors == []


@pytest.mark.parametrize(
    "body",
    [b"", b"title=%E9%FF&body=%C3%28", b"\xff\xfe\x00" * 50, b"=" * 500, b"a" * 200 + b"=1&" * 300],
    ids=["empty", "no UTF-8", "binary", "equals", "many fields"],
)
def test_no_raw_body_makes_a_server_error(world: World, app: Flask, client_of: ClientOf, body: bytes) -> None:
    errors = []
    for name in ("alice",):
        client = client_of(world.people[name])
        for method, path in targets(app, world):
            if "sign-out" in path:
                continue
            for kind in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data"):
                answer = client.open(path, method=method, data=body, content_type=kind)
                if answer.status_code >= SERVER_ERROR:
                    errors.append((name, method, path, kind, answer.status_code))
    assert errors == []


@pytest.mark.parametrize("document", ["[]", "null", '"x"', "7", '{"title": [1], "version": {}}', "[" * 500])
def test_no_json_makes_a_server_error(world: World, app: Flask, client_of: ClientOf, document: str) -> None:
    client = client_of(world.alice)
    errors = []
    for method, path in targets(app, world):
        answer = client.open(path, method=method, data=document, content_type="application/json")
        if answer.status_code >= SERVER_ERROR:
            errors.append((method, path, answer.status_code))
    assert errors == []


def test_five_megabytes_are_refused_with_a_page_that_helps(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.tutor).post(
        f"/projects/{world.project.id}/feedback/new", data={"body": "x" * 5_000_000, "step_code": ""}
    )
    assert answer.status_code == 413
    assert "<h1" in answer.text


READ = re.compile(r"""args(?:\.get|\.getlist)?[(\[]"(\w+)\"""")
BY_A_FORM = {"audit": ("since", "until", "person", "kind", "cohort")}


def parameters_of(app: Flask, rule: Rule) -> set[str]:
    """What the page behind an address reads from its query."""
    module = inspect.unwrap(app.view_functions[rule.endpoint]).__module__
    source = inspect.getsource(sys.modules[module])
    return {*READ.findall(source), *BY_A_FORM.get(rule.endpoint.split(".")[0], ())}


@pytest.mark.parametrize("any_database_url", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("kind", [*HOSTILE_VALUES, "no UTF-8"])
def test_no_query_makes_a_server_error(
    any_world: World, any_app: Flask, any_client_of: ClientOf, kind: str
) -> None:
    value = (HOSTILE_VALUES.get(kind, "").encode() or b"\xff\xfe")[:500]
    short = value.replace(b"avec un ", b"")  # before what is cut off
    asked, errors = 0, []
    for name, client in clients(any_client_of, any_world).items():
        for rule in any_app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
                continue
            for parameter in sorted(parameters_of(any_app, rule)):
                asked += 1
                answer = client.get(f"{path_of(rule, any_world)}?{urlencode({parameter: short})}")
                if answer.status_code >= SERVER_ERROR:
                    errors.append((name, rule.rule, parameter, answer.status_code))
    assert errors == []
    assert asked > 100


def test_zero_byte_in_an_address_leads_nowhere(any_world: World, any_client_of: ClientOf) -> None:
    alice = any_client_of(any_world.alice)
    picture = f"/documents/{any_world.board.document_id}/images/a%00b"
    for address in ("/invitations/a%00b", "/assets/%00", "/boards/1%00", picture):
        assert alice.get(address).status_code == 404, address
