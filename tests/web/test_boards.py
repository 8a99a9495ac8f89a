"""The page of a board: who opens it, what its first HTML says, whose names it gives, and what it costs."""

import json
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from models.board.export import demo_notes
from models.document import Board, DocumentUpdate
from models.people import User
from models.session import transaction
from tests.factories import World
from tests.queries import counting_queries

ClientOf = Callable[..., FlaskClient]
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def write_notes(world: World, notes: list[tuple[str, int, str, str]]) -> None:
    """Make these the notes of the world's board."""
    with transaction() as session:
        session.execute(
            update(DocumentUpdate)
            .where(DocumentUpdate.document_id == world.board.document_id)
            .values(update=demo_notes("defi", notes), checksum=None)
        )


def set_board(world: World, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Board).where(Board.id == world.board.id).values(**values))


def config_of(page: str) -> dict[str, object]:
    """What the script is told."""
    found = re.search(r'<script type="application/json" id="board-config">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    config: dict[str, object] = json.loads(found[1])
    return config


@pytest.fixture
def path(world: World) -> str:
    write_notes(
        world,
        [
            (f"u{world.alice.id}", 1, "abricot", "Trois heures de file"),
            (f"u{world.bob.id}", 2, "menthe", "Un formulaire papier"),
            (f"g{world.guests['guest'].id}", 2, "lilas", "Personne ne répond"),
            (f"u{world.stranger.id}", 3, "ciel", ""),
        ],
    )
    return f"/boards/{world.board.id}"


@pytest.mark.parametrize("name", ["alice", "bob", "tutor", "manager", "partner"])
def test_who_works_on_the_project_reads_the_words_before_any_script(
    client_of: ClientOf, world: World, path: str, name: str
) -> None:
    response = client_of(world.people[name]).get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    for words in ("Ce que vivent les personnes", "Trois heures de file", "Personne ne répond", "Sans texte"):
        assert words in response.text
    assert "style=" not in response.text
    assert "onclick" not in response.text


@pytest.mark.parametrize("name", ["guest", "reader"])
def test_who_came_by_a_live_link_reads_it(client_of: ClientOf, world: World, path: str, name: str) -> None:
    assert client_of(guest=world.guests[name]).get(path).status_code == 200


@pytest.mark.parametrize("suffix", ["", "/people"])
@pytest.mark.parametrize(
    ("name", "status"),
    [("paul", 403), ("observer", 403), ("zoe", 404), ("other_tutor", 404), ("stranger", 404)],
)
def test_others_are_refused(
    client_of: ClientOf, world: World, path: str, name: str, status: int, suffix: str
) -> None:
    response = client_of(world.people[name]).get(path + suffix)
    assert response.status_code == status
    assert "Trois heures" not in response.text


def test_revoked_guest_and_anonymous_are_sent_away(client_of: ClientOf, world: World, path: str) -> None:
    for client in (client_of(guest=world.guests["gone"]), client_of()):
        response = client.get(path)
        assert response.status_code == 302
        assert "/sign-in" in response.headers["Location"]


@pytest.mark.parametrize("board_id", ["0", "999999", "99999999999999999999", "-1", "abc", "1%00"])
def test_unknown_board_is_not_found(client_of: ClientOf, world: World, board_id: str) -> None:
    assert client_of(world.alice).get(f"/boards/{board_id}").status_code == 404


def test_put_away_board_is_not_found(client_of: ClientOf, world: World, path: str) -> None:
    set_board(world, archived_at=world.board.created_at)
    assert client_of(world.alice).get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "edit", "own_only"),
    [("alice", True, False), ("partner", True, True), ("tutor", False, False), ("manager", False, False)],
)
def test_script_is_told_the_rights_the_server_will_apply(
    client_of: ClientOf, world: World, path: str, name: str, edit: bool, own_only: bool
) -> None:
    config = config_of(client_of(world.people[name]).get(path).text)
    assert config["rights"] == {"edit": edit, "ownOnly": own_only, "frozen": False}
    assert config["me"]["key"] == f"u{world.people[name].id}"  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "comments", "ideas", "leads", "freezes"),
    [
        ("alice", "write", "write", True, True),
        ("tutor", "write", "read", True, False),
        ("manager", "read", "read", False, False),
        ("partner", "write", "read", False, False),
        ("reader", "read", "read", False, False),
        ("observer", "", "", None, None),
    ],
)
def test_script_is_told_what_to_offer_beside_the_board(
    client_of: ClientOf,
    world: World,
    path: str,
    name: str,
    comments: str,
    ideas: str,
    leads: bool | None,
    freezes: bool | None,
) -> None:
    set_board(world, open_to_observers=True)
    client = client_of(world.people.get(name), guest=world.guests.get(name))
    config = config_of(client.get(path).text)
    assert (config["comments"], config["ideas"]) == (comments, ideas)
    workshop = client.get(f"{path}/workshop", headers={"Accept": "application/json"})
    if leads is None:
        assert workshop.status_code == 403
    else:
        assert workshop.get_json()["may"] == {"lead": leads, "freeze": freezes}


