"""Canaries: the world with a secret in every private text, every address of it, and what an answer shows.

A new route is tried by itself; a new kind of id in an address must be named in `ids` of `plant()`.
"""

import io
import itertools
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import cast

import pypdf
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from pypdf.generic import StreamObject
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from models.activity import Activity, ActivityKind
from models.assessment import Assessment, AssessmentMark, AssessmentStatus
from models.ballot import Ballot, BallotChoice
from models.base import utcnow
from models.board.export import demo_notes
from models.board.reader import write_varint
from models.board_image import BoardImage
from models.break_glass import BreakGlass
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.class_session import Attendance, AttendanceStatus, ClassSession
from models.cohort import Cohort
from models.comment import Comment, Thread
from models.document import Board, DocumentUpdate, SharedDocument
from models.document_upkeep import DocumentHistory
from models.feedback import AnchorKind, Feedback, FeedbackAnswer, FeedbackMark, FeedbackPhrase, FeedbackStatus
from models.invitation import Invitation
from models.milestone import MilestoneReach
from models.notification import Notification, NotificationKind
from models.partner import GuestContributor, LinkRole, Partner, Sector
from models.partner_contact import ContactKind, PartnerContact
from models.peer_review import PeerReview, PeerRound, PeerRoundStatus
from models.people import LoginSession, User
from models.policy import Role
from models.private_round import PrivateNote, PrivateRound
from models.problem import Problem, ProblemDriver, ProblemStatus
from models.project import Project, ProjectStep
from models.saved_template import SavedTemplate
from models.snapshot import Snapshot, SnapshotKind, text_content
from models.support import SupportChange, SupportStatus
from models.workshop import Workshop
from tests.factories import (
    World,
    grant,
    make_guest,
    make_link,
    make_milestone,
    make_offer,
    make_problem,
    make_snapshot,
    make_solution,
    make_user,
)
from workspace.services import spreadsheet
from workspace.services.rubrics import ensure_rubric
from workspace.services.tokens import new_token, token_hash

PUBLISHED = "Ce que tout élu peut lire"


@dataclass
class Planted:
    """The world with a secret in every private text. `ids`: named ids by the name of a route's argument."""

    world: World
    secrets: dict[str, str] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)

    def secret(self, what: str) -> str:
        """A new secret; a text of French letters only, so that no escaping hides it."""
        word = f"SECRET{len(self.secrets):03d}X"
        self.secrets[word] = what
        return word


def plant(session: Session, world: World) -> Planted:
    planted = Planted(world)
    _plant_people(session, planted)
    access = _plant_administrators(session, planted)
    _plant_project(session, planted)
    boards = _plant_boards(session, planted)
    feedback = _plant_feedback(session, planted, boards["closed"])
    briefs = _plant_briefs(session, planted)
    planted.ids["brief_id"] = briefs
    others = _plant_others(session, planted)
    planted.ids |= {
        "project_id": {"project": str(world.project.id), "other": str(world.other_project.id)},
        "problem_id": {"problem": str(world.problem.id), "other": str(others["problem"])},
        "cohort_id": {"cohort": str(world.cohort.id), "other": str(world.other_cohort.id)},
        "team_id": {"team": str(world.team.id)},
        "learner_id": {"bob": str(world.bob.id)},
        "programme_id": {
            "programme": str(world.programme.id),
            "other": str(world.other_cohort.programme_id),
        },
        "class_session_id": {"session": str(world.class_session.id)},
        "number": {"first": "1"},
        "membership_id": {"membership": str(others["membership"])},
        "invitation_id": {"invitation": str(others["invitation"])},
        "partner_id": {"partner": str(others["partner"])},
        "contact_id": {"contact": str(others["contact"])},
        "link_id": {"link": str(others["link"])},
        "guest_id": {"guest": str(world.guests["guest"].id)},
        "offer_id": {"own": str(others["own_offer"]), "other": str(others["offer"])},
        "question_id": {"own": str(others["own_question"]), "other": str(others["question"])},
        "notification_id": {"notification": str(others["notification"])},
        "login_session_id": {"login": str(others["login"])},
        "mail_id": {"mail": "1"},
        "access_id": {"access": str(access.id)},
        "identity_id": {"identity": "1"},
        "board_id": {name: str(board.id) for name, board in boards.items()},
        "document_id": {name: str(board.document_id) for name, board in boards.items()},
        "feedback_id": feedback,
        "brief_id": briefs,
        "seq": {"moment": "1"},
        "step_code": {"step": "understand"},
        "code": {"criterion": "listened"},
        "template_code": {"template": "defi", "saved": "saved-1"},
        "template_id": {"saved": "1"},
        "key": {"key": "a-form-key"},
        "token": {"unknown": new_token()},
        "name": {"asset": "main.css", **{board: picture_on(board) for board in boards}},
    }
    return planted


