"""What an élu reads of the projects they observe. Nothing else of a project reaches them.

It is: title, team, lead and authority; the published briefs, with the stage the project was at when each was
published; the boards the team opened to observers and the snapshots it shows them; the answers that the team
shows under its brief; their own questions and offers of support. `observation_page` takes the actor to read
for: the élu, or `as_observer(project, …)` when the team looks at what an élu sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session, aliased

from models.access import project_options
from models.base import utcnow
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.document import Board
from models.i18n import N_
from models.membership import Membership, has_ended, is_live, is_not_over
from models.notification import Notification, NotificationKind
from models.people import User
from models.policy import Actor, Grant, Permission, Role, can
from models.project import Project
from models.snapshot import Snapshot
from models.stages import STEP_BY_CODE, Stage
from models.support import SupportOffer
from workspace.services.board_facts import Counts, counts_of
from workspace.services.boards import boards_of
from workspace.services.brief_changes import Changes, changes_since
from workspace.services.brief_sources import whole_sentences
from workspace.services.questions import own_questions, shared_answers
from workspace.services.snapshots import pinned_of
from workspace.services.support import own_support

ONE_LINE = 160
ENDED_SHOWN = 5

# Stages and steps in the words of somebody who never followed the training.
STAGE_WORDS = {
    Stage.INVENT: N_("Comprendre et chercher"),
    Stage.SET_UP: N_("Essayer sur place"),
    Stage.SPREAD: N_("Évaluer et partager"),
}
STEP_WORDS = {
    "understand": N_("Ils écoutent et vérifient"),
    "imagine": N_("Ils cherchent des idées avec d’autres"),
    "prototype": N_("Ils montrent un premier essai"),
    "test": N_("Ils essaient pour de bon"),
    "value": N_("Ils mesurent ce que cela apporte"),
    "hand_over": N_("Ils transmettent à d’autres"),
}
OVER = N_("C’est fait")
LATER = N_("Plus tard")

TOLD = (
    NotificationKind.BRIEF_PUBLISHED,
    NotificationKind.QUESTION_ANSWERED,
    NotificationKind.SUPPORT_ANSWERED,
    NotificationKind.SUPPORT_SETTLED,
)


@dataclass(frozen=True)
class RailStage:
    """A stage as an élu reads it: `state` is done, now or todo; `note` a msgid."""

    label: str
    state: str
    note: str


@dataclass(frozen=True)
class ObservedCard:
    """A project in the list. Without a published brief, only title, team and authority are filled."""

    project: Project
    brief: ProgressBrief | None = None
    waiting_questions: int = 0
    is_unread: bool = False
    until: datetime | None = None

    @property
    def one_line(self) -> str:
        """The problem in a line."""
        return whole_sentences(self.brief.problem, ONE_LINE) if self.brief else ""

    @property
    def words(self) -> str:
        """What the team was doing when it published: a msgid."""
        return STEP_WORDS[self.brief.step_code] if self.brief else ""


@dataclass(frozen=True)
class ObservationPage:
    """The page of one project. `brief` is the edition shown, `editions` the earlier ones.

    `answers` are shown to every élu of the project; `questions` and `offers` are the reader's own, but those
    among the answers.
    """

    project: Project
    lead: str = ""
    brief: ProgressBrief | None = None
    rail: list[RailStage] = field(default_factory=list)
    editions: list[ProgressBrief] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    board_counts: dict[int, Counts] = field(default_factory=dict)
    snapshots: list[Snapshot] = field(default_factory=list)
    changes: Changes | None = None
    answers: list[ObserverQuestion] = field(default_factory=list)
    questions: list[ObserverQuestion] = field(default_factory=list)
    offers: list[SupportOffer] = field(default_factory=list)
    until: datetime | None = None
    invited_by: str = ""


@dataclass(frozen=True)
class Ended:
    """An observation that is over: of which project, and since when."""

    title: str
    at: datetime


def as_observer(project: Project, observer: User | None = None) -> Actor:
    """Somebody who observes this project and nothing else: `observer`, or nobody in particular."""
    return Actor(
        user_id=observer.id if observer else None,
        guest_id=None,
        name=observer.name if observer else "",
        grants=frozenset({Grant(Role.OBSERVER, project_id=project.id)}),
    )


def observed_ids(actor: Actor) -> list[int]:
    """The projects this person observes now."""
    return actor.scope_ids(Role.OBSERVER, "project_id")


def observed_cards(session: Session, actor: Actor) -> list[ObservedCard]:
    """A card per observed project, unread first, then by the newest brief: five queries, however many."""
    ids = observed_ids(actor)
    if not ids:
        return []
    projects = session.scalars(
        select(Project).where(Project.id.in_(ids)).options(*project_options()).order_by(Project.title)
    )
    briefs = _latest_briefs(session, ids)
    unread = _unread_ids(session, actor)
    until = _ends(session, actor)
    waiting: dict[int, int] = {}
    for question in own_questions(session, actor, ids):
        if question.answered_at is None:
            waiting[question.project_id] = waiting.get(question.project_id, 0) + 1
    cards = [
        ObservedCard(
            project=project,
            brief=briefs.get(project.id),
            waiting_questions=waiting.get(project.id, 0),
            is_unread=project.id in unread,
            until=until.get(project.id),
        )
        for project in projects
    ]
    return sorted(cards, key=lambda card: (not card.is_unread, -_published(card.brief)))


def ended_observations(session: Session, actor: Actor) -> list[Ended]:
    """What this person observed and does not any more, the latest first. One query."""
    again = aliased(Membership)
    observes_again = exists().where(
        again.user_id == Membership.user_id,
        again.project_id == Membership.project_id,
        again.role == Role.OBSERVER,
        is_not_over(of=again),
    )
    rows = session.execute(
        select(Project.title, func.max(Membership.ends_at))
        .join(Membership, Membership.project_id == Project.id)
        .where(
            Membership.user_id == actor.user_id,
            Membership.role == Role.OBSERVER,
            has_ended(),
            ~observes_again,
        )
        .group_by(Project.id, Project.title)
        .order_by(func.max(Membership.ends_at).desc())
        .limit(ENDED_SHOWN)
    )
    return [Ended(title, at) for title, at in rows if at is not None]


def _published(brief: ProgressBrief | None) -> float:
    return brief.published_at.timestamp() if brief and brief.published_at else 0.0


def _latest_briefs(session: Session, project_ids: Sequence[int]) -> dict[int, ProgressBrief]:
    published = (
        ProgressBrief.project_id.in_(project_ids),
        ProgressBrief.status == BriefStatus.PUBLISHED,
    )
    newest = (
        select(ProgressBrief.project_id, func.max(ProgressBrief.edition).label("edition"))
        .where(*published)
        .group_by(ProgressBrief.project_id)
        .subquery()
    )
    found = session.scalars(
        select(ProgressBrief).join(
            newest,
            (newest.c.project_id == ProgressBrief.project_id) & (newest.c.edition == ProgressBrief.edition),
        )
    )
    return {brief.project_id: brief for brief in found}


def _ends(session: Session, actor: Actor) -> dict[int, datetime | None]:
    """By project, when the actor's observation ends; None where one has no end."""
    rows = session.execute(
        select(Membership.project_id, Membership.ends_at)
        .where(Membership.user_id == actor.user_id, Membership.role == Role.OBSERVER, is_live())
        .order_by(Membership.ends_at.asc().nulls_last())
    )
    return {project_id: ends_at for project_id, ends_at in rows if project_id is not None}


