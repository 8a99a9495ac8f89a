"""The pages where dates of access are given and changed, and where the managers of a programme are."""

import html
import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import utcnow
from models.invitation import Invitation
from models.membership import Membership, grants_of_user
from models.people import User
from models.policy import Role
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, grant, make_user
from workspace.services.conflicts import OWN_AUTHORITY

TODAY = utcnow().date()
SOON, LATER = TODAY + timedelta(days=20), TODAY + timedelta(days=200)
PERSON = {"name": "Nina Roy", "email": "nina@ville.fr", "title": "Adjointe", "valid_days": "14"}
ACCOUNT = {"name": "Nina Roy", "title": "", "time_zone": "Europe/Paris", "password": "une phrase bien à moi"}


def shown_link(page: str) -> str:
    found = re.search(r"/invitations/[\w-]{43}", page)
    assert found is not None
    return found[0]


def membership(world: World, name: str) -> Membership:
    with reading() as session:
        found = session.scalar(select(Membership).where(Membership.user_id == world.people[name].id))
        assert found is not None
        return found


def words_of(page: str) -> str:
    """What is read on a page, with plain spaces."""
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    return " ".join(text.replace("\u202f", " ").split())


def seen_in(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


# -- dates given with an invitation -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "address", "role"),
    [
        ("alice", "/projects/{project}/observers", Role.OBSERVER),
        ("alice", "/projects/{project}/partner-accounts", Role.PARTNER),
        ("manager", "/programmes/cohorts/{cohort}/tutors/invite", Role.TUTOR),
        ("manager", "/programmes/teams/{team}/invite", Role.LEARNER),
        ("manager", "/programmes/cohorts/{cohort}/import", Role.LEARNER),
        ("manager", "/programmes/{programme}/managers", Role.MANAGER),
    ],
)
def test_every_form_that_gives_a_role_gives_its_dates(
    world: World, client_of: ClientOf, who: str, address: str, role: Role
) -> None:
    path = address.format(
        project=world.project.id, cohort=world.cohort.id, team=world.team.id, programme=world.programme.id
    )
    form = {**PERSON, "people": "Nina Roy;nina@ville.fr;Équipe Cayenne"}
    days = {"access_from": str(SOON), "access_until": str(LATER)}
    client = client_of(world.people[who])
    wrong = client.post(path, data={**form, **days, "access_until": str(SOON - timedelta(days=1))})
    assert wrong.status_code == 422
    assert "La fin vient avant le début." in wrong.text
    assert f'value="{SOON}"' in wrong.text, "nothing typed is lost"
    assert client.post(path, data={**form, **days}).status_code == 302
    with reading() as session:
        row = session.scalar(select(Invitation))
        assert row is not None
        assert row.role is role
        zone = world.cohort.time_zone if role is not Role.MANAGER else "Europe/Paris"
        assert _days(row, zone) == (SOON, LATER)


def _days(row: Invitation, zone: str) -> tuple[date, date]:
    assert row.access_from is not None
    assert row.access_until is not None
    first, last = (moment.astimezone(ZoneInfo(zone)).date() for moment in (row.access_from, row.access_until))
    return first, last


def test_somebody_invited_for_later_is_told_from_when(world: World, client_of: ClientOf) -> None:
    alice, path = client_of(world.alice), f"/projects/{world.project.id}/partner-accounts"
    alice.post(path, data={**PERSON, "access_from": str(SOON)})
    link = shown_link(alice.get(path).text)
    nina = client_of()
    assert "Votre accès commence le" in nina.get(link).text
    answer = nina.post(link, data=ACCOUNT)
    assert (answer.status_code, answer.location) == (302, "/")
    home = nina.get("/").text
    assert "Bientôt" in home
    assert world.project.title in home
    assert nina.get(f"/projects/{world.project.id}").status_code == 404
    assert "à venir" in alice.get(path).text


# -- dates changed ------------------------------------------------------------------------------------


def test_dates_are_changed_on_their_page(world: World, client_of: ClientOf) -> None:
    client = client_of(world.alice)
    path = f"/projects/{world.project.id}/observers/{membership(world, 'observer').id}/dates"
    page = client.get(path).text
    assert "Dates de l’accès de Observer" in page
    assert "access_from" not in page, "what has begun keeps its first day"
    form = {"seen": seen_in(page), "access_until": str(SOON)}
    answer = client.post(path, data=form, follow_redirects=True)
    assert "Les dates de l’accès de Observer sont changées." in answer.text
    assert client.post(path, data=form).status_code == 302, "sent twice, it is done once"
    told = words_of(client_of(world.observer).get("/notifications").text)
    assert "Alice a changé les dates de votre accès à « L’accueil sans attente »" in told


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"access_until": ""}, "Ce champ est nécessaire."),
        ({"access_until": "demain"}, "Cette date ne se lit pas"),
        ({"access_until": "2001-01-01"}, "Choisissez une date à venir."),
        ({"access_until": "9999-12-31"}, "Cette date n’est pas plausible."),
    ],
)
def test_bad_dates_are_refused_in_place(
    world: World, client_of: ClientOf, values: dict[str, str], reason: str
) -> None:
    client = client_of(world.alice)
    path = f"/projects/{world.project.id}/observers/{membership(world, 'observer').id}/dates"
    answer = client.post(path, data={"seen": seen_in(client.get(path).text), **values})
    assert answer.status_code == 422
    assert reason in answer.text
    assert membership(world, "observer").ends_at is None