def _plant_people(session: Session, planted: Planted) -> None:
    world = planted.world
    for name in ("bob", "tutor", "manager", "partner", "paul"):
        person = session.get_one(User, world.people[name].id)
        person.name, person.title = planted.secret(f"{name}'s name"), planted.secret(f"{name}'s title")
    for name, person in world.people.items():
        if "observer" not in name:
            session.get_one(User, person.id).email = f"{planted.secret(f'{name} e-mail').lower()}@exemple.fr"
    for name, guest in world.guests.items():
        row = session.get_one(GuestContributor, guest.id)
        row.name = planted.secret(f"{name}'s name")
        row.organization_name = planted.secret(f"{name}'s organisation")
    cohort = session.get_one(Cohort, world.cohort.id)
    cohort.name = planted.secret("cohort's name")
    class_session = session.get_one(ClassSession, world.class_session.id)
    for name in ("title", "place", "link", "note"):
        setattr(class_session, name, planted.secret(f"session's {name}"))
    left = [(world.tutor.key, 1, "jonc", planted.secret("saved template's content"))]
    template = SavedTemplate(cohort_id=world.cohort.id, content=demo_notes("defi", left))
    for name in ("name", "purpose"):
        setattr(template, name, planted.secret(f"saved template's {name}"))
    session.add(template)
    session.add(
        Attendance(
            class_session_id=class_session.id,
            number=1,
            user_id=world.bob.id,
            status=AttendanceStatus.ABSENT,
            noted_by_id=world.tutor.id,
        )
    )


def _plant_administrators(session: Session, planted: Planted) -> BreakGlass:
    """One who reads no content, and one who has opened the project by break-glass."""
    world = planted.world
    for name in ("admin", "rescuer"):
        world.people[name] = make_user(session, name)
        grant(session, world.people[name], Role.ADMIN, organization_id=world.organization.id)
    glass = grant(session, world.people["rescuer"], Role.ADMIN, project_id=world.project.id)
    glass.ends_at = utcnow() + timedelta(hours=1)
    access = BreakGlass(membership_id=glass.id, reason=planted.secret("reason of break-glass"))
    session.add(access)
    session.flush()
    return access


def _plant_project(session: Session, planted: Planted) -> None:
    world = planted.world
    project = session.get_one(Project, world.project.id)
    project.summary, project.next_due_label = planted.secret("summary"), planted.secret("due")
    step = session.scalar(select(ProjectStep).where(ProjectStep.project_id == project.id))
    assert step is not None
    step.request = planted.secret("word on a step")
    problem = session.get_one(Problem, world.problem.id)
    problem.title = planted.secret("problem's title")
    boxes = ("challenge", "precedents", "ideal", "objective", "helps", "hinders", "people_affected")
    for box in (*boxes, "decision_reason"):
        setattr(problem, box, planted.secret(f"problem's {box}"))
    session.execute(
        update(ProblemDriver)
        .where(ProblemDriver.problem_id == problem.id)
        .values(lever=planted.secret("lever"))
    )
    for kind in (ActivityKind.PARTNER_ADDED, ActivityKind.BOARD_EDITED, ActivityKind.OBSERVER_INVITED):
        session.add(
            Activity(
                cohort_id=world.cohort.id,
                project_id=project.id,
                user_id=world.alice.id,
                kind=kind,
                subject=planted.secret(f"journal {kind}"),
            )
        )


