"""Reviews between teams: pairs, a deadline, a reminder, all released at once. The caller commits.

What the reviewed team is given (`reviews_of`) is made here, without ids; in a blind round without names.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.access import NOT_FOUND, check, cohort_where, find_or_not_found, project_options
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import Conflict, Invalid, NotFound, Refused
from models.feedback import FeedbackStatus
from models.i18n import N_
from models.job import JobKind
from models.notification import NotificationKind, notify
from models.peer_review import PeerMark, PeerReview, PeerRound, PeerRoundStatus
from models.policy import Actor, Permission, Role, can
from models.project import Project
from models.rubric import Criterion
from models.session import transaction
from workspace.jobs.queue import enqueue
from workspace.services.feedback_release import check_hour, learners_of
from workspace.services.rubrics import Found, criterion_key, criterion_levels, found_at

MAX_ID = 2**31 - 1
REMINDED_BEFORE = timedelta(days=1)
SHORTEST_REMINDER = timedelta(hours=2)
NEEDED = N_("Ce champ est nécessaire.")
TOO_FEW = N_("Il faut au moins deux équipes dont le projet est lisible par la promotion.")
STARTED = N_("Les équipes écrivent déjà : les paires ne changent plus.")
OVER = N_("Le délai est passé : ce regard ne peut plus être changé.")
NOT_OWN = N_("Une équipe ne relit pas son propre projet.")
STALE = N_("Quelqu’un de votre équipe a écrit entre-temps.")
NOT_OPEN = N_("Ce tour n’est pas ouvert.")


@dataclass(frozen=True)
class Received:
    """A review as the reviewed team reads it. `team` is '' in a blind round."""

    round_title: str
    team: str
    body: str
    marks: Sequence[Found]


def access_round(session: Session, actor: Actor, cohort_id: int, round_id: int) -> PeerRound:
    """The round with its cohort, for those who lead it."""
    statement = (
        select(PeerRound)
        .where(PeerRound.id == min(round_id, MAX_ID), PeerRound.cohort_id == min(cohort_id, MAX_ID))
        .options(joinedload(PeerRound.cohort).joinedload(Cohort.programme))
    )
    found = find_or_not_found(session, statement)
    check(actor, Permission.LEAD_PEER_REVIEWS, cohort_where(found.cohort))
    return found


def access_review(session: Session, actor: Actor, review_id: int) -> PeerReview:
    """The review, for the team that writes it. Nobody else learns that it is there."""
    found = session.scalar(_reviews(PeerReview.id == min(review_id, MAX_ID)))
    if found is None or not can(actor, Permission.WRITE_PEER_REVIEW, found.where):
        raise NotFound(NOT_FOUND)
    return found


def eligible_projects(session: Session, cohort: Cohort) -> list[Project]:
    """One project of each team, of those that the cohort may read, in the order of the teams."""
    rows = session.scalars(
        select(Project)
        .join(Team, Team.id == Project.team_id)
        .where(Team.cohort_id == cohort.id)
        .options(*project_options())
        .order_by(Team.name, Team.id, Project.id)
    )
    found: dict[int, Project] = {}
    for row in rows:
        if "open" in row.where.states:
            found.setdefault(row.team_id, row)
    return list(found.values())


def round_robin(projects: Sequence[Project]) -> list[tuple[int, Project]]:
    """Each team looks at the next one's project: (team, project)."""
    following = [*projects[1:], *projects[:1]]
    return [(one.team_id, other) for one, other in zip(projects, following, strict=True)]


def prepare_round(
    session: Session, actor: Actor, cohort: Cohort, *, title: str, is_blind: bool, due_at: datetime
) -> PeerRound:
    """A round with proposed pairs; no team sees it yet. Raises: Invalid, Refused."""
    check_hour(due_at)
    projects = eligible_projects(session, cohort)
    if len(projects) < 2:
        raise Refused("too_few", TOO_FEW)
    row = PeerRound(
        cohort_id=cohort.id, title=title, is_blind=is_blind, due_at=due_at, created_by_id=actor.user_id
    )
    session.add(row)
    session.flush()
    secrets.SystemRandom().shuffle(projects)  # or whose name comes before would tell who reviews
    for team_id, project in round_robin(projects):
        session.add(PeerReview(round_id=row.id, team_id=team_id, project_id=project.id))
    session.flush()
    return row