def test_conflict_rule_is_explained_where_the_access_would_last_longer(
    world: World, client_of: ClientOf
) -> None:
    with transaction() as session:
        session.get_one(User, world.observer.id).authority_code = world.authority.code
    client = client_of(world.manager)
    path = f"/projects/{world.project.id}/observers/{membership(world, 'observer').id}/dates"
    answer = client.post(path, data={"seen": seen_in(client.get(path).text), "access_until": str(SOON)})
    assert answer.status_code == 422
    assert OWN_AUTHORITY in words_of(answer.text)
    assert f'value="{SOON}"' in answer.text


def test_dates_changed_meanwhile_are_shown_beside_one_s_own(world: World, client_of: ClientOf) -> None:
    alice, bob = client_of(world.alice), client_of(world.bob)
    path = f"/projects/{world.project.id}/partner-accounts/{membership(world, 'partner').id}/dates"
    seen = seen_in(alice.get(path).text)
    assert bob.post(path, data={"seen": seen, "access_until": str(LATER)}).status_code == 302
    stale = alice.post(path, data={"seen": seen, "access_until": str(SOON)})
    assert stale.status_code == 409
    assert "Elles sont maintenant" in stale.text
    assert f'value="{SOON}"' in stale.text
    again = {"seen": seen_in(stale.text), "access_until": str(SOON)}
    assert alice.post(path, data=again).status_code == 302


@pytest.mark.parametrize(("who", "status"), [("tutor", 403), ("bob", 403), ("zoe", 404), ("stranger", 404)])
def test_nobody_else_changes_the_dates_of_a_cohort_s_people(
    world: World, client_of: ClientOf, who: str, status: int
) -> None:
    path = f"/programmes/cohorts/{world.cohort.id}/members/{membership(world, 'paul').id}/dates"
    client = client_of(world.people[who])
    assert client.get(path).status_code == status
    assert client.post(path, data={"access_until": str(SOON)}).status_code == status


