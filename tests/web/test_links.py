"""Share links from both sides: the team makes and shuts them, somebody without an account arrives."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import utcnow
from models.partner import GuestContributor, LinkRole, ShareLink
from models.session import reading, transaction
from tests.conftest import ClientOf, make_app
from tests.factories import World, make_board, make_link
from tests.queries import counting_queries
from workspace.web.guard import COOKIE

TERMS = {"role": "contribute", "days": "30", "max_uses": "5", "question": "Que changer ?", "label": "Atelier"}
WHO = {"name": "Marie", "sector": "citizen", "organization_name": ""}


def links_of(world: World, tail: str = "") -> str:
    return f"/projects/{world.project.id}/links{tail}"


def make(client: FlaskClient, world: World, **terms: str) -> tuple[str, str]:
    """The path of a new link's page and its token."""
    response = client.post(links_of(world, "/new"), data={**TERMS, **terms})
    assert response.status_code == 302
    shown = client.get(response.location).text
    found = re.search(r"/join/([A-Za-z0-9_-]{43})", shown)
    assert found is not None
    return response.location, found[1]


def guest_count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(GuestContributor)) or 0


def test_address_is_shown_once_with_its_qr_code(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    response = alice.post(links_of(world, "/new"), data=TERMS)
    first = alice.get(response.location).text
    assert "/join/" in first
    assert 'src="data:image/svg+xml' in first
    second = alice.get(response.location).text
    assert "/join/" not in second
    assert "Donner une nouvelle adresse" in second


def test_link_is_made_once_even_when_sent_twice(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    answers = [alice.post(links_of(world, "/new"), data={**TERMS, "_once": "l1"}) for _ in range(2)]
    assert answers[0].location == answers[1].location
    with reading() as session:
        made = select(func.count()).select_from(ShareLink).where(ShareLink.label == "Atelier")
        assert session.scalar(made) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"max_uses": "0"},
        {"max_uses": "201"},
        {"max_uses": "beaucoup"},
        {"max_uses": ""},
        {"days": "2"},
        {"days": "x"},
        {"role": "admin"},
        {"role": ""},
        {"question": "q" * 401},
        {"label": "a\x00"},
    ],
)
def test_bad_terms_are_refused_in_place(world: World, client_of: ClientOf, values: dict[str, str]) -> None:
    response = client_of(world.alice).post(links_of(world, "/new"), data={**TERMS, **values})
    assert response.status_code == 422
    assert "Rien de ce que vous avez écrit" in response.text


