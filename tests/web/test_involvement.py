"""Who takes part in a project: what the page tells and to whom, and what a team does from there."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from models.base import utcnow
from models.cohort_rule import CohortRule
from models.job import Job
from models.partner import GuestContributor, Partner, Sector
from models.partner_contact import ContactKind, PartnerContact
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, make_deed
from tests.queries import counting_queries
from workspace.services.partners import PartnerText, edit_partner, text_of

RESIDENTS = "?sector=citizen&name="
LETTER = {"subject": "Des nouvelles", "text": "Bonjour,\n\nVoici la suite."}


def path_of(world: World) -> str:
    return f"/projects/{world.project.id}/involvement"


def page_of(client_of: ClientOf, world: World, name: str = "alice") -> str:
    response = client_of(world.people[name]).get(path_of(world))
    assert response.status_code == 200
    return response.text.replace("\u00a0", " ").replace("\u202f", " ")


def contribute(world: World, *days: int, count: int = 1) -> None:
    with transaction() as session:
        for ago in days:
            make_deed(session, world, ago, count=count, guest_id=world.guests["guest"].id)


def list_partner(world: World, name: str, days: int, contact: str = "") -> int:
    with transaction() as session:
        row = Partner(
            project_id=world.project.id,
            name=name,
            sector=Sector.ASSOCIATION,
            contact=contact,
            created_at=utcnow() - timedelta(days=days),
        )
        session.add(row)
        session.flush()
        return row.id


def contacts(world: World) -> list[PartnerContact]:
    with reading() as session:
        return list(
            session.scalars(select(PartnerContact).where(PartnerContact.project_id == world.project.id))
        )


def test_silent_residents_are_told_with_their_evidence_and_a_letter(
    world: World, client_of: ClientOf
) -> None:
    contribute(world, 60, 45, 35, 24)
    page = page_of(client_of, world)
    assert "Silence" in page
    assert "aucune depuis 24 jours" in page
    assert "Relancer" in page
    assert 'aria-label="Contributions par semaine : ' in page


def test_partner_in_the_list_who_never_came_is_told(world: World, client_of: ClientOf) -> None:
    list_partner(world, "Les Mains vertes", 20)
    page = page_of(client_of, world)
    assert "Dans la liste depuis 20 jours, aucune contribution." in page
    assert "Inviter" in page


def test_guest_and_account_are_told_with_their_organisation(world: World, client_of: ClientOf) -> None:
    list_partner(world, "Les Mains vertes", 40, contact="Partner")
    with transaction() as session:
        guest = session.get_one(GuestContributor, world.guests["guest"].id)
        guest.sector, guest.organization_name = Sector.ASSOCIATION, "les mains VERTES "
        make_deed(session, world, 0, user_id=world.partner.id, count=30)
    contribute(world, 3, count=12)
    page = page_of(client_of, world)
    assert page.count("<h3>Les Mains vertes") == 1
    assert "Contributions ces quatre dernières semaines : 42" in page


def test_account_of_no_known_organisation_is_said_and_counted_nowhere(
    world: World, client_of: ClientOf
) -> None:
    assert "Un partenaire a un compte sans que l’on sache" in page_of(client_of, world)


def test_limits_of_the_cohort_are_obeyed(world: World, client_of: ClientOf) -> None:
    contribute(world, 60, 45, 35, 12)
    assert "aucune depuis 12 jours" not in page_of(client_of, world)
    with transaction() as session:
        session.add(CohortRule(cohort_id=world.cohort.id, rule="partner_silent", threshold=12))
    assert "aucune depuis 12 jours" in page_of(client_of, world)


@pytest.mark.parametrize(
    ("name", "status"),
    [("tutor", 200), ("bob", 200), ("paul", 403), ("manager", 403), ("partner", 403), ("observer", 403)],
)
def test_only_the_team_and_its_tutors_read_it(
    world: World, client_of: ClientOf, name: str, status: int
) -> None:
    assert client_of(world.people[name]).get(path_of(world)).status_code == status
    assert client_of(guest=world.guests["guest"]).get(path_of(world)).status_code == 403


def test_tutor_is_told_what_to_suggest_and_writes_to_nobody(world: World, client_of: ClientOf) -> None:
    contribute(world, 60, 45, 35, 24)
    page = page_of(client_of, world, "tutor")
    assert "À proposer à l’équipe : Relancer" in page
    assert "involvement/write" not in page
    assert client_of(world.tutor).get(f"{path_of(world)}/write{RESIDENTS}").status_code == 403


def test_letter_is_prepared_sent_and_its_words_are_not_kept(world: World, client_of: ClientOf) -> None:
    contribute(world, 60, 45, 35, 24)
    client = client_of(world.alice)
    path = f"{path_of(world)}/write{RESIDENTS}&letter=relaunch"
    assert "Vous avez pris part" in client.get(path).text
    answer = client.post(path, data={**LETTER, "email": "Dolores@Exemple.fr"})
    assert answer.status_code == 302
    (noted,) = contacts(world)
    assert (noted.kind, noted.text, noted.by_id) == (ContactKind.WROTE, "", world.alice.id)
    with reading() as session:
        job = session.scalars(select(Job).where(Job.key == f"partner_letter:{noted.id}")).one()
        assert job.payload["email"] == "dolores@exemple.fr"
        assert job.payload["reply_to"] == "alice@exemple.fr"
        assert job.payload["text"] == LETTER["text"]
    page = page_of(client_of, world)
    assert "On attend la suite." in page


def test_letter_to_no_address_is_refused_and_nothing_typed_is_lost(world: World, client_of: ClientOf) -> None:
    client = client_of(world.alice)
    answer = client.post(f"{path_of(world)}/write{RESIDENTS}", data={**LETTER, "email": "dolores"})
    assert answer.status_code == 422
    assert "Voici la suite." in answer.text
    assert 'value="dolores"' in answer.text
    assert contacts(world) == []


def test_without_an_address_it_is_only_noted(world: World, client_of: ClientOf) -> None:
    client = client_of(world.alice)
    assert client.post(f"{path_of(world)}/write{RESIDENTS}", data=LETTER).status_code == 302
    assert [one.kind for one in contacts(world)] == [ContactKind.WROTE]
    with reading() as session:
        assert session.scalars(select(Job).where(Job.key.startswith("partner_letter"))).all() == []


def test_a_team_does_not_send_without_end(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        for _time in range(20):
            session.add(
                PartnerContact(project_id=world.project.id, sector=Sector.CITIZEN, kind=ContactKind.WROTE)
            )
    client = client_of(world.alice)
    data = {**LETTER, "email": "dolores@exemple.fr"}
    answer = client.post(f"{path_of(world)}/write{RESIDENTS}", data=data)
    assert answer.status_code == 422
    assert "la suite attendra demain" in answer.text
    assert len(contacts(world)) == 20


def test_refusal_needs_its_reason_is_told_and_can_be_taken_back(world: World, client_of: ClientOf) -> None:
    contribute(world, 60, 45, 35, 24)
    client = client_of(world.alice)
    path = f"{path_of(world)}/note{RESIDENTS}&kind=refused"
    assert client.post(path, data={"text": ""}).status_code == 422
    assert client.post(path, data={"text": "Pas avant l’été"}).status_code == 302
    page = page_of(client_of, world)
    assert "Refus noté le" in page
    assert "« Pas avant l’été »" in page
    (noted,) = contacts(world)
    assert client.post(f"{path_of(world)}/contacts/{noted.id}/delete").status_code == 302
    assert "Refus noté le" not in page_of(client_of, world)


def test_refusal_is_over_when_they_come_back(world: World, client_of: ClientOf) -> None:
    contribute(world, 60, 45, 35, 24)
    with transaction() as session:
        session.add(
            PartnerContact(
                project_id=world.project.id,
                sector=Sector.CITIZEN,
                kind=ContactKind.REFUSED,
                text="Plus tard",
                at=utcnow() - timedelta(days=10),
            )
        )
    assert "Refus noté le" in page_of(client_of, world)
    contribute(world, 2)
    assert "Refus noté le" not in page_of(client_of, world)


def test_call_is_planned_for_a_day(world: World, client_of: ClientOf) -> None:
    client = client_of(world.alice)
    path = f"{path_of(world)}/note{RESIDENTS}&kind=call"
    assert client.post(path, data={"due_on": "", "text": "Demander"}).status_code == 422
    assert client.post(path, data={"due_on": "2031-05-04", "text": "Demander"}).status_code == 302
    page = page_of(client_of, world)
    assert "Appel prévu" in page
    assert "4 mai" in page


def test_meeting_counts_as_a_contact_for_the_cohort(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        make_deed(session, world, 0, user_id=world.alice.id)
        project = session.merge(world.project)
        project.created_at = utcnow() - timedelta(days=40)
        session.add(CohortRule(cohort_id=world.cohort.id, rule="no_partner", threshold=28, is_on=False))
    tutor, cohort = client_of(world.tutor), f"/cohorts/{world.cohort.id}"
    page = tutor.get(cohort).text
    assert "Aucun contact citoyen depuis 40" in page.replace("\u00a0", " ")
    assert path_of(world) in page
    client_of(world.alice).post(f"{path_of(world)}/note{RESIDENTS}&kind=met", data={"text": "Au marché"})
    assert "Aucun contact citoyen" not in tutor.get(cohort).text


@pytest.mark.parametrize(
    "query", ["", "?sector=citizen&name=Personne", "?sector=&name=", "?sector=martian&name=", "?letter=spam"]
)
def test_group_that_is_not_there_is_not_found(world: World, client_of: ClientOf, query: str) -> None:
    client = client_of(world.alice)
    assert client.get(f"{path_of(world)}/write{query}").status_code == 404
    assert client.post(f"{path_of(world)}/write{query}", data=LETTER).status_code == 404
    assert client.get(f"{path_of(world)}/note{query}&kind=dance").status_code == 404


def test_contacts_follow_a_partner_that_is_renamed(world: World, client_of: ClientOf) -> None:
    partner_id = list_partner(world, "Les Mains vertes", 20)
    client = client_of(world.alice)
    path = f"{path_of(world)}/note?sector=association&name=Les%20Mains%20vertes&kind=refused"
    assert client.post(path, data={"text": "Trop tôt"}).status_code == 302
    with transaction() as session:
        seen = text_of(session.get_one(Partner, partner_id)).fingerprint
        text = PartnerText("Les Pouces verts", Sector.ASSOCIATION)
        edit_partner(session, world.actor(session, "alice"), world.project.id, partner_id, text, seen=seen)
    assert [one.name for one in contacts(world)] == ["Les Pouces verts"]
    assert "« Trop tôt »" in page_of(client_of, world)


def test_project_without_anybody_says_what_to_do(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.execute(delete(GuestContributor))
    page = page_of(client_of, world)
    assert page.count("Personne ne vient encore de ce secteur") == 4
    assert "Ni atelier ni vote pour l’instant" in page


def test_number_of_queries_does_not_grow(any_world: World, any_client_of: ClientOf) -> None:
    client = any_client_of(any_world.alice)
    client.get(path_of(any_world))
    with counting_queries() as before:
        assert client.get(path_of(any_world)).status_code == 200
    for number in range(6):
        list_partner(any_world, f"Partenaire {number}", number)
        contribute(any_world, number + 1)
    with counting_queries() as after:
        assert client.get(path_of(any_world)).status_code == 200
    assert int(after) == int(before)
