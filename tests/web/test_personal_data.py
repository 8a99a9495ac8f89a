"""One's own data on the pages: a copy to take along, erasure, canaries that are found nowhere after it."""

import io
import json
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pycrdt import Doc
from sqlalchemy import make_url, select, update

from models.activity import ActivityKind, record_activity
from models.base import utcnow
from models.board.reader import write_varint
from models.job import Job, JobKind
from models.membership import Membership
from models.notification import NotificationKind, notify
from models.partner import GuestContributor
from models.people import User
from models.personal_data import PERSON_LEFT, RECORD_OF, RECORDS
from models.policy import Role
from models.problem import Problem
from models.session import database, reading, transaction
from models.tables import metadata
from tests import needs
from tests.conftest import ClientOf, make_app
from tests.factories import World, grant
from tests.jobs.writing import Writer
from tests.web.test_problems import FULL
from workspace.jobs import retention, texts
from workspace.jobs.mail import Mailer
from workspace.jobs.worker import Worker
from workspace.services.erasure import erase
from workspace.services.invitations import Invitee, Terms, invite_learner
from workspace.services.passwords import hash_password
from workspace.web.guard import COOKIE

PHRASE = "une phrase bien à moi"
ERASE = {"word": "EFFACER", "password": PHRASE}


def give_password(user: User) -> None:
    with transaction() as session:
        session.get_one(User, user.id).password_hash = hash_password(PHRASE)


@pytest.fixture
def alice(world: World, client_of: ClientOf) -> FlaskClient:
    give_password(world.alice)
    return client_of(world.alice)


def files_of(answer: object) -> tuple[str, dict[str, object]]:
    """The page and the data of a download."""
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:  # type: ignore[attr-defined]
        assert archive.testzip() is None
        assert archive.namelist() == ["vos-donnees.html", "vos-donnees.json"]
        return archive.read("vos-donnees.html").decode(), json.loads(archive.read("vos-donnees.json"))


def take(client: FlaskClient, **form: str) -> tuple[str, dict[str, object]]:
    answer = client.post("/account/data", data=form)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    name = f"vos-donnees-{utcnow():%Y-%m-%d}.zip"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    return files_of(answer)


def write_note(client: FlaskClient, world: World, key: str, text: str, *, client_id: int) -> None:
    """As a browser does when sockets are blocked."""
    document_id = world.board.document_id
    writer = Writer(document_id, key=key, client=client_id)
    before = writer.doc.get_state()
    sent: list[bytes] = []
    writer._append = lambda _before: sent.append(writer.doc.get_update(before)) or 0  # type: ignore[method-assign, func-returns-value]
    writer.note(f"note{client_id}", text)
    vector = Doc().get_state()
    body = write_varint(len(vector)) + vector + sent[0]
    answer = client.post(f"/documents/{document_id}/sync", data=body)
    assert answer.status_code == 200, answer.text


def test_copy_holds_what_the_person_wrote(world: World, alice: FlaskClient) -> None:
    write_note(alice, world, world.alice.key, "Une <b>idée</b> & demie", client_id=4000000001)
    page, data = take(alice, password=PHRASE)
    assert (data["format"], data["version"], data["person"]) == ("etabli-personal-data", 1, world.alice.key)
    sections = data["sections"]
    assert list(sections) == list(dict.fromkeys(r.section for r in RECORDS if r.section and r.shown))
    (note,) = sections["notes"]
    assert note == {
        "as": ["author"],
        "document_id": world.board.document_id,
        "board": "Le défi",
        "type": "note",
        "text": "Une <b>idée</b> & demie",
    }
    (problem,) = sections["problems"]
    assert problem["title"] == "Accueil de la mairie"
    assert problem["authority"] == "Cayenne"
    assert problem["levers"] == ["open_data: Publier les temps d’attente."]
    assert sections["memberships"][0]["team"] == "Équipe Cayenne"
    assert sections["account"][0]["email"] == "alice@exemple.fr"
    assert sections["teams"] == [
        {"as": ["lead"], "name": "Équipe Cayenne", "cohort_id": world.cohort.id, "cohort": "Promotion 2026"}
    ]
    assert "Une &lt;b&gt;idée&lt;/b&gt; &amp; demie" in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "Auditeur·rice" in page
    assert "argon2" not in page + json.dumps(data)