def set_pairs(session: Session, row: PeerRound, chosen: Mapping[int, int | None]) -> None:
    """Which project each team looks at (None: none). Raises: Refused once it is open; Invalid."""
    if row.status is not PeerRoundStatus.PREPARED:
        raise Refused("started", STARTED)
    projects = {one.id: one for one in eligible_projects(session, row.cohort)}
    teams = {one.team_id for one in projects.values()}
    for team_id, project_id in chosen.items():
        if team_id not in teams or (project_id is not None and project_id not in projects):
            raise Invalid(NOT_OPEN)
        if project_id is not None and projects[project_id].team_id == team_id:
            raise Invalid(NOT_OWN)
    session.execute(delete(PeerReview).where(PeerReview.round_id == row.id))
    session.add_all(
        PeerReview(round_id=row.id, team_id=team_id, project_id=project_id)
        for team_id, project_id in chosen.items()
        if project_id is not None
    )
    session.flush()


def open_round(session: Session, actor: Actor, row: PeerRound) -> None:
    """Let the teams write; they are told, and reminded before the end. Twice changes nothing."""
    if row.status is not PeerRoundStatus.PREPARED:
        return
    now = utcnow()
    check_hour(row.due_at)
    row.status = PeerRoundStatus.OPEN
    row.version += 1
    _tell_writers(session, row, NotificationKind.PEER_REVIEW_ASKED, actor.name)
    remind_at = max(row.due_at - REMINDED_BEFORE, now + min(SHORTEST_REMINDER, (row.due_at - now) / 2))
    enqueue(session, JobKind.REMIND_PEER_REVIEW, row.id, run_at=remind_at)
    _note(session, actor, AuditAction.PEER_ROUND_OPENED, row)


def release_round(session: Session, actor: Actor, row: PeerRound) -> None:
    """Give what was handed in to the teams, all at once. Twice changes nothing. Raises: Refused."""
    if row.status is PeerRoundStatus.RELEASED:
        return
    if row.status is not PeerRoundStatus.OPEN:
        raise Refused("not_open", NOT_OPEN)
    row.status, row.released_at = PeerRoundStatus.RELEASED, utcnow()
    row.version += 1
    reviews = session.scalars(
        _reviews(PeerReview.round_id == row.id, PeerReview.handed_in_at.is_not(None))
    ).all()
    projects = {review.project_id: review.project for review in reviews}
    learners = learners_of(session, {project.team_id for project in projects.values()})
    for project in projects.values():
        notify(
            session,
            learners[project.team_id],
            NotificationKind.PEER_REVIEW_RELEASED,
            who=actor.name,  # who gives them, never who wrote
            subject=project.title,
            url=f"/projects/{project.id}/feedback#peer-reviews",
            project_id=project.id,
        )
    _note(session, actor, AuditAction.PEER_ROUND_RELEASED, row)


def write_review(
    session: Session,
    actor: Actor,
    review: PeerReview,
    *,
    body: str,
    levels: Mapping[str, int],
    version: int,
    hand_in: bool,
) -> None:
    """Keep what the team wrote; handed in, it can still be changed until the deadline.

    Raises: Refused when the deadline is over, Conflict, Invalid.
    """
    if not review.round.takes_words(utcnow()):
        raise Refused("over", OVER)
    if review.version != version:
        raise Conflict(STALE, current={"body": review.body})
    if hand_in and not body.strip():
        raise Invalid(fields={"body": NEEDED})
    review.body, review.updated_at = body, utcnow()
    review.version += 1
    if hand_in:
        review.handed_in_at, review.handed_in_by_id = utcnow(), actor.user_id
    wanted = criterion_levels(session, review.round.cohort_id, levels)
    session.execute(delete(PeerMark).where(PeerMark.review_id == review.id))
    session.add_all(
        PeerMark(review_id=review.id, criterion_id=criterion_id, level=level)
        for criterion_id, level in wanted.items()
    )
    session.flush()


def remind(key: str, now: datetime) -> None:
    """The worker's turn: remind the teams that have not handed in, once. Commits."""
    with transaction() as session:
        row = session.get(PeerRound, int(key), with_for_update=True)
        if row is None or row.reminded_at is not None or not row.takes_words(now):
            return
        row.reminded_at = now
        _tell_writers(session, row, NotificationKind.PEER_REVIEW_DUE, "", PeerReview.handed_in_at.is_(None))


