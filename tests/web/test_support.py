"""Offers of support, as the élu makes and follows them and as the team answers: the pages."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.base import utcnow
from models.cohort import Team
from models.membership import Membership
from models.notification import Notification, NotificationKind
from models.session import reading, transaction
from models.support import SupportChange, SupportOffer, SupportStatus
from tests.conftest import ClientOf
from tests.factories import World, make_offer
from tests.queries import counting_queries
from workspace.services.briefs import BriefText, publish_brief, save_draft

BODY = "La salle du conseil, un mardi à 18 h."


def elu_page(world: World) -> str:
    return f"/observations/{world.project.id}"


def offer(client: FlaskClient, world: World, **values: str) -> TestResponse:
    return client.post(elu_page(world) + "/support", data={"kind": "room", "body": BODY, **values})


def made(world: World, body: str = BODY) -> int:
    with transaction() as session:
        return make_offer(session, world.project, world.observer, body).id


def answer(client: FlaskClient, world: World, id_: int, to: str, **values: str) -> TestResponse:
    with reading() as session:
        version = session.get_one(SupportOffer, id_).version
    day = utcnow().date() + timedelta(days=9)
    said = {"to": to, "version": str(version), "due_on": day.isoformat(), "owner_id": str(world.bob.id)}
    form = {f"s{id_}-{name}": value for name, value in {**said, **values}.items()}
    return client.post(f"/support/{id_}", data=form)


def status(id_: int) -> SupportStatus:
    with reading() as session:
        return session.get_one(SupportOffer, id_).status


def test_elu_offers_from_the_brief_and_reads_it_on_both_pages(world: World, client_of: ClientOf) -> None:
    observer = client_of(world.observer)
    sent = offer(observer, world)
    with reading() as session:
        id_ = session.scalars(select(SupportOffer.id)).one()
    assert sent.location == f"{elu_page(world)}#offer-{id_}"
    for page in (elu_page(world), "/observations"):
        text = observer.get(page).text
        assert BODY in text
        assert "Proposé" in text


def test_offer_sent_twice_is_made_once(world: World, client_of: ClientOf) -> None:
    observer = client_of(world.observer)
    for _time in range(2):
        offer(observer, world, _once="the-same-key")
    with reading() as session:
        assert session.scalar(select(func.count(SupportOffer.id))) == 1


@pytest.mark.parametrize(
    "values", [{"body": ""}, {"body": "x" * 601}, {"body": "a\0b"}, {"kind": ""}, {"kind": "money"}]
)
def test_bad_offer_is_refused_in_place_and_kept(
    world: World, client_of: ClientOf, values: dict[str, str]
) -> None:
    page = offer(client_of(world.observer), world, **values)
    assert page.status_code == 422
    assert "field-error" in page.text
    if "kind" in values:
        assert BODY in page.text
    with reading() as session:
        assert session.scalar(select(func.count(SupportOffer.id))) == 0


def test_team_accepts_and_the_elu_reads_the_answer(world: World, client_of: ClientOf) -> None:
    id_ = made(world)
    alice, observer = client_of(world.alice), client_of(world.observer)
    page = alice.get(f"/projects/{world.project.id}/support").text
    assert BODY in page
    assert "À répondre" in page
    sent = answer(alice, world, id_, "accepted", word="Avec joie !")
    assert sent.location == f"/projects/{world.project.id}/support#offer-{id_}"
    page = observer.get(elu_page(world)).text
    assert "Accepté" in page
    assert "Avec joie !" in page
    assert (
        "Engagement tenu"
        in alice.post(
            f"/support/{id_}", data={f"s{id_}-to": "kept", f"s{id_}-version": "2"}, follow_redirects=True
        ).text
    )
    assert "Tenu" in observer.get("/observations").text


def test_refusal_needs_a_word_and_keeps_what_was_typed(world: World, client_of: ClientOf) -> None:
    id_ = made(world)
    alice = client_of(world.alice)
    page = answer(alice, world, id_, "declined")
    assert page.status_code == 422
    assert "Dites un mot de votre refus" in page.text
    assert status(id_) is SupportStatus.OFFERED
    assert answer(alice, world, id_, "declined", word="C’est trop tôt.").status_code == 302
    assert "C’est trop tôt." in client_of(world.observer).get(elu_page(world)).text


def test_old_page_is_told_where_the_offer_is_now_and_loses_no_word(world: World, client_of: ClientOf) -> None:
    id_ = made(world)
    answer(client_of(world.bob), world, id_, "accepted")
    alice = client_of(world.alice)
    page = answer(alice, world, id_, "declined", word="Non, merci.", version="1")
    assert page.status_code == 409
    assert "a changé entre-temps" in page.text
    assert "Non, merci." in page.text
    assert status(id_) is SupportStatus.ACCEPTED


@pytest.mark.parametrize("to", ["", "offered", "withdrawn", "elsewhere", "kept"])
def test_nonsense_brings_an_offer_nowhere(world: World, client_of: ClientOf, to: str) -> None:
    id_ = made(world)
    assert answer(client_of(world.alice), world, id_, to, owner_id="x").status_code in (409, 422)
    assert status(id_) is SupportStatus.OFFERED


def test_elu_withdraws_and_the_team_sees_it(world: World, client_of: ClientOf) -> None:
    id_ = made(world)
    observer = client_of(world.observer)
    assert observer.post(f"/support/{id_}/withdraw").status_code == 302
    assert "Retiré" in client_of(world.alice).get(f"/projects/{world.project.id}/support").text
    with reading() as session:
        kinds = session.scalars(select(Notification.kind).where(Notification.user_id == world.alice.id))
        assert NotificationKind.SUPPORT_WITHDRAWN in set(kinds)


def test_tutor_reads_and_is_offered_no_answer(world: World, client_of: ClientOf) -> None:
    id_ = made(world)
    page = client_of(world.tutor).get(f"/projects/{world.project.id}/support").text
    assert BODY in page
    assert f"/support/{id_}" not in page


def test_lead_finds_the_offer_on_their_home_and_on_the_project(world: World, client_of: ClientOf) -> None:
    made(world)
    alice = client_of(world.alice)
    assert "propose un appui" in alice.get("/").text
    assert "Un appui proposé attend une réponse" in alice.get(f"/projects/{world.project.id}").text
    assert "appui proposé" not in client_of(world.manager).get(f"/projects/{world.project.id}").text


def test_empty_page_says_what_to_do(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    page = f"/projects/{world.project.id}/support"
    assert "Personne n’a encore proposé d’appui" in alice.get(page).text
    with transaction() as session:
        for membership in session.scalars(select(Membership).where(Membership.user_id == world.observer.id)):
            membership.ends_at = utcnow()
    assert "Personne n’observe encore ce projet" in alice.get(page).text


def test_commitment_is_told_in_the_next_brief_only_where_the_team_chooses(
    world: World, client_of: ClientOf
) -> None:
    id_ = made(world)
    alice = client_of(world.alice)
    answer(alice, world, id_, "accepted")
    edit = f"/projects/{world.project.id}/brief"
    assert "promesse d’un·e élu·e" not in alice.get(edit).text
    alice.post(f"/support/{id_}/told", data={"on": "1"})
    page = alice.get(edit).text
    assert "promesse d’un·e élu·e" in page
    assert BODY not in page
    with transaction() as session:
        actor = world.actor(session, "alice")
        draft = save_draft(
            session,
            actor,
            world.project.id,
            BriefText(problem="Les files.", progress="Nous écoutons.", support="Une salle, promise."),
            edition=1,
            version=0,
        )
        publish_brief(session, actor, world.project.id, version=draft.version)
    with reading() as session:
        assert session.get_one(SupportOffer, id_).is_told is False
    assert "Une salle, promise." in client_of(world.observer).get(elu_page(world)).text


def test_name_of_who_answered_inside_the_team_is_not_the_elus(world: World, client_of: ClientOf) -> None:
    id_ = made(world)
    with transaction() as session:
        session.get_one(Team, world.team.id).lead_id = None
    answer(client_of(world.alice), world, id_, "accepted", word="Oui.")
    page = client_of(world.observer).get(elu_page(world)).text
    assert f"par {world.team.name}" in page
    assert f"par {world.alice.name}" not in page


def test_number_of_queries_does_not_grow_with_the_offers(world: World, client_of: ClientOf) -> None:
    made(world)
    visits = {
        f"/projects/{world.project.id}/support": client_of(world.alice),
        elu_page(world): client_of(world.observer),
        "/observations": client_of(world.observer),
    }
    counts = {}
    for page, client in visits.items():
        client.get(page)
        with counting_queries() as few:
            client.get(page)
        counts[page] = int(few)
    for number in range(4):
        id_ = made(world, f"Appui {number}")
        with transaction() as session:
            offer_ = session.get_one(SupportOffer, id_)
            offer_.status, offer_.owner_id = SupportStatus.ACCEPTED, world.bob.id
            session.add(SupportChange(offer_id=id_, status=SupportStatus.ACCEPTED, by_id=world.bob.id))
    for page, client in visits.items():
        with counting_queries() as many:
            client.get(page)
        assert int(many) == counts[page], page


def test_pages_are_in_english_for_who_reads_english(world: World, client_of: ClientOf) -> None:
    made(world)
    for name, page, expected in (
        ("alice", f"/projects/{world.project.id}/support", "To answer"),
        ("observer", elu_page(world), "Offer support"),
        ("observer", "/observations", "Your commitments"),
    ):
        client = client_of(world.people[name])
        client.post("/language", data={"locale": "en", "next": "/"})
        text = client.get(page).text
        assert expected in text
        assert "Proposé" not in text
