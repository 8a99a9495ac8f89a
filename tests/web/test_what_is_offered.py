"""Pages offer each reader what that reader may do, and show what they may read: no more, no less."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.class_session import ClassSession
from models.problem import Confidentiality, Problem
from models.session import transaction
from tests.conftest import ClientOf
from tests.factories import World, hold
from tests.services.test_ballots import open_ballot, write_board


def begin_session(world: World) -> str:
    """The world's session began an hour ago; the address of its month, whatever day it is."""
    begun = utcnow() - timedelta(hours=1)
    with transaction() as session:
        row = hold(session.get_one(ClassSession, world.class_session.id), begun)
        month = f"{row.day:%Y-%m}"
    return f"/cohorts/{world.cohort.id}/calendar?month={month}"


@pytest.mark.parametrize(
    ("who", "notes", "manages"), [("tutor", True, False), ("manager", True, True), ("alice", False, False)]
)
def test_calendar_offers_attendance_and_changes_to_who_may(
    client_of: ClientOf, world: World, who: str, notes: bool, manages: bool
) -> None:
    client = client_of(world.people[who])
    month = client.get(begin_session(world)).text
    base = f"/cohorts/{world.cohort.id}/sessions"
    assert (f"{base}/new" in month) is manages
    sheet = f"{base}/{world.class_session.id}/1/attendance"
    assert (sheet in month) is notes
    one = client.get(f"{base}/{world.class_session.id}/1").text
    assert (sheet in one) is notes
    assert (f"{base}/{world.class_session.id}/1/edit" in one) is manages


def test_cohort_lists_a_private_project_to_who_follows_only(client_of: ClientOf, world: World) -> None:
    page = f"/cohorts/{world.cohort.id}"
    link = f"/projects/{world.project.id}"
    assert link in client_of(world.paul).get(page).text
    with transaction() as session:
        session.execute(
            update(Problem).where(Problem.id == world.problem.id).values(confidentiality=Confidentiality.TEAM)
        )
    assert link not in client_of(world.paul).get(page).text
    for who in ("alice", "tutor", "manager"):
        assert link in client_of(world.people[who]).get(page).text, who


def test_what_became_of_a_problem_is_told_to_who_follows_it(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        session.add(
            Activity(
                cohort_id=world.cohort.id,
                problem_id=world.problem.id,
                user_id=world.tutor.id,
                kind=ActivityKind.PROBLEM_ACCEPTED,
            )
        )
    page = f"/problems/{world.problem.id}"
    for who, is_told in (("alice", True), ("tutor", True), ("manager", True), ("paul", False)):
        assert ("Historique" in client_of(world.people[who]).get(page).text) is is_told, who


@pytest.mark.parametrize(
    ("who", "partners", "votes", "closes"),
    [
        ("alice", False, True, True),
        ("tutor", False, False, True),
        ("guest", True, True, False),
        ("partner", True, True, False),
    ],
)
def test_ballot_says_who_votes_and_who_closes(
    client_of: ClientOf, world: World, who: str, partners: bool, votes: bool, closes: bool
) -> None:
    write_board(world, "Une idée")
    open_ballot(world, with_partners=partners)
    client = client_of(guest=world.guests["guest"]) if who == "guest" else client_of(world.people[who])
    ballot = client.get(f"/boards/{world.board.id}/rounds").get_json()["ballot"]
    assert (ballot["may_vote"], ballot["may_close"]) == (votes, closes)
