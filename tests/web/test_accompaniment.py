"""The proof of accompaniment: what counts, for whom, and that page, PDF and CSV tell the same."""

import html
import io
import re
from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pypdf
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.activity import Activity, ActivityKind
from models.assessment import Assessment, AssessmentStatus
from models.audit import AuditAction, AuditEntry
from models.base import utcnow
from models.class_session import Attendance, AttendanceStatus
from models.cohort import Cohort
from models.comment import Comment, Thread
from models.document import Board
from models.feedback import Feedback, FeedbackStatus
from models.membership import Membership
from models.milestone import MilestoneReach
from models.people import User
from models.session import reading, transaction
from models.workshop import Workshop
from tests.conftest import ClientOf
from tests.factories import World, make_class_session, make_milestone
from tests.queries import counting_queries
from tests.spreadsheets import csv_rows
from workspace.services.accompaniment import Proof, Scope, people_met, proof_of
from workspace.services.accompaniment_sources import Kind

WORDS = "Ce que le tuteur a écrit"


def ago(days: float) -> datetime:
    return utcnow() - timedelta(days=days)


def held(session: Session, world: World, came: list[User], days: float = 8, **values: object) -> None:
    lesson = make_class_session(session, world.cohort, "Enquêter", ago(days))
    for user in came:
        named = {"status": AttendanceStatus.ON_SITE, "noted_by_id": world.tutor.id, **values}
        session.add(Attendance(class_session_id=lesson.id, number=1, user_id=user.id, **named))


def told(session: Session, world: World, days: float, **values: object) -> None:
    named = {"body": WORDS, "status": FeedbackStatus.RELEASED, "released_at": ago(days), **values}
    session.add(Feedback(project_id=world.project.id, author_id=world.tutor.id, **named))


def commented(session: Session, board: Board, author: User, **values: object) -> None:
    thread = Thread(board_id=board.id)
    thread.comments = [Comment(author=author.key, text=WORDS, created_at=ago(3), **values)]
    session.add(thread)


def lived(world: World) -> None:
    """One of each, over two weeks; the people of the team were there all along."""
    with transaction() as session:
        for membership in session.scalars(select(Membership)):
            membership.starts_at = ago(40)
        held(session, world, [world.alice, world.bob, world.paul])
        told(session, world, 7, answered_at=ago(6), answered_by_id=world.alice.id)
        told(session, world, 5, learner_id=world.bob.id)
        told(session, world, 5, status=FeedbackStatus.DRAFT, released_at=None)
        for kind, days, user in (
            (ActivityKind.STEP_REQUESTED, 10, world.alice),
            (ActivityKind.STEP_VALIDATED, 9, world.tutor),
        ):
            session.add(
                Activity(
                    cohort_id=world.cohort.id,
                    project_id=world.project.id,
                    kind=kind,
                    user_id=user.id,
                    subject="Comprendre",
                    at=ago(days),
                )
            )
        commented(session, world.board, world.tutor)
        commented(session, world.board, world.alice)
        commented(session, world.board, world.tutor, deleted_at=utcnow())
        session.add(Workshop(board_id=world.board.id, actor_key=world.tutor.key, started_at=ago(4)))
        milestone = make_milestone(session, world.cohort)
        session.add(
            MilestoneReach(
                milestone_id=milestone.id,
                project_id=world.project.id,
                reached_at=ago(2),
                reached_by_id=world.bob.id,
            )
        )
        for whom in ({"team_id": world.team.id}, {"learner_id": world.bob.id}):
            session.add(
                Assessment(
                    cohort_id=world.cohort.id,
                    author_id=world.tutor.id,
                    status=AssessmentStatus.RELEASED,
                    released_at=ago(1),
                    **whom,
                )
            )


EVERYBODY = Scope()


def proof(world: World, scope: Scope = EVERYBODY, days: int = 60, until: int = 0) -> Proof:
    today = utcnow().date() + timedelta(days=1)
    with reading() as session:
        cohort = session.get_one(Cohort, world.cohort.id)
        people = people_met(session, cohort)
        since, last = today - timedelta(days=days), today - timedelta(days=until)
        return proof_of(session, cohort, people, scope, since, last)


def kinds(found: Proof) -> Counter[Kind]:
    return Counter(one.kind for one in found.interactions)


OF_THE_TEAM = Counter(
    {
        Kind.SESSION: 1,
        Kind.FEEDBACK: 1,
        Kind.ANSWER: 1,
        Kind.COMMENT: 1,
        Kind.WORKSHOP: 1,
        Kind.STEP_REQUESTED: 1,
        Kind.STEP_VALIDATED: 1,
        Kind.MILESTONE: 1,
        Kind.ASSESSMENT: 1,
    }
)
OF_BOB_ALONE = Counter({Kind.FEEDBACK_TO_ONE: 1, Kind.ASSESSMENT: 1})


