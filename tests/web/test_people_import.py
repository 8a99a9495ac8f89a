"""A cohort from a spreadsheet: the dry run tells each line's fate and writes nothing; then that is done."""

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.cohort import Team
from models.invitation import Invitation
from models.policy import Role
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, grant, make_user
from workspace.services.people_import import MOST_LINES, Fate, decode, plan_import

TERMS = {"message": "", "valid_days": "14"}
FILE = """Prénom;Nom de famille;E-mail;Équipe;Fonction;Rôle
Nina;Roy;Nina.Roy@ville.fr;Les quais;Cheffe de projet;
Omar;Sy;omar@ville.fr;les QUAIS;;
Ada;Lind;ada@ville.fr;{team};;
Tom;Tuteur;tom@universite.fr;;;Tutrice
Alice;Déjà;alice@exemple.fr;{team};;
Nina;Encore;nina.roy@ville.fr;Les quais;;
Sans;Adresse;sans-adresse;Les quais;;
Sans;Équipe;seule@ville.fr;;;
"""
FATES = ["new_team", "invited", "invited", "invited", "already_there", "repeated", "bad_email", "no_team"]


@pytest.fixture
def manager(client_of: ClientOf, world: World) -> FlaskClient:
    return client_of(world.manager)


def _path(world: World) -> str:
    return f"/programmes/cohorts/{world.cohort.id}/import"


def _plan(world: World, text: str) -> list[str]:
    with reading() as session:
        return [
            line.fate for line in plan_import(session, world.actor(session, "manager"), world.cohort.id, text)
        ]


def _count(model: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_dry_run_tells_each_lines_fate_and_writes_nothing(manager: FlaskClient, world: World) -> None:
    text = FILE.format(team=world.team.name)
    before = _count(Invitation), _count(Team)
    sent = {**TERMS, "people": "", "file": (io.BytesIO(text.encode("utf-8-sig")), "promotion.csv")}
    page = manager.post(f"{_path(world)}/preview", data=sent, content_type="multipart/form-data")
    assert page.status_code == 200
    assert (_count(Invitation), _count(Team)) == before
    assert _plan(world, text) == FATES
    shown = html.unescape(page.text)
    for words in ("Inviter 4 personnes", "2 lignes sont à corriger", "sera invité·e, l’équipe sera créée"):
        assert words in shown


def test_exactly_what_was_shown_is_done(manager: FlaskClient, world: World) -> None:
    text = FILE.format(team=world.team.name)
    answer = manager.post(_path(world), data={**TERMS, "people": text})
    assert answer.status_code == 302
    with reading() as session:
        rows = session.execute(
            select(Invitation.email, Invitation.role, Invitation.name, Team.name)
            .outerjoin(Team, Team.id == Invitation.team_id)
            .where(Invitation.email.contains("@ville.fr") | Invitation.email.contains("@universite.fr"))
            .order_by(Invitation.id)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("nina.roy@ville.fr", Role.LEARNER, "Nina Roy", "Les quais"),
        ("omar@ville.fr", Role.LEARNER, "Omar Sy", "Les quais"),
        ("ada@ville.fr", Role.LEARNER, "Ada Lind", world.team.name),
        ("tom@universite.fr", Role.TUTOR, "Tom Tuteur", None),
    ]
    again = _plan(world, text)
    assert again[:4] == ["already_invited"] * 4
    nothing = manager.post(f"{_path(world)}/preview", data={**TERMS, "people": text})
    assert "Aucune ligne n’invite quelqu’un" in html.unescape(nothing.text)


@pytest.mark.parametrize(
    "text",
    [
        "nom,email,equipe\nNina Roy,nina@ville.fr,Les quais",
        "NOM\tADRESSE E-MAIL\tÉQUIPE\nNina Roy\tnina@ville.fr\tLes quais",
        "Équipe;E-MAIL;Nom complet\nLes quais;nina@ville.fr;Nina Roy",
        "Nina Roy;nina@ville.fr;Les quais",
        '"Nina  Roy" ; "nina@ville.fr" ;"Les quais"\n\n;;\n',
    ],
    ids=["commas", "tabs", "another order", "no titles", "quotes and empty lines"],
)
def test_files_of_every_spreadsheet_are_understood(world: World, text: str) -> None:
    with reading() as session:
        (line,) = plan_import(session, world.actor(session, "manager"), world.cohort.id, text)
    assert (line.name, line.team, line.fate) == ("Nina Roy", "Les quais", Fate.NEW_TEAM)


def test_file_of_an_older_windows_program_keeps_its_accents() -> None:
    assert decode("Zoé Évrard".encode("cp1252")) == decode("Zoé Évrard".encode("utf-8-sig")) == "Zoé Évrard"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Ce champ est nécessaire"),
        (b"PK\x03\x04\x00\x00 a workbook", "CSV lisible"),
        (b"nom;email\n", "aucune ligne"),
        (b"nom;email\n" + b"A;a@b.fr\n" * (MOST_LINES + 1), "trop de lignes"),
        (b"x" * 300_000, "CSV lisible"),
    ],
    ids=["empty", "a workbook", "titles only", "too many", "too large"],
)
def test_file_that_cannot_be_used_is_refused_with_a_sentence(
    manager: FlaskClient, world: World, content: bytes, said: str
) -> None:
    sent = {**TERMS, "people": "", "file": (io.BytesIO(content), "promotion.csv")}
    page = manager.post(f"{_path(world)}/preview", data=sent, content_type="multipart/form-data")
    assert page.status_code == 422
    assert said in html.unescape(page.text)


def test_words_that_try_to_be_markup_or_formulas_stay_words(manager: FlaskClient, world: World) -> None:
    text = "=1+1<script>alert(1)</script>;x@ville.fr;<b>Équipe</b>"
    page = manager.post(f"{_path(world)}/preview", data={**TERMS, "people": text})
    assert "<script>alert" not in page.text
    assert "&lt;b&gt;Équipe" in page.text


def test_lines_that_became_wrong_meanwhile_are_left(manager: FlaskClient, world: World) -> None:
    text = f"Nina;nina@exemple.fr;{world.team.name}\nOmar;omar@ville.fr;{world.team.name}"
    assert _plan(world, text) == ["invited", "invited"]
    with transaction() as session:
        grant(session, make_user(session, "nina"), Role.LEARNER, team_id=world.team.id)
    manager.post(_path(world), data={**TERMS, "people": text})
    with reading() as session:
        assert session.scalars(select(Invitation.email).where(Invitation.email.contains("nina@"))).all() == []
        assert session.scalars(select(Invitation.email).where(Invitation.email == "omar@ville.fr")).one()


@pytest.mark.parametrize("name", ["alice", "tutor", "observer", "partner", "other_manager", "stranger"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_manager_imports(client_of: ClientOf, world: World, name: str, method: str) -> None:
    answer = getattr(client_of(world.people[name]), method)(_path(world), data={**TERMS, "people": FILE})
    assert answer.status_code in (403, 404)
    model = client_of(world.people[name]).get(f"{_path(world)}/model.csv")
    assert model.status_code in (403, 404)


def test_model_file_reads_as_it_should(manager: FlaskClient, world: World) -> None:
    answer = manager.get(f"{_path(world)}/model.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="promotion.csv"'
    assert _plan(world, decode(answer.data)) == ["new_team", "new_team", "invited"]
    assert re.match(rb"\xef\xbb\xbfPr", answer.data)
