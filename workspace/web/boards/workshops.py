"""The workshop of a board, for its script: GET what is on; each POST of who facilitates answers the same."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_board
from models.base import utcnow
from models.board.participation import Inbox
from models.errors import Invalid
from models.policy import Actor, Permission, can
from models.session import reading, transaction
from workspace.services import ballots, boards, workshops
from workspace.web.boards.people import people_of
from workspace.web.boards.sent import UNREADABLE, number, objects, sent_to, text, time, zone_of
from workspace.web.documents.answers import by_person
from workspace.web.guard import actor, requires

blueprint = Blueprint("workshops", __name__)

LEADS = Permission.FACILITATE_BOARD


@blueprint.get("/boards/<int:board_id>/workshop")
@requires(Permission.VIEW_WORKSHOP)
def show(board_id: int) -> ResponseReturnValue:
    """{now, zone, workshop, novices, inbox, frozen, may}: the server's clock, the cohort's zone."""
    return _state(actor(), board_id)


@blueprint.post("/boards/<int:board_id>/workshop")
@requires(LEADS)
@by_person
def begin(board_id: int) -> ResponseReturnValue:
    """{steps: [{kind, title, minutes}], opens, closes}: as `sent.time` reads them, or null."""
    sent = sent_to(board_id, LEADS)
    window = _window(sent, board_id)
    steps = objects(sent, "steps")
    return _do(board_id, lambda session: workshops.begin(session, actor(), board_id, steps, **window))


@blueprint.post("/boards/<int:board_id>/workshop/agenda")
@requires(LEADS)
@by_person
def change(board_id: int) -> ResponseReturnValue:
    """As for `begin`, and {step}: the place of the current one in these."""
    sent = sent_to(board_id, LEADS)
    window = _window(sent, board_id)
    steps, step = objects(sent, "steps"), number(sent, "step")
    return _do(
        board_id,
        lambda session: workshops.change(session, actor(), board_id, steps, step=step, **window),
    )


@blueprint.post("/boards/<int:board_id>/workshop/step")
@requires(LEADS)
@by_person
def go_to(board_id: int) -> ResponseReturnValue:
    """{step}."""
    step = number(sent_to(board_id, LEADS), "step")
    return _do(board_id, lambda session: workshops.go_to(session, actor(), board_id, step))


@blueprint.post("/boards/<int:board_id>/workshop/timer")
@requires(LEADS)
@by_person
def keep_time(board_id: int) -> ResponseReturnValue:
    """{do: "start" | "add" | "pause" | "resume" | "stop"}."""
    deed = text(sent_to(board_id, LEADS), "do")
    return _do(board_id, lambda session: workshops.keep_time(session, actor(), board_id, deed))


@blueprint.post("/boards/<int:board_id>/workshop/gather")
@requires(LEADS)
@by_person
def gather(board_id: int) -> ResponseReturnValue:
    """{place: [left, top, width, height]}: what whoever invites sees."""
    place = sent_to(board_id, LEADS).get("place")
    if not isinstance(place, list):
        raise Invalid(UNREADABLE)
    return _do(board_id, lambda session: workshops.gather(session, actor(), board_id, place))


@blueprint.post("/boards/<int:board_id>/workshop/novices")
@requires(LEADS)
@by_person
def set_novices(board_id: int) -> ResponseReturnValue:
    """{on}."""
    on = _flag(sent_to(board_id, LEADS))
    return _do(board_id, lambda session: workshops.set_novices(session, actor(), board_id, on=on))


@blueprint.post("/boards/<int:board_id>/workshop/inbox")
@requires(LEADS)
@by_person
def set_inbox(board_id: int) -> ResponseReturnValue:
    """{zone}: a zone's id, or "" for none."""
    zone = text(sent_to(board_id, LEADS), "zone")
    with reading() as session:
        outline = ballots.outline_for(session, actor(), board_id)
    return _do(board_id, lambda session: workshops.set_inbox(session, actor(), board_id, zone, outline))


@blueprint.post("/boards/<int:board_id>/workshop/freeze")
@requires(Permission.MANAGE_BOARD)
@by_person
def freeze(board_id: int) -> ResponseReturnValue:
    """{on}: for the team, as on the project's page."""
    on = _flag(sent_to(board_id, Permission.MANAGE_BOARD))
    return _do(board_id, lambda session: boards.switch_board(session, actor(), board_id, "frozen", on=on))


@blueprint.post("/boards/<int:board_id>/workshop/end")
@requires(LEADS)
@by_person
def end(board_id: int) -> ResponseReturnValue:
    """End it."""
    sent_to(board_id, LEADS)
    return _do(board_id, lambda session: workshops.end(session, actor(), board_id))


def _do(board_id: int, deed: Callable[[Session], object]) -> Response:
    with transaction() as session:
        deed(session)
    return _state(actor(), board_id)


def _state(who: Actor, board_id: int) -> Response:
    with reading() as session:
        board = access_board(session, who, board_id, Permission.VIEW_WORKSHOP)
        found = workshops.workshop_state(session, who, board)
        gathering = found.gathering if found else None
        keys = [found.facilitator, gathering.key if gathering else ""] if found else []
        names = people_of(session, who, board, keys)
    inbox = Inbox.read(board.inbox)
    answer = jsonify(
        now=utcnow().isoformat(),
        zone=board.project.team.cohort.time_zone,
        workshop=found
        and {
            **_plain(asdict(found)),
            "facilitator": _name(names, found.facilitator),
            "leader": found.facilitator,
            "gathering": gathering and {**_plain(asdict(gathering)), "name": _name(names, gathering.key)},
        },
        novices=board.novices,
        inbox=asdict(inbox) if inbox else None,
        frozen=board.frozen,
        may={
            "lead": can(who, LEADS, board.where),
            "freeze": can(who, Permission.MANAGE_BOARD, board.where),
        },
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _name(names: Any, key: str) -> str:
    return names[key].name if key in names else ""


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value.isoformat() if isinstance(value, datetime) else value


def _window(sent: dict[str, Any], board_id: int) -> dict[str, datetime | None]:
    zone = zone_of(board_id)
    return {"opens_at": time(sent, "opens", zone), "closes_at": time(sent, "closes", zone)}


def _flag(sent: dict[str, Any]) -> bool:
    on = sent.get("on")
    if not isinstance(on, bool):
        raise Invalid(UNREADABLE)
    return on
