"""Whether what somebody was told may be told them again now: the right to what it leads to.

A mail leaves hours after its cause, and access ends meanwhile; so each address that notifications lead to has
its line here, with the loader of `models.access` that the page behind it uses. An address without a line is
told nobody.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from models.access import (
    access_assessment,
    access_board,
    access_cohort,
    access_feedback,
    access_milestone,
    access_observed_project,
    access_problem,
    access_programme,
    access_project,
    access_question,
    access_solution,
    access_support_offer,
)
from models.errors import Forbidden, NotFound
from models.notification import Notification
from models.policy import Actor, Permission
from workspace.services.feedback import access_project_feedback
from workspace.services.peer_reviews import access_review

P = Permission
Ask = Callable[..., Any]


def _own(_session: Session, _actor: Actor) -> None:
    """One's own page."""


PLACES: Sequence[tuple[str, Ask]] = (
    (r"/(?:|notifications|observations|account)", _own),
    (r"/problems/(\d+)", access_problem),
    (
        r"/projects/\d+/feedback#feedback-(\d+)",
        lambda session, actor, id_: access_feedback(session, actor, id_, P.VIEW_FEEDBACK),
    ),
    (r"/projects/(\d+)/feedback(?:#peer-reviews)?", access_project_feedback),
    (
        r"/assessments#assessment-(\d+)",
        lambda session, actor, id_: access_assessment(session, actor, id_, P.VIEW_ASSESSMENT),
    ),
    (
        r"/projects/(\d+)/milestones/(\d+)",
        lambda session, actor, id_, own: access_milestone(session, actor, id_, own, P.VIEW_MILESTONE),
    ),
    (
        r"/projects/\d+/brief#question-(\d+)",
        lambda session, actor, id_: access_question(session, actor, id_, P.ANSWER_QUESTION),
    ),
    (
        r"/projects/(\d+)/brief",
        lambda session, actor, id_: access_project(session, actor, id_, P.EDIT_BRIEF),
    ),
    (
        r"/projects/(\d+)/observers",
        lambda session, actor, id_: access_project(session, actor, id_, P.INVITE_OBSERVER),
    ),
    (r"/projects/(\d+)", access_project),
    (
        r"/boards/(\d+)#comments-\d+",
        lambda session, actor, id_: access_board(session, actor, id_, P.VIEW_COMMENTS),
    ),
    (
        r"/solutions/(\d+)",
        lambda session, actor, id_: access_solution(session, actor, id_, P.VIEW_SOLUTION),
    ),
    (
        r"/projects/\d+/support#offer-(\d+)",
        lambda session, actor, id_: access_support_offer(session, actor, id_, P.VIEW_SUPPORT),
    ),
    (
        r"/observations/\d+#offer-(\d+)",
        lambda session, actor, id_: access_support_offer(session, actor, id_, P.OFFER_SUPPORT),
    ),
    (r"/observations/(\d+)(?:#question-\d+)?", access_observed_project),
    (r"/peer-reviews/(\d+)", access_review),
    (r"/cohorts/(\d+)(?:/.*)?", access_cohort),
    (r"/programmes/(\d+)", access_programme),
)


def may_still_read(session: Session, actor: Actor, row: Notification) -> bool:
    """Whether the page that it leads to would let the actor in now."""
    for pattern, ask in PLACES:
        found = re.fullmatch(pattern, row.url)
        if found:
            try:
                ask(session, actor, *map(int, found.groups()))
            except (NotFound, Forbidden):
                return False
            return True
    return False
