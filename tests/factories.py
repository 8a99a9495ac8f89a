"""One small world for the tests: Alice's team owns a project, everybody else meets it from somewhere.

alice, bob      learners of the owning team (Alice leads it)
paul            a learner of another team of the same cohort
zoe             a learner of another cohort
tutor           the cohort's tutor; other_tutor tutors the other cohort
manager         the programme's manager; other_manager manages another programme
observer        an élu invited to the project; other_observer to another project
partner         a partner with an account
guest           came by a live link; reader came by a read-only link; gone by a revoked one
"""

import base64
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.activity import Activity, ActivityKind
from models.authority import Authority, AuthorityKind
from models.base import utcnow
from models.board import marks
from models.board.export import demo_notes
from models.board_image import BoardImage
from models.class_session import ClassSession
from models.cohort import Cohort, Team
from models.document import Board, DocumentUpdate, SharedDocument
from models.membership import Membership
from models.milestone import Milestone
from models.organization import Organization, Programme
from models.partner import GuestContributor, LinkRole, Sector, ShareLink
from models.people import User
from models.policy import Actor, Role
from models.problem import Approach, Domain, DriverKind, Problem, ProblemDriver, ProblemStatus
from models.project import Project, ProjectStep, StepStatus
from models.snapshot import Snapshot, SnapshotKind
from models.solution import Solution, SolutionSource, SolutionState, SolutionVersion
from models.support import SupportChange, SupportKind, SupportOffer, SupportStatus
from workspace.services.sessions import actor_of_guest, actor_of_user
from workspace.services.tokens import new_token, token_hash

WEBP = base64.b64decode(
    "UklGRjwAAABXRUJQVlA4IDAAAADQAQCdASoBAAEAAUAmJaACdLoB+AADsAD+8ut//NgVzXPv9//S4P0uD9Lg/9KQAAA="
)
"""A picture of one pixel."""


@dataclass
class World:
    """Everything made by `make_world`; people by name in `people`."""

    people: dict[str, User] = field(default_factory=dict)
    guests: dict[str, GuestContributor] = field(default_factory=dict)
    link_tokens: dict[str, str] = field(default_factory=dict)

    organization: Organization = None  # type: ignore[assignment]
    programme: Programme = None  # type: ignore[assignment]
    cohort: Cohort = None  # type: ignore[assignment]
    other_cohort: Cohort = None  # type: ignore[assignment]
    team: Team = None  # type: ignore[assignment]
    peer_team: Team = None  # type: ignore[assignment]
    other_team: Team = None  # type: ignore[assignment]
    authority: Authority = None  # type: ignore[assignment]
    problem: Problem = None  # type: ignore[assignment]
    project: Project = None  # type: ignore[assignment]
    other_project: Project = None  # type: ignore[assignment]
    board: Board = None  # type: ignore[assignment]
    class_session: ClassSession = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> User:
        """`world.alice` is `world.people["alice"]`."""
        people = self.__dict__.get("people", {})
        if name in people:
            return people[name]  # type: ignore[no-any-return]
        raise AttributeError(name)

    def actor(self, session: Session, name: str) -> Actor:
        """The actor that a person or guest of this world is now."""
        if name in self.people:
            return actor_of_user(session, self.people[name])
        guest = session.merge(self.guests[name])
        session.refresh(guest, ["link"])
        actor = actor_of_guest(guest)
        assert actor is not None
        return actor


def hold(row: ClassSession, starts: datetime, *, hours: float = 2) -> ClassSession:
    """Let the session begin at this moment, told in its own zone."""
    zone = ZoneInfo(row.time_zone)
    first, last = starts.astimezone(zone), (starts + timedelta(hours=hours)).astimezone(zone)
    row.day, row.starts = first.date(), first.time()
    row.last_day, row.ends = last.date(), last.time()
    return row


def make_class_session(
    session: Session, cohort: Cohort, title: str, starts: datetime, *, hours: float = 2, **values: object
) -> ClassSession:
    row = ClassSession(**{"cohort_id": cohort.id, "title": title, "time_zone": cohort.time_zone, **values})
    session.add(hold(row, starts, hours=hours))
    session.flush()
    return row


def make_user(session: Session, name: str, **values: object) -> User:
    """A user whose address is made from the name."""
    user = User(email=f"{name.lower().replace(' ', '.')}@exemple.fr", name=name.title(), **values)
    session.add(user)
    session.flush()
    return user


def grant(session: Session, user: User, role: Role, **scope: object) -> Membership:
    """A live membership since yesterday."""
    membership = Membership(user_id=user.id, role=role, starts_at=utcnow() - timedelta(days=1), **scope)
    session.add(membership)
    session.flush()
    return membership


