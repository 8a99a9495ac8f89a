"""The brief's pages: write, save as one types, reread, publish, read an edition; answer élus."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import utcnow
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.partner import Partner, Sector
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, make_board
from tests.queries import counting_queries
from workspace.services.briefs import LIMITS, BriefText, publish_brief, save_draft
from workspace.services.questions import ANSWER_LIMIT, ask_question, fingerprint

TEXT = {
    "problem": "Les files découragent les habitants.",
    "progress": "Nous avons écouté onze agents.",
    "learned": "Il manque quelqu’un à qui parler.",
    "decisions": "Un essai en avril.",
    "asked": "Une salle, un mardi à 18 h.",
    "next_date": "",
    "next_label": "",
}


def path(world: World) -> str:
    return f"/projects/{world.project.id}/brief"


def form(**changes: str) -> dict[str, str]:
    return {**TEXT, "edition": "1", "version": "0", "form_key": "a-form", **changes}


def drafts(world: World) -> list[ProgressBrief]:
    with reading() as session:
        found = session.scalars(
            select(ProgressBrief)
            .where(ProgressBrief.project_id == world.project.id)
            .order_by(ProgressBrief.edition)
        )
        return list(found)


def published(world: World, **changes: str) -> int:
    with transaction() as session:
        alice = world.actor(session, "alice")
        texts = {name: value for name, value in {**TEXT, **changes}.items() if name != "next_date"}
        number = session.scalar(select(func.count(ProgressBrief.id))) or 0
        draft = save_draft(
            session, alice, world.project.id, BriefText(**texts), edition=number + 1, version=0
        )
        return publish_brief(session, alice, world.project.id, version=draft.version).id


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, name
    return found[1]


def put(client: FlaskClient, world: World, body: object) -> Any:
    return client.put(path(world), json=body)


def test_new_draft_begins_with_what_exists(world: World, client_of: ClientOf) -> None:
    page = client_of(world.alice).get(path(world)).text
    assert world.problem.challenge in page
    assert "Écrit à partir de ce qui existe" in page
    assert (hidden(page, "edition"), hidden(page, "version")) == ("1", "0")
    assert drafts(world) == []


def test_saving_keeps_the_draft_and_comes_back(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    answer = alice.post(path(world), data=form())
    assert (answer.status_code, answer.location) == (302, path(world))
    page = alice.get(path(world)).text
    assert TEXT["learned"] in page
    assert "Brouillon enregistré" in page
    assert "Écrit à partir de ce qui existe" not in page


def test_reading_time_is_written_by_the_server(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    alice.post(path(world), data=form(progress="mot " * 300, learned="mot " * 220))
    assert "environ 3 minutes de lecture" in alice.get(path(world)).text


def test_autosave_answers_the_new_version(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    first = put(alice, world, {**form(), "version": 0})
    assert (first.status_code, first.json) == (200, {"version": 1})
    second = put(alice, world, {**form(asked="Deux salles."), "version": 1})
    assert second.json == {"version": 2}
    assert drafts(world)[0].asked == "Deux salles."


def test_autosave_of_a_half_written_draft_is_accepted(world: World, client_of: ClientOf) -> None:
    answer = put(client_of(world.alice), world, {**dict.fromkeys(TEXT, ""), "edition": 1, "version": 0})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body",
    ["null", "[]", '"texte"', "3", "{", "", '{"problem": ["a"]}', '{"learned": {}}', '{"asked": true}'],
)
def test_autosave_of_wrong_types_is_refused_in_json(world: World, client_of: ClientOf, body: str) -> None:
    alice = client_of(world.alice)
    answer = alice.put(path(world), data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["error"]
    assert drafts(world) == []


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("problem", "x" * (LIMITS["problem"] + 1), "Ce texte est trop long"),
        ("next_label", "x" * (LIMITS["next_label"] + 1), "Ce texte est trop long"),
        ("learned", "un\0deux", "caractères illisibles"),
        ("next_date", "le 12 mars", "Cette date n’existe pas"),
        ("next_date", "2026-02-31", "Cette date n’existe pas"),
    ],
)
def test_bad_input_is_refused_in_place_and_kept(
    world: World, client_of: ClientOf, name: str, value: str, message: str
) -> None:
    alice = client_of(world.alice)
    answer = alice.post(path(world), data=form(**{name: value}))
    assert answer.status_code == 422
    assert message in answer.text
    assert value.replace("\0", "") in answer.text.replace("\0", "")
    assert put(alice, world, form(**{name: value})).status_code == 422
    assert drafts(world) == []


def test_the_autosave_conflict_shows_both_versions(world: World, client_of: ClientOf) -> None:
    put(client_of(world.bob), world, form(form_key="bob", problem="Version de Bob."))
    answer = put(client_of(world.alice), world, form(form_key="alice", problem="Version d’Alice."))
    assert answer.status_code == 409
    assert "Version de Bob." in answer.json["html"]
    assert "Version d’Alice." in answer.json["html"]
    assert drafts(world)[0].problem == "Version de Bob."


def test_stale_form_shows_both_versions_and_a_second_sending_decides(
    world: World, client_of: ClientOf
) -> None:
    client_of(world.bob).post(path(world), data=form(form_key="bob", problem="Version de Bob."))
    alice = client_of(world.alice)
    page = alice.post(path(world), data=form(form_key="alice", problem="Version d’Alice."))
    assert page.status_code == 409
    for expected in ("Version de Bob.", "Version d’Alice.", "Bob a modifié cette page"):
        assert expected in page.text
    again = form(
        form_key="alice",
        problem="Version d’Alice.",
        version=hidden(page.text, "version"),
        edition=hidden(page.text, "edition"),
    )
    assert alice.post(path(world), data=again).status_code == 302
    assert drafts(world)[0].problem == "Version d’Alice."


def test_form_of_an_edition_published_meanwhile_becomes_the_next_draft_only_by_decision(
    world: World, client_of: ClientOf
) -> None:
    alice = client_of(world.alice)
    alice.post(path(world), data=form())
    published_by_bob = client_of(world.bob).post(path(world) + "/publish", data={"version": "1"})
    assert published_by_bob.status_code == 302
    page = alice.post(path(world), data=form(version="1", problem="Attardé."))
    assert page.status_code == 409
    assert "votre texte devient le brouillon de l’édition 2" in page.text
    again = form(
        version=hidden(page.text, "version"), edition=hidden(page.text, "edition"), problem="Attardé."
    )
    assert alice.post(path(world), data=again).status_code == 302
    assert [(row.edition, row.problem) for row in drafts(world)] == [(1, TEXT["problem"]), (2, "Attardé.")]


def test_the_same_form_sent_twice_makes_one_draft(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    assert [alice.post(path(world), data=form()).status_code for _ in range(2)] == [302, 302]
    assert len(drafts(world)) == 1


def test_rereading_then_publishing(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    sent = alice.post(path(world), data=form(then="review"))
    assert sent.location == path(world) + "/review"
    page = alice.get(sent.location).text
    assert TEXT["asked"] in page
    assert "Publier l’édition 1" in page
    assert "1 élu·e sera prévenu·e" in page
    answer = alice.post(path(world) + "/publish", data={"version": hidden(page, "version"), "_once": "k"})
    (brief,) = drafts(world)
    assert answer.location == f"/briefs/{brief.id}"
    assert brief.status is BriefStatus.PUBLISHED
    again = alice.post(path(world) + "/publish", data={"version": hidden(page, "version"), "_once": "k"})
    assert again.location == answer.location


def test_what_is_missing_is_said_before_publishing_and_nothing_is_lost(
    world: World, client_of: ClientOf
) -> None:
    alice = client_of(world.alice)
    yesterday = (utcnow() - timedelta(days=2)).date().isoformat()
    page = alice.post(path(world), data=form(then="review", problem="", next_date=yesterday))
    assert page.status_code == 422
    for expected in (
        "Dites quel est le problème",
        "Cette date est passée",
        "Dites ce qui se passe ce jour-là",
    ):
        assert expected in page.text
    assert drafts(world)[0].learned == TEXT["learned"]
    assert hidden(page.text, "version") == "1"
    review = alice.get(path(world) + "/review").text
    assert "Publier l’édition" not in review
    assert alice.post(path(world) + "/publish", data={"version": "1"}).location == path(world) + "/review"
    assert drafts(world)[0].status is BriefStatus.DRAFT


def test_draft_changed_since_it_was_reread_is_not_published(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    alice.post(path(world), data=form())
    client_of(world.bob).post(path(world), data=form(version="1", form_key="bob", problem="Changé."))
    answer = alice.post(path(world) + "/publish", data={"version": "1"})
    assert answer.location == path(world) + "/review"
    assert "Le brouillon a changé depuis votre relecture" in alice.get(answer.location).text
    assert drafts(world)[0].status is BriefStatus.DRAFT


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999999"])
def test_nonsense_version_publishes_nothing(world: World, client_of: ClientOf, version: str) -> None:
    alice = client_of(world.alice)
    alice.post(path(world), data=form())
    assert alice.post(path(world) + "/publish", data={"version": version}).status_code == 302
    assert drafts(world)[0].status is BriefStatus.DRAFT


def test_without_a_draft_there_is_nothing_to_reread_or_publish(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    assert alice.get(path(world) + "/review").location == path(world)
    assert alice.post(path(world) + "/publish", data={"version": "1"}).location == path(world)


def test_editions_are_listed_and_read(world: World, client_of: ClientOf) -> None:
    first = published(world)
    second = published(world, problem="Édition deux.")
    alice = client_of(world.alice)
    page = alice.get(path(world)).text
    assert f"/briefs/{first}" in page
    assert f"/briefs/{second}" in page
    assert hidden(page, "edition") == "3"
    assert "Édition deux." in alice.get(f"/briefs/{second}").text


@pytest.mark.parametrize("name", ["alice", "tutor", "manager", "partner", "observer"])
def test_published_edition_is_read_by_those_inside(world: World, client_of: ClientOf, name: str) -> None:
    id_ = published(world)
    page = client_of(world.people[name]).get(f"/briefs/{id_}")
    assert page.status_code == 200
    assert TEXT["asked"] in page.text


@pytest.mark.parametrize("name", ["guest", "reader"])
def test_guests_read_a_published_edition(world: World, client_of: ClientOf, name: str) -> None:
    id_ = published(world)
    assert client_of(guest=world.guests[name]).get(f"/briefs/{id_}").status_code == 200


@pytest.mark.parametrize(
    ("name", "is_named"), [("alice", True), ("tutor", True), ("observer", False), ("partner", False)]
)
def test_who_published_is_told_inside_only(
    world: World, client_of: ClientOf, name: str, *, is_named: bool
) -> None:
    with transaction() as session:
        bob = world.actor(session, "bob")
        draft = save_draft(
            session, bob, world.project.id, BriefText(problem="P.", progress="Q."), edition=1, version=0
        )
        id_ = publish_brief(session, bob, world.project.id, version=draft.version).id
    assert ("Bob" in client_of(world.people[name]).get(f"/briefs/{id_}").text) is is_named


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("alice", 200),
        ("tutor", 200),
        ("manager", 404),
        ("partner", 404),
        ("observer", 404),
        ("zoe", 404),
        ("paul", 404),
    ],
)
def test_draft_is_read_by_the_team_and_its_tutors(
    world: World, client_of: ClientOf, name: str, status: int
) -> None:
    client_of(world.alice).post(path(world), data=form())
    (draft,) = drafts(world)
    assert client_of(world.people[name]).get(f"/briefs/{draft.id}").status_code == status


@pytest.mark.parametrize(
    ("name", "status"),
    [("tutor", 403), ("manager", 403), ("partner", 403), ("observer", 403), ("zoe", 404), ("stranger", 404)],
)
def test_only_the_team_writes(world: World, client_of: ClientOf, name: str, status: int) -> None:
    client = client_of(world.people[name])
    answers = [
        client.get(path(world)),
        client.post(path(world), data=form()),
        put(client, world, form()),
        client.get(path(world) + "/review"),
        client.post(path(world) + "/publish", data={"version": "0"}),
    ]
    assert [answer.status_code for answer in answers] == [status] * 5
    assert drafts(world) == []


def test_page_offers_each_what_they_may_do(world: World, client_of: ClientOf) -> None:
    """To write on, to the team; the way back is the project's page, or the élu's own."""
    brief_id = published(world)
    write, project = f'href="{path(world)}"', f'href="/projects/{world.project.id}"'
    for name, may_write in (("alice", True), ("tutor", False), ("partner", False), ("observer", False)):
        page = client_of(world.people[name]).get(f"/briefs/{brief_id}").text
        assert (write in page) == may_write, name
        assert (project in page) == (name != "observer"), name


def test_another_team_does_not_write(world: World, client_of: ClientOf) -> None:
    assert client_of(world.paul).post(path(world), data=form()).status_code == 403
    assert client_of(world.paul).get(path(world)).status_code == 403


def test_anonymous_is_sent_to_sign_in(world: World, client_of: ClientOf) -> None:
    assert client_of().get(path(world)).location.startswith("/sign-in")
    assert put(client_of(), world, form()).status_code == 401


@pytest.mark.parametrize("id_", [0, 999_999, 2**31, 10**30])
def test_unknown_ids_are_not_found(world: World, client_of: ClientOf, id_: int) -> None:
    alice = client_of(world.alice)
    assert alice.get(f"/briefs/{id_}").status_code == 404
    assert alice.get(f"/projects/{id_}/brief").status_code == 404
    assert alice.post(f"/questions/{id_}/answer", data={}).status_code == 404


def asked(world: World, body: str = "Et les immeubles sans gardien ?") -> int:
    with transaction() as session:
        return ask_question(session, world.actor(session, "observer"), world.project.id, body).id


def answer_form(id_: int, text: str, seen: str = "") -> dict[str, str]:
    return {f"q{id_}-answer": text, f"q{id_}-seen": fingerprint(seen)}


def test_waiting_question_is_shown_then_answered(world: World, client_of: ClientOf) -> None:
    id_ = asked(world)
    bob = client_of(world.bob)
    page = bob.get(path(world)).text
    assert "1 question d’élu·e attend une réponse" in page
    assert "Et les immeubles sans gardien" in page
    sent = bob.post(f"/questions/{id_}/answer", data=answer_form(id_, "Quatre y sont."))
    assert sent.location == path(world) + f"#question-{id_}"
    page = bob.get(path(world)).text
    assert "Quatre y sont." in page
    assert "attend une réponse" not in page


def test_second_answer_shows_the_first_and_keeps_what_was_typed(world: World, client_of: ClientOf) -> None:
    id_ = asked(world)
    client_of(world.bob).post(f"/questions/{id_}/answer", data=answer_form(id_, "De Bob."))
    alice = client_of(world.alice)
    page = alice.post(f"/questions/{id_}/answer", data=answer_form(id_, "D’Alice."))
    assert page.status_code == 409
    assert "De Bob." in page.text
    assert "D’Alice." in page.text
    again = {f"q{id_}-answer": "D’Alice.", f"q{id_}-seen": hidden(page.text, f"q{id_}-seen")}
    assert alice.post(f"/questions/{id_}/answer", data=again).status_code == 302
    with reading() as session:
        assert session.get_one(ObserverQuestion, id_).answer == "D’Alice."


@pytest.mark.parametrize("text", ["", "   ", "x" * (ANSWER_LIMIT + 1), "a\0b"])
def test_bad_answers_are_refused_in_place(world: World, client_of: ClientOf, text: str) -> None:
    id_ = asked(world)
    page = client_of(world.alice).post(f"/questions/{id_}/answer", data=answer_form(id_, text))
    assert page.status_code == 422
    assert "field-error" in page.text
    with reading() as session:
        assert session.get_one(ObserverQuestion, id_).answered_at is None


@pytest.mark.parametrize(("name", "status"), [("tutor", 403), ("observer", 403), ("paul", 403), ("zoe", 404)])
def test_only_the_team_answers(world: World, client_of: ClientOf, name: str, status: int) -> None:
    id_ = asked(world)
    answer = client_of(world.people[name]).post(f"/questions/{id_}/answer", data=answer_form(id_, "Non."))
    assert answer.status_code == status


def test_page_is_in_english_for_who_reads_english(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    alice.post("/language", data={"locale": "en", "next": "/"})
    page = alice.get(path(world)).text
    assert "Written from what exists" in page
    assert "Où nous en sommes" not in page


def test_number_of_queries_does_not_grow_with_the_rows(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    published(world)
    asked(world)
    alice.get(path(world))
    with counting_queries() as few:
        alice.get(path(world))
    published(world)
    published(world)
    for number in range(4):
        asked(world, f"Question {number}")
    with transaction() as session:
        for number in range(5):
            session.add(Partner(project_id=world.project.id, name=f"P{number}", sector=Sector.ASSOCIATION))
            make_board(session, world.project, world.alice, f"Tableau {number}")
    with counting_queries() as many:
        alice.get(path(world))
    assert int(many) == int(few)
