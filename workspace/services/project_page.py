"""Everything a project's page shows, read in a constant number of queries, each part only for those who may.

`full_page` is for the team, its tutors and managers; `peer_page` for the rest of the cohort; `guest_page`
for partners and guests. A part the reader may not see is empty.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from models.access import latest_brief
from models.activity import Activity
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.document import Board
from models.feedback import Feedback, FeedbackStatus
from models.membership import members
from models.partner import GuestContributor, Partner, Sector, ShareLink
from models.people import User
from models.policy import Actor, Permission, Role, can
from models.project import Project, StepStatus
from models.support import SupportOffer, SupportStatus
from workspace.services.board_facts import Counts, counts_of
from workspace.services.boards import boards_of, people_of_boards
from workspace.services.guests import count_by_sector, list_guests
from workspace.services.journal import JournalLine, recent_lines
from workspace.services.links import list_links
from workspace.services.partners import SectorShare, balance, list_partners
from workspace.services.steps import StepState, met_criteria, step_states

RECENT_LINES = 6
RECENT_GUESTS = 8


@dataclass(frozen=True)
class FeedbackSummary:
    """How much feedback there is: `drafts` only for those who may read drafts."""

    released: int = 0
    unanswered: int = 0
    drafts: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True)
class BriefSummary:
    """The published progress brief and the draft under way, if any."""

    published_id: int | None = None
    edition: int = 0
    published_at: datetime | None = None
    has_draft: bool = False


@dataclass(frozen=True)
class ProjectPage:
    """What the page shows of a project."""

    project: Project
    states: list[StepState]
    team: list[User]
    tutors: list[User] = field(default_factory=list)
    met: set[str] = field(default_factory=set)
    boards: list[Board] = field(default_factory=list)
    archived: list[Board] = field(default_factory=list)
    board_people: dict[int, list[str]] = field(default_factory=dict)
    board_counts: dict[int, Counts] = field(default_factory=dict)
    partners: list[Partner] = field(default_factory=list)
    shares: list[SectorShare] = field(default_factory=list)
    links: list[ShareLink] = field(default_factory=list)
    guests: list[GuestContributor] = field(default_factory=list)
    guest_sectors: dict[Sector, int] = field(default_factory=dict)
    observers: list[User] = field(default_factory=list)
    open_questions: int = 0
    open_offers: int = 0
    brief: BriefSummary = field(default_factory=BriefSummary)
    feedback: FeedbackSummary | None = None
    journal: list[JournalLine] = field(default_factory=list)

    @property
    def active_partners(self) -> list[Partner]:
        """Those who were not withdrawn."""
        return [partner for partner in self.partners if partner.withdrawn_at is None]

    @property
    def guest_count(self) -> int:
        """How many people came by a link."""
        return sum(self.guest_sectors.values())

    @property
    def absent_sectors(self) -> list[Sector]:
        """The sectors from which there is no partner and nobody came by a link."""
        partners = [share.sector for share in self.shares if share.count]
        return [sector for sector in Sector if sector not in partners and sector not in self.guest_sectors]

    @property
    def last_done(self) -> str:
        """The code of the last validated step, the one that can be reopened; "" when there is none."""
        done = [state.step.code for state in self.states if state.status is StepStatus.DONE]
        return done[-1] if done else ""

    @property
    def current(self) -> StepState:
        """The step the project is at."""
        return next(state for state in self.states if state.step.code == self.project.current_step)


@dataclass(frozen=True)
class GuestPage:
    """What a partner or a guest sees: `question` is what the team asks those who came by the same link."""

    project: Project
    states: list[StepState]
    team: list[User]
    boards: list[Board]
    brief: ProgressBrief | None
    question: str = ""
    read_only: bool = False
    board_counts: dict[int, Counts] = field(default_factory=dict)


def full_page(session: Session, actor: Actor, project: Project) -> ProjectPage:
    """The page for those who may read the journal: the team, its tutors, its managers."""
    found = boards_of(session, actor, project, archived=True)
    boards = [board for board in found if board.archived_at is None]
    partners = list_partners(session, project.id)
    guests = list_guests(session, project.id, limit=RECENT_GUESTS)
    return ProjectPage(
        project=project,
        states=step_states(session, project.id),
        team=members(session, Role.LEARNER, team_id=project.team_id),
        tutors=members(session, Role.TUTOR, cohort_id=project.team.cohort_id),
        met=met_criteria(session, project.id),
        boards=boards,
        archived=[board for board in found if board.archived_at is not None],
        board_people=people_of_boards(session, [board.id for board in boards]),
        board_counts=counts_of(session, boards),
        partners=partners,
        shares=balance(partners),
        links=list_links(session, project.id),
        guests=guests,
        guest_sectors=count_by_sector(session, project.id),
        observers=members(session, Role.OBSERVER, project_id=project.id),
        open_questions=_open_questions(session, project.id),
        open_offers=_open_offers(session, project.id),
        brief=_brief_summary(session, project.id),
        feedback=_feedback_summary(session, actor, project),
        journal=recent_lines(session, Activity.project_id == project.id, limit=RECENT_LINES),
    )


def peer_page(session: Session, project: Project) -> ProjectPage:
    """The page for the rest of the cohort: where the project stands, who makes it, with whom."""
    partners = list_partners(session, project.id)
    return ProjectPage(
        project=project,
        states=step_states(session, project.id),
        team=members(session, Role.LEARNER, team_id=project.team_id),
        tutors=members(session, Role.TUTOR, cohort_id=project.team.cohort_id),
        partners=partners,
        shares=balance(partners),
    )


def guest_page(session: Session, actor: Actor, project: Project) -> GuestPage:
    """The page for partners and guests: the project, the boards they may open, the question put to them."""
    brief = latest_brief(session, project.id)
    if brief is not None:
        where = replace(project.where, states=frozenset({brief.status.value}))
        brief = brief if can(actor, Permission.VIEW_BRIEF, where) else None
    grant = next((grant for grant in actor.grants if grant.project_id == project.id), None)
    boards = boards_of(session, actor, project)
    return GuestPage(
        project=project,
        states=step_states(session, project.id),
        team=members(session, Role.LEARNER, team_id=project.team_id),
        boards=boards,
        board_counts=counts_of(session, boards),
        brief=brief,
        question=_question(session, actor),
        read_only=grant is not None and grant.read_only,
    )


def _question(session: Session, actor: Actor) -> str:
    if actor.guest_id is None:
        return ""
    asked = session.scalar(
        select(ShareLink.question)
        .join(GuestContributor, GuestContributor.link_id == ShareLink.id)
        .where(GuestContributor.id == actor.guest_id)
    )
    return asked or ""


def _open_questions(session: Session, project_id: int) -> int:
    found = session.scalar(
        select(func.count())
        .select_from(ObserverQuestion)
        .where(ObserverQuestion.project_id == project_id, ObserverQuestion.answered_at.is_(None))
    )
    return found or 0


def _open_offers(session: Session, project_id: int) -> int:
    found = session.scalar(
        select(func.count())
        .select_from(SupportOffer)
        .where(SupportOffer.project_id == project_id, SupportOffer.status == SupportStatus.OFFERED)
    )
    return found or 0


def _brief_summary(session: Session, project_id: int) -> BriefSummary:
    rows = session.execute(
        select(ProgressBrief.id, ProgressBrief.status, ProgressBrief.edition, ProgressBrief.published_at)
        .where(ProgressBrief.project_id == project_id)
        .order_by(ProgressBrief.edition.desc())
        .limit(2)
    ).all()
    published = next((row for row in rows if row.status is BriefStatus.PUBLISHED), None)
    has_draft = any(row.status is BriefStatus.DRAFT for row in rows)
    if published is None:
        return BriefSummary(has_draft=has_draft)
    return BriefSummary(published.id, published.edition, published.published_at, has_draft)


def _is_for(actor: Actor, project: Project) -> ColumnElement[bool]:
    """The feedback that counts for this actor: what is for one learner is that learner's and the tutors'."""
    if can(actor, Permission.WRITE_FEEDBACK, project.where):
        return true()
    return or_(Feedback.learner_id.is_(None), Feedback.learner_id == actor.user_id)


def _feedback_summary(session: Session, actor: Actor, project: Project) -> FeedbackSummary | None:
    """What the actor may read of it; None for those to whom all of it is closed."""
    may = {
        status: can(actor, Permission.VIEW_FEEDBACK, replace(project.where, states=frozenset({status.value})))
        for status in FeedbackStatus
    }
    if not any(may.values()):
        return None
    rows = session.execute(
        select(Feedback.status, Feedback.answer.is_(None), func.count(), func.max(Feedback.released_at))
        .where(Feedback.project_id == project.id, _is_for(actor, project))
        .group_by(Feedback.status, Feedback.answer.is_(None))
    ).all()
    seen = [row for row in rows if may[row[0]]]
    released = [row for row in seen if row[0] is FeedbackStatus.RELEASED]
    return FeedbackSummary(
        released=sum(row[2] for row in released),
        unanswered=sum(row[2] for row in released if row[1]),
        drafts=sum(row[2] for row in seen if row[0] is FeedbackStatus.DRAFT),
        last_at=max((row[3] for row in released if row[3]), default=None),
    )
