"""What a brief can be written from: the project as it stands, and the edition before.

`first_text` turns it into the first text of a new draft, which the team rereads; nothing is stored here.
"""

import re
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from models.brief import ProgressBrief
from models.document import Board
from models.partner import SECTOR_LABELS, Partner, Sector
from models.policy import Actor
from models.project import Project
from models.stages import Criterion
from workspace.i18n import _, format_list, ngettext
from workspace.services.boards import boards_of
from workspace.services.briefs import LIMITS, BriefText
from workspace.services.partners import list_partners
from workspace.services.steps import met_criteria

PROBLEM_LENGTH = 420
SHOWN_BOARDS = 4
SHOWN_NAMES = 4


@dataclass(frozen=True)
class Sources:
    """What exists already. `partners` are those active, by sector."""

    project: Project
    partners: dict[Sector, list[Partner]] = field(default_factory=dict)
    met: list[Criterion] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    previous: ProgressBrief | None = None


def sources_of(session: Session, actor: Actor, project: Project, previous: ProgressBrief | None) -> Sources:
    """Read it, for a team that writes its brief: three queries."""
    partners: dict[Sector, list[Partner]] = {}
    for partner in list_partners(session, project.id):
        if partner.withdrawn_at is None:
            partners.setdefault(partner.sector, []).append(partner)
    ticked = met_criteria(session, project.id)
    return Sources(
        project=project,
        partners=partners,
        met=[criterion for criterion in project.step.criteria if criterion.code in ticked],
        boards=boards_of(session, actor, project)[:SHOWN_BOARDS],
        previous=previous,
    )


def first_text(sources: Sources) -> BriefText:
    """The text a new draft begins with, in the writer's language."""
    project, previous = sources.project, sources.previous
    step = _("Nous en sommes à l’étape « %(step)s ».", step=_(project.step.name))
    with_whom = partners_in_words(sources.partners)
    progress = f"{step} {_('Avec nous : %(partners)s.', partners=with_whom)}" if with_whom else step
    return BriefText(
        problem=previous.problem if previous else whole_sentences(project.problem.challenge, PROBLEM_LENGTH),
        progress=progress[: LIMITS["progress"]],
        asked=previous.asked if previous else "",
        next_date=project.next_due_on,
        next_label=project.next_due_label,
    )


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
