"""What every answer says of itself, whatever it is: pages, JSON, files, downloads, redirections, refusals."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from models.session import transaction
from tests.canaries import Planted, attempts, plant, send
from tests.conftest import ClientOf, make_app
from tests.factories import World
from tests.routes import path_of
from workspace.services.spreadsheet import XLSX
from workspace.web.boards.exports import FILE_POLICY, PICTURE_POLICY
from workspace.web.guard import COOKIE, public
from workspace.web.security import USUAL_HEADERS

PUBLIC_ADDRESS = "https://etabli.example"
PRODUCTION = {"ETABLI_ENV": "production", "ETABLI_ORIGINS": PUBLIC_ADDRESS, "ETABLI_TRUSTED_PROXIES": "0"}
EXACT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
REFERRER = {"same-origin", "no-referrer"}
NOT_KEPT_BY_OTHERS = {"no-store", "private, no-cache", "no-cache", "private, max-age=600"}
FOR_EVER = "public, max-age=31536000, immutable"
A_DAY = "max-age=86400"
FILES = {"image/webp", "image/png", "application/pdf", "text/csv", "text/markdown", XLSX}
"""They may come with a policy that lets them do nothing; drawings (SVG) with one that lets them be drawn."""


def faults(answer: TestResponse, method: str, path: str) -> Iterator[str]:
    """What is missing or wrong."""
    for name in USUAL_HEADERS:
        if len(answer.headers.getlist(name)) != 1:
            yield f"{name}: {answer.headers.getlist(name)}"
    for name, value in EXACT.items():
        if answer.headers.get(name) != value:
            yield f"{name}: {answer.headers.get(name)}"
    if answer.headers.get("Referrer-Policy") not in REFERRER:
        yield f"Referrer-Policy: {answer.headers.get('Referrer-Policy')}"
    allowed = NOT_KEPT_BY_OTHERS
    if answer.status_code == 200 and method in ("GET", "HEAD"):
        allowed = {FOR_EVER} if path.startswith("/assets/") else allowed
        allowed = {A_DAY} if path == "/favicon.svg" else allowed
    if answer.headers.get("Cache-Control") not in allowed:
        yield f"Cache-Control: {answer.headers.get('Cache-Control')}"
    policy = answer.headers.get("Content-Security-Policy", "")
    is_file = answer.mimetype in FILES and policy == FILE_POLICY
    is_drawing = answer.mimetype == "image/svg+xml" and policy == PICTURE_POLICY
    is_usual = policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    if not (is_usual or is_file or is_drawing):
        yield f"Content-Security-Policy: {policy}"
    if answer.mimetype == "text/html" and "script-src 'nonce-" not in policy:
        yield f"a page's Content-Security-Policy: {policy}"


def wrong(answer: TestResponse, method: str, path: str) -> list[str]:
    found = [f"{method} {path} ({answer.status_code}) {fault}" for fault in faults(answer, method, path)]
    answer.close()
    return found


@pytest.fixture
def planted(world: World) -> Planted:
    with transaction() as session:
        return plant(session, world)


@pytest.mark.parametrize(
    ("name", "accept"),
    [
        ("alice", "text/html"),
        ("alice", "application/json"),
        ("manager", "text/html"),
        ("guest", "text/html"),
        ("anonymous", "text/html"),
    ],
)
def test_every_answer_carries_the_usual_headers(
    planted: Planted, app: Flask, client_of: ClientOf, name: str, accept: str
) -> None:
    world = planted.world
    client = client_of(world.people.get(name), guest=world.guests.get(name))
    client.environ_base["HTTP_ACCEPT"] = accept
    found, statuses = [], set()
    for attempt in attempts(app, planted):
        if attempt.path not in ("/sign-out", "/account/erase"):
            answer = send(client, attempt)
            statuses.add(answer.status_code)
            found += wrong(answer, attempt.method, attempt.path)
    assert found == []
    assert statuses >= {200, 404}


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PROPFIND"])
def test_answers_to_other_methods_carry_them_too(
    world: World, app: Flask, client_of: ClientOf, method: str
) -> None:
    client = client_of(world.alice)
    found = []
    for rule in app.url_map.iter_rules():
        path = path_of(rule, world)
        found += wrong(client.open(path, method=method), method, path)
    assert found == []


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
def test_built_files_carry_them_too(app: Flask, client_of: ClientOf, encoding: str) -> None:
    client = client_of()
    found = []
    for name in app.config["ASSETS"].values():
        path = f"/assets/{name}"
        answer = client.get(path, headers={"Accept-Encoding": encoding})
        assert answer.status_code == 200
        found += wrong(answer, "GET", path)
    assert found == []


@pytest.fixture
def breaking(world: World, sqlite_url: str, tmp_path: Path) -> FlaskClient:
    """An application with form tokens and limits on, and addresses that fail in each way."""
    app = make_app(sqlite_url, tmp_path, rate_limits=True)
    app.config.update(WTF_CSRF_ENABLED=True, TESTING=False, PROPAGATE_EXCEPTIONS=False)

    def fail(how: str) -> str:
        if how == "crash":
            raise RuntimeError("as if something were broken")
        if how == "database":
            raise OperationalError("SELECT 1", {}, Exception("gone"))
        abort(int(how))

    app.add_url_rule("/fail/<how>", "fail", public(fail))
    return app.test_client()


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/sign-in", 400),
        ("GET", "/fail/400", 400),
        ("GET", "/fail/401", 401),
        ("GET", "/fail/403", 403),
        ("GET", "/nowhere", 404),
        ("GET", "/assets/nothing.js", 404),
        ("DELETE", "/about", 405),
        ("GET", "/fail/409", 409),
        ("GET", "/fail/410", 410),
        ("GET", "/fail/413", 413),
        ("GET", "/fail/415", 415),
        ("GET", "/fail/429", 429),
        ("GET", "/fail/crash", 500),
        ("GET", "/fail/database", 503),
        ("GET", "/account", 302),
        ("GET", "//evil.example/%0d%0aSet-Cookie:x", 404),
    ],
)
def test_refusals_and_failures_carry_them_too(
    breaking: FlaskClient, method: str, path: str, status: int, accept: str
) -> None:
    answer = breaking.open(path, method=method, headers={"Accept": accept})
    if (path, accept) == ("/account", "application/json"):
        status = 401
    assert answer.status_code == status
    assert wrong(answer, method, path) == []


def test_a_body_that_is_too_large_is_refused_with_them(breaking: FlaskClient) -> None:
    answer = breaking.post("/sign-in", data={"email": "x" * 2_000_000})
    assert answer.status_code == 413
    assert wrong(answer, "POST", "/sign-in") == []


def test_too_many_tries_are_refused_with_them(breaking: FlaskClient) -> None:
    breaking.application.config["WTF_CSRF_ENABLED"] = False
    wanted = {"email": "alice@exemple.fr", "password": "pas la bonne"}
    answers = [breaking.post("/sign-in", data=wanted) for _ in range(8)]
    assert answers[-1].status_code == 429
    assert wrong(answers[-1], "POST", "/sign-in") == []


@pytest.fixture
def production(world: World, sqlite_url: str, tmp_path: Path) -> FlaskClient:
    client = make_app(sqlite_url, tmp_path, **PRODUCTION).test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


def at(client: FlaskClient, path: str, host: str = "etabli.example") -> TestResponse:
    return client.get(path, headers={"Host": host})


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/", "/healthz", "/boards/offline.js"])
def test_production_asks_for_https_for_a_year(production: FlaskClient, path: str) -> None:
    assert at(production, path).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_development_does_not(client_of: ClientOf) -> None:
    assert "Strict-Transport-Security" not in client_of().get("/sign-in").headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "etabli.example.evil.example",
        "etabli.example:444",
        "www.etabli.example",
        "127.0.0.1",
        "localhost",
        "etabli.example@evil.example",
    ],
)
def test_production_answers_to_no_other_name(production: FlaskClient, app: Flask, host: str) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.rule not in ("/healthz", "/readyz"):
            answer = at(production, rule.rule, host)
            assert answer.status_code == 400, rule.rule
            assert host not in answer.text
            assert wrong(answer, "GET", rule.rule) == []


def test_cookies_that_prove_something_are_for_this_address_by_tls(
    production: FlaskClient, world: World
) -> None:
    production.application.config["WTF_CSRF_ENABLED"] = True
    cookies = at(production, "/sign-in").headers.getlist("Set-Cookie")
    assert [re.sub("=[^;]*", "", cookie, count=1) for cookie in cookies] == [
        "__Host-etabli_form; Secure; HttpOnly; Path=/; SameSite=Lax"
    ]
    production.set_cookie(COOKIE, "planted by a neighbour", domain="etabli.example")
    assert at(production, "/account").status_code == 302


def test_nonce_is_new_for_each_page_and_stands_in_it(client_of: ClientOf, world: World) -> None:
    client = client_of(world.alice)
    nonces = set()
    for _ in range(5):
        answer = client.get("/")
        found = set(re.findall(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"]))
        assert len(found) == 1
        assert set(re.findall(r'nonce="([^"]*)"', answer.text)) == found
        assert len(found.pop()) >= 22
        nonces |= set(re.findall(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"]))
    assert len(nonces) == 5


def test_policy_of_a_page(client_of: ClientOf, world: World) -> None:
    policy = client_of(world.alice).get("/").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in re.sub("nonce-[^']*", "nonce-N", policy).split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'nonce-N'",
        "worker-src": "'self'",
        "style-src": "'self' 'nonce-N'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self' ws://127.0.0.1:8000 ws://localhost:8000",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "etabli",
    }


def test_service_worker_may_ask_our_own_site_only(client_of: ClientOf) -> None:
    answer = client_of().get("/boards/offline.js")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; connect-src 'self'"
