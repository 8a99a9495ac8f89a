"""Signing in by a provider: which account opens, and that nothing else does."""

from models.people import User
from tests.oidc.conftest import PHRASE, MakePerson
from tests.oidc.server import parameters


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
