"""What must not open an account: forged, replayed, altered, old and misdirected answers; a bad provider.

The provider is real; a proxy alters its bytes where a test says so.
"""

import base64
import gzip
import hashlib
import hmac
import json
import logging
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask

from models.people import User
from models.session import transaction
from tests.conftest import make_app
from tests.factories import World
from tests.oidc.conftest import ORIGIN, MakePerson, Person
from tests.oidc.server import SECRET, Answer, OidcServer, altered_json, parameters
from workspace.oidc import calls
from workspace.oidc.provider import FRESH_SECONDS, NEW_KEYS_EVERY_SECONDS, STALE_SECONDS, Provider
from workspace.services.identities import link_identity
from workspace.web.auth.oidc_cookies import DEPARTURE, PATH

DISCOVERY = "/.well-known/openid-configuration"
TOKEN, JWKS, USERINFO = "/token", "/jwks", "/me"

ELSEWHERE = "commencée dans un autre navigateur"
UNVERIFIED = "pas pu être vérifiée"
UNREACHABLE = "ne répond pas en ce moment"
DECLINED = "n’a pas accepté"


@pytest.fixture
def linked(nina: User, provider: OidcServer) -> User:
    """Nina, whose identity opens her account: what an attack would open."""
    with transaction() as session:
        link_identity(session, session.get_one(User, nina.id), provider.issuer, "s-nina")
    return nina


def refused(browser: Person, path: str, sentence: str, status: int = 400) -> None:
    answer = browser.client.get(path)
    assert answer.status_code == status
    assert sentence in answer.text
    assert "Revenir à la connexion" in answer.text
    assert not browser.is_in()


def changed(path: str, **values: str) -> str:
    """The address with other parameters; None takes one away."""
    asked = {**parameters(path), **values}
    base = path.split("?", 1)[0]
    return f"{base}?{urlencode({name: value for name, value in asked.items() if value})}"


def test_the_true_answer_opens_the_account(linked: User, person: MakePerson) -> None:
    """The control: without it the refusals below would prove nothing."""
    browser = person()
    assert browser.enter("s-nina").location == "/"
    assert browser.is_in()


@pytest.mark.parametrize("state", ["", "0" * 64, "é", "x" * 5000])
def test_wrong_state_is_refused_and_the_true_answer_still_counts(
    linked: User, person: MakePerson, state: str
) -> None:
    browser = person()
    back = browser.at_provider(browser.leave(), login="s-nina")
    refused(browser, changed(back, state=state), ELSEWHERE)
    browser.client.get(back)
    assert browser.is_in()


def test_answer_to_another_browser_is_refused(linked: User, person: MakePerson) -> None:
    attacker, victim = person(), person()
    back = attacker.at_provider(attacker.leave(), login="s-nina")
    refused(victim, back, ELSEWHERE)
    victim.leave()
    refused(victim, back, ELSEWHERE)


def test_forged_cookie_is_none(linked: User, person: MakePerson) -> None:
    browser = person()
    back = browser.at_provider(browser.leave(), login="s-nina")
    kept = browser.client.get_cookie(DEPARTURE, path=PATH)
    assert kept is not None
    browser.client.set_cookie(DEPARTURE, f"x{kept.value}", path=PATH)
    refused(browser, back, ELSEWHERE)


def test_cookie_of_the_journey_is_no_script_s_and_short_lived(person: MakePerson) -> None:
    answer = person().client.post("/sign-in/oidc")
    header = next(value for name, value in answer.headers if value.startswith(f"{DEPARTURE}="))
    for part in ("HttpOnly", "SameSite=Lax", "Max-Age=600", f"Path={PATH}"):
        assert part in header


def test_callback_counts_once(linked: User, person: MakePerson) -> None:
    browser = person()
    back = browser.at_provider(browser.leave(), login="s-nina")
    kept = browser.client.get_cookie(DEPARTURE, path=PATH)
    browser.client.get(back)
    assert browser.is_in()
    browser.client.post("/sign-out")
    refused(browser, back, ELSEWHERE)
    # Even with the cookie of then: the provider gives nothing for a used code.
    assert kept is not None
    browser.client.set_cookie(DEPARTURE, kept.value, path=PATH)
    refused(browser, back, DECLINED)