def picture_on(board: str) -> str:
    """The name of the picture on this board."""
    return f"{board:-<16}.{board:-<16}"


def _plant_boards(session: Session, planted: Planted) -> dict[str, Board]:
    world, guest = planted.world, planted.world.guests["guest"]
    boards = {}
    for name in ("closed", "open", "archived"):
        text = PUBLISHED if name == "open" else planted.secret(f"note on a board that is {name}")
        document = SharedDocument(kind="board", last_seq=1)
        session.add(document)
        session.flush()
        notes = [(world.bob.key, 1, "jonc", text), (guest.key, 1, "rose", "Une idée")]
        session.add(
            DocumentUpdate(
                document_id=document.id, seq=1, update=demo_notes("defi", notes), actor_keys="template"
            )
        )
        picture = planted.secret(f"picture on a board that is {name}") if name != "open" else "x"
        session.add(
            BoardImage(
                name=picture_on(name),
                document_id=document.id,
                actor_key=world.bob.key,
                width=1,
                height=1,
                size=len(picture),
                content=picture.encode(),
            )
        )
        removed = [(world.bob.key, 1, "jonc", planted.secret(f"note removed from a board that is {name}"))]
        session.add(
            DocumentHistory(document_id=document.id, seq=1, at=utcnow(), content=demo_notes("defi", removed))
        )
        boards[name] = Board(
            project_id=world.project.id,
            document_id=document.id,
            title="Carte ouverte" if name == "open" else planted.secret(f"board that is {name}"),
            template_code="defi",
            step_code="understand",
            open_to_observers=name != "closed",
            archived_at=utcnow() if name == "archived" else None,
        )
        session.add(boards[name])
    session.flush()
    for name in ("closed", "open"):
        planted.ids.setdefault("ballot_id", {})[name] = _plant_workshop(session, planted, boards[name])
        thread = _plant_comments(session, planted, boards[name])
        planted.ids.setdefault("thread_id", {})[name] = str(thread.id)
        planted.ids.setdefault("comment_id", {})[name] = str(thread.comments[0].id)
    solution = make_solution(
        session,
        world.project,
        boards["open"],
        title=planted.secret("solution's title"),
        body=planted.secret("solution's words"),
        reason=planted.secret("solution's reason"),
    )
    solution.sources[0].text = planted.secret("solution's source")
    planted.ids["solution_id"] = {"solution": str(solution.id)}
    _plant_snapshots(session, planted, boards["open"])
    return boards


def _plant_snapshots(session: Session, planted: Planted, board: Board) -> None:
    """A state that is pinned, one shown to élus, one no longer pinned, and a draft brief that was frozen."""
    world, pinned = planted.world, {}
    for name in ("pinned", "shown", "unpinned"):
        text = PUBLISHED if name == "shown" else planted.secret(f"note on a state that is {name}")
        pinned[name] = make_snapshot(
            session,
            board,
            world.bob,
            title="Un état montré" if name == "shown" else planted.secret(f"title of a state that is {name}"),
            content=demo_notes("defi", [(world.bob.key, 1, "jonc", text)]),
            open_to_observers=name == "shown",
            unpinned_at=utcnow() if name == "unpinned" else None,
        )
    draft = {"kind": SnapshotKind.BRIEF_DRAFT, "board_id": None, "title": planted.secret("frozen draft")}
    words = text_content({"progress": planted.secret("frozen draft")})
    pinned["draft"] = make_snapshot(session, board, world.bob, **draft, content=words)
    _plant_milestones(session, planted, pinned["pinned"])
    planted.ids["snapshot_id"] = {name: str(one.id) for name, one in pinned.items()}