def _unread_ids(session: Session, actor: Actor) -> set[int]:
    urls = session.scalars(
        select(Notification.url).where(
            Notification.user_id == actor.user_id,
            Notification.read_at.is_(None),
            Notification.kind.in_(TOLD),
        )
    )
    paths = {url.partition("#")[0] for url in urls}
    return {id_ for id_ in observed_ids(actor) if _path(id_) in paths}


def _path(project_id: int) -> str:
    return f"/observations/{project_id}"


def has_unread(session: Session, actor: Actor, project_id: int) -> bool:
    """Whether something of this project was told to the élu and not read yet."""
    return project_id in _unread_ids(session, actor)


def mark_read(session: Session, actor: Actor, project_id: int) -> None:
    """The élu has opened the project: what told of it is read."""
    path = _path(project_id)
    session.execute(
        update(Notification)
        .where(
            Notification.user_id == actor.user_id,
            Notification.read_at.is_(None),
            Notification.kind.in_(TOLD),
            (Notification.url == path) | Notification.url.startswith(f"{path}#"),
        )
        .values(read_at=utcnow())
        .execution_options(synchronize_session=False)
    )


def observation_page(
    session: Session, viewer: Actor, project: Project, *, draft: ProgressBrief | None = None
) -> ObservationPage:
    """What `viewer` reads of a project loaded by `models.access`. Ten queries.

    `draft` takes the place of the newest edition: what an élu would read once it is published.
    """
    editions = _visible_editions(session, viewer, project)
    shown = draft or next(iter(editions), None)
    earlier = [edition for edition in editions if edition is not shown]
    lead = session.get(User, project.team.lead_id) if project.team.lead_id else None
    membership = _membership(session, viewer, project.id)
    inviter = membership.granted_by_id if membership else None
    invited_by = session.get(User, inviter) if inviter else None
    step_code = project.current_step if draft is not None else shown.step_code if shown else ""
    boards = boards_of(session, viewer, project)
    answers = _answers(session, viewer, project, shown)
    answered = {answer.id for answer in answers}
    return ObservationPage(
        project=project,
        lead=lead.name if lead else "",
        brief=shown,
        rail=rail(step_code) if step_code else [],
        editions=earlier,
        boards=boards,
        board_counts=counts_of(session, boards),
        snapshots=pinned_of(session, viewer, project),
        changes=changes_since(editions, shown),
        answers=answers,
        questions=[one for one in own_questions(session, viewer, [project.id]) if one.id not in answered],
        offers=own_support(session, viewer, [project.id]),
        until=membership.ends_at if membership else None,
        invited_by=invited_by.name if invited_by else "",
    )


