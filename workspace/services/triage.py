"""« À voir en premier »: explainable rules that say which team needs its tutor, and why. Never a score.

Each rule is a function of one team's facts that gives a reason or None; RULES is the table, in order of
urgency. A team shows once, for its most urgent reason, and the page shows three reasons at most.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from models.i18n import N_

SHOWN = 3
SILENT_DAYS = 9
VERY_SILENT_DAYS = 21
NO_CITIZEN_DAYS = 21
REVIEW_DAYS = 2


@dataclass(frozen=True)
class TeamFacts:
    """What the rules look at, for one project. Times are aware; days are in the cohort's zone."""

    project_id: int
    title: str
    now: datetime
    today: date
    started_at: datetime
    last_activity_at: datetime | None = None
    last_citizen_at: datetime | None = None
    review_asked_at: datetime | None = None
    contested_at: datetime | None = None
    due_on: date | None = None
    due_label: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a team comes first. `text` is a French msgid with `values`; `action` names what the card offers."""

    rule: str
    tone: str
    icon: str
    text: str
    values: dict[str, int | str]
    action: str
    days: int
    project_id: int = 0
    title: str = ""


def _days(facts: TeamFacts, since: datetime | None) -> int:
    return (facts.now - (since or facts.started_at)).days


def silent(facts: TeamFacts) -> Reason | None:
    """Nothing happened on the project for nine days."""
    days = _days(facts, facts.last_activity_at)
    if days < SILENT_DAYS:
        return None
    tone = "danger" if days >= VERY_SILENT_DAYS else "warn"
    return Reason(
        "silent",
        tone,
        "hourglass",
        N_("Aucune activité depuis %(days)d jours."),
        {"days": days},
        "talk",
        days,
    )


def overdue(facts: TeamFacts) -> Reason | None:
    """The date the team gave itself has passed."""
    if facts.due_on is None or facts.due_on >= facts.today:
        return None
    days = (facts.today - facts.due_on).days
    return Reason(
        "overdue",
        "danger",
        "calendar-clock",
        N_("« %(label)s » : la date est passée depuis %(days)d jours."),
        {"label": facts.due_label, "days": days},
        "open",
        days,
    )


def review_asked(facts: TeamFacts) -> Reason | None:
    """The team waits for its tutor's view on a step."""
    if facts.review_asked_at is None:
        return None
    days = _days(facts, facts.review_asked_at)
    text = (
        N_("Retour demandé aujourd’hui sur une étape.")
        if days < 1
        else N_("Retour demandé sur une étape, depuis %(days)d jours.")
    )
    tone = "warn" if days >= REVIEW_DAYS else "primary"
    return Reason("review_asked", tone, "message-square", text, {"days": days}, "answer", days)


def contested(facts: TeamFacts) -> Reason | None:
    """The team contested a feedback: the tutor should read why."""
    if facts.contested_at is None:
        return None
    days = _days(facts, facts.contested_at)
    return Reason(
        "contested",
        "primary",
        "message-square-warning",
        N_("L’équipe conteste un de vos retours et dit pourquoi."),
        {},
        "feedback",
        days,
    )


def no_citizen(facts: TeamFacts) -> Reason | None:
    """No resident or partner took part for three weeks."""
    days = _days(facts, facts.last_citizen_at)
    if days < NO_CITIZEN_DAYS:
        return None
    return Reason(
        "no_citizen",
        "warn",
        "users",
        N_("Aucune contribution d’habitant ou de partenaire depuis %(days)d jours."),
        {"days": days},
        "open",
        days,
    )


RULES: tuple[Callable[[TeamFacts], Reason | None], ...] = (
    silent,
    overdue,
    review_asked,
    contested,
    no_citizen,
)


def reason_for(facts: TeamFacts) -> Reason | None:
    """The most urgent reason of one team."""
    for rule in RULES:
        found = rule(facts)
        if found is not None:
            return Reason(**{**found.__dict__, "project_id": facts.project_id, "title": facts.title})
    return None


def first_to_see(teams: Iterable[TeamFacts]) -> list[Reason]:
    """At most three reasons, the gravest first, then the oldest."""
    gravity = {"danger": 0, "warn": 1, "primary": 2}
    reasons = [found for facts in teams if (found := reason_for(facts)) is not None]
    return sorted(reasons, key=lambda reason: (gravity[reason.tone], -reason.days, reason.title))[:SHOWN]
