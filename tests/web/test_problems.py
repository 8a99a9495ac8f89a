"""Pages of problems: list, form, drafts, review, reading, decision; who may, what is refused and how."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.authority import Authority, AuthorityKind
from models.policy import Role
from models.problem import Confidentiality, Problem, ProblemStatus, ProblemSupporter
from models.session import reading, transaction
from tests.factories import World, grant, make_problem
from tests.queries import counting_queries

ClientOf = Callable[..., FlaskClient]

FULL = {
    "title": "Accueil sans attente",
    "authority": "Cayenne",
    "authority_value": "commune-97302",
    "challenge": "Une heure de file chaque lundi.",
    "precedents": "Un guichet unique à Agen.",
    "ideal": "Dix minutes.",
    "objective": "La moitié avant juin.",
    "helps": "Deux agentes volontaires.",
    "hinders": "Aucun budget.",
    "people_affected": "Trois cents personnes par mois.",
    "domain": "public_policy",
    "approach": "co_construction",
    "drivers": ["open_data"],
    "lever_open_data": "Publier les temps d’attente.",
    "confidentiality": "cohort",
}


def problems_of(user: object) -> list[Problem]:
    with reading() as session:
        statement = select(Problem).where(Problem.author_id == user.id).order_by(Problem.id)  # type: ignore[attr-defined]
        return list(session.scalars(statement))


def newest(user: object) -> Problem:
    return problems_of(user)[-1]


def status_of(problem_id: int) -> ProblemStatus:
    with reading() as session:
        return session.get_one(Problem, problem_id).status


def version_of(problem_id: int) -> int:
    with reading() as session:
        return session.get_one(Problem, problem_id).version


def add(world: World, status: ProblemStatus, **values: object) -> int:
    author = values.pop("author", world.alice)
    with transaction() as session:
        values = {
            "authority_code": world.authority.code,
            "team_id": world.team.id,
            "status": status,
            **values,
        }
        return make_problem(session, world.cohort, author, **values).id  # type: ignore[arg-type]


# Reading


def test_list_shows_rows_facets_and_departments(client_of: ClientOf, world: World) -> None:
    page = client_of(world.paul).get("/problems").text
    assert "Accueil de la mairie" in page
    assert 'href="/problems?status=accepted"' in page
    assert 'href="/problems?department=973"' in page
    assert "Guyane" in page


def test_list_is_filtered_by_its_query(client_of: ClientOf, world: World) -> None:
    paul = client_of(world.paul)
    assert "Accueil de la mairie" in paul.get("/problems?q=MAIRIE&department=973&status=accepted").text
    for query in ("q=introuvable", "department=75", "domain=digital", "mine=1"):
        assert "Accueil de la mairie" not in paul.get(f"/problems?{query}").text


@pytest.mark.parametrize(
    "query", ["status=nope", "domain=%00", "page=-3", "page=99999999999", "department=%00%00", "q=%00%FF"]
)
def test_strange_query_is_harmless(client_of: ClientOf, world: World, query: str) -> None:
    assert client_of(world.paul).get(f"/problems?{query}").status_code == 200


def test_list_is_designed_when_empty(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        grant(session, world.stranger, Role.LEARNER, cohort_id=world.other_cohort.id)
        session.get_one(Problem, problems_of(world.zoe)[0].id).status = ProblemStatus.SUBMITTED
    page = client_of(world.stranger).get("/problems").text
    assert "Poser la première" in page


def test_tutor_sees_what_to_decide_in_its_own_group(client_of: ClientOf, world: World) -> None:
    add(world, ProblemStatus.SUBMITTED, title="À lire par le tuteur")
    page = client_of(world.tutor).get("/problems").text
    assert page.index("À décider") < page.index("À lire par le tuteur") < page.index("Accueil de la mairie")
    assert "À décider" not in client_of(world.paul).get("/problems").text


def test_query_count_of_the_list_is_constant(client_of: ClientOf, world: World) -> None:
    tutor = client_of(world.tutor)
    with counting_queries() as before:
        tutor.get("/problems?q=accueil")
    for number in range(15):
        add(world, ProblemStatus.SUBMITTED, title=f"Accueil {number}")
    with counting_queries() as after:
        tutor.get("/problems?q=accueil")
    assert int(after) == int(before)


def test_query_count_of_the_page_is_constant(client_of: ClientOf, world: World) -> None:
    paul, path = client_of(world.paul), f"/problems/{world.problem.id}"
    with transaction() as session:
        session.add(ProblemSupporter(problem_id=world.problem.id, user_id=world.bob.id))
    with counting_queries() as before:
        paul.get(path)
    with transaction() as session:
        for user in (world.paul, world.zoe, world.stranger):
            session.add(ProblemSupporter(problem_id=world.problem.id, user_id=user.id))
    with counting_queries() as after:
        paul.get(path)
    assert int(after) <= int(before)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("alice", 200),
        ("bob", 200),
        ("paul", 200),
        ("tutor", 200),
        ("manager", 200),
        ("partner", 200),
        ("zoe", 404),
        ("other_tutor", 404),
        ("other_manager", 404),
        ("observer", 404),
        ("stranger", 404),
    ],
)
def test_who_reads_an_accepted_problem(client_of: ClientOf, world: World, who: str, status: int) -> None:
    assert client_of(world.people[who]).get(f"/problems/{world.problem.id}").status_code == status


def test_guest_reads_the_problem_of_their_project_only(client_of: ClientOf, world: World) -> None:
    assert client_of(guest=world.guests["guest"]).get(f"/problems/{world.problem.id}").status_code == 200
    assert client_of(guest=world.guests["gone"]).get(f"/problems/{world.problem.id}").status_code == 302
    hidden = add(world, ProblemStatus.ACCEPTED)
    assert client_of(guest=world.guests["guest"]).get(f"/problems/{hidden}").status_code == 404


def test_problem_kept_to_its_team_is_not_read_by_peers(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        session.get_one(Problem, world.problem.id).confidentiality = Confidentiality.TEAM
    assert client_of(world.paul).get(f"/problems/{world.problem.id}").status_code == 403
    assert "Accueil de la mairie" not in client_of(world.paul).get("/problems").text
    assert client_of(world.bob).get(f"/problems/{world.problem.id}").status_code == 200


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 200), ("bob", 403), ("paul", 403), ("tutor", 403), ("zoe", 404)]
)
def test_draft_is_read_by_its_author_alone(client_of: ClientOf, world: World, who: str, status: int) -> None:
    draft = add(world, ProblemStatus.DRAFT)
    assert client_of(world.people[who]).get(f"/problems/{draft}").status_code == status
    assert client_of(world.people[who]).get(f"/problems/{draft}/edit").status_code == status
    assert client_of(world.people[who]).get(f"/problems/{draft}/review").status_code == status


def test_anonymous_is_sent_to_sign_in(client_of: ClientOf, world: World) -> None:
    anonymous = client_of()
    for path in ("/problems", "/problems/new", f"/problems/{world.problem.id}"):
        response = anonymous.get(path)
        assert response.status_code == 302
        assert response.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("path", ["/problems/0", "/problems/999999", "/problems/99999999999999999999"])
def test_unknown_problem_is_not_found(client_of: ClientOf, world: World, path: str) -> None:
    assert client_of(world.alice).get(path).status_code == 404


def test_page_gives_a_learner_the_means_to_join_or_make_a_project(client_of: ClientOf, world: World) -> None:
    page = client_of(world.paul).get(f"/problems/{world.problem.id}").text
    assert "Rejoindre cette problématique" in page
    assert f"/projects/new?problem={world.problem.id}" in page
    own = client_of(world.alice).get(f"/problems/{world.problem.id}").text
    assert "Rejoindre cette problématique" not in own
    assert "En faire un projet" not in own  # her team has one already
    assert "L’accueil sans attente" in own


def test_learner_with_their_own_problem_is_not_offered_to_join(client_of: ClientOf, world: World) -> None:
    add(world, ProblemStatus.SUBMITTED, author=world.paul, team_id=world.peer_team.id)
    page = client_of(world.paul).get(f"/problems/{world.problem.id}").text
    assert "Rejoindre cette problématique" not in page


def test_reason_and_history_are_for_author_and_tutors(client_of: ClientOf, world: World) -> None:
    problem_id = add(world, ProblemStatus.SUBMITTED)
    client_of(world.tutor).post(
        f"/problems/{problem_id}/return", data={"version": 1, "reason": "Dites qui est concerné."}
    )
    page = client_of(world.alice).get(f"/problems/{problem_id}").text
    assert "Dites qui est concerné." in page
    assert f"/problems/{problem_id}/edit" in page
    assert "a demandé de reprendre" in page
    assert "Dites qui est concerné." in client_of(world.tutor).get(f"/problems/{problem_id}").text
    with transaction() as session:
        session.get_one(Problem, problem_id).status = ProblemStatus.ACCEPTED
    assert "Dites qui est concerné." not in client_of(world.paul).get(f"/problems/{problem_id}").text


def test_texts_are_escaped(client_of: ClientOf, world: World) -> None:
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    problem_id = add(world, ProblemStatus.ACCEPTED, title=attack, challenge=attack)
    for path in ("/problems", f"/problems/{problem_id}", f"/problems/{problem_id}/edit"):
        assert "<script>alert" not in client_of(world.alice).get(path).text
        assert "<img src=x" not in client_of(world.alice).get(path).text


# Writing


@pytest.mark.parametrize("who", ["tutor", "manager", "observer", "partner", "stranger"])
def test_only_learners_get_the_form(client_of: ClientOf, world: World, who: str) -> None:
    client = client_of(world.people[who])
    assert client.get("/problems/new").status_code == 403
    assert client.post("/problems/new", data=FULL).status_code == 403
    assert client.put("/problems/drafts/key", json=FULL).status_code == 403


def test_form_is_whole_without_script(client_of: ClientOf, world: World) -> None:
    page = client_of(world.alice).get("/problems/new").text
    for name in FULL:
        assert f'name="{name}"' in page
    assert "<details" in page
    assert 'action="/problems/new"' in page


def test_incomplete_draft_is_saved(client_of: ClientOf, world: World) -> None:
    response = client_of(world.alice).post("/problems/new", data={"title": "  Un début ", "_once": "k1"})
    draft = newest(world.alice)
    assert (draft.title, draft.status) == ("Un début", ProblemStatus.DRAFT)
    assert response.location == f"/problems/{draft.id}/edit"


def test_draft_sent_twice_is_one_draft(client_of: ClientOf, world: World) -> None:
    alice = client_of(world.alice)
    first = alice.post("/problems/new", data={"title": "Un", "_once": "k1"})
    second = alice.post("/problems/new", data={"title": "Un", "_once": "k1"})
    assert first.location == second.location
    assert len(problems_of(world.alice)) == 2  # the world's, and this one


def test_page_left_open_adds_to_its_own_draft(client_of: ClientOf, world: World) -> None:
    alice = client_of(world.alice)
    alice.put("/problems/drafts/k1", json={"title": "Un", "version": 0})
    alice.post("/problems/new", data={"title": "Un, puis deux", "_once": "k1", "version": 0})
    assert [one.title for one in problems_of(world.alice)] == ["Accueil de la mairie", "Un, puis deux"]


def test_empty_form_is_not_saved(client_of: ClientOf, world: World) -> None:
    response = client_of(world.alice).post("/problems/new", data={"title": "   ", "_once": "k1"})
    assert response.status_code == 422
    assert "Écrivez au moins un titre" in response.text
    assert len(problems_of(world.alice)) == 1


def test_review_tells_every_missing_answer_and_keeps_the_rest(client_of: ClientOf, world: World) -> None:
    response = client_of(world.alice).post(
        "/problems/new", data={"title": "Un début", "ideal": "Mieux", "_once": "k1", "action": "review"}
    )
    assert response.status_code == 422
    assert 'value="Un début"' in response.text
    assert "Citez au moins une solution qui existe déjà" in response.text
    assert "Choisissez la collectivité concernée." in response.text
    assert response.text.count('class="field-error"') == 8
    assert newest(world.alice).ideal == "Mieux"  # nothing typed is lost


def test_complete_problem_goes_to_the_review_then_to_the_tutors(client_of: ClientOf, world: World) -> None:
    alice = client_of(world.alice)
    response = alice.post("/problems/new", data={**FULL, "_once": "k1", "action": "review"})
    problem = newest(world.alice)
    assert response.location == f"/problems/{problem.id}/review"
    review = alice.get(response.location).text
    assert "Une heure de file chaque lundi." in review
    assert "Problématiques proches" in review
    assert status_of(problem.id) is ProblemStatus.DRAFT
    sent = alice.post(f"/problems/{problem.id}/submit", data={"version": problem.version})
    assert sent.location == f"/problems/{problem.id}"
    assert status_of(problem.id) is ProblemStatus.SUBMITTED


def test_review_shows_similar_problems_with_their_reason(client_of: ClientOf, world: World) -> None:
    add(world, ProblemStatus.ACCEPTED, author=world.paul, title="File à l’accueil du lundi")
    mine = add(world, ProblemStatus.DRAFT, title="Accueil du lundi", challenge="Une file d’une heure.")
    page = client_of(world.alice).get(f"/problems/{mine}/review").text
    assert "File à l’accueil du lundi" in page
    assert "En commun" in page


def test_incomplete_draft_is_not_reviewed_nor_sent(client_of: ClientOf, world: World) -> None:
    draft = add(world, ProblemStatus.DRAFT, precedents="")
    alice = client_of(world.alice)
    assert alice.get(f"/problems/{draft}/review").location == f"/problems/{draft}/edit?check=1"
    response = alice.post(f"/problems/{draft}/submit", data={"version": 1})
    assert response.location == f"/problems/{draft}/edit?check=1"
    assert "Citez au moins une solution" in alice.get(response.location).text
    assert status_of(draft) is ProblemStatus.DRAFT


def test_sending_twice_tells_so(client_of: ClientOf, world: World) -> None:
    draft = add(world, ProblemStatus.DRAFT)
    alice = client_of(world.alice)
    data = {"version": 1, "_once": "same"}
    first = alice.post(f"/problems/{draft}/submit", data=data)
    again = alice.post(f"/problems/{draft}/submit", data=data)
    assert first.location == again.location == f"/problems/{draft}"
    other_page = alice.post(f"/problems/{draft}/submit", data={"version": 2, "_once": "other"})
    assert other_page.status_code == 409
    assert "déjà envoyée" in other_page.text


def test_sent_problem_is_not_edited(client_of: ClientOf, world: World) -> None:
    sent = add(world, ProblemStatus.SUBMITTED)
    alice = client_of(world.alice)
    assert "elle attend la décision" in alice.get(f"/problems/{sent}/edit").text
    response = alice.post(f"/problems/{sent}/edit", data={**FULL, "title": "Autre titre", "version": 1})
    assert response.status_code == 409
    assert 'value="Autre titre"' in response.text  # refused, and still there to copy
    assert version_of(sent) == 1


def test_accepted_problem_is_edited_as_a_whole(client_of: ClientOf, world: World) -> None:
    alice, path = client_of(world.alice), f"/problems/{world.problem.id}"
    refused = alice.post(f"{path}/edit", data={**FULL, "challenge": "", "version": 1})
    assert refused.status_code == 422
    assert "Décrivez le défi" in refused.text
    assert alice.post(f"{path}/edit", data={**FULL, "version": 1}).location == path
    assert newest(world.alice).title == "Accueil sans attente"
    assert "data-autosave" not in alice.get(f"{path}/edit").text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "x" * 161, "trop long"),
        ("challenge", "x" * 4001, "trop long"),
        ("lever_open_data", "x" * 401, "trop long"),
        ("challenge", "Un \x00 nul", "illisibles"),
        ("title", "Un \x00 nul", "illisibles"),
        ("authority", "x" * 300, "trop long"),
        ("authority", "a\x00b", "illisibles"),
        ("domain", "nope", "Ce choix n’existe pas"),
        ("approach", "nope", "Ce choix n’existe pas"),
        ("drivers", ["nope"], "Ce choix n’existe pas"),
        ("confidentiality", "nope", "Ce choix n’existe pas"),
        ("authority", "Nulle-Part-sur-Rien", "Aucune collectivité"),
    ],
)
def test_bad_answer_is_refused_in_place_and_the_rest_is_kept(
    client_of: ClientOf, world: World, field: str, value: object, sentence: str
) -> None:
    data = {**FULL, "ideal": "Gardé tel quel", "_once": "k1", "action": "review", field: value}
    if field == "authority":
        data["authority_value"] = ""
    response = client_of(world.alice).post("/problems/new", data=data)
    assert response.status_code == 422
    assert sentence in response.text.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Gardé tel quel" in response.text
    assert newest(world.alice).ideal == "Gardé tel quel"
    assert newest(world.alice).status is ProblemStatus.DRAFT


def test_bytes_that_are_no_text_are_refused_in_place(client_of: ClientOf, world: World) -> None:
    response = client_of(world.alice).post(
        "/problems/new",
        data=b"title=caf%E9&challenge=Un+d%C3%A9but&_once=k1",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 422
    assert "illisibles" in response.text


def test_strange_identifiers_are_harmless(client_of: ClientOf, world: World) -> None:
    data = {
        **FULL,
        "_once": "a\x00b" * 50,
        "authority_value": "\x00" * 99,
        "version": "abc",
        "cohort_id": "²",
    }
    response = client_of(world.alice).post("/problems/new", data=data)
    assert response.status_code in (302, 422)
    assert client_of(world.alice).put("/problems/drafts/a%00b", json=FULL).status_code == 404


def test_typed_authority_is_resolved_without_script(client_of: ClientOf, world: World) -> None:
    data = {**FULL, "authority": "cayenne", "authority_value": "", "_once": "k1"}
    client_of(world.alice).post("/problems/new", data=data)
    assert newest(world.alice).authority_code == "commune-97302"


def test_ambiguous_authority_lists_its_candidates(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        for code, department in (("commune-93066", "Seine-Saint-Denis"), ("commune-97411", "La Réunion")):
            session.add(
                Authority(
                    code=code,
                    kind=AuthorityKind.COMMUNE,
                    name="Saint-Denis",
                    official_code=code[8:],
                    department_code=code[8:10],
                    department_name=department,
                )
            )
    alice = client_of(world.alice)
    data = {**FULL, "authority": "saint denis", "authority_value": "", "_once": "k1"}
    response = alice.post("/problems/new", data=data)
    assert response.status_code == 422
    assert "Plusieurs collectivités" in response.text
    assert "La Réunion" in response.text
    picked = {**data, "authority_asked": "saint denis", "authority_pick": "commune-97411"}
    alice.post("/problems/new", data=picked)
    assert newest(world.alice).authority_code == "commune-97411"
    retyped = {**picked, "authority": "Cayenne", "version": newest(world.alice).version}
    alice.post("/problems/new", data=retyped)
    assert newest(world.alice).authority_code == "commune-97302"


def test_other_name_typed_over_a_chosen_authority_wins(client_of: ClientOf, world: World) -> None:
    data = {**FULL, "authority": "Nulle-Part-sur-Rien", "authority_value": "commune-97302", "_once": "k1"}
    response = client_of(world.alice).post("/problems/new", data=data)
    assert response.status_code == 422
    assert newest(world.alice).authority_code is None


# Saving by itself


def test_first_autosave_creates_the_draft_once(client_of: ClientOf, world: World) -> None:
    alice = client_of(world.alice)
    first = alice.put("/problems/drafts/k1", json={"title": "Un", "version": 0})
    again = alice.put("/problems/drafts/k1", json={"title": "Un", "version": 0})
    draft = newest(world.alice)
    assert (
        first.json
        == again.json
        == {
            "version": 1,
            "url": f"/problems/{draft.id}/edit",
            "draft": f"problem-{draft.id}",
        }
    )
    assert len(problems_of(world.alice)) == 2


def test_first_save_sent_twice_at_once_is_one_draft(any_client_of: ClientOf, any_world: World) -> None:
    alice = any_world.alice
    clients = [any_client_of(alice), any_client_of(alice)]
    gate = Barrier(2)

    def save(client: FlaskClient) -> int:
        gate.wait()
        return client.put("/problems/drafts/k1", json={"title": "Un", "version": 0}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(save, clients)) == [200, 200]
    assert [one.title for one in problems_of(alice)] == ["Accueil de la mairie", "Un"]


def test_autosave_of_an_empty_form_makes_no_draft(client_of: ClientOf, world: World) -> None:
    assert client_of(world.alice).put("/problems/drafts/k1", json={"title": " "}).json == {"version": 0}
    assert len(problems_of(world.alice)) == 1


def test_autosave_keeps_lists_and_levers(client_of: ClientOf, world: World) -> None:
    alice = client_of(world.alice)
    alice.put("/problems/drafts/k1", json={**FULL, "version": 0})
    page = alice.get(f"/problems/{newest(world.alice).id}/edit").text
    assert re.search(r'value="open_data" checked', page)
    assert "Publier les temps d’attente." in page


def test_autosave_raises_the_version(client_of: ClientOf, world: World) -> None:
    draft = add(world, ProblemStatus.DRAFT)
    path = f"/problems/{draft}/draft?form=f1"
    answer = client_of(world.alice).put(path, json={**FULL, "version": 1})
    assert answer.json == {"version": 2}


def test_autosave_tells_what_it_could_not_keep(client_of: ClientOf, world: World) -> None:
    draft = add(world, ProblemStatus.DRAFT)
    changed = {**FULL, "title": "x" * 161, "ideal": "Gardé", "version": 1}
    answer = client_of(world.alice).put(f"/problems/{draft}/draft", json=changed)
    assert answer.status_code == 422
    assert "Titre" in answer.json["message"]
    assert newest(world.alice).ideal == "Gardé"
    assert newest(world.alice).title == "Accueil de la mairie"


def test_autosave_from_two_pages_shows_both_versions(client_of: ClientOf, world: World) -> None:
    draft, alice = add(world, ProblemStatus.DRAFT), client_of(world.alice)
    alice.put(f"/problems/{draft}/draft?form=a", json={**FULL, "ideal": "Version du train", "version": 1})
    answer = alice.put(
        f"/problems/{draft}/draft?form=b", json={**FULL, "ideal": "Version du bureau", "version": 1}
    )
    assert answer.status_code == 409
    assert "Version du train" in answer.json["html"]
    assert "Version du bureau" in answer.json["html"]
    assert 'name="seen_version" value="2"' in answer.json["html"]
    assert newest(world.alice).ideal == "Version du train"


def test_stale_form_shows_both_versions_then_a_decision_is_kept(client_of: ClientOf, world: World) -> None:
    draft, alice = add(world, ProblemStatus.DRAFT), client_of(world.alice)
    alice.post(
        f"/problems/{draft}/edit", data={**FULL, "ideal": "Version du train", "version": 1, "_once": "a"}
    )
    stale = {**FULL, "ideal": "Version du bureau", "version": 1, "_once": "b"}
    response = alice.post(f"/problems/{draft}/edit", data=stale)
    assert response.status_code == 409
    assert "Version du train" in response.text
    assert response.text.count("Version du bureau") == 2  # in the comparison and in the form
    assert 'name="version" value="2"' in response.text
    alice.post(f"/problems/{draft}/edit", data={**stale, "seen_version": 2})
    assert newest(world.alice).ideal == "Version du bureau"


def test_saved_version_can_be_taken_instead(client_of: ClientOf, world: World) -> None:
    draft = add(world, ProblemStatus.DRAFT)
    response = client_of(world.alice).post(
        f"/problems/{draft}/edit", data={**FULL, "version": 0, "action": "discard"}
    )
    assert response.location == f"/problems/{draft}/edit"
    assert version_of(draft) == 1


def test_accepted_problem_never_saves_by_itself(client_of: ClientOf, world: World) -> None:
    answer = client_of(world.alice).put(f"/problems/{world.problem.id}/draft", json={**FULL, "version": 1})
    assert answer.status_code == 409
    assert newest(world.alice).title == "Accueil de la mairie"


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("tutor", 403), ("zoe", 404), ("observer", 404)])
def test_others_draft_is_not_saved(client_of: ClientOf, world: World, who: str, status: int) -> None:
    draft = add(world, ProblemStatus.DRAFT)
    client = client_of(world.people[who])
    assert client.put(f"/problems/{draft}/draft", json={**FULL, "version": 1}).status_code == status
    assert client.post(f"/problems/{draft}/edit", data={**FULL, "version": 1}).status_code == status
    assert client.post(f"/problems/{draft}/submit", data={"version": 1}).status_code == status
    assert client.post(f"/problems/{draft}/delete").status_code == status
    assert version_of(draft) == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[1,2]", b'"text"', b"null"])
def test_autosave_of_something_else_than_a_form_is_harmless(
    client_of: ClientOf, world: World, body: bytes
) -> None:
    answer = client_of(world.alice).put("/problems/drafts/k1", data=body, content_type="application/json")
    assert answer.status_code in (200, 400)
    assert len(problems_of(world.alice)) == 1


def test_autosave_with_lone_surrogates_is_refused(client_of: ClientOf, world: World) -> None:
    answer = client_of(world.alice).put(
        "/problems/drafts/k1",
        data=b'{"title": "a\\ud800b", "authority": "x", "authority_value": "\\ud800"}',
        content_type="application/json",
    )
    assert answer.status_code == 422


def test_anonymous_autosave_is_told_to_sign_in(client_of: ClientOf, world: World) -> None:
    assert client_of().put("/problems/drafts/k1", json=FULL).status_code == 401


def test_draft_is_deleted_by_its_author(client_of: ClientOf, world: World) -> None:
    draft = add(world, ProblemStatus.DRAFT)
    assert client_of(world.alice).post(f"/problems/{draft}/delete").location == "/problems"
    assert client_of(world.alice).get(f"/problems/{draft}").status_code == 404
    refused = client_of(world.alice).post(f"/problems/{world.problem.id}/delete")
    assert refused.status_code == 409


def test_form_offers_the_drafts_under_way(client_of: ClientOf, world: World) -> None:
    draft = add(world, ProblemStatus.DRAFT, title="Un brouillon")
    assert f'href="/problems/{draft}/edit"' in client_of(world.alice).get("/problems/new").text


def test_learner_of_two_cohorts_chooses_one(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        grant(session, world.alice, Role.LEARNER, cohort_id=world.other_cohort.id)
    alice = client_of(world.alice)
    assert 'name="cohort_id"' in alice.get("/problems/new").text
    for cohort in (world.cohort, world.other_cohort):
        alice.post("/problems/new", data={**FULL, "_once": f"k{cohort.id}", "cohort_id": cohort.id})
        assert newest(world.alice).cohort_id == cohort.id


# Similar problems


def test_similar_answers_a_fragment(client_of: ClientOf, world: World) -> None:
    asked = {"title": "Accueil en mairie", "challenge": "Les files d’attente"}
    answer = client_of(world.paul).post("/problems/similar", json=asked)
    assert "Accueil de la mairie" in answer.text
    assert "<html" not in answer.text
    besides = client_of(world.paul).post(f"/problems/similar?besides={world.problem.id}", json=asked)
    assert besides.text.strip() == ""


@pytest.mark.parametrize("sent", [[], "text", None, {"title": 3, "challenge": {"a": 1}}, {"title": "\x00"}])
def test_similar_ignores_what_is_no_text(client_of: ClientOf, world: World, sent: object) -> None:
    answer = client_of(world.paul).post("/problems/similar", json=sent)
    assert answer.status_code in (200, 400)
    assert "Accueil" not in answer.text


def test_similar_tells_nothing_to_those_who_may_not_read(client_of: ClientOf, world: World) -> None:
    asked = {"title": "Accueil en mairie", "challenge": "Les files d’attente"}
    assert client_of(world.observer).post("/problems/similar", json=asked).text.strip() == ""
    assert client_of().post("/problems/similar", json=asked).status_code == 401


# Deciding and joining


def test_tutor_accepts(client_of: ClientOf, world: World) -> None:
    sent = add(world, ProblemStatus.SUBMITTED)
    tutor = client_of(world.tutor)
    assert "Votre décision" in tutor.get(f"/problems/{sent}").text
    assert tutor.post(f"/problems/{sent}/accept", data={"version": 1}).location == f"/problems/{sent}"
    assert status_of(sent) is ProblemStatus.ACCEPTED


def test_decision_sent_twice_is_one_decision(client_of: ClientOf, world: World) -> None:
    sent = add(world, ProblemStatus.SUBMITTED)
    tutor = client_of(world.tutor)
    for _attempt in range(2):
        response = tutor.post(f"/problems/{sent}/accept", data={"version": 1, "_once": "same"})
        assert response.location == f"/problems/{sent}"


def test_deciding_again_is_refused_with_a_sentence(client_of: ClientOf, world: World) -> None:
    tutor, path = client_of(world.tutor), f"/problems/{world.problem.id}"
    accepted = tutor.post(f"{path}/accept", data={"version": 1})
    assert accepted.status_code == 409
    assert "déjà acceptée" in accepted.text
    returned = tutor.post(f"{path}/return", data={"version": 1, "reason": "Trop tard"})
    assert returned.status_code == 409
    assert status_of(world.problem.id) is ProblemStatus.ACCEPTED


@pytest.mark.parametrize("reason", ["", "   ", "x" * 2001, "nul \x00"])
def test_return_without_a_proper_reason_is_refused_in_place(
    client_of: ClientOf, world: World, reason: str
) -> None:
    sent = add(world, ProblemStatus.SUBMITTED)
    response = client_of(world.tutor).post(f"/problems/{sent}/return", data={"version": 1, "reason": reason})
    assert response.status_code == 422
    assert 'class="field-error"' in response.text
    assert '<details class="reveal" open>' in response.text
    assert status_of(sent) is ProblemStatus.SUBMITTED


def test_decision_on_a_stale_page_is_refused(client_of: ClientOf, world: World) -> None:
    sent = add(world, ProblemStatus.SUBMITTED, version=3)
    response = client_of(world.tutor).post(f"/problems/{sent}/accept", data={"version": 2})
    assert response.status_code == 409
    assert status_of(sent) is ProblemStatus.SUBMITTED


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 403), ("paul", 403), ("manager", 403), ("zoe", 404), ("other_tutor", 404), ("observer", 404)],
)
def test_others_do_not_decide(client_of: ClientOf, world: World, who: str, status: int) -> None:
    sent = add(world, ProblemStatus.SUBMITTED)
    client = client_of(world.people[who])
    assert client.post(f"/problems/{sent}/accept", data={"version": 1}).status_code == status
    assert client.post(f"/problems/{sent}/return", data={"version": 1, "reason": "Non"}).status_code == status
    assert status_of(sent) is ProblemStatus.SUBMITTED


def test_learner_joins_and_leaves(client_of: ClientOf, world: World) -> None:
    paul, path = client_of(world.paul), f"/problems/{world.problem.id}"
    assert paul.post(f"{path}/join").location == path
    assert "Ne plus participer" in paul.get(path).text
    assert paul.post(f"{path}/join").location == path
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ProblemSupporter)) == 1
    assert paul.post(f"{path}/leave").location == path
    assert "Rejoindre cette problématique" in paul.get(path).text


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 409), ("tutor", 403), ("zoe", 404), ("observer", 404), ("partner", 403)]
)
def test_others_do_not_join(client_of: ClientOf, world: World, who: str, status: int) -> None:
    response = client_of(world.people[who]).post(f"/problems/{world.problem.id}/join")
    assert response.status_code == status


def test_pages_speak_english(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        session.get_one(type(world.alice), world.alice.id).locale = "en"
    alice = client_of(world.alice)
    assert "The five boxes" in alice.get("/problems/new").text
    assert "The challenge" in alice.get(f"/problems/{world.problem.id}").text
    assert "By département" in alice.get("/problems").text
    answer = alice.put("/problems/drafts/k1", json={"title": "x" * 161})
    assert "Saved, except" in answer.json["message"]
