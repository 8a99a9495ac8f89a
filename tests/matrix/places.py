"""The world of the matrix: who asks, and where each object is found in each of its states.

`build()` adds to the small world of `tests.factories` the people and objects that it lacks. A state of the
table (« a draft feedback ») is a name in `PLACES`: the ids that the address takes then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.assessment import Assessment, AssessmentStatus
from models.ballot import Ballot, BallotChoice
from models.base import utcnow
from models.board.export import demo_notes
from models.board.participation import Inbox
from models.board.seed import seed_board
from models.break_glass import BreakGlass
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.class_session import CalendarFeed
from models.comment import Comment, Thread
from models.document import Board, DocumentUpdate, SharedDocument
from models.document_upkeep import DocumentHistory
from models.feedback import Feedback, FeedbackPhrase, FeedbackStatus
from models.identity import Identity
from models.invitation import Invitation
from models.mail import CaughtMail
from models.membership import Membership
from models.notification import Notification, NotificationKind
from models.organization import Organization, Programme
from models.partner import Partner, Sector
from models.partner_contact import ContactKind, PartnerContact
from models.peer_review import PeerReview, PeerRound, PeerRoundStatus
from models.people import LoginSession, SignInLink, User
from models.policy import Role
from models.private_round import PrivateRound
from models.problem import Confidentiality, Problem, ProblemStatus
from models.project import Project
from models.saved_template import SavedTemplate
from models.snapshot import SnapshotKind, text_content
from models.workshop import Workshop
from tests.factories import (
    World,
    grant,
    make_class_session,
    make_guest,
    make_image,
    make_link,
    make_milestone,
    make_offer,
    make_problem,
    make_snapshot,
    make_solution,
    make_user,
)
from workspace.services.sessions import open_session
from workspace.services.tokens import new_token, token_hash

# The columns of the table, in its order: how the person is called there, and in the world.
PRINCIPALS: Mapping[str, str] = {
    "nobody": "",  # not signed in
    "disabled": "disabled",  # a teammate whose account was closed
    "author": "alice",  # leads the team, wrote its problem
    "team": "bob",  # another learner of the team
    "peer": "paul",  # a learner of another team of the cohort
    "away": "zoe",  # a learner of another cohort
    "tutor": "tutor",
    "tutor-away": "other_tutor",  # the tutor of another cohort
    "partner": "partner",  # a partner with an account
    "guest": "guest",  # came by a link that lets one write
    "reader": "reader",  # came by a link to read only
    "revoked": "gone",  # came by a link that was shut since
    "expired": "late",  # came by a link whose time is over
    "élu": "observer",  # observes the project
    "élu-away": "other_observer",  # observes another project
    "ex-élu": "former",  # observed the project until yesterday
    "manager": "manager",
    "manager-beside": "other_manager",  # manages another programme of the organisation
    "manager-over": "org_manager",  # manages every programme of the organisation
    "manager-away": "far_manager",  # manages a programme of another organisation
    "admin": "admin",
    "admin+glass": "rescuer",  # an administrator who has opened the project by break-glass
    "team+élu-away": "both",  # a learner of the team, and an élu who observes another project
    "away+élu": "elected",  # a learner of another cohort, and an élu who observes the project
    "stranger": "stranger",  # an account without any role
}

Ids = Mapping[str, object]


@dataclass
class Places:
    """The world, the session cookies by principal, and the ids of each state by principal."""

    world: World
    cookies: dict[str, str] = field(default_factory=dict)
    ids: dict[str, dict[str, object]] = field(default_factory=dict)
    own: dict[str, dict[str, dict[str, object]]] = field(default_factory=dict)

    def of(self, state: str, principal: str) -> Ids:
        """What an address is filled with in this state, for this person."""
        return {**self.ids[""], **self.ids[state], **self.own.get(state, {}).get(principal, {})}

    @property
    def states(self) -> set[str]:
        """Every state that the table may name."""
        return set(self.ids) - {""}


def make_private(session: Session, world: World) -> None:
    """Keep the cohort's problems, and so its projects, from the rest of the cohort."""
    session.execute(
        update(Problem)
        .where(Problem.cohort_id == world.cohort.id)
        .values(confidentiality=Confidentiality.TEAM)
    )


