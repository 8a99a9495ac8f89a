"""An élu reads what the team publishes, the boards it opened, their own words; every other door is shut.

Every route of the application is tried, with every method it knows, on the objects of the project an élu
observes and of others. A secret stands in every text that is not theirs (`tests/canaries.py`); no byte they
get may hold one.
"""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.access import access_board
from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.board.export import demo_notes
from models.board.reader import write_varint
from models.board_rights import board_rights
from models.brief import ObserverQuestion
from models.errors import Forbidden, NotFound
from models.membership import Membership
from models.people import User
from models.policy import Role
from models.session import database, reading, transaction
from models.support import SupportOffer, SupportStatus
from models.tables import metadata
from tests.canaries import FORM, PUBLISHED, Attempt, Planted, attempts, leaks, plant, send
from tests.conftest import ClientOf
from tests.factories import World
from workspace.web.guard import PUBLIC, SIGNED_IN

REFUSED = {403, 404}
# What an observer may do: method, endpoint, then what the address must hold.
ALLOWED = {
    ("GET", "observations.show"): {"project_id": "project"},
    ("POST", "observations.ask"): {"project_id": "project"},
    ("POST", "observations.offer"): {"project_id": "project"},
    ("POST", "observations.withdraw"): {"offer_id": "own"},
    ("GET", "briefs.show"): {"brief_id": "published"},
    ("GET", "boards.show"): {"board_id": "open"},
    ("GET", "boards.people"): {"board_id": "open"},
    ("POST", "board_visits.note"): {"board_id": "open"},
    ("GET", "board_guides.show"): {"board_id": "open"},
    ("GET", "cards.show"): {"board_id": "open"},
    ("GET", "exports.show"): {"board_id": "open"},
    ("GET", "exports.printed"): {"board_id": "open"},
    ("GET", "exports.picture"): {"board_id": "open"},
    ("GET", "exports.download"): {"board_id": "open"},
    ("GET", "snapshots.show"): {"snapshot_id": "shown"},
    ("GET", "snapshots.picture"): {"snapshot_id": "shown"},
    ("GET", "snapshots.download"): {"snapshot_id": "shown"},
    ("GET", "documents.snapshot"): {"document_id": "open"},
    ("GET", "images.show"): {"document_id": "open", "name": "open"},
    ("POST", "documents.sync"): {"document_id": "open"},
}


@pytest.fixture
def planted(world: World) -> Planted:
    with transaction() as session:
        return plant(session, world)


def forget(planted: Planted, begins: str) -> None:
    """What begins so may be read by the one who walks."""
    for word, what in list(planted.secrets.items()):
        if what.startswith(begins):
            del planted.secrets[word]


def policy(app: Flask, attempt: Attempt) -> object:
    return getattr(app.view_functions[attempt.rule.endpoint], "__policy__", None)


def is_own_business(app: Flask, attempt: Attempt) -> bool:
    """A route that anybody signed in may call, on what is their own."""
    return policy(app, attempt) in (PUBLIC, SIGNED_IN)


