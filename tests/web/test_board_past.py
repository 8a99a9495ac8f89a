"""The past of a board as a page: its moments, what a restoration would do, and the restoration itself."""

import html
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pycrdt import Doc, Map, Text
from sqlalchemy import update

from models.base import utcnow
from models.board import picture
from models.board.objects.registry import OBJECT_SPECS
from models.board.participation import Inbox
from models.board.past import Objects, change_for, inside, plan, read_objects
from models.board.rules import BoardActor
from models.board.seed import add_objects
from models.document import Board
from models.document_log import load_document
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World
from tests.jobs.writing import Writer, backdate
from workspace.jobs import history

TEAM = BoardActor("u1", can_edit=True)
WORDS = ("", "é😀bc", "é😀bd", "é😀", "éa😀bd", "Ainsi 😀", "Ainsi parlait 😀")


def now_of(world: World) -> Objects:
    with reading() as session:
        stored = load_document(session, world.board.document_id)
    return read_objects([*([stored.snapshot] if stored.snapshot else []), *stored.updates])


@pytest.fixture
def writer(world: World) -> Writer:
    """Alice, who wrote two notes in a session of an hour ago, kept as a moment."""
    writer = Writer(world.board.document_id, world.alice.key)
    writer.note("n1", "première")
    writer.note("n2", "deuxième", x=400.0)
    backdate(world.board.document_id, utcnow() - timedelta(hours=1))
    history.run(world.board.document_id, utcnow())
    return writer


def seq_in(page: str) -> str:
    found = re.search(r'name="seq" value="(\d+)"', page)
    assert found, page
    return found[1]


def restore(client: FlaskClient, path: str, **form: str) -> str:
    answer = client.post(path, data=form, follow_redirects=True)
    return html.unescape(answer.text)


def reword(text: Text, words: str) -> None:
    text.clear()
    text += words


def scramble(doc: Doc[Any], chance: random.Random, names: str) -> None:
    objects = doc.get("objects", type=Map)
    with doc.transaction():
        for name in names:
            if name not in objects:
                values = {"type": "note", "x": 0.0, "y": 0.0, "w": 148.0, "h": 148.0, "locked": False}
                more = {"order": "a0", "zone": "", "group": "", "colour": "jonc", "author": "u2"}
                objects[name] = Map({**values, **more, "text": Text(chance.choice(WORDS))})
            elif chance.random() < 0.3:
                del objects[name]
            else:
                objects[name]["x"] = float(chance.randrange(900))
                reword(objects[name]["text"], chance.choice(WORDS))


@pytest.mark.parametrize("seed", range(40))
def test_whole_exactly_as_then_is_what_was_then_and_copies_agree(seed: int) -> None:
    chance = random.Random(seed)
    doc: Doc[Any] = Doc(client_id=1000)
    scramble(doc, chance, "abcdef")
    scramble(doc, chance, chance.choice(("abc", "def", "adf")))
    then = read_objects([doc.get_update()])
    for _round in range(3):
        scramble(doc, chance, "abcdefgh")
    state = doc.get_update()
    now = read_objects([state])
    assert len(then) > 2
    restoring = plan(now, then, TEAM, None, exactly=True)
    change, client = change_for([state], then, restoring)
    assert client not in (1000, 0)
    assert read_objects([state, change]) == then
    # What somebody else does meanwhile meets it in the same document everywhere.
    scramble(doc, chance, "abcdefgh")
    meanwhile = doc.get_update()
    assert read_objects([state, change, meanwhile]) == read_objects([state, meanwhile, change])
    again = plan(read_objects([state, change]), then, TEAM, None, exactly=True)
    assert not again, "restoring twice changes nothing"


def test_words_typed_elsewhere_in_a_text_meanwhile_stay() -> None:
    doc: Doc[Any] = Doc(client_id=1000)
    scramble(doc, random.Random(1), "a")
    objects = doc.get("objects", type=Map)
    text = objects["a"]["text"]
    reword(text, "un deux")
    then = read_objects([doc.get_update()])
    text += " trois"
    state = doc.get_update()
    change, _client = change_for([state], then, plan(read_objects([state]), then, TEAM, None, exactly=False))
    text.insert(0, "zéro ")
    assert read_objects([doc.get_update(), change])["a"]["text"] == "zéro un deux"


