"""Rounds and votes of a board, for its script: GET what the reader may know; each POST answers the same.

`/boards/<id>/rounds` opens a round, `…/notes` writes a note in it, `…/reveal` shows all of it;
`/boards/<id>/ballots` opens a vote, `…/points` gives points, `…/close` counts them.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from models import failpoints
from models.access import access_board
from models.policy import Actor, Permission
from models.session import reading, transaction
from workspace.services import ballots, rounds
from workspace.web.boards.sent import number, sent_to, text, texts, time, zone_of
from workspace.web.documents.answers import by_person
from workspace.web.guard import actor, requires

blueprint = Blueprint("rounds", __name__)


@blueprint.get("/boards/<int:board_id>/rounds")
@requires(Permission.VIEW_WORKSHOP)
def show(board_id: int) -> ResponseReturnValue:
    """The round and the vote that are open, as this reader may know them, and the latest results."""
    return _state(actor(), board_id)


@blueprint.post("/boards/<int:board_id>/rounds")
@requires(Permission.FACILITATE_BOARD)
@by_person
def open_round(board_id: int) -> ResponseReturnValue:
    """{zone, prompt, from, until}: `zone` an object's id or "", the others ISO times or null."""
    sent = sent_to(board_id, Permission.FACILITATE_BOARD)
    time_zone = zone_of(board_id)
    with transaction() as session:
        rounds.open_round(
            session,
            actor(),
            board_id,
            zone=text(sent, "zone"),
            prompt=text(sent, "prompt"),
            opens_at=time(sent, "from", time_zone),
            closes_at=time(sent, "until", time_zone),
        )
    return _state(actor(), board_id)


@blueprint.post("/boards/<int:board_id>/rounds/notes")
@requires(Permission.EDIT_BOARD)
@by_person
def write(board_id: int) -> ResponseReturnValue:
    """{key, text, colour}: one's note of that key; an empty text deletes it."""
    sent = sent_to(board_id, Permission.EDIT_BOARD)
    with transaction() as session:
        rounds.write_note(
            session,
            actor(),
            board_id,
            key=text(sent, "key"),
            text=text(sent, "text"),
            colour=text(sent, "colour"),
        )
    return _state(actor(), board_id)


@blueprint.post("/boards/<int:board_id>/rounds/reveal")
@requires(Permission.FACILITATE_BOARD)
@by_person
def reveal(board_id: int) -> ResponseReturnValue:
    """Every note of the round becomes a note of the board."""
    with reading() as session:
        ground, epoch = rounds.ground_of(session, actor(), board_id)
    with transaction() as session:
        rounds.reveal(session, actor(), board_id, ground, epoch)
    failpoints.reach("reveal.committed")
    return _state(actor(), board_id)


@blueprint.post("/boards/<int:board_id>/ballots")
@requires(Permission.FACILITATE_BOARD)
@by_person
def open_ballot(board_id: int) -> ResponseReturnValue:
    """{question, points, cap, notes, zone, partners, from, until}: `notes` ids, or all of `zone` if empty."""
    sent = sent_to(board_id, Permission.FACILITATE_BOARD)
    time_zone = zone_of(board_id)
    ballots.close_due(board_id)
    with reading() as session:
        outline = ballots.outline_for(session, actor(), board_id)
    with transaction() as session:
        ballots.open_ballot(
            session,
            actor(),
            board_id,
            outline,
            question=text(sent, "question"),
            points=number(sent, "points"),
            cap=None if sent.get("cap") is None else number(sent, "cap"),
            notes=texts(sent, "notes"),
            zone=text(sent, "zone"),
            with_partners=sent.get("partners") is True,
            opens_at=time(sent, "from", time_zone),
            closes_at=time(sent, "until", time_zone),
        )
    return _state(actor(), board_id)


@blueprint.post("/boards/<int:board_id>/ballots/<int:ballot_id>/points")
@requires(Permission.VOTE)
@by_person
def give_points(board_id: int, ballot_id: int) -> ResponseReturnValue:
    """{note, points}: how many of one's points this note has from now on."""
    sent = sent_to(board_id, Permission.VIEW_WORKSHOP)
    with transaction() as session:
        ballots.give_points(
            session, actor(), board_id, ballot_id, note=text(sent, "note"), points=number(sent, "points")
        )
    return _state(actor(), board_id)


@blueprint.post("/boards/<int:board_id>/ballots/<int:ballot_id>/close")
@requires(Permission.FACILITATE_BOARD)
@by_person
def close_ballot(board_id: int, ballot_id: int) -> ResponseReturnValue:
    """Count the points; only sums are left."""
    with reading() as session:
        outline = ballots.outline_for(session, actor(), board_id)
    with transaction() as session:
        ballots.close_ballot(session, actor(), board_id, ballot_id, outline)
    return _state(actor(), board_id)


def _state(who: Actor, board_id: int) -> Response:
    ballots.close_due(board_id)
    with reading() as session:
        board = access_board(session, who, board_id, Permission.VIEW_WORKSHOP)
        found = rounds.round_state(session, who, board)
        ballot = ballots.ballot_state(session, who, board)
        results = ballots.results_of(session, who, board)
    answer = jsonify(
        zone=board.project.team.cohort.time_zone,
        round=None if found is None else _plain(asdict(found)),
        ballot=None if ballot is None else _plain(asdict(ballot)),
        results=[_plain(asdict(result)) for result in results],
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }
