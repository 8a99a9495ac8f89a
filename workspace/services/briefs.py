"""Progress briefs (« points d'étape »): one draft per project, saved as it is written, published in editions.

A published edition never changes; the next draft is a new edition. A form tells which edition and which
version it was read at: somebody else's later text is a `Conflict`, never overwritten. Saving twice from one
form, even when the first answer was lost on the way, is not. The caller's transaction commits.
"""

from dataclasses import asdict, dataclass, fields
from datetime import date
from math import ceil
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from models.access import project_options
from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.brief import BriefStatus, ProgressBrief
from models.errors import Conflict, Invalid, Refused
from models.i18n import N_
from models.membership import members
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission, Role
from models.project import Project
from models.support import SupportOffer
from workspace.services.projects import lock_project

# Characters. All of them together are read in about three minutes.
LIMITS = {
    "problem": 600,
    "progress": 1_200,
    "partners": 300,
    "learned": 900,
    "decisions": 900,
    "support": 240,
    "asked": 600,
    "next_label": 160,
}
FORM_KEY_LENGTH = 80
WORDS_PER_MINUTE = 200
MINUTES = 3

STALE = N_("Quelqu’un d’autre de l’équipe a enregistré ce brouillon entre-temps.")
PUBLISHED_MEANWHILE = N_("Cette édition a été publiée entre-temps : elle ne change plus.")
CHANGED_SINCE_READ = N_("Le brouillon a changé depuis votre relecture : relisez-le avant de publier.")
NO_DRAFT = N_("Il n’y a pas de brouillon à publier.")
NEEDED = {
    "problem": N_("Dites quel est le problème, en deux ou trois phrases."),
    "progress": N_("Dites où vous en êtes."),
}
PAST_DATE = N_("Cette date est passée : donnez la prochaine, ou effacez-la.")
DATE_WITHOUT_LABEL = N_("Dites ce qui se passe ce jour-là.")


@dataclass(frozen=True)
class BriefText:
    """What a brief says."""

    problem: str = ""
    progress: str = ""
    partners: str = ""
    learned: str = ""
    decisions: str = ""
    support: str = ""
    asked: str = ""
    next_date: date | None = None
    next_label: str = ""

    @property
    def words(self) -> int:
        """How many words an élu reads."""
        return sum(len(getattr(self, name).split()) for name in LIMITS)

    @property
    def minutes(self) -> int:
        """How long reading takes, at least one minute."""
        return max(1, ceil(self.words / WORDS_PER_MINUTE))


FIELDS = tuple(field.name for field in fields(BriefText))


def text_of(brief: ProgressBrief) -> BriefText:
    """What the brief says now."""
    return BriefText(**{name: getattr(brief, name) for name in FIELDS})


def find_draft(session: Session, project_id: int) -> ProgressBrief | None:
    """The draft under way, with who saved it last. The caller has decided that the reader may see it.

    Its project is loaded as `access_project` does.
    """
    return session.scalar(
        select(ProgressBrief)
        .where(ProgressBrief.project_id == project_id, ProgressBrief.status == BriefStatus.DRAFT)
        .options(
            joinedload(ProgressBrief.updated_by),
            joinedload(ProgressBrief.project).options(*project_options()),
        )
    )


def editions_of(session: Session, project_id: int) -> list[ProgressBrief]:
    """The published editions with their publishers, newest first."""
    found = session.scalars(
        select(ProgressBrief)
        .where(ProgressBrief.project_id == project_id, ProgressBrief.status == BriefStatus.PUBLISHED)
        .options(joinedload(ProgressBrief.published_by))
        .order_by(ProgressBrief.edition.desc())
    )
    return list(found)