def state(besides: set[str]) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but of those named."""
    with database().engine.connect() as connection:
        return {
            table.name: sorted(connection.execute(select(table)).all(), key=repr)
            for table in metadata.sorted_tables
            if table.name not in besides
        }


def walk(
    app: Flask,
    planted: Planted,
    client_of: ClientOf,
    user: User,
    allowed: dict[tuple[str, str], dict[str, str]],
    methods: set[str],
) -> list[str]:
    """What was wrongly answered: each line an attempt with what came back."""
    wrong = []
    client = client_of(user)
    for attempt in attempts(app, planted, methods):
        answer = send(client, attempt)
        if attempt.method != "GET" and is_own_business(app, attempt):
            client = client_of(user)  # this one may have signed out, or be somebody else now
        found = leaks(planted, answer)
        if found:
            wrong.append(f"{attempt}: shows {found}")
        if answer.status_code >= 500:
            wrong.append(f"{attempt}: {answer.status_code}")
        if attempt.is_among(allowed):
            if answer.status_code not in (200, 302):
                wrong.append(f"{attempt}: {answer.status_code}, though it is theirs")
        elif not is_own_business(app, attempt) and answer.status_code not in REFUSED:
            wrong.append(f"{attempt}: {answer.status_code}")
    return wrong


def test_secrets_are_where_those_inside_read_them(planted: Planted, app: Flask, client_of: ClientOf) -> None:
    """The control: those who may find them by the same walk; a secret that nobody shows proves nothing."""
    seen: set[str] = set()
    for name in ("alice", "tutor", "manager", "paul", "zoe"):
        user = planted.world.people[name]
        client = client_of(user)
        for attempt in attempts(app, planted, {"GET"}):
            seen.update(leaks(planted, client.get(attempt.path)))
    unseen = set(planted.secrets.values()) - seen
    assert {what for what in unseen if "e-mail" not in what} == ON_NO_PAGE


# Kept, and shown on none of these pages: still not an élu's to read.
ON_NO_PAGE = {
    "note on a board that is archived",
    "note removed from a board that is archived",
    "picture on a board that is archived",
    "problem's decision_reason",  # of a problem that was accepted since
    "words of a vote that is open",  # those of the board are shown: these are kept in case it loses them
    "somebody's browser",  # shown as a browser's name
    "invitation's message",  # on the page of a token that only the invited person has
}


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_observer_reads_nothing_but_what_is_published(
    planted: Planted, app: Flask, client_of: ClientOf, accept: str
) -> None:
    def client_that_accepts(user: User) -> FlaskClient:
        client = client_of(user)
        client.environ_base["HTTP_ACCEPT"] = accept
        return client

    forget(planted, "shown ")
    assert walk(app, planted, client_that_accepts, planted.world.observer, ALLOWED, {"GET"}) == []
    page = client_of(planted.world.observer).get(f"/observations/{planted.world.project.id}").text
    assert f"{PUBLISHED} asked" in page


def test_observer_changes_nothing_but_their_own_question_and_offer(
    planted: Planted, app: Flask, client_of: ClientOf
) -> None:
    # Anybody may ask at the sign-in page for a link to be sent: a job.
    own = {"login_session", "socket_ticket", "submission", "user_account", "job", "audit_entry", "audit_head"}
    own.add("board_visit")  # when they were on a board that they may read
    asked = {"observer_question", "support_offer", "support_change", "activity", "notification"}
    forget(planted, "shown ")
    before = state(own | asked)
    methods = {"POST", "PUT", "PATCH", "DELETE"}
    assert walk(app, planted, client_of, planted.world.observer, ALLOWED, methods) == []
    after = state(own | asked)
    assert [name for name in before if before[name] != after[name]] == []
    with reading() as session:
        new = session.scalars(select(ObserverQuestion).where(ObserverQuestion.body == FORM["body"])).all()
        assert {(row.project_id, row.observer_id) for row in new} == {
            (planted.world.project.id, planted.world.observer.id)
        }
        kinds = session.scalars(select(Activity.kind).where(Activity.user_id == planted.world.observer.id))
        assert set(kinds) == {ActivityKind.QUESTION_ASKED, ActivityKind.SUPPORT_OFFERED}
        offers = session.scalars(select(SupportOffer).order_by(SupportOffer.id)).all()
        offered = {(row.observer_id, row.project_id) for row in offers if row.body == FORM["body"]}
        assert offered == {(planted.world.observer.id, planted.world.project.id)}
        other = session.get_one(SupportOffer, int(planted.ids["offer_id"]["other"]))
        assert (other.status, other.version) == (SupportStatus.DECLINED, 1)


def test_observer_of_another_project_finds_nothing_of_this_one(
    planted: Planted, app: Flask, client_of: ClientOf
) -> None:
    theirs = {
        ("GET", "observations.show"): {"project_id": "other"},
        ("POST", "observations.ask"): {"project_id": "other"},
        ("POST", "observations.offer"): {"project_id": "other"},
        ("GET", "briefs.show"): {"brief_id": "other"},
    }
    forget(planted, "other brief")
    observer = planted.world.other_observer
    assert walk(app, planted, client_of, observer, theirs, {"GET", "POST", "PUT", "PATCH", "DELETE"}) == []


def test_observer_whose_time_is_over_finds_nothing(planted: Planted, app: Flask, client_of: ClientOf) -> None:
    world = planted.world
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == world.observer.id))
        assert membership is not None
        membership.ends_at = utcnow()
    assert walk(app, planted, client_of, world.observer, {}, {"GET", "POST", "PUT", "PATCH", "DELETE"}) == []
    for attempt in attempts(app, planted, {"GET"}):
        assert PUBLISHED not in client_of(world.observer).get(attempt.path).text, attempt


def test_access_begins_and_ends_at_its_dates(planted: Planted, client_of: ClientOf) -> None:
    world = planted.world
    path = f"/observations/{world.project.id}"
    for start, end, status in ((-2, 1, 200), (-2, 0, 404), (1, 2, 404), (-2, None, 200)):
        with transaction() as session:
            membership = session.scalar(select(Membership).where(Membership.user_id == world.observer.id))
            assert membership is not None
            membership.starts_at = utcnow() + timedelta(hours=start)
            membership.ends_at = None if end is None else utcnow() + timedelta(hours=end)
        assert client_of(world.observer).get(path).status_code == status, (start, end)


def test_board_opened_to_observers_is_read_and_never_written(planted: Planted, client_of: ClientOf) -> None:
    world, document_id = planted.world, planted.ids["document_id"]["open"]
    client = client_of(world.observer)
    snapshot = client.get(f"/documents/{document_id}/snapshot")
    assert PUBLISHED.encode() in snapshot.get_data()
    edit = demo_notes("defi", [(world.observer.key, 1, "jonc", "Une élue écrit")])
    before = state(set())["document_update"]
    answer = client.post(f"/documents/{document_id}/sync", data=write_varint(1) + b"\0" + edit)
    assert (answer.status_code, answer.json["code"]) == (403, "read_only")
    assert state(set())["document_update"] == before


@pytest.mark.parametrize(("which", "error"), [("closed", Forbidden), ("archived", NotFound)])
def test_closed_board_gives_no_right_at_all(planted: Planted, which: str, error: type[Exception]) -> None:
    with reading() as session:
        observer = planted.world.actor(session, "observer")
        with pytest.raises(error):
            access_board(session, observer, int(planted.ids["board_id"][which]))


def test_open_board_gives_the_right_to_read_only(planted: Planted) -> None:
    with reading() as session:
        observer = planted.world.actor(session, "observer")
        board = access_board(session, observer, int(planted.ids["board_id"]["open"]))
        rights = board_rights(observer, board)
        assert rights is not None
        assert rights.can == ("read",)
        assert rights.role is Role.OBSERVER
