"""Pages of partners: added with a sector, edited, withdrawn with a way back."""

import pytest
from sqlalchemy import func, select

from models.partner import Partner
from models.session import reading
from tests.conftest import ClientOf
from tests.factories import World

FORM = {"name": "La Poste", "sector": "public", "contact": "Mme L.", "contribution": "Un guichet"}


def path_of(world: World, tail: str = "new") -> str:
    return f"/projects/{world.project.id}/partners/{tail}"


def stored() -> list[Partner]:
    with reading() as session:
        return list(session.scalars(select(Partner).order_by(Partner.id)))


def test_partner_is_added_once_and_shown_with_the_balance(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    for _ in range(2):
        assert alice.post(path_of(world), data={**FORM, "_once": "p1"}).status_code == 302
    assert [partner.name for partner in stored()] == ["La Poste"]
    text = alice.get(f"/projects/{world.project.id}").text
    assert "balance-picture" in text
    assert "100\u202f%" in text or "100\u00a0%" in text
    assert "Personne ne vient encore de" in text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "Ce champ est nécessaire."),
        ({"name": "n" * 161}, "trop long"),
        ({"name": "a\x00"}, "illisibles"),
        ({"sector": ""}, "Dites de quel secteur vient ce partenaire."),
        ({"sector": "martian"}, "secteur"),
        ({"contact": "c" * 161}, "trop long"),
        ({"contribution": "c" * 401}, "trop long"),
    ],
)
def test_bad_partner_is_refused_in_place_and_kept(
    world: World, client_of: ClientOf, values: dict[str, str], message: str
) -> None:
    response = client_of(world.alice).post(path_of(world), data={**FORM, **values})
    assert response.status_code == 422
    assert message in response.text
    assert "Un guichet" in response.text or "contribution" in values
    assert stored() == []


def test_same_name_twice_is_refused_in_place(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    alice.post(path_of(world), data=FORM)
    again = alice.post(path_of(world), data=FORM)
    assert again.status_code == 422
    assert "déjà dans la liste" in again.text


def seen_in(text: str) -> str:
    return text.split('name="seen" value="')[1].split('"', maxsplit=1)[0]


def test_stale_partner_form_shows_both_versions(world: World, client_of: ClientOf) -> None:
    alice, bob = client_of(world.alice), client_of(world.bob)
    alice.post(path_of(world), data=FORM)
    path = path_of(world, str(stored()[0].id))
    seen = seen_in(alice.get(path).text)
    assert alice.post(path, data={**FORM, "name": "Version d’Alice", "seen": seen}).status_code == 302
    stale = bob.post(path, data={**FORM, "name": "Version de Bob", "seen": seen})
    assert stale.status_code == 409
    assert "Version d’Alice" in stale.text
    assert "Version de Bob" in stale.text
    decided = bob.post(path, data={**FORM, "name": "Version de Bob", "seen": seen_in(stale.text)})
    assert decided.status_code == 302
    assert stored()[0].name == "Version de Bob"


def test_withdrawn_partner_comes_back_by_one_click(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    alice.post(path_of(world), data=FORM)
    id_ = stored()[0].id
    gone = alice.post(path_of(world, f"{id_}/withdraw"), follow_redirects=True)
    assert "n’est plus dans la liste des partenaires" in gone.text
    assert path_of(world, f"{id_}/restore") in gone.text
    assert stored()[0].withdrawn_at is not None
    alice.post(path_of(world, f"{id_}/restore"))
    assert stored()[0].withdrawn_at is None


@pytest.mark.parametrize(("who", "status"), [("tutor", 403), ("paul", 403), ("partner", 403), ("zoe", 404)])
def test_others_do_not_touch_partners(world: World, client_of: ClientOf, who: str, status: int) -> None:
    client_of(world.alice).post(path_of(world), data=FORM)
    id_ = stored()[0].id
    client = client_of(getattr(world, who))
    assert client.post(path_of(world), data={**FORM, "name": "X"}).status_code == status
    assert client.get(path_of(world, str(id_))).status_code == status
    assert client.post(path_of(world, f"{id_}/withdraw")).status_code == status
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Partner)) == 1
    assert stored()[0].withdrawn_at is None


@pytest.mark.parametrize("id_", ["0", "999999", "99999999999999999999"])
def test_unknown_partner_is_not_found(world: World, client_of: ClientOf, id_: str) -> None:
    client = client_of(world.alice)
    assert client.get(path_of(world, id_)).status_code == 404
    assert client.post(path_of(world, f"{id_}/withdraw")).status_code == 404


def test_anonymous_is_asked_to_sign_in(world: World, client_of: ClientOf) -> None:
    assert client_of().get(path_of(world)).location.startswith("/sign-in")
