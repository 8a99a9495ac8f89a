"""What the page of who takes part shows: for each sector its groups, each with its state and what to do now.

For the team and its tutors. The number of queries does not depend on how many take part.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from models.base import utcnow
from models.i18n import N_
from models.partner import Sector
from models.partner_contact import ContactKind, PartnerContact
from models.project import Project
from workspace.services import participation
from workspace.services.involvement import Group, involved_in, shown_name
from workspace.services.involvement_rules import RULES, Standing, State, standing_of
from workspace.services.rules import settings_of
from workspace.services.voices import Balance, voices_of

ANSWER_WITHIN = timedelta(days=7)
"""How long one waits for an answer before something is proposed again."""
CONTACTS_SHOWN = 20

STATE_LABELS: Mapping[State, str] = {
    State.ENGAGED: N_("Engagement"),
    State.NEW: N_("Arrivée récente"),
    State.DECLINING: N_("En baisse"),
    State.SPIKE: N_("Pic précoce"),
    State.SILENT: N_("Silence"),
    State.ABSENT: N_("Jamais vu"),
    State.REFUSED: N_("Refus"),
}
STATE_LOOKS: Mapping[State, tuple[str, str]] = {
    State.ENGAGED: ("ok", "activity"),
    State.NEW: ("primary", "sparkles"),
    State.DECLINING: ("warn", "arrow-down"),
    State.SPIKE: ("warn", "timer"),
    State.SILENT: ("danger", "hourglass"),
    State.ABSENT: ("danger", "user-x"),
    State.REFUSED: ("neutral", "circle-x"),
}
# What is proposed first in each state: a message of workspace/mail/partner_letters.py, or a contact to note.
PROPOSED: Mapping[State, str] = {
    State.ENGAGED: "thank",
    State.NEW: "call",
    State.DECLINING: "call",
    State.SPIKE: "news",
    State.SILENT: "relaunch",
    State.ABSENT: "invite",
    State.REFUSED: "thank",
}


@dataclass(frozen=True)
class Line:
    """One group. `proposed` is "" while an answer to `latest` is waited for."""

    group: Group
    name: str
    standing: Standing
    weeks: list[int]
    latest: PartnerContact | None
    proposed: str

    @property
    def label(self) -> str:
        """The msgid of its state."""
        return STATE_LABELS[self.standing.state]

    @property
    def look(self) -> tuple[str, str]:
        """Tone and icon of its state."""
        return STATE_LOOKS[self.standing.state]


@dataclass(frozen=True)
class InvolvementPage:
    """Everything the page shows. `unknown`: partners with an account that no list names."""

    project: Project
    sectors: list[tuple[Sector, list[Line]]]
    week_labels: list[str]
    unknown: int
    contacts: list[PartnerContact]
    balances: list[Balance] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """Every group, by sector."""
        return [line for _sector, lines in self.sectors for line in lines]

    @property
    def states(self) -> list[tuple[str, str, str, int]]:
        """Label, tone, icon and count of each state that there is."""
        found = [line.standing.state for line in self.lines]
        return [
            (STATE_LABELS[state], *STATE_LOOKS[state], found.count(state))
            for state in State
            if state in found
        ]


def involvement_page(session: Session, project: Project) -> InvolvementPage:
    """The page of a project whose involvement the caller may see."""
    now = utcnow()
    cohort = project.team.cohort
    settings = settings_of(session, cohort.id, RULES)
    involved = involved_in(session, [project])[project.id]
    lines = [_line(group, standing_of(group.facts(now), settings), now) for group in involved.groups]
    return InvolvementPage(
        project=project,
        sectors=[(sector, [line for line in lines if line.group.sector is sector]) for sector in Sector],
        week_labels=participation.week_labels(cohort, now),
        unknown=involved.unknown,
        contacts=involved.contacts[:CONTACTS_SHOWN],
        balances=voices_of(session, project),
    )


def _line(group: Group, standing: Standing, now: datetime) -> Line:
    latest = group.contacts[0] if group.contacts else None
    waits = latest is not None and latest.kind is not ContactKind.REFUSED and now - latest.at < ANSWER_WITHIN
    proposed = PROPOSED[standing.state] if group.deeds or standing.state is not State.ENGAGED else "invite"
    return Line(
        group,
        shown_name(group.sector, group.name),
        standing,
        group.facts(now).weeks,
        latest,
        "" if waits else proposed,
    )