def make_undecided(session: Session, world: World) -> None:
    """Put the project's problem before its tutor again."""
    session.get_one(Problem, world.problem.id).status = ProblemStatus.SUBMITTED


WORLDS: Mapping[str, Callable[[Session, World], None]] = {
    "private: ": make_private,
    "undecided: ": make_undecided,
}
"""States whose name begins so are those of the same objects in a world that was changed by this."""


def build(session: Session, world: World) -> Places:
    """Everything the table speaks of. The caller commits."""
    places = Places(world)
    _people(session, world)
    elsewhere = _elsewhere(session, world)
    _basics(places)
    _problems(session, places)
    _boards(session, places)
    _feedback(session, places)
    _briefs(session, places)
    _project_people(session, places, elsewhere)
    _cohort_people(session, places, elsewhere)
    _break_glass(session, places)
    _programme_people(session, places)
    _doors(session, places)
    _sign_in(session, places)
    _own(session, places)
    return places


def _people(session: Session, world: World) -> None:
    names = ("disabled", "org_manager", "far_manager", "admin", "rescuer", "both", "elected", "former")
    people = {name: make_user(session, name) for name in names}
    world.people.update(people)
    far = Organization(name="Institut lointain")
    session.add(far)
    session.flush()
    programme = Programme(organization_id=far.id, name="Formation lointaine")
    session.add(programme)
    session.flush()
    grant(session, people["disabled"], Role.LEARNER, team_id=world.team.id)
    people["disabled"].disabled_at = utcnow()
    grant(session, people["far_manager"], Role.MANAGER, programme_id=programme.id)
    grant(session, people["org_manager"], Role.MANAGER, organization_id=world.organization.id)
    grant(session, people["admin"], Role.ADMIN, organization_id=world.organization.id)
    grant(session, people["rescuer"], Role.ADMIN, organization_id=world.organization.id)
    glass = grant(session, people["rescuer"], Role.ADMIN, project_id=world.project.id)
    glass.ends_at = utcnow() + timedelta(hours=1)
    grant(session, people["both"], Role.LEARNER, team_id=world.team.id)
    grant(session, people["both"], Role.OBSERVER, project_id=world.other_project.id)
    grant(session, people["elected"], Role.LEARNER, team_id=world.other_team.id)
    grant(session, people["elected"], Role.OBSERVER, project_id=world.project.id)
    former = grant(session, people["former"], Role.OBSERVER, project_id=world.project.id)
    former.starts_at, former.ends_at = utcnow() - timedelta(days=9), utcnow() - timedelta(days=1)
    link, world.link_tokens["late"] = make_link(session, world.project, world.alice)
    world.guests["late"] = make_guest(session, link, "Late")
    link.expires_at = utcnow() - timedelta(hours=1)


def _elsewhere(session: Session, world: World) -> dict[str, int]:
    """The same objects of another project and another cohort: never to be reached through one's own."""
    link, _token = make_link(session, world.other_project, world.zoe)
    partner = Partner(project_id=world.other_project.id, name="Ailleurs", sector=Sector.CITIZEN)
    lesson = make_class_session(session, world.other_cohort, "Ailleurs", utcnow())
    guest = make_guest(session, link, "Ailleurs")
    invitations = {
        role: _invitation(role, f"ailleurs-{role}", **scope)
        for role, scope in (
            (Role.OBSERVER, {"project_id": world.other_project.id}),
            (Role.PARTNER, {"project_id": world.other_project.id}),
            (Role.TUTOR, {"cohort_id": world.other_cohort.id}),
        )
    }
    session.add_all([partner, *invitations.values()])
    session.flush()
    return {
        "link": link.id,
        "partner": partner.id,
        "session": lesson.id,
        "guest": guest.id,
        "observer": _membership(session, world.other_observer),
        "tutor": _membership(session, world.other_tutor),
        **{f"invited {role}": row.id for role, row in invitations.items()},
    }