def test_locked_objects_and_those_of_others_stay() -> None:
    def note(author: str, *, locked: bool = False, x: float = 0) -> dict[str, Any]:
        return {"type": "note", "author": author, "locked": locked, "x": x, "zone": "z", "text": ""}

    then = {"mine": note("u1"), "theirs": note("u2"), "fixed": note("template", locked=True)}
    now = {"theirs": note("u2", x=5), "fixed": note("template", locked=True, x=5), "new": note("u2")}
    own = plan(now, then, BoardActor("u1", can_edit=True, edits_own_only=True), None, exactly=True)
    assert (own.returning, own.changing, own.leaving, own.kept) == (("mine",), (), (), 3)
    team = plan(now, then, TEAM, None, exactly=True)
    assert (team.returning, team.changing, team.leaving, team.kept) == (("mine",), ("theirs",), ("new",), 1)
    assert plan(now, then, TEAM, None, exactly=False).leaving == ()
    inbox = BoardActor("u1", can_edit=True, facilitates=True, inbox=Inbox("theirs", 0, 0, 9, 9))
    assert plan(now, then, inbox, None, exactly=False).changing == (), "the inbox stays where it is"
    unlocked = {"fixed": note("template")}
    assert not plan(unlocked, {"fixed": then["fixed"]}, TEAM, None, exactly=True), "locks are no part of it"
    assert inside("z", now, then) == {"z", "mine", "theirs", "fixed", "new"}


def test_a_moment_is_shown_previewed_restored_and_given_up_again(
    client_of: ClientOf, world: World, writer: Writer
) -> None:
    path = f"/boards/{world.board.id}/history"
    writer.delete("n1")
    writer.retype("n2", "réécrite")
    writer.note("n3", "depuis")
    bob = client_of(world.bob)
    page = html.unescape(bob.get(path).text)
    assert "avec Alice" in page
    assert "première" in page, "drawn and listed as it was"
    assert "1 élément ajouté, 1 retiré, 1 changé" in page
    seq = seq_in(page)
    before = now_of(world)
    told = restore(bob, f"{path}/preview", seq=seq)
    assert "1 élément revient" in told
    assert "1 élément change" in told
    assert "s’en va" not in told, "what came since stays"
    assert now_of(world) == before, "nothing is done yet"

    sent = {"seq": seq, "_once": "same-form"}
    restore(bob, path, **sent)
    after = now_of(world)
    assert {one: after[one]["text"] for one in ("n1", "n2", "n3")} == {
        "n1": "première",
        "n2": "deuxième",
        "n3": "depuis",
    }
    assert after["n1"]["author"] == world.alice.key, "it keeps the name of who wrote it"
    restore(bob, path, **sent)
    assert now_of(world) == after
    with reading() as session:
        keys = [entry.keys for entry in history.entries_of(session, world.board.document_id)]
    assert len(keys) == 2, "the state just before is a moment too"

    given_up = html.unescape(bob.get(path).text)
    restore(bob, path, seq=seq_in(given_up), exactly="yes")
    assert now_of(world) == before


def test_only_what_is_chosen_comes_back(client_of: ClientOf, world: World, writer: Writer) -> None:
    path = f"/boards/{world.board.id}/history"
    writer.delete("n1")
    writer.delete("n2")
    bob = client_of(world.bob)
    restore(bob, path, seq=seq_in(bob.get(path).text), id="n1")
    assert {"n1", "n2"} & {*now_of(world)} == {"n1"}


def test_a_guest_brings_back_their_own_only(client_of: ClientOf, world: World, writer: Writer) -> None:
    path = f"/boards/{world.board.id}/history"
    writer.delete("n1")
    partner = client_of(world.partner)
    told = restore(partner, f"{path}/preview", seq=seq_in(partner.get(path).text))
    assert "1 élément reste comme il est" in told
    restore(partner, path, seq=seq_in(partner.get(path).text))
    assert "n1" not in now_of(world)


def test_a_frozen_board_and_a_forgotten_moment(client_of: ClientOf, world: World, writer: Writer) -> None:
    path = f"/boards/{world.board.id}/history"
    bob = client_of(world.bob)
    writer.delete("n1")
    seq = seq_in(bob.get(path).text)
    assert "n’est plus gardé" in restore(bob, path, seq="999")
    with transaction() as session:
        session.execute(update(Board).values(frozen=True))
    assert bob.post(path, data={"seq": seq}).status_code == 403
    assert 'name="seq"' not in bob.get(path).text
    assert "n1" not in now_of(world)


@pytest.mark.parametrize("bound", [{"novices": True}, {"inbox": "z 0 0 9 9"}])
def test_a_workshop_binds_restoring_too(
    client_of: ClientOf, world: World, writer: Writer, bound: dict[str, object]
) -> None:
    path = f"/boards/{world.board.id}/history"
    partner = client_of(world.partner)
    Writer(world.board.document_id, world.partner.key, client=99).delete("n1")
    seq = seq_in(partner.get(path).text)
    with transaction() as session:
        session.execute(update(Board).values(**bound))
    assert partner.post(path, data={"seq": seq}).status_code == 403
    assert 'name="seq"' not in partner.get(path).text