def test_card_is_printed_for_who_has_the_address_only(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    path, token = make(alice, world)
    card = alice.post(f"{path}/card", data={"token": token})
    assert card.status_code == 200
    assert f"/join/{token}" in card.text
    assert alice.post(f"{path}/card", data={"token": "x"}).status_code == 302


def test_renewed_link_has_another_address(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    path, old = make(alice, world)
    shown = alice.post(f"{path}/renew", follow_redirects=True).text
    assert "/join/" in shown
    assert old not in shown
    assert client_of().get(f"/join/{old}").status_code == 404


def test_arrival_page_tells_who_invites_and_what_others_will_see(world: World, client_of: ClientOf) -> None:
    _path, token = make(client_of(world.alice), world)
    response = client_of().get(f"/join/{token}")
    assert response.status_code == 200
    for part in ("Alice et son équipe vous invitent", "Que changer ?", "Ce que les autres verront", "Bob"):
        assert part in response.text
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_reading_the_page_uses_nothing_up(world: World, client_of: ClientOf) -> None:
    _path, token = make(client_of(world.alice), world, max_uses="1")
    for _ in range(3):
        client_of().get(f"/join/{token}")
        client_of().head(f"/join/{token}")
    assert client_of().post(f"/join/{token}", data=WHO).status_code == 302


def test_guest_lands_on_the_only_board_and_keeps_access(world: World, client_of: ClientOf) -> None:
    _path, token = make(client_of(world.alice), world)
    fresh = client_of()
    response = fresh.post(f"/join/{token}", data=WHO)
    assert response.location == f"/boards/{world.board.id}"
    assert f"{COOKIE}=" in response.headers["Set-Cookie"]
    home = fresh.get(f"/projects/{world.project.id}").text
    assert "Que changer ?" in home
    assert fresh.get(f"/projects/{world.project.id}/journal").status_code == 403
    assert fresh.get(f"/projects/{world.other_project.id}").status_code == 404


def test_guest_lands_on_the_project_when_it_has_several_boards(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        make_board(session, session.merge(world.project), session.merge(world.alice), "Deuxième")
    _path, token = make(client_of(world.alice), world)
    response = client_of().post(f"/join/{token}", data=WHO)
    assert response.location == f"/projects/{world.project.id}"


def test_returning_guest_skips_the_form(world: World, client_of: ClientOf) -> None:
    _path, token = make(client_of(world.alice), world)
    fresh = client_of()
    fresh.post(f"/join/{token}", data=WHO)
    before = guest_count()
    assert fresh.get(f"/join/{token}").location == f"/projects/{world.project.id}"
    assert fresh.post(f"/join/{token}", data=WHO).location == f"/projects/{world.project.id}"
    assert guest_count() == before


@pytest.mark.parametrize("who", ["alice", "tutor", "manager", "partner"])
def test_insider_goes_straight_to_the_project(world: World, client_of: ClientOf, who: str) -> None:
    _path, token = make(client_of(world.alice), world)
    client = client_of(getattr(world, who))
    assert client.get(f"/join/{token}").location == f"/projects/{world.project.id}"


def test_reader_may_come_again_by_a_link_to_contribute(world: World, client_of: ClientOf) -> None:
    _path, token = make(client_of(world.alice), world)
    reader = client_of(guest=world.guests["reader"])
    assert reader.get(f"/join/{token}").status_code == 200
    assert reader.post(f"/join/{token}", data=WHO).status_code == 302
    assert "Vous y écrivez vos notes" in reader.get(f"/projects/{world.project.id}").text


def test_arriving_ends_the_session_that_the_browser_had(world: World, client_of: ClientOf) -> None:
    _path, token = make(client_of(world.alice), world)
    browser = client_of(world.stranger)
    assert "Vous êtes ici comme Stranger" in browser.get(f"/join/{token}").text
    old = browser.get_cookie(COOKIE)
    assert old is not None
    browser.post(f"/join/{token}", data=WHO)
    replay = client_of()
    replay.set_cookie(COOKIE, old.value)
    assert replay.get("/projects").location.startswith("/sign-in")


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "n" * 81},
        {"name": "a\x00b"},
        {"name": "\u200b"},
        {"name": "123"},
        {"sector": ""},
        {"sector": "tutor"},
        {"organization_name": "o" * 161},
    ],
)
def test_bad_arrival_is_refused_in_place_and_uses_nothing_up(
    world: World, client_of: ClientOf, values: dict[str, str]
) -> None:
    _path, token = make(client_of(world.alice), world)
    before = guest_count()
    response = client_of().post(f"/join/{token}", data={**WHO, **values})
    assert response.status_code == 422
    assert "Rien de ce que vous avez écrit" in response.text
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert guest_count() == before


def close(world: World, token: str, how: str) -> None:
    with transaction() as session:
        link = session.scalars(select(ShareLink).where(ShareLink.label == "Atelier")).one()
        if how == "expired":
            link.expires_at = utcnow() - timedelta(minutes=1)
        elif how == "revoked":
            link.revoked_at = utcnow()
        else:
            link.uses = link.max_uses


@pytest.mark.parametrize(
    ("how", "title"),
    [
        ("expired", "Ce lien a expiré"),
        ("revoked", "L’équipe a fermé ce lien"),
        ("used_up", "Ce lien a déjà servi le nombre de fois prévu"),
    ],
)
def test_closed_link_says_why_and_what_to_do(world: World, client_of: ClientOf, how: str, title: str) -> None:
    _path, token = make(client_of(world.alice), world)
    close(world, token, how)
    before = guest_count()
    for response in (client_of().get(f"/join/{token}"), client_of().post(f"/join/{token}", data=WHO)):
        assert response.status_code == 410
        assert title in response.text
        assert "Demandez un nouveau lien" in response.text
        assert world.project.title not in response.text
    assert guest_count() == before


