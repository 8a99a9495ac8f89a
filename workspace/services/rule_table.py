"""The table of rules that a cohort's managers set: limits, on or off, what would speak now.

Those who follow the cohort read it. A rule left as it was made has no line in the database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from models.access import access_cohort
from models.cohort import Cohort
from models.cohort_rule import CohortRule
from models.errors import Conflict, Invalid
from models.i18n import N_
from models.policy import Actor, Permission
from models.project import Project
from workspace.services import cohorts, involvement, involvement_rules, triage
from workspace.services.rules import Rule, Setting, Settings, settings_of
from workspace.services.tokens import token_hash

ALL_RULES: tuple[Rule, ...] = triage.RULES + involvement_rules.RULES
RULE_OF: Mapping[str, Rule] = {rule.code: rule for rule in ALL_RULES}
STALE = N_("Quelqu’un a changé ces réglages pendant que vous écriviez : relisez, puis enregistrez.")
OUT_OF_RANGE = N_("Un nombre entier, dans les bornes indiquées.")


@dataclass(frozen=True)
class Firing:
    """One line of the preview: on which project, about whom (« » for the team), and the sentence."""

    rule: str
    project_id: int
    project: str
    about: str
    sentence: str


def read_rules(session: Session, cohort: Cohort) -> dict[str, Setting]:
    """Every rule as the cohort has it: one query."""
    return settings_of(session, cohort.id, ALL_RULES)


def fingerprint(settings: Settings) -> str:
    """Changes when a setting does: a form carries the one it was read at."""
    text = ";".join(f"{code}={one.threshold},{one.is_on}" for code, one in sorted(settings.items()))
    return token_hash(text)[:16]


def check_rules(settings: Settings) -> None:
    """Raise Invalid on limits that make no sense; its fields are the rules' codes."""
    wrong = {
        code: OUT_OF_RANGE
        for code, one in settings.items()
        if not RULE_OF[code].least <= one.threshold <= RULE_OF[code].most
    }
    if wrong:
        raise Invalid(fields=wrong)


def save_rules(session: Session, actor: Actor, cohort_id: int, settings: Settings, *, seen: str) -> Cohort:
    """Set the rules; `seen` is the fingerprint of what was edited.

    Raises:
        Invalid: a limit makes no sense.
        Conflict: somebody set them meanwhile; `seen` of the current ones.
    """
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    check_rules(settings)
    current = fingerprint(read_rules(session, cohort))
    if seen != current:
        raise Conflict(STALE, {"seen": current})
    session.execute(delete(CohortRule).where(CohortRule.cohort_id == cohort.id))
    for code, one in settings.items():
        if one != Setting(RULE_OF[code].usual):
            session.add(CohortRule(cohort_id=cohort.id, rule=code, is_on=one.is_on, threshold=one.threshold))
    return cohort


def reset_rules(session: Session, actor: Actor, cohort_id: int) -> Cohort:
    """Have every rule as it was made."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    session.execute(delete(CohortRule).where(CohortRule.cohort_id == cohort.id))
    return cohort


def preview(session: Session, cohort: Cohort, settings: Settings) -> list[Firing]:
    """What would speak now with these settings: for each team its most urgent rule, then about partners.

    A constant number of queries.
    """
    projects = cohorts.projects_of(session, cohort)
    facts = cohorts.team_facts(session, projects)
    reasons = [reason for one in facts if (reason := triage.reason_for(one, settings)) is not None]
    found = [
        Firing(reason.rule, reason.project_id, reason.title, "", reason.sentence)
        for reason in sorted(reasons, key=triage.urgency)
    ]
    return found + _of_partners(session, projects, settings)


def _of_partners(session: Session, projects: Sequence[Project], settings: Settings) -> list[Firing]:
    rule_of = {one.state: one.rule.code for one in involvement_rules.PARTNER_RULES}
    return [
        Firing(
            rule_of[standing.state],
            project.id,
            project.title,
            involvement.shown_name(group.sector, group.name),
            standing.evidence.sentence,
        )
        for project, group, standing in involvement.standings(session, projects, settings)
        if standing.state in rule_of
    ]


def counts(firings: Sequence[Firing]) -> dict[str, int]:
    """How often each rule would speak."""
    found = dict.fromkeys(RULE_OF, 0)
    for one in firings:
        found[one.rule] += 1
    return found
