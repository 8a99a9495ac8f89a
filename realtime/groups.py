"""Questions asked by many at once, answered together: one read for a whole class that comes in.

Whoever asks while a group is answered waits and belongs to the next one. Alone, a question waits for one
turn of the hub; while answers are dear, groups grow by themselves.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")


@dataclass(eq=False, slots=True)
class _Asked(Generic[Question, Answer]):
    question: Question
    answer: Answer | Exception | None = None
    is_answered: bool = False


class Grouped(Generic[Question, Answer]):
    """`answer_all` is given some questions and gives as many answers, in order; an exception may be one."""

    def __init__(
        self, answer_all: Callable[[Sequence[Question]], Sequence[Answer | Exception]], at_most: int = 100
    ) -> None:
        self._answer_all = answer_all
        self._at_most = at_most
        self._turn = threading.Lock()
        self._waiting: list[_Asked[Question, Answer]] = []

    def ask(self, question: Question) -> Answer:
        """The answer, once a group with this question has been answered."""
        asked: _Asked[Question, Answer] = _Asked(question)
        self._waiting.append(asked)
        with self._turn:
            if not asked.is_answered:
                time.sleep(0)  # who is about to ask as well comes along
                self._answer_group(asked)
        if isinstance(asked.answer, Exception):
            raise asked.answer
        return asked.answer  # type: ignore[return-value]

    def _answer_group(self, first: _Asked[Question, Answer]) -> None:
        group = self._waiting[: self._at_most]
        if first not in group:  # the one whose greenlet does the work is served by it
            group = [first, *group[:-1]]
        for asked in group:
            self._waiting.remove(asked)
        answers: Sequence[Answer | Exception]
        try:
            answers = self._answer_all([asked.question for asked in group])
        except Exception as error:  # noqa: BLE001 - each of them raises it where it asked
            answers = [error] * len(group)
        for asked, answer in zip(group, answers, strict=True):
            asked.answer, asked.is_answered = answer, True