@pytest.mark.parametrize("token", ["x", "a" * 43, "a" * 5000, "%00", "é"])
def test_unknown_link_says_what_to_do(world: World, client_of: ClientOf, token: str) -> None:
    response = client_of().get(f"/join/{token}")
    assert response.status_code == 404
    assert "Demandez un nouveau lien" in response.text
    assert client_of().post(f"/join/{token}", data=WHO).status_code == 404


def test_revoking_ends_the_guests_access_at_once(world: World, client_of: ClientOf) -> None:
    alice, fresh = client_of(world.alice), client_of()
    path, token = make(alice, world)
    fresh.post(f"/join/{token}", data=WHO)
    assert fresh.get(f"/projects/{world.project.id}").status_code == 200
    alice.post(f"{path}/revoke")
    assert fresh.get(f"/projects/{world.project.id}").location.startswith("/sign-in")
    assert "Fermé" in alice.get(links_of(world)).text


def test_removed_guest_loses_access_at_once(world: World, client_of: ClientOf) -> None:
    alice, guest = client_of(world.alice), client_of(guest=world.guests["guest"])
    assert guest.get(f"/projects/{world.project.id}").status_code == 200
    path = f"/projects/{world.project.id}/guests/{world.guests['guest'].id}/remove"
    assert "n’a plus accès au projet" in alice.post(path, follow_redirects=True).text
    assert guest.get(f"/projects/{world.project.id}").status_code == 302


@pytest.mark.parametrize(("who", "status"), [("tutor", 403), ("partner", 403), ("paul", 403), ("zoe", 404)])
def test_others_do_not_handle_links(world: World, client_of: ClientOf, who: str, status: int) -> None:
    path, token = make(client_of(world.alice), world)
    client = client_of(getattr(world, who))
    assert client.get(path).status_code == status
    assert client.get(links_of(world)).status_code == status
    for act in ("revoke", "renew", "card"):
        assert client.post(f"{path}/{act}", data={"token": token}).status_code == status
    removed = f"/projects/{world.project.id}/guests/{world.guests['guest'].id}/remove"
    assert client.post(removed).status_code == status
    assert client_of().get(f"/join/{token}").status_code == 200


def test_link_of_another_project_is_not_found(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        project, zoe = session.merge(world.other_project), session.merge(world.zoe)
        link, _token = make_link(session, project, zoe, LinkRole.READ)
    alice = client_of(world.alice)
    assert alice.get(links_of(world, f"/{link.id}")).status_code == 404
    assert alice.post(links_of(world, f"/{link.id}/revoke")).status_code == 404
    assert alice.get(links_of(world, "/99999999999999999999")).status_code == 404


def test_guest_names_are_shown_as_text(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    path, token = make(alice, world)
    client_of().post(f"/join/{token}", data={**WHO, "name": "<img src=x onerror=alert(1)>"})
    for page in (path, links_of(world), f"/projects/{world.project.id}"):
        text = alice.get(page).text
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


def test_arrivals_are_limited_in_number_per_minute(world: World, sqlite_url: str, tmp_path: Path) -> None:
    client = make_app(sqlite_url, tmp_path, rate_limits=True).test_client()
    statuses = {client.post("/join/unknown", data=WHO).status_code for _ in range(610)}
    assert statuses == {404, 429}


def test_queries_of_the_list_do_not_grow_with_links(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)

    def queries() -> int:
        alice.get(links_of(world))
        with counting_queries() as found:
            assert alice.get(links_of(world)).status_code == 200
        return int(found)

    before = queries()
    for _ in range(4):
        _path, token = make(alice, world)
        client_of().post(f"/join/{token}", data=WHO)
    assert queries() == before
