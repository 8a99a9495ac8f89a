"""What an élu reads of the projects they observe. Nothing else of a project reaches them.

It is: title, team, lead and authority; the published briefs, with the stage the project was at when each was
published; the boards the team opened to observers and the snapshots it shows them; their own questions.
`observation_page` takes the actor to read for: the élu, or `as_observer(project)` when the team looks at what
an élu sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from models.access import project_options
from models.base import utcnow
from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.document import Board
from models.i18n import N_
from models.membership import Membership, is_live
from models.notification import Notification, NotificationKind
from models.people import User
from models.policy import Actor, Grant, Permission, Role, can
from models.project import Project
from models.snapshot import Snapshot
from models.stages import STEP_BY_CODE, Stage
from workspace.services.board_facts import Counts, counts_of
from workspace.services.boards import boards_of
from workspace.services.brief_sources import whole_sentences
from workspace.services.questions import own_questions
from workspace.services.snapshots import pinned_of

ONE_LINE = 160

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

TOLD = (NotificationKind.BRIEF_PUBLISHED, NotificationKind.QUESTION_ANSWERED)


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
    """The page of one project. `brief` is the edition shown, `editions` the earlier ones."""

    project: Project
    lead: str = ""
    brief: ProgressBrief | None = None
    rail: list[RailStage] = field(default_factory=list)
    editions: list[ProgressBrief] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    board_counts: dict[int, Counts] = field(default_factory=dict)
    snapshots: list[Snapshot] = field(default_factory=list)
    questions: list[ObserverQuestion] = field(default_factory=list)
    until: datetime | None = None
    invited_by: str = ""


def as_observer(project: Project) -> Actor:
    """Somebody who observes this project and nothing else; nobody in particular."""
    return Actor(
        user_id=None,
        guest_id=None,
        name="",
        grants=frozenset({Grant(Role.OBSERVER, project_id=project.id)}),
    )


def observed_ids(actor: Actor) -> list[int]:
    """The projects this person observes now."""
    return actor.scope_ids(Role.OBSERVER, "project_id")


def observed_cards(session: Session, actor: Actor) -> list[ObservedCard]:
    """A card per observed project, unread first, then by the newest brief: four queries, however many."""
    ids = observed_ids(actor)
    if not ids:
        return []
    projects = session.scalars(
        select(Project).where(Project.id.in_(ids)).options(*project_options()).order_by(Project.title)
    )
    briefs = _latest_briefs(session, ids)
    unread = _unread_ids(session, actor)
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
        )
        for project in projects
    ]
    return sorted(cards, key=lambda card: (not card.is_unread, -_published(card.brief)))


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
    """What `viewer` reads of a project loaded by `models.access`. Seven queries.

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
    return ObservationPage(
        project=project,
        lead=lead.name if lead else "",
        brief=shown,
        rail=rail(step_code) if step_code else [],
        editions=earlier,
        boards=boards,
        board_counts=counts_of(session, boards),
        snapshots=pinned_of(session, viewer, project),
        questions=own_questions(session, viewer, [project.id]),
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