def make_problem(session: Session, cohort: Cohort, author: User, **values: object) -> Problem:
    """An accepted problem with every box filled."""
    problem = Problem(
        **{
            "cohort_id": cohort.id,
            "author_id": author.id,
            "title": "Accueil de la mairie",
            "challenge": "Les files d’attente découragent les habitants.",
            "precedents": "Un guichet unique existe à Agen.",
            "ideal": "Chacun est reçu en dix minutes.",
            "objective": "Diviser l’attente par deux en six mois.",
            "helps": "Une équipe volontaire.",
            "hinders": "Des locaux étroits.",
            "people_affected": "Les habitants sans connexion.",
            "domain": Domain.PUBLIC_POLICY,
            "approach": Approach.CO_CONSTRUCTION,
            "status": ProblemStatus.ACCEPTED,
            "submitted_at": utcnow(),
            "decided_at": utcnow(),
            **values,
        }
    )
    problem.drivers = [ProblemDriver(kind=DriverKind.OPEN_DATA, lever="Publier les temps d’attente.")]
    session.add(problem)
    session.flush()
    return problem


def make_project(session: Session, team: Team, problem: Problem, title: str) -> Project:
    """A project at its first step."""
    project = Project(team_id=team.id, problem_id=problem.id, title=title)
    project.steps = [ProjectStep(step_code="understand", status=StepStatus.CURRENT)]
    session.add(project)
    session.flush()
    return project


def make_board(session: Session, project: Project, creator: User, title: str = "Le défi") -> Board:
    """An empty board with its document, made from the 'defi' template's real seed."""
    from models.board.seed import seed_board  # noqa: PLC0415

    document = SharedDocument(kind="board", last_seq=1)
    session.add(document)
    session.flush()
    session.add(
        DocumentUpdate(document_id=document.id, seq=1, update=seed_board("defi", "fr"), actor_keys="template")
    )
    board = Board(
        project_id=project.id,
        document_id=document.id,
        title=title,
        template_code="defi",
        step_code="understand",
        created_by_id=creator.id,
    )
    session.add(board)
    session.flush()
    return board


def make_image(session: Session, document_id: int, creator: User) -> BoardImage:
    """A picture of one pixel, which no object of its board shows yet."""
    image = BoardImage(
        name=marks.new_name(document_id),
        document_id=document_id,
        actor_key=creator.key,
        width=1,
        height=1,
        size=len(WEBP),
        content=WEBP,
        unused_since=utcnow(),
    )
    session.add(image)
    session.flush()
    return image


def make_solution(session: Session, project: Project, board: Board, **values: object) -> Solution:
    """An idea with one version, made from a note of the board that is there no more."""
    solution = Solution(**{"project_id": project.id, "title": "Une borne", "body": "À la mairie", **values})
    solution.sources = [SolutionSource(board_id=board.id, object_id="gone", text="Une borne ?")]
    solution.versions = [
        SolutionVersion(number=1, title=solution.title, body=solution.body, state=SolutionState.IDEA)
    ]
    session.add(solution)
    session.flush()
    return solution


def make_snapshot(session: Session, board: Board, creator: User, **values: object) -> Snapshot:
    """A pinned state of a board with one note."""
    content = demo_notes("defi", [(creator.key, 1, "jonc", "Une idée")])
    named = {"kind": SnapshotKind.BOARD, "board_id": board.id, "title": "Un état", "content": content}
    snapshot = Snapshot(project_id=board.project_id, taken_by_id=creator.id, **{**named, **values})
    session.add(snapshot)
    session.flush()
    return snapshot


def make_milestone(session: Session, cohort: Cohort, **values: object) -> Milestone:
    """A milestone of every team, due in a month, unless `values` say otherwise."""
    named = {"title": "Cinq personnes écoutées", "due_on": (utcnow() + timedelta(days=30)).date(), **values}
    milestone = Milestone(cohort_id=cohort.id, **named)
    session.add(milestone)
    session.flush()
    return milestone


def make_offer(
    session: Session, project: Project, observer: User, body: str = "Une salle, un mardi à 18 h."
) -> SupportOffer:
    offer = SupportOffer(
        project_id=project.id,
        observer_id=observer.id,
        kind=SupportKind.ROOM,
        body=body,
        changes=[SupportChange(status=SupportStatus.OFFERED, by_id=observer.id)],
    )
    session.add(offer)
    session.flush()
    return offer


def make_deed(
    session: Session, world: World, days: float, *, project_id: int | None = None, count: int = 1, **who: int
) -> None:
    """Somebody (`user_id` or `guest_id`) worked on the project's boards that many days ago."""
    session.add(
        Activity(
            cohort_id=world.cohort.id,
            project_id=project_id or world.project.id,
            kind=ActivityKind.BOARD_EDITED,
            count=count,
            at=utcnow() - timedelta(days=days),
            **who,
        )
    )


