"""The budgets: a burst is free, a flood is held back to the rate, small messages and long work count more."""

import pytest

from realtime.budget import (
    HEAVY_SHARE,
    LONG_HEAVY_SECONDS,
    LONG_HEAVY_SHARE,
    LONG_SECONDS,
    MAX_FULL,
    MAX_PAUSE_SECONDS,
    WORK_BURST,
    WORK_RATE,
    ByteBudget,
    Turnstile,
    WorkBudget,
    WorkBudgets,
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_burst_is_free_and_what_follows_waits() -> None:
    clock = Clock()
    budget = ByteBudget(rate=100, burst=1000, clock=clock)
    assert budget.spend(1000) == 0
    assert budget.spend(50) == pytest.approx(0.5)
    clock.now += 1.5
    assert budget.spend(0) == 0


def test_unused_budget_does_not_grow_past_the_burst() -> None:
    clock = Clock()
    budget = ByteBudget(rate=100, burst=200, clock=clock)
    clock.now += 3600
    assert budget.spend(201) == pytest.approx(0.01)


def test_empty_messages_cost_too() -> None:
    budget = ByteBudget(rate=100, burst=100, message_cost=10, clock=Clock())
    assert budget.spend(0, messages=10) == 0
    assert budget.spend(0, messages=10) == pytest.approx(1.0)


def test_whatever_is_sent_the_rate_holds_over_time() -> None:
    clock = Clock()
    budget = ByteBudget(rate=1000, burst=500, clock=clock)
    for _ in range(1000):
        clock.now += budget.spend(37)
    assert 37_000 - 500 <= clock.now * 1000 <= 37_000


def test_work_is_held_back_to_its_share_of_the_time() -> None:
    clock = Clock()
    budget = WorkBudget(clock)
    worked = 0.0
    for _ in range(20_000):
        pause = budget.spend(0.005)
        worked += 0.005
        clock.now += 0.005 + pause
    assert worked < clock.now * WORK_RATE + WORK_BURST + 0.01
    assert worked > clock.now * WORK_RATE * 0.9, "and not below"


def test_one_long_message_costs_more_than_many_short_ones() -> None:
    short, long = WorkBudget(Clock()), WorkBudget(Clock())
    paused = max(short.spend(LONG_SECONDS) for _ in range(10))
    assert long.spend(10 * LONG_SECONDS) >= paused
    assert paused == 0
    assert long.spend(10 * LONG_SECONDS) > 0


def test_nobody_is_held_back_longer_than_a_heartbeat() -> None:
    assert WorkBudget(Clock()).spend(3600) == MAX_PAUSE_SECONDS


def test_reconnecting_gives_no_new_budget() -> None:
    clock = Clock()
    budgets = WorkBudgets(clock)
    budgets.of("u1").spend(1.0)
    for number in range(5 * MAX_FULL):
        budgets.of(f"g{number}").spend(0.001)
    assert budgets.of("u1").spend(0) > 0


def test_budgets_of_those_who_do_nothing_are_forgotten() -> None:
    clock = Clock()
    budgets = WorkBudgets(clock)
    for number in range(20 * MAX_FULL):
        clock.now += 0.01
        budgets.of(f"g{number}").spend(0.001)
    assert len(budgets) < 3 * MAX_FULL


@pytest.mark.parametrize(
    ("seconds", "share"),
    [(0.02, HEAVY_SHARE), (LONG_HEAVY_SECONDS, LONG_HEAVY_SHARE), (0.3, LONG_HEAVY_SHARE)],
)
def test_heavy_edits_take_their_share_of_the_time_and_no_more(seconds: float, share: float) -> None:
    clock, work = Clock(), Clock()

    def sleep(wanted: float) -> None:
        clock.now += wanted

    turnstile = Turnstile(clock, work, sleep)
    started: list[float] = []
    for _ in range(10):
        with turnstile.passing() as passage:
            started.append(clock.now)
            work.now += seconds
            clock.now += seconds
        assert passage.seconds == pytest.approx(seconds)
    assert started[0] == 0.0, "nobody waits at a turnstile that is free"
    assert 9 * seconds / (started[-1] - seconds) == pytest.approx(share, rel=share + 0.02)


def test_a_heavy_edit_that_fails_lets_the_next_one_pass() -> None:
    clock = Clock()
    turnstile = Turnstile(clock, Clock(), lambda _seconds: None)
    with pytest.raises(ZeroDivisionError), turnstile.passing():
        _ = 1 / 0
    with turnstile.passing() as passage:
        pass
    assert passage.seconds == 0.0