def test_copy_holds_nothing_of_others(world: World, client_of: ClientOf, alice: FlaskClient) -> None:
    with transaction() as session:
        for name in ("bob", "tutor"):
            person = session.get_one(User, world.people[name].id)
            person.email = f"SECRET{name}@exemple.fr"
            person.title = f"SECRET{name}"
        session.execute(
            update(Problem).where(Problem.author_id != world.alice.id).values(ideal="SECRETideal")
        )
        notify(session, [world.bob.id], NotificationKind.STEP_REQUESTED, who="x", subject="SECRET", url="/")
    write_note(client_of(world.bob), world, world.bob.key, "SECRET de Bob", client_id=4000000002)
    page, data = take(alice, password=PHRASE)
    assert "SECRET" not in page + json.dumps(data)
    _page, bobs = take(client_of(world.bob))
    assert "SECRET de Bob" in json.dumps(bobs)


def test_what_one_decided_is_there_without_what_another_wrote(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        problem = session.get_one(Problem, world.problem.id)
        problem.decided_by_id, problem.decision_reason = world.tutor.id, "Bien posé"
    _page, data = take(client_of(world.tutor))
    (decision,) = data["sections"]["problems"]
    assert (decision["as"], decision["decision_reason"]) == (["decided_by"], "Bien posé")
    assert "challenge" not in decision


def test_page_of_the_copy_is_in_the_persons_language(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(User, world.bob.id).locale = "en"
    page, data = take(client_of(world.bob))
    assert '<html lang="en">' in page
    assert "Your signed-in devices" in page
    assert "sessions" in data["sections"]


def test_name_of_the_person_cannot_write_markup(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(User, world.bob.id).name = '"><script>alert(1)</script>'
    page, _data = take(client_of(world.bob))
    assert "<script" not in page


def test_guest_takes_their_data_along(world: World, client_of: ClientOf) -> None:
    guest = world.guests["guest"]
    client = client_of(guest=guest)
    write_note(client, world, guest.key, "Ce que dit une habitante", client_id=4000000003)
    assert "Télécharger mes données" in client.get("/account/data").text
    page, data = take(client)
    assert data["sections"]["account"][0]["name"] == "Guest"
    assert data["sections"]["account"][0]["project"] == "L’accueil sans attente"
    assert [note["text"] for note in data["sections"]["notes"]] == ["Ce que dit une habitante"]
    assert "Habitant·e" in page


def test_copy_needs_the_password(world: World, alice: FlaskClient, client_of: ClientOf) -> None:
    for form in ({}, {"password": ""}, {"password": "faux"}):
        answer = alice.post("/account/data", data=form)
        assert answer.status_code == 422
        assert answer.mimetype == "text/html"
    assert client_of().post("/account/data").status_code == 401
    assert client_of().get("/account/data").status_code == 302


@pytest.mark.parametrize("path", ["/account/data", "/account/erase"])
def test_trying_passwords_is_slow(world: World, sqlite_url: str, tmp_path: Path, path: str) -> None:
    app = make_app(sqlite_url, tmp_path, rate_limits=True)
    give_password(world.alice)
    client = app.test_client()
    assert client.post("/sign-in", data={"email": "alice@exemple.fr", "password": PHRASE}).status_code == 302
    form = {"password": "faux", "word": "EFFACER"}
    statuses = [client.post(path, data=form).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_erasing_asks_for_a_word_and_the_password(world: World, alice: FlaskClient) -> None:
    shown = alice.get("/account/erase").text
    for told in ("Ce qui part", "Ce qui reste, sans votre nom", "7 jours", "Personne partie"):
        assert told in shown
    for form in ({}, {"word": "EFFACER"}, {"word": "non", "password": PHRASE}, {**ERASE, "password": "faux"}):
        assert alice.post("/account/erase", data=form).status_code == 422
    with reading() as session:
        assert session.get_one(User, world.alice.id).erase_at is None


def test_asking_signs_out_everywhere_and_signing_in_keeps_all(
    world: World, alice: FlaskClient, client_of: ClientOf
) -> None:
    other = client_of(world.alice)
    answer = alice.post("/account/erase", data={**ERASE, "texts": "y"})
    assert answer.location == "/sign-in"
    assert "seront effacées le" in alice.get("/sign-in").text
    assert alice.get_cookie(COOKIE) is None
    assert other.get("/account").status_code == 302
    with reading() as session:
        user = session.get_one(User, world.alice.id)
        assert user.erase_at is not None
        assert user.erase_texts
    back = client_of()
    assert back.post("/sign-in", data={"email": "alice@exemple.fr", "password": PHRASE}).status_code == 302
    retention.run(utcnow() + timedelta(days=8), with_mail=False)
    assert back.get("/account").status_code == 200


def test_erased_account_opens_for_nobody(world: World, alice: FlaskClient, client_of: ClientOf) -> None:
    alice.post("/account/erase", data=ERASE)
    retention.run(utcnow() + timedelta(days=8), with_mail=False)
    client = client_of()
    form = {"email": "alice@exemple.fr", "password": PHRASE}
    assert client.post("/sign-in", data=form).status_code == 422
    assert (
        client.post("/sign-in", data={**form, "email": f"u{world.alice.id}@erased.invalid"}).status_code
        == 422
    )
    team = client_of(world.bob).get(f"/projects/{world.project.id}")
    assert team.status_code == 200
    assert "Alice" not in team.text


def test_guest_is_erased_at_once(world: World, client_of: ClientOf) -> None:
    client = client_of(guest=world.guests["guest"])
    assert client.post("/account/erase", data={"word": "erase"}).status_code == 302
    assert client.get(f"/projects/{world.project.id}").status_code == 302
    with reading() as session:
        assert session.get_one(GuestContributor, world.guests["guest"].id).name == PERSON_LEFT
    assert "Guest" not in client_of(world.alice).get(f"/projects/{world.project.id}/links").text


def test_invented_person_is_not_offered_it(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(User, world.bob.id).is_demo = True
    client = client_of(world.bob)
    assert 'name="word"' not in client.get("/account/erase").text
    client.post("/account/erase", data={"word": "EFFACER"})
    with reading() as session:
        assert session.get_one(User, world.bob.id).erase_at is None


# Canaries: letters only, so that no escaping hides them; looked for in lower case.
NAME, EMAIL, TITLE = "Canarinom Zibeline", "canarimel@exemple.fr", "Canarititre"
AGENT, MESSAGE, DRAFT, NOTE, DELETED = (
    "Canariagent",
    "Canarimessage",
    "Canaribrouillon",
    "Canarinote",
    "Canariretiree",
)
GONE = (
    "canarinom",
    "zibeline",
    "canarimel",
    *(w.lower() for w in (TITLE, AGENT, MESSAGE, DRAFT, NOTE, DELETED)),
)
STAYS = tuple(f"canari{what}" for what in ("defi", "levier", "reponse", "question", "raison"))


def canaries_in_tables() -> dict[str, set[str]]:
    """Where each canary stands: 'table.column'."""
    found: dict[str, set[str]] = {}
    with database().engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                for column, value in zip(table.columns, row, strict=True):
                    text = value if isinstance(value, bytes) else str(value).encode()
                    for word in (*GONE, *STAYS):
                        if word.encode() in text.lower():
                            found.setdefault(word, set()).add(f"{table.name}.{column.name}")
    return found


def bytes_on_disk(folder: Path) -> bytes:
    """Every file of the data folder, and a dump of PostgreSQL, in which bytes stand as hexadecimals."""
    url = make_url(database().url)
    folders = [folder, Path(url.database or "").parent] if database().is_sqlite else [folder]
    files = {path for each in folders for path in each.rglob("*") if path.is_file()}
    content = b"".join(path.read_bytes() for path in sorted(files))
    if database().is_sqlite:
        return content.lower()
    command = [
        needs.program("pg_dump", "postgresql-client"),
        "--dbname",
        f"postgresql://{url.username}@{url.host}:{url.port}/{url.database}",
    ]
    dumped = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return (content + dumped.stdout).lower()


def is_in(word: str, content: bytes) -> bool:
    variants = {word, word.capitalize()}
    return word.encode() in content or any(one.encode().hex().encode() in content for one in variants)


def join(app: Flask, world: World) -> tuple[FlaskClient, int]:
    """The person is invited to Alice's team, makes an account, and says what they do."""
    with transaction() as session:
        manager = world.actor(session, "manager")
        made = invite_learner(session, manager, world.team.id, Invitee(EMAIL, NAME, TITLE), Terms())
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = f"{AGENT} Firefox/130.0"
    account = {"name": NAME, "title": TITLE, "time_zone": "Europe/Paris", "password": PHRASE}
    assert client.post(f"/invitations/{made.token}", data=account).status_code == 302
    with reading() as session:
        return client, session.scalars(select(User.id).where(User.email == EMAIL)).one()


def leave_traces(app: Flask, world: World, client: FlaskClient, user_id: int, client_of: ClientOf) -> None:
    with transaction() as session:
        person = session.get_one(User, user_id)
        grant(session, person, Role.OBSERVER, project_id=world.other_project.id)
    project = f"/projects/{world.project.id}"
    form = {**FULL, "title": "Canaridefi", "lever_open_data": "Canarilevier"}
    assert client.post("/problems/new", data={**FULL, "title": DRAFT, "_key": "k1"}).status_code == 302
    sent = client.post("/problems/new", data={**form, "_key": "k2"})
    assert sent.status_code == 302
    with reading() as session:
        problem = session.scalars(select(Problem).where(Problem.title == "Canaridefi")).one()
    path = f"/problems/{problem.id}"
    assert client.post(f"{path}/submit", data={"version": problem.version}).status_code == 302
    tutor = client_of(world.tutor)
    with reading() as session:
        version = session.get_one(Problem, problem.id).version
    decided = tutor.post(f"{path}/return", data={"reason": "Canariraison", "version": version})
    assert decided.status_code == 302, decided.status_code
    feedback = {"step_code": "understand", "body": "Un retour", "then": "release"}
    released = tutor.post(f"{project}/feedback/new", data=feedback)
    number = released.location.rsplit("-", 1)[1]
    answered = {"answer": "contested", "answer_text": "Canarireponse"}
    assert client.post(f"/feedback/{number}/answer", data=answered).status_code == 302
    asked = client.post(f"/observations/{world.other_project.id}/questions", data={"body": "Canariquestion"})
    assert asked.status_code == 302
    guest = {"email": "n@ville.fr", "name": "N", "title": "", "valid_days": "14", "message": MESSAGE}
    guest["access_until"] = str(utcnow().date() + timedelta(days=9))
    assert client.post(f"{project}/observers", data=guest).status_code == 302
    write_note(client, world, f"u{user_id}", f"{NOTE} sur le tableau", client_id=4000000004)
    writer = Writer(world.board.document_id, key=f"u{user_id}", client=4000000005)
    writer.note("retiree", DELETED)
    writer.delete("retiree")
    client.post("/sign-in/link", data={"email": EMAIL})


def test_erased_canaries_are_found_nowhere_on_disk(
    any_world: World, any_app: Flask, any_client_of: ClientOf, tmp_path: Path
) -> None:
    world, app = any_world, any_app
    settings = app.config["SETTINGS"]
    mailer = Mailer(settings)
    mailer.__dict__["_app"] = app
    worker = Worker(mailer.run)
    client, user_id = join(app, world)
    leave_traces(app, world, client, user_id, any_client_of)
    run_all(worker)
    before, on_disk = canaries_in_tables(), bytes_on_disk(tmp_path)
    assert set(before) == {*GONE, *STAYS}, "the control: they were all there"
    assert [word for word in GONE if not is_in(word, on_disk)] == []
    assert "caught_mail.text" in before["canarinom"]

    form = {**ERASE, "texts": "y"}
    assert client.post("/account/erase", data=form).status_code == 302
    run_all(worker)
    later = utcnow() + timedelta(days=8)
    retention.run(later, with_mail=True)
    with reading() as session:
        assert session.scalars(select(Job.key).where(Job.kind == JobKind.ERASE_TEXTS)).all() == [
            f"u{user_id}"
        ]
    assert texts.run(f"u{user_id}", later) is not None
    assert texts.run(f"u{user_id}", later) is None

    after = canaries_in_tables()
    assert set(after) == set(STAYS)
    for word, places in after.items():
        for place in places:
            table, column = place.split(".")
            assert column in RECORD_OF[table].kept, (word, place)
    on_disk = bytes_on_disk(tmp_path)
    assert [word for word in GONE if is_in(word, on_disk)] == []
    assert [word for word in STAYS if not is_in(word, on_disk)] == []
    decision = next(iter(after["canariraison"]))
    assert decision == "problem.decision_reason"


def run_all(worker: Worker) -> None:
    """Everything that documents and mail need, now."""
    for _turn in range(6):
        worker.turn()
        with transaction() as session:
            kinds = (JobKind.RETENTION, JobKind.ERASE_TEXTS)
            session.execute(update(Job).where(Job.kind.not_in(kinds)).values(run_at=utcnow()))


def test_who_left_signs_no_note_as_nobody(world: World, client_of: ClientOf) -> None:
    """In French the first word of what stands for their name means 'nobody'."""
    write_note(client_of(world.bob), world, world.bob.key, "Une idée", client_id=4000000006)
    with transaction() as session:
        erase(session, session.get_one(User, world.bob.id), texts=False)
    path = f"/boards/{world.board.id}/people?keys={world.bob.key}"
    for client in (client_of(world.alice), client_of(guest=world.guests["guest"])):
        (person,) = client.get(path).json["people"].values()
        assert (person["name"], person["short"]) == (PERSON_LEFT, PERSON_LEFT)


def test_who_left_is_called_so_in_the_readers_language(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(User, world.tutor.id).locale = "en"
        record_activity(
            session,
            world.actor(session, "bob"),
            ActivityKind.PROJECT_CREATED,
            cohort_id=world.cohort.id,
            project_id=world.project.id,
            subject="L’accueil",
        )
        erase(session, session.get_one(User, world.bob.id), texts=False)
    shown = client_of(world.tutor).get(f"/projects/{world.project.id}").text
    assert "Somebody who left" in shown
    assert PERSON_LEFT not in shown


def test_link_of_somebody_who_left_is_the_teams(world: World, client_of: ClientOf) -> None:
    path = f"/join/{world.link_tokens['guest']}"
    assert "Alice et son équipe vous invitent" in client_of().get(path).text
    with transaction() as session:
        erase(session, session.get_one(User, world.alice.id), texts=False)
    assert "Équipe Cayenne et son équipe" in client_of().get(path).text


def kept_notes_of(world: World, client_of: ClientOf) -> User:
    """A guest has written a note, and bob's account has kept it."""
    guest = world.guests["guest"]
    write_note(client_of(guest=guest), world, guest.key, "Écrit sans compte", client_id=4000000004)
    with transaction() as session:
        session.add(
            Membership(
                user_id=world.bob.id, role=Role.PARTNER, project_id=world.project.id, guest_id=guest.id
            )
        )
    return world.bob


def test_copy_holds_what_one_wrote_before_the_account(world: World, client_of: ClientOf) -> None:
    _page, data = take(client_of(kept_notes_of(world, client_of)))
    assert [note["text"] for note in data["sections"]["notes"]] == ["Écrit sans compte"]
    assert {row["name"] for row in data["sections"]["account"]} == {"Bob", "Guest"}


def test_who_one_was_before_the_account_is_erased_with_it(world: World, client_of: ClientOf) -> None:
    bob, guest = kept_notes_of(world, client_of), world.guests["guest"]
    with transaction() as session:
        erase(session, session.get_one(User, bob.id), texts=True)
    with reading() as session:
        assert session.get_one(GuestContributor, guest.id).name == PERSON_LEFT
        asked = session.scalars(select(Job.key).where(Job.kind == JobKind.ERASE_TEXTS)).all()
    assert sorted(asked) == sorted([bob.key, guest.key])
    page = client_of(world.alice).get(f"/projects/{world.project.id}/links").text
    assert world.guests["guest"].name not in page


def test_words_go_even_of_a_guest_whose_time_was_over(world: World, client_of: ClientOf) -> None:
    bob, guest = kept_notes_of(world, client_of), world.guests["guest"]
    with transaction() as session:
        erase(session, session.get_one(GuestContributor, guest.id), texts=False)
    with transaction() as session:
        erase(session, session.get_one(User, bob.id), texts=True)
    with reading() as session:
        asked = session.scalars(select(Job.key).where(Job.kind == JobKind.ERASE_TEXTS)).all()
    assert sorted(asked) == sorted([bob.key, guest.key])
