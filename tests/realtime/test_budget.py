"""The byte budget: a burst is free, a flood is held back to the rate, small messages count too."""

import pytest

from realtime.budget import ByteBudget


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
