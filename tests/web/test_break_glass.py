"""Break-glass: an admin reads nothing, opens one project for a reason, its people know, it ends."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditAction, AuditEntry, SubjectKind
from models.base import utcnow
from models.break_glass import BreakGlass
from models.events import AccessChanged
from models.membership import Membership
from models.notification import Notification, NotificationKind
from models.organization import Organization
from models.people import User
from models.policy import Role
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, grant, make_user
from workspace.services.passwords import hash_password

PHRASE = "une phrase bien à moi"
REASON = "Le tableau de l’équipe ne s’ouvre plus depuis ce matin."


@pytest.fixture
def admin(world: World) -> User:
    with transaction() as session:
        person = make_user(session, "ada")
        person.password_hash = hash_password(PHRASE)
        grant(session, person, Role.ADMIN, organization_id=world.organization.id)
        return person


def wish(world: World, **changes: str) -> dict[str, str]:
    asked = {"address": f"/projects/{world.project.id}", "reason": REASON, "hours": "1", "password": PHRASE}
    return {**asked, **changes}


def pages_of(world: World) -> list[str]:
    board_id = world.board.id
    return [
        f"/projects/{world.project.id}",
        f"/projects/{world.project.id}/journal",
        f"/boards/{board_id}",
        f"/problems/{world.problem.id}",
    ]


def entries(action: AuditAction) -> list[AuditEntry]:
    with reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_admin_reads_nothing_then_this_project_and_nothing_else(
    world: World, client_of: ClientOf, admin: User
) -> None:
    client = client_of(admin)
    for page in pages_of(world):
        assert client.get(page).status_code in (403, 404), page
    answer = client.post("/break-glass", data=wish(world))
    assert answer.location == f"/projects/{world.project.id}"
    for page in pages_of(world):
        assert client.get(page).status_code == 200, page
    assert f"/projects/{world.project.id}/feedback" not in client.get(f"/projects/{world.project.id}").text
    for closed in (
        f"/projects/{world.other_project.id}",
        f"/projects/{world.project.id}/feedback",
        f"/projects/{world.project.id}/edit",
        f"/projects/{world.project.id}/brief/edit",
        f"/cohorts/{world.cohort.id}",
    ):
        assert client.get(closed).status_code in (403, 404), closed
    assert client.post(f"/boards/{world.board.id}/freeze").status_code in (403, 404)


@pytest.mark.parametrize(
    "form", ["/projects/{0}", "{0}", "https://etabli.example/projects/{0}?step=x", "board"]
)
def test_project_is_found_by_what_one_has_at_hand(
    world: World, client_of: ClientOf, admin: User, form: str
) -> None:
    address = f"/boards/{world.board.id}" if form == "board" else form.format(world.project.id)
    answer = client_of(admin).post("/break-glass", data=wish(world, address=address))
    assert answer.location == f"/projects/{world.project.id}"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"address": "notre tableau"}, "Donnez l’adresse"),
        ({"address": "/projects/999999"}, "Aucun projet de votre établissement"),
        ({"reason": "pour voir"}, "Dites pourquoi en une phrase"),
        ({"reason": ""}, "Ce champ est nécessaire"),
        ({"hours": "700"}, "choix valide"),
        ({"password": "autre"}, "Ce n’est pas votre mot de passe"),
    ],
)
def test_refusal_says_why_and_keeps_what_was_typed(
    world: World, client_of: ClientOf, admin: User, changes: dict[str, str], told: str
) -> None:
    answer = client_of(admin).post("/break-glass", data=wish(world, **changes))
    assert answer.status_code == 422
    assert told in answer.text
    kept = changes.get("reason", REASON)
    assert kept in answer.text
    with reading() as session:
        assert session.scalar(select(BreakGlass)) is None


def test_project_of_another_organisation_is_not_found(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        far = Organization(name="Institut lointain")
        session.add(far)
        session.flush()
        stranger = make_user(session, "far_admin")
        grant(session, stranger, Role.ADMIN, organization_id=far.id)
    answer = client_of(stranger).post("/break-glass", data=wish(world))
    assert answer.status_code == 422
    assert "Aucun projet de votre établissement" in answer.text


def test_those_whose_project_it_is_are_told_at_once(world: World, client_of: ClientOf, admin: User) -> None:
    client_of(admin).post("/break-glass", data=wish(world))
    concerned = {world.alice.id, world.bob.id, world.tutor.id, world.manager.id, world.partner.id}
    with reading() as session:
        told = session.scalars(
            select(Notification.user_id).where(Notification.kind == NotificationKind.GLASS_BROKEN)
        ).all()
    assert set(told) == concerned
    assert len(told) == len(concerned)
    for person in (world.alice, world.tutor, world.manager, world.partner):
        page = client_of(person).get(f"/projects/{world.project.id}").text
        assert REASON in page
        assert "ada" in page.lower()
    assert REASON in client_of(guest=world.guests["guest"]).get(f"/projects/{world.project.id}").text
    assert REASON not in client_of(world.paul).get(f"/projects/{world.project.id}").text


def test_opening_reading_and_ending_are_in_the_audit_log_once(
    world: World, client_of: ClientOf, admin: User
) -> None:
    client = client_of(admin)
    client.post("/break-glass", data=wish(world))
    for _time in range(3):
        client.get(f"/projects/{world.project.id}")
        client.get(f"/boards/{world.board.id}")
    (opened,) = entries(AuditAction.GLASS_BROKEN)
    assert (opened.project_id, opened.actor_key) == (world.project.id, admin.key)
    assert REASON not in opened.details
    read = {(entry.subject_kind, entry.subject_id) for entry in entries(AuditAction.GLASS_READ)}
    assert read == {(SubjectKind.PROJECT, world.project.id), (SubjectKind.BOARD, world.board.id)}
    assert len(entries(AuditAction.GLASS_READ)) == 2
    page = client_of(world.manager).get("/audit").text
    assert "accès exceptionnel" in page
    (access,) = accesses()
    client.post(f"/break-glass/{access.id}/end")
    assert len(entries(AuditAction.GLASS_MENDED)) == 1
    assert f"{admin.name} a mis fin à son accès exceptionnel" in client.get("/audit").text
    assert client.get(f"/projects/{world.project.id}").status_code in (403, 404)


def accesses() -> list[BreakGlass]:
    with reading() as session:
        return list(session.scalars(select(BreakGlass)))


def test_reading_as_a_member_is_not_written_down(world: World, client_of: ClientOf, admin: User) -> None:
    with transaction() as session:
        grant(session, admin, Role.LEARNER, team_id=world.team.id)
    client = client_of(admin)
    client.post("/break-glass", data=wish(world))
    client.get(f"/projects/{world.project.id}")
    assert entries(AuditAction.GLASS_READ) == []


def test_it_ends_by_itself(world: World, client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    client.post("/break-glass", data=wish(world))
    with transaction() as session:
        row = session.scalars(select(Membership).where(Membership.project_id == world.project.id)).all()[-1]
        row.starts_at, row.ends_at = utcnow() - timedelta(hours=2), utcnow() - timedelta(seconds=1)
    for page in pages_of(world):
        assert client.get(page).status_code in (403, 404), page
    assert REASON not in client_of(world.alice).get(f"/projects/{world.project.id}").text
    page = client.get("/break-glass").text
    assert REASON in page
    assert "Terminer" not in page


def test_manager_ends_it_and_sockets_are_told(
    world: World, client_of: ClientOf, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr("workspace.services.break_glass.record", lambda _session, event: told.append(event))
    client_of(admin).post("/break-glass", data=wish(world))
    (access,) = accesses()
    for person in (world.alice, world.tutor, world.paul):
        assert client_of(person).post(f"/break-glass/{access.id}/end").status_code == 404
    assert "Y mettre fin" in client_of(world.manager).get(f"/projects/{world.project.id}").text
    answer = client_of(world.manager).post(f"/break-glass/{access.id}/end")
    assert answer.location == f"/projects/{world.project.id}"
    assert told == [AccessChanged(user_id=admin.id)] * 2
    assert client_of(admin).get(f"/projects/{world.project.id}").status_code in (403, 404)


def test_a_second_access_to_the_same_project_is_refused(
    world: World, client_of: ClientOf, admin: User
) -> None:
    client = client_of(admin)
    client.post("/break-glass", data=wish(world))
    answer = client.post("/break-glass", data=wish(world))
    assert answer.status_code == 422
    assert "Vous avez déjà accès" in answer.text
    assert len(accesses()) == 1
