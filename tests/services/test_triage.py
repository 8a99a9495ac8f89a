"""« À voir en premier »: which team comes first, and the reason that is shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from workspace.services.rules import Setting
from workspace.services.triage import USUAL, TeamFacts, first_to_see, reason_for

NOW = datetime(2026, 3, 12, 10, tzinfo=UTC)
CALM = TeamFacts(
    project_id=1,
    title="Calme",
    now=NOW,
    today=NOW.date(),
    started_at=NOW - timedelta(days=60),
    last_activity_at=NOW - timedelta(hours=2),
    last_partner_at=NOW - timedelta(days=3),
    last_citizen_at=NOW - timedelta(days=3),
)


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def test_active_team_gives_no_reason() -> None:
    assert reason_for(CALM) is None


def test_silence_is_told_from_nine_days_and_grave_from_three_weeks() -> None:
    assert reason_for(replace(CALM, last_activity_at=ago(8))) is None
    nine = reason_for(replace(CALM, last_activity_at=ago(9)))
    assert nine is not None
    assert (nine.rule, nine.tone, nine.values) == ("silent", "warn", {"days": 9})
    grave = reason_for(replace(CALM, last_activity_at=ago(21)))
    assert grave is not None
    assert (grave.rule, grave.tone) == ("long_silent", "danger")


def test_team_that_never_did_anything_counts_from_its_start() -> None:
    found = reason_for(replace(CALM, last_activity_at=None, started_at=ago(12)))
    assert found is not None
    assert found.values == {"days": 12}


def test_date_of_today_is_not_overdue() -> None:
    assert reason_for(replace(CALM, due_on=NOW.date())) is None
    found = reason_for(replace(CALM, due_on=NOW.date() - timedelta(days=1), due_label="Maquette"))
    assert found is not None
    assert (found.rule, found.values) == ("overdue", {"label": "Maquette", "days": 1})


def test_no_citizen_for_three_weeks_is_told() -> None:
    found = reason_for(replace(CALM, last_citizen_at=ago(22)))
    assert found is not None
    assert found.rule == "no_citizen"


def test_a_team_shows_once_for_its_most_urgent_reason() -> None:
    found = reason_for(
        replace(CALM, last_activity_at=ago(30), review_asked_at=ago(30), last_citizen_at=ago(30))
    )
    assert found is not None
    assert found.rule == "long_silent"


def test_limits_are_those_that_the_cohort_has_set() -> None:
    quiet = replace(CALM, last_activity_at=ago(5))
    assert reason_for(quiet) is None
    found = reason_for(quiet, {**USUAL, "silent": Setting(5)})
    assert found is not None
    assert found.rule == "silent"
    assert reason_for(quiet, {**USUAL, "silent": Setting(5, is_on=False)}) is None


def test_feedback_without_an_answer_is_told_from_ten_days() -> None:
    assert reason_for(replace(CALM, unanswered_at=ago(9))) is None
    found = reason_for(replace(CALM, unanswered_at=ago(10)))
    assert found is not None
    assert (found.rule, found.days) == ("unanswered", 10)


def test_partners_apart_from_residents_are_told_too() -> None:
    found = reason_for(replace(CALM, last_partner_at=ago(30)))
    assert found is not None
    assert found.rule == "no_partner"


def test_three_cards_at_most_the_gravest_then_the_oldest() -> None:
    teams = [
        replace(CALM, project_id=1, title="a", review_asked_at=ago(1)),
        replace(CALM, project_id=2, title="b", last_activity_at=ago(25)),
        replace(CALM, project_id=3, title="c", review_asked_at=ago(5)),
        replace(CALM, project_id=4, title="d", last_activity_at=ago(10)),
        CALM,
    ]
    assert [reason.project_id for reason in first_to_see(map(reason_for, teams))] == [2, 4, 3]
