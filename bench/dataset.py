"""Large, realistic installations: cohorts of teams with 16 weeks of work, written in bulk.

`fill(session, sizes)` writes a cohort of so many teams for each size, and gives the ids of one person of each
kind, and of what they open, in the middle of a largest cohort.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from models.activity import Activity, ActivityKind
from models.assessment import Assessment, AssessmentMark, AssessmentStatus
from models.authority import Authority, AuthorityKind
from models.ballot import Ballot, BallotChoice
from models.base import utcnow
from models.board.export import demo_notes
from models.board_visit import BoardVisit
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.class_session import (
    Attendance,
    AttendanceStatus,
    CalendarFeed,
    ClassSession,
    ClassSessionChange,
    SessionMode,
)
from models.cohort import Cohort, Team
from models.comment import Comment, Thread
from models.document import Board, DocumentUpdate, SharedDocument
from models.document_upkeep import BoardObject, DocumentUpkeep
from models.feedback import (
    AnchorKind,
    Feedback,
    FeedbackAnswer,
    FeedbackMark,
    FeedbackPhrase,
    FeedbackStatus,
)
from models.membership import Membership
from models.milestone import Milestone, MilestoneReach
from models.notification import Notification, NotificationKind
from models.organization import Organization, Programme
from models.partner import GuestContributor, LinkRole, Partner, Sector, ShareLink
from models.partner_contact import ContactKind, PartnerContact
from models.peer_review import PeerMark, PeerReview, PeerRound, PeerRoundStatus
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
from models.project_visit import ProjectVisit
from models.rubric import DEFAULTS, LEVELS, Criterion, CriterionLevel, Rubric
from models.search_text import fold
from models.snapshot import Snapshot, SnapshotKind, text_content
from models.solution import Solution, SolutionSource, SolutionState, SolutionVersion
from models.stages import STEPS
from models.support import SupportChange, SupportKind, SupportOffer, SupportStatus
from models.workshop import Workshop
from workspace.services.tokens import token_hash

WEEKS = 16
LEARNERS, TUTORS, OBSERVERS = 4, 2, 2
BOARDS, NOTES, THREADS, ANSWERS = 4, 30, 6, 3
PARTNERS, GUESTS, CONTACTS, WORKSHOPS, CHOICES = 6, 8, 10, 4, 8
FEEDBACK, PHRASES, SOLUTIONS, VERSIONS, EDITIONS, QUESTIONS = 8, 12, 4, 3, 4, 5
DEEDS_A_WEEK, TOLD, TUTOR_TOLD = 24, 30, 150
SILENT_EVERY = 6
"""One team in so many has done nothing for three weeks, one other has a step that waits."""
MILESTONES = (-70, -42, -14, 5, 40)
"""Days from today at which the cohort's milestones are due."""
LOREM = "Dans nos communes, on attend debout, on revient trois fois, et personne ne sait à qui le dire. " * 6
SECTORS = list(Sector)


@dataclass(frozen=True)
class People:
    """Ids to measure with: people of one team of the cohort, and what they open."""

    learner: int
    tutor: int
    manager: int
    observer: int
    guest: int
    programme: int
    cohort: int
    team: int
    membership: int
    project: int
    problem: int
    board: int
    class_session: int
    feed: str
    milestone: int
    snapshot: int
    text_snapshot: int
    feedback: int
    peer_round: int
    review: int
    brief: int
    solution: int


@dataclass(frozen=True)
class Followed:
    """What every team of a cohort has in common."""

    id: int
    programme: int
    manager: int
    tutors: list[int]
    class_session: int
    milestones: list[int]
    criteria: list[int]
    rounds: list[int]
    board_bytes: bytes


@dataclass(frozen=True)
class Crew:
    """A team and its project."""

    number: int
    team: int
    learners: list[int]
    membership: int
    project: int
    problem: int
    is_silent: bool


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

    def at_random(self, days: float, *, until: float = 0) -> datetime:
        """Some moment of the last `days`, not later than `until` days ago."""
        return self.ago(until + self.chance.random() * (days - until))

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


