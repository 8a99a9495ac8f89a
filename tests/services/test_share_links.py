"""Share links: how many may come, until when, and how access ends."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.errors import Forbidden, Invalid, NotFound, Refused
from models.events import AccessChanged, SessionEnded, take_events
from models.notification import Notification, NotificationKind
from models.partner import GuestContributor, LinkRole, Sector, ShareLink
from models.session import reading, transaction
from tests.factories import World
from workspace.services import guests, links, sessions

ARRIVALS = 24


def make(
    world: World, max_uses: int = 5, role: LinkRole = LinkRole.CONTRIBUTE, days: int = 7
) -> tuple[int, str]:
    with transaction() as session:
        terms = links.LinkTerms(LinkRole.CONTRIBUTE, days, max_uses, "Atelier", "Que changeriez-vous ?")
        link, token = links.make_link(session, world.actor(session, "alice"), world.project.id, terms)
        return link.id, token


def arrive(token: str, name: str = "Marie") -> tuple[int, str]:
    with transaction() as session:
        guest, login = guests.join(session, token, guests.Newcomer(name, Sector.CITIZEN))
        return guest.id, login


def uses(link_id: int) -> int:
    with reading() as session:
        return session.get_one(ShareLink, link_id).uses


def test_token_is_not_stored(any_world: World) -> None:
    link_id, token = make(any_world)
    with reading() as session:
        link = session.get_one(ShareLink, link_id)
        assert token not in repr(
            {column.name: getattr(link, column.name) for column in link.__table__.columns}
        )
        assert links.is_token_of(link, token)
    assert len(token) >= 43


def test_arrival_makes_a_guest_with_a_session_and_tells_the_team(any_world: World) -> None:
    world = any_world
    link_id, token = make(world)
    guest_id, login = arrive(token)
    assert uses(link_id) == 1
    with reading() as session:
        actor = sessions.find_actor(session, login)
        assert actor is not None
        assert (actor.guest_id, actor.name, actor.sector) == (guest_id, "Marie", "citizen")
        told = set(
            session.scalars(
                select(Notification.user_id).where(Notification.kind == NotificationKind.GUEST_JOINED)
            )
        )
        assert told == {world.alice.id, world.bob.id}
        row = session.scalars(select(Activity).where(Activity.guest_id == guest_id)).one()
        assert row.kind is ActivityKind.GUEST_JOINED


def test_simultaneous_arrivals_never_exceed_the_number_of_uses(any_world: World) -> None:
    link_id, token = make(any_world, max_uses=5)
    barrier = threading.Barrier(ARRIVALS)
    outcomes: list[str] = []

    def one(number: int) -> None:
        barrier.wait()
        try:
            arrive(token, f"Personne {number}")
            outcomes.append("in")
        except Refused as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=one, args=(chr(65 + number),)) for number in range(ARRIVALS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in"] * 5 + ["used_up"] * (ARRIVALS - 5)
    assert uses(link_id) == 5
    with reading() as session:
        came = select(func.count()).select_from(GuestContributor).where(GuestContributor.link_id == link_id)
        assert session.scalar(came) == 5


def refusal_code(token: str) -> str:
    with pytest.raises(Refused) as refused:
        arrive(token)
    return refused.value.code


def test_closed_links_let_nobody_in_and_say_why(any_world: World) -> None:
    world = any_world
    link_id, token = make(world, max_uses=1)
    arrive(token)
    assert refusal_code(token) == "used_up"
    with transaction() as session:
        session.get_one(ShareLink, link_id).expires_at = utcnow() - timedelta(seconds=1)
    assert refusal_code(token) == "expired"
    with transaction() as session:
        links.revoke_link(session, world.actor(session, "alice"), world.project.id, link_id)
    assert refusal_code(token) == "revoked"
    assert refusal_code("no-such-token") == "unknown"
    assert uses(link_id) == 1


def test_revoking_a_link_ends_the_sessions_of_all_who_came_by_it(any_world: World) -> None:
    world = any_world
    link_id, token = make(world)
    other_id, other_token = make(world)
    came = [arrive(token, "Marie"), arrive(token, "Teva")]
    _stays, stays_login = arrive(other_token, "Reste")
    with transaction() as session:
        links.revoke_link(session, world.actor(session, "alice"), world.project.id, link_id)
        events = take_events(session)
    assert {event.guest_id for event in events if isinstance(event, AccessChanged)} == {i for i, _ in came}
    assert sum(isinstance(event, SessionEnded) for event in events) == 2
    with reading() as session:
        assert [sessions.find_actor(session, login) for _id, login in came] == [None, None]
        assert sessions.find_actor(session, stays_login) is not None
    assert other_id != link_id


def test_expired_link_shuts_out_those_who_came_by_it(world: World) -> None:
    link_id, token = make(world)
    _guest, login = arrive(token)
    with transaction() as session:
        session.get_one(ShareLink, link_id).expires_at = utcnow() - timedelta(seconds=1)
    with reading() as session:
        assert sessions.find_actor(session, login) is None


def test_removing_one_guest_leaves_the_others(any_world: World) -> None:
    world = any_world
    _link, token = make(world)
    (marie, marie_login), (_teva, teva_login) = arrive(token, "Marie"), arrive(token, "Teva")
    with transaction() as session:
        guests.remove_guest(session, world.actor(session, "bob"), world.project.id, marie)
        assert AccessChanged(guest_id=marie) in take_events(session)
    with reading() as session:
        assert sessions.find_actor(session, marie_login) is None
        assert sessions.find_actor(session, teva_login) is not None


def test_renewed_link_opens_by_its_new_address_only(any_world: World) -> None:
    world = any_world
    link_id, old = make(world)
    _guest, login = arrive(old)
    with transaction() as session:
        _link, new = links.renew_link(session, world.actor(session, "alice"), world.project.id, link_id)
    assert refusal_code(old) == "unknown"
    arrive(new, "Teva")
    with reading() as session:
        assert sessions.find_actor(session, login) is not None


def test_revoked_link_is_not_renewed(world: World) -> None:
    link_id, _token = make(world)
    with transaction() as session:
        alice = world.actor(session, "alice")
        links.revoke_link(session, alice, world.project.id, link_id)
        with pytest.raises(Refused):
            links.renew_link(session, alice, world.project.id, link_id)


@pytest.mark.parametrize(("max_uses", "days"), [(0, 7), (201, 7), (-1, 7), (5, 2), (5, 365)])
def test_terms_out_of_range_are_refused(world: World, max_uses: int, days: int) -> None:
    with pytest.raises(Invalid):
        make(world, max_uses=max_uses, days=days)


@pytest.mark.parametrize("who", ["tutor", "manager", "partner", "guest", "reader"])
def test_only_the_team_handles_links(world: World, who: str) -> None:
    link_id, _token = make(world)
    with transaction() as session:
        actor = world.actor(session, who)
        with pytest.raises(Forbidden):
            links.make_link(session, actor, world.project.id, links.LinkTerms(LinkRole.READ, 7, 1))
        with pytest.raises(Forbidden):
            links.revoke_link(session, actor, world.project.id, link_id)


def test_link_and_guest_of_another_project_are_not_found(world: World) -> None:
    link_id, token = make(world)
    guest_id, _login = arrive(token)
    with transaction() as session:
        zoe = world.actor(session, "zoe")
        with pytest.raises(NotFound):
            links.revoke_link(session, zoe, world.other_project.id, link_id)
        with pytest.raises(NotFound):
            guests.remove_guest(session, zoe, world.other_project.id, guest_id)
        with pytest.raises(NotFound):
            links.revoke_link(session, zoe, world.other_project.id, 2**70)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Marie  ", "Marie"),
        ("Jean\u00a0 \tMarc", "Jean Marc"),
        ("Ma\u202erie\u200b", "Marie"),
        ("E\u0301lodie", "Élodie"),
        ("Ana\nMaria", "Ana Maria"),
        ("<b>Zoé</b>", "<b>Zoé</b>"),
    ],
)
def test_name_is_kept_on_one_readable_line(typed: str, kept: str) -> None:
    assert guests.clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u202e", "\x00", "12345", "…", "a" * 81])
def test_unreadable_names_are_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        guests.clean_name(typed)
    assert set(refused.value.fields) == {"name"}


def test_refused_name_uses_nothing_up(world: World) -> None:
    link_id, token = make(world)
    with pytest.raises(Invalid):
        arrive(token, "  ")
    assert uses(link_id) == 0


def test_only_board_is_where_a_guest_lands(world: World) -> None:
    _link, token = make(world)
    with transaction() as session:
        guest, _login = guests.join(session, token, guests.Newcomer("Marie", Sector.CITIZEN))
        assert guests.only_board(session, guest) == world.board.id
