"""What scripts of a board send as JSON, read field by field. Raises: Invalid."""

from datetime import datetime
from typing import Any, TypeVar

from flask import request

from models.access import access_board
from models.errors import Invalid
from models.i18n import N_
from models.occurrences import instant
from models.policy import Permission
from models.session import reading
from workspace.web.guard import actor

UNREADABLE = N_("Cette demande n’a pas pu être comprise. Rechargez le tableau, puis recommencez.")
T = TypeVar("T")
MOST_WORDS = 10_000
"""No field sent here is longer, whatever it is for."""


def sent_to(board_id: int, permission: Permission) -> dict[str, Any]:
    """What was sent; whoever may not do this is told so, whatever they sent."""
    with reading() as session:
        access_board(session, actor(), board_id, permission)
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise Invalid(UNREADABLE)
    return sent


def text(sent: dict[str, Any], name: str) -> str:
    """A text, "" when there is none."""
    value = sent.get(name, "")
    if not isinstance(value, str) or len(value) > MOST_WORDS:
        raise Invalid(UNREADABLE)
    return value


def texts(sent: dict[str, Any], name: str) -> list[str]:
    """Several."""
    return _all_of(str, sent.get(name, []))


def number(sent: dict[str, Any], name: str) -> int:
    """A whole number."""
    value = sent.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Invalid(UNREADABLE)
    return value


def time(sent: dict[str, Any], name: str, time_zone: str) -> datetime | None:
    """An instant, written with its offset; or what a wall shows in this zone, written without one."""
    value = sent.get(name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(str(value))
        return at if at.tzinfo is not None else instant(at.date(), at.time(), time_zone)
    except (ValueError, OverflowError) as error:
        raise Invalid(UNREADABLE) from error


def zone_of(board_id: int) -> str:
    """In which zone the walls of a board's people hang: their cohort's."""
    with reading() as session:
        return access_board(session, actor(), board_id).project.team.cohort.time_zone


def objects(sent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects."""
    return _all_of(dict, sent.get(name))


def _all_of(kind: type[T], values: object) -> list[T]:
    if not isinstance(values, list) or len(values) > MOST_WORDS:
        raise Invalid(UNREADABLE)
    if not all(isinstance(value, kind) for value in values):
        raise Invalid(UNREADABLE)
    return values
