"""Invitation pages: what they show, one acceptance of many, the conflict rule, who observes a project."""

import html
import logging
import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import utcnow
from models.invitation import Invitation
from models.membership import Membership
from models.people import User
from models.policy import Role
from models.session import reading, transaction
from tests.conftest import ClientOf, make_app
from tests.factories import World, make_user
from tests.queries import counting_queries
from workspace.services.access_days import Days
from workspace.services.invitations import Invitee, Terms, invite_learner, invite_observer, invite_tutor
from workspace.services.passwords import hash_password

PHRASE = "une phrase bien à moi"
IN_A_MONTH = utcnow().date() + timedelta(days=30)
ELU = {
    "name": "Philippe Anelli",
    "email": "anelli@tours.fr",
    "title": "Adjoint",
    "valid_days": "14",
    "access_until": str(IN_A_MONTH),
}
ACCOUNT = {"name": "Philippe Anelli", "title": "Adjoint", "time_zone": "Europe/Paris", "password": PHRASE}


def observer_link(world: World, email: str = "anelli@tours.fr") -> str:
    with transaction() as session:
        made = invite_observer(
            session,
            world.actor(session, "alice"),
            world.project.id,
            Invitee(email, "Philippe Anelli", "Adjoint"),
            Terms(days=Days(None, IN_A_MONTH), message="Au plaisir,\nAlice"),
        )
    return f"/invitations/{made.token}"


def learner_link(world: World, email: str = "nina@ville.fr") -> str:
    with transaction() as session:
        made = invite_learner(
            session, world.actor(session, "manager"), world.peer_team.id, Invitee(email, "Nina"), Terms()
        )
    return f"/invitations/{made.token}"


def shown_link(page: str) -> str:
    return re.search(r"/invitations/[\w-]{43}", page)[0]


def test_offer_says_who_invites_to_what_and_what_will_be_seen(world: World, client_of: ClientOf) -> None:
    answer = client_of().get(observer_link(world))
    assert answer.status_code == 200
    for text in ("Alice", "L’accueil sans attente", "Au plaisir", "Ce que vous verrez", "Ni les brouillons"):
        assert text in html.unescape(answer.text)
    assert "Votre collectivité" in answer.text


@pytest.mark.parametrize("method", ["get", "post"])
def test_address_of_an_invitation_goes_nowhere(
    world: World, client_of: ClientOf, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    link = observer_link(world)
    with caplog.at_level(logging.DEBUG):
        answer = getattr(client_of(), method)(link)
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert link.rsplit("/", 1)[1] not in caplog.text


def test_error_on_an_invitation_does_not_log_its_address(
    world: World, sqlite_url: str, tmp_path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_url, tmp_path)
    app.config["TESTING"] = False
    link = observer_link(world)

    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("workspace.web.invitations.routes.find_offer", broken)
    answer = app.test_client().get(link)
    assert answer.status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert link.rsplit("/", 1)[1] not in caplog.text


@pytest.mark.parametrize("token", ["x", "é", "%FF", "a" * 3000, "..", "%00"])
def test_unknown_invitation_is_not_found(world: World, client_of: ClientOf, token: str) -> None:
    assert client_of().get(f"/invitations/{token}").status_code in (400, 404)
    assert client_of().post(f"/invitations/{token}").status_code in (400, 404)


def test_get_never_accepts(world: World, client_of: ClientOf) -> None:
    link = learner_link(world)
    for _ in range(3):
        client_of().get(link)
    with reading() as session:
        assert session.scalar(select(Invitation.accepted_at)) is None


def test_somebody_new_makes_an_account_and_is_in(world: World, client_of: ClientOf) -> None:
    client, link = client_of(), learner_link(world)
    answer = client.post(link, data={**ACCOUNT, "name": "Nina Roy", "time_zone": "America/Cayenne"})
    assert answer.status_code == 302
    assert answer.location == "/"
    page = client.get("/account").text
    assert "nina@ville.fr" in page
    assert "Nina Roy" in page
    with reading() as session:
        user = session.scalar(select(User).where(User.email == "nina@ville.fr"))
        assert user.time_zone == "America/Cayenne"
    assert client_of().get(link).status_code == 410


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "\x00"},
        {"password": "court"},
        {"password": "nina@ville.fr"},
        {"time_zone": "Mars"},
        {"title": "x" * 161},
    ],
)
def test_bad_account_is_refused_in_place_and_the_invitation_stays(
    world: World, client_of: ClientOf, values: dict[str, str]
) -> None:
    link = learner_link(world)
    answer = client_of().post(link, data={**ACCOUNT, **values})
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text
    assert PHRASE not in answer.text
    with reading() as session:
        assert session.scalar(select(User).where(User.email == "nina@ville.fr")) is None
    assert client_of().post(link, data=ACCOUNT).status_code == 302


