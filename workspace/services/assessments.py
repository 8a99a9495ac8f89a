"""Assessing a team or one learner: written as a draft, released, taken back. The caller commits.

A cohort's tutors write together: a draft is any tutor's to go on with, and the version tells who was late.
Writers of one cohort go one after the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from models.access import access_assessment, access_cohort, access_team, cohort_where
from models.assessment import Assessment, AssessmentMark, AssessmentStatus
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import Conflict, Invalid, NotFound, Refused
from models.i18n import N_
from models.membership import Membership, is_live
from models.notification import NotificationKind, notify
from models.people import User
from models.policy import Actor, Permission, Role, Where, can
from workspace.services.class_sessions import people_of
from workspace.services.feedback_release import learners_of
from workspace.services.projects import valid_id
from workspace.services.rubrics import Found, levels_of, marks_of, set_marks

OWNER = AssessmentMark.assessment_id
NOTHING_SAID = N_("Choisissez au moins un niveau, ou écrivez une appréciation.")
STALE = N_("Cette évaluation a été modifiée entre-temps, peut-être par un autre tuteur.")
IS_RELEASED = N_("Cette évaluation est publiée : reprenez-la en brouillon pour la changer.")


@dataclass(frozen=True)
class Subject:
    """Whom it is about in a cohort: a team, or a learner."""

    cohort: Cohort
    team: Team | None = None
    learner: User | None = None

    @property
    def name(self) -> str:
        """Of the team or the learner."""
        found = self.team or self.learner
        assert found is not None  # noqa: S101
        return found.name

    @property
    def condition(self) -> ColumnElement[bool]:
        """The SQL condition on Assessment: theirs."""
        inside = Assessment.cohort_id == self.cohort.id
        if self.team is not None:
            return inside & (Assessment.team_id == self.team.id)
        return inside & (Assessment.learner_id == (self.learner.id if self.learner else None))


@dataclass(frozen=True)
class AssessmentText:
    """What the form holds; `levels` by the criterion's key."""

    appreciation: str
    levels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Read:
    """An assessment as this reader may read it: without its words, `appreciation` is None."""

    row: Assessment
    marks: list[Found]
    appreciation: str | None


def access_team_subject(session: Session, actor: Actor, cohort_id: int, team_id: int) -> Subject:
    """A team of the cohort, for somebody who assesses there."""
    team = access_team(session, actor, team_id, Permission.WRITE_ASSESSMENT)
    if team.cohort_id != cohort_id:
        raise NotFound
    return Subject(team.cohort, team=team)


def access_learner_subject(session: Session, actor: Actor, cohort_id: int, learner_id: int) -> Subject:
    """A learner of the cohort, or somebody who was assessed there, for somebody who assesses there."""
    cohort = access_cohort(session, actor, cohort_id, Permission.WRITE_ASSESSMENT)
    learner = session.get(User, valid_id(learner_id))
    if learner is None:
        raise NotFound
    subject = Subject(cohort, learner=learner)
    is_there = select(Membership.id).where(
        Membership.user_id == learner.id, *people_of(cohort.id, Role.LEARNER), is_live()
    )
    if session.scalar(is_there.limit(1)) is None and find_assessment(session, subject) is None:
        raise NotFound
    return subject


def find_assessment(session: Session, subject: Subject) -> Assessment | None:
    """The one there is, with who wrote it last."""
    return session.scalar(select(Assessment).where(subject.condition).options(joinedload(Assessment.author)))


def write_assessment(
    session: Session, actor: Actor, subject: Subject, text: AssessmentText, version: int
) -> Assessment:
    """Begin a draft (`version` 0) or change it; the subject was accessed to assess.

    Raises: Invalid; Conflict with what it holds now; Refused.
    """
    _lock(session, subject.cohort.id)
    row = find_assessment(session, subject)
    if (row.version if row else 0) != version:
        current = (
            {"appreciation": row.appreciation, "levels": levels_of(session, row.id, OWNER)} if row else {}
        )
        raise Conflict(STALE, current={"appreciation": "", "levels": {}, **current})
    if row is None:
        row = Assessment(cohort_id=subject.cohort.id, version=0)
        row.team_id = subject.team.id if subject.team else None
        row.learner_id = subject.learner.id if subject.learner else None
        session.add(row)
    _must_be_draft(row)
    if not text.appreciation.strip() and not text.levels:
        raise Invalid(fields={"appreciation": NOTHING_SAID})
    row.appreciation, row.author_id = text.appreciation, actor.user_id
    row.version += 1
    session.flush()
    set_marks(session, subject.cohort.id, row.id, text.levels, OWNER)
    return row


