"""Conditions of rights that no page and no event can tell alone: another check comes before."""

import pytest

from models.feedback import FeedbackStatus
from models.policy import GRANTS, Permission, Stand, Where
from models.problem import ProblemStatus


@pytest.mark.parametrize(
    ("permission", "stand", "status"),
    [
        (Permission.DECIDE_PROBLEM, Stand.TUTOR, ProblemStatus.SUBMITTED),
        (Permission.ANSWER_FEEDBACK, Stand.TEAM, FeedbackStatus.RELEASED),
    ],
)
def test_right_is_given_in_one_status_only(
    permission: Permission, stand: Stand, status: ProblemStatus | FeedbackStatus
) -> None:
    condition = GRANTS[permission][stand]
    assert [one for one in type(status) if condition(Where(states=frozenset({one.value})))] == [status]
