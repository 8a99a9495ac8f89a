"""The feedback pages: drafts, release, answers, what was typed kept after a refusal."""

import html
from datetime import time, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from models.base import utcnow
from models.board.export import demo_notes
from models.document import Board, DocumentUpdate, SharedDocument
from models.document_upkeep import BoardObject
from models.feedback import Feedback, FeedbackPhrase, FeedbackStatus
from models.occurrences import instant
from models.people import User
from models.project_visit import ProjectVisit
from models.rubric import DEFAULTS
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, make_milestone, make_solution
from workspace.jobs import project as project_job

BODY = "Le défi est net. Qui pourrait dire non ?"


def write(client_of: ClientOf, world: World, then: str = "draft", **values: str) -> int:
    form = {"about": "understand", "body": BODY, "then": then, **values}
    response = client_of(world.tutor).post(f"/projects/{world.project.id}/feedback/new", data=form)
    assert response.status_code == 302
    return int(response.location.rsplit("-", 1)[1])


def stored(id_: int) -> Feedback:
    with reading() as session:
        return session.get_one(Feedback, id_)


def test_draft_is_seen_by_the_tutor_and_not_by_the_team(world: World, client_of: ClientOf) -> None:
    write(client_of, world)
    path = f"/projects/{world.project.id}/feedback"
    assert BODY.split(".", maxsplit=1)[0] in client_of(world.tutor).get(path).text
    assert BODY.split(".", maxsplit=1)[0] not in client_of(world.alice).get(path).text


def test_released_feedback_is_read_then_answered(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world, "release")
    alice = client_of(world.alice)
    assert stored(id_).read_at is None
    assert "Le défi est net" in alice.get(f"/projects/{world.project.id}/feedback").text
    assert stored(id_).read_at is not None
    sent = alice.post(
        f"/feedback/{id_}/answer", data={"answer": "contested", "answer_text": "Nous avons vérifié."}
    )
    assert sent.status_code == 302
    assert "Nous avons vérifié." in client_of(world.tutor).get(f"/projects/{world.project.id}/feedback").text


def test_tutor_reading_does_not_count_as_read(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world, "release")
    client_of(world.tutor).get(f"/projects/{world.project.id}/feedback")
    assert stored(id_).read_at is None


def test_contest_without_reason_is_refused_in_place(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world, "release")
    response = client_of(world.alice).post(f"/feedback/{id_}/answer", data={"answer": "contested"})
    assert response.status_code == 422
    assert "Dites pourquoi vous contestez ce retour." in response.text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"body": "  "}, "Ce champ est nécessaire."),
        ({"body": "x" * 6001}, "trop long"),
        ({"body": "avec un \x00 dedans"}, "caractères illisibles"),
        ({"about": "nowhere"}, None),
    ],
)
def test_bad_input_is_refused_in_place_and_kept(
    world: World, client_of: ClientOf, values: dict[str, str], message: str | None
) -> None:
    form = {"about": "understand", "body": BODY, "then": "draft", **values}
    response = client_of(world.tutor).post(f"/projects/{world.project.id}/feedback/new", data=form)
    assert response.status_code == 422
    assert message is None or message in response.text
    assert values.get("body", BODY).strip().replace("\x00", "")[:40] in response.text.replace("\x00", "")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 0


