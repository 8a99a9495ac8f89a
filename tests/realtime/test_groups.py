"""Questions asked by many at once are answered together."""

import threading
from collections.abc import Sequence

import pytest

from realtime.groups import Grouped


class Library:
    """Answers numbers with their squares; the first group waits until told to go on."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.is_asked = threading.Event()
        self.may_answer = threading.Event()

    def __call__(self, questions: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(questions))
        self.is_asked.set()
        assert self.may_answer.wait(10)
        return [LookupError(str(number)) if number < 0 else number * number for number in questions]


def _ask(grouped: Grouped[int, int], number: int, answers: dict[int, object]) -> threading.Thread:
    def ask() -> None:
        try:
            answers[number] = grouped.ask(number)
        except LookupError as error:
            answers[number] = error

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    return thread


def test_who_asks_while_a_group_is_answered_belongs_to_the_next() -> None:
    library = Library()
    grouped: Grouped[int, int] = Grouped(library)
    answers: dict[int, object] = {}
    threads = [_ask(grouped, 1, answers)]
    assert library.is_asked.wait(10)
    threads += [_ask(grouped, number, answers) for number in range(2, 22)]
    while len(grouped._waiting) < 20:
        threads[-1].join(0.01)
    library.may_answer.set()
    for thread in threads:
        thread.join(10)
    assert answers == {number: number * number for number in range(1, 22)}
    assert [len(group) for group in library.groups] == [1, 20]


def test_a_group_is_no_larger_than_it_may_be() -> None:
    library = Library()
    grouped: Grouped[int, int] = Grouped(library, at_most=8)
    answers: dict[int, object] = {}
    threads = [_ask(grouped, 0, answers)]
    assert library.is_asked.wait(10)
    threads += [_ask(grouped, number, answers) for number in range(1, 31)]
    while len(grouped._waiting) < 30:
        threads[-1].join(0.01)
    library.may_answer.set()
    for thread in threads:
        thread.join(10)
    assert answers == {number: number * number for number in range(31)}
    assert max(len(group) for group in library.groups) == 8


def test_a_refusal_is_raised_to_the_one_who_asked() -> None:
    library = Library()
    library.may_answer.set()
    grouped: Grouped[int, int] = Grouped(library)
    assert grouped.ask(3) == 9
    with pytest.raises(LookupError, match="-4"):
        grouped.ask(-4)
    assert grouped.ask(5) == 25


def test_what_breaks_a_group_is_raised_to_each_and_the_next_is_answered() -> None:
    broken = [True]

    def answer(questions: Sequence[int]) -> list[int]:
        if broken.pop() if broken else False:
            raise ConnectionError("gone")
        return list(questions)

    grouped: Grouped[int, int] = Grouped(answer)
    with pytest.raises(ConnectionError):
        grouped.ask(1)
    assert grouped.ask(2) == 2
