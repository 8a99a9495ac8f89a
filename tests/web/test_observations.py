"""An élu's pages: the projects they observe, one in three minutes, a question; and the team's preview."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import utcnow
from models.brief import ObserverQuestion
from models.document import Board
from models.membership import Membership
from models.notification import Notification
from models.people import User
from models.policy import Role
from models.project import Project
from models.session import reading, transaction
from models.stages import STEP_CODES, STEPS, Stage
from tests.conftest import ClientOf
from tests.factories import World, grant, make_board, make_offer, make_problem, make_project, make_user
from tests.queries import counting_queries
from workspace.services.briefs import BriefText, publish_brief, save_draft
from workspace.services.observations import STAGE_WORDS, STEP_WORDS, rail
from workspace.services.questions import QUESTION_LIMIT, answer_question, fingerprint

TEXT = BriefText(
    problem="Les files découragent les habitants. Elles durent une heure.",
    progress="Nous avons écouté onze agents.",
    learned="Il manque quelqu’un à qui parler.",
    decisions="Un essai en avril.",
    asked="Une salle, un mardi à 18 h.",
    next_label="Présentation aux agents",
)


def publish(world: World, text: BriefText = TEXT, edition: int = 1, *, step: str = "") -> int:
    with transaction() as session:
        alice = world.actor(session, "alice")
        if step:
            session.get_one(Project, world.project.id).current_step = step
            session.flush()
        draft = save_draft(session, alice, world.project.id, text, edition=edition, version=0)
        return publish_brief(session, alice, world.project.id, version=draft.version).id


def path(world: World) -> str:
    return f"/observations/{world.project.id}"


def ask(client: FlaskClient, world: World, body: str = "Et les écoles ?", once: str = "") -> object:
    return client.post(path(world) + "/questions", data={"body": body, "_once": once})


def questions() -> int:
    with reading() as session:
        return session.scalar(select(func.count(ObserverQuestion.id))) or 0


def test_every_step_and_stage_has_plain_words() -> None:
    assert set(STEP_WORDS) == set(STEP_CODES)
    assert set(STAGE_WORDS) == set(Stage)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.code)
def test_rail_has_one_present_stage_and_the_past_before_it(step: object) -> None:
    states = [stage.state for stage in rail(step.code)]  # type: ignore[attr-defined]
    assert states.count("now") == 1
    assert states == sorted(states, key=["done", "now", "todo"].index)


def test_home_of_an_elu_tells_each_project_in_plain_words(world: World, client_of: ClientOf) -> None:
    publish(world, step="prototype")
    page = client_of(world.observer).get("/observations").text
    for expected in (
        "L’accueil sans attente",
        "Cayenne",
        "Les files découragent les habitants.",
        "Ils montrent un premier essai",
        "Une salle, un mardi à 18 h.",
        "Présentation aux agents",
        "Nouveau",
    ):
        assert expected in page
    assert "Un autre projet" not in page


def test_opening_a_project_takes_the_unread_mark_away(world: World, client_of: ClientOf) -> None:
    publish(world)
    observer = client_of(world.observer)
    assert "Nouveau" in observer.get("/observations").text
    observer.get(path(world))
    assert "Nouveau" not in observer.get("/observations").text
    with reading() as session:
        assert session.scalar(select(Notification.read_at)) is not None


def test_opening_a_project_leaves_other_projects_unread(world: World, client_of: ClientOf) -> None:
    publish(world)
    with transaction() as session:
        grant(session, world.observer, Role.OBSERVER, project_id=world.other_project.id)
        note = session.scalar(select(Notification))
        assert note is not None
        # The id of this project begins like the other's: a path must match as a whole.
        note.url = f"/observations/{world.project.id}0"
    client_of(world.observer).get(path(world))
    with reading() as session:
        assert session.scalar(select(Notification.read_at)) is None


def test_home_without_any_project_says_what_to_do(world: World, client_of: ClientOf) -> None:
    assert "Vous n’observez aucun projet" in client_of(world.stranger).get("/observations").text
    assert client_of().get("/observations").location.startswith("/sign-in")


def test_project_shows_who_where_and_the_whole_brief(world: World, client_of: ClientOf) -> None:
    publish(world)
    page = client_of(world.observer).get(path(world)).text
    for expected in (
        "L’accueil sans attente",
        "Équipe Cayenne",
        "Projet mené par Alice",
        "Cayenne",
        "Ils écoutent et vérifient",
        TEXT.progress,
        TEXT.learned,
        TEXT.decisions,
        TEXT.asked,
        "1 min de lecture",
    ):
        assert expected in page
    assert not re.search(r"\bBob\b", page)


def test_before_the_first_brief_the_page_says_what_will_come(world: World, client_of: ClientOf) -> None:
    page = client_of(world.observer).get(path(world)).text
    assert "L’équipe n’a encore rien publié" in page
    assert world.problem.challenge not in page
    assert "Ils écoutent" not in page


def test_stage_is_the_one_of_the_published_brief(world: World, client_of: ClientOf) -> None:
    publish(world)
    with transaction() as session:
        session.get_one(Project, world.project.id).current_step = "test"
    page = client_of(world.observer).get(path(world)).text
    assert "Ils écoutent et vérifient" in page
    assert "Ils essaient pour de bon" not in page


def test_earlier_editions_are_listed_and_open(world: World, client_of: ClientOf) -> None:
    first = publish(world)
    second = publish(world, BriefText(problem="Autre chose.", progress="La suite."), edition=2)
    observer = client_of(world.observer)
    page = observer.get(path(world)).text
    assert "La suite." in page
    assert TEXT.progress not in page
    assert f"/briefs/{first}" in page
    assert f"/briefs/{second}" not in page
    assert TEXT.progress in observer.get(f"/briefs/{first}").text


def test_only_boards_opened_to_observers_are_named(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        opened = make_board(session, world.project, world.alice, "Carte ouverte")
        opened.open_to_observers = True
        gone = make_board(session, world.project, world.alice, "Carte archivée")
        gone.open_to_observers, gone.archived_at = True, utcnow()
    page = client_of(world.observer).get(path(world)).text
    assert "Carte ouverte" in page
    assert f"/boards/{opened.id}" in page
    assert "Carte archivée" not in page
    assert "Le défi" not in page


def test_page_says_until_when_and_by_whom(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == world.observer.id))
        assert membership is not None
        membership.ends_at = utcnow() + timedelta(days=30)
        membership.granted_by_id = world.alice.id
    page = client_of(world.observer).get(path(world)).text
    assert re.search(r"Vous observez ce projet jusqu’au \d+\w* \w+ \d{4}, invité·e par Alice\.", page)


def test_question_is_sent_listed_and_answered(world: World, client_of: ClientOf) -> None:
    observer = client_of(world.observer)
    sent = ask(observer, world)
    assert sent.status_code == 302  # type: ignore[attr-defined]
    page = observer.get(path(world)).text
    assert "Votre question est partie." in page
    assert "En attente de réponse" in page
    with transaction() as session:
        question = session.scalar(select(ObserverQuestion))
        assert question is not None
        answer_question(
            session, world.actor(session, "bob"), question.id, "Deux écoles.", seen=fingerprint("")
        )
    page = observer.get(path(world)).text
    assert "Deux écoles." in page
    assert "En attente de réponse" not in page
    assert not re.search(r"\bBob\b", page)


def test_question_sent_twice_is_asked_once(world: World, client_of: ClientOf) -> None:
    observer = client_of(world.observer)
    first, second = ask(observer, world, once="k"), ask(observer, world, once="k")
    assert first.location == second.location  # type: ignore[attr-defined]
    assert questions() == 1


@pytest.mark.parametrize("body", ["", "  \n", "x" * (QUESTION_LIMIT + 1), "a\0b"])
def test_bad_question_is_refused_in_place_and_kept(world: World, client_of: ClientOf, body: str) -> None:
    page = ask(client_of(world.observer), world, body)
    assert page.status_code == 422  # type: ignore[attr-defined]
    assert "field-error" in page.text  # type: ignore[attr-defined]
    assert body.strip("\0 \n")[:50].replace("\0", "") in page.text.replace("\0", "")  # type: ignore[attr-defined]
    assert questions() == 0


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 403), ("tutor", 403), ("partner", 403), ("paul", 403), ("other_observer", 404), ("zoe", 404)],
)
def test_only_those_who_observe_open_it_and_ask(
    world: World, client_of: ClientOf, name: str, status: int
) -> None:
    client = client_of(world.people[name])
    assert client.get(path(world)).status_code == status
    assert ask(client, world).status_code == status  # type: ignore[attr-defined]
    assert questions() == 0


def test_access_ends_at_its_date(world: World, client_of: ClientOf) -> None:
    publish(world)
    observer = client_of(world.observer)
    assert observer.get(path(world)).status_code == 200
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == world.observer.id))
        assert membership is not None
        membership.ends_at = utcnow()
    assert observer.get(path(world)).status_code == 404
    assert ask(observer, world).status_code == 404  # type: ignore[attr-defined]
    home = observer.get("/observations").text
    assert path(world) not in home
    assert "votre accès s’est terminé le" in home
    assert "votre accès s’est terminé le" in observer.get("/").text


def test_access_given_again_is_not_told_as_ended(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        membership = session.scalar(select(Membership).where(Membership.user_id == world.observer.id))
        assert membership is not None
        membership.ends_at = utcnow()
        grant(session, world.observer, Role.OBSERVER, project_id=world.project.id)
    assert "votre accès s’est terminé" not in client_of(world.observer).get("/observations").text


def test_answer_is_shown_to_every_elu_without_a_name_where_the_team_shows_it(
    world: World, client_of: ClientOf
) -> None:
    brief_id = publish(world)
    second = second_observer(world)
    for body in ("Montrée à tous ?", "Gardée entre nous ?"):
        ask(client_of(second), world, body)
        with transaction() as session:
            row = session.scalars(select(ObserverQuestion).where(ObserverQuestion.body == body)).one()
            alice = world.actor(session, "alice")
            shared = body.startswith("Montrée")
            answer_question(
                session, alice, row.id, f"Réponse : {body}", seen=fingerprint(""), is_shared=shared
            )
    for page in (path(world), f"/briefs/{brief_id}"):
        text = client_of(world.observer).get(page).text
        assert "Réponse : Montrée" in text
        assert "Gardée entre nous" not in text
        assert second.name not in text
    for name in ("partner", "guest"):
        client = client_of(world.people.get(name), guest=world.guests.get(name))
        assert "Montrée" not in client.get(f"/briefs/{brief_id}").text
    publish(world, edition=2)
    assert "Montrée" not in client_of(world.observer).get(path(world)).text, "it stays under its edition"
    assert "Montrée" in client_of(world.observer).get(f"/briefs/{brief_id}").text


def test_what_changed_since_the_edition_before_is_told_apart(world: World, client_of: ClientOf) -> None:
    publish(world)
    assert "Ce qui a changé depuis" not in client_of(world.observer).get(path(world)).text
    later = replace(
        TEXT, progress=f"{TEXT.progress} Quatre cours sont choisies.", asked="", next_label="Essai"
    )
    publish(world, later, edition=2, step="prototype")
    page = client_of(world.observer).get(path(world)).text
    told = page.split("Ce qui a changé depuis")[1].split("</details>")[0]
    assert "Quatre cours sont choisies." in told
    assert "onze agents" not in told
    for words in ("Ils montrent un premier essai", "Essai", "L’équipe n’en dit plus rien"):
        assert words in told


def article_of(page: str) -> str:
    """Everything an élu reads and finds there, byte for byte, but the random keys of its forms."""
    found = re.search(r'<article class="brief">.*</article>', page, re.DOTALL)
    assert found
    return re.sub(r'name="(csrf_token|_once)" value="[^"]*"', "", found[0])


def preview(client: FlaskClient, world: World, person: int | None = None) -> str:
    query = "" if person is None else f"?person={person}"
    return client.get(f"/projects/{world.project.id}/as-observer{query}").text


def second_observer(world: World) -> User:
    with transaction() as session:
        second = make_user(session, "second")
        grant(session, second, Role.OBSERVER, project_id=world.project.id)
        return second


def test_preview_is_byte_for_byte_what_the_elu_reads(world: World, client_of: ClientOf) -> None:
    """With everything on it: editions, boards, questions, shown answers, offers, an end, an inviter."""
    publish(world)
    publish(world, BriefText(problem="Autre chose.", progress="La suite.", support="Une salle."), edition=2)
    second = second_observer(world)
    ask(client_of(world.observer), world, "Ma question")
    ask(client_of(second), world, "Celle d’une autre")
    ask(client_of(second), world, "Une autre encore, sans réponse")
    with transaction() as session:
        session.get_one(Board, world.board.id).open_to_observers = True
        make_board(session, world.project, world.alice, "Carte fermée")
        make_offer(session, world.project, world.observer)
        make_offer(session, world.project, second, "Une heure")
        membership = session.scalar(select(Membership).where(Membership.user_id == world.observer.id))
        assert membership is not None
        membership.ends_at = utcnow() + timedelta(days=30)
        membership.granted_by_id = world.bob.id
        for row in session.scalars(select(ObserverQuestion).where(ObserverQuestion.body != "Ma question")):
            if "sans réponse" not in row.body:
                actor = world.actor(session, "alice")
                answer_question(session, actor, row.id, "La voici.", seen=fingerprint(""), is_shared=True)
    for user in (world.observer, second):
        real = article_of(client_of(user).get(path(world)).text)
        for name in ("alice", "tutor"):
            assert article_of(preview(client_of(world.people[name]), world, user.id)) == real
        assert "La voici." in real
        assert "Carte fermée" not in real
    assert "Une heure" not in article_of(preview(client_of(world.alice), world, world.observer.id))


def test_preview_sends_nothing(world: World, client_of: ClientOf) -> None:
    publish(world)
    alice = client_of(world.alice)
    page = preview(alice, world)
    frame = re.search(
        r"<fieldset[^>]* disabled[^>]*>\s*<legend[^>]*>[^<]*</legend>\s*<article class=\"brief\">", page
    )
    assert frame, "the article stands in a frame that disables its forms"
    assert ask(alice, world).status_code == 403  # type: ignore[attr-defined]
    assert alice.post(path(world) + "/support", data={"kind": "room", "body": "Une salle"}).status_code == 403


def test_preview_opens_as_the_first_elu_and_as_nobody_in_particular(
    world: World, client_of: ClientOf
) -> None:
    ask(client_of(world.observer), world, "Question d’une élue")
    alice = client_of(world.alice)
    assert "Question d’une élue" in preview(alice, world)
    for person in (0, world.stranger.id):
        assert "Question d’une élue" not in preview(alice, world, person)


@pytest.mark.parametrize("person", [None, 0, "own"])
def test_preview_of_a_manager_shows_no_elus_own_words(
    world: World, client_of: ClientOf, person: int | str | None
) -> None:
    ask(client_of(world.observer), world, "Question d’une élue")
    with transaction() as session:
        make_offer(session, world.project, world.observer, "Appui d’une élue")
    wanted = world.observer.id if person == "own" else person
    page = preview(client_of(world.manager), world, wanted)  # type: ignore[arg-type]
    assert "Question d’une élue" not in page
    assert "Appui d’une élue" not in page


@pytest.mark.parametrize(
    ("name", "status"),
    [("observer", 403), ("partner", 403), ("paul", 403), ("zoe", 404), ("stranger", 404)],
)
def test_preview_is_for_those_inside(world: World, client_of: ClientOf, name: str, status: int) -> None:
    page = client_of(world.people[name]).get(f"/projects/{world.project.id}/as-observer")
    assert page.status_code == status


def test_page_is_in_english_for_who_reads_english(world: World, client_of: ClientOf) -> None:
    publish(world)
    observer = client_of(world.observer)
    observer.post("/language", data={"locale": "en", "next": "/"})
    page = observer.get(path(world)).text
    assert "They are listening and checking" in page
    assert "What the team asks of you" in page
    assert "Où en est" not in page


def test_number_of_queries_does_not_grow_with_the_rows(world: World, client_of: ClientOf) -> None:
    publish(world)
    observer = client_of(world.observer)
    ask(observer, world)
    for page in (path(world), "/observations"):
        observer.get(page)
    counts = {}
    for page in (path(world), "/observations"):
        with counting_queries() as few:
            observer.get(page)
        counts[page] = int(few)
    publish(world, edition=2)
    publish(world, edition=3)
    for number in range(3):
        ask(observer, world, f"Question {number}")
    with transaction() as session:
        for number in range(4):
            board = make_board(session, world.project, world.alice, f"Tableau {number}")
            board.open_to_observers = True
            problem = make_problem(session, world.cohort, world.paul, authority_code="commune-97302")
            project = make_project(session, world.peer_team, problem, f"Projet {number}")
            grant(session, world.observer, Role.OBSERVER, project_id=project.id)
    observer.get(path(world))
    for page, count in counts.items():
        with counting_queries() as many:
            observer.get(page)
        assert int(many) == count, page