def test_each_kind_counts_once_for_whom_it_was(world: World) -> None:
    lived(world)
    assert kinds(proof(world, Scope(learner_id=world.alice.id))) == OF_THE_TEAM
    assert kinds(proof(world, Scope(learner_id=world.bob.id))) == OF_THE_TEAM + OF_BOB_ALONE
    assert kinds(proof(world, Scope(team_id=world.team.id))) == OF_THE_TEAM + OF_BOB_ALONE
    assert kinds(proof(world, Scope(team_id=world.peer_team.id))) == Counter({Kind.SESSION: 1})
    everything = proof(world)
    assert kinds(everything) == OF_THE_TEAM + OF_BOB_ALONE + Counter({Kind.SESSION: 1})
    assert sum(count for _name, count in everything.by_team) == len(everything.interactions)
    assert everything.tutors == [world.tutor.name]


def test_same_on_both_databases(any_world: World) -> None:
    lived(any_world)
    assert kinds(proof(any_world)) == OF_THE_TEAM + OF_BOB_ALONE + Counter({Kind.SESSION: 1})


def test_what_is_for_one_learner_says_that_it_was_and_no_more(world: World) -> None:
    lived(world)
    found = proof(world, Scope(team_id=world.team.id)).interactions
    (one,) = (one for one in found if one.kind is Kind.FEEDBACK_TO_ONE)
    assert (one.by, one.with_, one.subject) == (world.tutor.name, world.bob.name, "")
    assert not any(WORDS in field for one in found for field in (one.by, one.with_, one.subject))


def test_days_are_those_of_the_cohort_and_both_ends_count(world: World) -> None:
    """Half past eleven in the evening in Paris is a day, whatever the day is in UTC or in Cayenne."""
    day = (utcnow() - timedelta(days=5)).date()
    at = datetime.combine(day, time(23, 30), UTC)  # after midnight in Paris
    with transaction() as session:
        told(session, world, 0, released_at=at)
    with reading() as session:
        cohort = session.get_one(Cohort, world.cohort.id)
        people = people_met(session, cohort)

        def count(since: int, until: int) -> int:
            days = (day + timedelta(days=shift) for shift in (since, until))
            return len(proof_of(session, cohort, people, Scope(), *days).interactions)

        assert (count(0, 0), count(1, 1), count(-3, 0), count(-3, 1), count(2, 9)) == (0, 1, 0, 1, 0)


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({}, 1),
        ({"status": AttendanceStatus.REMOTE}, 1),
        ({"status": AttendanceStatus.ABSENT}, 0),
        ({"status": AttendanceStatus.EXCUSED}, 0),
        ({"noted_by_id": None}, 0),
    ],
)
def test_session_counts_for_who_came_and_whose_coming_a_tutor_noted(
    world: World, values: dict[str, object], counted: int
) -> None:
    with transaction() as session:
        held(session, world, [world.alice], **values)
    found = proof(world, Scope(learner_id=world.alice.id))
    assert kinds(found)[Kind.SESSION] == counted
    assert kinds(proof(world, Scope(learner_id=world.bob.id)))[Kind.SESSION] == 0


def test_who_came_to_a_team_later_did_not_meet_its_tutor_before(world: World) -> None:
    lived(world)
    with transaction() as session:
        membership = session.scalars(select(Membership).where(Membership.user_id == world.alice.id)).one()
        membership.starts_at = ago(3.5)
    found = kinds(proof(world, Scope(learner_id=world.alice.id)))
    assert found == Counter({Kind.COMMENT: 1, Kind.MILESTONE: 1, Kind.ASSESSMENT: 1, Kind.SESSION: 1})


def test_title_of_a_board_that_was_put_away_is_left_out(world: World) -> None:
    lived(world)
    with transaction() as session:
        session.get_one(Board, world.board.id).archived_at = utcnow()
    found = proof(world).interactions
    assert {one.subject for one in found if one.kind in (Kind.COMMENT, Kind.WORKSHOP)} == {""}


def test_queries_do_not_grow_with_what_is_found(world: World) -> None:
    def queries() -> int:
        with counting_queries() as found:
            proof(world)
        return int(found)

    few = queries()
    lived(world)
    assert queries() == few


def address(world: World, what: str = "", **params: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in params.items())
    return f"/cohorts/{world.cohort.id}/accompaniment{what}?{query}"


