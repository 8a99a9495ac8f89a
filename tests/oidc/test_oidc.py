"""Signing in by a provider: which account opens, and that nothing else does."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.base import utcnow
from models.errors import Refused
from models.identity import Identity, ProviderSession
from models.people import SignInLink, User
from models.policy import Actor
from models.session import reading, transaction
from tests.authenticator import turn_on
from tests.clock import Clock
from tests.conftest import COOKIE, ClientOf, make_app
from tests.factories import World, make_user
from tests.oidc.conftest import ORIGIN, PHRASE, MakePerson, leads_to
from tests.oidc.server import PEOPLE, OidcServer, parameters
from workspace.services import identities
from workspace.services.invitations import Invitee, Terms, invite_learner
from workspace.services.sessions import open_session
from workspace.services.tokens import new_token, token_hash


def test_departure_asks_for_a_code_with_pkce_state_and_nonce(person: MakePerson) -> None:
    asked = parameters(person().leave())
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://localhost/sign-in/oidc/callback"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    for name in ("state", "nonce"):
        assert len(asked[name]) == 64
        assert asked[name].isalnum()


def test_account_is_linked_by_its_password_once_then_opens(nina: User, person: MakePerson) -> None:
    first = person()
    answer = first.enter("s-nina", next="/account?x=1")
    assert answer.location == "/sign-in/oidc/identity"
    assert not first.is_in()
    page = first.client.get(answer.location)
    assert "Est-ce bien votre compte" in page.text
    assert "nina@exemple.fr" in page.text
    assert first.client.post(answer.location, data={"password": "pas la bonne"}).status_code == 422
    assert not first.is_in()
    assert first.client.post(answer.location, data={"password": PHRASE}).location == "/account?x=1"
    assert first.is_in()
    second = person()
    assert second.enter("s-nina", next="/account?x=1").location == "/account?x=1"
    assert second.is_in()


def link(user: User, subject: str, provider: OidcServer) -> None:
    with transaction() as session:
        identities.link_identity(session, session.get_one(User, user.id), provider.issuer, subject)


def linked(user: User) -> list[str]:
    with reading() as session:
        return list(session.scalars(select(Identity.subject).where(Identity.user_id == user.id)))


def test_without_settings_no_button_and_no_route(nina: User, client_of: ClientOf) -> None:
    client = client_of()
    assert "/sign-in/oidc" not in client.get("/sign-in").text
    assert client.post("/sign-in/oidc").status_code == 404
    for path in ("callback?code=a&state=b", "identity", "signed-out"):
        assert client.get(f"/sign-in/oidc/{path}").status_code == 404
    assert client_of(nina).post("/account/identities").status_code == 404
    assert "Entrer autrement" not in client_of(nina).get("/account").text


def test_button_says_whose_it_is(person: MakePerson) -> None:
    assert "Se connecter avec Agents publics" in person().client.get("/sign-in").text


def test_verified_address_alone_links_nothing(nina: User, person: MakePerson) -> None:
    browser = person()
    browser.enter("s-nina")
    browser.client.get("/sign-in/oidc/identity")
    assert not browser.is_in()
    assert linked(nina) == []


def test_link_by_mail_proves_an_account_too(nina: User, oidc_app: Flask, person: MakePerson) -> None:
    browser = person()
    page = browser.client.get(browser.enter("s-nina").location).text
    assert "/sign-in/link?email=nina@exemple.fr" in page
    token = new_token()
    with transaction() as session:
        session.add(
            SignInLink(
                token_hash=token_hash(token), user_id=nina.id, expires_at=utcnow() + timedelta(minutes=5)
            )
        )
    answer = browser.client.post(f"/sign-in/link/{token}")
    assert answer.location == "/sign-in/oidc/identity"
    assert linked(nina) == []
    assert "Rattacher cette identité à votre compte" in browser.client.get(answer.location).text
    assert browser.client.post(answer.location).location == "/"
    assert linked(nina) == ["s-nina"]
    assert browser.client.get("/sign-in/oidc/identity").status_code == 400


def test_who_is_signed_in_is_asked_before_an_identity_is_linked(
    nina: User, world: World, person: MakePerson
) -> None:
    browser = person(world.bob)
    answer = browser.enter("s-nina", next="/account")
    assert answer.location == "/sign-in/oidc/identity"
    page = browser.client.get(answer.location).text
    assert world.bob.name in page
    assert "nina@exemple.fr" in page
    assert linked(world.bob) == []
    assert browser.client.post(answer.location).location == "/account"
    assert linked(world.bob) == ["s-nina"]
    assert linked(nina) == []


def test_unknown_person_is_told_that_one_enters_by_invitation(world: World, person: MakePerson) -> None:
    browser = person()
    page = browser.client.get(browser.enter("s-new").location).text
    assert "On y entre sur invitation" in page
    assert "new@ville.fr" in page
    assert browser.client.post("/sign-in/oidc/identity", data={"password": "x" * 12}).status_code == 422
    with reading() as session:
        assert session.scalar(select(User).where(User.email == "new@ville.fr")) is None


@pytest.mark.parametrize("login", ["s-unsure", "s-silent", "s-nobody"])
def test_address_that_is_not_verified_counts_for_nothing(nina: User, person: MakePerson, login: str) -> None:
    browser = person()
    page = browser.client.get(browser.enter(login).location).text
    assert "n’atteste aucune adresse" in page
    assert "nina@exemple.fr" not in page
    assert browser.client.post("/sign-in/oidc/identity", data={"password": PHRASE}).status_code == 422
    assert not browser.is_in()


def test_provider_may_be_declared_to_vouch_for_addresses(
    world: World, sqlite_url: str, tmp_path: Path, provider: OidcServer, person: MakePerson
) -> None:
    settings = provider.settings(ETABLI_OIDC_EMAIL_IS_VERIFIED="1")
    app = make_app(sqlite_url, tmp_path, ETABLI_ORIGINS=ORIGIN, **settings)
    browser = person(app=app)
    assert "new@ville.fr" in browser.client.get(browser.enter("s-silent").location).text
    # It may still say that an address is not.
    browser = person(app=app)
    assert "n’atteste aucune adresse" in browser.client.get(browser.enter("s-unsure").location).text


def invitation(world: World, email: str) -> str:
    with transaction() as session:
        made = invite_learner(
            session, world.actor(session, "manager"), world.peer_team.id, Invitee(email, "Aya"), Terms()
        )
    return f"/invitations/{made.token}"


NEW = {"name": "Aya Diop", "title": "Cheffe de projet", "time_zone": "America/Cayenne"}


def test_invitation_is_accepted_with_the_identity_and_no_password(world: World, person: MakePerson) -> None:
    path = invitation(world, "new@ville.fr")
    browser = person()
    page = browser.client.get(path).text
    assert "Accepter avec Agents publics" in page
    assert browser.enter("s-new", next=path).location == path
    page = browser.client.get(path).text
    assert 'name="password"' not in page
    assert "Agents publics répond de cette adresse" in page
    assert browser.client.post(path, data=NEW).location == "/"
    assert browser.is_in()
    with reading() as session:
        user = session.scalar(select(User).where(User.email == "new@ville.fr"))
        assert user is not None
        assert user.password_hash is None
    assert linked(user) == ["s-new"]
    again = person()
    again.enter("s-new")
    assert again.is_in()
    assert "Vous entrez sans mot de passe" in again.client.get("/account").text


def test_invitation_opened_after_the_unknown_page_needs_no_password_either(
    world: World, person: MakePerson
) -> None:
    browser = person()
    browser.enter("s-new")
    assert browser.client.post(invitation(world, "new@ville.fr"), data=NEW).location == "/"
    assert browser.is_in()


@pytest.mark.parametrize("login", ["s-new", "s-unsure", "s-silent"])
def test_invitation_to_another_address_still_asks_for_a_password(
    world: World, person: MakePerson, login: str
) -> None:
    path = invitation(world, "other@ville.fr")
    browser = person()
    browser.enter(login, next=path)
    assert 'name="password"' in browser.client.get(path).text
    assert browser.client.post(path, data=NEW).status_code == 422
    with reading() as session:
        assert session.scalar(select(User).where(User.email == "other@ville.fr")) is None


def test_identity_of_a_closed_account_opens_nothing(
    nina: User, provider: OidcServer, person: MakePerson
) -> None:
    link(nina, "s-nina", provider)
    with transaction() as session:
        session.get_one(User, nina.id).disabled_at = utcnow()
    browser = person()
    page = browser.client.get(browser.enter("s-nina").location).text
    assert not browser.is_in()
    assert "Pas encore de compte" in page


def test_former_session_of_the_browser_ends(
    nina: User, world: World, provider: OidcServer, person: MakePerson
) -> None:
    link(nina, "s-nina", provider)
    browser = person(world.bob)
    before = browser.client.get_cookie(COOKIE)
    browser.enter("s-nina")
    thief = person()
    assert before is not None
    thief.client.set_cookie(COOKIE, before.value)
    assert not thief.is_in()
    assert "nina@exemple.fr" in browser.client.get("/account").text


def test_account_page_links_and_unlinks(nina: User, person: MakePerson) -> None:
    browser = person(nina)
    assert browser.enter("s-new", "/account/identities").location == "/account#identities"
    assert linked(nina) == ["s-new"]
    page = browser.client.get("/account").text
    assert "rattachée le" in page
    path = re.search(r"/account/identities/\d+/unlink", page)
    assert path
    assert browser.client.post(path[0]).status_code == 302
    assert linked(nina) == []


def test_identity_comes_back_to_the_session_that_asked(nina: User, world: World, person: MakePerson) -> None:
    browser = person(nina)
    back = browser.at_provider(browser.leave("/account/identities"), login="s-new")
    with transaction() as session:
        token = open_session(session, user_id=world.bob.id)
    browser.client.set_cookie(COOKIE, token)
    assert browser.client.get(back).status_code == 400
    assert linked(nina) == linked(world.bob) == []


def test_identity_opens_one_account_only(
    nina: User, world: World, provider: OidcServer, person: MakePerson
) -> None:
    link(nina, "s-nina", provider)
    browser = person(world.bob)
    browser.enter("s-nina", "/account/identities")
    assert linked(world.bob) == []
    assert linked(nina) == ["s-nina"]
    assert "ouvre déjà un autre compte" in browser.client.get("/account").text


def test_nobody_unlinks_another_s_identity(
    nina: User, world: World, provider: OidcServer, person: MakePerson
) -> None:
    link(nina, "s-nina", provider)
    with reading() as session:
        identity = session.scalar(select(Identity.id))
    assert person(world.bob).client.post(f"/account/identities/{identity}/unlink").status_code == 404
    assert linked(nina) == ["s-nina"]


def test_last_way_in_is_kept(any_world: World) -> None:
    with transaction() as session:
        user = make_user(session, "Seul", password_hash=None)
        for subject in ("a", "b"):
            identities.link_identity(session, user, "https://issuer.example", subject)
    actor = Actor(user_id=user.id, guest_id=None, name="Seul")
    with transaction() as session:
        first, second = identities.list_identities(session, actor)
        identities.unlink_identity(session, actor, first.id, has_mail=False)
    with pytest.raises(Refused), transaction() as session:
        identities.unlink_identity(session, actor, second.id, has_mail=False)
    with transaction() as session:
        identities.unlink_identity(session, actor, second.id, has_mail=True)
    assert linked(user) == []


def test_two_accounts_cannot_share_an_identity(any_world: World) -> None:
    with transaction() as session:
        identities.link_identity(session, session.get_one(User, any_world.bob.id), "i", "s")
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Identity(user_id=any_world.alice.id, issuer="i", subject="s"))


def test_signing_out_ends_the_provider_s_session_too(
    nina: User, provider: OidcServer, person: MakePerson
) -> None:
    link(nina, "s-nina", provider)
    browser = person()
    browser.enter("s-nina")
    answer = browser.client.post("/sign-out")
    assert not browser.is_in()
    url = leads_to(answer)
    asked = parameters(url)
    assert url.startswith(f"{provider.issuer}/session/end?")
    assert asked["post_logout_redirect_uri"] == "http://localhost/sign-in/oidc/signed-out"
    assert asked["id_token_hint"].count(".") == 2
    page = browser.elsewhere.get(url, timeout=20).text
    confirm = re.search(r'action="([^"]+)"', page)
    secret = re.search(r'name="xsrf" value="([^"]+)"', page)
    assert confirm
    assert secret
    done = browser.elsewhere.post(
        confirm[1], data={"xsrf": secret[1], "logout": "yes"}, allow_redirects=False, timeout=20
    )
    back = done.headers["Location"]
    assert back == f"http://localhost/sign-in/oidc/signed-out?state={asked['state']}"
    answer = browser.client.get(back.removeprefix(ORIGIN))
    assert answer.location == "/sign-in"
    assert "chez Agents publics aussi" in browser.client.get("/sign-in").text
    # The provider asks again who one is: its session is over.
    asking = browser.elsewhere.get(browser.leave(), allow_redirects=False, timeout=20)
    assert "/interaction/" in asking.headers["Location"]


def test_session_that_came_by_password_ends_here_only(nina: User, person: MakePerson) -> None:
    browser = person()
    browser.client.post("/sign-in", data={"email": nina.email, "password": PHRASE})
    assert browser.client.post("/sign-out").location == "/sign-in"


def test_sign_out_works_while_the_provider_is_down(
    nina: User, sqlite_url: str, tmp_path: Path, own_provider: OidcServer, person: MakePerson
) -> None:
    own_provider.start()
    app = make_app(sqlite_url, tmp_path, ETABLI_ORIGINS=ORIGIN, **own_provider.settings())
    link(nina, "s-nina", own_provider)
    browser = person(app=app, provider=own_provider)
    browser.enter("s-nina")
    own_provider.kill()
    app.extensions.pop("etabli_oidc_provider")  # as after a restart: nothing of it is known
    assert browser.client.post("/sign-out").location == "/sign-in"
    assert not browser.is_in()


def test_nothing_is_kept_of_a_session_that_ended(
    nina: User, provider: OidcServer, person: MakePerson
) -> None:
    link(nina, "s-nina", provider)
    browser = person()
    browser.enter("s-nina")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ProviderSession)) == 1
    browser.client.post("/sign-out-everywhere")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ProviderSession)) == 0


def test_passwords_for_an_identity_are_slowed(
    nina: User, provider: OidcServer, sqlite_url: str, tmp_path: Path, person: MakePerson
) -> None:
    app = make_app(sqlite_url, tmp_path, rate_limits=True, ETABLI_ORIGINS=ORIGIN, **provider.settings())
    browser = person(app=app)
    browser.enter("s-nina")
    for _ in range(7):
        answer = browser.client.post("/sign-in/oidc/identity", data={"password": "pas la bonne"})
        assert answer.status_code == 422
    answer = browser.client.post("/sign-in/oidc/identity", data={"password": PHRASE})
    assert answer.status_code == 429
    assert not browser.is_in()


def test_second_factor_is_asked_of_a_linked_identity_too(
    world: World, oidc_app: Flask, provider: OidcServer, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = turn_on(oidc_app, Clock(monkeypatch), world.tutor)[0]
    link(world.tutor, "s-nina", provider)
    browser = person()
    assert browser.enter("s-nina", next="/account?x=1").location == "/sign-in/code"
    assert not browser.is_in()
    assert browser.client.post("/sign-in/code", data={"code": phone.code()}).location == "/account?x=1"
    assert browser.is_in()


def test_second_factor_is_asked_before_an_identity_is_linked(
    world: World, oidc_app: Flask, provider: OidcServer, person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = turn_on(oidc_app, Clock(monkeypatch), world.tutor)[0]
    people = {**PEOPLE, "s-tutor": {"email": world.tutor.email, "email_verified": True}}
    provider.people.write_text(json.dumps(people))
    browser = person()
    path = browser.enter("s-tutor").location
    answer = browser.client.post(path, data={"password": PHRASE})
    assert answer.location == "/sign-in/code"
    assert linked(world.tutor) == []
    answer = browser.client.post("/sign-in/code", data={"code": phone.code()})
    assert answer.location == "/sign-in/oidc/identity"
    assert linked(world.tutor) == []
    browser.client.post(answer.location)
    assert linked(world.tutor) == ["s-tutor"]


def test_identity_waits_no_longer_once_an_invitation_is_accepted(world: World, person: MakePerson) -> None:
    browser = person()
    browser.enter("s-new")
    browser.client.post(invitation(world, "new@ville.fr"), data=NEW)
    assert browser.client.get("/sign-in/oidc/identity").status_code == 400


@pytest.mark.parametrize("cookies", [{}, {"etabli_identity": "forged"}])
def test_identity_page_needs_an_identity(person: MakePerson, cookies: dict[str, str]) -> None:
    browser = person()
    for name, value in cookies.items():
        browser.client.set_cookie(name, value)
    for answer in (
        browser.client.get("/sign-in/oidc/identity"),
        browser.client.post("/sign-in/oidc/identity", data={"password": PHRASE}),
    ):
        assert answer.status_code == 400
        assert "commencée dans un autre navigateur" in answer.text


def test_pages_are_read_in_english_too(nina: User, person: MakePerson) -> None:
    browser = person()
    browser.client.post("/language", data={"locale": "en"})
    assert "Sign in with Agents publics" in browser.client.get("/sign-in").text
    page = browser.client.get(browser.enter("s-nina").location).text
    assert "Is this account yours?" in page
