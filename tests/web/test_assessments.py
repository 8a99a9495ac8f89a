"""The pages of assessments: the tutors' grid, one to write, one's own; the files agree with the page."""

import html
import re

import pytest
from sqlalchemy import func, select

from models.assessment import Assessment
from models.audit import AuditAction, AuditEntry
from models.people import User
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World
from tests.spreadsheets import csv_rows, xlsx_rows
from workspace.services import assessments as service

WORDS = "Vous avez écouté avant de proposer."
DANGEROUS = '=HYPERLINK("https://exemple.invalid";"Ici")'


def send(
    client_of: ClientOf,
    world: World,
    who: str = "teams",
    then: str = "draft",
    name: str = "tutor",
    **more: str,
) -> int:
    """Write about the team or about Alice; gives the status of the answer."""
    id_ = world.team.id if who == "teams" else world.alice.id
    form = {"appreciation": WORDS, "level-novelty": "3", "version": "0", "then": then, **more}
    path = f"/cohorts/{world.cohort.id}/assessments/{who}/{id_}"
    return client_of(world.people[name]).post(path, data=form).status_code


def page(client_of: ClientOf, world: World, name: str = "tutor") -> str:
    return html.unescape(client_of(world.people[name]).get(f"/cohorts/{world.cohort.id}/assessments").text)


def file(client_of: ClientOf, world: World, kind: str, name: str = "tutor") -> bytes:
    path = f"/cohorts/{world.cohort.id}/assessments/file?format={kind}"
    answer = client_of(world.people[name]).get(path)
    assert answer.status_code == 200
    assert f".{kind}" in answer.headers["Content-Disposition"]
    return answer.get_data()


def only() -> Assessment:
    with reading() as session:
        return session.scalars(select(Assessment)).one()


def test_draft_stands_on_the_tutors_page_and_on_no_other(world: World, client_of: ClientOf) -> None:
    assert send(client_of, world, "learners") == 302
    assert WORDS in page(client_of, world)
    assert WORDS not in page(client_of, world, "manager")
    assert "Aucune évaluation pour l’instant" in client_of(world.alice).get("/assessments").text


def test_released_one_is_read_by_whose_it_is(world: World, client_of: ClientOf) -> None:
    assert send(client_of, world, "learners", "release") == 302
    own = client_of(world.alice).get("/assessments").text
    assert WORDS in own
    assert "Solide" in own
    assert WORDS not in client_of(world.bob).get("/assessments").text
    manager = page(client_of, world, "manager")
    assert "Solide" in manager
    assert WORDS not in manager


def test_one_of_a_team_is_read_by_each_of_the_team(world: World, client_of: ClientOf) -> None:
    send(client_of, world, "teams", "release")
    for name in ("alice", "bob"):
        assert WORDS in client_of(world.people[name]).get("/assessments").text
    assert WORDS not in client_of(world.paul).get("/assessments").text


def test_notification_leads_to_it(world: World, client_of: ClientOf) -> None:
    send(client_of, world, "learners", "release")
    alice = client_of(world.alice)
    assert "a publié une évaluation pour vous" in html.unescape(alice.get("/notifications").text)
    assert f'id="assessment-{only().id}"' in alice.get("/assessments").text


def test_empty_one_is_refused_in_place(world: World, client_of: ClientOf) -> None:
    assert send(client_of, world, appreciation=" ", **{"level-novelty": ""}) == 422
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Assessment)) == 0


def test_what_was_typed_survives_somebody_elses_change(world: World, client_of: ClientOf) -> None:
    send(client_of, world)
    form = {"appreciation": "Mes mots à moi", "level-closeness": "4", "version": "0"}
    path = f"/cohorts/{world.cohort.id}/assessments/teams/{world.team.id}"
    answer = client_of(world.tutor).post(path, data=form)
    assert answer.status_code == 409
    text = html.unescape(answer.text)
    assert text.count("Mes mots à moi") >= 2  # in the form, and beside what is stored
    assert WORDS in text
    assert "Proximité des besoins : Exemplaire" in text


def test_tutor_who_comes_after_the_release_sees_both(world: World, client_of: ClientOf) -> None:
    send(client_of, world)
    send(client_of, world, version="1", then="release")
    path = f"/cohorts/{world.cohort.id}/assessments/teams/{world.team.id}"
    answer = client_of(world.tutor).post(path, data={"appreciation": "Trop tard", "version": "1"})
    assert answer.status_code == 409
    assert "Trop tard" in answer.text
    assert "Reprendre en brouillon" in answer.text


