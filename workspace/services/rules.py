"""Explainable rules: what one is made of, and from which limit it speaks in a cohort.

A rule is a sentence with one limit. `triage.py` has those about teams, `involvement_rules.py` those about who
takes part in a project; `rule_table.py` lets a manager set the limits. None weighs anything against anything
else, and none is about a person.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cohort_rule import CohortRule
from models.i18n import N_
from workspace.i18n import _, ngettext


class Unit(enum.StrEnum):
    """What a limit counts."""

    DAYS = "days"
    PERCENT = "percent"


@dataclass(frozen=True)
class Rule:
    """`sentence` says when it speaks, `offers` what is proposed then; `usual` is its limit at first."""

    code: str
    sentence: str
    offers: str
    usual: int
    least: int = 1
    most: int = 365
    unit: Unit = Unit.DAYS


@dataclass(frozen=True)
class Setting:
    """A rule as a cohort has it."""

    threshold: int
    is_on: bool = True


Settings = Mapping[str, Setting]


def usual_settings(rules: Iterable[Rule]) -> dict[str, Setting]:
    """Every rule as it was made."""
    return {rule.code: Setting(rule.usual) for rule in rules}


def settings_of(session: Session, cohort_id: int, rules: Sequence[Rule]) -> dict[str, Setting]:
    """The rules as this cohort has them: one query."""
    found = usual_settings(rules)
    for row in session.scalars(select(CohortRule).where(CohortRule.cohort_id == cohort_id)):
        if row.rule in found:
            found[row.rule] = Setting(row.threshold, row.is_on)
    return found


def copy_rules(session: Session, model_id: int, cohort_id: int) -> None:
    """Give a new cohort the rules of another. The caller has asked for the right."""
    for row in session.scalars(select(CohortRule).where(CohortRule.cohort_id == model_id)):
        session.add(CohortRule(cohort_id=cohort_id, rule=row.rule, is_on=row.is_on, threshold=row.threshold))


def in_days(days: int) -> str:
    """« 21 jours »."""
    return ngettext("%(num)s jour", "%(num)s jours", days)


def limit_text(rule: Rule, threshold: int) -> str:
    """A limit with its unit."""
    return in_days(threshold) if rule.unit is Unit.DAYS else _(PERCENT, number=threshold)


PERCENT = N_("%(number)s %%")
