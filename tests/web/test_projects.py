"""Pages of projects: who sees how much, making and editing one, its steps and boards."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.board.templates import BOARD_TEMPLATES
from models.document import Board
from models.feedback import Feedback, FeedbackStatus
from models.partner import Partner, Sector
from models.policy import Role
from models.problem import Confidentiality, Problem
from models.project import Project, ProjectStep, StepStatus
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, grant, make_board, make_guest, make_link, make_problem, make_user
from tests.queries import counting_queries

CANARY = "canari-brouillon-de-tuteur"


def page_of(world: World) -> str:
    return f"/projects/{world.project.id}"


def new_problem(world: World, **values: object) -> int:
    with transaction() as session:
        cohort, author = session.merge(world.cohort), session.merge(world.alice)
        return make_problem(session, cohort, author, team_id=world.team.id, **values).id


def count(model: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


# Who may open which page.


@pytest.mark.parametrize("path", ["", "/edit", "/journal", "/boards/new"])
def test_anonymous_is_asked_to_sign_in(world: World, client_of: ClientOf, path: str) -> None:
    response = client_of().get(page_of(world) + path)
    assert response.status_code == 302
    assert response.location.startswith("/sign-in?next=/projects/")


@pytest.mark.parametrize("who", ["zoe", "other_tutor", "other_manager", "other_observer", "stranger"])
def test_outsider_does_not_find_the_project(world: World, client_of: ClientOf, who: str) -> None:
    client = client_of(getattr(world, who))
    for path in ("", "/edit", "/journal", "/boards/new", "/links", "/partners/new"):
        assert client.get(page_of(world) + path).status_code == 404, path


@pytest.mark.parametrize("who", ["tutor", "manager", "paul", "partner", "observer"])
def test_insider_outside_the_team_changes_nothing(world: World, client_of: ClientOf, who: str) -> None:
    client = client_of(getattr(world, who))
    for path in ("/edit", "/boards/new", "/links", "/links/new", "/partners/new"):
        assert client.get(page_of(world) + path).status_code == 403, path
    board = f"/boards/{world.board.id}"
    for path in (f"{board}/archive", f"{board}/switch", f"{page_of(world)}/criteria/listened"):
        assert client.post(path, data={"switch": "frozen", "on": "1", "met": "1"}).status_code == 403, path


def test_observer_has_no_access_to_the_project_page(world: World, client_of: ClientOf) -> None:
    assert client_of(world.observer).get(page_of(world)).status_code == 403


def test_team_sees_the_whole_page(world: World, client_of: ClientOf) -> None:
    text = client_of(world.alice).get(page_of(world)).text
    for part in ("Où en est le projet", "Tableaux conseillés", "Partenaires", "Liens de partage", "Journal"):
        assert part in text
    assert "Valider l’étape" not in text


def test_tutor_reads_everything_and_validates(world: World, client_of: ClientOf) -> None:
    text = client_of(world.tutor).get(page_of(world)).text
    assert "Valider l’étape" in text
    assert "Ouvrir un tableau" not in text
    assert f"{page_of(world)}/links/new" not in text


def test_peer_sees_where_the_project_stands_and_nothing_private(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.add(
            Partner(project_id=world.project.id, name="La Poste", sector=Sector.PUBLIC, contact="Mme Secrète")
        )
    text = client_of(world.paul).get(page_of(world)).text
    assert "La Poste" in text
    for private in ("Mme Secrète", "Le défi", "Journal", "Guest", "Pour passer à la suite"):
        assert private not in text


def test_peer_does_not_open_a_project_kept_to_its_team(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(Problem, world.problem.id).confidentiality = Confidentiality.TEAM
    assert client_of(world.paul).get(page_of(world)).status_code == 403
    assert world.project.title not in client_of(world.paul).get("/projects").text


@pytest.mark.parametrize("who", ["guest", "reader", "partner"])
def test_guest_home_shows_boards_and_first_names_only(world: World, client_of: ClientOf, who: str) -> None:
    with transaction() as session:
        session.merge(world.bob).name = "Bob Marchandeau"
        session.add(Partner(project_id=world.project.id, name="La Poste", sector=Sector.PUBLIC))
        session.add(
            Feedback(
                project_id=world.project.id,
                author_id=world.tutor.id,
                body=CANARY,
                status=FeedbackStatus.RELEASED,
            )
        )
    client = client_of(guest=world.guests[who]) if who in world.guests else client_of(world.partner)
    text = client.get(page_of(world)).text
    assert "Le défi" in text
    assert "Bob" in text
    for private in ("Marchandeau", CANARY, "La Poste", "Journal", "Retours", "Tutor", "Observer"):
        assert private not in text
    for path in ("/journal", "/edit", "/links", "/feedback"):
        assert client.get(page_of(world) + path).status_code == 403, path


def test_guest_is_sent_to_their_project(world: World, client_of: ClientOf) -> None:
    assert client_of(guest=world.guests["guest"]).get("/projects").location == page_of(world)


def test_archived_board_is_gone_for_guests(world: World, client_of: ClientOf) -> None:
    client_of(world.alice).post(f"/boards/{world.board.id}/archive")
    text = client_of(guest=world.guests["guest"]).get(page_of(world)).text
    assert "Aucun tableau n’est ouvert pour l’instant" in text


@pytest.mark.parametrize("id_", ["0", "999999", "99999999999999999999999"])
def test_unknown_project_is_not_found(world: World, client_of: ClientOf, id_: str) -> None:
    assert client_of(world.alice).get(f"/projects/{id_}").status_code == 404


# The list.


def test_list_shows_stage_authority_and_own_team_first(world: World, client_of: ClientOf) -> None:
    text = client_of(world.alice).get("/projects").text
    assert "Comprendre" in text
    assert "Cayenne" in text
    assert "votre équipe" in text
    assert "Un autre projet" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=attente", True),
        ("?q=%25", False),
        ("?q=%00", True),
        ("?stage=invent", True),
        ("?stage=spread", False),
        ("?stage=nothing", True),
        ("?page=99", True),
        ("?page=x", True),
    ],
)
def test_list_is_narrowed_by_words_and_stage(
    world: World, client_of: ClientOf, query: str, found: bool
) -> None:
    response = client_of(world.tutor).get(f"/projects{query}")
    assert response.status_code == 200
    assert (world.project.title in response.text) is found


# Making one.


def test_project_is_made_once_even_when_sent_twice(world: World, client_of: ClientOf) -> None:
    problem_id = new_problem(world)
    alice = client_of(world.alice)
    assert f"/projects/new?problem={problem_id}" in alice.get("/projects/new").text
    form = {"title": "Nouveau", "summary": "", "team_id": world.team.id, "_once": "k1"}
    before = count(Project)
    answers = [alice.post(f"/projects/new?problem={problem_id}", data=form) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert answers[0].location == answers[1].location
    again = alice.post(f"/projects/new?problem={problem_id}", data={**form, "_once": "k2"})
    assert again.status_code == 302
    assert count(Project) == before + 1


@pytest.mark.parametrize("title", ["", "   ", "t" * 161, "a\x00b"])
def test_bad_title_is_refused_in_place_and_the_summary_is_kept(
    world: World, client_of: ClientOf, title: str
) -> None:
    problem_id = new_problem(world)
    response = client_of(world.alice).post(
        f"/projects/new?problem={problem_id}",
        data={"title": title, "summary": "Ce que j’ai tapé", "team_id": world.team.id},
    )
    assert response.status_code == 422
    assert "Ce que j’ai tapé" in response.text
    assert 'aria-invalid="true"' in response.text


def test_team_of_others_is_refused(world: World, client_of: ClientOf) -> None:
    problem_id = new_problem(world)
    response = client_of(world.alice).post(
        f"/projects/new?problem={problem_id}", data={"title": "T", "team_id": world.peer_team.id}
    )
    assert response.status_code == 422


@pytest.mark.parametrize("problem_id", ["0", "999999", "9" * 30, "x", ""])
def test_unknown_problem_makes_no_project(world: World, client_of: ClientOf, problem_id: str) -> None:
    response = client_of(world.alice).post(
        f"/projects/new?problem={problem_id}", data={"title": "T", "team_id": world.team.id}
    )
    assert response.status_code == 404


@pytest.mark.parametrize("who", ["tutor", "manager", "partner", "observer", "stranger"])
def test_only_learners_open_projects(world: World, client_of: ClientOf, who: str) -> None:
    assert client_of(getattr(world, who)).get("/projects/new").status_code == 403
    assert client_of(getattr(world, who)).get("/projects").text.count("/projects/new") == 0


# Editing it.


def test_stale_edit_shows_both_versions_then_the_second_sending_decides(
    world: World, client_of: ClientOf
) -> None:
    path = f"{page_of(world)}/edit"
    alice, bob = client_of(world.alice), client_of(world.bob)
    form = {"summary": "", "next_due_on": "", "next_due_label": ""}
    assert alice.post(path, data={**form, "title": "Version d’Alice", "version": 1}).status_code == 302
    stale = bob.post(path, data={**form, "title": "Version de Bob", "version": 1})
    assert stale.status_code == 409
    assert "Version d’Alice" in stale.text
    assert "Version de Bob" in stale.text
    assert 'name="version" value="2"' in stale.text
    assert bob.post(path, data={**form, "title": "Version de Bob", "version": 2}).status_code == 302
    with reading() as session:
        assert session.get_one(Project, world.project.id).title == "Version de Bob"


@pytest.mark.parametrize(
    "values",
    [{"title": ""}, {"next_due_on": "31/12/2030"}, {"next_due_on": "demain"}, {"summary": "s" * 2001}],
)
def test_bad_edit_is_refused_in_place(world: World, client_of: ClientOf, values: dict[str, str]) -> None:
    form = {"title": "Titre gardé", "summary": "", "next_due_on": "", "version": "1", **values}
    response = client_of(world.alice).post(f"{page_of(world)}/edit", data=form)
    assert response.status_code == 422
    assert "Rien de ce que vous avez écrit" in response.text


# Steps.


def status_of(world: World, code: str) -> StepStatus | None:
    with reading() as session:
        return session.scalar(
            select(ProjectStep.status).where(
                ProjectStep.project_id == world.project.id, ProjectStep.step_code == code
            )
        )


def send(client: FlaskClient, world: World, step: str, act: str, word: str = "") -> int:
    return client.post(f"{page_of(world)}/steps/{step}/{act}", data={"word": word}).status_code


def test_request_reaches_the_tutor_who_validates(world: World, client_of: ClientOf) -> None:
    alice, tutor = client_of(world.alice), client_of(world.tutor)
    assert send(alice, world, "understand", "request", "Est-ce assez ?") == 302
    assert "Est-ce assez ?" in tutor.get(page_of(world)).text
    assert send(tutor, world, "understand", "validate") == 302
    assert (status_of(world, "understand"), status_of(world, "imagine")) == (
        StepStatus.DONE,
        StepStatus.CURRENT,
    )


def test_tutors_word_is_shown_to_the_team(world: World, client_of: ClientOf) -> None:
    alice, tutor = client_of(world.alice), client_of(world.tutor)
    send(alice, world, "understand", "request")
    assert send(tutor, world, "understand", "reopen", "Voyez les commerçants.") == 302
    assert "Voyez les commerçants." in alice.get(page_of(world)).text


@pytest.mark.parametrize("word", ["", "w" * 1001, "\x00"])
def test_refused_word_stays_in_the_form(world: World, client_of: ClientOf, word: str) -> None:
    alice, tutor = client_of(world.alice), client_of(world.tutor)
    send(alice, world, "understand", "request")
    assert send(tutor, world, "understand", "reopen", word) == 422
    assert status_of(world, "understand") is StepStatus.WAITING


def test_step_that_moved_meanwhile_is_said_and_left_alone(world: World, client_of: ClientOf) -> None:
    tutor = client_of(world.tutor)
    assert send(tutor, world, "understand", "validate") == 302
    moved = tutor.post(f"{page_of(world)}/steps/understand/validate", follow_redirects=True)
    assert "Cette étape a changé d’état entre-temps" in moved.text
    assert status_of(world, "imagine") is StepStatus.CURRENT


@pytest.mark.parametrize("act", ["request", "withdraw", "validate", "reopen"])
def test_unknown_step_is_not_found(world: World, client_of: ClientOf, act: str) -> None:
    client = client_of(world.tutor if act in ("validate", "reopen") else world.alice)
    assert send(client, world, "nowhere", act, "Un mot") == 404


def test_peers_and_team_do_not_validate(world: World, client_of: ClientOf) -> None:
    assert send(client_of(world.alice), world, "understand", "validate") == 403
    assert send(client_of(world.paul), world, "understand", "request") == 403
    assert send(client_of(world.zoe), world, "understand", "request") == 404


def test_ticked_criterion_is_pressed(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    assert 'aria-pressed="true"' not in _ticks(alice, world)
    alice.post(f"{page_of(world)}/criteria/listened?step=understand", data={"met": "1"})
    assert _ticks(alice, world).count('aria-pressed="true"') == 1
    alice.post(f"{page_of(world)}/criteria/listened?step=understand", data={"met": "0"})
    assert 'aria-pressed="true"' not in _ticks(alice, world)
    assert alice.post(f"{page_of(world)}/criteria/unknown", data={"met": "1"}).status_code == 404


def _ticks(client: FlaskClient, world: World) -> str:
    return client.get(page_of(world)).text.split('class="ticks"')[1].split("</ul>")[0]


# Boards.


def test_board_is_opened_from_a_template(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    chooser = alice.get(f"{page_of(world)}/boards/new?template=impact-effort").text
    assert chooser.count('class="board-picture"') == len(BOARD_TEMPLATES)
    form = {"template": "impact-effort", "title": "", "_once": "b1"}
    answers = [alice.post(f"{page_of(world)}/boards/new", data=form) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert answers[0].location.startswith("/boards/")
    with reading() as session:
        board = session.scalars(select(Board).order_by(Board.id.desc()).limit(1)).one()
        assert (board.title, board.template_code, count(Board)) == ("Impact / effort", "impact-effort", 2)


def test_templates_are_found_by_words(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    found = alice.get(f"{page_of(world)}/boards/new", query_string={"q": "TESTER É <b>"}).text
    assert "&lt;b&gt;" in found
    assert "Aucun modèle" in found
    found = alice.get(f"{page_of(world)}/boards/new", query_string={"q": "expérimenter seuil"}).text
    assert "Aucun modèle" in found
    found = alice.get(f"{page_of(world)}/boards/new?q=seuil").text
    assert 'value="grille-de-test"' in found
    assert 'value="defi"' not in found


def test_a_template_is_seen_closely_with_its_example(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    page = alice.get(f"{page_of(world)}/boards/new/persona").text
    before, example = page.split("data-example")
    assert "Josiane" not in before
    assert "Josiane" in example
    assert alice.get(f"{page_of(world)}/boards/new/unknown").status_code == 404
    answer = alice.post(f"{page_of(world)}/boards/new", data={"template": "persona", "title": "Josiane ?"})
    assert alice.get(answer.location).status_code == 200


def test_board_speaks_the_language_of_its_maker(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.merge(world.alice).locale = "en"
    client_of(world.alice).post(f"{page_of(world)}/boards/new", data={"template": "arbre-a-problemes"})
    with reading() as session:
        title = session.scalar(select(Board.title).order_by(Board.id.desc()).limit(1))
    assert title == "Problem tree"


@pytest.mark.parametrize("values", [{"template": ""}, {"template": "x"}, {"title": "t" * 161}])
def test_bad_board_is_refused_in_place(world: World, client_of: ClientOf, values: dict[str, str]) -> None:
    form = {"template": "defi", "title": "Titre", **values}
    response = client_of(world.alice).post(f"{page_of(world)}/boards/new", data=form)
    assert response.status_code == 422
    assert "Choisissez" in response.text
    assert count(Board) == 1


@pytest.mark.parametrize(
    ("switch", "label"),
    [
        ("open_to_observers", "Ouvert aux élu·es"),
        ("open_to_tutors", "Les tuteurs écrivent"),
        ("frozen", "Figé"),
    ],
)
def test_board_switches_go_on_and_off(world: World, client_of: ClientOf, switch: str, label: str) -> None:
    alice = client_of(world.alice)
    path = f"/boards/{world.board.id}/switch"
    assert label not in _chips(alice, world)
    alice.post(path, data={"switch": switch, "on": "1"})
    assert label in _chips(alice, world)
    alice.post(path, data={"switch": switch, "on": "0"})
    assert label not in _chips(alice, world)


def _chips(client: FlaskClient, world: World) -> str:
    return client.get(page_of(world)).text.split('id="boards"')[1].split('<details class="menu"')[0]


def test_unknown_switch_is_refused(world: World, client_of: ClientOf) -> None:
    path = f"/boards/{world.board.id}/switch"
    assert client_of(world.alice).post(path, data={"switch": "title", "on": "1"}).status_code == 400


def test_archived_board_comes_back_by_one_click(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    gone = alice.post(f"/boards/{world.board.id}/archive", follow_redirects=True)
    assert "est rangé. Rien n’est effacé." in gone.text
    restore = f"{page_of(world)}/boards/{world.board.id}/restore"
    assert restore in gone.text
    assert "est de retour" in alice.post(restore, follow_redirects=True).text


def test_stale_rename_shows_both_titles(world: World, client_of: ClientOf) -> None:
    path = f"/boards/{world.board.id}/rename"
    assert client_of(world.alice).post(path, data={"title": "Un", "version": 1}).status_code == 302
    stale = client_of(world.bob).post(path, data={"title": "Deux", "version": 1})
    assert stale.status_code == 409
    assert "Un" in stale.text
    assert "Deux" in stale.text


# Text and figures.


def test_titles_are_shown_as_text(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(Project, world.project.id).title = "<script>alert(1)</script>"
        session.get_one(Board, world.board.id).title = '"><img src=x onerror=alert(1)>'
    for client in (client_of(world.alice), client_of(world.paul), client_of(guest=world.guests["guest"])):
        text = client.get(page_of(world)).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_every_page_answers_on_both_databases(any_world: World, any_client_of: ClientOf) -> None:
    world = any_world
    fill(world)
    pages = ["", "/edit", "/journal", "/boards/new", "/links", "/links/new", "/partners/new"]
    alice = any_client_of(world.alice)
    assert {path: alice.get(page_of(world) + path).status_code for path in pages} == dict.fromkeys(pages, 200)
    for who in ("tutor", "manager", "paul", "partner"):
        client = any_client_of(getattr(world, who))
        assert client.get(page_of(world)).status_code == 200, who
        assert client.get("/projects?q=cayenne&stage=invent").status_code == 200, who
    assert any_client_of(guest=world.guests["guest"]).get(page_of(world)).status_code == 200
    assert alice.get("/projects/new").status_code == 200


def queries_of(client: FlaskClient, path: str) -> int:
    client.get(path)
    with counting_queries() as found:
        assert client.get(path).status_code == 200
    return int(found)


@pytest.mark.parametrize("path", ["/projects", "/projects/{id}", "/projects/{id}/journal"])
def test_queries_do_not_grow_with_rows(world: World, client_of: ClientOf, path: str) -> None:
    path = path.format(id=world.project.id)
    clients = {"alice": client_of(world.alice), "tutor": client_of(world.tutor)}
    if path.endswith(str(world.project.id)):
        clients |= {"paul": client_of(world.paul), "guest": client_of(guest=world.guests["guest"])}
    before = {name: queries_of(client, path) for name, client in clients.items()}
    fill(world)
    after = {name: queries_of(client, path) for name, client in clients.items()}
    assert after == before


def fill(world: World) -> None:
    """More of everything that the pages show."""
    with transaction() as session:
        project, cohort, alice = (session.merge(row) for row in (world.project, world.cohort, world.alice))
        team = session.merge(world.team)
        for number in range(8):
            make_board(session, project, alice, f"Tableau {number}")
            link, _token = make_link(session, project, alice)
            make_guest(session, link, f"Invité {number}")
            session.add(Partner(project_id=project.id, name=f"P{number}", sector=list(Sector)[number % 4]))
            session.add(Feedback(project_id=project.id, author_id=world.tutor.id, body="Oui"))
            member = make_user(session, f"membre {number}")
            grant(session, member, Role.LEARNER, team_id=team.id)
            problem = make_problem(session, cohort, alice, team_id=team.id)
            session.add(Project(team_id=team.id, problem_id=problem.id, title=f"Projet {number}"))
