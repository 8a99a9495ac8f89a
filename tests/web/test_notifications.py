"""The list of notifications: by day and project, marked, filtered, muted; each leads to its place."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.base import utcnow
from models.membership import Membership
from models.notification import Notification, NotificationKind, ProjectMute, notify
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, make_milestone, make_solution
from tests.queries import counting_queries
from tests.web.test_feedback import write

KIND = NotificationKind


def tell(world: World, kind: NotificationKind = KIND.GUEST_JOINED, who: str = "Zoé", **others: object) -> int:
    values = {"subject": "Carte", "url": f"/projects/{world.project.id}", "project_id": world.project.id}
    with transaction() as session:
        notify(session, [world.alice.id], kind, who=who, **{**values, **others})  # type: ignore[arg-type]
        session.flush()
        return session.scalars(select(Notification.id).order_by(Notification.id.desc())).first() or 0


def test_list_is_by_day_and_project(world: World, client_of: ClientOf) -> None:
    old = tell(world, who="Hier")
    with transaction() as session:
        row = session.get_one(Notification, old)
        row.created_at -= timedelta(days=2)
    tell(world, who="Ana")
    tell(world, who="Tom", kind=KIND.SESSION_MOVED, project_id=None, url="/notifications")
    page = client_of(world.alice).get("/notifications").text
    assert page.count('class="told-day"') == 2
    for words in (world.project.title, "Votre promotion et votre compte", "Ana a rejoint", "Hier a rejoint"):
        assert words in page


def test_number_of_queries_does_not_grow_with_the_list(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    tell(world)
    alice.get("/notifications")
    with counting_queries() as few:
        alice.get("/notifications")
    for number in range(12):
        tell(world, kind=KIND.COMMENT_REPLY, who=f"N{number}", url=f"/boards/{world.board.id}#comments-1")
    with counting_queries() as many:
        alice.get("/notifications")
    assert int(many) == int(few)


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("?show=unread", {"Ana", "Cy"}),
        ("?show=direct", {"Ana"}),
        ("?project={}", {"Bo", "Ana"}),
        ("?show=x", None),
    ],
)
def test_list_is_filtered(world: World, client_of: ClientOf, query: str, seen: set[str] | None) -> None:
    tell(world, who="Ana", kind=KIND.COMMENT_MENTION, url=f"/boards/{world.board.id}#comments-1")
    read = tell(world, who="Bo")
    tell(world, who="Cy", project_id=None)
    alice = client_of(world.alice)
    alice.post("/notifications/read", data={"id": read})
    page = alice.get("/notifications" + query.format(world.project.id)).text
    found = {who for who in ("Ana", "Bo", "Cy") if f">{who} " in page or f"{who} a rejoint" in page}
    found |= {"Ana"} & ({"Ana"} if "Ana vous mentionne" in page else set())
    assert found == (seen if seen is not None else {"Ana", "Bo", "Cy"})


def test_filter_that_finds_nothing_says_so(world: World, client_of: ClientOf) -> None:
    alice = client_of(world.alice)
    assert "Rien de nouveau" in alice.get("/notifications").text
    assert "Aucune notification ne répond à ce filtre" in alice.get("/notifications?show=unread").text


def test_older_ones_are_a_page_away(
    world: World, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.web.notifications.routes.PER_PAGE", 2)
    ids = [tell(world, who=f"Numéro{number}") for number in range(3)]
    alice = client_of(world.alice)
    assert "Numéro0" not in alice.get("/notifications").text
    older = alice.get(f"/notifications?before={ids[1]}").text
    assert "Numéro0" in older
    assert "Numéro1" not in older


def test_one_is_marked_as_read_or_all(world: World, client_of: ClientOf) -> None:
    one, _other = tell(world), tell(world)
    alice, bob = client_of(world.alice), client_of(world.bob)
    count = lambda: alice.get("/notifications/count").json["count"]  # noqa: E731 - asked thrice
    bob.post("/notifications/read", data={"id": one})
    assert count() == 2
    alice.post("/notifications/read", data={"id": one})
    assert count() == 1
    alice.post("/notifications/read")
    assert count() == 0


def test_page_is_told_what_came_since_and_only_what_is_for_the_reader_in_person(
    world: World, client_of: ClientOf
) -> None:
    first = tell(world, kind=KIND.COMMENT_MENTION, url=f"/boards/{world.board.id}#comments-1")
    alice = client_of(world.alice)
    assert alice.get("/notifications/count").json == {"count": 1, "last": first, "said": []}
    tell(world)
    said = tell(world, kind=KIND.FEEDBACK_RELEASED, who="Tom")
    answer = alice.get(f"/notifications/count?after={first}").json
    assert (answer["count"], answer["last"]) == (3, said)
    assert [one["id"] for one in answer["said"]] == [said]
    assert "Tom vous a fait un retour" in answer["said"][0]["text"]
    part = alice.get("/notifications/part").json["html"]
    assert "Tom vous a fait un retour" in part
    assert "<html" not in part


# -- to the place -------------------------------------------------------------------------------


def test_feedback_leads_to_what_it_speaks_of(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        solution = make_solution(session, world.project, world.board)
        milestone = make_milestone(session, world.cohort)
        ids = solution.id, milestone.id
        version = solution.versions[0].id
    places = {
        f"solution.{version}": f"/solutions/{ids[0]}#version-1",
        f"milestone.{ids[1]}": f"/projects/{world.project.id}/milestones/{ids[1]}",
        "problem": f"/problems/{world.problem.id}",
        "understand": f"/projects/{world.project.id}?step=understand#step",
        "project": f"/projects/{world.project.id}",
    }
    alice = client_of(world.alice)
    for about, place in places.items():
        write(client_of, world, "release", about=about)
        with reading() as session:
            newest = session.scalars(
                select(Notification.id)
                .where(Notification.user_id == world.alice.id)
                .order_by(Notification.id.desc())
            ).first()
        opened = alice.get(f"/notifications/{newest}")
        assert opened.location == place, about
        assert "Le défi est net" in alice.get(place.partition("#")[0]).text


def test_feedback_whose_place_is_gone_leads_to_its_page(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        milestone = make_milestone(session, world.cohort)
        id_ = milestone.id
    feedback = write(client_of, world, "release", about=f"milestone.{id_}")
    with transaction() as session:
        session.delete(session.get_one(type(milestone), id_))
    with reading() as session:
        newest = session.scalars(
            select(Notification.id).where(Notification.user_id == world.alice.id)
        ).first()
    opened = client_of(world.alice).get(f"/notifications/{newest}")
    assert opened.location == f"/projects/{world.project.id}/feedback#feedback-{feedback}"


# -- muted projects -----------------------------------------------------------------------------


def mute(client_of: ClientOf, user: object, world: World, muted: str = "1") -> int:
    path = f"/notifications/projects/{world.project.id}/mute"
    return (
        client_of(user).post(path, data={"muted": muted, "next": f"/projects/{world.project.id}"}).status_code
    )


def test_muted_project_is_listed_silently_and_mentions_still_arrive(
    world: World, client_of: ClientOf
) -> None:
    alice = client_of(world.alice)
    tell(world, who="Avant")
    assert "Mettre en sourdine" in alice.get(f"/projects/{world.project.id}").text
    assert mute(client_of, world.alice, world) == 302
    tell(world, who="Après")
    assert alice.get("/notifications/count").json["count"] == 0
    tell(world, kind=KIND.COMMENT_MENTION, url=f"/boards/{world.board.id}#comments-1")
    tell(world, kind=KIND.ACCESS_DATES_CHANGED)
    assert alice.get("/notifications/count").json["count"] == 2
    page = alice.get("/notifications").text
    assert "Avant a rejoint" in page
    assert "Après a rejoint" in page
    assert "en sourdine" in page
    assert "Réactiver les notifications" in alice.get(f"/projects/{world.project.id}").text
    choices = alice.get("/notifications/choices").text
    assert world.project.title in choices
    assert "Deux choses vous parviennent toujours" in choices
    assert mute(client_of, world.alice, world, "") == 302
    tell(world)
    assert alice.get("/notifications/count").json["count"] == 3


def test_mute_is_one_persons_own(world: World, client_of: ClientOf) -> None:
    mute(client_of, world.bob, world)
    mute(client_of, world.bob, world)
    tell(world)
    assert client_of(world.alice).get("/notifications/count").json["count"] == 1


def test_whoever_lost_the_project_may_still_undo_and_does_not_read_its_title(
    world: World, client_of: ClientOf
) -> None:
    mute(client_of, world.partner, world)
    with transaction() as session:
        session.execute(
            update(Membership).where(Membership.user_id == world.partner.id).values(ends_at=utcnow())
        )
    page = client_of(world.partner).get("/notifications/choices").text
    assert world.project.title not in page
    assert "Un projet que vous ne voyez plus" in page
    assert mute(client_of, world.partner, world, "") == 302
    with reading() as session:
        assert session.scalars(select(ProjectMute)).all() == []
    assert mute(client_of, world.partner, world) == 404