def _invitation(role: Role, name: str, **values: object) -> Invitation:
    return Invitation(
        **{
            "token_hash": token_hash(new_token()),
            "email": f"{name}@exemple.fr",
            "name": name.title(),
            "role": role,
            "expires_at": utcnow() + timedelta(days=3),
            **values,
        }
    )


def _contact(session: Session, project: Project) -> int:
    row = PartnerContact(project_id=project.id, sector=Sector.CITIZEN, kind=ContactKind.MET)
    session.add(row)
    session.flush()
    return row.id


def _membership(session: Session, user: User) -> int:
    found = session.scalar(select(Membership.id).where(Membership.user_id == user.id))
    assert found is not None
    return found


def _basics(places: Places) -> None:
    world = places.world
    places.ids[""] = {
        "project_id": world.project.id,
        "cohort_id": world.cohort.id,
        "team_id": world.team.id,
        "learner_id": world.alice.id,
        "programme_id": world.programme.id,
        "step_code": "understand",
        "number": 1,
        "code": "listened",
        "template_code": "defi",
        "key": "a-form-key-of-twenty-x",
    }
    places.ids |= {
        "any": {},
        "shared project": {},
        "private: project": {},
        "project of another cohort": {"project_id": world.other_project.id},
        "unknown project": {"project_id": 999_999},
        "own cohort": {},
        "another cohort": {
            "cohort_id": world.other_cohort.id,
            "team_id": world.other_team.id,
            "learner_id": world.zoe.id,
            "programme_id": world.other_cohort.programme_id,
        },
    }


def _problems(session: Session, places: Places) -> None:
    world = places.world

    def problem(status: ProblemStatus, **values: object) -> int:
        named = {"author": world.alice, "team_id": world.team.id, "cohort": world.cohort, **values}
        author, cohort = named.pop("author"), named.pop("cohort")
        row = make_problem(
            session,
            cohort,  # type: ignore[arg-type]
            author,  # type: ignore[arg-type]
            status=status,
            title=f"Problématique {status}",
            authority_code=world.authority.code,
            **named,
        )
        return row.id

    def place(problem_id: int) -> dict[str, object]:
        return {"problem_id": problem_id, "?problem": problem_id}

    places.ids |= {
        "draft problem": place(problem(ProblemStatus.DRAFT)),
        "submitted problem": place(problem(ProblemStatus.SUBMITTED)),
        "returned problem": place(problem(ProblemStatus.RETURNED)),
        "shared problem": place(world.problem.id),
        "private: problem": place(world.problem.id),
        "undecided: problem of a project": place(world.problem.id),
        "problem of a peer": place(
            problem(ProblemStatus.ACCEPTED, author=world.paul, team_id=world.peer_team.id)
        ),
        "problem of another cohort": place(
            problem(
                ProblemStatus.ACCEPTED,
                author=world.zoe,
                team_id=world.other_team.id,
                cohort=world.other_cohort,
            )
        ),
    }
    places.ids["private: problem of a peer"] = places.ids["problem of a peer"]


