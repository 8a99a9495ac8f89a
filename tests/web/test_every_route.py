"""What holds of every route, whoever wrote it: a declared policy, a form token, no page for strangers."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from models.policy import GRANTS, Permission
from tests.conftest import ClientOf, make_app
from tests.factories import World
from tests.routes import path_of
from workspace.web.guard import PUBLIC, SIGNED_IN

# The signed token in the address is what proves the request: a mail provider posts without cookie (RFC 8058).
WITHOUT_FORM_TOKEN = {"mails.unsubscribe_submitted", "mails.mute_submitted"}
MUTATING = {"POST", "PUT", "PATCH", "DELETE"}
PUBLIC_ENDPOINTS = re.compile(
    r"^(assets|health|pages|auth|second_step|demo|setup)\.|^account\.set_|^links\.(join|arrive)|^home\.show"
    r"|^boards\.offline_worker$|^calendar\.feed$|^mails\.|^invitations\.(show|accept_submitted|authorities)$"
)


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_declares_its_policy(app: Flask) -> None:
    undeclared = [
        rule.endpoint for rule in rules(app) if not hasattr(app.view_functions[rule.endpoint], "__policy__")
    ]
    assert undeclared == []


def test_only_reviewed_routes_are_public(app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in rules(app)
        if getattr(app.view_functions[rule.endpoint], "__policy__", None) == PUBLIC
    }
    unreviewed = {endpoint for endpoint in public if not PUBLIC_ENDPOINTS.match(endpoint)}
    assert unreviewed == set()


def test_every_permission_has_its_line_in_the_table() -> None:
    assert set(GRANTS) == set(Permission)


def test_every_declared_permission_exists(app: Flask) -> None:
    for rule in rules(app):
        policy = app.view_functions[rule.endpoint].__policy__
        assert policy in (PUBLIC, SIGNED_IN) or policy in GRANTS, rule.endpoint


def test_mutating_routes_refuse_a_request_without_form_token(world: World, sqlite_url: str, tmp_path) -> None:
    app = make_app(sqlite_url, tmp_path)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    accepted = []
    for rule in rules(app):
        for method in MUTATING & (rule.methods or set()):
            answer = client.open(path_of(rule, world), method=method, data={"x": "1"})
            if answer.status_code != 400 and rule.endpoint not in WITHOUT_FORM_TOKEN:
                accepted.append((method, rule.rule, answer.status_code))
    assert accepted == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
    ],
)
def test_mutating_routes_refuse_another_site(
    world: World, app: Flask, client_of: ClientOf, headers: dict[str, str]
) -> None:
    client = client_of(world.alice)
    for rule in rules(app):
        for method in MUTATING & (rule.methods or set()):
            answer = client.open(path_of(rule, world), method=method, headers=headers)
            assert answer.status_code == 403, rule.rule


def test_anonymous_gets_no_protected_page(world: World, app: Flask, client_of: ClientOf) -> None:
    client = client_of()
    for rule in rules(app):
        if app.view_functions[rule.endpoint].__policy__ == PUBLIC:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path_of(rule, world), method=method)
            is_sent_to_sign_in = answer.status_code == 302 and answer.location.startswith("/sign-in")
            assert is_sent_to_sign_in or answer.status_code in (401, 404), (rule.rule, answer.status_code)


def test_a_stranger_with_an_account_reaches_nobody_elses_objects(
    world: World, app: Flask, client_of: ClientOf
) -> None:
    client = client_of(world.stranger)
    for rule in rules(app):
        policy = app.view_functions[rule.endpoint].__policy__
        if policy in (PUBLIC, SIGNED_IN) or "<" not in rule.rule:
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path_of(rule, world), method=method)
            refusals = (404, 422, 400) if "_id>" in rule.rule else (403, 404, 422, 400)
            assert answer.status_code in refusals, (method, rule.rule, answer.status_code)
            assert "L’accueil sans attente" not in answer.text
