"""Writes a story's feedback, in every state there is, and the tutor's phrases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Board
from models.feedback import AnchorKind, Feedback, FeedbackPhrase, FeedbackStatus
from models.job import JobKind
from models.peer_review import PeerMark, PeerReview, PeerRound, PeerRoundStatus
from models.people import User
from models.project import Project
from models.solution import Solution, SolutionVersion
from workspace.jobs.queue import enqueue
from workspace.services.demo.story import FeedbackStory, TeamStory
from workspace.services.rubrics import criterion_levels, set_marks

GONE = "Et si la cour était à tout le monde ?"
PHRASES = (
    "Qui pourrait dire non, et qu’en disent celles et ceux qui n’étaient pas là ?",
    "Quel est votre point de départ, en chiffres, avant l’essai ?",
    "Dites-le en une phrase à quelqu’un qui ne connaît pas le projet.",
)
REVIEWS = (
    "On comprend tout de suite pour qui c’est fait. Il manque le prix, et ce que vous ferez si l’essai rate.",
    "Vos chiffres du lundi nous ont convaincus. Qui tiendra l’accueil quand votre équipe sera partie ?",
    "Une page suffit, bravo. Nous n’avons pas trouvé qui, dans l’association, a essayé la fiche.",
    "Peser avant d’agir : nous allons vous imiter. Les enfants ont-ils donné leur avis ?",
)


@dataclass(frozen=True)
class Teller:
    """Whose feedback it is, and what it may be about."""

    story: TeamStory
    project: Project
    boards: Sequence[Board]
    tutor: User
    users: Mapping[str, User]
    cohort_id: int


def add_phrases(session: Session, tutor: User, now: datetime) -> None:
    """The tutor's own."""
    session.add_all(FeedbackPhrase(user_id=tutor.id, text=text, created_at=now) for text in PHRASES)


def write_feedback(session: Session, teller: Teller, told: FeedbackStory, now: datetime) -> Feedback:
    """One feedback with its place, its marks and its hour."""
    is_released, days = told.days_ago is not None, told.days_ago or 1

    def ago(count: float) -> datetime:
        return now - timedelta(days=count)

    row = Feedback(
        project_id=teller.project.id,
        author_id=teller.tutor.id,
        learner_id=teller.users[told.learner].id if told.learner else None,
        step_code=told.step,
        body=told.body,
        status=FeedbackStatus.RELEASED if is_released else FeedbackStatus.DRAFT,
        created_at=ago(days + 1),
        updated_at=ago(days),
        released_at=ago(days) if is_released else None,
        read_at=ago(days - 1) if told.answer or told.is_read else None,
        answer=told.answer,
        answer_text=told.answer_text,
        answered_at=ago(days - 2) if told.answer else None,
        answered_by_id=teller.users[teller.story.learners[0].key].id if told.answer else None,
        **_anchor(session, teller, told),
    )
    session.add(row)
    session.flush()
    cohort_id = teller.cohort_id
    if told.in_hours is not None:
        hour = now + timedelta(hours=told.in_hours)
        row.release_at = hour.replace(minute=0, second=0, microsecond=0)
        key = f"{cohort_id}-{int(row.release_at.timestamp())}"
        enqueue(session, JobKind.RELEASE_FEEDBACK, key, run_at=row.release_at)
    set_marks(session, cohort_id, row.id, dict(told.levels))
    return row


def _anchor(session: Session, teller: Teller, told: FeedbackStory) -> dict[str, Any]:
    if told.on_solution:
        found = select(SolutionVersion.id).join(Solution).where(Solution.project_id == teller.project.id)
        return {"anchor": AnchorKind.SOLUTION, "solution_version_id": session.scalar(found.limit(1))}
    if told.note is None:
        return {}
    board, is_gone = teller.boards[0], told.note < 0
    who, _zone, _colour, text = teller.story.boards[0].notes[max(0, told.note)]
    author = teller.users.get(who)
    return {
        "anchor": AnchorKind.NOTE,
        "board_id": board.id,
        "object_id": "gone" if is_gone else f"demo-{told.note}",
        "object_text": GONE if is_gone else text,
        "object_author": author.key if author and not is_gone else "",
    }


def add_peer_reviews(session: Session, cohort_id: int, teams: Mapping[str, Project], now: datetime) -> None:
    """A round that was given, with names, and a blind one in which teams write."""
    names = list(teams)
    for title, status, is_blind, days in (
        ("Premier regard", PeerRoundStatus.RELEASED, False, -20),
        ("À mi-parcours", PeerRoundStatus.OPEN, True, 6),
    ):
        due_at = (now + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)
        is_given = status is PeerRoundStatus.RELEASED
        row = PeerRound(
            cohort_id=cohort_id,
            title=title,
            is_blind=is_blind,
            due_at=due_at,
            status=status,
            created_at=due_at - timedelta(days=10),
            released_at=due_at if is_given else None,
            reminded_at=due_at - timedelta(days=1) if is_given else None,
        )
        session.add(row)
        session.flush()
        for position, name in enumerate(names):
            other = teams[names[(position + (1 if is_given else 2)) % len(names)]]
            is_handed_in = is_given or position == 0
            review = PeerReview(
                round_id=row.id,
                team_id=teams[name].team_id,
                project_id=other.id,
                body=REVIEWS[position % len(REVIEWS)] if is_handed_in or position == 1 else "",
                handed_in_at=min(now, due_at) - timedelta(days=1) if is_handed_in else None,
            )
            session.add(review)
            session.flush()
            if is_handed_in:
                levels = criterion_levels(session, cohort_id, {"novelty": 2 + position % 3, "closeness": 3})
                session.add_all(
                    PeerMark(review_id=review.id, criterion_id=criterion, level=level)
                    for criterion, level in levels.items()
                )
        if not is_given:
            enqueue(session, JobKind.REMIND_PEER_REVIEW, row.id, run_at=due_at - timedelta(days=1))
    session.flush()