def _boards(session: Session, places: Places) -> None:
    world = places.world
    flags: dict[str, dict[str, object]] = {
        "plain board": {},
        "frozen board": {"frozen": True},
        "board open to tutors": {"open_to_tutors": True},
        "board open to observers": {"open_to_observers": True},
        "archived board": {"archived_at": utcnow(), "open_to_observers": True},
        "board for novices": {"novices": True},
        "board with an inbox": {"inbox": Inbox("zone-1", 1e6, 1e6, 400, 400).stored()},
        "unreadable board": {},
        "unreadable board open to tutors": {"open_to_tutors": True},
    }
    for name, values in flags.items():
        document = _document(session, world, is_readable="unreadable" not in name)
        board = Board(
            project_id=world.project.id,
            document_id=document.id,
            title=name,
            template_code="defi",
            step_code="understand",
            created_by_id=world.alice.id,
            **values,
        )
        session.add(board)
        session.flush()
        picture = make_image(session, document.id, world.alice)
        ids = {"board_id": board.id, "document_id": document.id, "seq": 1, "name": picture.name}
        places.ids[name] = ids
    for name, values in {"vote of the team": {}, "vote with partners": {"with_partners": True}}.items():
        places.ids[name] = _voting(session, world, **values)
    places.ids["vote of another board"] = {
        **places.ids["vote with partners"],
        "board_id": places.ids["plain board"]["board_id"],
    }
    places.ids["solution"] = {"solution_id": make_solution(session, world.project, world.board).id}
    for name, kept in {
        "pinned state": {},
        "state shown to observers": {"open_to_observers": True},
        "state that is no longer pinned": {"unpinned_at": utcnow()},
        "frozen draft brief": {
            "kind": SnapshotKind.BRIEF_DRAFT,
            "board_id": None,
            "content": text_content({"progress": "Un brouillon"}),
        },
    }.items():
        snapshot = make_snapshot(session, world.board, world.alice, **kept)
        places.ids[name] = {"snapshot_id": snapshot.id}
    for name, cohort, owner in (
        ("milestone of the cohort", world.cohort, None),
        ("milestone of the team", world.cohort, world.project),
        ("milestone of another project", world.other_cohort, world.other_project),
    ):
        milestone = make_milestone(session, cohort, project_id=owner.id if owner else None)
        places.ids[name] = {"milestone_id": milestone.id}
    places.ids["commented board"] = ids = _commented(session, world)
    places.ids["thread of another board"] = {**ids, "board_id": places.ids["plain board"]["board_id"]}
    for state, cohort in (("", world.cohort), ("another cohort", world.other_cohort)):
        template = SavedTemplate(cohort_id=cohort.id, name="Modèle", content=seed_board("defi", "fr"))
        session.add(template)
        session.flush()
        places.ids[state]["template_id"] = template.id
    places.ids["archived board through another project"] = {
        **places.ids["archived board"],
        "project_id": world.other_project.id,
    }


def _commented(session: Session, world: World) -> dict[str, object]:
    """A board with a thread that Alice began."""
    board = Board(
        project_id=world.project.id,
        document_id=_document(session, world, is_readable=True).id,
        title="Un échange",
        template_code="defi",
        step_code="understand",
    )
    session.add(board)
    session.flush()
    thread = Thread(board_id=board.id, comments=[Comment(author=world.alice.key, text="Vraiment ?")])
    session.add(thread)
    session.flush()
    return {"board_id": board.id, "thread_id": thread.id, "comment_id": thread.comments[0].id}


def _voting(session: Session, world: World, **values: object) -> dict[str, object]:
    """A board with an open round and an open vote on its first note."""
    document = _document(session, world, is_readable=True)
    board = Board(
        project_id=world.project.id,
        document_id=document.id,
        title="Un vote",
        template_code="defi",
        step_code="understand",
    )
    session.add(board)
    session.flush()
    ballot = Ballot(board_id=board.id, actor_key=world.alice.key, points=3, **values)
    led = {"board_id": board.id, "actor_key": world.alice.key}
    session.add_all(
        [
            ballot,
            PrivateRound(**led),
            Workshop(**led, steps=[{"kind": "write", "title": "Écrire", "minutes": 5}]),
        ]
    )
    session.flush()
    session.add(BallotChoice(ballot_id=ballot.id, object_id="demo-0", place=0, author=world.alice.key))
    return {"board_id": board.id, "ballot_id": ballot.id}


