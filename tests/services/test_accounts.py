"""Accounts: credentials, sessions, passwords; and the first manager."""

from threading import Thread

import pytest

from models.errors import Invalid, NotFound, Refused
from models.events import SessionEnded, subscribe
from models.membership import grants_of_user
from models.people import LoginSession
from models.policy import Role
from models.session import reading, transaction
from models.submission import AppState
from tests.factories import World, make_user
from workspace.services import accounts, managers, rotation, sessions
from workspace.services.accounts import Credentials, password_problem
from workspace.services.installation import SETUP_CODE, make_setup_code
from workspace.services.passwords import hash_password
from workspace.services.tokens import token_hash

PHRASE = "une phrase bien à moi"
SETUP = {
    "email": "Marie@Ecole.FR ",
    "name": "Marie",
    "password": PHRASE,
    "organization_name": "École",
    "programme_name": "Innovation",
}


@pytest.mark.parametrize(
    "address", ["", "a", "a@b", "a b@c.fr", "a@b.c", "a@@b.fr", "a@b.fr\x00", "<a@b.fr>", "a" * 250 + "@b.fr"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    assert not accounts.is_email(address)


@pytest.mark.parametrize("address", ["a@b.fr", "prénom.nom+x@mairie-de-l-ile.gouv.fr"])
def test_ordinary_addresses_are_accepted(address: str) -> None:
    assert accounts.is_email(address)


@pytest.mark.parametrize(
    "password", ["", "court", "x" * 201, "awa@ville.fr", "Awa Diallo", "aaaaaaaaaaaa", "abababababab"]
)
def test_password_that_is_easily_guessed_is_refused(password: str) -> None:
    assert password_problem(password, email="awa@ville.fr", name="Awa Diallo")


def test_long_password_of_common_words_is_accepted() -> None:
    assert password_problem(PHRASE, email="awa@ville.fr", name="Awa") is None


def test_unknown_and_disabled_accounts_have_the_same_credentials(world: World) -> None:
    with transaction() as session:
        gone = make_user(session, "Gone", password_hash=hash_password(PHRASE))
        gone.disabled_at = gone.created_at
    with reading() as session:
        assert accounts.find_credentials(session, "gone@exemple.fr") == Credentials()
        assert accounts.find_credentials(session, "nobody@exemple.fr") == Credentials()
        assert not accounts.credentials_match(Credentials(), PHRASE)


def test_sign_in_is_refused_when_the_password_changed_since_it_was_checked(any_world: World) -> None:
    with transaction() as session:
        user = make_user(session, "Nina", password_hash=hash_password(PHRASE))
        checked = accounts.find_credentials(session, user.email)
        user.password_hash = hash_password("une autre phrase")
    with pytest.raises(Refused), transaction() as session:
        accounts.sign_in(session, checked)


def test_entering_ends_the_previous_session_of_the_browser(world: World) -> None:
    with transaction() as session:
        old = sessions.open_session(session, user_id=world.alice.id)
        new = accounts.enter(session, world.bob.id, old_token=old)
    with reading() as session:
        assert sessions.find_actor(session, old) is None
        assert sessions.find_actor(session, new).user_id == world.bob.id


def test_changing_the_password_ends_every_other_session_and_tells_it(any_world: World) -> None:
    ended: list[int] = []
    subscribe(SessionEnded, lambda event: ended.append(event.login_session_id))
    with transaction() as session:
        world_user = session.merge(any_world.alice)
        world_user.password_hash = known = hash_password(PHRASE)
        tokens = [sessions.open_session(session, user_id=world_user.id) for _ in range(3)]
    with transaction() as session:
        actor = sessions.find_actor(session, tokens[0])
        fresh = accounts.change_password(session, actor, known_hash=known, new_hash=hash_password("neuf" * 4))
    with reading() as session:
        assert [sessions.find_actor(session, token) for token in tokens[1:]] == [None] * 2
        assert sessions.find_actor(session, fresh).login_session_id == actor.login_session_id
    assert len(ended) == 2
    assert actor.login_session_id not in ended


def test_of_many_requests_at_once_one_replaces_the_token(any_world: World) -> None:
    with transaction() as session:
        token = sessions.open_session(session, user_id=any_world.alice.id)
        login_id = sessions.find_actor(session, token).login_session_id
    given: list[str | None] = []

    def replace_it() -> None:
        with transaction() as session:
            given.append(rotation.rotate(session, login_id, presented=token))

    threads = [Thread(target=replace_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    fresh = [new for new in given if new is not None]
    assert (len(given), len(fresh)) == (8, 1)
    with reading() as session:
        assert sessions.find_actor(session, fresh[0]).login_session_id == login_id


def test_nobody_ends_the_session_of_somebody_else(world: World) -> None:
    with transaction() as session:
        token = sessions.open_session(session, user_id=world.bob.id)
        theirs = sessions.find_actor(session, token)
        mine = world.actor(session, "alice")
        with pytest.raises(NotFound):
            accounts.end_own_session(session, mine, theirs.login_session_id)
        with pytest.raises(NotFound):
            accounts.end_own_session(session, world.actor(session, "guest"), theirs.login_session_id)


def test_two_accounts_never_share_an_address(any_world: World) -> None:
    with transaction() as session, pytest.raises(Invalid) as refusal:
        accounts.create_user(
            session, email="ALICE@exemple.fr", name="Autre", password_hash=hash_password(PHRASE)
        )
    assert "email" in refusal.value.fields


def test_first_manager_manages_a_programme_of_their_establishment(any_database_url: str) -> None:
    with transaction() as session:
        user = managers.create_first_manager(session, **SETUP)
    with reading() as session:
        assert managers.has_manager(session)
        assert user.email == "marie@ecole.fr"
        (grant,) = grants_of_user(session, user.id)
        assert grant.role is Role.MANAGER
        assert grant.programme_id is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "marie"),
        ("name", "  "),
        ("password", "court"),
        ("organization_name", ""),
        ("programme_name", "x" * 161),
    ],
)
def test_first_manager_names_the_field_that_is_wrong(sqlite_url: str, field: str, value: str) -> None:
    with transaction() as session, pytest.raises(Invalid) as refusal:
        managers.create_first_manager(session, **{**SETUP, field: value})
    assert list(refusal.value.fields) == [field]


def test_setup_code_is_stored_as_a_hash_and_used_once(any_database_url: str) -> None:
    code = make_setup_code()
    assert code is not None
    with reading() as session:
        assert session.get(AppState, SETUP_CODE).value == token_hash(code)
    with transaction() as session, pytest.raises(Invalid):
        managers.consume_setup_code(session, "0000-0000-0000-0000")
    with transaction() as session:
        managers.consume_setup_code(session, f" {code.upper().replace('-', ' ')} ")
    with transaction() as session, pytest.raises(Invalid):
        managers.consume_setup_code(session, code)


def test_of_two_uses_of_the_setup_code_at_once_one_fails(any_database_url: str) -> None:
    code = make_setup_code()
    outcomes: list[str] = []

    def use() -> None:
        try:
            with transaction() as session:
                managers.consume_setup_code(session, code)
            outcomes.append("won")
        except Invalid:
            outcomes.append("lost")

    threads = [Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 7 + ["won"]


def test_session_list_holds_only_live_sessions_of_the_person_this_one_first(world: World) -> None:
    with transaction() as session:
        old = accounts.enter(session, world.alice.id, user_agent="Firefox/1")
        accounts.enter(session, world.bob.id)
        ended = accounts.enter(session, world.alice.id)
        accounts.sign_out(session, ended)
        sessions.open_session(session, user_id=world.alice.id)
        me = sessions.find_actor(session, old)
        found = accounts.list_own_sessions(session, me)
        assert found[0].id == me.login_session_id
        assert len(found) == 2
        assert all(isinstance(row, LoginSession) and row.user_id == world.alice.id for row in found)
