"""A large, realistic installation: 50 cohorts × 8 teams × 16 weeks of work, written in bulk.

`fill(session, cohorts, teams)` gives the ids of one person of each kind, in the middle of it all.
"""

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.activity import Activity, ActivityKind
from models.authority import Authority, AuthorityKind
from models.base import utcnow
from models.board.export import demo_notes
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.class_session import Attendance, AttendanceStatus, ClassSession, SessionMode
from models.cohort import Cohort, Team
from models.document import Board, DocumentUpdate, SharedDocument
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.membership import Membership
from models.notification import Notification, NotificationKind
from models.organization import Organization, Programme
from models.partner import GuestContributor, LinkRole, Partner, Sector, ShareLink
from models.people import User
from models.policy import Role
from models.problem import (
    Approach,
    Confidentiality,
    Domain,
    DriverKind,
    Problem,
    ProblemDriver,
    ProblemStatus,
)
from models.project import Project, ProjectCriterion, ProjectStep, StepStatus
from models.search_text import fold
from models.stages import STEPS

LEARNERS, GUESTS, PARTNERS, BOARDS, ACTIVITIES, FEEDBACK = 4, 3, 4, 3, 300, 5
WEEKS = 16
LOREM = "Dans nos communes, on attend debout, on revient trois fois, et personne ne sait à qui le dire. " * 6


@dataclass(frozen=True)
class People:
    """Ids to measure with: people of the middle cohort's first team, and what they open."""

    learner: int
    tutor: int
    manager: int
    observer: int
    guest: int
    cohort: int
    project: int
    problem: int
    board: int
    class_session: int


class Filler:
    """Writes rows in bulk with ids of its own."""

    def __init__(self, session: Session, seed: int = 7) -> None:
        self.session = session
        self.chance = random.Random(seed)
        self.now = utcnow()
        self.rows: dict[type, list[dict[str, Any]]] = {}
        self.next_id: dict[type, int] = {}

    def add(self, table: type, **values: Any) -> int:
        """Keep a row for the flush; gives its id."""
        id_ = self.next_id.get(table, 0) + 1
        self.next_id[table] = id_
        has_id = "id" in table.__table__.columns  # type: ignore[attr-defined]
        self.rows.setdefault(table, []).append({"id": id_, **values} if has_id else values)
        return id_

    def ago(self, days: float) -> datetime:
        """That many days before now."""
        return self.now - timedelta(days=days)

    def flush(self) -> None:
        """Write what was kept, tables in the order in which they depend on each other."""
        order = [table.name for table in Activity.metadata.sorted_tables]
        for table in sorted(self.rows, key=lambda model: order.index(model.__tablename__)):  # type: ignore[attr-defined]
            self.session.execute(insert(table), self.rows[table])
        self.rows.clear()

    def user(self, name: str) -> int:
        """A person with an account."""
        number = self.next_id.get(User, 0) + 1
        return self.add(
            User,
            email=f"p{number}@exemple.fr",
            name=f"{name} {number}",
            title="Attaché·e",
            created_at=self.now,
        )


