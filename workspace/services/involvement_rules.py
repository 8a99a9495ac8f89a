"""Where those who take part in a project stand: rules over what an organisation, or a whole sector, did.

Never a score, and never of one person: whoever came without an organisation is told with their sector. Each
rule is a function of one group's facts and of the rule's limit that gives the evidence or None. The first of
PARTNER_RULES that speaks says the state; a refusal that the team noted comes before all.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from models.i18n import N_
from models.partner import Sector
from workspace.i18n import _, format_date, time_ago
from workspace.i18n.dates import format_month
from workspace.services.participation import WEEKS, week_starts
from workspace.services.rules import Rule, Settings, Unit, in_days, usual_settings

EARLY = timedelta(days=14)
OLD_ENOUGH = timedelta(days=28)
LATELY = timedelta(days=28)
FEWEST_FOR_A_SPIKE = 5
FEWEST_FOR_A_DECLINE = 4


class State(enum.StrEnum):
    """Where a group stands."""

    ENGAGED = "engaged"
    NEW = "new"
    DECLINING = "declining"
    SPIKE = "spike"
    SILENT = "silent"
    ABSENT = "absent"
    REFUSED = "refused"


@dataclass(frozen=True)
class GroupFacts:
    """What the rules look at. `deeds` are (when, how many contributions), in order. Times are aware."""

    sector: Sector
    name: str
    now: datetime
    since: datetime
    deeds: Sequence[tuple[datetime, int]] = ()
    met_at: datetime | None = None
    refused_at: datetime | None = None
    refusal: str = ""

    @property
    def total(self) -> int:
        """Every contribution."""
        return self.between(None, None)

    @property
    def last_at(self) -> datetime | None:
        """When the last contribution was made."""
        return self.deeds[-1][0] if self.deeds else None

    @property
    def quiet_days(self) -> int:
        """Days since the last contribution or meeting, or since the group is known."""
        seen = [at for at in (self.last_at, self.met_at) if at is not None]
        return (self.now - max(seen, default=self.since)).days

    @property
    def weeks(self) -> list[int]:
        """The contributions of the last eight weeks, oldest first."""
        starts = week_starts(self.now)
        ends = [*starts[1:], None]
        return [self.between(starts[position], ends[position]) for position in range(WEEKS)]

    def between(self, start: datetime | None, end: datetime | None) -> int:
        """The contributions from `start` (kept) to `end` (left out)."""
        return sum(
            count for at, count in self.deeds if (start is None or at >= start) and (end is None or at < end)
        )


@dataclass(frozen=True)
class Evidence:
    """Why a state is told: a French msgid with its values; days and dates are put in words."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the reader's language."""
        said = dict(self.values)
        if "days" in said:
            said["days"] = in_days(said["days"])
        if "ago" in said:
            said["ago"] = time_ago(said["ago"])
        if "month" in said:
            said["month"] = format_month(said["month"])
        if "date" in said:
            said["date"] = format_date(said["date"], "long")
        return _(self.text, **said)


@dataclass(frozen=True)
class Standing:
    """The state of a group, with its evidence."""

    state: State
    evidence: Evidence


def spike(facts: GroupFacts, limit: int) -> Evidence | None:
    """Most was done in the first two weeks, and that is a while ago."""
    is_young = facts.now - facts.since < OLD_ENOUGH
    early = facts.between(None, facts.since + EARLY)
    if is_young or facts.total < FEWEST_FOR_A_SPIKE or early * 100 < limit * facts.total:
        return None
    text = N_("%(early)s contributions sur %(total)s dans les deux premières semaines ; la dernière %(ago)s.")
    return Evidence(text, {"early": early, "total": facts.total, "ago": facts.last_at})


def absent(facts: GroupFacts, limit: int) -> Evidence | None:
    """In the list, and never seen."""
    if facts.deeds or facts.quiet_days < limit:
        return None
    return Evidence(N_("Dans la liste depuis %(days)s, aucune contribution."), {"days": facts.quiet_days})


