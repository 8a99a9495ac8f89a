"""What the cards of a board point to: named to those who may see it and to nobody else; found, bounded."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from models.board.objects.link import LINK_KINDS
from models.problem import ProblemStatus
from models.session import transaction
from models.solution import Solution
from tests.conftest import ClientOf
from tests.factories import World, make_board, make_problem
from tests.queries import counting_queries
from workspace.services.board_cards import CARD_KINDS, MOST_ASKED


@pytest.fixture
def targets(world: World) -> dict[str, str]:
    """kind.id of what stands in several places; also a draft that paul alone may read."""
    with transaction() as session:
        draft = make_problem(session, world.cohort, world.paul, title="Brouillon", status=ProblemStatus.DRAFT)
        other = make_board(session, world.other_project, world.zoe)
        solution = Solution(project_id=world.project.id, title=world.problem.title)
        session.add(solution)
        session.flush()
        return {
            "problem": f"problem.{world.problem.id}",
            "board": f"board.{world.board.id}",
            "draft": f"problem.{draft.id}",
            "other board": f"board.{other.id}",
            "solution": f"solution.{solution.id}",
            "nothing": "board.999999",
        }


def ask(client: FlaskClient, world: World, **query: str) -> list[dict[str, Any]]:
    answer = client.get(f"/boards/{world.board.id}/cards", query_string=query)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    cards: list[dict[str, Any]] = answer.get_json()["cards"]
    return cards


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("alice", {"problem", "board", "solution"}),
        ("tutor", {"problem", "board", "solution"}),
        ("partner", {"problem", "board", "solution"}),
        ("guest", {"problem", "board", "solution"}),
    ],
)
def test_each_reader_is_told_what_they_may_see(
    client_of: ClientOf, world: World, targets: dict[str, str], name: str, known: set[str]
) -> None:
    client = client_of(world.people.get(name), guest=world.guests.get(name))
    cards = ask(client, world, of=",".join(targets.values()))
    assert {f"{card['kind']}.{card['id']}" for card in cards} == {targets[one] for one in known}
    for card in cards:
        assert client.get(card["url"]).status_code == 200
        assert card["title"] in (world.problem.title, world.board.title)
        assert card["label"]


def test_who_may_not_read_the_board_learns_nothing(client_of: ClientOf, world: World) -> None:
    of = f"problem.{world.problem.id}"
    for name, status in (("paul", 403), ("observer", 403), ("zoe", 404), ("stranger", 404)):
        answer = client_of(world.people[name]).get(f"/boards/{world.board.id}/cards?of={of}")
        assert answer.status_code == status
        assert world.problem.title not in answer.text


@pytest.mark.parametrize(
    "of",
    ["", ",", "problem", "problem.0", "problem.-1", "problem.1.2", "user_account.1", "problem.99999999999",
     "board.2147483648", "__proto__.1", "problem.1;drop", "é.1", "x" * 5000],
)  # fmt: skip
def test_nonsense_names_nothing(client_of: ClientOf, world: World, of: str) -> None:
    assert ask(client_of(world.alice), world, of=of) == []


def test_addresses_of_our_pages_lead_to_their_card(client_of: ClientOf, world: World) -> None:
    alice = client_of(world.alice)
    for path, kind in ((f"/problems/{world.problem.id}", "problem"), (f"/boards/{world.board.id}", "board")):
        assert [card["kind"] for card in ask(alice, world, address=path)] == [kind]
    elsewhere = (
        "",
        "/",
        "//evil.example/boards/1",
        "/boards",
        "/boards/offline.js",
        "/boards/1/",
        "/boards/999999",
    )
    for path in elsewhere:
        assert ask(alice, world, address=path) == []


def test_searching_ignores_accents_and_asks_little(client_of: ClientOf, world: World) -> None:
    alice = client_of(world.alice)
    everything = ask(alice, world)
    assert {card["kind"] for card in everything} == {"problem", "board"}
    word = world.problem.title.split()[0].upper()
    assert f"problem.{world.problem.id}" in {
        f"{card['kind']}.{card['id']}" for card in ask(alice, world, search=word)
    }
    assert ask(alice, world, search="introuvable") == []
    with counting_queries() as one:
        ask(alice, world, of=f"problem.{world.problem.id},board.{world.board.id}")
    with counting_queries() as many:
        ask(alice, world, of=",".join(f"{kind}.{number}" for kind in LINK_KINDS for number in range(1, 60)))
    assert int(one) == int(many)


def test_a_hundred_are_named_at_once_and_no_more(client_of: ClientOf, world: World) -> None:
    before = [f"board.{number}" for number in range(10_000, 10_000 + MOST_ASKED)]
    own = f"board.{world.board.id}"
    alice = client_of(world.alice)
    assert ask(alice, world, of=",".join([*before[:-1], own]))
    assert ask(alice, world, of=",".join([*before, own])) == []


def test_every_kind_has_its_reader() -> None:
    assert set(CARD_KINDS) == set(LINK_KINDS)