def test_taken_back_it_is_a_draft_to_write_on(world: World, client_of: ClientOf) -> None:
    send(client_of, world, then="release")
    client = client_of(world.tutor)
    client.post(f"/assessments/{only().id}/take-back")
    assert not only().is_released
    form = client.get(f"/cohorts/{world.cohort.id}/assessments/teams/{world.team.id}").text
    assert re.search(rf'name="version" value="{only().version}"', form)
    client.post(f"/assessments/{only().id}/discard")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Assessment)) == 0


def test_all_are_released_by_one_button(world: World, client_of: ClientOf) -> None:
    send(client_of, world)
    send(client_of, world, "learners")
    assert "2 brouillons" in page(client_of, world)
    client_of(world.tutor).post(f"/cohorts/{world.cohort.id}/assessments/release")
    assert "2 publiées" in page(client_of, world)
    assert "Publier tous les brouillons" not in page(client_of, world)


@pytest.mark.parametrize("name", ["tutor", "manager"])
def test_files_agree_with_the_page(world: World, client_of: ClientOf, name: str) -> None:
    send(client_of, world, "teams", "release")
    send(client_of, world, "learners")
    titles, *lines = csv_rows(file(client_of, world, "csv", name))
    assert xlsx_rows(file(client_of, world, "xlsx", name)) == [titles, *lines]
    state, person, novelty = (titles.index(one) for one in ("État", "Personne", "Qualité novatrice"))
    shown = page(client_of, world, name)
    assert int(re.search(r"(\d+) publiées?", shown)[1]) == [line[state] for line in lines].count("Publiée")  # type: ignore[index]
    by_person = {(line[0], line[person]): line for line in lines}
    assert by_person["Équipe Cayenne", ""][novelty] == "Solide"
    assert by_person["Équipe Cayenne", "Alice"][novelty] == ""  # a draft: its state for tutors, and no more
    expected = "Brouillon" if name == "tutor" else "Rien de publié"
    assert by_person["Équipe Cayenne", "Alice"][state] == expected
    assert len(lines) == shown.count("<li id=")
    assert ("Appréciation" in titles) is (name == "tutor")
    assert any(WORDS in line for line in lines) is (name == "tutor")


def test_nothing_in_a_file_is_computed(world: World, client_of: ClientOf) -> None:
    send(client_of, world, "teams", "release", appreciation=DANGEROUS)
    with transaction() as session:
        session.get_one(User, world.bob.id).name = "+33 1 23"
    (cell,) = {line[-1] for line in xlsx_rows(file(client_of, world, "xlsx"))[1:] if line[-1]}
    assert cell == DANGEROUS
    cells = [one for line in csv_rows(file(client_of, world, "csv")) for one in line]
    assert {f"'{DANGEROUS}", "'+33 1 23"} <= set(cells)


def test_taking_the_file_away_is_noted(world: World, client_of: ClientOf) -> None:
    file(client_of, world, "xlsx", "manager")
    with reading() as session:
        (entry,) = session.scalars(
            select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORT_DOWNLOADED)
        )
        assert (entry.facts, entry.cohort_id) == ({"export": "assessments"}, world.cohort.id)
    assert "les évaluations publiées d’une promotion" in html.unescape(
        client_of(world.manager).get("/audit").text
    )


def test_file_of_an_unknown_kind_is_not_found(world: World, client_of: ClientOf) -> None:
    path = f"/cohorts/{world.cohort.id}/assessments/file?format=exe"
    assert client_of(world.tutor).get(path).status_code == 404


def test_form_whose_draft_was_released_meanwhile_changes_nothing(world: World, client_of: ClientOf) -> None:
    send(client_of, world)
    with transaction() as session:
        service.release_assessment(session, world.actor(session, "tutor"), only().id)
    assert send(client_of, world, version="1", appreciation="Autre") == 409
    assert only().appreciation == WORDS


def test_pages_speak_english_to_who_reads_english(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(User, world.tutor.id).locale = "en"
    shown = page(client_of, world)
    assert "<h1>Assessments</h1>" in shown
    assert csv_rows(file(client_of, world, "csv"))[0][:3] == ["Team", "Person", "State"]