def _plant_milestones(session: Session, planted: Planted, like: Snapshot) -> None:
    """One of the cohort, which the team reached, and one of the team's own; with what was frozen."""
    world, ids = planted.world, {}
    for name, project_id in (("cohort's", None), ("team's", world.project.id)):
        words = {part: planted.secret(f"{name} milestone") for part in ("title", "criteria")}
        ids[name] = make_milestone(session, world.cohort, project_id=project_id, **words).id
    reach = MilestoneReach(
        milestone_id=ids["cohort's"], project_id=world.project.id, word=planted.secret("word on a milestone")
    )
    session.add(reach)
    session.flush()
    frozen = Snapshot(
        project_id=like.project_id,
        reach_id=reach.id,
        kind=like.kind,
        board_id=like.board_id,
        title=planted.secret("title of a state that is pinned"),
        content=like.content,
    )
    session.add(frozen)
    planted.ids["milestone_id"] = {name: str(id_) for name, id_ in ids.items()}


def _plant_comments(session: Session, planted: Planted, board: Board) -> Thread:
    """A thread about a note that is gone, on every kind of board, and one that is resolved."""
    author = planted.world.bob.key
    thread = Thread(board_id=board.id, object_id="gone", object_author=author)
    thread.object_text = planted.secret("words of a note that was commented")
    thread.comments = [Comment(author=author, text=planted.secret("comment"))]
    done = Thread(board_id=board.id, resolved_at=utcnow(), resolved_by=planted.world.tutor.key)
    done.comments = [Comment(author=planted.world.tutor.key, text=planted.secret("comment, resolved"))]
    session.add_all([thread, done])
    session.flush()
    return thread


def _plant_workshop(session: Session, planted: Planted, board: Board) -> str:
    """A round in which Alice wrote, a vote that is open and one that is closed."""
    world = planted.world
    led = {"board_id": board.id, "actor_key": world.alice.key}
    private = PrivateRound(**led, prompt=planted.secret("prompt of a round"))
    vote = Ballot(**led, points=3, question=planted.secret("question of a vote"))
    closed = Ballot(**led, points=3, closed_at=utcnow(), voters=1)
    steps = [{"kind": "other", "title": planted.secret("step of a workshop"), "minutes": 5}]
    session.add_all([private, vote, closed, Workshop(**led, steps=steps)])
    session.flush()
    text = planted.secret("alice's private note")
    session.add(PrivateNote(round_id=private.id, author=world.alice.key, key="a", text=text))
    words = {vote: planted.secret("words of a vote that is open"), closed: planted.secret("result of a vote")}
    for ballot, word in words.items():
        points = None if ballot is vote else 1
        row = {"object_id": "demo-0", "place": 0, "author": world.bob.key, "text": word, "points": points}
        session.add(BallotChoice(ballot_id=ballot.id, **row))
    return str(vote.id)


def _plant_feedback(session: Session, planted: Planted, board: Board) -> dict[str, str]:
    ids = {}
    for status in FeedbackStatus:
        released = status is FeedbackStatus.RELEASED
        row = Feedback(
            project_id=planted.world.project.id,
            author_id=planted.world.tutor.id,
            body=planted.secret(f"feedback {status}"),
            anchor=AnchorKind.NOTE,
            board_id=board.id,
            object_id="gone",
            object_text=planted.secret(f"words of a note that feedback {status} is about"),
            status=status,
            released_at=utcnow() if released else None,
            answer=FeedbackAnswer.CONTESTED if released else None,
            answer_text=planted.secret("answer to feedback") if released else "",
            answered_at=utcnow() if released else None,
        )
        session.add(row)
        session.flush()
        ids[status.value] = str(row.id)
        to_one = Feedback(
            project_id=planted.world.project.id,
            author_id=planted.world.tutor.id,
            learner_id=planted.world.bob.id,
            body=planted.secret(f"feedback to bob, {status}"),
            status=status,
            released_at=utcnow() if released else None,
            answer=FeedbackAnswer.CONTESTED if released else None,
            answer_text=planted.secret("bob's answer to feedback") if released else "",
            answered_at=utcnow() if released else None,
        )
        session.add(to_one)
        session.flush()
        ids[f"{status.value} to one"] = str(to_one.id)
        rubric = ensure_rubric(session, planted.world.cohort.id)
        if released:
            rubric.criteria[0].levels[1].text = planted.secret("meaning of a level that bob's work is at")
        else:
            rubric.criteria[0].levels[2].text = planted.secret("meaning of a level in a draft")
        session.add(
            FeedbackMark(feedback_id=to_one.id, criterion_id=rubric.criteria[0].id, level=2 + (not released))
        )
    planted.ids |= _plant_peer_reviews(session, planted)
    planted.ids["assessment_id"] = _plant_assessments(session, planted)
    phrase = FeedbackPhrase(user_id=planted.world.tutor.id, text=planted.secret("tutor's phrase"))
    session.add(phrase)
    session.flush()
    planted.ids["phrase_id"] = {"phrase": str(phrase.id)}
    return ids