def test_stolen_code_is_worth_nothing_in_another_journey(linked: User, person: MakePerson) -> None:
    victim, thief = person(), person()
    stolen = parameters(victim.at_provider(victim.leave(), login="s-nina"))["code"]
    own = thief.at_provider(thief.leave(), login="s-new")
    refused(thief, changed(own, code=stolen), DECLINED)  # the verifier is the victim's


def test_wrong_nonce_is_refused(linked: User, person: MakePerson) -> None:
    browser = person()
    url = changed(browser.leave(), nonce="f" * 64)
    refused(browser, browser.at_provider(url, login="s-nina"), UNVERIFIED, 502)


def test_answer_of_another_issuer_is_refused(linked: User, person: MakePerson) -> None:
    for issuer in ("https://evil.example", ""):
        browser = person()
        back = browser.at_provider(browser.leave(), login="s-nina")
        refused(browser, changed(back, iss=issuer), UNVERIFIED, 502)


def test_pkce_cannot_be_taken_out(linked: User, person: MakePerson, provider: OidcServer) -> None:
    browser = person()
    url = changed(browser.leave(), code_challenge="", code_challenge_method="")
    refused(browser, browser.at_provider(url, login="s-nina"), DECLINED)
    # A provider that would do without still gets our verifier, and gives nothing for it.
    provider.kill()
    provider.start(pkce=False)
    try:
        url = changed(browser.leave(), code_challenge="", code_challenge_method="")
        refused(browser, browser.at_provider(url, login="s-nina"), DECLINED)
    finally:
        provider.kill()
        provider.start(pkce=True)


def test_provider_without_s256_is_refused(
    linked: User, person: MakePerson, provider: OidcServer, sqlite_url: str, tmp_path: Path
) -> None:
    provider.alter[DISCOVERY] = altered_json(
        lambda found: found.update(code_challenge_methods_supported=["plain"])
    )
    app = make_app(sqlite_url, tmp_path, ETABLI_ORIGINS=ORIGIN, **provider.settings())
    answer = person(app=app).client.post("/sign-in/oidc")
    assert (answer.status_code, UNVERIFIED in answer.text) == (502, True)
    # Unless the operator says so: some providers refuse parameters they do not know.
    without = {**provider.settings(), "ETABLI_OIDC_PKCE": "0"}
    app = make_app(sqlite_url, tmp_path, ETABLI_ORIGINS=ORIGIN, **without)
    assert "code_challenge" not in parameters(person(app=app).leave())


def test_person_who_gives_up_is_told_so(linked: User, person: MakePerson) -> None:
    browser = person()
    back = browser.at_provider(browser.leave(), cancel="1")
    assert parameters(back)["error"] == "access_denied"
    refused(browser, back, "Vous avez renoncé chez Agents publics")


def test_provider_s_words_are_not_shown(linked: User, person: MakePerson) -> None:
    browser = person()
    url = browser.leave()
    issuer = parameters(browser.at_provider(url, cancel="1"))["iss"]
    query = {"state": parameters(url)["state"], "iss": issuer, "error": "x<script>"}
    query["error_description"] = "Appelez"
    answer = browser.client.get(f"/sign-in/oidc/callback?{urlencode(query)}")
    assert answer.status_code == 400
    shown = answer.text.split('id="main"')[1]
    assert "n’a pas accepté" in shown
    assert "Appelez" not in shown
    assert "x<script>" not in answer.text


def part(token: str, which: int) -> dict[str, Any]:
    piece = token.split(".")[which]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4)))
    return found