def discard_assessment(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """Throw a draft away. Raises: Refused once it is released."""
    assessment = _lock_assessment(session, actor, assessment_id)
    _must_be_draft(assessment)
    session.delete(assessment)
    return assessment


def release_assessment(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """Let those whom it is about read it, who are told. Twice changes nothing."""
    assessment = _lock_assessment(session, actor, assessment_id)
    if not assessment.is_released:
        _release(session, actor, assessment.cohort, [assessment])
    return assessment


def release_all(session: Session, actor: Actor, cohort: Cohort) -> int:
    """Release every draft of a cohort that was accessed to assess; gives how many."""
    _lock(session, cohort.id)
    drafts = session.scalars(
        select(Assessment)
        .where(Assessment.cohort_id == cohort.id, Assessment.status == AssessmentStatus.DRAFT)
        .order_by(Assessment.id)
    ).all()
    _release(session, actor, cohort, drafts)
    return len(drafts)


def take_back(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """Let it be a draft again, which nobody but the tutors reads. Twice changes nothing."""
    assessment = _lock_assessment(session, actor, assessment_id)
    if assessment.is_released:
        assessment.status, assessment.released_at = AssessmentStatus.DRAFT, None
        assessment.version += 1
        _audit(session, actor, assessment, AuditAction.ASSESSMENT_TAKEN_BACK)
    return assessment


def read_assessments(
    session: Session, actor: Actor, rows: Sequence[Assessment], places: Mapping[int, Where]
) -> list[Read]:
    """Those that the actor may read, with their levels. `places`: of each cohort, by its id. Two queries."""
    shown = [
        (row, where)
        for row in rows
        if can(actor, Permission.VIEW_ASSESSMENT, where := row.where_in(places[row.cohort_id]))
    ]
    marks = marks_of(session, [row.id for row, _where in shown], OWNER)
    return [
        Read(
            row,
            marks[row.id],
            row.appreciation if can(actor, Permission.VIEW_APPRECIATION, where) else None,
        )
        for row, where in shown
    ]


def own_assessments(session: Session, actor: Actor) -> list[Read]:
    """What was released of the actor and of their teams, the newest first. Three queries."""
    if actor.user_id is None:
        return []
    teams = actor.scope_ids(Role.LEARNER, "team_id")
    rows = session.scalars(
        select(Assessment)
        .where(
            Assessment.status == AssessmentStatus.RELEASED,
            (Assessment.learner_id == actor.user_id) | Assessment.team_id.in_(teams),
        )
        .options(joinedload(Assessment.cohort), joinedload(Assessment.team), joinedload(Assessment.author))
        .order_by(Assessment.released_at.desc(), Assessment.id.desc())
    ).all()
    return read_assessments(session, actor, rows, {row.cohort_id: cohort_where(row.cohort) for row in rows})


def _lock(session: Session, cohort_id: int) -> None:
    session.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update(key_share=True))


def _lock_assessment(session: Session, actor: Actor, assessment_id: int) -> Assessment:
    """As it is now that nobody else changes it, for somebody who may."""
    cohort_id = session.scalar(select(Assessment.cohort_id).where(Assessment.id == valid_id(assessment_id)))
    if cohort_id is not None:
        _lock(session, cohort_id)
    return access_assessment(session, actor, assessment_id, Permission.WRITE_ASSESSMENT)


def _must_be_draft(assessment: Assessment) -> None:
    if assessment.is_released:
        raise Refused("released", IS_RELEASED)


def _release(session: Session, actor: Actor, cohort: Cohort, rows: Sequence[Assessment]) -> None:
    teams = learners_of(session, {row.team_id for row in rows if row.team_id is not None})
    learners = set(
        session.scalars(select(Membership.user_id).where(*people_of(cohort.id, Role.LEARNER), is_live()))
    )
    for row in rows:
        row.status, row.released_at = AssessmentStatus.RELEASED, utcnow()
        row.version += 1
        _audit(session, actor, row, AuditAction.ASSESSMENT_RELEASED)
        told = teams[row.team_id] if row.team_id is not None else [row.learner_id or 0]
        notify(
            session,
            [user_id for user_id in told if user_id in learners],
            NotificationKind.ASSESSMENT_RELEASED,
            who=actor.name,
            subject=cohort.name,
            url=f"/assessments#assessment-{row.id}",
        )


def _audit(session: Session, actor: Actor, row: Assessment, action: AuditAction) -> None:
    kind = SubjectKind.USER if row.team_id is None else SubjectKind.TEAM
    subject = (kind, row.team_id or row.learner_id or 0)
    audit(session, actor, action, where=Where(cohort_id=row.cohort_id), subject=subject)