def test_lead_whose_observer_leaves_is_told_on_the_page(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.get_one(User, world.observer.id).authority_code = world.authority.code
    answer = client_of(world.manager).post(
        f"/programmes/teams/{world.team.id}/lead", data={"user_id": world.bob.id}, follow_redirects=True
    )
    assert "Observer n’observe plus « L’accueil sans attente »" in words_of(answer.text)
    for who, path in ((world.observer, "/notifications"), (world.alice, "/notifications")):
        assert "porté par sa propre collectivité" in client_of(who).get(path).text


# -- managers -----------------------------------------------------------------------------------------


@pytest.fixture
def second(world: World) -> User:
    with transaction() as session:
        user = make_user(session, "second")
        grant(session, user, Role.MANAGER, programme_id=world.programme.id)
        world.people["second"] = user
        return user


def managers(world: World) -> str:
    return f"/programmes/{world.programme.id}/managers"


def runs(world: World, name: str) -> bool:
    with reading() as session:
        return bool(grants_of_user(session, world.people[name].id))


def test_manager_is_invited_and_enters(world: World, client_of: ClientOf) -> None:
    client, path = client_of(world.manager), managers(world)
    assert f'href="{path}"' in client.get("/programmes").text
    assert client.post(path, data=PERSON).status_code == 302
    link = shown_link(client.get(path).text)
    nina = client_of()
    offer = words_of(nina.get(link).text)
    assert "Gérer la formation « Innovation publique »" in offer
    assert "Le journal des actions de la formation." in offer
    assert nina.post(link, data=ACCOUNT).location == "/programmes"
    page = nina.get(path).text
    assert "Nina Roy" in page
    assert "par Manager" in page


def test_invitation_of_a_manager_is_renewed_and_closed(world: World, client_of: ClientOf) -> None:
    client, path = client_of(world.manager), managers(world)
    client.post(path, data=PERSON)
    first = shown_link(client.get(path).text)
    with reading() as session:
        row_id = session.scalar(select(Invitation.id))
    client.post(f"{path}/invitations/{row_id}/renew")
    second = shown_link(client.get(path).text)
    assert client_of().get(first).status_code == 404
    client.post(f"{path}/invitations/{row_id}/revoke")
    assert client_of().get(second).status_code == 410


@pytest.mark.parametrize(
    "values", [{"email": "nina"}, {"name": ""}, {"email": "manager@exemple.fr"}, {"valid_days": "x"}]
)
def test_bad_invitation_of_a_manager_is_refused_in_place(
    world: World, client_of: ClientOf, values: dict[str, str]
) -> None:
    answer = client_of(world.manager).post(managers(world), data={**PERSON, **values})
    assert answer.status_code == 422
    assert "Adjointe" in answer.text
    with reading() as session:
        assert session.scalar(select(Invitation.id)) is None


def test_invitation_of_a_manager_sent_twice_is_made_once(world: World, client_of: ClientOf) -> None:
    client = client_of(world.manager)
    for _turn in range(2):
        assert client.post(managers(world), data={**PERSON, "_once": "k1"}).status_code == 302
    with reading() as session:
        assert len(session.scalars(select(Invitation.id)).all()) == 1


def test_manager_withdraws_another(world: World, client_of: ClientOf, second: User) -> None:
    path = f"{managers(world)}/{membership(world, 'second').id}/withdraw"
    answer = client_of(world.manager).post(path, follow_redirects=True)
    assert "Second ne gère plus la formation." in answer.text
    assert "1 accès terminé" in answer.text
    assert client_of(second).get(managers(world)).status_code == 404


def test_last_manager_is_kept_and_told_why(world: World, client_of: ClientOf) -> None:
    client, mine = client_of(world.manager), membership(world, "manager").id
    page = client.get(managers(world)).text
    assert "Personne d’autre n’a ce rôle sans date de fin" in page
    assert f"/{mine}/leave" not in page
    answer = client.post(f"{managers(world)}/{mine}/leave", follow_redirects=True)
    assert "Quelqu’un doit toujours gérer cette formation" in answer.text
    path = f"{managers(world)}/{mine}/dates"
    refused = client.post(path, data={"seen": seen_in(client.get(path).text), "access_until": str(SOON)})
    assert refused.status_code == 422
    assert "Quelqu’un doit toujours gérer cette formation" in refused.text
    assert runs(world, "manager")


def test_one_leaves_by_a_page_that_says_what_it_means(
    world: World, client_of: ClientOf, second: User
) -> None:
    client, mine = client_of(world.manager), membership(world, "manager").id
    answer = client.post(f"{managers(world)}/{mine}/withdraw", follow_redirects=True)
    assert "Pour quitter vous-même cette formation" in answer.text
    assert runs(world, "manager")
    path = f"{managers(world)}/{mine}/leave"
    assert path in client.get(managers(world)).text
    assert "vous ne pourrez plus inviter personne" in client.get(path).text
    assert client_of(second).get(path).status_code == 404, "somebody else’s place"
    assert client.post(path).location == "/"
    assert not runs(world, "manager")
    assert client.get(managers(world)).status_code == 404


def test_those_of_the_whole_establishment_are_listed_without_a_gesture(
    world: World, client_of: ClientOf
) -> None:
    with transaction() as session:
        over, admin = make_user(session, "over"), make_user(session, "admin")
        ids = [
            grant(session, over, Role.MANAGER, organization_id=world.organization.id).id,
            grant(session, admin, Role.ADMIN, organization_id=world.organization.id).id,
        ]
    page = client_of(world.manager).get(managers(world)).text
    (card,) = re.findall(r'<section class="card" id="organization".*?</section>', page, re.DOTALL)
    assert "Over" in card
    assert "Admin" in card
    assert "last-seen" not in card
    for membership_id in ids:
        answer = client_of(world.manager).post(f"{managers(world)}/{membership_id}/withdraw")
        assert answer.status_code == 404
    assert client_of(over).get(managers(world)).status_code == 200
    assert client_of(admin).get(managers(world)).status_code == 403


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 404), ("tutor", 404), ("other_manager", 404), ("stranger", 404)]
)
def test_nobody_else_sees_or_changes_the_managers(
    world: World, client_of: ClientOf, who: str, status: int
) -> None:
    client: FlaskClient = client_of(world.people[who])
    mine = membership(world, "manager").id
    assert client.get(managers(world)).status_code == status
    for action in ("", f"/{mine}/withdraw", f"/{mine}/dates", f"/{mine}/leave"):
        assert client.post(f"{managers(world)}{action}", data=PERSON).status_code == status
    assert client_of().get(managers(world)).location.startswith("/sign-in?next=")


def test_pages_are_in_english_for_who_reads_english(world: World, client_of: ClientOf) -> None:
    client = client_of(world.manager)
    with transaction() as session:
        session.get_one(User, world.manager.id).locale = "en"
    page = client.get(managers(world)).text
    assert "Managers of the programme" in page
    assert "seen today" in page
