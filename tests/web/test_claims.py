"""A guest who makes an account keeps what they wrote: under their name, theirs to change, nobody else's."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.access import access_board
from models.board.rules import BoardActor
from models.board.sync import LiveDocument
from models.board_rights import board_rights
from models.document import Board
from models.errors import Refused
from models.membership import Membership
from models.people import LoginSession, User
from models.policy import Role
from models.session import reading, transaction
from tests.board.people import Person, note
from tests.conftest import ClientOf
from tests.factories import World
from workspace.services.invitations import Invitee, Terms, invite_learner, invite_partner
from workspace.services.sessions import actor_of_user
from workspace.web.boards.people import people_of

PHRASE = "une phrase bien à moi"
ACCOUNT = {"name": "Malik Benali", "title": "", "time_zone": "Europe/Paris", "password": PHRASE}


def _partner_link(world: World, email: str = "malik@asso.fr") -> str:
    with transaction() as session:
        actor = world.actor(session, "alice")
        made = invite_partner(session, actor, world.project.id, Invitee(email), Terms())
    return f"/invitations/{made.token}"


@pytest.fixture
def guest(client_of: ClientOf, world: World) -> FlaskClient:
    """The browser of somebody who came by a link."""
    return client_of(guest=world.guests["guest"])


def _membership(email: str = "malik@asso.fr") -> Membership:
    with reading() as session:
        return session.scalars(
            select(Membership).join(User, User.id == Membership.user_id).where(User.email == email)
        ).one()


def test_guest_is_offered_to_keep_what_they_wrote(
    guest: FlaskClient, client_of: ClientOf, world: World
) -> None:
    path = _partner_link(world)
    words = f"Garder ce que j’ai écrit comme « {world.guests['guest'].name} »"
    assert words in guest.get(path).text.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Garder ce que j’ai écrit" not in client_of().get(path).text


def test_their_notes_carry_their_name_and_stay_theirs_to_change(guest: FlaskClient, world: World) -> None:
    key = world.guests["guest"].key
    assert guest.post(_partner_link(world), data={**ACCOUNT, "keeps_notes": "y"}).status_code == 302
    with reading() as session:
        user = session.scalars(select(User).where(User.email == "malik@asso.fr")).one()
        actor = actor_of_user(session, user)
        board = access_board(session, actor, world.board.id)
        rights = board_rights(actor, board)
        assert rights is not None
        names = people_of(session, world.actor(session, "alice"), board, {key})
        seen_by_partner = people_of(session, world.actor(session, "partner"), board, {key})
    assert names[key].name == "Malik Benali"
    assert seen_by_partner[key].name == "Malik"
    me = rights.board_actor
    assert (me.edits_own_only, me.former_keys) == (True, frozenset({key}))
    board_now = LiveDocument.open(None, [])
    before = Person(board_now, key, 1)
    before.edit(lambda objects: objects.update({"n1": note(key, "avant")}))
    other = Person(board_now, "g999", 2)
    other.edit(lambda objects: objects.update({"n2": note("g999", "à quelqu’un")}))
    after = Person(board_now, me.key, 3)
    after.actor = me
    after.edit(lambda objects: objects["n1"]["text"].insert(0, "bien "))
    with pytest.raises(Refused) as refused:
        after.propose(lambda objects: objects["n2"]["text"].insert(0, "pas "))
    assert refused.value.code == "not_yours"


def test_new_notes_are_signed_by_the_account_never_by_the_guest(world: World) -> None:
    board = LiveDocument.open(None, [])
    me = Person(board, "u7", 1)
    me.actor = BoardActor(key="u7", can_edit=True, edits_own_only=True, former_keys=frozenset({"g3"}))
    with pytest.raises(Refused) as refused:
        me.propose(lambda objects: objects.update({"n1": note("g3", "sous un autre nom")}))
    assert refused.value.code == "author"


def test_guests_own_session_ends_with_the_claim(guest: FlaskClient, world: World) -> None:
    guest.post(_partner_link(world), data={**ACCOUNT, "keeps_notes": "y"})
    with reading() as session:
        of_guest = LoginSession.guest_id == world.guests["guest"].id
        assert all(login.ended_at for login in session.scalars(select(LoginSession).where(of_guest)))


def test_who_does_not_want_it_keeps_nothing(guest: FlaskClient, world: World) -> None:
    guest.post(_partner_link(world), data=ACCOUNT)
    assert _membership().guest_id is None


def test_somebody_elses_browser_claims_nothing(client_of: ClientOf, world: World) -> None:
    client_of().post(_partner_link(world), data={**ACCOUNT, "keeps_notes": "y"})
    assert _membership().guest_id is None


def test_a_guest_is_claimed_once(client_of: ClientOf, world: World) -> None:
    for email in ("malik@asso.fr", "autre@asso.fr"):
        client = client_of(guest=world.guests["guest"])
        client.post(_partner_link(world, email), data={**ACCOUNT, "keeps_notes": "y"})
    assert _membership().guest_id == world.guests["guest"].id
    assert _membership("autre@asso.fr").guest_id is None


def test_an_invitation_elsewhere_claims_nothing(guest: FlaskClient, world: World) -> None:
    with transaction() as session:
        actor = world.actor(session, "manager")
        made = invite_learner(session, actor, world.team.id, Invitee("malik@asso.fr"), Terms())
    page = guest.get(f"/invitations/{made.token}")
    assert "Garder ce que j’ai écrit" not in page.text
    guest.post(f"/invitations/{made.token}", data={**ACCOUNT, "keeps_notes": "y"})
    joined = _membership()
    assert (joined.role, joined.guest_id) == (Role.LEARNER, None)


def test_page_of_the_board_says_which_notes_are_theirs(guest: FlaskClient, world: World) -> None:
    guest.post(_partner_link(world), data={**ACCOUNT, "keeps_notes": "y"})
    with reading() as session:
        board = session.get_one(Board, world.board.id)
    page = guest.get(f"/boards/{board.id}")
    assert f'"formerKeys": ["{world.guests["guest"].key}"]' in page.text.replace("&#34;", '"')
