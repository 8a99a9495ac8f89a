"""« Enregistrer comme modèle » through the pages: what is taken, what is left, who is offered it."""

from typing import Any

import pytest
from pycrdt import Doc, Map
from sqlalchemy import select

from models.audit import AuditAction, AuditEntry
from models.board.export import objects_of, to_outline
from models.board.marks import new_name
from models.board.scaffold import MOST_OBJECTS, scaffold
from models.board.seed import BoardDoc, add_objects, order_key
from models.document import Board, DocumentUpdate
from models.errors import Invalid
from models.saved_template import SavedTemplate
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World

HOSTILE = "<script>alert(1)</script>"
PICTURE = new_name(1)


def board_of(*objects: tuple[str, str, dict[str, object]]) -> bytes:
    doc: BoardDoc = Doc(client_id=77)
    with doc.transaction():
        add_objects(
            doc,
            [
                (name, kind, {"author": "u9", "order": order_key(place), **values})
                for place, (name, kind, values) in enumerate(objects)
            ],
        )
    return doc.get_update()


CONTENT = board_of(
    ("frame-a", "zone", {"x": 0, "y": 0, "title": "Nos faits", "prompt": HOSTILE, "number": 1}),
    ("frame-b", "zone", {"x": 700, "y": 0, "title": "Nos idées"}),
    ("said", "text", {"x": 0, "y": -80, "text": "Deux cadres"}),
    ("n", "note", {"x": 24, "y": 96, "zone": "frame-a", "group": "g", "text": "Une note d’Alice"}),
    ("seen", "image", {"x": 0, "y": 900, "image": PICTURE, "text": "Notre mairie"}),
    ("a-b", "connector", {"from": "frame-a", "to": "frame-b", "label": "donc"}),
    ("a-n", "connector", {"from": "frame-a", "to": "n"}),
)


def objects_in(content: bytes) -> dict[str, dict[str, Any]]:
    doc: Doc[Any] = Doc()
    doc.apply_update(content)
    return dict(objects_of(doc))


def test_frames_are_taken_and_nobody_with_them() -> None:
    made = objects_in(scaffold(CONTENT, locked={"frame-a"}, with_notes=False))
    assert [values["type"] for values in made.values()] == ["zone", "zone", "text", "connector"]
    assert {values["author"] for values in made.values()} == {"template"}
    assert [values["locked"] for values in made.values()] == [True, False, True, True]
    assert not set(made) & set(objects_in(CONTENT))
    first, second = list(made)[:2]
    (arrow,) = [values for values in made.values() if values["type"] == "connector"]
    assert (arrow["from"], arrow["to"], arrow["label"]) == (first, second, "donc")
    raw = scaffold(CONTENT, locked=(), with_notes=False)
    for trace in ("u9", "Alice", PICTURE, "Notre mairie", "frame-a"):
        assert trace.encode() not in raw


def test_notes_come_only_when_asked_for_and_stay_free() -> None:
    made = objects_in(scaffold(CONTENT, locked=(), with_notes=True))
    (note,) = [values for values in made.values() if values["type"] == "note"]
    assert (note["text"], note["author"], note["locked"]) == ("Une note d’Alice", "template", False)
    assert note["zone"] in made
    assert note["group"] == ""
    assert len([values for values in made.values() if values["type"] == "connector"]) == 2


def test_what_was_deleted_or_is_unsound_is_not_taken() -> None:
    doc: BoardDoc = Doc(client_id=78)
    doc.apply_update(CONTENT)
    objects = doc.get("objects", type=Map)
    with doc.transaction():
        objects["secret"] = Map({"type": "zone", "title": "Secret", "w": 10**9, "x": "nulle part"})
        objects["odd"] = Map({"type": "virus", "text": "Bizarre"})
        del objects["frame-b"]
    raw = scaffold(doc.get_update(), locked=(), with_notes=True)
    assert "Nos idées".encode() not in raw
    assert b"Bizarre" not in raw
    assert all(values["w"] <= 20_000 for values in objects_in(raw).values() if "w" in values)


@pytest.mark.parametrize("count", [0, MOST_OBJECTS + 1])
def test_nothing_and_too_much_are_refused(count: int) -> None:
    many = board_of(*((f"z{place}", "zone", {"x": place, "y": 0}) for place in range(count)))
    with pytest.raises(Invalid):
        scaffold(many, locked=(), with_notes=True)


def put_on_board(world: World) -> None:
    with transaction() as session:
        document_id = world.board.document_id
        session.add(DocumentUpdate(document_id=document_id, seq=2, update=CONTENT, actor_keys="u9"))
        board = session.get_one(Board, world.board.id)
        session.refresh(board, ["document"])
        board.document.last_seq = 2