def test_invalid_utf8_is_refused_in_place(world: World, client_of: ClientOf) -> None:
    response = client_of(world.tutor).post(
        f"/projects/{world.project.id}/feedback/new",
        data=b"about=understand&body=caf%E9+froid&then=draft",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 422
    assert "caractères illisibles" in response.text


def test_form_sent_twice_writes_once(world: World, client_of: ClientOf) -> None:
    client = client_of(world.tutor)
    form = {"about": "", "body": BODY, "then": "draft", "_once": "same-key"}
    places = {client.post(f"/projects/{world.project.id}/feedback/new", data=form).location for _ in range(3)}
    assert len(places) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 1


def test_stale_draft_shows_both_versions(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world)
    client = client_of(world.tutor)
    first = client.post(
        f"/feedback/{id_}/edit", data={"body": "Version de l’autre onglet", "about": "", "version": "1"}
    )
    assert first.status_code == 302
    stale = client.post(
        f"/feedback/{id_}/edit", data={"body": "Ma version à moi", "about": "", "version": "1"}
    )
    assert stale.status_code == 409
    assert "Version de l’autre onglet" in stale.text
    assert "Ma version à moi" in stale.text
    assert 'name="version" value="2"' in stale.text
    again = client.post(
        f"/feedback/{id_}/edit", data={"body": "Ma version à moi", "about": "", "version": "2"}
    )
    assert again.status_code == 302
    assert stored(id_).body == "Ma version à moi"


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 403), ("manager", 403), ("paul", 403), ("partner", 403), ("zoe", 404), ("observer", 403)],
)
def test_only_a_tutor_of_the_cohort_writes(world: World, client_of: ClientOf, name: str, status: int) -> None:
    path = f"/projects/{world.project.id}/feedback/new"
    assert client_of(world.people[name]).get(path).status_code == status
    assert client_of(world.people[name]).post(path, data={"body": BODY, "about": ""}).status_code == status


@pytest.mark.parametrize("name", ["paul", "partner", "observer", "zoe", "other_tutor"])
@pytest.mark.parametrize("verb", ["release", "discard", "answer", "edit"])
def test_feedback_of_others_is_not_found_whatever_is_tried(
    world: World, client_of: ClientOf, name: str, verb: str
) -> None:
    id_ = write(client_of, world)
    form = {"answer": "addressed", "body": "x", "about": "", "version": "1"}
    assert client_of(world.people[name]).post(f"/feedback/{id_}/{verb}", data=form).status_code == 404
    assert stored(id_).status is FeedbackStatus.DRAFT


def test_discarded_draft_is_gone(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world)
    assert client_of(world.tutor).post(f"/feedback/{id_}/discard").status_code == 302
    with reading() as session:
        assert session.get(Feedback, id_) is None


def test_guest_meets_no_feedback(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release")
    guest = client_of(guest=world.guests["guest"])
    assert guest.get(f"/projects/{world.project.id}/feedback").status_code == 403


def test_notification_leads_to_what_the_feedback_speaks_of_and_is_read(
    world: World, client_of: ClientOf
) -> None:
    write(client_of, world, "release")
    alice = client_of(world.alice)
    assert alice.get("/notifications/count").json["count"] == 1
    page = alice.get("/notifications").text
    assert "Tutor" in page
    opened = alice.get("/notifications/1")
    assert opened.location == f"/projects/{world.project.id}?step=understand#step"
    assert BODY.split(".", maxsplit=1)[0] in html.unescape(alice.get(opened.location).text)
    assert alice.get("/notifications/count").json["count"] == 0


def test_notification_of_somebody_else_is_not_found(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release")
    assert client_of(world.paul).get("/notifications/1").status_code == 404


def test_all_notifications_are_marked_read_at_once(world: World, client_of: ClientOf) -> None:
    for _time in range(3):
        write(client_of, world, "release")
    alice = client_of(world.alice)
    assert alice.post("/notifications/read").status_code == 302
    assert alice.get("/notifications/count").json["count"] == 0


# -- a cohort's feedback, phrases, the rubric, what it is about ---------------------------------------


def test_all_prepared_feedback_is_given_an_hour_then_held_back(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world)
    tutor, path = client_of(world.tutor), f"/cohorts/{world.cohort.id}/feedback"
    day = (utcnow() + timedelta(days=3)).date()
    form = {"when": "at", "day": day.isoformat(), "hour": "18:00"}
    assert tutor.post(f"{path}/release", data=form).status_code == 302
    assert stored(id_).release_at == instant(day, time(18), world.cohort.time_zone)
    assert stored(id_).status is FeedbackStatus.DRAFT
    assert "Retenir" in tutor.get(path).text
    assert tutor.post(f"/feedback/{id_}/hold", data={"back": "cohort"}).location == path
    assert stored(id_).release_at is None


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"when": "at"}, "Ce champ est nécessaire."),
        ({"when": "at", "day": "2001-01-01", "hour": "18:00"}, "Cette heure est déjà passée."),
        ({"when": "at", "day": "bientôt", "hour": "18:00"}, "Cette date ne se lit pas"),
    ],
)
def test_hour_that_cannot_be_is_refused_in_place(
    world: World, client_of: ClientOf, form: dict[str, str], message: str
) -> None:
    id_ = write(client_of, world)
    answer = client_of(world.tutor).post(f"/cohorts/{world.cohort.id}/feedback/release", data=form)
    assert answer.status_code == 422
    assert message in answer.text
    assert stored(id_).status is FeedbackStatus.DRAFT