def rounds_of(session: Session, cohort: Cohort) -> list[PeerRound]:
    """The cohort's rounds, the newest deadline first."""
    found = session.scalars(
        select(PeerRound)
        .where(PeerRound.cohort_id == cohort.id)
        .order_by(PeerRound.due_at.desc(), PeerRound.id.desc())
    )
    return list(found)


def reviews_in(session: Session, row: PeerRound) -> list[PeerReview]:
    """Every review of a round, for those who lead it, in the order of the teams."""
    found = session.scalars(_reviews(PeerReview.round_id == row.id)).all()
    return sorted(found, key=lambda review: (review.team.name, review.id))


def to_write(session: Session, actor: Actor) -> list[PeerReview]:
    """What the actor's teams have to review now, the nearest deadline first. One query."""
    teams = actor.scope_ids(Role.LEARNER, "team_id")
    if not teams:
        return []
    found = session.scalars(
        _reviews(
            PeerReview.team_id.in_(teams),
            PeerReview.round.has((PeerRound.status == PeerRoundStatus.OPEN) & (PeerRound.due_at >= utcnow())),
        )
    )
    return sorted(found, key=lambda review: (review.round.due_at, review.id))


def reviews_of(session: Session, actor: Actor, project: Project) -> list[Received]:
    """What other teams found in this project, released, in an order drawn by lot. Four queries at most."""
    released = replace(project.where, states=frozenset({FeedbackStatus.RELEASED.value}))
    if not can(actor, Permission.VIEW_FEEDBACK, released):
        return []
    rows = session.scalars(
        _reviews(
            PeerReview.project_id == project.id,
            PeerReview.handed_in_at.is_not(None),
            PeerReview.round.has(PeerRound.status == PeerRoundStatus.RELEASED),
        )
    ).all()
    marks = marks_in(session, [row.id for row in rows])
    rows = sorted(rows, key=lambda row: (row.round.due_at, row.round_id, row.lot))
    return [
        Received(
            row.round.title, "" if row.round.is_blind else row.team.name, row.body, marks.get(row.id, [])
        )
        for row in rows
    ]


def marks_in(session: Session, review_ids: Sequence[int]) -> dict[int, list[Found]]:
    """The marks of each review, in the rubric's order. Two queries."""
    found: dict[int, list[Found]] = {}
    for review_id, level, criterion in _marks(session, review_ids):
        found.setdefault(review_id, []).append(found_at(criterion, level))
    return found


def levels_in(session: Session, review_id: int) -> dict[str, int]:
    """The marks of one review, by the criterion's key."""
    return {criterion_key(criterion): level for _id, level, criterion in _marks(session, [review_id])}


def _marks(session: Session, review_ids: Sequence[int]) -> list[tuple[int, int, Criterion]]:
    rows = session.execute(
        select(PeerMark.review_id, PeerMark.level, Criterion)
        .join(Criterion, Criterion.id == PeerMark.criterion_id)
        .where(PeerMark.review_id.in_(review_ids))
        .options(selectinload(Criterion.levels))
        .order_by(Criterion.place, Criterion.id)
    )
    return [(review_id, level, criterion) for review_id, level, criterion in rows]


def _reviews(*conditions: ColumnElement[bool]) -> Select[PeerReview]:
    return (
        select(PeerReview)
        .where(*conditions)
        .options(
            joinedload(PeerReview.round).joinedload(PeerRound.cohort),
            joinedload(PeerReview.team),
            joinedload(PeerReview.project).options(*project_options()),
        )
    )


def _tell_writers(
    session: Session, row: PeerRound, kind: NotificationKind, who: str, *conditions: ColumnElement[bool]
) -> None:
    reviews = session.scalars(select(PeerReview).where(PeerReview.round_id == row.id, *conditions)).all()
    learners = learners_of(session, {review.team_id for review in reviews})
    for review in reviews:
        url = f"/peer-reviews/{review.id}"
        notify(session, learners[review.team_id], kind, who=who, subject=row.title, url=url)


def _note(session: Session, actor: Actor, action: AuditAction, row: PeerRound) -> None:
    subject = (SubjectKind.COHORT, row.cohort_id)
    audit(session, actor, action, where=cohort_where(row.cohort), subject=subject)