def _document(session: Session, world: World, *, is_readable: bool) -> SharedDocument:
    document = SharedDocument(kind="board", last_seq=1 if is_readable else 2)
    session.add(document)
    session.flush()
    authors = (world.alice.key, world.people["disabled"].key, world.guests["guest"].key)
    notes = [(author, 1, "jonc", f"de {author}") for author in authors]
    content = demo_notes("defi", notes)
    session.add(DocumentUpdate(document_id=document.id, seq=1, update=content, actor_keys="template"))
    session.add(DocumentHistory(document_id=document.id, seq=1, at=utcnow(), content=content))
    if not is_readable:
        session.add(
            DocumentUpdate(document_id=document.id, seq=2, update=b"\xff", actor_keys=world.alice.key)
        )
    return document


def _feedback(session: Session, places: Places) -> None:
    world = places.world
    for status, name in (
        (FeedbackStatus.DRAFT, "draft feedback"),
        (FeedbackStatus.RELEASED, "released feedback"),
    ):
        row = Feedback(
            project_id=world.project.id,
            author_id=world.tutor.id,
            body=name,
            status=status,
            released_at=utcnow() if status is FeedbackStatus.RELEASED else None,
        )
        session.add(row)
        session.flush()
        places.ids[name] = {"feedback_id": row.id}
    to_one = Feedback(
        project_id=world.project.id,
        author_id=world.tutor.id,
        learner_id=world.alice.id,
        body="Pour vous",
        status=FeedbackStatus.RELEASED,
        released_at=utcnow(),
    )
    phrase = FeedbackPhrase(user_id=world.tutor.id, text="Qui pourrait dire non ?")
    session.add_all([to_one, phrase])
    session.flush()
    _peer_reviews(session, places)
    _assessments(session, places)
    places.ids["feedback to one learner"] = {"feedback_id": to_one.id}
    places.ids["phrase of the tutor"] = {"phrase_id": phrase.id}


def _assessments(session: Session, places: Places) -> None:
    world, released = places.world, AssessmentStatus.RELEASED
    rows = {
        "draft assessment of the team": Assessment(team_id=world.peer_team.id),
        "assessment of the team": Assessment(team_id=world.team.id, status=released),
        "draft assessment of one learner": Assessment(learner_id=world.bob.id),
        "assessment of one learner": Assessment(learner_id=world.alice.id, status=released),
    }
    for row in rows.values():
        row.cohort_id, row.appreciation = world.cohort.id, "En chemin"
        row.released_at = utcnow() if row.is_released else None
    session.add_all(rows.values())
    session.flush()
    places.ids |= {name: {"assessment_id": row.id} for name, row in rows.items()}
    places.ids["accompaniment of the team"] = {"?who": f"team-{world.team.id}"}
    places.ids["accompaniment of a learner"] = {"?who": f"learner-{world.alice.id}"}


def _peer_reviews(session: Session, places: Places) -> None:
    world = places.world
    row = PeerRound(
        cohort_id=world.cohort.id,
        title="À mi-parcours",
        due_at=utcnow() + timedelta(days=7),
        status=PeerRoundStatus.OPEN,
    )
    session.add(row)
    session.flush()
    teams = {"review by the own team": world.team, "review by the peer's team": world.peer_team}
    reviews = {
        name: PeerReview(round_id=row.id, team_id=team.id, project_id=world.project.id)
        for name, team in teams.items()
    }
    session.add_all(reviews.values())
    session.flush()
    places.ids["round of reviews"] = {"round_id": row.id}
    places.ids |= {name: {"review_id": review.id} for name, review in reviews.items()}


def _briefs(session: Session, places: Places) -> None:
    world = places.world
    for edition, status, name in (
        (1, BriefStatus.PUBLISHED, "published brief"),
        (2, BriefStatus.DRAFT, "draft brief"),
    ):
        brief = ProgressBrief(
            project_id=world.project.id,
            edition=edition,
            status=status,
            step_code="understand",
            published_at=utcnow() if status is BriefStatus.PUBLISHED else None,
            published_by_id=world.bob.id if status is BriefStatus.PUBLISHED else None,
            problem="Un problème",
            progress="Une avancée",
        )
        session.add(brief)
        session.flush()
        places.ids[name] = {"brief_id": brief.id}
    question = ObserverQuestion(project_id=world.project.id, observer_id=world.observer.id, body="Quand ?")
    session.add(question)
    session.flush()
    places.ids["open question"] = {"question_id": question.id}
    offer = make_offer(session, world.project, world.observer)
    places.ids["offer of support"] = {"offer_id": offer.id}


