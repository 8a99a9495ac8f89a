"""The feedback pages: drafts, release, answers, what was typed kept after a refusal."""

import pytest
from sqlalchemy import func, select

from models.feedback import Feedback, FeedbackStatus
from models.session import reading
from tests.conftest import ClientOf
from tests.factories import World

BODY = "Le défi est net. Qui pourrait dire non ?"


def write(client_of: ClientOf, world: World, then: str = "draft", **values: str) -> int:
    form = {"step_code": "understand", "body": BODY, "then": then, **values}
    response = client_of(world.tutor).post(f"/projects/{world.project.id}/feedback/new", data=form)
    assert response.status_code == 302
    return int(response.location.rsplit("-", 1)[1])


def stored(id_: int) -> Feedback:
    with reading() as session:
        return session.get_one(Feedback, id_)


def test_draft_is_seen_by_the_tutor_and_not_by_the_team(world: World, client_of: ClientOf) -> None:
    write(client_of, world)
    path = f"/projects/{world.project.id}/feedback"
    assert BODY.split(".", maxsplit=1)[0] in client_of(world.tutor).get(path).text
    assert BODY.split(".", maxsplit=1)[0] not in client_of(world.alice).get(path).text


def test_released_feedback_is_read_then_answered(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world, "release")
    alice = client_of(world.alice)
    assert stored(id_).read_at is None
    assert "Le défi est net" in alice.get(f"/projects/{world.project.id}/feedback").text
    assert stored(id_).read_at is not None
    sent = alice.post(
        f"/feedback/{id_}/answer", data={"answer": "contested", "answer_text": "Nous avons vérifié."}
    )
    assert sent.status_code == 302
    assert "Nous avons vérifié." in client_of(world.tutor).get(f"/projects/{world.project.id}/feedback").text


def test_tutor_reading_does_not_count_as_read(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world, "release")
    client_of(world.tutor).get(f"/projects/{world.project.id}/feedback")
    assert stored(id_).read_at is None


def test_contest_without_reason_is_refused_in_place(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world, "release")
    response = client_of(world.alice).post(f"/feedback/{id_}/answer", data={"answer": "contested"})
    assert response.status_code == 422
    assert "Dites pourquoi vous contestez ce retour." in response.text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"body": "  "}, "Ce champ est nécessaire."),
        ({"body": "x" * 6001}, "trop long"),
        ({"body": "avec un \x00 dedans"}, "caractères illisibles"),
        ({"step_code": "nowhere"}, None),
    ],
)
def test_bad_input_is_refused_in_place_and_kept(
    world: World, client_of: ClientOf, values: dict[str, str], message: str | None
) -> None:
    form = {"step_code": "understand", "body": BODY, "then": "draft", **values}
    response = client_of(world.tutor).post(f"/projects/{world.project.id}/feedback/new", data=form)
    assert response.status_code == 422
    assert message is None or message in response.text
    assert values.get("body", BODY).strip().replace("\x00", "")[:40] in response.text.replace("\x00", "")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 0


def test_invalid_utf8_is_refused_in_place(world: World, client_of: ClientOf) -> None:
    response = client_of(world.tutor).post(
        f"/projects/{world.project.id}/feedback/new",
        data=b"step_code=understand&body=caf%E9+froid&then=draft",
        content_type="application/x-www-form-urlencoded",
    )
    assert response.status_code == 422
    assert "caractères illisibles" in response.text


def test_form_sent_twice_writes_once(world: World, client_of: ClientOf) -> None:
    client = client_of(world.tutor)
    form = {"step_code": "", "body": BODY, "then": "draft", "_once": "same-key"}
    places = {client.post(f"/projects/{world.project.id}/feedback/new", data=form).location for _ in range(3)}
    assert len(places) == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == 1


def test_stale_draft_shows_both_versions(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world)
    client = client_of(world.tutor)
    first = client.post(
        f"/feedback/{id_}/edit", data={"body": "Version de l’autre onglet", "step_code": "", "version": "1"}
    )
    assert first.status_code == 302
    stale = client.post(
        f"/feedback/{id_}/edit", data={"body": "Ma version à moi", "step_code": "", "version": "1"}
    )
    assert stale.status_code == 409
    assert "Version de l’autre onglet" in stale.text
    assert "Ma version à moi" in stale.text
    assert 'name="version" value="2"' in stale.text
    again = client.post(
        f"/feedback/{id_}/edit", data={"body": "Ma version à moi", "step_code": "", "version": "2"}
    )
    assert again.status_code == 302
    assert stored(id_).body == "Ma version à moi"


@pytest.mark.parametrize(
    ("name", "status"),
    [("alice", 403), ("manager", 403), ("paul", 403), ("partner", 403), ("zoe", 404), ("observer", 403)],
)
def test_only_a_tutor_of_the_cohort_writes(world: World, client_of: ClientOf, name: str, status: int) -> None:
    path = f"/projects/{world.project.id}/feedback/new"
    assert client_of(world.people[name]).get(path).status_code == status
    assert (
        client_of(world.people[name]).post(path, data={"body": BODY, "step_code": ""}).status_code == status
    )


@pytest.mark.parametrize("name", ["paul", "partner", "observer", "zoe", "other_tutor"])
@pytest.mark.parametrize("verb", ["release", "discard", "answer", "edit"])
def test_feedback_of_others_is_not_found_whatever_is_tried(
    world: World, client_of: ClientOf, name: str, verb: str
) -> None:
    id_ = write(client_of, world)
    form = {"answer": "addressed", "body": "x", "step_code": "", "version": "1"}
    assert client_of(world.people[name]).post(f"/feedback/{id_}/{verb}", data=form).status_code == 404
    assert stored(id_).status is FeedbackStatus.DRAFT


def test_discarded_draft_is_gone(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world)
    assert client_of(world.tutor).post(f"/feedback/{id_}/discard").status_code == 302
    with reading() as session:
        assert session.get(Feedback, id_) is None


def test_guest_meets_no_feedback(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release")
    guest = client_of(guest=world.guests["guest"])
    assert guest.get(f"/projects/{world.project.id}/feedback").status_code == 403


def test_notification_leads_to_the_feedback_and_is_read(world: World, client_of: ClientOf) -> None:
    id_ = write(client_of, world, "release")
    alice = client_of(world.alice)
    assert alice.get("/notifications/count").json == {"count": 1}
    page = alice.get("/notifications").text
    assert "Tutor" in page
    opened = alice.get("/notifications/1")
    assert opened.location == f"/projects/{world.project.id}/feedback#feedback-{id_}"
    assert alice.get("/notifications/count").json == {"count": 0}


def test_notification_of_somebody_else_is_not_found(world: World, client_of: ClientOf) -> None:
    write(client_of, world, "release")
    assert client_of(world.paul).get("/notifications/1").status_code == 404


def test_all_notifications_are_marked_read_at_once(world: World, client_of: ClientOf) -> None:
    for _time in range(3):
        write(client_of, world, "release")
    alice = client_of(world.alice)
    assert alice.post("/notifications/read").status_code == 302
    assert alice.get("/notifications/count").json == {"count": 0}