def _plant_assessments(session: Session, planted: Planted) -> dict[str, str]:
    """Of the team and of Bob, released; of the peer's team and of Alice, drafts: each by one criterion."""
    world, ids = planted.world, {}
    rubric = ensure_rubric(session, world.cohort.id)
    for name, place, status, whom in (
        ("team's", 1, AssessmentStatus.RELEASED, {"team_id": world.team.id}),
        ("bob's", 2, AssessmentStatus.RELEASED, {"learner_id": world.bob.id}),
        ("draft of a team's", 3, AssessmentStatus.DRAFT, {"team_id": world.peer_team.id}),
        ("draft of alice's", 4, AssessmentStatus.DRAFT, {"learner_id": world.alice.id}),
    ):
        row = Assessment(
            cohort_id=world.cohort.id,
            author_id=world.tutor.id,
            appreciation=planted.secret(f"{name} appreciation"),
            status=status,
            released_at=utcnow() if status is AssessmentStatus.RELEASED else None,
            **whom,
        )
        session.add(row)
        session.flush()
        # Only marks show the title of a criterion that was withdrawn.
        criterion = rubric.criteria[place]
        criterion.title, criterion.withdrawn_at = planted.secret(f"{name} mark"), utcnow()
        session.add(AssessmentMark(assessment_id=row.id, criterion_id=criterion.id, level=2))
        ids[name] = str(row.id)
    session.flush()
    return ids


def _plant_peer_reviews(session: Session, planted: Planted) -> dict[str, dict[str, str]]:
    """One that a team is writing, one that was given: both by the peer's team, in blind rounds."""
    world = planted.world
    ids: dict[str, dict[str, str]] = {"round_id": {}, "review_id": {}}
    for status in (PeerRoundStatus.OPEN, PeerRoundStatus.RELEASED):
        row = PeerRound(
            cohort_id=world.cohort.id,
            title=planted.secret(f"round of reviews, {status}"),
            due_at=utcnow() + timedelta(days=7),
            status=status,
        )
        session.add(row)
        session.flush()
        review = PeerReview(
            round_id=row.id,
            team_id=world.peer_team.id,
            project_id=world.project.id,
            body=planted.secret(f"review by a peer's team, {status}"),
            handed_in_at=utcnow(),
        )
        session.add(review)
        session.flush()
        ids["round_id"][status.value] = str(row.id)
        ids["review_id"][status.value] = str(review.id)
    return ids


def _plant_briefs(session: Session, planted: Planted) -> dict[str, str]:
    world, ids = planted.world, {}
    for name, project, edition in (
        ("published", world.project, 1),
        ("draft", world.project, 2),
        ("other", world.other_project, 1),
    ):
        is_draft = name == "draft"
        parts = ("problem", "progress", "partners", "learned", "decisions", "support", "asked", "next_label")
        texts = {
            part: f"{PUBLISHED} {part}" if name == "published" else planted.secret(f"{name} brief: {part}")
            for part in parts
        }
        brief = ProgressBrief(
            project_id=project.id,
            edition=edition,
            status=BriefStatus.DRAFT if is_draft else BriefStatus.PUBLISHED,
            step_code="understand",
            published_at=None if is_draft else utcnow(),
            published_by_id=None if is_draft else (world.zoe if name == "other" else world.bob).id,
            **texts,
        )
        session.add(brief)
        session.flush()
        ids[name] = str(brief.id)
    return ids