def fill(session: Session, sizes: Sequence[int]) -> People:
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
    for size in sizes:
        cohort = _cohort_of(filler, programme, manager, board_bytes)
        crews = [_crew_of(filler, cohort, position) for position in range(size)]
        reviews = _reviews_of(filler, cohort, crews)
        people = [_work_of(filler, cohort, crew, review) for crew, review in zip(crews, reviews, strict=True)]
        filler.flush()
        if size == max(sizes):
            found.append(people[0])
    return found[len(found) // 2]


def _cohort_of(filler: Filler, programme: int, manager: int, board_bytes: bytes) -> Followed:
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
    tutors = [filler.user("Tutrice") for _ in range(TUTORS)]
    for tutor in tutors:
        filler.add(Membership, user_id=tutor, role=Role.TUTOR, cohort_id=cohort, starts_at=filler.ago(120))
        for position in range(PHRASES):
            text = f"{position} {LOREM[:120]}"
            filler.add(FeedbackPhrase, user_id=tutor, text=text, created_at=filler.ago(90))
        _tell(filler, tutor, "Une équipe", "/cohorts", TUTOR_TOLD)
    weekly = _series(filler, cohort, "Séance", SessionMode.HYBRID, every_weeks=1, times=WEEKS + 4)
    for number, is_cancelled in ((3, True), (8, False), (WEEKS + 2, False)):
        moved = None if is_cancelled else start + timedelta(weeks=number - 1, days=1)
        filler.add(
            ClassSessionChange,
            class_session_id=weekly,
            number=number,
            is_cancelled=is_cancelled,
            day=moved,
            last_day=moved,
        )
    _series(filler, cohort, "Travail en autonomie", SessionMode.ASYNCHRONOUS, every_weeks=2, times=9)
    milestones = [
        filler.add(
            Milestone,
            version=1,
            cohort_id=cohort,
            step_code=STEPS[position].code,
            title=f"Jalon {position + 1}",
            due_on=(filler.now + timedelta(days=days)).date(),
            criteria="Une rencontre avec les personnes concernées\nUn compte rendu lisible",
            created_at=filler.ago(110),
            created_by_id=tutors[0],
        )
        for position, days in enumerate(MILESTONES)
    ]
    rounds = [
        filler.add(
            PeerRound,
            version=1,
            cohort_id=cohort,
            title="Regards croisés",
            is_blind=is_over,
            due_at=filler.ago(30) if is_over else filler.now + timedelta(days=4),
            status=PeerRoundStatus.RELEASED if is_over else PeerRoundStatus.OPEN,
            created_at=filler.ago(40),
            created_by_id=tutors[0],
            released_at=filler.ago(29) if is_over else None,
        )
        for is_over in (True, False)
    ]
    return Followed(
        cohort,
        programme,
        manager,
        tutors,
        weekly,
        milestones,
        _criteria_of(filler, cohort),
        rounds,
        board_bytes,
    )


def _series(
    filler: Filler, cohort: int, title: str, mode: SessionMode, *, every_weeks: int, times: int
) -> int:
    first = filler.ago(7 * WEEKS).date()
    is_window = mode is SessionMode.ASYNCHRONOUS
    return filler.add(
        ClassSession,
        cohort_id=cohort,
        title=title,
        place="Paris",
        link="https://visio.exemple.fr/salle",
        note=LOREM[:200],
        mode=mode,
        time_zone="Europe/Paris",
        day=first,
        starts=time(18, 30),
        last_day=first + timedelta(days=3) if is_window else first,
        ends=time(21, 30),
        every_weeks=every_weeks,
        times=times,
    )


def _criteria_of(filler: Filler, cohort: int) -> list[int]:
    rubric = filler.add(Rubric, version=1, cohort_id=cohort)
    found = []
    for place, default in enumerate(DEFAULTS):
        found.append(filler.add(Criterion, rubric_id=rubric, place=place, code=default.code, title=""))
        for rank in range(1, LEVELS + 1):
            filler.add(CriterionLevel, criterion_id=found[-1], rank=rank, text="")
    return found


def _crew_of(filler: Filler, cohort: Followed, position: int) -> Crew:
    learners = [filler.user("Apprenant") for _ in range(LEARNERS)]
    number = filler.next_id.get(Team, 0) + 1
    team = filler.add(
        Team, cohort_id=cohort.id, name=f"Équipe {number}", lead_id=learners[0], created_at=filler.ago(110)
    )
    statuses = list(AttendanceStatus)
    held = {"role": Role.LEARNER, "team_id": team, "starts_at": filler.ago(110)}
    memberships = [filler.add(Membership, user_id=learner, **held) for learner in learners]
    for learner in learners:
        for session_number in range(1, WEEKS):
            filler.add(
                Attendance,
                class_session_id=cohort.class_session,
                number=session_number,
                user_id=learner,
                status=filler.chance.choices(statuses, (6, 3, 1, 1, 1))[0],
                noted_by_id=cohort.tutors[0],
            )
    problem = _problem_of(filler, cohort.id, team, learners[0], cohort.tutors[0], ProblemStatus.ACCEPTED)
    _problem_of(filler, cohort.id, None, learners[1], cohort.tutors[0], ProblemStatus.SUBMITTED)
    is_waiting = position % SILENT_EVERY == SILENT_EVERY - 2
    project = filler.add(
        Project,
        version=1,
        team_id=team,
        problem_id=problem,
        title=f"Projet {number}",
        summary=LOREM[:200],
        current_step=STEPS[2].code,
        next_due_on=(filler.now + timedelta(days=-2 if position % 4 == 3 else 12)).date(),
        next_due_label="Maquette",
        created_at=filler.ago(100),
    )
    for place, step in enumerate(STEPS[:3]):
        current = StepStatus.WAITING if is_waiting else StepStatus.CURRENT
        filler.add(
            ProjectStep,
            project_id=project,
            step_code=step.code,
            status=StepStatus.DONE if place < 2 else current,
            request="",
            changed_at=filler.ago(60 if place < 2 else 3),
            changed_by_id=cohort.tutors[0],
        )
        for criterion in step.criteria:
            filler.add(
                ProjectCriterion,
                project_id=project,
                criterion_code=criterion.code,
                met_at=filler.ago(60),
                met_by_id=learners[0],
            )
    is_silent = position % SILENT_EVERY == SILENT_EVERY - 1
    return Crew(number, team, learners, memberships[0], project, problem, is_silent)


def _reviews_of(filler: Filler, cohort: Followed, crews: Sequence[Crew]) -> list[int]:
    """Each team reviews the next one's project, in every round; gives what each writes in the last."""
    found = []
    for position, crew in enumerate(crews):
        reviewed = crews[(position + 1) % len(crews)]
        for round_id in cohort.rounds:
            is_over = round_id == cohort.rounds[0]
            review = filler.add(
                PeerReview,
                version=1,
                round_id=round_id,
                team_id=crew.team,
                project_id=reviewed.project,
                lot=filler.chance.randrange(2**31),
                body=LOREM,
                updated_at=filler.ago(31 if is_over else 1),
                handed_in_at=filler.ago(31) if is_over or position % 2 else None,
                handed_in_by_id=crew.learners[0] if is_over or position % 2 else None,
            )
            for criterion in cohort.criteria:
                level = filler.chance.randint(1, LEVELS)
                filler.add(PeerMark, review_id=review, criterion_id=criterion, level=level)
        found.append(review)
    return found


def _work_of(filler: Filler, cohort: Followed, crew: Crew, review: int) -> People:
    guests = _partners_of(filler, crew)
    boards = _boards_of(filler, cohort, crew, guests)
    _activities_of(filler, cohort, crew, guests, boards)
    version = _solutions_of(filler, crew, boards[0])
    board_snapshot, text_snapshot = _reached_of(filler, cohort, crew, boards)
    draft = _feedback_of(filler, cohort, crew, boards[0], version)
    observer, brief = _briefs_of(filler, cohort, crew)
    _assess(filler, cohort, team_id=crew.team, learner_id=None)
    for learner in crew.learners:
        _assess(filler, cohort, team_id=None, learner_id=learner)
    for learner in crew.learners:
        _tell(filler, learner, f"Projet {crew.number}", f"/projects/{crew.project}/feedback", TOLD)
    for user in (*crew.learners, *cohort.tutors, observer):
        filler.add(
            ProjectVisit,
            user_id=user,
            project_id=crew.project,
            seen_at=filler.ago(0.01),
            before_at=filler.ago(5),
        )
    feed = f"bench-{crew.number}"
    filler.add(CalendarFeed, user_id=crew.learners[0], token_hash=token_hash(feed), created_at=filler.ago(90))
    return People(
        learner=crew.learners[0],
        tutor=cohort.tutors[0],
        manager=cohort.manager,
        observer=observer,
        guest=guests[0],
        programme=cohort.programme,
        cohort=cohort.id,
        team=crew.team,
        membership=crew.membership,
        project=crew.project,
        problem=crew.problem,
        board=boards[0],
        class_session=cohort.class_session,
        feed=feed,
        milestone=cohort.milestones[0],
        snapshot=board_snapshot,
        text_snapshot=text_snapshot,
        feedback=draft,
        peer_round=cohort.rounds[-1],
        review=review,
        brief=brief,
        solution=filler.next_id[Solution],
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


def _partners_of(filler: Filler, crew: Crew) -> list[int]:
    """Organisations of the list, a link and those who came by it, and the team's contacts with them."""
    for position in range(PARTNERS):
        filler.add(
            Partner,
            project_id=crew.project,
            name=f"Partenaire {position}",
            sector=SECTORS[position % len(SECTORS)],
            contact="Une personne",
            contribution="Prête une salle",
            created_at=filler.ago(80),
            added_by_id=crew.learners[0],
        )
    number = filler.next_id.get(ShareLink, 0) + 1
    link = filler.add(
        ShareLink,
        project_id=crew.project,
        token_hash=f"{number:064d}",
        label="Atelier",
        role=LinkRole.CONTRIBUTE,
        max_uses=30,
        uses=GUESTS,
        created_at=filler.ago(50),
        created_by_id=crew.learners[0],
        expires_at=filler.now + timedelta(days=30),
    )
    kinds = list(ContactKind)
    for position in range(CONTACTS):
        partner = position % PARTNERS
        filler.add(
            PartnerContact,
            project_id=crew.project,
            sector=SECTORS[partner % len(SECTORS)],
            name=f"Partenaire {partner}",
            kind=kinds[position % len(kinds)],
            text=LOREM[:150],
            by_id=crew.learners[position % LEARNERS],
            at=filler.at_random(80, until=10),
        )
    account = filler.user("Partenaire")
    filler.add(
        Membership, user_id=account, role=Role.PARTNER, project_id=crew.project, starts_at=filler.ago(70)
    )
    return [
        filler.add(
            GuestContributor,
            project_id=crew.project,
            link_id=link,
            name=f"Invité {position}",
            sector=SECTORS[-1 - position % len(SECTORS)],
            organization_name="" if position % 2 else f"Partenaire {position % PARTNERS}",
            locale="fr",
            created_at=filler.ago(40),
        )
        for position in range(GUESTS)
    ]


def _boards_of(filler: Filler, cohort: Followed, crew: Crew, guests: list[int]) -> list[int]:
    boards = []
    authors = [*(f"u{id_}" for id_ in crew.learners), *(f"g{id_}" for id_ in guests)]
    for position in range(BOARDS):
        document = filler.add(SharedDocument, kind="board", epoch=1, last_seq=1, created_at=filler.ago(70))
        filler.add(
            DocumentUpdate,
            document_id=document,
            seq=1,
            update=cohort.board_bytes,
            actor_keys="u1",
            at=filler.ago(70),
        )
        filler.add(DocumentUpkeep, document_id=document, projected_seq=1, history_seq=1, compacted_seq=0)
        board = filler.add(
            Board,
            version=1,
            project_id=crew.project,
            document_id=document,
            title=f"Tableau {position}",
            template_code="defi",
            step_code=STEPS[position % 3].code,
            open_to_observers=position == 0,
            open_to_tutors=False,
            frozen=False,
            created_at=filler.ago(70),
            created_by_id=crew.learners[0],
            changed_at=filler.ago(2),
        )
        boards.append(board)
        for note in range(NOTES):
            at = filler.at_random(60)
            filler.add(
                BoardObject,
                document_id=document,
                object_id=f"n{note}",
                type="note",
                text=LOREM[: 40 + note],
                author=filler.chance.choice(authors),
                zone="",
                locked=False,
                seq=1,
                created_at=at,
                changed_at=at,
            )
        _talk_on(filler, board, authors)
        _workshop_on(filler, board, crew, authors)
        for learner in crew.learners:
            filler.add(
                BoardVisit,
                board_id=board,
                actor_key=f"u{learner}",
                since_seq=0,
                since_at=filler.ago(5),
                last_seq=1,
                last_at=filler.ago(1),
            )
    return boards


def _talk_on(filler: Filler, board: int, authors: list[str]) -> None:
    for number in range(THREADS):
        thread = filler.add(
            Thread,
            board_id=board,
            object_id=f"n{number}",
            object_text=LOREM[:60],
            object_author=authors[0],
            created_at=filler.ago(50),
            resolved_at=filler.ago(10) if number % 2 else None,
        )
        for _answer in range(ANSWERS):
            filler.add(
                Comment,
                thread_id=thread,
                author=filler.chance.choice(authors),
                text=LOREM[:150],
                created_at=filler.at_random(50),
            )


def _workshop_on(filler: Filler, board: int, crew: Crew, authors: list[str]) -> None:
    """A few workshops that are over, each with a vote."""
    for number in range(WORKSHOPS):
        at = filler.ago(60 - 14 * number)
        filler.add(
            Workshop,
            board_id=board,
            actor_key=f"u{crew.learners[0]}",
            steps=[{"kind": "write", "title": "", "minutes": 10}],
            step=0,
            started_at=at,
            ended_at=at + timedelta(days=7),
        )
        ballot = filler.add(
            Ballot,
            board_id=board,
            actor_key=f"u{crew.learners[0]}",
            question="Par quoi commence-t-on ?",
            points=3,
            opened_at=at,
            closed_at=at + timedelta(days=1),
            voters=7,
        )
        for place in range(CHOICES):
            filler.add(
                BallotChoice,
                ballot_id=ballot,
                object_id=f"n{place}",
                place=place,
                author=filler.chance.choice(authors),
                text=LOREM[:60],
                points=filler.chance.randint(0, 6),
            )


def _activities_of(
    filler: Filler, cohort: Followed, crew: Crew, guests: list[int], boards: list[int]
) -> None:
    """Mostly edits of boards, a row for a person, a board and an hour; some of everything else."""
    others = [
        ActivityKind.CRITERION_MET,
        ActivityKind.PARTNER_ADDED,
        ActivityKind.FEEDBACK_ANSWERED,
        ActivityKind.QUESTION_ANSWERED,
        ActivityKind.BRIEF_PUBLISHED,
    ]
    until = 21 if crew.is_silent else 0
    for _ in range(WEEKS * DEEDS_A_WEEK):
        chance = filler.chance.random()
        is_guest = chance < 0.2
        kind = ActivityKind.BOARD_EDITED if chance < 0.85 else filler.chance.choice(others)
        is_edit = kind is ActivityKind.BOARD_EDITED
        filler.add(
            Activity,
            cohort_id=cohort.id,
            project_id=crew.project,
            board_id=filler.chance.choice(boards) if is_edit else None,
            user_id=None if is_guest else filler.chance.choice(crew.learners),
            guest_id=filler.chance.choice(guests) if is_guest else None,
            kind=kind,
            subject="Tableau" if is_edit else "Jalon",
            count=filler.chance.randint(1, 9) if is_edit else 1,
            at=filler.at_random(7 * WEEKS, until=until),
        )


def _solutions_of(filler: Filler, crew: Crew, board: int) -> int:
    """Some solutions with their versions and notes; gives the last version."""
    version = 0
    states = list(SolutionState)
    for number in range(SOLUTIONS):
        text = {"title": f"Piste {number}", "body": LOREM, "state": states[number % len(states)]}
        solution = filler.add(
            Solution,
            version=VERSIONS,
            project_id=crew.project,
            reason="",
            changed_at=filler.ago(20),
            **text,
        )
        for position in range(VERSIONS):
            version = filler.add(
                SolutionVersion,
                solution_id=solution,
                number=position + 1,
                reason="",
                saved_at=filler.ago(40 - position),
                saved_by_id=crew.learners[0],
                **text,
            )
            filler.add(
                SolutionSource,
                solution_id=solution,
                board_id=board,
                object_id=f"n{position}",
                text=LOREM[:60],
                author=f"u{crew.learners[position]}",
            )
    return version


def _reached_of(filler: Filler, cohort: Followed, crew: Crew, boards: list[int]) -> tuple[int, int]:
    """The milestones that the team reached and what they froze; gives a snapshot of a board and of a text."""
    board_snapshot = text_snapshot = 0
    reached = 2 if crew.is_silent else 3
    for milestone, days in list(zip(cohort.milestones, MILESTONES, strict=True))[:reached]:
        at = filler.ago(1 - days)
        reach = filler.add(
            MilestoneReach,
            milestone_id=milestone,
            project_id=crew.project,
            word="",
            reached_at=at,
            reached_by_id=crew.learners[0],
        )
        frozen: list[tuple[SnapshotKind, int | None, bytes]] = [
            (SnapshotKind.BOARD, board, cohort.board_bytes) for board in boards
        ]
        frozen.append((SnapshotKind.PROBLEM, None, text_content({"challenge": LOREM, "ideal": LOREM})))
        for kind, board, content in frozen:
            snapshot = filler.add(
                Snapshot,
                project_id=crew.project,
                reach_id=reach,
                kind=kind,
                board_id=board,
                source_id=None if board else crew.project,
                title="État",
                content=content,
                taken_at=at,
                taken_by_id=crew.learners[0],
                open_to_observers=True,
            )
            board_snapshot, text_snapshot = (snapshot, text_snapshot) if board else (board_snapshot, snapshot)
    return board_snapshot, text_snapshot


def _feedback_of(filler: Filler, cohort: Followed, crew: Crew, board: int, version: int) -> int:
    """Released, answered or not, for one learner too; to be released at an hour; a draft, which it gives."""
    anchors: list[dict[str, Any]] = [
        {"anchor": AnchorKind.PROJECT},
        {"anchor": AnchorKind.NOTE, "board_id": board, "object_id": "n1", "object_text": LOREM[:60]},
        {"anchor": AnchorKind.SOLUTION, "solution_version_id": version},
        {"anchor": AnchorKind.MILESTONE, "milestone_id": cohort.milestones[0]},
    ]
    nothing = {"board_id": None, "object_id": "", "object_text": ""}
    nothing |= {"solution_version_id": None, "milestone_id": None}
    found = 0
    for position in range(FEEDBACK):
        is_draft, is_scheduled = position == FEEDBACK - 1, position == FEEDBACK - 2
        is_released = not is_draft and not is_scheduled
        is_answered = is_released and position < FEEDBACK - 3
        answer = FeedbackAnswer.CONTESTED if position == 2 else FeedbackAnswer.ADDRESSED
        found = filler.add(
            Feedback,
            version=1,
            project_id=crew.project,
            author_id=cohort.tutors[position % TUTORS if not is_draft else 0],
            learner_id=crew.learners[1] if position == 3 else None,
            step_code=STEPS[position % 3].code,
            body=LOREM,
            status=FeedbackStatus.RELEASED if is_released else FeedbackStatus.DRAFT,
            created_at=filler.ago(60 - position),
            updated_at=filler.ago(60 - position),
            release_at=filler.now + timedelta(days=2) if is_scheduled else None,
            released_at=filler.ago(60 - 7 * position) if is_released else None,
            read_at=filler.ago(55 - 7 * position) if is_answered else None,
            answer=answer if is_answered else None,
            answer_text=LOREM[:100] if is_answered else "",
            answered_at=filler.ago(50 - 7 * position) if is_answered else None,
            answered_by_id=crew.learners[0] if is_answered else None,
            **{**nothing, **anchors[position % len(anchors)]},
        )
        for criterion in cohort.criteria:
            level = filler.chance.randint(1, LEVELS)
            filler.add(FeedbackMark, feedback_id=found, criterion_id=criterion, level=level)
    return found


def _assess(filler: Filler, cohort: Followed, **subject: int | None) -> None:
    """A released assessment of a team or of a learner, with a level for each criterion."""
    assessment = filler.add(
        Assessment,
        version=1,
        cohort_id=cohort.id,
        author_id=cohort.tutors[0],
        appreciation=LOREM,
        status=AssessmentStatus.RELEASED,
        created_at=filler.ago(10),
        updated_at=filler.ago(9),
        released_at=filler.ago(8),
        **subject,
    )
    for criterion in cohort.criteria:
        level = filler.chance.randint(1, LEVELS)
        filler.add(AssessmentMark, assessment_id=assessment, criterion_id=criterion, level=level)


def _briefs_of(filler: Filler, cohort: Followed, crew: Crew) -> tuple[int, int]:
    """Élus, published briefs and a draft, questions with and without answers; one élu, the last brief."""
    observers = [filler.user("Élue") for _ in range(OBSERVERS)]
    for observer in observers:
        filler.add(
            Membership,
            user_id=observer,
            role=Role.OBSERVER,
            project_id=crew.project,
            starts_at=filler.ago(80),
            granted_by_id=cohort.manager,
        )
    briefs = []
    for edition in range(1, EDITIONS + 2):
        is_draft = edition > EDITIONS
        briefs.append(
            filler.add(
                ProgressBrief,
                version=1,
                project_id=crew.project,
                edition=edition,
                status=BriefStatus.DRAFT if is_draft else BriefStatus.PUBLISHED,
                problem=LOREM,
                progress=LOREM,
                learned=LOREM,
                decisions=LOREM,
                asked="Une salle.",
                next_label="Réunion",
                step_code=STEPS[1].code,
                updated_at=filler.ago(1 if is_draft else 75 - 15 * edition),
                published_at=None if is_draft else filler.ago(75 - 15 * edition),
                published_by_id=None if is_draft else crew.learners[0],
            )
        )
    for position in range(QUESTIONS):
        is_answered = position < QUESTIONS - 2
        filler.add(
            ObserverQuestion,
            project_id=crew.project,
            observer_id=observers[0],
            brief_id=briefs[-2],
            body="Quand commence l’essai ?",
            asked_at=filler.ago(12 - position),
            answer="Au printemps." if is_answered else "",
            answered_at=filler.ago(8 - position) if is_answered else None,
            answered_by_id=crew.learners[0] if is_answered else None,
        )
    _support_of(filler, crew, observers[0], briefs[-2])
    return observers[0], briefs[-2]


def _support_of(filler: Filler, crew: Crew, observer: int, brief: int) -> None:
    """An offer in each state, with its history."""
    answered = (SupportStatus.ACCEPTED, SupportStatus.KEPT, SupportStatus.LAPSED)
    for position, status in enumerate(SupportStatus):
        offer = filler.add(
            SupportOffer,
            project_id=crew.project,
            observer_id=observer,
            brief_id=brief,
            kind=SupportKind.ROOM,
            body="La salle du conseil, un mardi soir.",
            offered_at=filler.ago(20 - position),
            status=status,
            changed_at=filler.ago(5 - position / 2),
            due_on=filler.ago(-7).date() if status in answered else None,
            owner_id=crew.learners[0] if status in answered else None,
        )
        between = [SupportStatus.ACCEPTED] if status in answered else []
        for turn, step in enumerate(dict.fromkeys((SupportStatus.OFFERED, *between, status))):
            filler.add(
                SupportChange,
                offer_id=offer,
                status=step,
                word="Merci !",
                at=filler.ago(20 - position - turn),
                by_id=crew.learners[0] if turn else observer,
            )


def _tell(filler: Filler, user: int, subject: str, url: str, count: int) -> None:
    kinds = [
        NotificationKind.FEEDBACK_RELEASED,
        NotificationKind.COMMENT_REPLY,
        NotificationKind.SESSION_MOVED,
        NotificationKind.MILESTONE_SET,
    ]
    for position in range(count):
        kind = kinds[position % len(kinds)]
        at = filler.at_random(90)
        filler.add(
            Notification,
            user_id=user,
            kind=kind,
            who="Tutrice",
            subject=subject,
            url="/boards/1#thread-1" if kind is NotificationKind.COMMENT_REPLY else url,
            created_at=at,
            read_at=None if position < 6 else at,
        )
