"""Reviews between teams: round robin, the deadline, one reminder, all at once, blind or named."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.access import access_project
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.job import Job, JobKind
from models.notification import Notification, NotificationKind
from models.peer_review import PeerReview, PeerRound, PeerRoundStatus
from models.people import User
from models.personal_rows import person_of
from models.problem import Confidentiality, Problem
from models.project import Project
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, make_problem
from tests.queries import counting_queries
from workspace.services import peer_reviews as service
from workspace.services.personal_export import export_of

WEEK = timedelta(days=7)
BODY = "Le point de départ n’est pas chiffré."
KIND = NotificationKind


def prepare(world: World, *, is_blind: bool = True) -> int:
    """A round of the two teams of the cohort, opened."""
    with transaction() as session:
        session.get_one(Team, world.peer_team.id).name = "Zibeline argentée"
        session.get_one(User, world.paul.id).name = "Paulette Ravignan"
        cohort = session.get_one(Cohort, world.cohort.id)
        problem = make_problem(session, cohort, world.paul, team_id=world.peer_team.id)
        session.add(Project(team_id=world.peer_team.id, problem_id=problem.id, title="Le projet voisin"))
        session.flush()
        tutor = world.actor(session, "tutor")
        due = utcnow() + WEEK
        return service.prepare_round(
            session, tutor, cohort, title="À mi-parcours", is_blind=is_blind, due_at=due
        ).id


def begin(world: World, round_id: int) -> None:
    with transaction() as session:
        tutor = world.actor(session, "tutor")
        service.open_round(session, tutor, service.access_round(session, tutor, world.cohort.id, round_id))


def release(world: World, round_id: int) -> None:
    with transaction() as session:
        tutor = world.actor(session, "tutor")
        service.release_round(session, tutor, service.access_round(session, tutor, world.cohort.id, round_id))


def review_by(session: Session, round_id: int, team: Team) -> PeerReview:
    asked = select(PeerReview).where(PeerReview.round_id == round_id, PeerReview.team_id == team.id)
    return session.scalars(asked).one()


def write(world: World, round_id: int, name: str = "paul", *, hand_in: bool = True, body: str = BODY) -> None:
    team = world.peer_team if name == "paul" else world.team
    with transaction() as session:
        actor = world.actor(session, name)
        review = service.access_review(session, actor, review_by(session, round_id, team).id)
        levels = {"novelty": 3, "unknown": 2}
        service.write_review(
            session, actor, review, body=body, levels=levels, version=review.version, hand_in=hand_in
        )


def told(kind: NotificationKind) -> list[int]:
    with reading() as session:
        return sorted(session.scalars(select(Notification.user_id).where(Notification.kind == kind)))


def received(world: World, name: str) -> list[service.Received]:
    with reading() as session:
        actor = world.actor(session, name)
        project = session.scalars(
            select(Project).where(Project.id == world.project.id).options(*service.project_options())
        ).one()
        return service.reviews_of(session, actor, project)


def test_each_team_looks_at_another_and_each_is_looked_at_once(any_world: World) -> None:
    projects = [Project(id=number, team_id=number * 10) for number in range(1, 6)]
    pairs = service.round_robin(projects)
    assert all(team_id != project.team_id for team_id, project in pairs)
    assert sorted(project.id for _team, project in pairs) == [1, 2, 3, 4, 5]
    round_id = prepare(any_world)
    with reading() as session:
        found = session.scalars(select(PeerReview).where(PeerReview.round_id == round_id)).all()
        assert {row.team_id for row in found} == {any_world.team.id, any_world.peer_team.id}


def test_project_kept_from_the_cohort_is_given_to_nobody(any_world: World) -> None:
    with transaction() as session:
        session.execute(
            update(Problem)
            .where(Problem.id == any_world.problem.id)
            .values(confidentiality=Confidentiality.TEAM)
        )
    with pytest.raises(Refused):
        prepare(any_world)


def test_team_is_asked_when_the_round_opens_and_writes_only_then(any_world: World) -> None:
    round_id = prepare(any_world)
    with pytest.raises(NotFound):
        write(any_world, round_id)
    begin(any_world, round_id)
    begin(any_world, round_id)
    everybody = sorted([any_world.alice.id, any_world.bob.id, any_world.paul.id])
    assert told(KIND.PEER_REVIEW_ASKED) == everybody
    write(any_world, round_id)
    with reading() as session:
        assert review_by(session, round_id, any_world.peer_team).handed_in_at is not None


@pytest.mark.parametrize("name", ["alice", "bob", "zoe", "tutor", "manager", "observer", "partner", "guest"])
def test_review_is_not_found_but_by_the_team_that_writes(any_world: World, name: str) -> None:
    round_id = prepare(any_world)
    begin(any_world, round_id)
    with reading() as session:
        id_ = review_by(session, round_id, any_world.peer_team).id
        with pytest.raises(NotFound):
            service.access_review(session, any_world.actor(session, name), id_)


@pytest.mark.parametrize(("name", "error"), [("alice", Forbidden), ("zoe", NotFound), ("observer", NotFound)])
def test_round_is_led_by_tutors_and_managers(any_world: World, name: str, error: type[Exception]) -> None:
    round_id = prepare(any_world)
    with reading() as session:
        manager = any_world.actor(session, "manager")
        assert service.access_round(session, manager, any_world.cohort.id, round_id).id == round_id
        with pytest.raises(error):
            service.access_round(session, any_world.actor(session, name), any_world.cohort.id, round_id)


def test_after_the_deadline_nothing_is_written(any_world: World) -> None:
    round_id = prepare(any_world)
    begin(any_world, round_id)
    with transaction() as session:
        session.execute(update(PeerRound).values(due_at=utcnow() - timedelta(minutes=1)))
    with pytest.raises(Refused):
        write(any_world, round_id)


def test_reminder_goes_once_to_the_teams_that_have_not_handed_in(any_world: World) -> None:
    round_id = prepare(any_world)
    begin(any_world, round_id)
    write(any_world, round_id, "paul")
    write(any_world, round_id, "alice", hand_in=False)
    with reading() as session:
        job = session.scalars(select(Job).where(Job.kind == JobKind.REMIND_PEER_REVIEW)).one()
        due = session.get_one(PeerRound, round_id).due_at
        assert job.run_at == due - timedelta(days=1)
    for _time in range(2):
        service.remind(job.key, job.run_at)
    assert told(KIND.PEER_REVIEW_DUE) == sorted([any_world.alice.id, any_world.bob.id])


def test_nobody_reads_a_review_before_all_are_released(any_world: World) -> None:
    round_id = prepare(any_world)
    begin(any_world, round_id)
    write(any_world, round_id)
    assert received(any_world, "alice") == []
    release(any_world, round_id)
    release(any_world, round_id)
    assert [one.body for one in received(any_world, "alice")] == [BODY]
    assert [mark.rank for mark in received(any_world, "alice")[0].marks] == [3]
    assert told(KIND.PEER_REVIEW_RELEASED) == sorted([any_world.alice.id, any_world.bob.id])
    for name in ("paul", "observer", "partner", "guest"):
        assert received(any_world, name) == [], name


def test_what_was_not_handed_in_is_not_released(any_world: World) -> None:
    round_id = prepare(any_world)
    begin(any_world, round_id)
    write(any_world, round_id, hand_in=False)
    release(any_world, round_id)
    assert received(any_world, "alice") == []


def test_named_round_gives_the_team_and_a_blind_one_does_not(any_world: World) -> None:
    round_id = prepare(any_world, is_blind=False)
    begin(any_world, round_id)
    write(any_world, round_id)
    release(any_world, round_id)
    assert [one.team for one in received(any_world, "alice")] == ["Zibeline argentée"]
    with transaction() as session:
        session.get_one(PeerRound, round_id).is_blind = True
    assert [one.team for one in received(any_world, "alice")] == [""]


def test_blind_round_sends_no_name_to_the_team_that_is_reviewed(world: World, client_of: ClientOf) -> None:
    round_id = prepare(world)
    begin(world, round_id)
    write(world, round_id)
    release(world, round_id)
    alice = client_of(world.alice)
    paths = (f"/projects/{world.project.id}/feedback", "/notifications", "/")
    sent = [alice.get(path).text for path in paths]
    assert "Le point de départ" in sent[0]
    with reading() as session:
        rows = session.scalars(select(Notification).where(Notification.user_id == world.alice.id))
        sent += [f"{row.who} {row.subject} {row.url}" for row in rows]
        review = review_by(session, round_id, world.peer_team)
        export = export_of(session, person_of(session.get_one(User, world.alice.id)))
        sent.append(json.dumps(export.as_json()))
    for text in sent:
        assert "Zibeline" not in text
        assert "Ravignan" not in text
        assert f'/peer-reviews/{review.id}"' not in text


def test_pairs_are_changed_until_the_round_opens(any_world: World) -> None:
    round_id = prepare(any_world)
    own, other = any_world.team.id, any_world.peer_team.id

    def pair(chosen: dict[int, int | None]) -> None:
        with transaction() as session:
            tutor = any_world.actor(session, "tutor")
            row = service.access_round(session, tutor, any_world.cohort.id, round_id)
            service.set_pairs(session, row, chosen)

    with pytest.raises(Invalid):
        pair({own: any_world.project.id})
    with pytest.raises(Invalid):
        pair({any_world.other_team.id: any_world.project.id})
    pair({own: None, other: any_world.project.id})
    with reading() as session:
        asked = select(PeerReview.team_id).where(PeerReview.round_id == round_id)
        assert session.scalars(asked).all() == [other]
    begin(any_world, round_id)
    with pytest.raises(Refused):
        pair({other: None})


def test_teammate_who_wrote_meanwhile_is_not_overwritten(any_world: World) -> None:
    round_id = prepare(any_world)
    begin(any_world, round_id)
    write(any_world, round_id, "alice", hand_in=False)
    with transaction() as session:
        bob = any_world.actor(session, "bob")
        review = service.access_review(session, bob, review_by(session, round_id, any_world.team).id)
        with pytest.raises(Conflict) as conflict:
            service.write_review(session, bob, review, body="Autre", levels={}, version=1, hand_in=True)
    assert conflict.value.current["body"] == BODY


def test_pages_of_a_round_and_of_a_review_work_and_keep_what_was_typed(
    world: World, client_of: ClientOf
) -> None:
    round_id = prepare(world)
    tutor, path = client_of(world.tutor), f"/cohorts/{world.cohort.id}/peer-reviews"
    assert "À mi-parcours" in tutor.get(path).text
    assert "Le projet voisin" in tutor.get(f"{path}/{round_id}").text
    assert tutor.post(f"{path}/{round_id}/open").status_code == 302
    with reading() as session:
        id_ = review_by(session, round_id, world.peer_team).id
        assert session.get_one(PeerRound, round_id).status is PeerRoundStatus.OPEN
    paul = client_of(world.paul)
    empty = paul.post(f"/peer-reviews/{id_}", data={"version": "1", "then": "hand_in", "level-novelty": "2"})
    assert empty.status_code == 422
    assert 'name="level-novelty" value="2" checked' in empty.text
    form = {"version": "1", "then": "hand_in", "body": BODY}
    assert paul.post(f"/peer-reviews/{id_}", data=form).status_code == 302
    assert "Rendu" in tutor.get(f"{path}/{round_id}").text
    assert tutor.post(f"{path}/{round_id}/release").status_code == 302
    assert (
        "Une équipe de la promotion"
        in client_of(world.bob).get(f"/projects/{world.project.id}/feedback").text
    )
    bad = tutor.post(path, data={"title": "Fin", "names": "blind", "day": "2001-01-01", "hour": "18:00"})
    assert bad.status_code == 422
    assert "Cette heure est déjà passée." in bad.text


def test_reading_reviews_asks_as_many_queries_for_many_as_for_one(any_world: World) -> None:
    round_id = prepare(any_world)
    begin(any_world, round_id)
    write(any_world, round_id)
    release(any_world, round_id)

    def count() -> int:
        with reading() as session:
            alice = any_world.actor(session, "alice")
            project = access_project(session, alice, any_world.project.id)
            with counting_queries() as asked:
                service.reviews_of(session, alice, project)
            return int(asked)

    few = count()
    for _time in range(3):
        with transaction() as session:
            row = PeerRound(
                cohort_id=any_world.cohort.id,
                title="Un autre",
                due_at=utcnow(),
                status=PeerRoundStatus.RELEASED,
            )
            session.add(row)
            session.flush()
            session.add(
                PeerReview(
                    round_id=row.id,
                    team_id=any_world.peer_team.id,
                    project_id=any_world.project.id,
                    body=BODY,
                    handed_in_at=utcnow(),
                )
            )
    assert count() == few
