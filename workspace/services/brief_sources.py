"""What a brief can be written from: the project as it stands, and the edition before.

`first_text` turns it into the first text of a new draft, which the team rereads; nothing is stored here.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import utcnow
from models.brief import ProgressBrief
from models.document import Board
from models.partner import SECTOR_LABELS, Partner, Sector
from models.policy import Actor
from models.project import Project
from models.solution import Solution, SolutionState
from models.stages import Criterion
from models.support import KIND_LABELS, SupportOffer, SupportStatus
from workspace.i18n import _, format_date, format_list, ngettext
from workspace.services.boards import boards_of
from workspace.services.briefs import LIMITS, BriefText, today_of
from workspace.services.milestones import Standing, next_date, standings_of
from workspace.services.partners import list_partners
from workspace.services.steps import met_criteria
from workspace.services.support import told_support

PROBLEM_LENGTH = 420
SHOWN_BOARDS = 4
SHOWN_NAMES = 4
SHOWN_DECISIONS = 4
REASON_LENGTH = 140


@dataclass(frozen=True)
class Sources:
    """What exists already. `partners` are those active, by sector.

    `reached` (milestones) and `decided` (solutions retained or dropped) are those since the edition before;
    `told` is the support that the team chose to speak of.
    """

    project: Project
    partners: dict[Sector, list[Partner]] = field(default_factory=dict)
    met: list[Criterion] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    previous: ProgressBrief | None = None
    due: tuple[date | None, str] = (None, "")
    reached: list[Standing] = field(default_factory=list)
    decided: list[Solution] = field(default_factory=list)
    told: list[SupportOffer] = field(default_factory=list)


def sources_of(session: Session, actor: Actor, project: Project, previous: ProgressBrief | None) -> Sources:
    """Read it, for a team that writes its brief. The number of queries does not grow with it."""
    partners: dict[Sector, list[Partner]] = {}
    for partner in list_partners(session, project.id):
        if partner.withdrawn_at is None:
            partners.setdefault(partner.sector, []).append(partner)
    ticked = met_criteria(session, project.id)
    standings = standings_of(session, [project], utcnow()).get(project.id, [])
    since = previous.published_at if previous else None
    return Sources(
        project=project,
        partners=partners,
        met=[criterion for criterion in project.step.criteria if criterion.code in ticked],
        boards=boards_of(session, actor, project)[:SHOWN_BOARDS],
        previous=previous,
        due=next_date(project, standings, today_of(project)),
        reached=[
            one for one in standings if one.reach is not None and (not since or one.reach.reached_at > since)
        ],
        decided=_decided(session, project, previous),
        told=told_support(session, project.id),
    )


def _decided(session: Session, project: Project, previous: ProgressBrief | None) -> list[Solution]:
    settled = (SolutionState.RETAINED, SolutionState.DROPPED)
    statement = select(Solution).where(Solution.project_id == project.id, Solution.state.in_(settled))
    if previous is not None and previous.published_at is not None:
        statement = statement.where(Solution.changed_at > previous.published_at)
    newest = statement.order_by(Solution.changed_at.desc(), Solution.id.desc()).limit(SHOWN_DECISIONS)
    return list(session.scalars(newest))


def first_text(sources: Sources) -> BriefText:
    """The text a new draft begins with, in the writer's language."""
    project, previous = sources.project, sources.previous
    progress = [_("Nous en sommes à l’étape « %(step)s ».", step=_(project.step.name))]
    progress += [_("Jalon atteint : %(title)s.", title=one.milestone.title) for one in sources.reached]
    day, label = sources.due
    return BriefText(
        problem=previous.problem if previous else whole_sentences(project.problem.challenge, PROBLEM_LENGTH),
        progress=_fitting(progress, "progress"),
        partners=partners_in_words(sources.partners)[: LIMITS["partners"]],
        decisions=_fitting([decision_in_words(one) for one in sources.decided], "decisions"),
        support=_fitting([support_in_words(one) for one in sources.told], "support"),
        asked=previous.asked if previous else "",
        next_date=day,
        next_label=label,
    )


def _fitting(sentences: list[str], name: str) -> str:
    """As many of the sentences, one a line, as the field takes."""
    kept = ""
    for sentence in sentences:
        longer = f"{kept}\n{sentence}".strip()
        if len(longer) > LIMITS[name]:
            break
        kept = longer
    return kept


def decision_in_words(solution: Solution) -> str:
    """A solution retained or dropped, with the first words of why."""
    sentence = (
        _("Nous retenons « %(title)s ».", title=solution.title)
        if solution.state is SolutionState.RETAINED
        else _("Nous écartons « %(title)s ».", title=solution.title)
    )
    return f"{sentence} {whole_sentences(solution.reason, REASON_LENGTH)}".strip()


def support_in_words(offer: SupportOffer) -> str:
    """What is promised or was given, by its kind and day only: an élu's words and name are not for others."""
    what = _(KIND_LABELS[offer.kind])
    if offer.status is SupportStatus.KEPT:
        return _("%(what)s : promesse tenue par un·e élu·e.", what=what)
    day = format_date(offer.due_on, "long") if offer.due_on else ""
    return _("%(what)s : promesse d’un·e élu·e pour le %(date)s.", what=what, date=day)


def partners_in_words(partners: dict[Sector, list[Partner]]) -> str:
    """Organisations by name, residents by number only: their names are not for an élu to read."""
    parts = []
    for sector, found in partners.items():
        if sector is Sector.CITIZEN:
            parts.append(ngettext("%(num)s habitant·e", "%(num)s habitant·es", len(found)))
            continue
        names = [partner.name for partner in found[:SHOWN_NAMES]]
        if len(found) > SHOWN_NAMES:
            names.append(ngettext("%(num)s autre", "%(num)s autres", len(found) - SHOWN_NAMES))
        label = _(SECTOR_LABELS[sector]).lower()
        parts.append(_("%(names)s (%(sector)s)", names=format_list(names), sector=label))
    return format_list(parts) if parts else ""


def whole_sentences(text: str, length: int) -> str:
    """The first sentences that fit in `length` characters; a first one too long is cut at a word."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    kept = ""
    for sentence in re.split(r"(?<=[.!?…])\s+", text):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > length:
            break
        kept = longer
    return kept or text[:length].rsplit(" ", 1)[0][: length - 1].rstrip(" ,;:") + "…"