def make_link(
    session: Session, project: Project, creator: User, role: LinkRole = LinkRole.CONTRIBUTE
) -> tuple[ShareLink, str]:
    """A share link for ten uses within a week, with its token."""
    token = new_token()
    link = ShareLink(
        project_id=project.id,
        token_hash=token_hash(token),
        role=role,
        max_uses=10,
        created_by_id=creator.id,
        expires_at=utcnow() + timedelta(days=7),
    )
    session.add(link)
    session.flush()
    return link, token


def make_guest(session: Session, link: ShareLink, name: str) -> GuestContributor:
    """A guest who came by this link."""
    guest = GuestContributor(project_id=link.project_id, link_id=link.id, name=name, sector=Sector.CITIZEN)
    link.uses += 1
    session.add(guest)
    session.flush()
    return guest


def make_world(session: Session) -> World:
    """The world described above. The caller's transaction commits it."""
    world = World()
    names = ["alice", "bob", "paul", "zoe", "tutor", "other_tutor", "manager", "other_manager"]
    names += ["observer", "other_observer", "partner", "stranger"]
    for name in names:
        world.people[name] = make_user(session, name)
    people = world.people
    world.organization = Organization(name="École des territoires")
    session.add(world.organization)
    session.flush()
    world.programme = Programme(organization_id=world.organization.id, name="Innovation publique")
    other_programme = Programme(organization_id=world.organization.id, name="Autre formation")
    session.add_all([world.programme, other_programme])
    session.flush()
    today = utcnow().date()
    dates = {"starts_on": today - timedelta(days=60), "ends_on": today + timedelta(days=90)}
    world.cohort = Cohort(
        programme_id=world.programme.id, name="Promotion 2026", other_time_zone="America/Cayenne", **dates
    )
    world.other_cohort = Cohort(programme_id=other_programme.id, name="Autre promotion", **dates)
    session.add_all([world.cohort, world.other_cohort])
    session.flush()
    world.team = Team(cohort_id=world.cohort.id, name="Équipe Cayenne", lead_id=people["alice"].id)
    world.peer_team = Team(cohort_id=world.cohort.id, name="Équipe Paris", lead_id=people["paul"].id)
    world.other_team = Team(cohort_id=world.other_cohort.id, name="Équipe Agen", lead_id=people["zoe"].id)
    session.add_all([world.team, world.peer_team, world.other_team])
    session.flush()
    grant(session, people["alice"], Role.LEARNER, team_id=world.team.id)
    grant(session, people["bob"], Role.LEARNER, team_id=world.team.id)
    grant(session, people["paul"], Role.LEARNER, team_id=world.peer_team.id)
    grant(session, people["zoe"], Role.LEARNER, team_id=world.other_team.id)
    grant(session, people["tutor"], Role.TUTOR, cohort_id=world.cohort.id)
    grant(session, people["other_tutor"], Role.TUTOR, cohort_id=world.other_cohort.id)
    grant(session, people["manager"], Role.MANAGER, programme_id=world.programme.id)
    grant(session, people["other_manager"], Role.MANAGER, programme_id=other_programme.id)
    world.authority = Authority(
        code="commune-97302",
        kind=AuthorityKind.COMMUNE,
        name="Cayenne",
        official_code="97302",
        department_code="973",
        department_name="Guyane",
        region_name="Guyane",
        population=63652,
        time_zone="America/Cayenne",
    )
    session.add(world.authority)
    session.flush()
    world.problem = make_problem(
        session, world.cohort, people["alice"], team_id=world.team.id, authority_code=world.authority.code
    )
    world.project = make_project(session, world.team, world.problem, "L’accueil sans attente")
    other_problem = make_problem(session, world.other_cohort, people["zoe"], team_id=world.other_team.id)
    world.other_project = make_project(session, world.other_team, other_problem, "Un autre projet")
    world.board = make_board(session, world.project, people["alice"])
    grant(session, people["observer"], Role.OBSERVER, project_id=world.project.id)
    grant(session, people["other_observer"], Role.OBSERVER, project_id=world.other_project.id)
    grant(session, people["partner"], Role.PARTNER, project_id=world.project.id)
    for name, role in {
        "guest": LinkRole.CONTRIBUTE,
        "reader": LinkRole.READ,
        "gone": LinkRole.CONTRIBUTE,
    }.items():
        link, token = make_link(session, world.project, people["alice"], role)
        world.link_tokens[name] = token
        world.guests[name] = make_guest(session, link, name.title())
        if name == "gone":
            link.revoked_at = utcnow()
    starts = utcnow() + timedelta(days=2)
    world.class_session = make_class_session(session, world.cohort, "Atelier vote", starts, hours=3)
    session.flush()
    assert isinstance(world.cohort.starts_on, date)
    return world