def _plant_others(session: Session, planted: Planted) -> dict[str, int]:
    world = planted.world
    second = make_user(session, "second")
    second.name, second.email = (
        planted.secret("other élu"),
        f"{planted.secret('élu e-mail').lower()}@exemple.fr",
    )
    membership = grant(session, second, Role.OBSERVER, project_id=world.project.id)
    question = ObserverQuestion(
        project_id=world.project.id,
        observer_id=second.id,
        body=planted.secret("another élu's question"),
        answer=planted.secret("answer to another élu"),
        answered_at=utcnow(),
    )
    shared = ObserverQuestion(
        project_id=world.project.id,
        observer_id=second.id,
        brief_id=int(planted.ids["brief_id"]["published"]),
        body=planted.secret("shown question of another élu"),
        answer=planted.secret("shown answer to another élu"),
        answered_at=utcnow(),
        is_shared=True,
    )
    offer = make_offer(session, world.project, second, planted.secret("support offered by another élu"))
    word = SupportChange(
        status=SupportStatus.DECLINED, word=planted.secret("word on support"), by_id=world.bob.id
    )
    offer.status = SupportStatus.DECLINED
    offer.changes.append(word)
    own_offer = make_offer(session, world.project, world.observer)
    own = ObserverQuestion(
        project_id=world.project.id,
        observer_id=world.observer.id,
        body="Ma question",
        answer="Votre réponse",
        answered_at=utcnow(),
        answered_by_id=world.bob.id,
    )
    partner = Partner(
        project_id=world.project.id,
        name=planted.secret("partner"),
        sector=Sector.CITIZEN,
        contact=planted.secret("partner's contact"),
        contribution=planted.secret("partner's contribution"),
    )
    contact = PartnerContact(
        project_id=world.project.id,
        sector=Sector.CITIZEN,
        name=planted.secret("contact's name"),
        kind=ContactKind.REFUSED,
        text=planted.secret("contact's text"),
        by_id=world.bob.id,
    )
    link, _token = make_link(session, world.project, world.alice, LinkRole.CONTRIBUTE)
    link.label, link.question = planted.secret("link's label"), planted.secret("link's question")
    make_guest(session, link, planted.secret("another guest"))
    invitation = Invitation(
        token_hash=token_hash(new_token()),
        email=f"{planted.secret('invited e-mail').lower()}@exemple.fr",
        name=planted.secret("invited name"),
        message=planted.secret("invitation's message"),
        role=Role.OBSERVER,
        project_id=world.project.id,
        expires_at=utcnow() + timedelta(days=3),
    )
    notification = Notification(
        user_id=world.alice.id,
        kind=NotificationKind.FEEDBACK_RELEASED,
        who="Le tuteur",
        subject=planted.secret("somebody else's notification"),
        url=f"/projects/{world.project.id}/feedback",
    )
    login = LoginSession(
        token_hash=token_hash(new_token()),
        user_id=world.alice.id,
        user_agent=planted.secret("somebody's browser"),
        expires_at=utcnow() + timedelta(days=1),
    )
    problem = make_problem(
        session,
        world.cohort,
        world.paul,
        title=planted.secret("problem being drafted"),
        status=ProblemStatus.DRAFT,
    )
    session.add(shared)
    rows = {
        "question": question,
        "own_question": own,
        "partner": partner,
        "contact": contact,
        "invitation": invitation,
        "notification": notification,
        "login": login,
    }
    session.add_all(rows.values())
    session.flush()
    ids = {name: row.id for name, row in rows.items()}
    ids |= {"offer": offer.id, "own_offer": own_offer.id}
    return {**ids, "membership": membership.id, "link": link.id, "problem": problem.id}


