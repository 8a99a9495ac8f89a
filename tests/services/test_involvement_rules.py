"""Where a partner stands: each state with its evidence, from the limit that the cohort has set."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from models.partner import Sector
from workspace.services.involvement_rules import USUAL, GroupFacts, State, standing_of
from workspace.services.rules import Setting

NOW = datetime(2026, 3, 12, 10, tzinfo=UTC)


def deeds(*told: tuple[int, int]) -> list[tuple[datetime, int]]:
    """(days ago, how many), the oldest first."""
    return [(NOW - timedelta(days=days), count) for days, count in told]


def facts(*told: tuple[int, int], since: int = 60) -> GroupFacts:
    return GroupFacts(Sector.CITIZEN, "", NOW, NOW - timedelta(days=since), deeds(*told))


STEADY = facts((50, 3), (40, 3), (30, 3), (20, 3), (10, 3), (2, 3))


def state(found: GroupFacts, **settings: Setting) -> State:
    return standing_of(found, {**USUAL, **settings}).state


def test_steady_group_is_engaged_and_says_how_much() -> None:
    found = standing_of(STEADY)
    assert found.state is State.ENGAGED
    assert found.evidence.values["count"] == 9


def test_silence_is_told_from_three_weeks_with_the_last_month() -> None:
    assert state(replace(STEADY, deeds=deeds((60, 4), (40, 4), (35, 4), (20, 4)))) is not State.SILENT
    found = standing_of(replace(STEADY, deeds=deeds((60, 1), (35, 4), (30, 2), (25, 3))))
    assert found.state is State.SILENT
    assert found.evidence.values["days"] == 25
    assert found.evidence.values["month"].month == 2
    assert found.evidence.values["count"] == 9


def test_limit_of_silence_is_the_cohorts() -> None:
    quiet = replace(STEADY, deeds=deeds((50, 4), (40, 4), (30, 4), (12, 9)))
    assert state(quiet) is State.ENGAGED
    assert state(quiet, partner_silent=Setting(12)) is State.SILENT
    assert state(quiet, partner_silent=Setting(12, is_on=False)) is State.ENGAGED


def test_decline_compares_four_weeks_with_the_four_before() -> None:
    falling = facts((60, 4), (50, 6), (40, 6), (10, 5))
    found = standing_of(falling)
    assert found.state is State.DECLINING
    assert found.evidence.values == {"lately": 5, "before": 12}
    assert state(facts((60, 4), (50, 6), (40, 6), (10, 6))) is State.ENGAGED
    assert state(facts((60, 4), (50, 3), (10, 1))) is not State.DECLINING, "three are too few to compare"


def test_early_spike_is_told_once_it_is_old() -> None:
    told = ((59, 8), (50, 2), (10, 1))
    found = standing_of(facts(*told))
    assert found.state is State.SPIKE
    assert (found.evidence.values["early"], found.evidence.values["total"]) == (10, 11)
    young = facts((20, 8), (18, 3), (2, 1), since=21)
    assert state(young) is State.ENGAGED


def test_newcomer_is_waited_for_and_then_told_absent() -> None:
    assert state(facts(since=3)) is State.NEW
    assert state(facts(since=14)) is State.ABSENT


def test_refusal_comes_before_all_with_its_reason() -> None:
    found = standing_of(replace(STEADY, refused_at=NOW, refusal="Pas le temps avant l’été"))
    assert found.state is State.REFUSED
    assert found.evidence.values["reason"] == "Pas le temps avant l’été"


def test_weeks_are_the_last_eight() -> None:
    assert STEADY.weeks == [3, 0, 3, 3, 0, 3, 3, 3]
    assert sum(STEADY.weeks) == 18
