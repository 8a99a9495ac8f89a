"""When somebody came last: by the day, for those only who give and withdraw their access, and for good."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from models.base import utcnow
from models.partner import GuestContributor, ShareLink
from models.people import LoginSession, User
from models.policy import Role
from models.session import reading, transaction
from tests.canaries import attempts, plant
from tests.clock import Clock
from tests.conftest import ClientOf
from tests.factories import World, grant, make_guest, make_user
from tests.queries import counting_queries
from tests.web.test_canaries import PEOPLE, client_named, searches
from workspace.i18n import days_ago, in_locale
from workspace.services import sessions
from workspace.services.erasure import erase
from workspace.services.passwords import hash_password

SEEN = re.compile(r'<span class="last-seen">.*?</svg>(.*?)</span>', re.DOTALL)
MARK = 'class="last-seen"'
PHRASE = "une phrase bien à moi"


def all_seen(days: int) -> None:
    """Everybody came last so many days ago."""
    day = utcnow().date() - timedelta(days=days)
    with transaction() as session:
        for table in (User, GuestContributor):
            session.execute(update(table).values(seen_on=day))


# -- the words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "french", "english"),
    [
        (-1, "aujourd’hui", "today"),
        (0, "aujourd’hui", "today"),
        (1, "hier", "yesterday"),
        (3, "il y a 3 jours", "3 days ago"),
        (13, "il y a 13 jours", "13 days ago"),
        (14, "il y a 2 semaines", "2 weeks ago"),
        (35, "il y a 1 mois", "1 month ago"),
        (200, "il y a 6 mois", "6 months ago"),
        (400, "il y a plus d’un an", "more than a year ago"),
    ],
)
def test_day_is_said_as_a_person_would(app: Flask, days: int, french: str, english: str) -> None:
    now = datetime(2026, 5, 20, 12, tzinfo=UTC)
    day = now.date() - timedelta(days=days)
    with app.test_request_context():
        for locale, words in (("fr", french), ("en", english)):
            with in_locale(locale):
                assert days_ago(day, "Europe/Paris", now) == words


@pytest.mark.parametrize("zone", ["America/Cayenne", "Europe/Paris", "Pacific/Noumea"])
@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_who_is_here_now_came_today_wherever_one_reads_it(app: Flask, zone: str, hour: int) -> None:
    now = datetime(2026, 5, 20, hour, 30, tzinfo=UTC)
    with app.test_request_context(), in_locale("fr"):
        assert days_ago(now.date(), zone, now) == "aujourd’hui"


# -- the truth ----------------------------------------------------------------------------------------


def seen_on(world: World, name: str) -> object:
    with reading() as session:
        return session.scalar(select(User.seen_on).where(User.id == world.people[name].id))


def test_shortest_visit_counts(world: World, app: Flask) -> None:
    with transaction() as session:
        session.get_one(User, world.bob.id).password_hash = hash_password(PHRASE)
    assert seen_on(world, "bob") is None
    answer = app.test_client().post("/sign-in", data={"email": world.bob.email, "password": PHRASE})
    assert answer.status_code == 302
    assert seen_on(world, "bob") == utcnow().date()


def test_day_outlives_every_session(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    clock.move(days=-2)
    with transaction() as session:
        sessions.open_session(session, user_id=world.bob.id)
        sessions.end_all_sessions(session, user_id=world.bob.id)
    clock.move(days=2)
    with transaction() as session:
        session.execute(delete(LoginSession).where(LoginSession.user_id == world.bob.id))
    page = client_of(world.manager).get(f"/programmes/cohorts/{world.cohort.id}").text
    assert "vu·e il y a 2 jours" in line_of(page, "Bob")


def line_of(page: str, name: str) -> str:
    (found,) = re.findall(rf"<li>(?:(?!</li>).)*?<h\d>{name}.*?</li>", page, re.DOTALL)
    return str(found)


def test_live_session_writes_the_day_once(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    client = client_of(world.bob)
    first = clock.now.date()
    clock.move(days=1)
    client.get("/")
    assert seen_on(world, "bob") == first + timedelta(days=1)


def test_visit_takes_back_that_an_account_is_unused(world: World) -> None:
    with transaction() as session:
        session.execute(update(User).values(warnings=1, warned_at=utcnow()))
        sessions.open_session(session, user_id=world.bob.id)
    with reading() as session:
        assert session.get_one(User, world.bob.id).warnings == 0
        assert session.get_one(User, world.alice.id).warnings == 1


def test_guest_is_seen_and_erased(world: World, app: Flask) -> None:
    guest = world.guests["guest"]
    with transaction() as session:
        sessions.open_session(session, guest_id=guest.id)
    with reading() as session:
        assert session.get_one(GuestContributor, guest.id).seen_on == utcnow().date()


# -- who reads it -------------------------------------------------------------------------------------

# Who gives and withdraws access there: the team for its partners, élus and guests; a manager for the people
# of a cohort and of a programme, and for the élus of its projects.
TEAM = {
    "invitations.observers",
    "invitations.partners",
    "share_links.index",
    "share_links.show",
    "projects.show",
}
MANAGER = {"programmes.cohort", "programmes.managers", "invitations.observers"}
MAY_SEE = {
    "alice": TEAM,
    "bob": TEAM,
    "zoe": {"invitations.observers"},  # her own team's
    "manager": MANAGER,
    "other_manager": MANAGER,
}


def whole(client: FlaskClient, path: str) -> str:
    """What is answered, a file too."""
    return client.get(path).get_data().decode(errors="replace")


@pytest.mark.parametrize("name", PEOPLE)
def test_day_of_the_last_visit_is_for_those_who_give_the_access(
    world: World, app: Flask, client_of: ClientOf, name: str
) -> None:
    with transaction() as session:
        planted = plant(session, world)
    client = client_named(planted, client_of, name)
    all_seen(5)
    shown = set()
    for attempt in attempts(app, planted, {"GET"}):
        text = whole(client, attempt.path)
        if MARK in text or "il y a 5 jours" in text:
            shown.add(attempt.rule.endpoint)
    for path in searches(planted):
        assert MARK not in whole(client, path) or name in MAY_SEE, path
    assert shown == MAY_SEE.get(name, set())


def test_it_is_never_told_to_the_hour(world: World, client_of: ClientOf) -> None:
    all_seen(0)
    pages = [
        (world.alice, f"/projects/{world.project.id}/{page}")
        for page in ("observers", "partner-accounts", "links")
    ]
    pages += [(world.manager, f"/programmes/cohorts/{world.cohort.id}")]
    pages += [(world.manager, f"/programmes/{world.programme.id}/managers")]
    for who, path in pages:
        words = SEEN.findall(client_of(who).get(path).text)
        assert words, path
        assert {word.strip() for word in words} == {"vu·e aujourd’hui"}, path


def test_who_has_not_come_and_who_has_no_access_any_more(world: World, client_of: ClientOf) -> None:
    path = f"/projects/{world.project.id}/links"
    alice = client_of(world.alice)
    assert "pas encore venu·e" in line_of(alice.get(path).text, "Guest")
    all_seen(3)
    page = alice.get(path).text
    assert "vu·e il y a 3 jours" in line_of(page, "Guest")
    assert MARK not in line_of(page, "Gone"), "what they do since is nobody’s business"
    assert "dernière visite il y a 3 jours" in page


def test_former_members_are_listed_with_their_dates_and_without_their_visits(
    world: World, client_of: ClientOf
) -> None:
    all_seen(3)
    with transaction() as session:
        for user, role, scope in (
            (world.stranger, Role.OBSERVER, {"project_id": world.project.id}),
            (world.stranger, Role.PARTNER, {"project_id": world.project.id}),
            (world.stranger, Role.TUTOR, {"cohort_id": world.cohort.id}),
            (world.stranger, Role.MANAGER, {"programme_id": world.programme.id}),
        ):
            held = grant(session, user, role, **scope)
            held.starts_at = datetime(2026, 1, 5, 12, tzinfo=UTC)
            held.ends_at = datetime(2026, 2, 5, 12, tzinfo=UTC)
    for who, path in (
        (world.alice, f"/projects/{world.project.id}/observers"),
        (world.alice, f"/projects/{world.project.id}/partner-accounts"),
        (world.manager, f"/programmes/cohorts/{world.cohort.id}"),
        (world.manager, f"/programmes/{world.programme.id}/managers"),
    ):
        page = client_of(who).get(path).text
        (past,) = re.findall(r'<details class="past"><summary>1 accès terminé.*?</details>', page, re.DOTALL)
        assert "Stranger" in past
        assert "du 5 janv. 2026 au 5 févr. 2026" in past
        assert "vu·e" not in past


def cost(client: FlaskClient, path: str) -> int:
    with counting_queries() as count:
        assert client.get(path).status_code == 200
    return int(count)


def test_pages_cost_the_same_whatever_the_number_of_people(world: World, client_of: ClientOf) -> None:
    alice, manager = client_of(world.alice), client_of(world.manager)
    paths = [
        (alice, f"/projects/{world.project.id}/observers"),
        (alice, f"/projects/{world.project.id}/partner-accounts"),
        (alice, f"/projects/{world.project.id}/links"),
        (alice, f"/projects/{world.project.id}"),
        (manager, f"/programmes/cohorts/{world.cohort.id}"),
        (manager, f"/programmes/{world.programme.id}/managers"),
    ]
    for client, path in paths:
        cost(client, path)  # the first visit of a project is noted
    before = [cost(client, path) for client, path in paths]
    with transaction() as session:
        link = session.get_one(ShareLink, world.guests["guest"].link_id)
        for number in range(4):
            user = make_user(session, f"p{number}")
            for role, scope in (
                (Role.OBSERVER, {"project_id": world.project.id}),
                (Role.PARTNER, {"project_id": world.project.id}),
                (Role.LEARNER, {"team_id": world.team.id}),
                (Role.TUTOR, {"cohort_id": world.cohort.id}),
                (Role.MANAGER, {"programme_id": world.programme.id}),
            ):
                held = grant(session, user, role, **scope)
                held.ends_at = utcnow() if number % 2 else None
            make_guest(session, link, f"Invité {number}")
    assert [cost(client, path) for client, path in paths] == before


def test_erasing_somebody_takes_the_day_away(world: World) -> None:
    all_seen(3)
    with transaction() as session:
        erase(session, session.get_one(User, world.bob.id), texts=False)
        erase(session, session.get_one(GuestContributor, world.guests["guest"].id), texts=False)
    assert seen_on(world, "bob") is None
    with reading() as session:
        assert session.get_one(GuestContributor, world.guests["guest"].id).seen_on is None