@pytest.mark.parametrize(
    "deed", ["comments", "comments/1/replies", "comments/1/1/edit", "rounds", "ballots", "workshop"]
)
def test_who_may_not_is_told_so_whatever_they_sent(
    client_of: ClientOf, world: World, path: str, deed: str
) -> None:
    for name in ("manager", "observer"):
        set_board(world, open_to_observers=True)
        assert client_of(world.people[name]).post(f"{path}/{deed}", data=b"?").status_code == 403, name


def test_frozen_board_opens_without_tools(client_of: ClientOf, world: World, path: str) -> None:
    set_board(world, frozen=True)
    page = client_of(world.alice).get(path).text
    assert config_of(page)["rights"] == {"edit": True, "ownOnly": False, "frozen": True}
    assert "data-read-only" in page


def people(client_of: ClientOf, path: str, who: User | None = None, **guest: object) -> dict[str, str]:
    """The names that the script gets, and that the page's first HTML gave it."""
    client = client_of(who, **guest)
    answer = client.get(f"{path}/people").get_json()["people"]
    assert config_of(client.get(path).text)["people"] == answer
    return {key: person["name"] for key, person in answer.items()}


def test_team_reads_full_names_and_guests_first_names(client_of: ClientOf, world: World, path: str) -> None:
    with transaction() as session:
        session.merge(world.bob).name = "Bob Fontaine"
    bob, guest = f"u{world.bob.id}", f"g{world.guests['guest'].id}"
    assert people(client_of, path, world.alice)[bob] == "Bob Fontaine"
    seen = people(client_of, path, guest=world.guests["guest"])
    assert (seen[bob], seen[guest]) == ("Bob", "Guest")


def test_observer_reads_no_name(client_of: ClientOf, world: World, path: str) -> None:
    set_board(world, open_to_observers=True)
    page = client_of(world.observer).get(path).text
    for name in ("Alice", "Bob", "Guest"):
        assert not re.search(rf"\b{name}\b", page)
    assert f'href="/observations/{world.project.id}"' in page


def test_hostile_words_stay_words(client_of: ClientOf, world: World, path: str) -> None:
    write_notes(world, [(f"u{world.alice.id}", 1, "abricot", HOSTILE)])
    set_board(world, title=HOSTILE[:100])
    with transaction() as session:
        session.merge(world.alice).name = HOSTILE[:100]
    page = client_of(world.alice).get(path).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert config_of(page)["title"] == HOSTILE[:100]


def test_english_reader_gets_english(client_of: ClientOf, world: World, path: str) -> None:
    with transaction() as session:
        session.merge(world.alice).locale = "en"
    page = client_of(world.alice).get(path).text
    assert "Keyboard shortcuts" in page
    texts = re.search(r'id="i18n">(.*?)</script>', page, re.DOTALL)
    assert texts is not None
    assert json.loads(texts[1])["texts"]["Enregistré"] == "Saved"
    assert "Raccourcis" not in page.split('id="i18n"')[0]


def test_cost_does_not_grow_with_the_notes(client_of: ClientOf, world: World, path: str) -> None:
    client = client_of(world.alice)
    client.get(path)
    with counting_queries() as few:
        client.get(path)
    keys = [f"u{user.id}" for user in world.people.values()] + [f"g{world.guests['guest'].id}"]
    write_notes(world, [(keys[i % len(keys)], i % 6 + 1, "rose", f"Note {i}") for i in range(300)])
    with counting_queries() as many:
        client.get(path)
    assert int(many) == int(few)
    assert int(many) <= 14, many.statements