def test_a_tutor_saves_a_template_and_a_team_opens_a_board_from_it(world: World, client_of: ClientOf) -> None:
    put_on_board(world)
    tutor, alice = client_of(world.tutor), client_of(world.alice)
    url = f"/boards/{world.board.id}/template/new"
    page = tutor.get(url).text
    assert "Nos faits" in page
    assert "Une note d’Alice" not in page
    assert HOSTILE not in page
    zone_ids = [zone.id for zone in to_outline(CONTENT).zones]
    form = {"name": "Atelier du lundi", "purpose": HOSTILE, "locked": zone_ids[:1], "with_notes": "1"}
    previewed = tutor.post(url, data={**form, "preview": "1"})
    assert previewed.status_code == 200
    assert "Une note" in previewed.text
    assert tutor.post(url, data={**form, "name": ""}).status_code == 422
    saved = tutor.post(url, data={**form, "_once": "s1"})
    assert saved.status_code == 302
    assert tutor.post(url, data={**form, "_once": "s1"}).status_code == 302
    with reading() as session:
        (template,) = session.scalars(select(SavedTemplate)).all()
        actions = session.scalars(select(AuditEntry.action)).all()
        code, template_id = template.code, template.id
    assert actions.count(AuditAction.TEMPLATE_SAVED) == 1

    chooser = alice.get(f"/projects/{world.project.id}/boards/new").text
    assert "Modèles de vos tuteurs" in chooser
    assert "Atelier du lundi" in chooser
    assert HOSTILE not in chooser
    assert alice.get(f"/projects/{world.project.id}/boards/new/{code}").status_code == 200
    opened = alice.post(f"/projects/{world.project.id}/boards/new", data={"template": code, "title": ""})
    board_url = opened.location
    assert "Nos idées" in alice.get(board_url).text
    with reading() as session:
        board = session.scalars(select(Board).order_by(Board.id.desc()).limit(1)).one()
        assert (board.title, board.template_code) == ("Atelier du lundi", code)

    zoe = client_of(world.zoe)
    other = f"/projects/{world.other_project.id}/boards/new"
    assert "Atelier du lundi" not in zoe.get(other).text
    assert zoe.post(other, data={"template": code}).status_code == 422
    assert zoe.get(f"{other}/{code}").status_code == 404

    shelf = f"/cohorts/{world.cohort.id}/templates"
    renamed = tutor.post(f"{shelf}/{template_id}/edit", data={"name": "Mardi", "purpose": "", "version": "1"})
    assert renamed.status_code == 302
    stale = tutor.post(f"{shelf}/{template_id}/edit", data={"name": "Jeudi", "purpose": "", "version": "1"})
    assert stale.status_code == 409
    assert "Jeudi" in stale.text
    assert "Mardi" in tutor.get(shelf).text
    tutor.post(f"{shelf}/{template_id}/withdraw")
    assert f"{template_id}/edit" not in tutor.get(shelf).text
    assert "Mardi" not in alice.get(f"/projects/{world.project.id}/boards/new").text
    assert alice.post(f"/projects/{world.project.id}/boards/new", data={"template": code}).status_code == 422
    assert alice.get(board_url).status_code == 200


def test_a_manager_opens_one_to_the_whole_establishment(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        template = SavedTemplate(cohort_id=world.cohort.id, name="Atelier du lundi", content=CONTENT)
        session.add(template)
    at = f"/cohorts/{world.cohort.id}/templates"
    tutor, manager, zoe = client_of(world.tutor), client_of(world.manager), client_of(world.zoe)
    other = f"/projects/{world.other_project.id}/boards/new"
    assert tutor.post(f"{at}/{template.id}/organization", data={"on": "1"}).status_code == 403
    assert "Atelier du lundi" not in zoe.get(other).text
    manager.post(f"{at}/{template.id}/organization", data={"on": "1"})
    chooser = zoe.get(other).text
    assert "Atelier du lundi" in chooser.partition("Modèles de l’établissement")[2]
    assert zoe.get(f"{other}/{template.code}").status_code == 200
    assert "/boards/" in zoe.post(other, data={"template": template.code, "title": "Le nôtre"}).location
    theirs = f"/cohorts/{world.other_cohort.id}/templates"
    shelf = client_of(world.other_tutor).get(theirs).text
    assert "Atelier du lundi" in shelf
    assert f"{theirs}/{template.id}" not in shelf
    manager.post(f"{at}/{template.id}/organization", data={"on": "0"})
    assert "Atelier du lundi" not in zoe.get(other).text
    assert zoe.post(other, data={"template": template.code}).status_code == 422


def test_a_team_keeps_no_templates(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    assert alice.get(f"/boards/{world.board.id}/template/new").status_code == 403
    assert "Enregistrer comme modèle" not in alice.get(f"/boards/{world.board.id}").text
    assert "Enregistrer comme modèle" in client_of(world.tutor).get(f"/boards/{world.board.id}").text