def test_observers_see_no_past(client_of: ClientOf, world: World, writer: Writer) -> None:
    with transaction() as session:
        session.execute(update(Board).values(open_to_observers=True))
    assert client_of(world.observer).get(f"/boards/{world.board.id}/history").status_code == 403


def test_a_board_without_moments_says_so(client_of: ClientOf, world: World) -> None:
    page = client_of(world.alice).get(f"/boards/{world.board.id}/history")
    assert "Pas encore de passé" in html.unescape(page.text)


@pytest.mark.parametrize("kind", sorted(OBJECT_SPECS))
def test_every_type_is_drawn_and_comes_back(kind: str) -> None:
    needed = {"points": "AAAABBBB", "target": 1, "from": "a", "to": "b", "image": "A" * 16 + "." + "B" * 16}
    spec = OBJECT_SPECS[kind]
    values: dict[str, object] = {"author": "u1", "order": "a0"}
    values |= {name: value for name, value in needed.items() if name in spec.fields}
    doc: Doc[Any] = Doc(client_id=1000)
    add_objects(doc, [("one", kind, values)])
    then = read_objects([doc.get_update()])
    assert "one" in then
    assert picture.draw(doc.get_update(), "label").startswith("<svg")
    del doc.get("objects", type=Map)["one"]
    state = doc.get_update()
    change, _client = change_for([state], then, plan({}, then, TEAM, None, exactly=False))
    assert read_objects([state, change]) == then


def test_the_panel_shows_a_moment_beside_now(world: World, client_of: ClientOf, writer: Writer) -> None:
    writer.delete("n1")
    writer.retype("n2", "autrement")
    writer.note("n3", "venue depuis", x=900.0)
    page = client_of(world.alice).get(f"/boards/{world.board.id}/history?part=1").text
    assert "<html" not in page
    for mark in ("pic-gone", "pic-changed", "pic-came"):
        assert page.count(f'<rect class="{mark}"') == 1
    choices = re.findall(r'name="id" value="(\w+)"', page)
    assert choices == ["n1", "n2"]


def test_a_rectangle_brings_back_only_what_lay_in_it(
    world: World, client_of: ClientOf, writer: Writer
) -> None:
    alice, path = client_of(world.alice), f"/boards/{world.board.id}/history"
    writer.delete("n1")
    writer.delete("n2")
    seq = seq_in(alice.get(path).text)
    area = "300 -50 400 400"
    said = html.unescape(alice.post(f"{path}/preview?part=1", data={"seq": seq, "area": area}).text)
    assert "deuxième" in said
    assert "première" not in said
    restore(alice, path, seq=seq, area=area)
    assert {"n1", "n2"} & now_of(world).keys() == {"n2"}


@pytest.mark.parametrize("area", ["0 0 nan 5", "1 2 3", "a b c d", "0 0 1e999 5"])
def test_a_rectangle_that_makes_no_sense_is_the_whole(
    world: World, client_of: ClientOf, writer: Writer, area: str
) -> None:
    alice, path = client_of(world.alice), f"/boards/{world.board.id}/history"
    writer.delete("n1")
    seq = seq_in(alice.get(path).text)
    answer = alice.post(f"{path}/preview?part=1", data={"seq": seq, "area": area})
    assert answer.status_code == 200
    assert "première" in answer.text


def test_a_restoration_is_taken_back_but_for_what_somebody_changed_since(
    world: World, client_of: ClientOf, writer: Writer
) -> None:
    alice, path = client_of(world.alice), f"/boards/{world.board.id}/history"
    writer.delete("n1")
    writer.delete("n2")
    seq = seq_in(alice.get(path).text)
    made = alice.post(path, data={"seq": seq}, headers={"Accept": "application/json"}).get_json()
    assert (made["count"], sorted(made["ids"])) == (2, ["n1", "n2"])
    later = Writer(world.board.document_id, world.bob.key, client=99)
    later.retype("n2", "gardée par Bob")
    form = {"seq": made["seq"], "before": made["before"], "id": made["ids"]}
    undone = alice.post(f"{path}/undo", data=form, headers={"Accept": "application/json"}).get_json()
    assert undone["ids"] == ["n1"]
    assert {"n1", "n2"} & now_of(world).keys() == {"n2"}
    assert now_of(world)["n2"]["text"] == "gardée par Bob"
    again = alice.post(f"{path}/undo", data={**form, "id": ["n2"]}, headers={"Accept": "application/json"})
    assert again.get_json() == {"count": 0}