def test_refused_hour_loses_nothing_of_what_was_typed(world: World, client_of: ClientOf) -> None:
    form = {"body": BODY, "then": "schedule", "day": "2001-01-01", "hour": "18:00", "level-novelty": "3"}
    answer = client_of(world.tutor).post(f"/projects/{world.project.id}/feedback/new", data=form)
    assert answer.status_code == 422
    assert "Le défi est net" in answer.text
    assert 'name="level-novelty" value="3" checked' in answer.text
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 0


def test_rubric_is_filled_in_and_read_by_the_team(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release", **{"level-novelty": "4", "level-closeness": "", "level-unknown": "2"})
    page = client_of(world.alice).get(f"/projects/{world.project.id}/feedback").text
    assert "Qualité novatrice" in page
    assert "Exemplaire" in page
    assert "Proximité des besoins" not in page


def test_feedback_without_levels_has_no_table_of_them(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release")
    page = client_of(world.alice).get(f"/projects/{world.project.id}/feedback").text
    assert "Le défi est net" in page
    assert "Ce que dit la grille" not in page


def test_rubric_reads_in_english(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release", **{"level-novelty": "4"})
    alice = client_of(world.alice)
    with transaction() as session:
        session.get_one(User, world.alice.id).locale = "en"
    page = alice.get(f"/projects/{world.project.id}/feedback").text
    assert "Novelty" in page
    assert "It shifts the question itself" in page


def test_changed_rubric_keeps_marks_and_the_other_language(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release", **{"level-novelty": "4"})
    tutor, path = client_of(world.tutor), f"/cohorts/{world.cohort.id}/rubric"
    form = {"version": "1", "title-new": "Sobriété", "text-new-1": "Gourmande"}
    for one in DEFAULTS:
        form[f"title-{one.code}"] = one.title
        form |= {f"text-{one.code}-{rank}": text for rank, text in enumerate(one.levels, 1)}
    form |= {"title-novelty": "Neuf ici", "withdraw-closeness": "1"}
    assert tutor.post(path, data=form).status_code == 302
    page = tutor.get(f"/projects/{world.project.id}/feedback/new").text
    assert "Sobriété" in page
    assert "Proximité des besoins" not in page
    assert "Neuf ici" in client_of(world.alice).get(f"/projects/{world.project.id}/feedback").text
    with transaction() as session:
        session.get_one(User, world.tutor.id).locale = "en"
    assert "Transferability" in tutor.get(path).text, "what was left as it was is still ours"
    stale = tutor.post(path, data=form)
    assert stale.status_code == 422
    assert "Neuf ici" in stale.text


def test_phrase_is_kept_inserted_without_script_and_forgotten(world: World, client_of: ClientOf) -> None:
    tutor, path = client_of(world.tutor), f"/cohorts/{world.cohort.id}/phrases"
    phrase = "Qui pourrait dire non, et pourquoi ?"
    for _time in range(2):
        assert tutor.post(path, data={"text": phrase}).status_code == 302
    with reading() as session:
        (kept,) = session.scalars(select(FeedbackPhrase)).all()
    form = {"body": "Je commence", "then": f"insert-{kept.id}"}
    answer = tutor.post(f"/projects/{world.project.id}/feedback/new", data=form)
    assert answer.status_code == 200
    assert f"Je commence\n\n{phrase}" in html.unescape(answer.text).replace("\u202f", " ").replace(
        "\xa0", " "
    )
    assert tutor.post(f"{path}/{kept.id}/forget").status_code == 302
    with reading() as session:
        assert session.get(FeedbackPhrase, kept.id) is None


def test_feedback_on_a_note_leads_there_and_keeps_its_last_words(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        board = session.get_one(Board, world.board.id)
        content = demo_notes("defi", [(world.alice.key, 1, "jonc", "Les files du lundi")])
        session.add(
            DocumentUpdate(document_id=board.document_id, seq=2, update=content, actor_keys=world.alice.key)
        )
        session.get_one(SharedDocument, board.document_id).last_seq = 2
    about = f"note.{world.board.id}.demo-0"
    tutor, path = client_of(world.tutor), f"/projects/{world.project.id}/feedback"
    assert "Les files du lundi" in tutor.get(f"{path}/new?about={about}").text
    id_ = write(client_of, world, "release", about=about)
    alice = client_of(world.alice)
    assert f'href="/boards/{world.board.id}#note-demo-0"' in alice.get(path).text
    project_job.run(world.board.document_id, utcnow())
    assert f'href="/boards/{world.board.id}#note-demo-0"' in alice.get(path).text
    with transaction() as session:
        session.execute(delete(BoardObject).where(BoardObject.object_id == "demo-0"))
    page = alice.get(path).text
    assert "#note-demo-0" not in page
    assert "Ce dont parle ce retour n’est plus là." in page
    assert "Les files du lundi" in page
    assert stored(id_).object_author == world.alice.key


@pytest.mark.parametrize("about", ["note.1.nothing", "note.999.x", "solution.999", "milestone.999", "x"])
def test_feedback_on_what_is_not_there_is_refused_in_place(
    world: World, client_of: ClientOf, about: str
) -> None:
    form = {"about": about, "body": BODY, "then": "draft"}
    answer = client_of(world.tutor).post(f"/projects/{world.project.id}/feedback/new", data=form)
    assert answer.status_code == 422
    assert "Le défi est net" in answer.text


def test_feedback_on_a_solution_version_leads_to_it(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        solution = make_solution(session, world.project, world.board)
        version = solution.versions[0].id
    write(client_of, world, "release", about=f"solution.{version}")
    page = client_of(world.alice).get(f"/projects/{world.project.id}/feedback").text
    assert f'href="/solutions/{solution.id}#version-1"' in page
    assert 'id="version-1"' in client_of(world.alice).get(f"/solutions/{solution.id}").text


def test_feedback_on_a_milestone_leads_to_it(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        milestone = make_milestone(session, world.cohort)
    write(client_of, world, "release", about=f"milestone.{milestone.id}")
    page = client_of(world.alice).get(f"/projects/{world.project.id}/feedback").text
    assert f'href="/projects/{world.project.id}/milestones/{milestone.id}"' in page


def test_teammate_is_told_nowhere_of_what_is_for_one(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release", learner=str(world.alice.id))
    told = "vous a fait un retour"
    assert told in client_of(world.alice).get("/").text
    assert told not in client_of(world.bob).get("/").text
    for name, count in {"alice": 1, "bob": 0, "manager": 0, "tutor": 1}.items():
        page = client_of(world.people[name]).get(f"/projects/{world.project.id}").text
        assert ("Un retour publié" in page) == bool(count), name


def test_board_offers_feedback_on_a_note_to_its_tutor_alone(world: World, client_of: ClientOf) -> None:
    for name, offered in {"tutor": True, "alice": False, "manager": False, "partner": False}.items():
        page = client_of(world.people[name]).get(f"/boards/{world.board.id}").text
        assert ('data-menu="feedback"' in page) == offered, name


def test_project_page_tells_what_changed_since_the_last_visit(world: World, client_of: ClientOf) -> None:
    alice, path = client_of(world.alice), f"/projects/{world.project.id}"
    assert "Depuis votre dernière visite" not in alice.get(path).text
    with transaction() as session:
        session.execute(update(ProjectVisit).values(seen_at=utcnow() - timedelta(hours=5)))
    write(client_of, world, "release")
    page = alice.get(path).text
    assert "Depuis votre dernière visite" in page