def silent(facts: GroupFacts, limit: int) -> Evidence | None:
    """Contributed, and does not any more."""
    if not facts.deeds or facts.quiet_days < limit:
        return None
    last = facts.deeds[-1][0]
    count = sum(count for at, count in facts.deeds if (at.year, at.month) == (last.year, last.month))
    text = N_("Contributions en %(month)s : %(count)s ; aucune depuis %(days)s.")
    return Evidence(text, {"month": last.date(), "count": count, "days": facts.quiet_days})


def declining(facts: GroupFacts, limit: int) -> Evidence | None:
    """The last four weeks hold less than a part of the four before."""
    lately = facts.between(facts.now - LATELY, None)
    before = facts.between(facts.now - 2 * LATELY, facts.now - LATELY)
    if before < FEWEST_FOR_A_DECLINE or lately * 100 >= limit * before:
        return None
    text = N_(
        "Ces quatre dernières semaines : %(lately)s contributions, contre %(before)s les quatre d’avant."
    )
    return Evidence(text, {"lately": lately, "before": before})


@dataclass(frozen=True)
class PartnerRule:
    """A rule, how it is found in a group's facts, and the state that it tells."""

    rule: Rule
    find: Callable[[GroupFacts, int], Evidence | None]
    state: State


PARTNER_RULES: tuple[PartnerRule, ...] = (
    PartnerRule(
        Rule(
            "partner_spike",
            N_(
                "Pic précoce : cette part des contributions, ou plus, date des deux premières semaines "
                "(s’il y en a 5, et après 4 semaines)."
            ),
            N_("Donner des nouvelles"),
            70,
            least=50,
            most=100,
            unit=Unit.PERCENT,
        ),
        spike,
        State.SPIKE,
    ),
    PartnerRule(
        Rule("partner_absent", N_("Dans la liste, et n’a jamais contribué."), N_("Inviter"), 14),
        absent,
        State.ABSENT,
    ),
    PartnerRule(
        Rule("partner_silent", N_("Silence : plus aucune contribution."), N_("Relancer"), 21),
        silent,
        State.SILENT,
    ),
    PartnerRule(
        Rule(
            "partner_declining",
            N_("En baisse : moins de cette part des quatre semaines d’avant (si elles en comptent 4)."),
            N_("Prévoir un appel"),
            50,
            most=100,
            unit=Unit.PERCENT,
        ),
        declining,
        State.DECLINING,
    ),
)
RULES: tuple[Rule, ...] = tuple(one.rule for one in PARTNER_RULES)
USUAL = usual_settings(RULES)


def standing_of(facts: GroupFacts, settings: Settings = USUAL) -> Standing:
    """Where a group stands, and why."""
    if facts.refused_at is not None:
        text = N_("Refus noté le %(date)s : « %(reason)s »")
        return Standing(State.REFUSED, Evidence(text, {"date": facts.refused_at, "reason": facts.refusal}))
    for one in PARTNER_RULES:
        setting = settings[one.rule.code]
        found = one.find(facts, setting.threshold) if setting.is_on else None
        if found is not None:
            return Standing(one.state, found)
    if not facts.deeds and facts.met_at is not None:
        text = N_("Rencontre %(ago)s, pas encore de contribution.")
        return Standing(State.ENGAGED, Evidence(text, {"ago": facts.met_at}))
    if not facts.deeds:
        return Standing(
            State.NEW, Evidence(N_("Arrivée %(ago)s, pas encore de contribution."), {"ago": facts.since})
        )
    text = N_("Contributions ces quatre dernières semaines : %(count)s ; la dernière %(ago)s.")
    count = facts.between(facts.now - LATELY, None)
    return Standing(State.ENGAGED, Evidence(text, {"count": count, "ago": facts.last_at}))
