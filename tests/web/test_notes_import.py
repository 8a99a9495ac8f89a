"""Notes from a spreadsheet: a dry run that writes nothing; then what it said is done, and undone."""

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.board.export import Outline, OutlineNote, demo_notes, to_outline
from models.board.laying import Ground
from models.board.sync import LiveDocument
from models.document import Board, DocumentUpdate
from models.document_log import load_document
from models.errors import Invalid
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.drawing.contents import content_of
from tests.factories import World
from workspace.services.csv_reading import Unreadable
from workspace.services.csv_reading import decode as decode_bytes
from workspace.services.notes_import import MOST_LINES, TEXT_LIMIT, decode, plan_import, read_table

HEADED = "Texte;Cadre;Couleur\n"


def outline(world: World) -> Outline:
    with reading() as session:
        stored = load_document(session, world.board.document_id)
    live = LiveDocument.open(stored.snapshot, stored.updates)
    return live.outline()


def rows_written(world: World) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(DocumentUpdate)) or 0


def imported(world: World) -> list[tuple[str, str, str, str]]:
    """(zone, text, colour, author) of every note."""
    found = outline(world)

    def told(zone: str, notes: tuple[OutlineNote, ...]) -> list[tuple[str, str, str, str]]:
        return [(zone, note.text, note.colour, note.author) for note in notes if note.type == "note"]

    return [row for zone in found.zones for row in told(zone.title, zone.notes)] + told("", found.loose)


@pytest.fixture
def base(world: World) -> str:
    with transaction() as session:
        content = demo_notes("defi", [(world.bob.key, 1, "rose", "Déjà là")])
        session.execute(
            update(DocumentUpdate)
            .where(DocumentUpdate.document_id == world.board.document_id)
            .values(update=content, checksum=None)
        )
    return f"/boards/{world.board.id}/import"