def _visible_editions(session: Session, viewer: Actor, project: Project) -> list[ProgressBrief]:
    where = replace(project.where, states=frozenset({BriefStatus.PUBLISHED.value}))
    if not can(viewer, Permission.VIEW_BRIEF, where):
        return []
    found = session.scalars(
        select(ProgressBrief)
        .where(ProgressBrief.project_id == project.id, ProgressBrief.status == BriefStatus.PUBLISHED)
        .order_by(ProgressBrief.edition.desc())
    )
    return list(found)


def _answers(
    session: Session, viewer: Actor, project: Project, brief: ProgressBrief | None
) -> list[ObserverQuestion]:
    if brief is None or not can(viewer, Permission.VIEW_ANSWERS, project.where):
        return []
    return shared_answers(session, brief, is_latest=True)


def _membership(session: Session, viewer: Actor, project_id: int) -> Membership | None:
    if viewer.user_id is None:
        return None
    return session.scalar(
        select(Membership)
        .where(
            Membership.user_id == viewer.user_id,
            Membership.project_id == project_id,
            Membership.role == Role.OBSERVER,
            is_live(),
        )
        .order_by(Membership.ends_at.desc().nulls_first(), Membership.id.desc())
        .limit(1)
    )


def rail(step_code: str) -> list[RailStage]:
    """The three stages in plain words, seen from a step."""
    now = STEP_BY_CODE[step_code].stage
    order = list(Stage)
    found = []
    for stage, label in STAGE_WORDS.items():
        if stage is now:
            found.append(RailStage(label, "now", STEP_WORDS[step_code]))
        elif order.index(stage) < order.index(now):
            found.append(RailStage(label, "done", OVER))
        else:
            found.append(RailStage(label, "todo", LATER))
    return found