@dataclass(frozen=True)
class Attempt:
    """One request on one address; `named` tells which object each argument of it is."""

    rule: Rule
    method: str
    path: str
    named: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path} ({self.rule.endpoint})"

    def is_among(self, allowed: dict[tuple[str, str], dict[str, str]]) -> bool:
        wanted = allowed.get((self.method, self.rule.endpoint))
        return wanted is not None and all(self.named.get(name) == which for name, which in wanted.items())


def attempts(app: Flask, planted: Planted, methods: set[str] | None = None) -> Iterator[Attempt]:
    """Every route × method × plausible id, addresses in a stable order."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        names = re.findall(r"<(?:[^:<>]+:)?(\w+)>", rule.rule)
        unknown = set(names) - set(planted.ids)
        assert not unknown, f"say in plant() what {unknown} of {rule.rule} stands for"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if methods is not None and method not in methods:
                continue
            for chosen in itertools.product(*(planted.ids[name].items() for name in names)):
                path = rule.rule
                for name, (_which, value) in zip(names, chosen, strict=True):
                    path = re.sub(rf"<(?:[^:<>]+:)?{name}>", value, path)
                named = {name: which for name, (which, _value) in zip(names, chosen, strict=True)}
                yield Attempt(rule, method, path, named)


# One body for every form: whatever a route asks for, it finds something plausible.
FORM = {
    "title": "Titre",
    "name": "Nom",
    "body": "Texte",
    "text": "Texte",
    "word": "Mot",
    "reason": "Raison",
    "answer": "addressed",
    "answer_text": "Texte",
    "template": "defi",
    "kind": "room",
    "switch": "open_to_observers",
    "on": "1",
    "version": "1",
    "edition": "2",
    "then": "release",
    "email": "nouveau@exemple.fr",
    "emails": "nouveau@exemple.fr",
    "sector": "citizen",
    "role": "contribute",
    "problem": "Un problème",
    "progress": "Une avancée",
    "challenge": "Un défi",
    "met": "1",
}


def send(client: FlaskClient, attempt: Attempt, form: Mapping[str, str] = FORM) -> TestResponse:
    """The request, as a browser (or our own script) would send it."""
    if attempt.method == "GET":
        return client.get(attempt.path)
    if attempt.rule.endpoint == "documents.sync":
        return client.post(attempt.path, data=write_varint(1) + b"\0")
    if attempt.method == "PUT" or attempt.rule.endpoint == "problems.similar":
        return client.open(attempt.path, method=attempt.method, json=form)
    return client.open(attempt.path, method=attempt.method, data=form)


def leaks(planted: Planted, answer: TestResponse) -> list[str]:
    """The secrets that stand in what was received, headers included, and what is packed in files."""
    return secrets_in(planted, answer.get_data() + _unpacked(answer) + str(answer.headers).encode())


def _unpacked(answer: TestResponse) -> bytes:
    """What no search of the bytes would find: files in archives, words and facts in PDFs and pictures."""
    if answer.status_code != HTTPStatus.OK:
        return b""
    file = io.BytesIO(answer.get_data())
    match answer.mimetype:
        case "application/zip" | spreadsheet.XLSX:
            with zipfile.ZipFile(file) as archive:
                return b"".join(archive.read(name) for name in archive.namelist())
        case "application/pdf":
            pdf = pypdf.PdfReader(file)
            facts = [pdf.get_object(number) for number in range(1, cast("int", pdf.trailer["/Size"]))]
            streams = [one.get_data() for one in facts if isinstance(one, StreamObject)]
            words = [page.extract_text() for page in pdf.pages]
            return b"\n".join([*streams, *(str(one).encode() for one in (*words, *facts))])
        case "image/png":
            with Image.open(file) as picture:
                return str(picture.info).encode()
    return b""


def secrets_in(planted: Planted, received: bytes) -> list[str]:
    """The secrets that stand in these bytes."""
    lower = received.lower()
    return [what for word, what in planted.secrets.items() if word.lower().encode() in lower]