@pytest.mark.parametrize("who", ["", "team", "learner"])
@pytest.mark.parametrize("name", ["tutor", "manager"])
def test_page_pdf_and_csv_agree(world: World, client_of: ClientOf, name: str, who: str) -> None:
    lived(world)
    ids = {"team": world.team.id, "learner": world.bob.id}
    asked = {"who": f"{who}-{ids[who]}" if who else "", "since": ago(30).date(), "until": utcnow().date()}
    client = client_of(world.people[name])
    page = html.unescape(client.get(address(world, **asked)).text)
    _titles, *lines = csv_rows(client.get(address(world, "/file", format="csv", **asked)).get_data())
    pdf = pypdf.PdfReader(io.BytesIO(client.get(address(world, "/file", format="pdf", **asked)).get_data()))
    paper = " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
    by_kind = Counter(line[1] for line in lines)
    assert by_kind
    shown = dict(
        re.findall(r'<th scope="row">([^<]+)</th><td data-label="Nombre" class="number">(\d+)</td>', page)
    )
    assert {kind: int(shown[kind]) for kind in by_kind} == by_kind
    assert int(shown["Total"]) == len(lines) == page.count('data-label="Interaction"')
    for kind, count in by_kind.items():
        assert f"{kind} {count} " in paper
    assert f"Total {len(lines)} " in paper
    count = f"{len(lines)} interactions datées"
    assert count in page
    assert count in paper
    if not who:
        assert Counter(line[2] for line in lines) == {
            team: int(shown[team]) for team in ("Équipe Cayenne", "Équipe Paris")
        }


def test_pdf_is_tagged_in_the_readers_language(world: World, client_of: ClientOf) -> None:
    lived(world)
    for locale, title in (("fr", "Attestation d’accompagnement"), ("en", "Proof of accompaniment")):
        with transaction() as session:
            session.get_one(User, world.tutor.id).locale = locale
        answer = client_of(world.tutor).get(address(world, "/file", format="pdf"))
        pdf = pypdf.PdfReader(io.BytesIO(answer.get_data()))
        root = pdf.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert str(root["/Lang"]).startswith(locale)
        assert pdf.metadata is not None
        assert pdf.metadata.title == title
        assert b"pdfuaid:part" in answer.get_data() or "pdfuaid" in str(pdf.xmp_metadata)
        assert title in pdf.pages[0].extract_text()


@pytest.mark.parametrize(
    ("name", "who", "status"),
    [
        ("alice", "", 200),
        ("alice", "alice", 200),
        ("alice", "bob", 403),
        ("paul", "alice", 403),
        ("zoe", "alice", 404),
        ("observer", "", 404),
        ("partner", "", 404),
        ("tutor", "alice", 200),
        ("tutor", "zoe", 404),
        ("manager", "bob", 200),
        ("other_manager", "", 404),
    ],
)
def test_a_learner_reads_their_own_and_who_follows_reads_all(
    world: World, client_of: ClientOf, name: str, who: str, status: int
) -> None:
    asked = {"who": f"learner-{world.people[who].id}"} if who else {}
    client = client_of(world.people[name])
    assert client.get(address(world, **asked)).status_code == status
    assert client.get(address(world, "/file", **asked)).status_code == status


def test_learner_without_a_choice_gets_their_own(world: World, client_of: ClientOf) -> None:
    lived(world)
    page = html.unescape(client_of(world.alice).get(address(world)).text)
    assert "9 interactions datées" in page
    assert re.findall(r"<option[^>]*>([^<]*)</option>", page) == [world.alice.name]
    assert world.paul.name not in page


def test_period_without_anything_says_what_would_be_there(world: World, client_of: ClientOf) -> None:
    page = html.unescape(client_of(world.tutor).get(address(world)).text)
    assert "Aucune interaction dans cette période" in page
    assert "Attestation (PDF)" not in page


def test_what_cannot_be_read_of_the_address_filters_nothing(world: World, client_of: ClientOf) -> None:
    lived(world)
    odd = address(world, who="team-99999999999", since="0001-01-01", until="hier", page="-3")
    assert "12 interactions datées" in html.unescape(client_of(world.tutor).get(odd).text)


def test_taking_it_away_is_noted(world: World, client_of: ClientOf) -> None:
    client_of(world.manager).get(address(world, "/file", format="csv"))
    with reading() as session:
        (entry,) = session.scalars(
            select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORT_DOWNLOADED)
        )
        assert (entry.facts, entry.cohort_id) == ({"export": "accompaniment"}, world.cohort.id)