def test_role_and_address_come_from_the_invitation_whatever_is_sent(
    world: World, client_of: ClientOf
) -> None:
    forged = {"role": "manager", "email": "boss@ville.fr", "cohort_id": "1", "is_demo": "1", "user_id": "1"}
    client_of().post(learner_link(world), data={**ACCOUNT, **forged})
    with reading() as session:
        assert session.scalar(select(User).where(User.email == "boss@ville.fr")) is None
        user = session.scalar(select(User).where(User.email == "nina@ville.fr"))
        row = session.scalar(select(Membership).where(Membership.user_id == user.id))
        assert (row.role, row.team_id, user.is_demo) == (Role.LEARNER, world.peer_team.id, False)


def test_signed_in_person_accepts_in_one_click(world: World, client_of: ClientOf) -> None:
    client, link = client_of(world.stranger), learner_link(world, "stranger@exemple.fr")
    page = client.get(link).text
    assert "stranger@exemple.fr" in page
    assert 'type="password"' not in page
    assert client.post(link).location == "/"


def test_person_with_an_account_signs_in_and_accepts_at_once(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.merge(world.stranger).password_hash = hash_password(PHRASE)
    client, link = client_of(), learner_link(world, "stranger@exemple.fr")
    assert "Vous avez déjà un compte" in client.get(link).text
    wrong = client.post(link, data={"password": "pas la bonne"})
    assert wrong.status_code == 422
    assert "incorrect" in wrong.text
    assert client.get("/account").status_code == 302
    assert client.post(link, data={"password": PHRASE}).location == "/"
    assert "stranger@exemple.fr" in client.get("/account").text


def test_invitation_of_somebody_else_is_not_accepted(world: World, client_of: ClientOf) -> None:
    client, link = client_of(world.stranger), learner_link(world)
    assert "Me déconnecter et continuer" in client.get(link).text
    assert client.post(link, data=ACCOUNT).status_code == 409
    answer = client.post("/sign-out", data={"next": link})
    assert answer.location == link
    assert client.post(link, data=ACCOUNT).status_code == 302


def test_guest_who_makes_an_account_is_no_guest_any_more(world: World, client_of: ClientOf) -> None:
    client = client_of(guest=world.guests["guest"])
    assert client.post(learner_link(world), data=ACCOUNT).status_code == 302
    assert "nina@ville.fr" in client.get("/account").text


def test_elu_declares_an_authority_and_observes(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        session.merge(world.problem).authority_code = None
    client, link = client_of(), observer_link(world)
    answer = client.post(link, data={**ACCOUNT, "authority": "cayenne"})
    assert answer.location == f"/observations/{world.project.id}"
    with reading() as session:
        user = session.scalar(select(User).where(User.email == "anelli@tours.fr"))
        assert user.authority_code == world.authority.code
    assert client.get(f"/projects/{world.project.id}").status_code == 403
    assert "Philippe Anelli" in client_of(world.alice).get(f"/projects/{world.project.id}/observers").text


@pytest.mark.parametrize("authority", ["", "Nulle-Part-sur-Rien", "x" * 300, "\x00", "Ca"])
def test_elu_must_declare_an_authority_of_the_register(
    world: World, client_of: ClientOf, authority: str
) -> None:
    answer = client_of().post(observer_link(world), data={**ACCOUNT, "authority": authority})
    assert answer.status_code == 422
    assert "authority-error" in answer.text


def test_elu_of_the_project_s_own_authority_is_refused_with_the_reason(
    world: World, client_of: ClientOf
) -> None:
    link = observer_link(world)
    values = {**ACCOUNT, "authority": "Cayenne", "authority_value": world.authority.code}
    answer = client_of().post(link, data=values)
    assert answer.status_code == 409
    assert "propre collectivité avant sa publication" in answer.text
    with reading() as session:
        assert session.scalar(select(User).where(User.email == "anelli@tours.fr")) is None
        assert session.scalar(select(Invitation.accepted_at)) is None


def test_authorities_are_proposed_to_the_invited_person_only(world: World, client_of: ClientOf) -> None:
    found = client_of().get(f"{observer_link(world)}/authorities?q=cay").json
    assert found[0]["value"] == world.authority.code
    assert client_of().get("/invitations/unknown/authorities?q=cay").status_code == 404
    too_long = client_of().get(f"{observer_link(world, 'b@b.fr')}/authorities?q={'x' * 500}")
    assert too_long.status_code == 400


@pytest.mark.parametrize("how", ["account", "new"])
def test_of_a_hundred_acceptances_at_once_exactly_one_succeeds(
    any_world: World, any_app: Flask, how: str
) -> None:
    link = learner_link(any_world)
    if how == "account":
        with transaction() as session:
            make_user(session, "x", password_hash=hash_password(PHRASE)).email = "nina@ville.fr"
    barrier, statuses = Barrier(100), []

    def accept() -> None:
        client = any_app.test_client()
        barrier.wait()
        statuses.append(client.post(link, data=ACCOUNT).status_code)

    threads = [Thread(target=accept) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(302) == 1
    assert set(statuses) <= {302, 409, 410, 422}
    with reading() as session:
        user_id = session.scalar(select(User.id).where(User.email == "nina@ville.fr"))
        count = select(func.count()).select_from(Membership).where(Membership.user_id == user_id)
        assert session.scalar(count) == 1


def test_trying_passwords_on_an_invitation_is_slow(world: World, sqlite_url: str, tmp_path) -> None:
    client = make_app(sqlite_url, tmp_path, rate_limits=True).test_client()
    link = learner_link(world, "stranger@exemple.fr")
    statuses = [client.post(link, data={"password": "faux"}).status_code for _ in range(8)]
    assert statuses == [422] * 7 + [429]


@pytest.mark.parametrize("page", ["observers", "partner-accounts"])
def test_team_invites_gets_the_link_and_withdraws(world: World, client_of: ClientOf, page: str) -> None:
    client, path = client_of(world.alice), f"/projects/{world.project.id}/{page}"
    assert client.get(path).status_code == 200
    answer = client.post(path, data=ELU)
    assert answer.status_code == 302
    shown = client.get(path).text
    link = shown_link(shown)
    assert "data:image/svg+xml" in shown
    assert shown_link(client.get(path).text) == link
    assert link not in client_of(world.bob).get(path).text
    with reading() as session:
        row = session.scalar(select(Invitation))
    client.post(f"{path}/invitations/{row.id}/renew")
    again = shown_link(client.get(path).text)
    assert again != link
    assert client_of().get(link).status_code == 404
    assert client_of().get(again).status_code == 200
    client.post(f"{path}/invitations/{row.id}/revoke")
    assert client_of().get(again).status_code == 410
    name = "Observer" if page == "observers" else "Partner"
    membership = re.search(rf"{path}/(\d+)/withdraw", client.get(path).text)[1]
    answer = client.post(f"{path}/{membership}/withdraw", follow_redirects=True)
    assert f"{name} n’a plus accès au projet." in answer.text


DENIALS = [
    ("tutor", 403),
    ("paul", 403),
    ("observer", 403),
    ("partner", 403),
    ("zoe", 404),
    ("stranger", 404),
]


@pytest.mark.parametrize(("who", "status"), DENIALS)
@pytest.mark.parametrize("page", ["observers", "partner-accounts"])
def test_nobody_else_sees_or_changes_who_is_invited(
    world: World, client_of: ClientOf, page: str, who: str, status: int
) -> None:
    observer_link(world)
    client, path = client_of(world.people[who]), f"/projects/{world.project.id}/{page}"
    assert client.get(path).status_code == status
    for action in ("", "/1/withdraw", "/invitations/1/revoke", "/invitations/1/renew"):
        assert client.post(f"{path}{action}", data=ELU).status_code == status


@pytest.mark.parametrize("page", ["observers", "partner-accounts"])
def test_anonymous_is_asked_to_sign_in(world: World, client_of: ClientOf, page: str) -> None:
    path = f"/projects/{world.project.id}/{page}"
    assert client_of().get(path).location.startswith("/sign-in?next=")
    assert client_of().post(path, data=ELU).status_code == 401


def test_manager_invites_elus_but_no_partners(world: World, client_of: ClientOf) -> None:
    client = client_of(world.manager)
    assert client.get(f"/projects/{world.project.id}/observers").status_code == 200
    assert client.get(f"/projects/{world.project.id}/partner-accounts").status_code == 403


@pytest.mark.parametrize(
    "values",
    [
        {"email": "anelli"},
        {"email": ""},
        {"name": ""},
        {"name": "x" * 121},
        {"message": "x" * 601},
        {"title": "\x00"},
        {"valid_days": "365"},
        {"valid_days": "x"},
        {"access_until": "2001-01-01"},
        {"access_until": "demain"},
        {"access_until": ""},
        {"access_from": "9999-12-31"},
        {"email": "alice@exemple.fr"},
        {"email": "observer@exemple.fr"},
    ],
)
def test_bad_invitation_is_refused_in_place(
    world: World, client_of: ClientOf, values: dict[str, str]
) -> None:
    path = f"/projects/{world.project.id}/observers"
    answer = client_of(world.alice).post(path, data={**ELU, "title": "Gardé", **values})
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text
    assert "Gardé" in answer.text or "title" in values
    with reading() as session:
        assert session.scalar(select(Invitation.id)) is None


def test_invitation_sent_twice_is_made_once(world: World, client_of: ClientOf) -> None:
    client, path = client_of(world.alice), f"/projects/{world.project.id}/observers"
    places = {client.post(path, data={**ELU, "_once": "k1"}).location for _ in range(2)}
    assert places == {f"{path}#waiting"}
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 1
    assert shown_link(client.get(path).text)


def test_page_of_observers_costs_the_same_whatever_their_number(world: World, client_of: ClientOf) -> None:
    def cost(client: FlaskClient) -> int:
        with counting_queries() as count:
            client.get(f"/projects/{world.project.id}/observers")
        return int(count)

    before = cost(client_of(world.alice))
    for number in range(4):
        observer_link(world, f"elu{number}@tours.fr")
    assert cost(client_of(world.alice)) == before


def test_tutor_begins_at_the_cohort(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        made = invite_tutor(
            session, world.actor(session, "manager"), world.cohort.id, Invitee("t@e.fr", "T"), Terms()
        )
    client = client_of()
    assert "Suivre la promotion" in client.get(f"/invitations/{made.token}").text
    answer = client.post(f"/invitations/{made.token}", data=ACCOUNT)
    assert answer.location == f"/cohorts/{world.cohort.id}"
    assert client.get(answer.location).status_code == 200


def test_offer_exists_in_english(world: World, client_of: ClientOf) -> None:
    page = client_of().get(observer_link(world), headers={"Accept-Language": "en"}).text
    assert "What you will see" in page
    assert "Your authority" in page
