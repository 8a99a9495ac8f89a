"""Workshops of the demonstration: one that is over, one that opens at an hour for both shores of the ocean."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from models.document import Board
from models.occurrences import instant
from models.private_round import PrivateRound
from models.workshop import StepKind, Workshop
from workspace.services.demo.story import WorkshopStory

WINDOW = timedelta(hours=72)
NINE = time(9)
STEPS = (
    (StepKind.READ, "Lire", 5),
    (StepKind.WRITE, "Écrire en silence", 7),
    (StepKind.GROUP, "Regrouper", 10),
    (StepKind.VOTE, "Voter", 5),
    (StepKind.DECIDE, "Décider", 10),
)


def write_workshop(
    session: Session,
    board: Board,
    story: WorkshopStory | None,
    keys: Mapping[str, str],
    ago: Callable[[float], datetime],
    time_zone: str,
) -> None:
    """Add the board's workshop: over since some days ago, or open for three days from a morning to come."""
    if story is None:
        return
    led = {"board_id": board.id, "actor_key": keys[story.who]}
    workshop = Workshop(
        **led, steps=[{"kind": kind, "title": title, "minutes": minutes} for kind, title, minutes in STEPS]
    )
    session.add(workshop)
    if story.days_ago > 0:
        workshop.step = len(STEPS) - 1
        workshop.started_at, workshop.ended_at = ago(story.days_ago + 0.1), ago(story.days_ago)
    else:
        opens_at = instant(ago(story.days_ago).date(), NINE, time_zone)
        workshop.opens_at, workshop.closes_at = opens_at, opens_at + WINDOW
        session.add(PrivateRound(**led, prompt=story.prompt, opens_at=opens_at, closes_at=opens_at + WINDOW))
    session.flush()