def save_draft(
    session: Session,
    actor: Actor,
    project_id: int,
    text: BriefText,
    *,
    edition: int,
    version: int,
    form_key: str = "",
) -> ProgressBrief:
    """Write the draft of `edition`; the first saving (version 0) begins it.

    Raises: Conflict, with the stored text and who saved it, when the draft changed since `version` by another
    form than `form_key`, or when `edition` has been published meanwhile.
    """
    project = lock_project(session, actor, project_id, Permission.EDIT_BRIEF)
    form_key = form_key[:FORM_KEY_LENGTH]
    draft = find_draft(session, project.id)
    if draft is None:
        draft = _begin(session, project, edition)
    elif edition != draft.edition or (version != draft.version and not _same_form(draft, form_key)):
        if text == text_of(draft):
            return draft
        raise Conflict(STALE, _current(draft))
    elif text == text_of(draft):
        return draft
    else:
        draft.version += 1
    for name in FIELDS:
        setattr(draft, name, getattr(text, name))
    draft.form_key, draft.updated_by_id = form_key, actor.user_id
    session.add(draft)
    session.flush()
    return draft


def _same_form(draft: ProgressBrief, form_key: str) -> bool:
    return bool(form_key) and form_key == draft.form_key


def _begin(session: Session, project: Project, edition: int) -> ProgressBrief:
    published = editions_of(session, project.id)
    if published and edition != published[0].edition + 1:
        raise Conflict(PUBLISHED_MEANWHILE, _current(published[0]))
    number = published[0].edition + 1 if published else 1
    return ProgressBrief(project=project, edition=number, step_code=project.current_step, version=1)


def _current(brief: ProgressBrief) -> dict[str, object]:
    published = brief.status is BriefStatus.PUBLISHED
    by = brief.published_by if published else brief.updated_by
    return {
        **asdict(text_of(brief)),
        "edition": brief.edition + 1 if published else brief.edition,
        "version": 0 if published else brief.version,
        "who": by.name if by else "",
        "at": brief.published_at if published else brief.updated_at,
    }


def check_publishable(text: BriefText, today: date) -> None:
    """Raise Invalid, with a sentence per field, unless an élu can make something of it."""
    wrong = {name: message for name, message in NEEDED.items() if not getattr(text, name).strip()}
    if text.next_date is not None and text.next_date < today:
        wrong["next_date"] = PAST_DATE
    if text.next_date is not None and not text.next_label.strip():
        wrong["next_label"] = DATE_WITHOUT_LABEL
    if wrong:
        raise Invalid(fields=wrong)


def today_of(project: Project) -> date:
    """The day it is where the cohort is."""
    return utcnow().astimezone(ZoneInfo(project.team.cohort.time_zone)).date()


def publish_brief(session: Session, actor: Actor, project_id: int, *, version: int) -> ProgressBrief:
    """Publish the draft as it was read at `version`, for good; the élus who observe now are told.

    They are told by the team's name: who did what inside a team is not theirs to know.

    Raises:
        Refused 'no_draft': it is published already, or was never begun.
        Conflict: it changed since it was read.
        Invalid: something is missing.
    """
    project = lock_project(session, actor, project_id, Permission.EDIT_BRIEF)
    draft = find_draft(session, project.id)
    if draft is None:
        raise Refused("no_draft", NO_DRAFT)
    if draft.version != version:
        raise Conflict(CHANGED_SINCE_READ, _current(draft))
    check_publishable(text_of(draft), today_of(project))
    draft.status = BriefStatus.PUBLISHED
    draft.published_at, draft.published_by_id = utcnow(), actor.user_id
    draft.step_code = project.current_step
    draft.version += 1
    if draft.support:
        _support_is_told(session, project.id)
    record_activity(
        session,
        actor,
        ActivityKind.BRIEF_PUBLISHED,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
        subject=project.title,
    )
    subject = (SubjectKind.BRIEF, draft.id)
    audit(session, actor, AuditAction.BRIEF_PUBLISHED, where=project.where, subject=subject)
    notify(
        session,
        [observer.id for observer in members(session, Role.OBSERVER, project_id=project.id)],
        NotificationKind.BRIEF_PUBLISHED,
        who=project.team.name,
        subject=project.title,
        url=f"/observations/{project.id}",
        project_id=project.id,
    )
    return draft


def _support_is_told(session: Session, project_id: int) -> None:
    """What an edition said of élus' support is not for the next one to say again."""
    session.execute(
        update(SupportOffer)
        .where(SupportOffer.project_id == project_id, SupportOffer.is_told.is_(True))
        .values(is_told=False)
        .execution_options(synchronize_session=False)
    )