def send(client: FlaskClient, path: str, notes: str, **more: str) -> str:
    answer = client.post(path, data={"notes": notes, "unknown": "outside", **more})
    return html.unescape(answer.text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Un\nDeux\n\nTrois", [("Un", "", "jonc"), ("Deux", "", "jonc"), ("Trois", "", "jonc")]),
        ("Trop long, trop cher\nLoin", [("Trop long, trop cher", "", "jonc"), ("Loin", "", "jonc")]),
        ("Un\t1\tciel\nDeux\t2\t", [("Un", "1", "ciel"), ("Deux", "2", "jonc")]),
        (HEADED + "Un;Idées;Ciel\n;;\nDeux;;", [("Un", "Idées", "ciel"), ("Deux", "", "jonc")]),
        ("COULEUR,Note\nrose,Un", [("Un", "", "rose")]),
        ('Texte;Cadre\n"Une\nligne; deux";A', [("Une\nligne; deux", "A", "jonc")]),
        ("Cadre;Texte;Auteur·rice\n1. A;'=1+1;Bob", [("=1+1", "1. A", "jonc")]),
        ("Texte;Cadre\n'bonjour;A", [("'bonjour", "A", "jonc")]),
        ("Texte;Couleur\nUn;mauve", [("Un", "", "jonc")]),
        ("\ufeffTexte\r\nUn\r\n", [("Un", "", "jonc")]),
    ],
)
def test_tables_as_people_have_them(text: str, lines: list[tuple[str, str, str]]) -> None:
    assert [(line.text, line.zone, line.colour) for line in read_table(text).lines] == lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_whatever_program_saved_the_file(encoding: str) -> None:
    text = HEADED + "L’été à Cayenne;Idées;Ciel\n"
    assert decode(text.encode(encoding)).lstrip("\ufeff") == text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\0b", "tableau lisible"),
        (b"PK\x03\x04\x00\x00 a workbook", "tableau lisible"),
        (b"\xff\xfe\x00", "tableau lisible"),
        (b"x" * 1_000_001, "mégaoctet"),
    ],
)
def test_hostile_files_are_refused_with_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode(content)
    assert said in caught.value.fields["file"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "aucune ligne"),
        (HEADED, "aucune ligne"),
        ("une idée\n" * (MOST_LINES + 1), "2 000 lignes"),
        ('Texte;Cadre\n"' + "x" * 200_000, "tableau lisible"),
        ("é" * 600_000, "mégaoctet"),
    ],
)
def test_hostile_tables_are_refused_with_a_sentence(text: str, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_table(text)
    assert said in caught.value.fields["notes"]


def test_bytes_that_are_too_many_are_not_read() -> None:
    with pytest.raises(Unreadable):
        decode_bytes(b"abc", 2)


def test_each_line_has_its_fate() -> None:
    ground = Ground(
        [content_of({"z": {"type": "zone", "x": 0, "y": 0, "number": 2, "title": "Idées à tester"}})]
    )
    text = HEADED + "".join(
        f"{line}\n"
        for line in (
            "Un;idees a tester;",
            "Deux;2;",
            "Trois;2. Idées à tester;",
            "Quatre;Ailleurs;",
            "un;;",
            ";2;",
            "x" * (TEXT_LIMIT + 1) + ";2;",
            "Cinq;;",
        )
    )
    there = ["added", "added", "added", "outside", "repeated", "empty", "too_long", "outside"]
    assert [line.fate for line in plan_import(ground, read_table(text), makes_zones=False).lines] == there
    made = plan_import(ground, read_table(text), makes_zones=True)
    assert [line.fate for line in made.lines][3] == "new_zone"
    assert made.new_zones == ["Ailleurs"]


def test_a_board_without_room_refuses_the_whole() -> None:
    notes = {f"n{number}": {"type": "note", "x": 0, "y": 0, "text": str(number)} for number in range(4_998)}
    with pytest.raises(Invalid) as caught:
        plan_import(Ground([content_of(notes)]), read_table("a\nb\nc"), makes_zones=False)
    assert "place" in caught.value.fields["notes"]


def test_dry_run_shows_and_writes_nothing(client_of: ClientOf, world: World, base: str) -> None:
    before = rows_written(world)
    text = HEADED + "Une idée;1;Menthe\nDéjà  là;1;\n=1+1;Nulle part;\n"
    sent = {"notes": "", "unknown": "outside", "file": (io.BytesIO(text.encode("utf-16")), "notes.csv")}
    answer = client_of(world.alice).post(f"{base}/preview", data=sent, content_type="multipart/form-data")
    page = html.unescape(answer.text)
    assert answer.status_code == 200
    assert rows_written(world) == before
    for said in ("sera ajoutée dans ce cadre", "déjà sur le tableau", "sera posée hors cadre", "=1+1"):
        assert said in page
    assert "Ajouter 2 notes" in page


def test_what_was_pasted_survives_a_refusal(client_of: ClientOf, world: World, base: str) -> None:
    for notes in ("une idée\n" * (MOST_LINES + 1), "x" * 1_200_000):
        answer = client_of(world.alice).post(f"{base}/preview", data={"notes": notes, "unknown": "new"})
        assert answer.status_code == 422
        assert notes.strip() in answer.text.replace("\r\n", "\n")


def test_notes_come_in_one_change_signed_by_who_imports_in_free_slots(
    client_of: ClientOf, world: World, base: str
) -> None:
    before = rows_written(world)
    text = HEADED + "Une idée;1;Menthe\nUne autre;1;\nPlus loin;Ailleurs;Ciel\nSeule;;\n"
    client = client_of(world.alice)
    answer = client.post(base, data={"notes": text, "unknown": "new"})
    assert answer.status_code == 302
    assert rows_written(world) == before + 1
    me = world.alice.key
    found = imported(world)
    first = "Ce que vivent les personnes"
    assert (first, "Une idée", "menthe", me) in found
    assert ("Ailleurs", "Plus loin", "ciel", me) in found
    assert ("", "Seule", "jonc", me) in found
    assert (first, "Déjà là", "rose", world.bob.key) in found
    boxes = [(note.x, note.y) for note in outline(world).notes() if note.type == "note"]
    assert len(set(boxes)) == len(boxes)
    done = client.get(answer.headers["Location"])
    assert "4 notes sont sur le tableau" in done.text


def test_an_import_sent_twice_is_done_once(client_of: ClientOf, world: World, base: str) -> None:
    client = client_of(world.alice)
    for _ in range(2):
        client.post(base, data={"notes": "Une\nDeux", "unknown": "outside", "_once": "a-key"})
    assert [text for _zone, text, _colour, _author in imported(world)].count("Une") == 1


def test_two_thousand_lines_are_one_change(client_of: ClientOf, world: World, base: str) -> None:
    lines = "\n".join(f"Idée numéro {number}" for number in range(MOST_LINES))
    assert client_of(world.alice).post(base, data={"notes": lines, "unknown": "outside"}).status_code == 302
    assert len(imported(world)) == MOST_LINES + 1


def batch_of(location: str) -> str:
    found = re.search(r"batch=([0-9a-f]+)", location)
    assert found is not None
    return found[1]


def test_an_import_is_taken_back_but_what_others_rewrote(
    client_of: ClientOf, world: World, base: str
) -> None:
    client = client_of(world.alice)
    answer = client.post(
        base, data={"notes": HEADED + "Une;Neuf;\nDeux;Neuf;\nTrois;Dix;\n", "unknown": "new"}
    )
    batch = batch_of(answer.headers["Location"])
    rewrite(world, "Deux", "Deux, dit autrement")
    assert client_of(world.bob).post(f"{base}/undo", data={"batch": batch}).status_code == 302
    assert len(imported(world)) == 4, "what somebody else imported is not theirs to take back"
    page = client.post(f"{base}/undo", data={"batch": batch}, follow_redirects=True).text
    assert "2 notes importées sont retirées" in page
    assert "1 note a été réécrite depuis" in page
    assert {text for _zone, text, _colour, _author in imported(world)} == {"Déjà là", "Deux, dit autrement"}
    titles = {zone.title for zone in outline(world).zones}
    assert "Neuf" in titles
    assert "Dix" not in titles, "a zone of the import that nothing stands in goes too"
    assert (
        "plus rien à retirer" in client.post(f"{base}/undo", data={"batch": "x"}, follow_redirects=True).text
    )


def rewrite(world: World, text: str, to: str) -> None:
    """Somebody edits the words of a note."""
    from pycrdt import Doc, Map, Text  # noqa: PLC0415

    from models.document_log import append_update  # noqa: PLC0415

    with transaction() as session:
        stored = load_document(session, world.board.document_id)
        doc: Doc = Doc()
        for content in ([stored.snapshot] if stored.snapshot else []) + list(stored.updates):
            doc.apply_update(content)
        before = doc.get_state()
        objects = doc.get("objects", type=Map)
        for key in objects:
            words = objects[key].get("text")
            if isinstance(words, Text) and str(words) == text:
                words.clear()
                words += to
        append_update(session, world.board.document_id, doc.get_update(before), [world.bob.key], stored.epoch)


@pytest.mark.parametrize(
    ("name", "status"), [("tutor", 403), ("manager", 403), ("observer", 403), ("zoe", 404)]
)
def test_who_may_not_write_may_not_import(
    client_of: ClientOf, world: World, base: str, name: str, status: int
) -> None:
    before = rows_written(world)
    assert client_of(world.people[name]).post(base, data={"notes": "Une"}).status_code == status
    assert client_of(world.people[name]).get(base).status_code == status
    assert rows_written(world) == before


def test_nothing_comes_onto_a_frozen_board(client_of: ClientOf, world: World, base: str) -> None:
    with transaction() as session:
        session.execute(update(Board).where(Board.id == world.board.id).values(frozen=True))
    assert client_of(world.alice).post(base, data={"notes": "Une"}).status_code == 403


def test_a_guests_notes_are_theirs(client_of: ClientOf, world: World, base: str) -> None:
    guest = world.guests["guest"]
    client_of(guest=guest).post(base, data={"notes": "Une", "unknown": "outside"})
    assert ("", "Une", "jonc", guest.key) in imported(world)


def test_an_export_comes_back_as_it_left(client_of: ClientOf, world: World, base: str) -> None:
    client = client_of(world.alice)
    client.post(base, data={"notes": HEADED + '"=1+1, ""cité""";2;Anis\n', "unknown": "outside"})
    table = client.get(f"/boards/{world.board.id}/export/file?format=csv").data
    page = client.post(
        f"{base}/preview",
        data={"notes": "", "unknown": "outside", "file": (io.BytesIO(table), "t.csv")},
        content_type="multipart/form-data",
    ).text
    assert page.count("déjà sur le tableau") == 2
    assert to_outline(demo_notes("vierge", [])).zones == ()
