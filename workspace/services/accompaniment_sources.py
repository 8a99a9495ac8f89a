"""Where the proof of accompaniment finds its interactions: a function for each table, a query or two each.

Each gives what happened in the period between the cohort's tutors and its learners: when, what, who and the
title of what it was about, which is left out where nobody but the team may read it.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from models.activity import Activity, ActivityKind
from models.assessment import Assessment, AssessmentStatus
from models.class_session import PRESENT, Attendance, ClassSession
from models.cohort import Cohort, Team
from models.comment import Comment, Thread
from models.document import Board
from models.feedback import Feedback, FeedbackStatus
from models.i18n import N_
from models.milestone import Milestone, MilestoneReach
from models.people import User
from models.problem import Problem
from models.project import Project
from models.workshop import Workshop
from workspace.i18n import _
from workspace.services.class_sessions import list_occurrences
from workspace.services.journal import shown_name


class Kind(enum.StrEnum):
    """What an interaction was, in the order in which they are counted."""

    SESSION = "session"
    FEEDBACK = "feedback"
    FEEDBACK_TO_ONE = "feedback_to_one"
    ANSWER = "answer"
    ASSESSMENT = "assessment"
    COMMENT = "comment"
    BOARD = "board"
    WORKSHOP = "workshop"
    PROBLEM = "problem"
    STEP_REQUESTED = "step_requested"
    STEP_VALIDATED = "step_validated"
    STEP_REOPENED = "step_reopened"
    MILESTONE = "milestone"


KIND_LABELS: Mapping[Kind, str] = {
    Kind.SESSION: N_("Séance suivie"),
    Kind.FEEDBACK: N_("Retour à l’équipe"),
    Kind.FEEDBACK_TO_ONE: N_("Retour à une personne"),
    Kind.ANSWER: N_("Réponse à un retour"),
    Kind.ASSESSMENT: N_("Évaluation publiée"),
    Kind.COMMENT: N_("Commentaire sur un tableau"),
    Kind.BOARD: N_("Travail commun sur un tableau"),
    Kind.WORKSHOP: N_("Atelier animé"),
    Kind.PROBLEM: N_("Problématique lue et décidée"),
    Kind.STEP_REQUESTED: N_("Avis demandé sur une étape"),
    Kind.STEP_VALIDATED: N_("Étape validée"),
    Kind.STEP_REOPENED: N_("Étape rouverte"),
    Kind.MILESTONE: N_("Jalon annoncé"),
}
JOURNAL: Mapping[ActivityKind, Kind] = {
    ActivityKind.PROBLEM_ACCEPTED: Kind.PROBLEM,
    ActivityKind.PROBLEM_RETURNED: Kind.PROBLEM,
    ActivityKind.STEP_REQUESTED: Kind.STEP_REQUESTED,
    ActivityKind.STEP_VALIDATED: Kind.STEP_VALIDATED,
    ActivityKind.STEP_REOPENED: Kind.STEP_REOPENED,
    ActivityKind.BOARD_EDITED: Kind.BOARD,
}
"""What the journal knows of them; the rest has tables that know more."""
OF_STEPS = (ActivityKind.STEP_REQUESTED, ActivityKind.STEP_VALIDATED, ActivityKind.STEP_REOPENED)
"""Their subject is a text of ours."""
TUTORS = N_("Les tuteurs")


@dataclass(frozen=True)
class Period:
    """A cohort, from `start` until before `end`. `tutors`: names by id; `team_of`: each learner's team."""

    cohort: Cohort
    tutors: Mapping[int, str]
    team_of: Mapping[int, int | None]
    start: datetime
    end: datetime

    def holds(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """The SQL condition that it was then."""
        return (column >= self.start) & (column < self.end)

    @property
    def keys(self) -> dict[str, str]:
        """The tutors' names by their author keys."""
        return {f"u{id_}": name for id_, name in self.tutors.items()}


@dataclass(frozen=True)
class Met:
    """One interaction. `people`: the learners it was with, if not the whole team; `tutor`: '' if unknown.

    `by` and `with_` are names; without `with_` it was with `people`, or the whole team.
    """

    at: datetime
    kind: Kind
    team_id: int | None
    tutor: str
    by: str
    with_: str = ""
    subject: str = ""
    people: frozenset[int] = frozenset()


Source = Callable[[Session, Period], Iterable[Met]]


def feedback(session: Session, period: Period) -> Iterator[Met]:
    """Released feedback and what was answered; of what is for one learner, that there was one."""
    author, answering = aliased(User), aliased(User)
    rows = session.execute(
        select(Feedback, Project.title, Project.team_id, author.name, answering.name)
        .join(Project, Project.id == Feedback.project_id)
        .join(Team, Team.id == Project.team_id)
        .join(author, author.id == Feedback.author_id)
        .outerjoin(answering, answering.id == Feedback.answered_by_id)
        .where(
            Team.cohort_id == period.cohort.id,
            Feedback.status == FeedbackStatus.RELEASED,
            period.holds(Feedback.released_at) | period.holds(Feedback.answered_at),
        )
    )
    for row, title, team_id, tutor, answered_by in rows:
        to_one = row.learner_id is not None
        people = _alone(row.learner_id)
        name, subject = shown_name(tutor), "" if to_one else title
        if row.released_at is not None and period.start <= row.released_at < period.end:
            kind = Kind.FEEDBACK_TO_ONE if to_one else Kind.FEEDBACK
            yield Met(row.released_at, kind, team_id, name, name, "", subject, people)
        if row.answered_at is not None and period.start <= row.answered_at < period.end:
            by = shown_name(answered_by or "")
            yield Met(row.answered_at, Kind.ANSWER, team_id, name, by, name, subject, people)


def assessments(session: Session, period: Period) -> Iterator[Met]:
    """Those that are released now."""
    rows = session.execute(
        select(Assessment, User.name)
        .outerjoin(User, User.id == Assessment.author_id)
        .where(
            Assessment.cohort_id == period.cohort.id,
            Assessment.status == AssessmentStatus.RELEASED,
            period.holds(Assessment.released_at),
        )
    )
    for row, tutor in rows:
        assert row.released_at is not None  # noqa: S101 - set with the status
        name, people = shown_name(tutor or ""), _alone(row.learner_id)
        team_id = row.team_id or period.team_of.get(row.learner_id or 0)
        yield Met(row.released_at, Kind.ASSESSMENT, team_id, name, name, people=people)


def comments(session: Session, period: Period) -> Iterator[Met]:
    """What a tutor said on a team's boards, and did not take back."""
    rows = session.execute(
        select(Comment.created_at, Comment.author, Board.title, Board.archived_at, Project.team_id)
        .join(Thread, Thread.id == Comment.thread_id)
        .join(Board, Board.id == Thread.board_id)
        .join(Project, Project.id == Board.project_id)
        .join(Team, Team.id == Project.team_id)
        .where(
            Team.cohort_id == period.cohort.id,
            Comment.author.in_(period.keys),
            Comment.deleted_at.is_(None),
            period.holds(Comment.created_at),
        )
    )
    for at, author, title, archived_at, team_id in rows:
        name = period.keys[author]
        yield Met(at, Kind.COMMENT, team_id, name, name, subject="" if archived_at else title)


def workshops(session: Session, period: Period) -> Iterator[Met]:
    """Those that a tutor led."""
    rows = session.execute(
        select(Workshop.started_at, Workshop.actor_key, Board.title, Board.archived_at, Project.team_id)
        .join(Board, Board.id == Workshop.board_id)
        .join(Project, Project.id == Board.project_id)
        .join(Team, Team.id == Project.team_id)
        .where(
            Team.cohort_id == period.cohort.id,
            Workshop.actor_key.in_(period.keys),
            period.holds(Workshop.started_at),
        )
    )
    for at, key, title, archived_at, team_id in rows:
        name = period.keys[key]
        yield Met(at, Kind.WORKSHOP, team_id, name, name, subject="" if archived_at else title)


def journal(session: Session, period: Period) -> Iterator[Met]:
    """What the journal alone knows: steps, problems decided, work of a tutor on a team's board."""
    rows = session.execute(
        select(Activity, User.name, Project.team_id, Problem.team_id, Problem.author_id, Board.archived_at)
        .join(User, User.id == Activity.user_id)
        .outerjoin(Project, Project.id == Activity.project_id)
        .outerjoin(Problem, Problem.id == Activity.problem_id)
        .outerjoin(Board, Board.id == Activity.board_id)
        .where(
            Activity.cohort_id == period.cohort.id,
            Activity.kind.in_(JOURNAL),
            period.holds(Activity.at),
            Activity.user_id.in_(period.tutors) | (Activity.kind == ActivityKind.STEP_REQUESTED),
        )
    )
    for row, name, team_id, problem_team_id, author_id, archived_at in rows:
        kind, by = JOURNAL[row.kind], shown_name(name)
        subject = "" if archived_at else row.subject
        if subject and row.kind in OF_STEPS:
            subject = _(subject)
        if kind is Kind.STEP_REQUESTED:
            yield Met(row.at, kind, team_id, "", by, _(TUTORS), subject)
        elif kind is Kind.PROBLEM:
            of = problem_team_id or period.team_of.get(author_id)
            yield Met(row.at, kind, of, by, by, subject=subject, people=_alone(author_id))
        else:
            yield Met(row.at, kind, team_id, by, by, subject=subject)


def milestones(session: Session, period: Period) -> Iterator[Met]:
    """Those that a team announced, and did not take back: its tutors were told."""
    rows = session.execute(
        select(MilestoneReach.reached_at, User.name, Milestone.title, Project.team_id)
        .join(Milestone, Milestone.id == MilestoneReach.milestone_id)
        .join(Project, Project.id == MilestoneReach.project_id)
        .outerjoin(User, User.id == MilestoneReach.reached_by_id)
        .where(
            Milestone.cohort_id == period.cohort.id,
            MilestoneReach.taken_back_at.is_(None),
            period.holds(MilestoneReach.reached_at),
        )
    )
    for at, name, title, team_id in rows:
        yield Met(at, Kind.MILESTONE, team_id, "", shown_name(name or ""), _(TUTORS), title)


def sessions(session: Session, period: Period) -> Iterator[Met]:
    """Class sessions whose attendance a tutor noted: one for each team of which somebody came."""
    rows = session.execute(
        select(Attendance.class_session_id, Attendance.number, Attendance.user_id, Attendance.noted_by_id)
        .join(ClassSession, ClassSession.id == Attendance.class_session_id)
        .where(
            ClassSession.cohort_id == period.cohort.id,
            Attendance.status.in_(PRESENT),
            Attendance.noted_by_id.in_(period.tutors),
        )
        .order_by(Attendance.noted_at, Attendance.id)
    )
    came: dict[tuple[int, int, int | None], list[tuple[int, int | None]]] = {}
    for class_session_id, number, user_id, tutor_id in rows:
        key = (class_session_id, number, period.team_of.get(user_id))
        came.setdefault(key, []).append((user_id, tutor_id))
    held = {
        (one.class_session_id, one.number): one
        for one in list_occurrences(session, period.cohort)
        if not one.is_cancelled and period.start <= one.starts_at < period.end
    }
    for (class_session_id, number, team_id), found in came.items():
        one = held.get((class_session_id, number))
        if one is not None:
            name, people = period.tutors[found[0][1] or 0], frozenset(user_id for user_id, _tutor in found)
            yield Met(one.starts_at, Kind.SESSION, team_id, name, name, "", one.title, people)


def _alone(user_id: int | None) -> frozenset[int]:
    return frozenset() if user_id is None else frozenset({user_id})


SOURCES: tuple[Source, ...] = (
    sessions,
    feedback,
    assessments,
    comments,
    workshops,
    journal,
    milestones,
)