def _project_people(session: Session, places: Places, elsewhere: Mapping[str, int]) -> None:
    world = places.world
    partner = Partner(project_id=world.project.id, name="Association", sector=Sector.ASSOCIATION)
    second = make_user(session, "second")
    observer = grant(session, second, Role.OBSERVER, project_id=world.project.id)
    associate = grant(session, second, Role.PARTNER, project_id=world.project.id)
    invited = {
        role: _invitation(role, f"invited-{role}", project_id=world.project.id)
        for role in (Role.OBSERVER, Role.PARTNER)
    }
    link, _token = make_link(session, world.project, world.alice)
    guest = make_guest(session, link, "Un autre invité")
    session.add_all([partner, *invited.values()])
    session.flush()
    places.ids |= {
        "partner in the list": {"partner_id": partner.id},
        "residents of the project": {"?sector": "citizen", "?name": ""},
        "residents of another project": {
            "project_id": world.other_project.id,
            "?sector": "citizen",
            "?name": "",
        },
        "contact": {"contact_id": _contact(session, world.project)},
        "contact of another project": {"contact_id": _contact(session, world.other_project)},
        "partner of another project": {"partner_id": elsewhere["partner"]},
        "link of the project": {"link_id": link.id, "guest_id": guest.id},
        "link of another project": {"link_id": elsewhere["link"], "guest_id": elsewhere["guest"]},
        "élu who observes": {"membership_id": observer.id, "invitation_id": invited[Role.OBSERVER].id},
        "élu of another project": {
            "membership_id": elsewhere["observer"],
            "invitation_id": elsewhere["invited observer"],
        },
        "partner with an account": {
            "membership_id": associate.id,
            "invitation_id": invited[Role.PARTNER].id,
        },
        "account of another role": {
            "membership_id": _membership(session, world.bob),
            "invitation_id": elsewhere["invited partner"],
        },
    }


def _cohort_people(session: Session, places: Places, elsewhere: Mapping[str, int]) -> None:
    world = places.world
    invited = _invitation(Role.TUTOR, "invited-tutor", cohort_id=world.cohort.id)
    session.add(invited)
    session.flush()
    own: dict[str, object] = {
        "membership_id": _membership(session, world.paul),
        "invitation_id": invited.id,
        "class_session_id": world.class_session.id,
        "user_id": world.bob.id,
        "into_team_id": world.team.id,
    }
    far: dict[str, object] = {
        "membership_id": elsewhere["tutor"],
        "invitation_id": elsewhere["invited tutor"],
        "class_session_id": elsewhere["session"],
    }
    places.ids |= {
        "member of the cohort": own,
        "member of another cohort": {**own, **far},
        "team of another cohort": {**own, "into_team_id": world.other_team.id},
        "programme of the manager": {},
        "programme beside": {"programme_id": world.other_cohort.programme_id},
    }


def _break_glass(session: Session, places: Places) -> None:
    world, now = places.world, utcnow()
    for state, until in {"project open by break-glass": 1, "access that is over": -1}.items():
        membership = grant(
            session, make_user(session, f"rescuer{until}"), Role.ADMIN, project_id=world.project.id
        )
        membership.starts_at, membership.ends_at = now - timedelta(hours=2), now + timedelta(hours=until)
        access = BreakGlass(membership_id=membership.id, reason="Un tableau ne s’ouvre plus.")
        session.add(access)
        session.flush()
        places.ids[state] = {"access_id": access.id}


