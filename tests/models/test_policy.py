"""Conditions of rights that no page and no event can tell alone: another check comes before."""

import pytest

from models.assessment import TO_ONE, AssessmentStatus
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


@pytest.mark.parametrize("stand", [Stand.TEAM, Stand.SUBJECT])
def test_words_of_an_assessment_are_given_once_it_is_released(stand: Stand) -> None:
    condition = GRANTS[Permission.VIEW_APPRECIATION][stand]
    states = (*AssessmentStatus, TO_ONE)
    given = [state for state in states if condition(Where(states=frozenset({str(state)})))]
    assert given == [TO_ONE if stand is Stand.SUBJECT else AssessmentStatus.RELEASED]