def packed(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def as_another(token: str) -> str:
    """The same signature under another subject."""
    head, _body, signature = token.split(".")
    return f"{head}.{packed({**part(token, 1), 'sub': 's-nina'})}.{signature}"


def unsigned(token: str) -> str:
    return f"{packed({'alg': 'none'})}.{packed({**part(token, 1), 'sub': 's-nina'})}."


def signed_with_the_secret(token: str) -> str:
    signed = f"{packed({'alg': 'HS256'})}.{packed({**part(token, 1), 'sub': 's-nina'})}"
    mac = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


@pytest.mark.parametrize(
    "forge", [as_another, unsigned, signed_with_the_secret, lambda _token: "", lambda _token: "a.b.c"]
)
def test_altered_id_token_is_refused(
    linked: User, person: MakePerson, provider: OidcServer, forge: Callable[[str], str]
) -> None:
    provider.alter[TOKEN] = altered_json(lambda found: found.update(id_token=forge(found["id_token"])))
    browser = person()
    refused(browser, browser.at_provider(browser.leave(), login="s-new"), UNVERIFIED, 502)


def test_id_token_for_another_client_is_refused(
    linked: User, person: MakePerson, provider: OidcServer, sqlite_url: str, tmp_path: Path
) -> None:
    """Both are clients of the same provider: its signature holds, the audience does not."""
    settings = provider.settings("post", ETABLI_OIDC_AUTH_METHOD="client_secret_post")
    other = make_app(sqlite_url, tmp_path, ETABLI_ORIGINS=ORIGIN, **settings)
    taken: list[str] = []
    provider.alter[TOKEN] = altered_json(lambda found: taken.append(found["id_token"]))
    person(app=other).enter("s-nina")
    provider.alter[TOKEN] = altered_json(lambda found: found.update(id_token=taken[0]))
    browser = person()
    refused(browser, browser.at_provider(browser.leave(), login="s-new"), UNVERIFIED, 502)


def test_id_token_of_a_former_sign_in_is_refused(
    linked: User, person: MakePerson, provider: OidcServer
) -> None:
    taken: list[str] = []
    provider.alter[TOKEN] = altered_json(lambda found: taken.append(found["id_token"]))
    person().enter("s-nina")
    provider.alter[TOKEN] = altered_json(lambda found: found.update(id_token=taken[0]))
    browser = person()
    refused(browser, browser.at_provider(browser.leave(), login="s-new"), UNVERIFIED, 502)


@pytest.mark.parametrize(("clock_seconds", "holds"), [(-900, False), (900, False), (-90, True), (45, True)])
def test_clocks_may_differ_by_a_minute_at_most(
    linked: User, person: MakePerson, provider: OidcServer, clock_seconds: int, holds: bool
) -> None:
    """Its tokens last a minute: made a quarter of an hour ago they are over; none comes from the future."""
    provider.kill()
    provider.start(clockSeconds=clock_seconds)
    try:
        browser = person()
        back = browser.at_provider(browser.leave(), login="s-nina")
        if holds:
            browser.client.get(back)
            assert browser.is_in()
        else:
            refused(browser, back, UNVERIFIED, 502)
    finally:
        provider.kill()
        provider.start(clockSeconds=0)


def test_keys_rotate(linked: User, person: MakePerson, provider: OidcServer, oidc_app: Flask) -> None:
    clock = [0.0]
    oidc_app.extensions["etabli_oidc_provider"] = Provider(oidc_app.config["SETTINGS"].oidc, lambda: clock[0])
    first = person()
    first.enter("s-nina")
    assert first.is_in()
    provider.kill()
    provider.start()
    too_soon = person()
    refused(too_soon, too_soon.at_provider(too_soon.leave(), login="s-nina"), UNVERIFIED, 502)
    clock[0] = NEW_KEYS_EVERY_SECONDS + 1
    later = person()
    later.enter("s-nina")
    assert later.is_in()


def test_userinfo_of_somebody_else_is_refused(linked: User, person: MakePerson, provider: OidcServer) -> None:
    provider.alter[USERINFO] = altered_json(lambda found: found.update(sub="s-other"))
    browser = person()
    refused(browser, browser.at_provider(browser.leave(), login="s-nina"), UNVERIFIED, 502)


@pytest.fixture
def signed_app(world: World, sqlite_url: str, tmp_path: Path, provider: OidcServer) -> Flask:
    """As the French State's provider: userinfo is a signed JWT, there is no `name`, a level is asked."""
    settings = provider.settings(
        "signed",
        ETABLI_OIDC_SIGNED_USERINFO="1",
        ETABLI_OIDC_SCOPES="openid given_name usual_name email siret",
        ETABLI_OIDC_ACR_VALUES="eidas1",
    )
    return make_app(sqlite_url, tmp_path, ETABLI_ORIGINS=ORIGIN, **settings)


def test_signed_userinfo_is_read(signed_app: Flask, person: MakePerson, provider: OidcServer) -> None:
    kinds: list[str] = []

    def note(answer: Answer) -> Answer:
        kinds.append({name.lower(): value for name, value in answer.headers}["content-type"])
        return answer

    provider.alter[USERINFO] = note
    browser = person(app=signed_app)
    url = browser.leave()
    assert parameters(url)["acr_values"] == "eidas1"
    assert parameters(url)["scope"] == "openid given_name usual_name email siret"
    answer = browser.client.get(browser.at_provider(url, login="s-new", acr="eidas1"))
    assert kinds[0].startswith("application/jwt")
    assert "new@ville.fr" in browser.client.get(answer.location).text


@pytest.mark.parametrize("acr", ["eidas2", ""])
def test_another_level_than_asked_is_refused(signed_app: Flask, person: MakePerson, acr: str) -> None:
    browser = person(app=signed_app)
    who = {"login": "s-new", **({"acr": acr} if acr else {})}
    refused(browser, browser.at_provider(browser.leave(), **who), UNVERIFIED, 502)


def test_altered_signed_userinfo_is_refused(
    signed_app: Flask, person: MakePerson, provider: OidcServer
) -> None:
    def other_address(answer: Answer) -> Answer:
        head, _body, signature = answer.body.decode().split(".")
        claims = {**part(answer.body.decode(), 1), "email": "manager@exemple.fr"}
        return Answer(answer.status, answer.headers, f"{head}.{packed(claims)}.{signature}".encode())

    provider.alter[USERINFO] = other_address
    browser = person(app=signed_app)
    refused(browser, browser.at_provider(browser.leave(), login="s-new", acr="eidas1"), UNVERIFIED, 502)


def test_unsigned_userinfo_is_refused_where_signed_is_agreed(
    signed_app: Flask, person: MakePerson, provider: OidcServer
) -> None:
    def plain(answer: Answer) -> Answer:
        claims = part(answer.body.decode(), 1)
        return Answer(200, [("Content-Type", "application/json")], json.dumps(claims).encode())

    provider.alter[USERINFO] = plain
    browser = person(app=signed_app)
    refused(browser, browser.at_provider(browser.leave(), login="s-new", acr="eidas1"), UNVERIFIED, 502)


def test_id_token_in_place_of_userinfo_gives_no_address(
    signed_app: Flask, person: MakePerson, provider: OidcServer
) -> None:
    ids: list[str] = []

    def id_token(_answer: Answer) -> Answer:
        return Answer(200, [("Content-Type", "application/jwt")], ids[-1].encode())

    provider.alter[USERINFO] = id_token
    provider.alter[TOKEN] = altered_json(lambda found: ids.append(found["id_token"]))
    browser = person(app=signed_app)
    answer = browser.client.get(browser.at_provider(browser.leave(), login="s-new", acr="eidas1"))
    # It holds no address: nothing comes of it.
    assert "n’atteste aucune adresse" in browser.client.get(answer.location).text


def garbage(_answer: Answer) -> Answer:
    return Answer(200, [("Content-Type", "application/json")], b"<html>\xff\x00")


def elsewhere(_answer: Answer) -> Answer:
    return Answer(302, [("Location", "http://127.0.0.1:9/")], b"")


def deep(_answer: Answer) -> Answer:
    return Answer(200, [("Content-Type", "application/json")], b"[" * 100_000)


def a_list(_answer: Answer) -> Answer:
    return Answer(200, [("Content-Type", "application/json")], b"[1]")


def zipped(_answer: Answer) -> Answer:
    body = gzip.compress(b" " * 50_000_000)
    return Answer(200, [("Content-Type", "application/json"), ("Content-Encoding", "gzip")], body)


@pytest.mark.parametrize("alter", [garbage, elsewhere, deep, a_list, zipped])
@pytest.mark.parametrize("path", [DISCOVERY, TOKEN, JWKS, USERINFO])
def test_what_nobody_can_read_is_refused(
    linked: User, person: MakePerson, provider: OidcServer, path: str, alter: Callable[[Answer], Answer]
) -> None:
    provider.alter[path] = alter
    browser = person()
    answer = browser.client.post("/sign-in/oidc")
    if path != DISCOVERY:
        back = browser.at_provider(browser.leave(), login="s-nina")
        answer = browser.client.get(back)
    assert answer.status_code == 502
    assert UNREACHABLE in answer.text
    assert not browser.is_in()


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_discovery_document_must_hold(
    linked: User, person: MakePerson, provider: OidcServer, change: dict[str, str | None]
) -> None:
    provider.alter[DISCOVERY] = altered_json(lambda found: found.update(change))
    answer = person().client.post("/sign-in/oidc")
    assert (answer.status_code, UNVERIFIED in answer.text) == (502, True)


@pytest.mark.parametrize("path", [TOKEN, USERINFO])
def test_gigabytes_are_not_read(linked: User, person: MakePerson, provider: OidcServer, path: str) -> None:
    browser = person()
    back = browser.at_provider(browser.leave(), login="s-nina")
    provider.flood.add(path)
    before = provider.flooded_bytes
    refused(browser, back, UNREACHABLE, 502)
    # What the sockets' buffers took besides.
    assert provider.flooded_bytes - before < 40 * calls.ANSWER_BYTES


@pytest.mark.parametrize("way", ["delay", "drip"])
def test_slow_provider_is_given_up(
    linked: User, person: MakePerson, provider: OidcServer, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "CALL_SECONDS", 1.0)
    browser = person()
    back = browser.at_provider(browser.leave(), login="s-nina")
    if way == "delay":
        provider.delay_seconds[TOKEN] = 20
    else:
        provider.drip.add(TOKEN)
    started = time.monotonic()
    refused(browser, back, UNREACHABLE, 502)
    assert time.monotonic() - started < 15  # it would answer after 20


def test_provider_that_is_down_is_named(
    nina: User, person: MakePerson, own_provider: OidcServer, sqlite_url: str, tmp_path: Path
) -> None:
    app = make_app(sqlite_url, tmp_path, ETABLI_ORIGINS=ORIGIN, **own_provider.settings())
    answer = person(app=app).client.post("/sign-in/oidc")
    assert (answer.status_code, UNREACHABLE in answer.text) == (502, True)
    assert "Agents publics" in answer.text
    own_provider.start()
    person(app=app, provider=own_provider).leave()


def test_what_was_known_serves_for_a_day(own_provider: OidcServer, oidc_app: Flask, tmp_path: Path) -> None:
    clock = [0.0]
    own_provider.start()
    app_settings = make_app(f"sqlite:///{tmp_path / 'x'}", tmp_path, **own_provider.settings()).config
    known = Provider(app_settings["SETTINGS"].oidc, lambda: clock[0])
    first = known.endpoints()
    asked = len(own_provider.asked)
    assert known.endpoints() is first
    assert len(own_provider.asked) == asked
    clock[0] = FRESH_SECONDS + 1
    own_provider.kill()
    assert known.endpoints() is first
    assert len(own_provider.asked) == asked + 1
    clock[0] = FRESH_SECONDS + STALE_SECONDS + 2
    with pytest.raises(Exception, match="status 503"):
        known.endpoints()


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_sign_in_never_leads_elsewhere(linked: User, person: MakePerson, target: str) -> None:
    browser = person()
    assert browser.enter("s-nina", next=target).location == "/"
    browser = person()
    answer = browser.client.get("/sign-in/oidc/signed-out", query_string={"next": target})
    assert answer.location == "/sign-in"


def test_form_token_is_asked_before_anybody_is_sent_away(oidc_app: Flask) -> None:
    oidc_app.config["WTF_CSRF_ENABLED"] = True
    assert oidc_app.test_client().post("/sign-in/oidc").status_code == 400


def test_no_secret_is_logged(
    linked: User, person: MakePerson, provider: OidcServer, caplog: pytest.LogCaptureFixture
) -> None:
    held: list[str] = [SECRET]
    provider.alter[TOKEN] = altered_json(
        lambda found: held.extend(value for name, value in found.items() if name.endswith("_token"))
    )
    with caplog.at_level(logging.DEBUG):
        browser = person()
        back = browser.at_provider(browser.leave(), login="s-nina")
        kept = browser.client.get_cookie(DEPARTURE, path=PATH)
        browser.client.get(back)
        assert kept is not None
        browser.client.set_cookie(DEPARTURE, kept.value, path=PATH)
        browser.client.get(back)
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("etabli"))
    assert "invalid_grant" in ours
    held += [parameters(back)["code"], kept.value, *re.findall(r"[0-9a-f]{64}", urlsplit(back).query)]
    for record in caplog.records:
        if record.name.startswith(("etabli", "authlib", "requests")):
            assert not any(secret in record.getMessage() for secret in held)