def _programme_people(session: Session, places: Places) -> None:
    """Two more managers: one of the programme, one of another; and an invitation to each."""
    world, other = places.world, places.world.other_cohort.programme_id
    for programme_id, state in (
        (world.programme.id, "manager of the programme"),
        (other, "manager of another programme"),
    ):
        name = state.replace(" ", "-")
        invited = _invitation(Role.MANAGER, name, programme_id=programme_id)
        session.add(invited)
        session.flush()
        held = grant(session, make_user(session, name), Role.MANAGER, programme_id=programme_id)
        places.ids[state] = {"membership_id": held.id, "invitation_id": invited.id}
    places.ids["own place in the programme"] = {"membership_id": _membership(session, world.manager)}


def _doors(session: Session, places: Places) -> None:
    """Addresses that are secrets of their own."""
    world = places.world
    used_up, used_token = make_link(session, world.project, world.alice)
    used_up.uses = used_up.max_uses
    tokens = {"open": new_token(), "shut": new_token(), "feed": new_token()}
    for name in ("open", "shut"):
        session.add(
            _invitation(
                Role.TUTOR,
                f"{name}-offer",
                cohort_id=world.cohort.id,
                token_hash=token_hash(tokens[name]),
                revoked_at=None if name == "open" else utcnow(),
            )
        )
    to_sign_in = new_token()
    kept = CaughtMail(to="quelquun@exemple.fr", subject="Un sujet", text="Texte", html="<p>Texte</p>")
    in_a_while = utcnow() + timedelta(minutes=20)
    link = SignInLink(token_hash=token_hash(to_sign_in), user_id=world.bob.id, expires_at=in_a_while)
    feed = CalendarFeed(user_id=world.bob.id, token_hash=token_hash(tokens["feed"]))
    session.add_all([kept, link, feed])
    session.flush()
    places.ids |= {
        "link to sign in": {"token": to_sign_in},
        "calendar feed": {"token": tokens["feed"]},
        "kept message": {"mail_id": kept.id},
        "live link": {"token": world.link_tokens["guest"]},
        "link to read": {"token": world.link_tokens["reader"]},
        "revoked link": {"token": world.link_tokens["gone"]},
        "expired link": {"token": world.link_tokens["late"]},
        "link used up": {"token": used_token},
        "unknown link": {"token": new_token()},
        "open invitation": {"token": tokens["open"]},
        "invitation that was revoked": {"token": tokens["shut"]},
    }


def _sign_in(session: Session, places: Places) -> None:
    """One browser for each person: the cookie of those who may no longer come in was theirs before."""
    world = places.world
    for principal, name in PRINCIPALS.items():
        if name in world.guests:
            places.cookies[principal] = open_session(session, guest_id=world.guests[name].id)
        elif name:
            places.cookies[principal] = open_session(session, user_id=world.people[name].id)
    session.flush()


def _own(session: Session, places: Places) -> None:
    """What everybody has for themselves: notifications, signed-in browsers."""
    world = places.world
    someone = make_user(session, "someone")
    rows = {}
    for principal, name in [*PRINCIPALS.items(), ("", "someone")]:
        user = someone if name == "someone" else world.people.get(name)
        if user is None:
            continue
        notification = Notification(
            user_id=user.id,
            kind=NotificationKind.FEEDBACK_RELEASED,
            who="Quelqu’un",
            subject="Un sujet",
            url="/about",
        )
        login = LoginSession(
            token_hash=token_hash(new_token()), user_id=user.id, expires_at=utcnow() + timedelta(days=1)
        )
        session.add_all([notification, login])
        session.flush()
        rows[principal] = {"notification_id": notification.id, "login_session_id": login.id}
    theirs = Identity(user_id=someone.id, issuer="https://provider.example", subject="someone")
    session.add(theirs)
    session.flush()
    rows[""]["identity_id"] = theirs.id
    places.ids["of somebody else"] = places.ids["one’s own"] = dict(rows.pop(""))
    places.own["one’s own"] = {principal: dict(ids) for principal, ids in rows.items()}