def fill(session: Session, cohorts: int, teams: int) -> People:
    """Write everything; the caller commits."""
    filler = Filler(session)
    organization = filler.add(Organization, name="Atelier des territoires", created_at=filler.now)
    programme = filler.add(
        Programme, organization_id=organization, name="Innovation publique", created_at=filler.now
    )
    for code in range(60):
        filler.add(
            Authority,
            code=f"commune-{10000 + code}",
            kind=AuthorityKind.COMMUNE,
            nature="commune",
            name=f"Commune {code}",
            official_code=str(10000 + code),
            department_code=f"{code % 95 + 1:02d}",
            department_name=f"Département {code % 95 + 1}",
            region_name="Région",
            population=1000 + code,
            time_zone="Europe/Paris",
            search_key=f"commune {code}",
        )
    manager = filler.user("Responsable")
    filler.add(
        Membership, user_id=manager, role=Role.MANAGER, programme_id=programme, starts_at=filler.ago(200)
    )
    board_bytes = demo_notes(
        "defi", [("u1", 1 + index % 3, "jonc", f"Une idée parmi d’autres, n° {index}") for index in range(12)]
    )
    found: list[People] = []
    for _cohort in range(cohorts):
        found += _cohort_of(filler, programme, manager, teams, board_bytes)
    filler.flush()
    return found[len(found) // 2]


def _cohort_of(filler: Filler, programme: int, manager: int, teams: int, board_bytes: bytes) -> list[People]:
    start = filler.ago(7 * WEEKS).date()
    cohort = filler.add(
        Cohort,
        programme_id=programme,
        name=f"Promotion {filler.next_id.get(Cohort, 0) + 1}",
        time_zone="Europe/Paris",
        other_time_zone="America/Cayenne",
        starts_on=start,
        ends_on=start + timedelta(days=200),
        created_at=filler.now,
    )
    tutor = filler.user("Tutrice")
    filler.add(Membership, user_id=tutor, role=Role.TUTOR, cohort_id=cohort, starts_at=filler.ago(120))
    first = filler.ago(7 * WEEKS).date()
    filler.add(
        ClassSession,
        cohort_id=cohort,
        title="Séance",
        place="Paris",
        mode=SessionMode.HYBRID,
        time_zone="Europe/Paris",
        day=first,
        starts=time(18, 30),
        last_day=first,
        ends=time(21, 30),
        times=WEEKS + 4,
    )
    return [_team_of(filler, cohort, tutor, manager, board_bytes) for _team in range(teams)]


def _team_of(filler: Filler, cohort: int, tutor: int, manager: int, board_bytes: bytes) -> People:
    learners = [filler.user("Apprenant") for _ in range(LEARNERS)]
    number = filler.next_id.get(Team, 0) + 1
    team = filler.add(
        Team, cohort_id=cohort, name=f"Équipe {number}", lead_id=learners[0], created_at=filler.ago(110)
    )
    for learner in learners:
        filler.add(Membership, user_id=learner, role=Role.LEARNER, team_id=team, starts_at=filler.ago(110))
        for session_number in range(1, WEEKS):
            filler.add(
                Attendance,
                class_session_id=filler.next_id[ClassSession],
                number=session_number,
                user_id=learner,
                status=AttendanceStatus.ON_SITE,
                noted_by_id=tutor,
            )
    problem = _problem_of(filler, cohort, team, learners[0], tutor, ProblemStatus.ACCEPTED)
    _problem_of(filler, cohort, None, learners[1], tutor, ProblemStatus.SUBMITTED)
    project = filler.add(
        Project,
        version=1,
        team_id=team,
        problem_id=problem,
        title=f"Projet {number}",
        summary=LOREM[:200],
        current_step=STEPS[2].code,
        next_due_on=(filler.now + timedelta(days=12)).date(),
        next_due_label="Maquette",
        created_at=filler.ago(100),
    )
    for position, step in enumerate(STEPS[:3]):
        status = StepStatus.DONE if position < 2 else StepStatus.CURRENT
        filler.add(
            ProjectStep,
            project_id=project,
            step_code=step.code,
            status=status,
            request="",
            changed_at=filler.ago(60),
            changed_by_id=tutor,
        )
        for criterion in step.criteria:
            filler.add(
                ProjectCriterion,
                project_id=project,
                criterion_code=criterion.code,
                met_at=filler.ago(60),
                met_by_id=learners[0],
            )
    sectors = list(Sector)
    for position in range(PARTNERS):
        filler.add(
            Partner,
            project_id=project,
            name=f"Partenaire {position}",
            sector=sectors[position % 4],
            contact="Une personne",
            contribution="Prête une salle",
            created_at=filler.ago(80),
            added_by_id=learners[0],
        )
    guests = _guests_of(filler, project, learners[0])
    boards = _boards_of(filler, project, learners[0], board_bytes)
    _activities_of(filler, cohort, project, learners, guests, boards)
    _feedback_of(filler, project, tutor, learners[0])
    observer = _brief_of(filler, project, learners[0], manager)
    for learner in learners:
        for _ in range(10):
            filler.add(
                Notification,
                user_id=learner,
                kind=NotificationKind.FEEDBACK_RELEASED,
                who="Tutrice",
                subject=f"Projet {number}",
                url=f"/projects/{project}/feedback",
                created_at=filler.ago(3),
            )
    return People(
        learner=learners[0],
        tutor=tutor,
        manager=manager,
        observer=observer,
        guest=guests[0],
        cohort=cohort,
        project=project,
        problem=problem,
        board=boards[0],
        class_session=filler.next_id[ClassSession],
    )


def _problem_of(
    filler: Filler, cohort: int, team: int | None, author: int, tutor: int, status: ProblemStatus
) -> int:
    number = filler.next_id.get(Problem, 0) + 1
    is_accepted = status is ProblemStatus.ACCEPTED
    title = f"Problématique {number} sur l’accueil et les délais"
    problem = filler.add(
        Problem,
        version=1,
        cohort_id=cohort,
        author_id=author,
        team_id=team,
        authority_code=f"commune-{10000 + number % 60}",
        title=title,
        search_text=fold(f"{title} {LOREM}"),
        challenge=LOREM,
        precedents=LOREM,
        ideal=LOREM,
        objective=LOREM,
        helps=LOREM,
        hinders=LOREM,
        people_affected="Les habitants.",
        domain=filler.chance.choice(list(Domain)),
        approach=Approach.CO_CONSTRUCTION,
        confidentiality=Confidentiality.COHORT,
        status=status,
        created_at=filler.ago(108),
        updated_at=filler.ago(105),
        submitted_at=filler.ago(107),
        decided_at=filler.ago(105) if is_accepted else None,
        decided_by_id=tutor if is_accepted else None,
        decision_reason="",
    )
    filler.add(ProblemDriver, problem_id=problem, kind=DriverKind.OPEN_DATA, lever="Ouvrir les délais.")
    return problem


def _guests_of(filler: Filler, project: int, creator: int) -> list[int]:
    number = filler.next_id.get(ShareLink, 0) + 1
    link = filler.add(
        ShareLink,
        project_id=project,
        token_hash=f"{number:064d}",
        label="Atelier",
        role=LinkRole.CONTRIBUTE,
        max_uses=30,
        uses=GUESTS,
        created_at=filler.ago(50),
        created_by_id=creator,
        expires_at=filler.now + timedelta(days=30),
    )
    return [
        filler.add(
            GuestContributor,
            project_id=project,
            link_id=link,
            name=f"Invité {position}",
            sector=Sector.CITIZEN,
            organization_name="",
            locale="fr",
            created_at=filler.ago(40),
        )
        for position in range(GUESTS)
    ]


def _boards_of(filler: Filler, project: int, creator: int, board_bytes: bytes) -> list[int]:
    boards = []
    for position in range(BOARDS):
        document = filler.add(SharedDocument, kind="board", epoch=1, last_seq=1, created_at=filler.ago(70))
        filler.add(
            DocumentUpdate,
            document_id=document,
            seq=1,
            update=board_bytes,
            actor_keys="u1",
            at=filler.ago(70),
        )
        boards.append(
            filler.add(
                Board,
                version=1,
                project_id=project,
                document_id=document,
                title=f"Tableau {position}",
                template_code="defi",
                step_code=STEPS[position].code,
                open_to_observers=position == 0,
                open_to_tutors=False,
                frozen=False,
                created_at=filler.ago(70),
                created_by_id=creator,
                changed_at=filler.ago(2),
            )
        )
    return boards


def _activities_of(
    filler: Filler, cohort: int, project: int, learners: list[int], guests: list[int], boards: list[int]
) -> None:
    for _ in range(ACTIVITIES):
        is_guest = filler.chance.random() < 0.2
        filler.add(
            Activity,
            cohort_id=cohort,
            project_id=project,
            board_id=filler.chance.choice(boards),
            user_id=None if is_guest else filler.chance.choice(learners),
            guest_id=filler.chance.choice(guests) if is_guest else None,
            kind=ActivityKind.BOARD_EDITED,
            subject="Tableau",
            count=filler.chance.randint(1, 9),
            at=filler.ago(filler.chance.random() * 7 * WEEKS),
        )


def _feedback_of(filler: Filler, project: int, tutor: int, lead: int) -> None:
    for position in range(FEEDBACK):
        is_draft = position == FEEDBACK - 1
        filler.add(
            Feedback,
            version=1,
            project_id=project,
            author_id=tutor,
            step_code=STEPS[position % 3].code,
            body=LOREM,
            status=FeedbackStatus.DRAFT if is_draft else FeedbackStatus.RELEASED,
            created_at=filler.ago(60 - position),
            updated_at=filler.ago(60 - position),
            released_at=None if is_draft else filler.ago(60 - position),
            answer=None if is_draft else FeedbackAnswer.ADDRESSED,
            answer_text="",
            answered_at=None if is_draft else filler.ago(50 - position),
            answered_by_id=None if is_draft else lead,
        )


def _brief_of(filler: Filler, project: int, lead: int, manager: int) -> int:
    observer = filler.user("Élue")
    filler.add(
        Membership,
        user_id=observer,
        role=Role.OBSERVER,
        project_id=project,
        starts_at=filler.ago(30),
        granted_by_id=manager,
    )
    for edition in (1, 2):
        brief = filler.add(
            ProgressBrief,
            version=1,
            project_id=project,
            edition=edition,
            status=BriefStatus.PUBLISHED,
            problem=LOREM,
            progress=LOREM,
            learned=LOREM,
            decisions=LOREM,
            asked="Une salle.",
            next_label="Réunion",
            step_code=STEPS[1].code,
            updated_at=filler.ago(20),
            published_at=filler.ago(30 - 10 * edition),
            published_by_id=lead,
        )
    filler.add(
        ObserverQuestion,
        project_id=project,
        observer_id=observer,
        brief_id=brief,
        body="Quand commence l’essai ?",
        asked_at=filler.ago(5),
        answer="",
    )
    return observer
