"""Addresses of all routes, filled with the ids of the test world."""

import re

from werkzeug.routing import Rule

from tests.factories import World


def path_of(rule: Rule, world: World) -> str:
    """The rule's address on the objects of this world; other ids are 1, other words are x."""
    ids = {
        "cohort_id": world.cohort.id,
        "project_id": world.project.id,
        "problem_id": world.problem.id,
        "board_id": world.board.id,
        "document_id": world.board.document_id,
        "team_id": world.team.id,
        "programme_id": world.programme.id,
        "class_session_id": world.class_session.id,
        "number": 1,
    }
    return re.sub(
        r"<(?:\w+:)?(\w+)>",
        lambda found: str(ids.get(found[1], "1" if "_id" in found[1] else "x")),
        rule.rule,
    )
